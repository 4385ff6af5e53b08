#!/usr/bin/env python3
"""A site of random template expressions, each a page with a template of its own, to compare with the real Zola.

usage: expressions.py OUT SEED COUNT

Every filter, function, test, operator and tag, over values of all kinds, with arguments that fit, that are at the edge,
that are wrong and that are left out. The same seed gives the same site. Many are refused: `sieve.py` sorts those out.
"""
import json
import random
import re
import shutil
import sys
from pathlib import Path

DATES = """2024-02-29|2023-02-29|2021-03-04|1969-12-31|0001-01-01|9999-12-31|2024-1-5|20240105|2024-02-29T13:14:15
2024-02-29T13:14:15Z|2024-02-29T23:59:60Z|2024-03-31T02:30:00|2024-10-27T02:30:00+02:00|2024-02-29T13:14:15.123456789Z
2024-02-29T13:14:15.5+05:45|2024-02-29 13:14:15|2024-02-29 13:14:15Z|2024-02-29t13:14:15z|2024-02-29T13:14|Thu, 29 Feb 2024 13:14:15 +0000
2024-02-29T13:14:15-00:00|2024-02-29T13:14:15+24:00|+12024-02-29|-0001-02-03|2024-13-01|2024-02-29T|1e9|0|1709212455|-1|2024-060|2024-W09""".replace("\n", "|").split("|")
TEXTS = ["", " ", "a", "A b", "hello world", "HELLO wORLD", "  padded\t", "xxaxx", "élan vital", "É", "ßtraße", "ı İ ﬁ", "日本語 テスト", "👩‍👩‍👧 é́ x", "a,b,,c", "a/b/c", "one-two_three four",
         "<b>bold</b> & <i>it</i>", "<p>a</p>\n <p> b </p>", "<br/><!-- c --> >", "it's \"dq\"", "\\ \\n \\t", "line\nline2\r\nline3\n\nend", "   indent\n  two", "https://é.test/a b?c=d&e=f#g~h", "100%", "&amp;&lt;",
         "1", "-12", "+7", "007", "3.7", "1e3", ".5", "5.", "NaN", "inf", "0x1F", "ff", "0b101", "z", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1_000", " 12 ", "٣", "true", "false", "null",
         "*md* `code` [l](/x)", "# H\n\np", "aGVsbG8=", "aGVsbG8", "/w==", "@@", "aaa", "abcABC123", "{{ x }}", "o'neil o’neil", "mc-donald (x) [y] {z}", "ﬀ ŉ", "a\u00a0b\u2003c", "\u200b", "a\u0301"]
NUMBERS = ["0", "1", "2", "-1", "3", "7", "10", "42", "-5", "1.0", "0.5", "1.5", "2.5", "-2.5", "0.1", "3.14159", "100.0", "1.005", "123456789", "1024", "1048576", "9223372036854775807", "-9223372036854775808",
           "4294967296", "0.30000000000000004", "1234.5678", "-0.0", "99.995", "1000000000000000000000.0", "0.0000001", "2147483648"]
