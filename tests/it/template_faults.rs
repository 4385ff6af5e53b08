//! Faults of templates in both dialects: the place to mend, what could have been meant, and an end to what has none.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Builds a site of these files, which fails, and gives what the terminal says.
fn told(dialect: &str, files: &[(&str, &[u8])]) -> String {
    let place = tempfile::tempdir().unwrap();
    let all: [(&str, &[u8]); 3] = [
        ("zola.toml", b"base_url = \"https://exemple.test\"\n"),
        ("content/_index.md", b"+++\ntitle = \"Accueil\"\n+++\n"),
        ("templates/index.html", b"{{ section.title }}"),
    ];
    for (path, bytes) in all.iter().chain(files) {
        write(place.path(), path, bytes);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_repere"));
    let done = command.arg("build").current_dir(place.path()).env("REPERE_DIALECT", dialect).output().unwrap();
    let text = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{text}");
    text
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// Each dialect, a template, and what must be told of it.
#[track_caller]
fn tells(dialect: &str, index: &str, wanted: &[&str]) {
    let text = told(dialect, &[("templates/index.html", index.as_bytes())]);
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn the_place_is_where_it_went_wrong_and_not_where_the_word_is_first() {
    // `titel` stands in a comment and in a condition before it is printed.
    let index =
        "{# titel #}{% if section.titel %}x{% endif %}\n<p>{% if section.title %}{{ section.titel }}{% endif %}";
    tells("0.22", index, &["templates/index.html:2:29", "{{ section.titel }}", "did you mean `title`?"]);
    let index = "<p>\n{{ section.titel.x }}";
    tells("0.23", index, &["templates/index.html:2:", "did you mean `title`?"]);
}

#[test]
fn a_misspelt_word_is_told_with_the_one_that_is_near() {
    for dialect in ["0.22", "0.23"] {
        tells(dialect, "\n{{ 'a' | uper }}", &["templates/index.html:2:10", "did you mean `upper`?"]);
        tells(dialect, "{{ get_ulr(path='/') }}", &["templates/index.html:1:4", "did you mean `get_url`?"]);
        tells(dialect, "{% if section is definde %}{% endif %}", &["index.html:1:18", "did you mean `defined`?"]);
        tells(dialect, "{{ sectoin }}", &["templates/index.html:1:4", "did you mean `section`?"]);
        tells(dialect, "{% include 'indx.html' %}", &["templates/index.html:1:", "did you mean `index.html`?"]);
        tells(dialect, "\n{% extends 'indx.html' %}", &["templates/index.html:2:13", "did you mean `index.html`?"]);
    }
    tells("0.23", "{% component knopf(text='') %}{% endcomponent %}{{<knopf txet='a' />}}", &["did you mean `text`?"]);
    tells("0.23", "{% component knopf() %}{% endcomponent %}{{<knpf />}}", &["index.html:1:", "did you mean `knopf`?"]);
}

#[test]
fn a_block_that_no_outer_template_has() {
    let base: (&str, &[u8]) = ("templates/base.html", b"{% block main %}{% endblock %}");
    let index: (&str, &[u8]) = ("templates/index.html", b"{% extends 'base.html' %}{% block mian %}{% endblock %}");
    let text = told("0.23", &[base, index]);
    assert!(text.contains("templates/index.html:1:") && text.contains("did you mean `main`?"), "{text}");
}

#[test]
fn macros_are_told_with_the_way_that_led_there() {
    let macros: (&str, &[u8]) = ("templates/m.html", b"{% macro a(x) %}\n{{ x.nom }}{% endmacro %}");
    let index: (&str, &[u8]) = ("templates/index.html", b"{% import 'm.html' as m %}\n<p>{{ m::a(x=section) }}");
    let text = told("0.22", &[macros, index]);
    assert!(text.contains("templates/m.html:2:4"), "{text}");
    assert!(text.contains("the macro `m::a` is called at templates/index.html:2:4"), "{text}");
    let index: (&str, &[u8]) = ("templates/index.html", b"{% import 'm.html' as m %}{{ m::b(x=1) }}");
    assert!(told("0.22", &[macros, index]).contains("there is no macro `b` in `m.html`"));
    let index: (&str, &[u8]) = ("templates/index.html", b"{% import 'm.html' as m %}{{ m::a(y=1) }}");
    assert!(told("0.22", &[macros, index]).contains("needs the argument `x`"));
}

#[test]
fn the_own_name_of_macros_that_a_block_calls_is_told() {
    let macros = "{% macro list() %}{{ self::item() }}{% endmacro %}{% macro item() %}x{% endmacro %}";
    let files: [(&str, &[u8]); 4] = [
        ("templates/other.html", b"{% macro nothing() %}{% endmacro %}"),
        ("templates/lists.html", macros.as_bytes()),
        (
            "templates/base.html",
            b"{% import 'other.html' as other %}{% import 'lists.html' as lists %}{% block b %}{% endblock %}",
        ),
        ("templates/index.html", b"{% extends 'base.html' %}{% block b %}{{ lists::list() }}{% endblock %}"),
    ];
    let text = told("0.22", &files);
    for wanted in ["`self` is not `lists.html` where a block calls", "templates/lists.html:1:28"] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn imports_of_what_an_outer_template_includes_are_told_to_be_in_vain() {
    let files: [(&str, &[u8]); 4] = [
        ("templates/m.html", b"{% macro a() %}{% endmacro %}"),
        ("templates/head.html", b"{% import 'm.html' as m %}\n{{ m::a() }}"),
        ("templates/base.html", b"{% include 'head.html' %}"),
        ("templates/index.html", b"{% extends 'base.html' %}"),
    ];
    let text = told("0.22", &files);
    for wanted in ["templates/head.html:2:4", "`head.html` imports as `m`", "import it in `base.html`"] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn a_misspelt_argument_is_told_with_the_one_that_is_missing() {
    for dialect in ["0.22", "0.23"] {
        tells(dialect, "{{ get_url(pth='/') }}", &["index.html:1:4", "`path` is missing; is it meant by `pth`?"]);
    }
}

#[test]
fn data_with_a_fault_are_told_at_their_own_place() {
    let index = b"{{ load_data(path='a.toml') }}{{ load_data(path='data/b.json') }}{{ load_data(path='c.csv') }}
{{ load_data(path='d.xml') }}{{ load_data(path='e.yaml') }}";
    for dialect in ["0.22", "0.23"] {
        let files: [(&str, &[u8]); 6] = [
            ("a.toml", b"a = 1\nb = x\n"),
            ("data/b.json", b"{\"a\": 1,}"),
            ("c.csv", b"a,b\n1,2\n3\n"),
            ("d.xml", b"<a>\n<b></a>"),
            ("e.yaml", b"a: 1\n b: [\n"),
            ("templates/index.html", index),
        ];
        let text = told(dialect, &files);
        for wanted in [
            "`a.toml` cannot be read: string values must be quoted, expected literal string\n  --> a.toml:2:5\n   |\n 2 | b = x\n   |     ^\n  = help: it is read at templates/index.html:1:4\n  = help: while rendering content/_index.md\n",
            "--> data/b.json:1:9",
            "--> c.csv:3:1",
            "--> d.xml:2:",
            "--> e.yaml:2:",
        ] {
            assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
        }
    }
}

#[test]
fn data_in_one_long_line_are_told_by_the_part_that_is_wrong() {
    let long = format!("{{\"é\": [{}x]}}", "\"€\", ".repeat(100_000));
    let index = b"{{ load_data(path='a.json') }}{{ load_data(path='b.json') }}";
    for dialect in ["0.22", "0.23"] {
        let files: [(&str, &[u8]); 3] =
            [("a.json", long.as_bytes()), ("b.json", "\t\"é€\": x".as_bytes()), ("templates/index.html", index)];
        let text = told(dialect, &files);
        assert!(text.contains("--> a.json:1:500008\n") && text.len() < 2000, "{} {text:.300}", text.len());
        assert!(text.contains("--> b.json:1:6"), "{text}");
    }
}

#[test]
fn what_follows_from_a_guard_that_failed_is_not_told() {
    for (dialect, index) in [
        (
            "0.22",
            "{% for p in [1, 2] %}{% if p.extra.hidde == true %}{% continue %}{% endif %}{{ p.extra.req }}{% endfor %}",
        ),
        ("0.22", "{% for p in [1, 2] %}{% if p.hidde == true %}{% break %}{% endif %}{{ p.req }}{% endfor %}"),
        (
            "0.22",
            "{% if section.extra.kindd != 'photo' %}{{ throw(message='x') }}{% endif %}{{ section.extra.camera }}",
        ),
        ("0.23", "{% for p in [section] %}{% if p.extra.tags.x == 1 %}{% continue %}{% endif %}{{ p.no }}{% endfor %}"),
        ("0.23", "{% set img = section.a.b %}{% if img %}{% else %}{{ throw(message='no image') }}{% endif %}"),
        ("0.23", "{% set show = section.a.b %}{% if not show %}{{ section.c.d }}{% endif %}"),
        (
            "0.23",
            "{% component num(v) %}{{ v.no.a }}{% endcomponent %}{% set n %}{{ <num v={section} /> }}{% endset %}{{ n | int + 1 }}",
        ),
        (
            "0.22",
            "{% macro head(t) %}{{ t | upper }}{% endmacro %}{% set title = false %}{% if section.titel == 'a' %}{% set_global title = 'b' %}{% endif %}{% set x = self::head(t=title) %}{{ x }}",
        ),
    ] {
        let text = told(dialect, &[("templates/index.html", index.as_bytes())]);
        assert!(text.contains("1 error;"), "{dialect} {index}:\n{text}");
    }
}

#[test]
fn a_look_up_with_a_language_and_its_name_says_which_path_is_meant() {
    let files: [(&str, &[u8]); 5] = [
        ("zola.toml", b"base_url = \"https://exemple.test\"\n[languages.fr]\n"),
        ("content/_index.fr.md", b"+++\n+++\n"),
        ("content/blog/_index.md", b"+++\n+++\n"),
        ("content/blog/_index.fr.md", b"+++\n+++\n"),
        ("templates/index.html", b"{% set s = get_section(path='blog/_index.fr.md', lang='fr') %}"),
    ];
    let text = told("0.22", &files);
    assert!(text.contains("write `blog/_index.md` instead of `blog/_index.fr.md`"), "{text}");
}

#[test]
fn what_has_no_end_is_told() {
    let endless: (&str, &[u8]) = ("templates/index.html", b"\n{% include 'index.html' %}");
    for dialect in ["0.22", "0.23"] {
        let text = told(dialect, &[endless]);
        assert!(text.contains("templates/index.html:2:") && text.contains("itself"), "{text}");
    }
    let circle: [(&str, &[u8]); 2] =
        [("templates/a.html", b"{% extends 'b.html' %}"), ("templates/b.html", b"\n{% extends 'a.html' %}")];
    for dialect in ["0.22", "0.23"] {
        let text = told(dialect, &circle);
        assert!(text.contains("extends itself") && text.contains("templates/"), "{text}");
    }
    tells(
        "0.22",
        "{% macro m() %}{{ self::m() }}{% endmacro %}{{ self::m() }}",
        &["index.html:1:", "is inside itself"],
    );
    let macros: [(&str, &[u8]); 2] = [
        ("templates/a.html", b"{% import 'b.html' as b %}{% macro m() %}{{ b::m() }}{% endmacro %}"),
        ("templates/b.html", b"{% import 'a.html' as a %}{% macro m() %}{{ a::m() }}{% endmacro %}"),
    ];
    let index: (&str, &[u8]) = ("templates/index.html", b"{% import 'a.html' as a %}{{ a::m() }}");
    let text = told("0.22", &[macros[0], macros[1], index]);
    assert!(text.contains("is inside itself") || text.contains("no macros are imported"), "{text}");
    tells(
        "0.22",
        &format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)),
        &["brackets", "index.html:1:"],
    );
    tells("0.22", &"{% if true %}".repeat(100_000), &["tags stand inside each other", "index.html:1:"]);
}

#[test]
fn all_templates_that_cannot_be_read_are_told() {
    for dialect in ["0.22", "0.23"] {
        let text = told(
            dialect,
            &[
                ("templates/a.html", b"\n{{ a | }}"),
                ("templates/b.html", b"{% if %}{% endif %}"),
                ("templates/index.html", b"ok"),
            ],
        );
        assert!(text.contains("templates/a.html:2:") && text.contains("templates/b.html:1:"), "{text}");
        let text = told(dialect, &[("templates/c.html", b"ok\nl\xe9")]);
        assert!(text.contains("templates/c.html:2:2") && text.contains("UTF-8"), "{text}");
    }
}

#[test]
fn the_tag_that_is_still_open_is_told() {
    let index = "{% block a %}\n{% if b %}\n{% for p in section.pages %}\n{{ p }}\n{% endif %}{% endblock %}";
    for dialect in ["0.22", "0.23"] {
        let open = "`{% for p in section.pages %}` of line 3 is still open here: it ends with `{% endfor %}`";
        tells(dialect, index, &["templates/index.html:5:", open]);
        tells(dialect, "{% block a %}\nx", &["`{% block a %}` of line 1 is still open here"]);
    }
    tells(
        "0.22",
        "{% macro a() %}x\n{% macro b() %}{% endmacro %}",
        &["index.html:2:1", "`{% macro a() %}` of line 1"],
    );
    let text = told("0.22", &[("templates/index.html", b"{% if a %}{{ b | }}{% endif %}")]);
    assert!(!text.contains("still open"), "{text}");
}

#[test]
fn one_run_tells_every_fault_of_a_template_that_no_other_is_the_reason_of() {
    let all: [(&str, &[u8]); 4] = [
        ("content/a.md", b"+++\n+++\n"),
        ("content/b.md", b"+++\n+++\n"),
        ("templates/page.html", b"{{ un }}\n{% for n in [1, 2] %}{{ deux }}{% endfor %}\n{{ page.trois }}"),
        ("templates/index.html", b"{{ quatre }}{{ section.title }}{{ section.cinq }}"),
    ];
    for dialect in ["0.22", "0.23"] {
        let text = told(dialect, &all);
        for place in ["page.html:1:4\n", "page.html:2:25\n", "page.html:3:", "index.html:1:4\n"] {
            assert_eq!(text.matches(place).count(), 1, "{dialect}, {place}:\n{text}");
        }
        assert!(text.contains("{{ page.trois }}") && text.contains("cinq"), "{dialect}:\n{text}");
    }
    // What is set from a macro that fails is missing: what follows is not told.
    let index =
        "{% macro m() %}{{ un }}{{ deux }}{% endmacro %}{{ self::m() }}{% set x = self::m() %}{{ trois }}{{ x }}";
    let text = told("0.22", &[("templates/index.html", index.as_bytes())]);
    assert!(["`un`", "`deux`", "`trois`", "3 errors"].iter().all(|wanted| text.contains(wanted)), "{text}");
}

#[test]
fn conditions_loops_and_names_that_fail_hide_no_other_fault() {
    let index = "{% set z = section.un.a %}{{ z }}{% if z > 1 %}{{ throw(message='z') }}{% endif %}
{% for p in section.pagess %}{{ p }}{% endfor %}
{% if section.nothing.a > 1 %}{% set y = 1 %}{% endif %}{{ y }}
{% set z = 1 %}{{ z }}{{ deux }}
{% include 'base.html' %}{{ trois }}";
    let base: (&str, &[u8]) = ("templates/base.html", b"{% filter upper %}{{ quatre }}{% endfilter %}{{ cinq }}");
    for dialect in ["0.22", "0.23"] {
        let text = told(dialect, &[base, ("templates/index.html", index.as_bytes())]);
        for place in ["index.html:1:", "index.html:2:13", "index.html:3:", "index.html:4:", "index.html:5:29"] {
            assert!(text.contains(place), "{dialect}, {place}:\n{text}");
        }
        for place in ["base.html:1:22", "base.html:1:49"] {
            assert!(text.contains(place), "{dialect}, {place}:\n{text}");
        }
        assert!(text.contains("did you mean `pages`?"), "{dialect}:\n{text}");
        assert_eq!(
            text.matches("while rendering content/_index.md").count(),
            text.matches("error: ").count(),
            "{text}"
        );
        // Neither what is made of a name that is missing, nor what is thrown because of it.
        assert!(text.contains("7 errors"), "{text}");
    }
}

#[test]
fn names_that_are_missing_outside_of_a_macro_are_no_names_of_the_macro() {
    let told_by = |index: &str| told("0.22", &[("templates/index.html", index.as_bytes())]);
    let of_caller = "{% macro m(t) %}{{ t.deux }}{% endmacro %}{% set t = section.un %}{{ self::m(t=section) }}{{ t }}";
    let text = told_by(of_caller);
    assert!(text.contains("`section.un`") && text.contains("`t.deux`") && text.contains("2 errors"), "{text}");
    let of_macro =
        "{% macro m() %}{% set x = config.un %}{{ x }}{% endmacro %}{% set x = section %}{{ self::m() }}{{ x.deux }}";
    let text = told_by(of_macro);
    assert!(text.contains("`config.un`") && text.contains("`x.deux`") && text.contains("2 errors"), "{text}");
    let same = "{% macro m() %}{% set x = 1 %}{{ x }}{% endmacro %}{% set x = section.un %}{{ self::m() }}{{ x }}";
    let text = told_by(same);
    assert!(text.contains("`section.un`") && text.contains("1 error;"), "{text}");
}

#[test]
fn a_content_file_tells_the_faults_of_its_tags_in_one_run() {
    let page = "+++\n+++\n{% <bax> %}{{ un }}{% </bax> %}\n{% if section.deux.a %}x{% endif %}\n{% for x in section.trois %}{% endfor %}\n{{ quatre }}\n";
    let text = told(
        "0.23",
        &[
            ("content/_index.md", page.as_bytes()),
            ("templates/parts.html", b"{% component box() %}{{ body }}{% endcomponent %}"),
        ],
    );
    for place in ["_index.md:3:4", "_index.md:3:15", "_index.md:4:15", "_index.md:5:13", "_index.md:6:4"] {
        assert!(text.contains(place), "{place}:\n{text}");
    }
    assert!(text.contains("5 errors"), "{text}");
}

#[test]
fn what_follows_a_throw_need_not_hold() {
    let index = "{% if not section.extra.img %}{{ throw(message='image manquante') }}{% endif %}{{ section.extra.img | upper }}";
    for dialect in ["0.22", "0.23"] {
        let text = told(dialect, &[("templates/index.html", index.as_bytes())]);
        assert!(text.contains("image manquante") && text.contains("1 error;"), "{text}");
    }
}

#[test]
fn a_style_sheet_tells_every_fault_that_no_other_is_the_reason_of() {
    let sheet = "@use 'part';\n$a: $un;\n.a { @include deux; color: $longg; b: $a }\n$long: 1;\n.c { w: 1px + 1s; d: part.$trois }\n";
    let text = told(
        "0.22",
        &[
            ("zola.toml", b"base_url = \"https://exemple.test\"\ncompile_sass = true\n"),
            ("sass/a.scss", sheet.as_bytes()),
            ("sass/b.sass", b"@use 'part'\n.a\n  b: $quatre\n  c: $cinq\n"),
            ("sass/_part.scss", b"$x: 1;\n"),
        ],
    );
    for wanted in [
        "there is no variable `$un`\n  --> sass/a.scss:2:5",
        "Undefined mixin\n  --> sass/a.scss:3:15",
        "there is no variable `$longg`\n  --> sass/a.scss:3:28",
        "did you mean `$long`?",
        "sass/a.scss:5:9",
        "there is no variable `$trois`\n  --> sass/a.scss:5:27",
        "there is no variable `$quatre`\n  --> sass/b.sass:3:6",
        "there is no variable `$cinq`\n  --> sass/b.sass:4:6",
        "7 errors",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

#[test]
fn a_call_that_is_nearly_a_shortcode_is_told_and_shown_as_in_zola() {
    let text = told(
        "0.22",
        &[
            (
                "content/_index.md",
                b"+++\n+++\n{{ film(id=\"a\" }}\n\n{{ inconnu(id=\"a\" }} `{{ film(a }}`\n\n    {{ film(b }}\n",
            ),
            ("templates/shortcodes/film.html", b"{{ id }}"),
            ("templates/index.html", b"{{ rien }}"),
        ],
    );
    assert!(
        text.contains("warning: this call of the shortcode `film` cannot be read") && text.contains("_index.md:3:1"),
        "{text}"
    );
    assert!(!text.contains("inconnu") && text.matches("warning").count() == 1, "{text}");
}

#[test]
fn names_of_branches_that_never_ran_are_warned_of() {
    let index = b"{% if section.extra.x %}{{ 1 | uper }}{% elif section is strin %}{{ get_ulr(path=titel()) ~ '' }}{% endif %}{{ 1 | lowr }}";
    let files: [(&str, &[u8]); 3] = [
        ("templates/index.html", index),
        ("templates/m.html", b"{% macro a(x) %}{% for y in [1 | absolut] %}{% endfor %}{% endmacro %}"),
        ("templates/vain.html", b"{{ 1 | first | abs | safe }}{{ now() }}{{ range(end=1) }}{{ get_random(end=2) }}"),
    ];
    let text = told("0.22", &files);
    for wanted in [
        "warning: there is no filter `uper`\n  --> templates/index.html:1:32",
        "did you mean `upper`?\n  = help: no page of this site needed it",
        "warning: there is no function `get_ulr`",
        "warning: there is no function `titel`",
        "error: there is no filter `lowr`",
        "warning: there is no filter `absolut`\n  --> templates/m.html:1:34",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
    assert_eq!((text.matches("`lowr`").count(), text.matches("vain.html").count()), (1, 0), "{text}");
}

#[test]
fn a_taxonomy_without_templates_is_told_where_it_is_named() {
    let config = b"base_url = \"https://exemple.test\"\ntaxonomies = [{ name = \"tags\" }]\n";
    let page = b"+++\n[taxonomies]\ntags = [\"a\"]\n+++\n";
    let text = told("0.22", &[("zola.toml", config), ("content/a.md", page), ("templates/page.html", b"")]);
    assert!(text.contains("there is no template `taxonomy_list.html`\n  --> zola.toml:2:25"), "{text}");
}

#[test]
fn a_key_of_an_older_zola_is_told_with_the_new_one() {
    let config = b"base_url = \"https://exemple.test\"\nrss_limit = 3\n[markdown]\nhighlight_code = true\n";
    let text = told("0.22", &[("zola.toml", config)]);
    assert!(text.contains("zola.toml:2:1") && text.contains("write `feed_limit`"), "{text}");
    assert!(text.contains("zola.toml:4:1") && text.contains("`[markdown.highlighting]` and its `theme`"), "{text}");
}

#[test]
fn a_term_of_another_language_is_told_with_it() {
    let config = "base_url = 'https://exemple.test'\ntaxonomies = [{name = 'lieux'}]\n\
        [languages.fr]\ntaxonomies = [{name = 'lieux'}]\n";
    let files: [(&str, &[u8]); 4] = [
        ("zola.toml", config.as_bytes()),
        ("content/a.fr.md", "+++\n[taxonomies]\nlieux = ['gué']\n+++\n".as_bytes()),
        ("content/b.md", "+++\n[taxonomies]\nlieux = ['pont']\n+++\n".as_bytes()),
        ("templates/page.html", "{{ get_taxonomy_url(kind='lieux', name='gué') }}".as_bytes()),
    ];
    let text = told("0.22", &files);
    assert!(text.contains("has the term `gué` in `fr`, not in this language: give `lang=lang`"), "{text}");
}

#[test]
fn a_layout_that_fails_for_a_file_of_the_site_names_it() {
    let layout = b"{{ current_path }}{% block b %}{% endblock %}";
    let heir = b"{% extends 'layout.html' %}";
    for (dialect, name) in [("0.22", "404.html"), ("0.23", "404.html"), ("0.22", "robots.txt")] {
        let path = format!("templates/{name}");
        let text = told(dialect, &[("templates/layout.html", layout), (&path, heir)]);
        let wanted = [" --> templates/layout.html:1:", &format!("while rendering {name}")];
        assert!(wanted.iter().all(|wanted| text.contains(wanted)), "{dialect} {name}\n{text}");
    }
}

#[test]
fn who_leads_to_a_draft_is_told_so() {
    for dialect in ["0.22", "0.23"] {
        let files: [(&str, &[u8]); 5] = [
            ("content/a.md", b"+++\ndraft = true\n+++\n"),
            ("content/b.md", b"+++\n+++\n[a](@/a.md) [c](@/d/c.md#part)\n"),
            ("content/d/_index.md", b"+++\ndraft = true\n+++\n"),
            ("content/d/c.md", b"+++\n+++\n"),
            ("templates/page.html", b"{{ get_url(path='@/a.md') }}{% set s = get_section(path='d/_index.md') %}"),
        ];
        let text = told(dialect, &files);
        for wanted in [
            "leads to no page or section\n  --> content/b.md:3:1",
            "`content/a.md` is a draft, or its section is: it is left out without `--drafts`",
            "`content/d/c.md` is a draft, or its section is: it is left out without `--drafts`",
            "`@/a.md` leads to no page or section in the language `en`; it is a draft, or its section is, left out without `--drafts`",
            "there is no section `d/_index.md` in the language `en`; it is a draft, or its section is, left out without `--drafts`",
        ] {
            assert!(text.contains(wanted), "{dialect}: {wanted:?} is not in\n{text}");
        }
        assert!(!text.contains("did you mean"), "{text}");
    }
}
