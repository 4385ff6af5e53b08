#!/usr/bin/env python3
"""A site about structure, to compare with the real Zola: slugs, sorting, pagers, terms, languages, feeds, drafts, search.

usage: structure.py OUT SEED [MOST]

The same seed gives the same site; every option is on or off by chance. Each template prints all that it is given. With MOST
there are that many pages in a folder at most, each with a date of its own, so that no order is left to chance.
"""
import random, sys, shutil
from pathlib import Path
out, seed = Path(sys.argv[1]), int(sys.argv[2]); R = random.Random(seed)
most = int(sys.argv[3]) if len(sys.argv) > 3 else 0
shutil.rmtree(out, ignore_errors=True)
C = lambda *a: R.choice(a)
B = lambda: C("true", "false")
langs = C([], ["fr"], ["fr", "de"])
taxos = R.sample(["tags", "catégories", "Auteurs X", "series"], R.randint(0, 3))
def taxo(n):
    t = f'{{name = "{n}"'
    if R.random() < .5: t += f", feed = {B()}"
    if R.random() < .4: t += f", paginate_by = {R.randint(1,3)}"
    if R.random() < .2: t += ', paginate_path = "p"'
    if R.random() < .2: t += f", render = {B()}"
    return t + "}"
cfg = 'base_url = "%s"\ntitle = "Site & <b>"\ndescription = "d\'é"\n' % C("https://a.test", "https://a.test/sub", "https://a.test/")
feeds = C('["atom.xml"]', '["rss.xml"]', '["atom.xml", "rss.xml"]', '["atom.xml"]')
cfg += f"generate_feeds = {B()}\nfeed_filenames = {feeds}\n"
if R.random() < .4: cfg += f"feed_limit = {R.randint(0,3)}\n"
if R.random() < .3: cfg += 'author = "Auteur & x"\n'
if R.random() < .3: cfg += f"minify_html = true\n"
if R.random() < .3: cfg += 'taxonomy_root = "%s"\n' % C("t", "a/b", "Été")
if R.random() < .3: cfg += f"generate_sitemap = {B()}\ngenerate_robots_txt = {B()}\n"
if R.random() < .3: cfg += 'exclude_paginated_pages_in_sitemap = "%s"\n' % C("none", "all")
si = R.random() < .5
if si: cfg += "build_search_index = true\n"
cfg += "taxonomies = [" + ", ".join(taxo(t) for t in taxos) + "]\n"
cfg += "[slugify]\n" + "".join(f'{k} = "{C("on","safe","off")}"\n' for k in ("paths", "taxonomies", "anchors") if R.random() < .5)
if R.random() < .3: cfg += "paths_keep_dates = true\n"
if si: cfg += f'[search]\nindex_format = "{C("fuse_json","elasticlunr_json","elasticlunr_javascript","fuse_javascript")}"\ninclude_date = {B()}\ninclude_description = {B()}\ninclude_path = {B()}\ninclude_title = {B()}\ninclude_content = {B()}\n' + (f"truncate_content_length = {R.randint(0,20)}\n" if R.random() < .4 else "")
ltax = {}
for l in langs:
    cfg += f'[languages.{l}]\n'
    if R.random() < .5: cfg += f'title = "Titre {l}"\n'
    if R.random() < .5: cfg += f"generate_feeds = {B()}\n"
    if R.random() < .3: cfg += 'feed_filenames = ["rss.xml"]\n'
    if si and R.random() < .6: cfg += "build_search_index = true\n"
    ltax[l] = [t for t in taxos if R.random() < .7]
    cfg += "taxonomies = [" + ", ".join(taxo(t) for t in ltax[l]) + "]\n"
