#!/usr/bin/env python3
"""A site of random Markdown pages, to compare with the real Zola.

usage: markdown.py OUT SEED COUNT

The same seed gives the same site. Blocks and inlines are chosen at random and put into one another.
"""
import random, sys, shutil
from pathlib import Path
out, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]); feats = "mls"
R = random.Random(seed)
WORDS = "foo bar Élan “quoted” don't it's \"dq\" 'sq' -- --- ... naïve 日本語 Ωmega a&b <x> :smile: :tada: :+1: :nosuch: 50% x_y_z *st ar* snake_case http://plain.test www.x.test a\\*b &amp; &copy; &#65; &nosuch; © 1. #hash @at ~ ~~ ^ | \\| \t tab ß ı İ ﬁ 👩‍👩‍👧 é́ 100.000,5 [ref] [^1] [^n] \\[ ` !".split(" ")
def word(): return R.choice(WORDS)
def words(n=None): return " ".join(word() for _ in range(n or R.randint(1, 6)))
def url():
    return R.choice(["https://ext.test/a?b=c&d=e", "http://x.test", "/abs/path", "rel.png", "../up", "mailto:a@b.c", "tel:1", "./x.md", "<a b>", "@/_index.md", "@/other.md", "@/other.md#sec", "https://é.test/ü?q=\"x\"", "foo:bar", "git+ssh://x", "a_b:c", "a.b:c", "?q=1", "//proto.test/x", "HTTPS://UP.test", "%20x", "javascript:alert(1)", "x#y", "data:,x", "https:", "http:foo"])
def title(): return R.choice(["", "", ' "t & <b> \\"q\\""', " 'single'", " (paren)"])
def inline(d=0):
    k = R.randint(0, 24)
    if d > 2: return words()
    sub = lambda: inline(d+1)
    if k < 6: return words()
    if k == 6: return "*" + sub() + "*"
    if k == 7: return "**" + sub() + "**"
    if k == 8: return "~~" + sub() + "~~"
    if k == 9: return "`" + R.choice(["code", "a<b", "x & y", "`` ` ``", "{{ x }}", "<!-- more -->"]) + "`"
    if k == 10: return f"[{sub()}]({url()}{title()})"
    if k == 11: return f"![{sub()}]({R.choice(['x.png','/y.jpg','https://i.test/z.png?a&b','../z.gif','d/e.webp'])}{title()})"
    if k == 12: return "<" + R.choice(["https://auto.test/x?y&z", "me@mail.test", "foo:bar"]) + ">"
    if k == 13: return R.choice(["<b>bold</b>", "<br>", "<span class=\"x\">s</span>", "<!-- c -->", "<i", "</i>", "<?php x ?>", "<a href='x'>l</a>", "<input disabled>"])
    if k == 14: return "[" + words(1) + "][ref]"
    if k == 15: return "[^" + R.choice(["1", "n", "x y", "é", "missing"]) + "]"
    if k == 16: return words(1) + "  \n" + words(1)
    if k == 17: return words(1) + "\\\n" + words(1)
    if k == 18: return words(1) + "\n" + words(1)
    if k == 19 and "s" in feats: return shortcode_inline()
    if k == 20 and "m" in feats and R.random() < .3: return R.choice(["<!-- more -->", "<!--more-->", "<!-- MORE -->", "<!--  more-->"])
    if k == 21: return "![ref alt][ref]"
    return sub() + R.choice([" ", "", ", "]) + sub()
def arg():
    return R.choice(["a=1", "b=\"x\"", "c='y z'", "d=true", "e=[1,2]", "f=-1.5", "g=`t`", "a=\"<b>&'\"", "n=\"é\""])
def args():
    return ", ".join(arg() for _ in range(R.randint(0, 3)))
def shortcode_inline():
    return R.choice(["{{ inl(%s) }}", "{{inl(%s)}}", "{{ mdi(%s) }}", "{{ multi(%s) }}", "{{ mdm(%s) }}", "{{ nth() }}", "{{/* inl(%s) */}}"]).replace("%s", args())
def shortcode_block(d):
    b = R.choice([lambda: words(), lambda: inline(), lambda: blocks(d+1), lambda: shortcode_inline(), lambda: "x"])()
    n = R.choice(["box", "mdbox", "pre"])
    sep = R.choice(["\n", " ", "", "\n\n"])
    return "{%% %s(%s) %%}%s%s%s{%% end %%}" % (n, args(), sep, b, sep)
def indent(text, by, first=None):
    lines = text.split("\n")
    return "\n".join((first if i == 0 and first is not None else (by if l else R.choice(["", by.rstrip()]))) + l for i, l in enumerate(lines))
def heading():
    t = inline(1).replace("\n", " ")
    attr = R.choice(["", "", "", " {#my-id}", " {.cls}", " {#i .a .b}", " {k=v}", " {#é}", " {#a\"b}", " {}"])
    if R.random() < .2: return inline(1) + "\n" + R.choice(["===", "---"])
    return "#" * R.randint(1, 6) + " " + t + R.choice(["", " #", " ##"]) + attr
def code():
    f = R.choice(["```", "~~~", "````"])
    info = R.choice(["", "rust", "rust,linenos", "text", "nosuch", "py,hl_lines=1", "plain", "js,name=a.js", "html,hide_lines=2", "rust linenos", "C++"])
    body = R.choice(["fn a() {}\n", "x\n\ny\n", "<b>&\"'</b>\n", "\ttab\n", "", "{% raw %}\n", "```\n" if f == "````" else "z\n", "<!-- more -->\n"] + (["a {{ inl() }} b\n", "{{ multi() }}\n"] if "s" in feats else []))
    return f"{f}{info}\n{body}" + (f if R.random() < .93 else "")