SMALL = ["0", "1", "2", "3", "5", "-1", "-2", "10", "1.5", "2.0", "100", "-100", "9223372036854775807", "-9223372036854775808", "0.5"]
DATA = {
    "texts": TEXTS, "dates": DATES, "null": None, "yes": True, "no": False,
    "nums": [0, 1, -1, 2, 1.5, 2.5, -2.5, 1e16, 1e15, 1e21, 1e-7, 123456789.125, 2**53, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 0.1 + 0.2, -0.0, 1e300, 5e-324, 1709212455, 100.0, 999, 1000, 1024, 1500000, 1e9],
    "empty": [], "nothing": {}, "ints": [3, 1, 2, 3, -7, 2], "floats": [1.5, 0.1, 1.5, -2.25], "mixed": [1, "1", 1.0, True, None, [1], {"a": 1}], "words": ["b", "a", "B", "É", "é", "a", "c c"],
    "bools": [True, False, True], "nested": [[1, 2], [], [3], [1, 2]], "nulls": [None, None], "intfloat": [2, 1.5, 1, 2.0, 10],
    "people": [{"n": "Zoé", "age": 30, "tag": ["x"], "in": {"k": 2, "l": [5, 6]}, "d": "2024-01-02"}, {"n": "Al", "age": 7.5, "tag": [], "in": {"k": 1, "l": []}, "d": None}, {"n": "bo", "age": 30, "tag": ["x", "y"], "in": {"k": 2}, "d": "2023-05-06"}, {"n": "Al", "age": 30, "tag": None, "in": None, "d": "2024-01-02"}],
    "even": [{"t": "b", "w": 2, "ok": True, "f": 1.5}, {"t": "a", "w": 10, "ok": False, "f": 0.5}, {"t": "b", "w": 1, "ok": True, "f": 1.5}],
    "map": {"z": 1, "a": "<x>", "é": [1], "k e": {"deep": True}, "0": "zero", "n": None, "a.b": "dotted", "f": 2.0},
}
# What stands for a kind of value in the patterns below.
KINDS = {
    "T": lambda r: literal(r.choice(TEXTS)) if r.random() < .4 else f"d.texts[{r.randrange(len(TEXTS))}]",
    "S": lambda r: literal(r.choice(["", "a", "b", " ", ",", "x", "é", "/", "l", "<", "o w", "aa", "...", "…", "&", "\\n", "n", "\n"])),
    "N": lambda r: r.choice(NUMBERS) if r.random() < .5 else f"d.nums[{r.randrange(len(DATA['nums']))}]",
    "I": lambda r: r.choice(SMALL),
    "s": lambda r: r.choice(["0", "1", "2", "3", "10", "-1", "1.5", "d.ints[0]", "'2'"]),
    "D": lambda r: (literal(r.choice(DATES)) if r.random() < .5 else f"d.dates[{r.randrange(len(DATES))}]") if r.random() < .8 else r.choice(["page.date", "page.updated", "page.extra.day", "page.extra.instant", "page.extra.clock", "config.extra.day", "d.nums[21]", "0", "-1", "1709212455", "253402300800"]),
    "A": lambda r: "d." + r.choice(["empty", "ints", "floats", "mixed", "words", "bools", "nested", "nulls", "intfloat", "people", "even", "people", "even"]) if r.random() < .85 else r.choice(["[]", "[1, 2, 3]", "['a', \"b\", `c`]", "[1, 'a', 2.5, true]", "[d.null, d.map]", "[[1], [2, 3]]", "range(end=4)", "[1 + 1, 2 * 3]", "['a' ~ 'b']", "[1 == 1]", "page.extra.list", "page.taxonomies.tags", "config.extra.list"]),
    "O": lambda r: r.choice(["d.map", "d.nothing", "d.people[0]", "d", "d.people[0].in", "page.extra", "config.extra.table", "page.taxonomies"]),
    "K": lambda r: literal(r.choice(["n", "age", "tag", "in", "in.k", "in.l", "in.l.0", "d", "t", "w", "ok", "f", "nope", "", "in.nope", "0", "1", ".", "in..k", "a.b", "é"])),
    "M": lambda r: literal(r.choice(["z", "a", "é", "k e", "0", "n", "nope", "", "a.b", "f"])),
    "B": lambda r: r.choice(["true", "false", "true", "false", "d.yes", "1", "0", "'true'", "d.null"]),
    "U": lambda r: r.choice(["nope", "d.nope", "d.map.nope", "nope.deep", "d.ints[99]", "d.people.9.n", "d.null.x", "page.nope", "d.map[nope]", "d['nope']", "d.ints[d.ints[0]]", "d.map[d.words[1]]", "d.people.0.n", "d.people[0]['n']", "d.words.1", "d.ints[-1]", "d.map['k e'].deep", "d.null"]),
    "F": lambda r: strftime(r),
    "Z": lambda r: literal(r.choice(["Europe/Paris", "America/New_York", "UTC", "Asia/Kathmandu", "Nope/Nope", "", "GMT", "Etc/GMT+5", "EST", "CET", "europe/paris", "+02:00"])),
    "L": lambda r: literal(r.choice(["fr_FR", "de_DE", "ja_JP", "en_US", "ar_SY", "ru_RU", "zh_CN", "pt_BR", "POSIX", "fr", "nope", "", "fr-FR", "ast_ES", "fi_FI"])),
    "C": lambda r: literal(r.choice(["en", "fr", "de", "en-US", "fr-CH", "es", "nope", "", "hi", "de-CH", "pl", "EN", "sv", "pt-PT"])),
    "R": lambda r: literal(r.choice(["a", "[a-z]+", r"(\w)(\w)", r"\s+", "^", "$", "", "(", "(?i)A", r"(?P<y>\d+)", r"\b", "é|日", ".", "(?m)^", r"[^\x00-\x7F]", "a{2,}"])),
    "P": lambda r: literal(r.choice(["", "x", "$1", "$2$1", "${1}_", "$y", "$$", "$0", "$1a", "$nope", "\\1", "<$0>"])),
    "V": lambda r: KINDS[r.choice("TTNNAAODBU")](r),
    "E": lambda r: expression(r, 2),
}
FILTERS = {
    "T": "upper lower trim trim_start trim_end trim_start_matches(pat=#S) trim_end_matches(pat=#S) trim_start_matches(pat=#T) truncate truncate(length=#I) truncate(length=#I,end=#S) truncate(length=#N) wordcount replace(from=#S,to=#S) replace(from=#S) replace(to=#S) capitalize title linebreaksbr indent indent(prefix=#S) indent(prefix=#S,first=#B) indent(blank=#B) indent(first=#B,blank=#B) striptags spaceless urlencode urlencode_strict escape escape_xml slugify addslashes split(pat=#S) split(pat=#T) split int int(default=#I) int(base=#I) int(base=16) int(base=2,default=#V) int(base=36) float float(default=#N) length reverse as_str json_encode json_encode(pretty=#B) safe markdown markdown(inline=#B) base64_encode base64_decode regex_replace(pattern=#R,rep=#P) regex_replace(pattern=#R) date default(value=#V) default matching nosuch".split(" "),
    "N": "abs round round(method='ceil') round(method='floor') round(method='common') round(method=#S) round(precision=#I) round(method='ceil',precision=#I) round(method='floor',precision=#I) filesizeformat filesizeformat(binary=#B) pluralize pluralize(singular=#S) pluralize(plural=#S) pluralize(singular=#S,plural=#S) num_format num_format(locale=#C) int int(default=#I) int(base=#I) float float(default=#N) as_str json_encode date date(format=#F) default(value=#V) safe length escape".split(" "),
    "D": ["date", "date(format=#F)", "date(format=#F)", "date(format=#F)", "date(format=#F,timezone=#Z)", "date(format=#F,timezone=#Z)", "date(timezone=#Z)", "date(format=#F,locale=#L)", "date(format=#F,locale=#L)", "date(locale=#L)", "date(format=#F,timezone=#Z,locale=#L)", "date(format=#V)", "date(timezone=#V)"],
    "A": "first last nth(n=#I) nth nth(n=#V) join join(sep=#S) join(sep=#V) sort sort(attribute=#K) sort(attribute=#K) sort(attribute=#V) unique unique(attribute=#K) unique(case_sensitive=#B) unique(attribute=#K,case_sensitive=#B) slice slice(start=#I) slice(end=#I) slice(start=#I,end=#I) slice(start=#V) group_by(attribute=#K) group_by(attribute=#K) group_by filter(attribute=#K) filter(attribute=#K,value=#V) filter(attribute=#K,value=30) filter(value=#V) map(attribute=#K) map(attribute=#K) map concat(with=#V) concat(with=#A) concat length reverse json_encode json_encode(pretty=#B) as_str default(value=#V)".split(" "),
    "O": "get(key=#M) get(key=#M,default=#V) get get(key=#V) length json_encode json_encode(pretty=#B) as_str default(value=#V) first reverse".split(" "),
}
FILTERS["B"] = FILTERS["U"] = FILTERS["T"] + FILTERS["N"] + FILTERS["A"] + FILTERS["O"] + FILTERS["D"] + ["default(value=#V)"] * 20
TESTS = ["defined", "undefined", "odd", "even", "string", "number", "divisibleby(#I)", "divisibleby(#N)", "iterable", "object", "starting_with(#S)", "ending_with(#S)", "containing(#S)", "containing(#V)", "matching(#R)", "starting_with(#V)", "nosuch", "odd(1)", "defined(1)", "matching", "divisibleby"]
FUNCTIONS = ["range(end=#s)", "range(start=#s,end=#s)", "range(start=#s,end=#s,step_by=#s)", "range(start=1,end=9,step_by=#s)", "range(start=1)", "range(end=#T)", "throw(message=#T)", "throw", "throw()", "throw(message=#V)", "get_random(end=#V)", "get_random(start=5,end=6)", "get_random(start=#I)", "get_env(name='NOPE_X',default=#V)", "get_env(name='NOPE_X')", "get_env(name='HOME')", "get_env()",
             "now(timestamp=#B) * 0", "now(utc=#B) | truncate(length=3)", "get_url(path=#T)", "get_url(path=#G)", "get_url(path=#G,lang=#H)", "get_url(path=#G,trailing_slash=#B)", "get_url(path=#G,cachebust=#B)", "get_url()", "get_url(path=#V)", "get_url(path=#G,lang=#V)", "get_url(path=#G,trailing_slash=true,cachebust=true)", "get_page(path=#G) | get(key='title')", "get_page(path=#G,lang=#H) | get(key='permalink')", "get_page(path=#V)", "get_section(path=#G) | get(key='permalink')", "get_section(path=#G,metadata_only=#B) | get(key='pages') | length", "get_section(path=#G,lang=#H)|get(key='path')", "get_taxonomy(kind=#J) | json_encode", "get_taxonomy(kind=#J,lang=#H) | get(key='permalink')", "get_taxonomy(kind=#J,required=#B)", "get_taxonomy_url(kind=#J,name=#J)", "get_taxonomy_url(kind=#J,name=#T,required=#B)", "get_taxonomy_url(kind=#J,name=#J,lang=#H,required=#B)", "get_taxonomy_term(kind=#J,term=#J)|get(key='permalink')", "get_taxonomy_term(kind=#J,term=#J,include_pages=#B) | json_encode", "get_taxonomy_term(kind=#J,term=#J,required=#B)", "get_taxonomy_term(kind=#J,term=#J,lang=#H,required=false)",
             "get_hash(path=#G)", "get_hash(literal=#T)", "get_hash(literal=#T,sha_type=#Q)", "get_hash(literal=#T,base64=#B)", "get_hash(path=#G,sha_type=256,base64=false)", "get_hash()", "get_hash(path='a.txt',literal='x')", "get_hash(literal=#V)", "load_data(path=#G) | json_encode", "load_data(path=#G,format=#W) | json_encode", "load_data(literal=#X,format=#W) | json_encode", "load_data(literal=#X,format=#W) | json_encode", "load_data(literal=#T)", "load_data(path=#G,required=#B) | json_encode", "load_data()", "load_data(path='a.json',literal='x')", "load_data(literal=#V,format='json')", "load_data(path='nope.json',required=false) | default(value=1)", "trans(key=#Y)", "trans(key=#Y,lang=#H)", "trans(key=#V)", "trans()", "get_image_metadata(path=#G) | json_encode", "get_image_metadata(path=#G,allow_missing=#B)", "get_image_metadata()", "resize_image(path='nope.png',width=10)", "resize_image(path='p.png',width=#V,height=#V,op='fit') | json_encode", "resize_image(path='p.png',width=#I,op=#S)", "resize_image(path='p.png',width=4,height=#I,op='fill',format=#W)|json_encode", "nosuch(a=1)"]