(out/"content").mkdir(parents=True); (out/"templates").mkdir()
(out/"config.toml").write_text(cfg)
TERMS = ["Rust", "rust", "Été", "a b", "A-B", "cd", "日本", "c++", "C#", "x.y", "ß", "trim", "100%", "q?r", "e'f"]
TITLES = ["Alpha", "alpha", "Beta 2", "Beta 10", "Élan", "Zed", "été", "Ω", "", "10", "9", "a & <b>", "“q”"]
NAMES = ["one", "Two Words", "été-à", "2020-01-02-dated", "2020-01-03_Under", "2021-05-06T10:11:12Z-rfc", "a.b", "日本語", "ﬁn", "x_y", "-lead", "UPPER", "sp  ace", "p&q", "it's", "100%", "tilde~", "(par)", "2020-13-45-bad", "2020-01-02"]
DATES = ["2020-01-02", "2020-01-02T10:00:00Z", "2020-01-02T10:00:00+02:00", "2021-03-04 05:06:07", '"2019-12-31"', "2018-02-03", "2020-01-02"]
used = set()
def page(folder, lang, i):
    name = C(*NAMES); index = R.random() < .2
    sfx = f".{lang}" if lang else ""
    if langs: name = name.replace(".", "-")
    k = (folder, name, lang)
    if k in used: name += str(i)
    used.add(k)
    fm = ""
    if R.random() < .85: fm += f"title = '''{C(*TITLES)}'''\n"
    if most: fm += f"date = {2000 + i // 28}-{1 + i % 12:02d}-{1 + i % 28:02d}{C('', 'T10:00:00Z', 'T23:30:00+02:00')}\n"
    elif R.random() < .6: fm += f"date = {C(*DATES)}\n"
    if R.random() < .3: fm += f"updated = {C(*DATES)}\n"
    if R.random() < .6: fm += f"weight = {R.randint(0,4)}\n"
    if R.random() < .3: fm += f"description = 'd {i} <é>'\n"
    if R.random() < .15: fm += f"slug = '{C('sl ug','Été','s_l','zz')}{i}'\n"
    if R.random() < .1: fm += f"path = '{C('/p/q','p','Été/x','a b','x/')}{i}'\n"
    if R.random() < .1: fm += "draft = true\n"
    if R.random() < .1: fm += "render = false\n"
    if R.random() < .1: fm += "in_search_index = false\n"
    if R.random() < .2: fm += "authors = ['A & B', \"x@y.z\"]\n"
    if R.random() < .15: fm += f"aliases = ['/al{i}', 'al{i}/x.html', '{C('é','a b','dir/')}{i}']\n"
    tt = ltax.get(lang, []) if lang else taxos
    if tt and R.random() < .7:
        fm += "[taxonomies]\n"
        for t in R.sample(tt, 1): fm += f"'{t}' = [{', '.join(repr(x) if chr(39) not in x else chr(34)+x+chr(34) for x in R.sample(TERMS, R.randint(0,3)))}]\n"
    if R.random() < .2: fm += "[extra]\nk = 1\nd = 2020-01-01\nl = ['a']\n"
    body = C("text\n", "# H é\n\ntext & \"q\"\n\n<!-- more -->\n\nrest\n", "", "a <b>b</b> [l](x.png) `c`\n\n## T {#z}\n", "para one\n\npara two <!-- more --> after\n")
    f = out/"content"/folder
    if index: f = f/(name + "d"); f.mkdir(parents=True, exist_ok=True); p = f/f"index{sfx}.md"; (f/"Asset B.txt").write_text("x"); (f/"a.png").write_bytes(b"p"); (f/"sub").mkdir(exist_ok=True); (f/"sub/z.bin").write_bytes(b"1")
    else: p = f/f"{name}{sfx}.md"
    p.parent.mkdir(parents=True, exist_ok=True)
    if not p.exists(): p.write_text(f"+++\n{fm}+++\n{body}")
def section(folder, lang, root=False):
    sfx = f".{lang}" if lang else ""
    fm = f"sort_by = '{C('date','update_date','title','title_bytes','weight','slug','permalink')}'\n"
    if R.random() < .8: fm += f"title = '{C(*[t for t in TITLES])}'\n"
    if not root: fm += f"weight = {R.randint(0, 10**6)}\n"
    if R.random() < .4: fm += f"paginate_by = {R.randint(0,3)}\n"
    if R.random() < .2: fm += f"paginate_path = '{C('p','Page','','a/b')}'\n"
    if R.random() < .3: fm += "paginate_reversed = true\n"
    if not root and R.random() < .3: fm += "transparent = true\n"
    if R.random() < .3: fm += "generate_feeds = true\n"
    if not root and R.random() < .1: fm += "render = false\n"
    if not root and R.random() < .1: fm += "redirect_to = '%s'\n" % C("/x", "https://r.test", "y/z")
    if not root and R.random() < .1: fm += "in_search_index = false\n"
    if R.random() < .2: fm += "insert_anchor_links = 'left'\n"
    if R.random() < .2: fm += "page_template = 'other.html'\n"
    if R.random() < .2: fm += f"aliases = ['/sal{len(folder)}{lang or ''}']\n"
    if R.random() < .1 and not root: fm += "draft = true\n"
    p = out/"content"/folder/f"_index{sfx}.md"; p.parent.mkdir(parents=True, exist_ok=True)
    p.write_text(f"+++\n{fm}+++\nsec *{folder}*\n\n# S\n"); 
    if R.random() < .3: (p.parent/"s.txt").write_text("s")
