//! Refreshed sites whose every page shows lists of others: their heads are enough, until a list shows a body.

use std::fs;

use proptest::prelude::*;
use repere::site;

use crate::refresh_kit::Bench;

const CONFIG: &str = "base_url = \"https://exemple.test\"\ncompile_sass = true\ntheme = \"t\"\ndefault_language = \"fr\"\n\
    taxonomies = [{ name = \"ports\" }]\n[languages.br]\ntitle = \"Breizh\"\ntaxonomies = [{ name = \"ports\" }]\n";
const NEWER: &str = "{% set blog = get_section(path=\"blog/_index.md\") %}{% for p in blog.pages[:3] %}{{ p.title }} {{ p.date }} {{ p.permalink }} \
    {{ p.extra.rang | default(value=\"?\") }} {% for t in p.translations %}{{ t.lang }}{% endfor %}{% for a in p.ancestors %}{{ a }}{% endfor %};{% endfor %}\
    {{ blog.pages | length }} {{ blog.title }}{{ blog.subsections }}{% set ports = get_taxonomy(kind=\"ports\") %}{{ ports.permalink }}\
    {% for t in ports.items %}{{ t.name }} {{ t.page_count }} {{ t.path }}{% for p in t.pages %}{{ p.slug }},{% endfor %}{% endfor %}\
    {% set brest = get_taxonomy_term(kind=\"ports\", term=\"Brest\", required=false) %}\
    {% if brest %}{% for p in brest.pages %}{{ p.title }}{% endfor %}{{ get_taxonomy_url(kind=\"ports\", name=\"Brest\") }}{% endif %}\
    {{ page.title }} {{ page.content | safe }}{% if page.lower %}{{ page.lower.title }}{% endif %}";
const OLDER: &str = "{% import \"macros.html\" as m %}{% set blog = get_section(path=\"blog/_index.md\") %}{% for p in blog.pages | slice(end=3) %}{{ m::item(page=p) }}{% endfor %}\
    {% set ports = get_taxonomy(kind=\"ports\") %}{% for t in ports.items | sort(attribute=\"name\") %}{{ t.name }} {{ t.page_count }}{% for p in t.pages %}{{ m::item(page=p) }}{% endfor %}{% endfor %}\
    {% for year, pages in blog.pages | group_by(attribute=\"year\") %}{{ year }} {{ pages | length }}{% endfor %}\
    {{ page.title }} {{ page.content | safe }}";
const MACROS: &str = "{% macro item(page) %}<i>{{ page.title }} {{ page.date }} {{ page.path }} {{ page.extra | length }}</i>{% endmacro item %}";

/// The site, with such a template for its pages.
fn bench(page: &str, files: &[(&str, &str)]) -> Bench {
    let texts = [
        ("zola.toml", CONFIG),
        ("templates/page.html", page),
        ("templates/taxonomy_list.html", "{% for t in terms %}{{ t.name }}{% endfor %}"),
        ("templates/taxonomy_single.html", "{{ term.name }}{% for p in term.pages %}{{ p.title }}{% endfor %}"),
        (
            "content/blog/un.md",
            "+++\ntitle = \"Un\"\ndate = 2024-01-01\n[taxonomies]\nports = [\"Brest\", \"Pornic\"]\n[extra]\nrang = 1\n+++\n## Quai\n\nTexte un.\n",
        ),
        (
            "content/blog/deux.md",
            "+++\ntitle = \"Deux\"\ndate = 2024-01-02\n[taxonomies]\nports = [\"Brest\"]\n+++\nCourt.\n",
        ),
        ("content/blog/deux.br.md", "+++\ntitle = \"Daou\"\ndate = 2024-01-02\n+++\nBerr.\n"),
        ("content/blog/_index.br.md", "+++\ntitle = \"Blog e brezhoneg\"\n+++\n"),
        ("content/_index.br.md", "+++\ntitle = \"Degemer\"\n+++\n"),
    ];
    Bench::with(&[&texts[..], files].concat())
}

fn newer() -> Bench {
    bench(NEWER, &[("repere.toml", "dialect = \"0.23\"\n")])
}

fn older() -> Bench {
    bench(OLDER, &[("repere.toml", "dialect = \"0.22\"\n"), ("templates/macros.html", MACROS)])
}