KINDS |= {
    "G": lambda r: literal(r.choice(["@/blog/_index.md", "blog/_index.md", "blog/un.md", "@/blog/un.md", "@/blog/un.fr.md", "@/nope.md", "@/blog/un.md#sec", "a.txt", "/a.txt", "static/a.txt", "@/blog/un.md?q", "./a.txt", "a.json", "a.toml", "a.csv", "a.yaml", "a.xml", "a.bibtex", "a.bib", "data.json", "p.png", "/p.png", "d.svg", "nope.txt", "../out.txt", "", "/", "blog", "/blog/", "blog/#x", "a b é", "https://ext.test/x", "//x.test", "blog/un.fr.md", "_index.md", "@/_index.md", "@/blog", "content/blog/un.md", "fr/x", "/fr/x", "bad.json", "latin.txt", "a.JSON", "a.yml", "mailto:x@y.z", "#frag", "?q=1"])),
    "H": lambda r: r.choice(["'en'", "'fr'", "'de'", "''", "d.null", "1", "lang", "page.lang"]),
    "J": lambda r: literal(r.choice(["tags", "cats", "nope", "a", "A b", "é", "a-b", "", "c++", "c", "Tags", "étés", "ete"])),
    "Q": lambda r: r.choice(["256", "384", "512", "1", "'256'", "256.0", "-1"]),
    "W": lambda r: literal(r.choice(["json", "toml", "csv", "yaml", "yml", "xml", "bibtex", "plain", "JSON", "nope", "", "png", "jpg", "webp", "auto"])),
    "X": lambda r: literal(r.choice(["", "1", "[1, 2.50, null]", '{"b": 1, "a": {"c": []}}', "{", "a = 1\nb = 2021-01-02\n[c]\nd = 'x'", "a = ", "a,b\n1,2\n", "a,b\n1\n", "a,a\n1,2", "x", "a: 1\nb: [x, ~, 2.0, yes, 0o7, 0x1f, 1e3, .inf]", "- a\n- b: c", "2021-01-02", "a: *x", "<a b='1'>t<c/></a>", "<a><b>1</b><b>2</b></a>", "<a>", "@book{k, title = {T}, year = 2020}", "@string{x = \"y\"}", "1e400", "99999999999999999999", "-0", "1.0", "\"é\\u00e9\\n\"", "a: 2021-01-02T03:04:05Z", "1: x\ntrue: y", "[a]\nx = [1, 2]\n[[b]]\n[[b]]\ny = 1.0", "x = 1979-05-27T07:32:00Z\ny = 07:32:00\nz = 1e3", "a;b\n1;2"])),
    "Y": lambda r: literal(r.choice(["hi", "bye", "only_en", "nope", "", "html", "dotted.key"])),
}