folders = ["", "blog", "blog/Deep Dir", "blog/2020", "été", "docs", "docs/a/b"]
for f in folders:
    for l in [None] + langs:
        if R.random() < .85 or f == "": section(f, l, f == "")
i = 0
for f in folders:
    for _ in range(R.randint(0, most or 6)):
        i += 1; page(f, C(None, *langs) if R.random() < .5 else None, i)
ONE = """{% macro p(p) %}[{{ p.title }}|{{ p.permalink }}|{{ p.path }}|{{ p.slug }}|{{ p.date }}|{{ p.updated }}|{{ p.year }}-{{ p.month }}-{{ p.day }}|{{ p.components }}|{{ p.ancestors }}|{{ p.relative_path }}|{{ p.colocated_path }}|{{ p.draft }}|{{ p.lang }}|{{ p.word_count }}|{{ p.reading_time }}|{{ p.authors }}|{{ p.assets }}|{{ p.description }}|{{ p.extra | json_encode }}|{{ p.summary }}|{% for k, v in p.taxonomies %}{{ k }}={{ v }};{% endfor %}]
{% endmacro p %}"""
BASE = '{% import "m.html" as m %}{{ current_path }} {{ current_url }} {{ lang }} {{ config.title }} {{ config.default_language }}\n'
PAGER = "{% if paginator %}P {{ paginator.paginate_by }} {{ paginator.base_url }} {{ paginator.number_pagers }} {{ paginator.first }} {{ paginator.last }} {{ paginator.previous }} {{ paginator.next }} {{ paginator.current_index }} {{ paginator.total_pages }}{% for p in paginator.pages %}{{ m::p(p=p) }}{% endfor %}{% endif %}\n"
SEC = "{{ section.title }}|{{ section.permalink }}|{{ section.path }}|{{ section.components }}|{{ section.ancestors }}|{{ section.relative_path }}|{{ section.lang }}|{{ section.assets }}|{{ section.subsections }}|{{ section.generate_feeds }}|{{ section.transparent }}|{{ section.paginate_by }}|{{ section.paginate_reversed }}|{{ section.word_count }}|{{ section.extra | json_encode }}\n{% for p in section.pages %}{{ m::p(p=p) }}{% endfor %}{% for t in section.translations | sort(attribute='lang') %}{{ t.lang }} {{ t.permalink }} {{ t.title }};{% endfor %}{% for b in section.backlinks %}{{ b.permalink }}{% endfor %}{{ section.content | safe }}"
PAGE = "{{ m::p(p=page) }}{{ page.content | safe }}{% if page.lower %}L{{ m::p(p=page.lower) }}{% endif %}{% if page.higher %}H{{ m::p(p=page.higher) }}{% endif %}{% for t in page.translations | sort(attribute='lang') %}{{ t.lang }} {{ t.permalink }} {{ t.title }};{% endfor %}"
T = out/"templates"
(T/"m.html").write_text(ONE)
(T/"page.html").write_text(BASE + PAGE); (T/"other.html").write_text(BASE + "OTHER" + PAGE)
(T/"section.html").write_text(BASE + SEC + PAGER); (T/"index.html").write_text(BASE + "INDEX" + SEC + PAGER)
(T/"taxonomy_list.html").write_text(BASE + "{{ taxonomy.name }} {{ taxonomy.slug }} {{ taxonomy.feed }} {{ taxonomy.render }} {{ taxonomy.paginate_by }} {{ taxonomy.paginate_path }}\n{% for t in terms %}{{ t.name }} {{ t.slug }} {{ t.path }} {{ t.permalink }} {{ t.page_count }}{% for p in t.pages %}{{ p.permalink }} {% endfor %}\n{% endfor %}")
(T/"taxonomy_single.html").write_text(BASE + "{{ taxonomy.name }}/{{ term.name }} {{ term.slug }} {{ term.path }} {{ term.permalink }} {{ term.page_count }}{% for p in term.pages %}{{ m::p(p=p) }}{% endfor %}" + PAGER)
(T/"404.html").write_text("404 {{ lang }} {{ config.title }}")