def table():
    n = R.randint(1, 3)
    row = lambda: "| " + " | ".join(inline(2).replace("\n", " ") for _ in range(R.choice([n, n, n+1, max(1, n-1)]))) + " |"
    return row() + "\n|" + "|".join(R.choice(["---", ":-:", "--:", ":--"]) for _ in range(n)) + "|\n" + "\n".join(row() for _ in range(R.randint(0, 3)))
def lst(d):
    o = R.choice(["- ", "* ", "+ ", "1. ", "3) ", "- [ ] ", "- [x] "])
    ind = " " * (len(o) if "[" not in o else 2)
    items = []
    for _ in range(R.randint(1, 3)):
        items.append(indent(R.choice([lambda: inline(), lambda: blocks(d+1, 2)])(), ind, o))
    return R.choice(["\n", "\n\n"]).join(items)
def block(d=0):
    k = R.randint(0, 24)
    if d > 2 and k > 12: k = 0
    if k < 7: return inline()
    if k < 10: return heading()
    if k == 10: return code()
    if k == 11: return "    indented <code>\n\n    more & more"
    if k == 12: return R.choice(["---", "***", "<hr>", "<!-- c -->", "<div>\n*no*\n</div>", "<div>\n\n*yes*\n\n</div>", "<script>\nlet a = 1 < 2;\n\nb\n</script>", "<pre>\n\nx\n</pre>", "<details><summary>s</summary>\n\nt\n\n</details>", "<p id=\"anch\">x</p>", "<!-- multi\n\nline -->", "<style>a{}</style>"])
    if k in (13, 14): return indent(blocks(d+1, 2), "> ", "> ")
    if k in (15, 16): return lst(d)
    if k == 17: return table()
    if k == 18: return "[^" + R.choice(["1", "n", "é", "x y", "unused"]) + "]: " + indent(R.choice([lambda: inline(), lambda: blocks(d+1, 2)])(), "    ", "")
    if k == 19: return indent(R.choice(["[!NOTE]", "[!TIP]", "[!WARNING]", "[!CAUTION]", "[!IMPORTANT]", "[!note]", "[!NOTE] x", "[!NOPE]"]) + "\n" + inline(), "> ")
    if k == 20: return words(2) + "\n" + R.choice(["", "\n"]) + indent(inline(), "  ", ": ")
    if k == 21: return "[ref]: " + R.choice(["/ref 'T'", "https://ref.test", "x.png \"a\""])
    if k == 22 and "m" in feats: return R.choice(["<!-- more -->", "<!--more-->", "<!-- More -->", "<!--\nmore\n-->", "<div><!-- more --></div>", "<!-- more --> rest", "a <!-- more --> b", "<!-- more --><b>x</b>", "- a <!-- more -->\n- b", "> q <!-- more -->\n> r", "<!-- more -->\ntext", "<div>\n<!-- more -->\n</div>", "> # h\n>\n> t <!-- more --> z", "**a <!-- more --> b**", "| a |\n|---|\n| x <!-- more --> y |", "# h <!-- more --> i", "[^q]: a <!-- more --> b"])
    if k in (23, 24) and "s" in feats: return R.choice([lambda: shortcode_inline(), lambda: shortcode_block(d)])()
    return inline()
def blocks(d=0, n=None):
    return R.choice(["\n\n", "\n\n", "\n\n", "\n"]).join(block(d) for _ in range(n or R.randint(1, 5)))
if __name__ == "__main__":
    shutil.rmtree(out, ignore_errors=True); (out/"content").mkdir(parents=True); (out/"templates/shortcodes").mkdir(parents=True)
    (out/"config.toml").write_text('base_url = "https://a.test"\ntitle = "c"\n')
    (out/"content/_index.md").write_text('+++\nsort_by = "slug"\n+++\n')
    (out/"content/other.md").write_text('+++\ntitle = "other"\n+++\n# Sec\n')
    for i in range(count):
        t = blocks(0, R.randint(1, 8)) + R.choice(["\n", "", "\n\n"])
        if R.random() < .05: t = t.replace("\n", "\r\n")
        if R.random() < .5: t += "\n\n[ref]: /r 'ref'\n\n[^1]: note one\n\n[^n]: note n\n\n    second *par*\n"
        with open(out/"content"/f"p{i:05}.md", "w", newline="") as f: f.write(f'+++\ntitle = "p{i}"\n+++\n' + t)
    (out/"templates/page.html").write_text("{{ page.content | safe }}\n<aside>{{ page.summary | default(value='none') | safe }}</aside>\n{{ page.toc | json_encode | safe }} {{ page.word_count }} {{ page.reading_time }} {{ page.content | striptags | truncate(length=80) }}\n")
    for n in ("index", "section"): (out/"templates"/f"{n}.html").write_text("{% for p in section.pages %}{{ p.title }} {{ p.word_count }}\n{% endfor %}")
    S = out/"templates/shortcodes"
    (S/"inl.html").write_text("<i data-a=\"{{ a | default(value='-') }}\">{{ b | default(value='b') }}{{ nth }}</i>")
    (S/"mdi.md").write_text("*md {{ a | default(value='-') }}* `{{ nth }}`")
    (S/"multi.html").write_text("<div>\n  <p>{{ c | default(value='c') }}</p>\n\n  <p>{{ page.title | default(value='?') }}</p>\n</div>\n")
    (S/"mdm.md").write_text("\n## from md {{ nth }}\n\n- item\n\n")
    (S/"nth.html").write_text("{{ nth }}/{{ lang }}/{{ config.title }}")
    (S/"box.html").write_text("<div class=\"box\">{{ body | safe }}</div>")
    (S/"mdbox.md").write_text("> {{ body }}\n")
    (S/"pre.html").write_text("<pre>{{ body | markdown | safe }}</pre>\n")