def literal(text):
    quotes = [quote for quote in "\"'`" if quote not in text]
    return quotes[0] + text + quotes[0] if quotes else '"both"'


def strftime(r):
    forms = "Y C y q m b B h d e a A w u U W G g V j D x F v H k I l P p M S f .f .3f .6f .9f 3f 6f 9f R T X r Z z :z ::z :::z #z c + s t n % E O Q L N i J K 1 -d -m -H -I -j _d _m 0e -e 0k _H -y -Y _Y ^a ^B #Z -M -S -V -U 5Y".split(" ")
    parts = ["%" + r.choice(forms) + r.choice([" ", "", "-", "/", "é", "T", "'", ","]) for _ in range(r.randint(1, 4))]
    return literal("".join(parts).replace("'", "")) if r.random() < .95 else literal(r.choice(["", "plain", "%", "100%", "%%", "% Y"]))


def fill(r, pattern):
    return re.sub(r"#([A-Zs])", lambda found: KINDS[found[1]](r) if found[1] == "s" or r.random() < .93 else KINDS["V"](r), pattern)


def filtered(r):
    kind = r.choice("TTTTTNNNDDDAAAAOBU")
    given = kind if r.random() < .85 else r.choice("TNDAOBU")
    out = KINDS[given](r) + " | " + fill(r, r.choice(FILTERS[kind]))
    if r.random() < .25:
        out += " | " + fill(r, r.choice(FILTERS[r.choice("TNAO")]))
    return out


