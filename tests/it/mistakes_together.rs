//! Mistakes of every kind in one site, and one run that tells them all, word by word: configuration, theme, front matter,
//! links, anchors, taxonomies, addresses, shortcodes, templates, data, publication checks.

use crate::mistakes::told;

/// A text without the problems that begin with one of `starts`: template engines word them, and their own tests hold
/// those words. Each must be there, at its place.
#[track_caller]
fn without(text: &str, starts: &[(&str, &str)]) -> String {
    let mut blocks: Vec<&str> = text.split_inclusive("\n\n").collect();
    for (start, place) in starts {
        let at = blocks.iter().position(|block| block.contains(start) && block.contains(place));
        blocks.remove(at.unwrap_or_else(|| panic!("{start} {place} is not in\n{text}")));
    }
    blocks.concat()
}

#[test]
fn one_run_tells_the_mistakes_of_every_step() {
    let text = told(&[
        ("repere.toml", b"dialect = \"0.23\"\n[safety]\nlinks = true\naccessibility = true\n"),
        ("content/_index.md", b"+++\ntitle = \"Accueil\"\n+++\n"),
        ("content/a.md", b"+++\ntitle = A\n+++\n[x](@/c.md#un)\n"),
        ("content/b.md", b"+++\ntitle = \"B\"\ndate = \"hier\"\n+++\n[a](@/a.md) [c](@/c.mdd) [d](@/c.md#dexu)\n"),
        ("content/c.md", b"+++\ntitle = \"C\"\n+++\n## Un\n\n## Deux\n\n[b](/b/) ![x](rien.png)\n"),
        ("content/d.md", b"+++\ntitle = \"D\"\nslug = \"c\"\n+++\n"),
        ("content/e.md", b"+++\ntitle = \"E\"\naliases = [\"/c/\"]\n+++\n{{ inconnu }}\n"),
        ("templates/page.html", b"<html lang=\"fr\"><title>{{ page.title }}</title><h1>{{ page.title }}</h1>{{ page.content | safe }}{% if page.slug == \"c\" %}{{ page.titre }}{% endif %}"),
        ("templates/404.html", b"<html lang=\"fr\"><title>404</title><h1>404</h1>"),
        ("templates/index.html", b"<html lang=\"fr\"><title>x</title><h1>{{ section.title }}</h1><a href=\"/rein/\">y</a><img src=\"/b.png\">"),
    ]);
    let of_templates =
        [("error: Variable `inconnu`", "content/e.md:5:4"), ("error: Field `titre`", "templates/page.html:1:131")];
    assert_eq!(without(&text, &of_templates), ONE_RUN);
}

const ONE_RUN: &str = r#"error: `/b.png` leads nowhere
  --> content/_index.md
  = help: correct the address, or take the link out

error: `/rein/` leads nowhere
  --> content/_index.md
  = help: correct the address, or take the link out

error: the image `/b.png` has no `alt`
  --> content/_index.md

error: the front matter cannot be read: string values must be quoted, expected literal string
  --> content/a.md:2:9
   |
 2 | title = A
   |         ^
  = help: it is TOML: `key = "text"`, dates and numbers without quotation marks

error: `date` is not a date
  --> content/b.md:3:8
   |
 3 | date = "hier"
   |        ^^^^^^
  = help: write 2026-03-01 or 2026-03-01T18:00:00+01:00

