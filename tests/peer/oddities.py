#!/usr/bin/env python3
"""A site of files in odd places, to compare with the real Zola: names, endings, hidden and left-out files, clashes of sources,
links, folders that look like files, templates that are no HTML, a theme under the site.

usage: oddities.py OUT SEED

The same seed gives the same site. One that Zola refuses hides the rest: take out what it names and try again.
"""
import os, random, shutil, sys
from pathlib import Path
out, seed = Path(sys.argv[1]), int(sys.argv[2]); R = random.Random(seed)
shutil.rmtree(out, ignore_errors=True)
C = lambda *a: R.choice(a)
P = lambda x: R.random() < x
def w(path, text):
    p = out/path
    try: p.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError): return
    if not p.exists() and not p.is_symlink(): p.write_bytes(text if isinstance(text, bytes) else text.encode())
def link(target, path):
    if not (out/path).exists(): os.symlink(target, out/path)
# Configuration.
langs, theme = C([], [], ["fr"], ["fr", "pt-BR"]), P(.5)
cfg = ('theme = "th"\n' if theme else "") + 'base_url = "https://o.test%s"\ncompile_sass = true\n' % C("", "/s")
if P(.5): cfg += "generate_feeds = true\nfeed_filenames = %s\n" % C('["atom.xml"]', '["rss.xml"]', '["feed.json", "atom.xml"]', '["x/y.xml"]')
if P(.4): cfg += "ignored_content = %s\n" % C('["*.tmp"]', '["**/drafts/**"]', '["x*", "**/*.{bak,txt}"]', '["bundle*/*.png"]', '["_*.md"]', '["content/**/q.md"]', '["**/[ab]*"]')
if P(.4): cfg += "ignored_static = %s\n" % C('["*.tmp"]', '["sub/**"]', '["**/*.txt"]', '["a*"]')
for key in ("preserve_dotfiles_in_output", "minify_html", "build_search_index"):
    if P(.3): cfg += key + " = true\n"
cfg += 'taxonomies = [{name = "tags", feed = %s}]\n' % C("true", "false")
if P(.5): cfg += '[slugify]\npaths = "%s"\n' % C("on", "safe", "off")
cfg += "".join(f'[languages.{l}]\ntaxonomies = [{{name = "tags"}}]\n' for l in langs)
w("config.toml", cfg + '[extra]\nown = 1\nboth = "site"\ndeep = {a = 1}\n')
# Content.
NAMES = ["a", "B b", "été", "e\u0301te", ".hid", "_under", "x.y", "q", "index", "_index", "-d", "2020-01-01-dat", "UP", "a%20b", "a#b", "a?b", "ﬁ", "日本", ".md", "a.fr", "a.pt-BR", "a.en", "long" * 20]
ENDS = [".md"] * 3 + [".MD", ".markdown", ".txt", ".html", ".png", ".tmp", ".bak", "", ".fr.md", ".md.md", ".toml", ".js", ".xml", ".json"]
HEADS = ['+++\ntitle = "T"\n+++\n', "---\ntitle: Y é\n---\n", "+++\n+++\n", '+++\ntitle = "D"\ndate = 2021-02-03\n[taxonomies]\ntags = ["x", "é"]\n+++\n', '+++\ntitle = "W"\nweight = 3\n+++']
BODIES = ["\ntext\n", '\n{{ sc(a="x") }} {% bd() %}*y*{% end %}\n', "\nx\n\n{{ mk() }}\n", "", "\n![p](a.png) z\n"]
for f in ["", "s", "s/t", "s/t/u", "drafts", "d.md", "été", ".hidden", "_p", "bundle1", "bundle1/sub", "q", "s/q", "a b", "2020-02-02-fold"]:
    if f == "" or P(.45):
        fm = f'title = "S {f}"\nsort_by = "{C("permalink", "slug")}"\n'
        if P(.3) and f: fm += "transparent = true\n"
        if P(.2): fm += "paginate_by = 2\n"
        if P(.2): fm += 'template = "%s"\n' % C("custom.html", "sub/deep.html", "feed.xml", "plain.txt", "md.md", "theme.html" if theme else "custom.html")
        if P(.2): fm += 'page_template = "%s"\n' % C("custom.html", "sub/deep.html", "plain.txt", "js.js")
        if P(.2): fm += "generate_feeds = true\n"
        w(f"content/{f}/_index.md", f"+++\n{fm}+++\nsection *{f}* {{{{ sc(a=1) }}}}\n\n# H\n")
    if f.startswith("bundle") or f and P(.15):
        w(f"content/{f}/index.md", f'+++\ntitle = "Bundle {f}"\ndate = 2020-01-02\n+++\nb ![](x.png) [l](@/_index.md)\n')
    for _ in range(R.randint(0, 7)):
        n = C(*NAMES) + C(*ENDS)
        # These are refused, mostly.
        if (".md.md" in n or n.count(".") > 1 or n.startswith("_index")) and P(.93): continue
        if n.endswith((".md", ".MD", ".markdown")): w(f"content/{f}/{n}", C(*HEADS) + C(*BODIES))
        else: w(f"content/{f}/{n}", C(b"x", b"", b"\xff\xfe\x00", b"text\r\nz", b"{{ not }} a template"))