#[test]
fn lists_of_heads_are_shown_beside_a_changed_body() {
    for (bench, dialect) in [(newer(), "0.23"), (older(), "0.22")] {
        let shown = fs::read_to_string(bench.path("public/seul/index.html")).unwrap();
        assert!(shown.contains("Quatre") && shown.contains("Pornic"), "{shown}");
        for page in ["seul", "blog/un", "blog/deux", "blog/trois", "blog/quatre/index"] {
            bench.settle();
            bench.body(&format!("content/{page}.md"), "## Quai\n\nUn autre texte, plus long.\n");
            // One led to a part of the other.
            let refreshed = (!["blog/un", "blog/trois"].contains(&page)).then_some(1);
            assert_eq!(bench.update(), refreshed, "{dialect} {page}");
        }
        bench.settle();
        bench.update();
        bench.body("content/blog/un.md", "## Pont\n\nUn.\n");
        bench.body("content/blog/deux.md", "Deux.\n");
        assert_eq!(bench.update(), Some(2), "{dialect}");
        bench.body("content/blog/deux.br.md", "Hiroc’h.\n");
        assert_eq!(bench.update(), Some(1), "{dialect}");
    }
}

#[test]
fn a_list_that_shows_bodies_is_made_of_bodies() {
    let list = |shown: &str| {
        format!(
            "{{% set blog = get_section(path=\"blog/_index.md\") %}}{{% for p in blog.pages %}}{{{{ {shown} }}}}{{% endfor %}}{{{{ page.content | safe }}}}"
        )
    };
    let files = [("repere.toml", "dialect = \"0.23\"\n"), ("templates/section.html", "Liste.")];
    for shown in ["p.content", "p.summary", "p.word_count", "p", "p.toc | length"] {
        let bench = bench(&list(shown), &files);
        bench.body("content/seul.md", "Autre.\n");
        assert_eq!(bench.update(), None, "{shown}");
        bench.settle();
        bench.body("content/blog/deux.md", "Un autre texte, plus long.\n");
        assert_eq!(bench.update(), None, "{shown}");
    }
    for shown in ["p.title", "p.backlinks | length", "p.lower is defined"] {
        let bench = bench(&list(shown), &files);
        bench.body("content/blog/deux.md", "Un autre texte, plus long.\n");
        assert_eq!(bench.update(), Some(1), "{shown}");
    }
}

#[test]
fn what_changes_a_list_is_built() {
    for (path, text) in [
        ("content/blog/deux.md", "+++\ntitle = \"Deux bis\"\ndate = 2024-01-02\n+++\nCourt.\n"),
        ("content/blog/cinq.md", "+++\ntitle = \"Cinq\"\ndate = 2024-01-05\n+++\nCinq.\n"),
        ("content/blog/_index.md", "+++\ntitle = \"Journal\"\nsort_by = \"title\"\n+++\n"),
    ] {
        let bench = newer();
        bench.body("content/seul.md", "Autre.\n");
        bench.write(path, text);
        assert_eq!(bench.update(), None, "{path}");
    }
    let bench = newer();
    bench.body("content/seul.md", "Autre.\n");
    fs::remove_file(bench.path("content/blog/trois.md")).unwrap();
    assert_eq!(bench.update(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bodies, front matter, files that come and go, templates, drafts and addresses, in any order.
    #[test]
    fn whatever_is_edited_the_lists_are_those_of_a_clean_build(
        is_newer in any::<bool>(),
        edits in prop::collection::vec((0..10_usize, 0..4_usize, any::<bool>()), 1..8),
    ) {
        let mut bench = if is_newer { newer() } else { older() };
        let page = fs::read_to_string(bench.path("templates/page.html")).unwrap();
        for (what, number, waits) in edits {
            let name = format!("content/blog/{}.md", ["deux", "trois", "neuf", "deux.br"][number]);
            let bodies = ["Un.\n", "## Quai\n\nDeux.\n", "Plus.\n<!-- more -->\nTrois.\n", "[Vers](@/seul.md)\n"];
            match what {
                0..=3 if bench.path(&name).exists() => bench.body(&name, bodies[what]),
                4 => bench.write(&name, &format!("+++\ntitle = \"{number}\"\ndate = 2024-02-0{}\n[taxonomies]\nports = [\"{number}\"]\n+++\nNeuf.\n", number + 1)),
                5 => drop(fs::remove_file(bench.path(&name))),
                6 => bench.write("templates/page.html", &format!("{page}{}", "!".repeat(number))),
                7 => bench.options.drafts = number < 2,
                8 => bench.options.base_url = Some(format!("https://{number}.test")),
                9 => bench.body("content/blog/un.md", &format!("## Quai\n\n{number}.\n")),
                _ => {}
            }
            if waits {
                bench.settle();
            }
            if site::load(&bench.options).is_ok() {
                bench.update();
            }
        }
    }
}