error: the link `@/c.mdd` leads to no page or section
  --> content/b.md:5:13
   |
 5 | [a](@/a.md) [c](@/c.mdd) [d](@/c.md#dexu)
   |             ^^^^^^^^^^^^
  = help: did you mean `@/c.md`?

error: the link `@/c.md#dexu` leads to an anchor that `c.md` does not have
  --> content/b.md:5:30
   |
 5 | [a](@/a.md) [c](@/c.mdd) [d](@/c.md#dexu)
   |                              ^^^^^^^^^^^
  = help: did you mean `#deux`?

error: two sources want the address `/c/`
  --> content/d.md:3:1
   |
 3 | slug = "c"
   | ^^^^^^^^^^
  = help: the other one is content/c.md
  = help: give one of them another `slug`, `path` or alias

error: the alias `/c/` is the address of content/d.md
  --> content/e.md:3:13
   |
 3 | aliases = ["/c/"]
   |             ^^^
  = help: take the alias out, or give the other another `slug` or `path`

11 errors; nothing was published
"#;

#[test]
fn a_configuration_with_mistakes_does_not_hide_those_of_the_content() {
    let text = told(&[
        ("zola.toml", b"base_url = \"exemple.test\"\ntheme = \"reperes\"\ntilte = \"x\"\n"),
        ("repere.toml", b"[safety]\nlinks = true\n[publish]\ntimezone = \"Paris\"\n"),
        ("themes/repere/theme.toml", b""),
        ("content/a.md", b"+++\ntitle = \"A\"\n+++\n[b](@/b.md)\n"),
    ]);
    assert_eq!(text, CONFIGURATION);
}

const CONFIGURATION: &str = r#"error: the link `@/b.md` leads to no page or section
  --> content/a.md:4:1
   |
 4 | [b](@/b.md)
   | ^^^^^^^^^^^
  = help: did you mean `@/a.md`?

error: `timezone` cannot be that: there is no time zone `Paris`: write one like `Europe/Paris` or `UTC`
  --> repere.toml:4:12
   |
 4 | timezone = "Paris"
   |            ^^^^^^^

error: `exemple.test` is no address: without `https://` every link of the site leads nowhere
  --> zola.toml:1:12
   |
 1 | base_url = "exemple.test"
   |            ^^^^^^^^^^^^^^
  = help: write `base_url = "https://exemple.test"`

error: there is no theme `reperes` in `themes/`
  --> zola.toml:2:9
   |
 2 | theme = "reperes"
   |         ^^^^^^^^^
  = help: did you mean `repere`?

error: unknown key `tilte` in the configuration
  --> zola.toml:3:1
   |
 3 | tilte = "x"
   | ^^^^^
  = help: did you mean `title`?

5 errors; nothing was published
"#;

#[test]
fn shortcodes_and_data_of_the_older_dialect() {
    let text = told(&[
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("zola.toml", b"base_url = \"https://exemple.test\"\ntaxonomies = [{ name = \"tags\" }]\n"),
        ("content/_index.md", b"+++\n[[pages_from]]\nfile = \"lieux.csv\"\n+++\n"),
        ("content/lieux.csv", b"title,weight\nUn,lourd\nDeux\n"),
        (
            "content/a.md",
            b"+++\ntitle = \"A\"\n[taxonomies]\ntag = [\"x\"]\n+++\n{{ imge(src=\"a.png\") }} [x](@/b.md)\n",
        ),
        ("content/c.md", b"+++\ntitle = \"C\"\n+++\nligne\n\n{{ image(scr=\"a.png\") }}\n\n{% image() %} x\n"),
        ("content/d.md", b"+++\ntitle = \"D\"\n+++\n{{ image(scr=\"a.png\") }}\n"),
        ("templates/shortcodes/image.html", b"<img src=\"{{ src }}\">"),
        ("templates/page.html", b"{{ page.content | safe }}{{ load_data(path=\"rien.json\") }}"),
    ]);
    let of_templates =
        [("error: the shortcode `image`", "content/d.md:4:1"), ("`load_data`", "templates/page.html:1:")];
    assert_eq!(without(&text, &of_templates), OLDER);
}

const OLDER: &str = r#"error: the configuration has no taxonomy `tag`
  --> content/a.md:4:1
   |
 4 | tag = ["x"]
   | ^^^
  = help: did you mean `tags`?

error: there is no shortcode `imge`
  --> content/a.md:6:1
   |
 6 | {{ imge(src="a.png") }} [x](@/b.md)
   | ^^^^^^^^^^^^^^^^^^^^^^^
  = help: did you mean `image`?

error: the link `@/b.md` leads to no page or section
  --> content/a.md:6:29
   |
 6 | {{ imge(src="a.png") }} [x](@/b.md)
   |                             ^^^^^^
  = help: did you mean `@/a.md`?

error: the shortcode `image` cannot be rendered: there is no `src` here (templates/shortcodes/image.html:1)
  --> content/c.md:6:1
   |
 6 | {{ image(scr="a.png") }}
   | ^^^^^^^^^^^^^^^^^^^^^^^^
  = help: the call has an argument `scr`: did you mean `src`?

error: this shortcode is never ended
  --> content/c.md:8:1
   |
 8 | {% image() %} x
   | ^^^^^^^^^^^^^
  = help: write `{% end %}` after its body, or `{{ name() }}` for a call without one

error: the data cannot be read: found record with 1 fields, but the previous record has 2 fields
  --> content/lieux.csv:3:1
   |
 3 | Deux
   | ^^^^

8 errors; nothing was published
"#;

/// Where each error of a run is.
fn places(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect()
}

#[test]
fn a_template_that_cannot_be_used_hides_nothing_else() {
    let content: &[(&str, &[u8])] = &[
        ("zola.toml", b"base_url = \"https://exemple.test\"\ncompile_sass = true\nfeed_limti = 3\n"),
        ("content/_index.md", b"+++\n+++\n"),
        ("content/a.md", b"+++\ntemplate = \"a.html\"\n+++\n[x](@/rien.md)\n"),
        ("content/b.md", b"+++\ntemplate = \"b.html\"\n+++\n"),
        ("content/c.md", b"+++\ntemplate = \"c.html\"\n+++\n"),
        ("content/d.md", b"+++\ntemplate = \"aa.html\"\n+++\n"),
        ("sass/a.scss", b"a { color: $rien; }\n"),
        ("templates/index.html", b"{{ section.content | safe }}"),
        ("templates/page.html", b"x"),
        ("templates/b.html", b"{% extends 'a.html' %}{% block tout %}{{ rien }}{% endblock %}"),
        ("templates/c.html", b"{{ page.titre }}"),
        ("templates/aa.html", b"{% if x"),
    ];
    let older: &[(&str, &[u8])] = &[
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("templates/a.html", b"{{ page.title | uper }}{% block tout %}{% endblock %}"),
        ("templates/shortcodes/s.html", b"{{ x"),
        ("content/s.md", b"+++\n+++\n{{ s() }}\n\n{% s() %} x\n\n{{ inconnu() }} [x](@/rien.md)\n"),
    ];
    let newer: &[(&str, &[u8])] = &[
        ("repere.toml", b"dialect = \"0.23\"\n"),
        ("templates/a.html", b"{{ page.title | uper }}{% block tout %}{% endblock %}"),
        ("templates/s.html", b"{% component s() %}{{ x | nul }}{% endcomponent s %}"),
        (
            "content/s.md",
            b"+++\n+++\n{{<s />}}\n\n{{ rien }} {{ 1 | nul }}\n\n{{<inconnu />}} [x](@/rien.md) [y](@/{{ x }}.md)\n",
        ),
    ];
    let text = told(&[content, older].concat());
    let expected = [
        "content/a.md:4:1",
        "content/s.md:5:1",
        "content/s.md:7:1",
        "content/s.md:7:21",
        "sass/a.scss:1:12",
        "templates/a.html:1:17",
        "templates/aa.html:1:8",
        "templates/b.html:1:42",
        "templates/c.html:1:4",
        "templates/shortcodes/s.html:1:5",
        "zola.toml:3:1",
    ];
    assert_eq!(places(&text), expected, "{text}");
    let text = told(&[content, newer].concat());
    let expected = [
        "content/a.md:4:1",
        "content/s.md:5:4",
        "content/s.md:5:19",
        "content/s.md:7:3",
        "content/s.md:7:21",
        "content/s.md:7:41",
        "sass/a.scss:1:12",
        "templates/a.html:1:17",
        "templates/aa.html:1:8",
        "templates/c.html:1:9",
        "templates/s.html:1:27",
        "zola.toml:3:1",
    ];
    assert_eq!(places(&text), expected, "{text}");
    assert!(text.contains(" 5 | {{ rien }} {{ 1 | nul }}\n"), "{text}");
}

#[test]
fn what_was_told_where_it_was_written_is_not_told_again_where_it_shows() {
    let text = told(&[
        ("repere.toml", b"dialect = \"0.23\"\n[safety]\nlinks = true\naccessibility = true\n"),
        ("content/_index.md", b"+++\ntitle = \"Accueil\"\n+++\n[b](@/rien.md)\n"),
        ("content/s/_index.md", b"+++\ntitle = Rubrique\n+++\n"),
        ("templates/index.html", b"<html lang=\"fr\"><title>x</title><h1>{{ section.title }}</h1>{{ section.content | safe }}{% for s in section.subsections %}{% set rubrique = get_section(path=s) %}<h2>{{ rubrique.title }}</h2>{% endfor %}"),
        ("templates/404.html", b"<html lang=\"fr\"><title>404</title><h1>404</h1>"),
    ]);
    assert_eq!(text, ONCE);
}

const ONCE: &str = r#"error: the link `@/rien.md` leads to no page or section
  --> content/_index.md:4:1
   |
 4 | [b](@/rien.md)
   | ^^^^^^^^^^^^^^
  = help: the path starts at `content/` and ends with `.md`

error: the front matter cannot be read: string values must be quoted, expected literal string
  --> content/s/_index.md:2:9
   |
 2 | title = Rubrique
   |         ^^^^^^^^
  = help: it is TOML: `key = "text"`, dates and numbers without quotation marks

2 errors; nothing was published
"#;

#[test]
fn a_circle_of_templates_is_told_once() {
    let circle: [(&str, &[u8]); 6] = [
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("templates/a.html", b"{% extends \"b.html\" %}"),
        ("templates/b.html", b"\n{% extends \"a.html\" %}"),
        ("templates/index.html", b"{% extends \"a.html\" %}"),
        ("templates/page.html", b"{% extends \"a.html\" %}"),
        ("templates/section.html", b"{% extends \"b.html\" %}"),
    ];
    let text = told(&circle);
    assert_eq!(text.matches("extends itself").count(), 1, "{text}");
    assert!(text.contains("`a.html` extends itself\n  --> templates/a.html:1:13"), "{text}");
    assert!(text.contains("it extends `b.html`, then `a.html`") && text.contains("1 error;"), "{text}");
    let index: &[u8] = b"{% extends \"y.html\" %}";
    let newer: [(&str, &[u8]); 7] = [
        ("repere.toml", b"dialect = \"0.23\"\n"),
        ("templates/y.html", b"{% extends \"z.html\" %}"),
        ("templates/z.html", b"\n{% extends \"y.html\" %}"),
        ("templates/a.html", index),
        ("templates/index.html", index),
        ("templates/page.html", index),
        ("templates/section.html", index),
    ];
    for _ in 0..3 {
        let text = told(&newer);
        assert!(text.contains("`y.html` extends itself\n  --> templates/y.html:1:13"), "{text}");
        assert!(text.contains("the way is `y.html`, `z.html`, `y.html`") && text.contains("1 error;"), "{text}");
    }

    let of_theme = told(&[
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("zola.toml", b"base_url = \"https://exemple.test\"\ntheme = \"t\"\n"),
        ("themes/t/theme.toml", b"name = \"t\"\n"),
        ("themes/t/templates/a.html", b"{% extends \"b.html\" %}"),
        ("themes/t/templates/b.html", b"{% extends \"a.html\" %}"),
        ("templates/index.html", b"{% extends \"t/templates/a.html\" %}"),
    ]);
    assert!(of_theme.contains("themes/t/templates/a.html:1:13") && of_theme.contains("1 error;"), "{of_theme}");
}

#[test]
fn a_body_that_cannot_be_read_is_told_once() {
    let nested = format!("{}x{}", "{% s() %} a ".repeat(70), "{% end %}".repeat(70));
    let text = told(&[
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("templates/shortcodes/s.html", b"{{ body }}"),
        ("content/a.md", b"+++\ntitle = \"A\"\n+++\n{% s() %}\n{% end %}\n\n[x](@/rien.md)\n"),
        ("content/b.md", format!("+++\ntitle = \"B\"\n+++\n{nested}\n").as_bytes()),
    ]);
    assert_eq!(text.matches("the body of this shortcode is empty").count(), 1, "{text}");
    assert_eq!(text.matches("nested too deep").count(), 1, "{text}");
    assert!(text.contains("content/a.md:7:5") && text.contains("3 errors;"), "{text}");
}

#[test]
fn tags_of_content_keep_their_columns_behind_accents() {
    let text = told(&[
        ("repere.toml", b"dialect = \"0.23\"\n"),
        ("content/a.md", "+++\ntitle = \"A\"\n+++\n{{ \"éé\" | nul }} {% if 1 | nul2 %}x{% endif %}\n".as_bytes()),
        ("content/b.md", "+++\ntitle = \"B\"\n+++\né {{ un }} ê {{ deux }}\n".as_bytes()),
    ]);
    assert_eq!((text.matches("`nul`").count(), text.matches("`nul2`").count()), (1, 1), "{text}");
    assert!(text.contains("content/a.md:4:28") && text.contains("content/b.md:4:17"), "{text}");
    assert!(text.contains("4 errors;"), "{text}");
}

#[test]
fn a_mistake_of_the_configuration_hides_what_is_looked_up_there_alone() {
    let index: &[u8] = b"{{ section.extra.theme_color }}";
    for (dialect, told_for) in [("0.22", "`section.extra.theme_color`"), ("0.23", "`theme_color`")] {
        let repere = format!("dialect = \"{dialect}\"\n");
        let text = told(&[
            ("repere.toml", repere.as_bytes()),
            ("zola.toml", b"base_url = \"https://exemple.test\"\ntilte = \"x\"\n"),
            ("content/_index.md", b"+++\n[extra]\na = 1\n+++\n"),
            ("content/a.md", b"+++\ntitle = \"A\"\n+++\n"),
            ("content/s/_index.md", b"+++\n+++\n"),
            ("templates/index.html", index),
            ("templates/page.html", b"{{ config.extra.theme_color }}"),
            ("templates/section.html", b"{{ trans(key=\"rien\", lang=\"en\") }}"),
        ]);
        assert!(text.contains("unknown key `tilte`") && text.contains(told_for), "{text}");
        assert!(text.contains("templates/index.html:1:") && text.contains("2 errors;"), "{text}");
    }
}

#[test]
fn what_follows_from_a_mistake_of_the_configuration_under_another_name_is_not_told() {
    let index: &[u8] =
        b"{% set c = config %}{{ c.extra.a }}{% set e = c.extra %}{% for m in e.menu %}{{ m }}{% endfor %}";
    for dialect in ["0.22", "0.23"] {
        let repere = format!("dialect = \"{dialect}\"\n");
        let text = told(&[
            ("repere.toml", repere.as_bytes()),
            ("zola.toml", b"base_url = \"https://exemple.test\"\n[langauges.fr]\ntitle = \"x\"\n[extra]\n"),
            ("content/_index.md", b"+++\n+++\n[a](@/a.fr.md)\n"),
            ("content/a.fr.md", b"+++\ntitle = \"A\"\n[taxonomies]\ntags = [\"x\"]\n+++\n"),
            ("content/s/_index.md", b"+++\n+++\n"),
            ("templates/index.html", index),
            ("templates/page.html", b""),
            ("templates/section.html", b"{{ get_page(path=\"a.md\", lang=\"fr\") | get(key=\"title\") }}"),
        ]);
        assert!(text.contains("`langauges`") && text.contains("1 error;"), "{dialect}: {text}");
    }
}

#[test]
fn links_between_tags_of_a_text_that_failed_are_not_told() {
    let text = told(&[
        ("repere.toml", b"dialect = \"0.23\"\n"),
        (
            "content/a.md",
            b"+++\ntitle = \"A\"\n+++\n{{ inconnu }}\n\n{% if false %}{% for a in [1] %}x{% endfor %}[x](@/rien.md){% endif %}\n\n[y](@/nul.md)\n",
        ),
    ]);
    assert!(!text.contains("@/rien.md") && text.contains("content/a.md:8:5"), "{text}");
    assert!(text.contains("2 errors;"), "{text}");
}