# Files that stand where others are made, and style sheets.
CLASH = ["robots.txt", "a.tmp", "sub/a.txt", "sub/.dot", ".well-known/x", "index.html", "s/index.html", "404.html", "main.css", "atom.xml", "a b/é.png", "sitemap.xml", "x", "elasticlunr.min.js", "tags/index.html"]
for n in R.sample(CLASH, R.randint(2, 9)): w(f"static/{n}", f"static {n}")
w("sass/main.scss", '@use "part" as *; @import "sub/inner"; $c: red; a { color: $c; b { x: y } @include m; }')
w("sass/_part.scss", "@mixin m { z: 1px + 2px }"); w("sass/sub/_inner.scss", ".i { j: k }")
for n, text in {"sub/two.scss": '@use "../part" as p; .t { @include p.m }', "ind.sass": "a\n  b: c\n  &:hover\n    d: e\n", "_hid/x.scss": "a{b:c}", "plain.css": "p{q:r}", "é b.scss": '.e { content: "é\\201C" }', "empty.scss": ""}.items():
    if P(.4): w(f"sass/{n}", text)
# Templates, of the site or of its theme.
T = "themes/th/templates" if theme else "templates"
ctx = '{{ config.extra.own }}{{ config.extra.both }}{{ config.extra.deep | json_encode }}{{ config.extra.thonly | default(value="-") }} '
others = '{% for t in X.translations | sort(attribute="lang") %}{{ t.lang }}{{ t.permalink }}{% endfor %}'
pages = "{% for p in section.pages %}[{{ p.path }}|{{ p.title }}|{{ p.slug }}|{{ p.relative_path }}|{{ p.assets }}|{{ p.lang }}]{% endfor %}{{ section.assets }}{{ section.subsections | sort }}{{ section.ancestors }}{{ section.components }}"
for name, text in {
    "index.html": "<html><body>" + ctx + pages + others.replace("X", "section") + "{{ section.content | safe }}{% if paginator %}{% for p in paginator.pages %}{{ p.path }}{% endfor %}{% endif %}<p>a &amp; b</body></html>",
    "section.html": '{% extends "index.html" %}',
    "page.html": "<p>{{ page.path }}|{{ page.assets }}|{{ page.colocated_path }}|{{ page.components }}|{{ page.ancestors }}|{{ page.title }}|{{ page.date }}" + others.replace("X", "page") + "{{ page.content | safe }}",
    "custom.html": 'C {% if page %}{{ page.content }}{% else %}{{ section.title }}"<{% endif %}', "sub/deep.html": 'D {% include "sub/inc.html" %}', "sub/inc.html": '{{ "<i>" }}{{ lang }}',
    "feed.xml": '<x>{{ "<&>" }}</x>', "plain.txt": '{{ "<&>" }} T', "md.md": '{{ "<&>" }} M', "js.js": '{{ "<&>" }} J', "x/y.xml": "Y{{ pages | length }}{{ feed_url }}",
    "taxonomy_list.html": "{% for t in terms %}{{ t.name }}{{ t.path }}{% endfor %}", "taxonomy_single.html": "{{ term.name }}",
    "shortcodes/sc.html": '<s>{{ a }}{{ "<" }}</s>', "shortcodes/bd.html": "<b>{{ body }}</b>", "shortcodes/mk.md": '**m** {{ 1 + 1 }} {{ "<" }}\n\n- l', "shortcodes/sub/in.html": "IN",
}.items(): w(f"{T}/{name}", text)
w("templates/feed.json", '{"a": "{{ feed_url }}", "n": {{ pages | length }}}')
if P(.4): w(f"{T}/404.html", '404 {{ lang }} {{ current_path | default(value="none") }}')
if P(.3): w(f"{T}/robots.txt", 'R {{ config.base_url }} {{ "<" }} {{ lang | default(value="-") }}')
if P(.3): w(f"{T}/anchor-link.html", '#{{ id }}{{ level | default(value="") }}')
if theme:
    w("themes/th/theme.toml", 'name = "th"\n[extra]\nboth = "theme"\nthonly = "x"\ndeep = {a = 2, b = 3}\n')
    w(f"{T}/theme.html", 'TH {% include "over.html" %}'); w(f"{T}/over.html", "theme-over"); w("themes/th/sass/th.scss", "a{b:c+1}")
    for n in ("main.css", "x", "sub/a.txt", ".dot", "z.tmp"): w(f"themes/th/static/{n}", f"theme {n}")
    for n, text in {"templates/over.html": "site-over", "templates/page.html": '{% extends "th/templates/page.html" %}', "templates/shortcodes/sc.html": "<o>{{ a }}</o>", "themes/th/sass/main.scss": "x{from:theme}", "themes/th/content/z.md": "+++\n+++\nnever"}.items():
        if P(.45): w(n, text)
# Links.
if P(.3): link("../static", "content/lnk")
if P(.3): w("other/o.md", '+++\ntitle = "O"\n+++\no\n'); w("other/o.png", "o"); link("../other", "content/oth")
if P(.2): link("../config.toml", "static/cfg.toml")