def operand(r):
    number = lambda: KINDS["N"](r)
    return r.choice([number, number, number, number, lambda: KINDS[r.choice("NNUDO")](r), lambda: number() + " | " + fill(r, r.choice(FILTERS["N"])), lambda: KINDS["A"](r) + " | length", lambda: f"({number()} {r.choice('+-*/%')} {number()})"])()


def math(r):
    return " ".join([operand(r)] + [part for _ in range(r.choice([1, 1, 1, 2])) for part in (r.choice("+-*/%"), operand(r))])


def expression(r, depth=0):
    deeper = lambda: expression(r, depth + 1) if depth < 2 else KINDS["V"](r)
    side = lambda: r.choice([KINDS["V"], KINDS["V"], math, filtered])(r)
    return r.choice([
        lambda: filtered(r), lambda: filtered(r), lambda: filtered(r), lambda: filtered(r), lambda: filtered(r),
        lambda: math(r), lambda: math(r),
        lambda: fill(r, r.choice(FUNCTIONS)), lambda: fill(r, r.choice(FUNCTIONS)), lambda: fill(r, r.choice(FUNCTIONS)),
        lambda: f"{side()} {r.choice(['==', '!=', '<', '<=', '>', '>='])} {r.choice([KINDS['N'], KINDS['T'], KINDS['U'], KINDS['D'], math, filtered])(r)}",
        lambda: f"{deeper()} {r.choice(['and', 'or'])} {r.choice(['', '', 'not '])}{deeper()}",
        lambda: f"not {side()}", lambda: f"({deeper()})",
        lambda: f"{KINDS['V'](r)} {r.choice(['in', 'not in'])} {r.choice([KINDS['A'], KINDS['T'], KINDS['O'], KINDS['V']])(r)}",
        lambda: f"{name(r)} is {r.choice(['', '', 'not '])}{fill(r, r.choice(TESTS))}",
        lambda: f"{name(r)} is {fill(r, r.choice(TESTS))}",
        lambda: " ~ ".join(r.choice([KINDS["T"], KINDS["N"], KINDS["V"], KINDS["D"], KINDS["U"]])(r) for _ in range(r.randint(2, 3))),
        lambda: KINDS["V"](r), lambda: fill(r, r.choice(["m::show(a=#V)", "m::show(a=#E,b=#V)", "self::own(x=#V)", "m::deep(n=#I)", "m::nope()", "m::show()", "m::show(b=1)", "m::show(a=1,zz=2)", "m::scope(a=1)", "self::list(l=#A)", "m::show(a=#V) | upper", "m::escape(a=#T) | safe", "m::defaults()", "m::defaults(t=#V,n=#V)"])),
    ])()


