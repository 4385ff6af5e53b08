//! Mistakes of every kind in one site, and one run that tells them all, word by word: configuration, theme, front matter,
//! links, anchors, taxonomies, addresses, shortcodes, templates, data, publication checks.

use crate::mistakes::told;

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
        ("templates/index.html", b"<html lang=\"fr\"><title>x</title><h1>{{ section.title }}</h1><a href=\"/rein/\">y</a><img src=\"/b.png\">"),
    ]);
    assert_eq!(text, ONE_RUN);
}

const ONE_RUN: &str = r#""#;

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

const CONFIGURATION: &str = r#""#;

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
    assert_eq!(text, OLDER);
}

const OLDER: &str = r#""#;