def name(r):
    while True:
        found = KINDS["V"](r)
        if re.match(r"^(?!true|false)[a-z]\w*([.\[].*)?$", found) and "(" not in found:
            return found


def tags(r):
    """A few tags, instead of one expression."""
    e = lambda: expression(r, 1)
    return r.choice([
        lambda: "{% if " + e() + " %}yes{% elif " + e() + " %}else{% else %}no{% endif %}",
        lambda: "{% for x in " + r.choice([KINDS["A"], KINDS["O"], KINDS["U"], filtered])(r) + " %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ x }};{% else %}empty{% endfor %}",
        lambda: "{% for k, v in " + r.choice([KINDS["O"], KINDS["O"], KINDS["A"], filtered])(r) + " %}{{ k }}={{ v }};{% endfor %}",
        lambda: "{% for x in " + KINDS["A"](r) + " %}{% if " + r.choice(["x == 2", "loop.index > 2", "x is string", "loop.last", "loop.first", "x"]) + " %}{% " + r.choice(["break", "continue"]) + " %}{% endif %}{{ x }}{% set_global last = x %}{% set here = x %}{% endfor %}{{ last | default(value='none') }}{{ here | default(value='gone') }}",
        lambda: "{% for a in [1, 2] %}{% for b in " + KINDS["A"](r) + " %}{% if " + r.choice(["a == b", "loop.index == a", "b is number and b > a"]) + " %}{% " + r.choice(["break", "continue"]) + " %}{% endif %}{{ a }}{{ b }}{% else %}none{% endfor %}{{ loop.index }}{% endfor %}",
        lambda: "{% filter " + fill(r, r.choice(FILTERS["T"])) + " %}" + r.choice(TEXTS).replace("{{ x }}", "") + "{{ " + e() + " }}{% endfilter %}",
        lambda: "{% set x = " + e() + " %}{% if true %}{% set x = 2 %}{{ x }}{% endif %}{{ x }}",
        lambda: "{%- set x = 1 -%}  {{- x -}}  {# c #} " + r.choice(["{%- if x -%} a {%- else -%} b {%- endif -%} z", "{#- c -#} z", "{{ '  s  ' -}} \n z", " \n{%- raw -%} {{ x }} {%- endraw -%} z", "{%- for i in [1, 2] -%} {{ i }} {%- endfor -%} z", "{% raw %} {{ x }} {% y %} {# z #} {% endraw %}", "{%- macro q() -%} q {%- endmacro -%}"]),
        lambda: "{% include " + r.choice(["'part.html'", "['nope.html', 'part.html']", "['nope.html'] ignore missing", "'nope.html' ignore missing", "'nope.html'", "['part.html', 'nope.html']", "'self.html'"])+ " %}",
        lambda: "{% set part = " + e() + " %}{% include 'part.html' %}",
        lambda: "{{ __tera_context" + r.choice([" | length", " | upper | length", " is string", " is defined", " | truncate(length=12)"]) + " }}",
        lambda: "{% block a %}A{% block b %}B{{ " + e() + " }}{% endblock b %}{% endblock a %}{{ super() }}",
        lambda: "{% if " + e() + " %}{% set_global g = 1 %}{% endif %}{{ g | default(value=0) }}",
    ])()


def heir(r):
    e = lambda: expression(r, 1)
    return "{% extends '" + r.choice(["base.html", "middle.html"]) + "' %}{% import 'macros.html' as m %}{% set d = load_data(path='data.json') %}ignored " + "".join(
        "{% block " + block + " %}" + r.choice(["{{ super() }}", "", "[{{ super() }}]{{ super() }}"]) + "{% set d = load_data(path='data.json') %}{{ " + e() + " }}" + r.choice(["", "{% block inner" + block + " %}I{% endblock %}"]) + "{% endblock " + block + " %}" for block in r.sample(["a", "b", "c", "nope", "inner"], 2))


SET = "\n{% set d = load_data(path='data.json') %}\n"
HEAD = "{% import 'macros.html' as m %}{% macro own(x, y='<y>') %}({{ x }}{{ y }}){% endmacro own %}{% macro list(l) %}{% for i in l %}{{ i }},{% if loop.first %}{{ self::own(x=i) }}{% endif %}{% endfor %}{% endmacro list %}"


def template(r):
    chance = r.random()
    if chance < .04:
        return heir(r)
    if chance < .2:
        return HEAD + SET + tags(r)
    said = expression(r)
    if r.random() < .5:
        return HEAD + SET + "{{ " + said + " }}"
    return HEAD + SET + "{% set v = " + said + " %}{{ v }}|{{ v | json_encode | safe }}|{% if v %}t{% endif %}"


FILES = {
    "config.toml": 'base_url = "https://a.test/base"\ntitle = "c"\ntaxonomies = [{ name = "tags" }, { name = "cats" }]\n[languages.fr]\ntaxonomies = [{ name = "tags" }]\n[languages.fr.translations]\nhi = "salut"\nbye = "au revoir"\n[translations]\nhi = "hello"\nonly_en = "en"\nhtml = "<b>&"\n"dotted.key" = "d"\n[extra]\nday = 2024-02-29\nlist = [1, "a", [2]]\n[extra.table]\nz = 1\na = { b = "c" }\n',
    "content/_index.md": "+++\n+++\n", "content/_index.fr.md": "+++\n+++\n", "content/blog/_index.md": "+++\ntitle = 'Blog'\nsort_by = 'slug'\n+++\n",
    "content/blog/un.md": "+++\ntitle = 'Un'\n[taxonomies]\ntags = ['a', 'A b', 'é', 'c++']\n+++\n# Sec\n", "content/blog/deux.md": "+++\n[taxonomies]\ncats = ['c']\n+++\n", "content/blog/un.fr.md": "+++\ntitle = 'Un fr'\n[taxonomies]\ntags = ['étés']\n+++\n",
    "templates/index.html": "", "templates/page.html": "", "templates/section.html": "", "templates/taxonomy_list.html": "", "templates/taxonomy_single.html": "",
    "templates/part.html": "[{{ part | default(value='nopart') }}{{ page.title }}]", "templates/self.html": "s",
    "templates/base.html": "{% import 'macros.html' as m %}<{% block a %}a{% block inner %}i{% endblock inner %}{% endblock a %}{% block b %}b{{ page.title }}{% endblock b %}{% block c %}{% endblock %}>",
    "templates/middle.html": "{% extends 'base.html' %}{% block a %}m{{ super() }}{% endblock a %}{% block c %}mc{% endblock c %}",
    "templates/macros.html": "{% macro show(a, b='<b>') %}[{{ a }}/{{ b }}]{% endmacro show %}{% macro deep(n) %}{{ n }}{% if n > 0 %}{{ self::deep(n=n - 1) }}{% endif %}{% endmacro deep %}{% macro scope(a) %}{{ page.title | default(value='no page') }}{{ config.title | default(value='no config') }}{{ lang | default(value='no lang') }}{% endmacro %}{% macro escape(a) %}{{ a }}<{{ a | safe }}>{% endmacro %}{% macro defaults(t=\"t\", n=1, f=1.5, b=true) %}{{ t }}{{ n }}{{ f }}{{ b }}{% endmacro %}",
    "static/a.txt": "static é", "a.json": '{"b": [1, 2.0, null], "a": "x"}', "a.toml": "b = 1\na = 2021-01-02\nf = 1.0\n[t]\nx = [1]\n", "a.csv": "h,i\n1,é\n\"q,r\",\n", "a.yaml": "b: 1\na: [x, ~]\n", "a.yml": "- 1\n", "a.xml": "<r a='1'><x>t</x><x/></r>", "a.bibtex": "@book{k, Title = {A {B}}, year = 2020}\n", "a.bib": "@book{k}", "bad.json": "{", "a.JSON": "[1]",
    "static/d.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20"/>', "data.json": json.dumps(DATA),
}
FRONT = "+++\ntitle = {title}\ntemplate = \"{stem}.html\"\ndate = 2024-02-29T13:14:15+01:00\nupdated = 2024-03-01\n[extra]\nday = 2024-02-29\ninstant = 2024-02-29T13:14:15Z\nclock = 2024-02-29T13:14:15\nlist = ['x', 2, 1.5]\nhtml = '<i>'\n+++\n"


def picture():
    """Two by two pixels as PNG."""
    import struct
    import zlib
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"\0\xff\0\0\0\xff\0" * 2
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def site(out, seed, count):
    r = random.Random(seed)
    shutil.rmtree(out, ignore_errors=True)
    for path, text in FILES.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(text.encode())
    (out / "static/p.png").write_bytes(picture())
    (out / "latin.txt").write_bytes(b"\xe9")
    for number in range(count):
        stem = f"e{number:05}"
        (out / f"content/{stem}.md").write_text(FRONT.format(title=json.dumps(f"T {number}"), stem=stem))
        (out / f"templates/{stem}.html").write_text(template(r))


if __name__ == "__main__":
    site(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
