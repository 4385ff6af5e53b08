//! Files that are none, and addresses that lead out of the site.

use std::process::Command;

use crate::hostile::{build_in, built, refused, site};

#[cfg(unix)]
#[test]
fn pipes_that_only_the_configuration_names() {
    for key in ["extra_grammars", "extra_themes"] {
        let config = format!(
            "base_url = \"https://exemple.test\"\n[markdown.highlighting]\ntheme = \"nord\"\n{key} = [\"p.json\"]\n"
        );
        let place = site(&[("zola.toml", config.as_bytes()), ("content/a.md", b"+++\n+++\n```rust\na\n```\n")]);
        assert!(Command::new("mkfifo").arg(place.path().join("p.json")).status().unwrap().success());
        let ended = build_in(place.path());
        assert!(ended.code == Some(1) && ended.told.contains("a pipe or a device"), "{key}: {}", ended.told);
    }
}

#[test]
fn addresses_that_lead_out_of_the_site() {
    let told = "leads out of the site\n  --> content/";
    for dialect in ["dialect = \"0.22\"\n", "dialect = \"0.23\"\n"] {
        for front in ["path = \"../a\"", "aliases = [\"../../a\"]", "aliases = [\"x/../../a.html\"]"] {
            let page = format!("+++\n{front}\n+++\n");
            refused(&[("repere.toml", dialect.as_bytes()), ("content/a.md", page.as_bytes())], told);
        }
        let section = "+++\npaginate_by = 1\npaginate_path = \"../../a\"\n+++\n";
        let files: [(&str, &[u8]); 5] = [
            ("repere.toml", dialect.as_bytes()),
            ("content/s/_index.md", section.as_bytes()),
            ("content/s/a.md", b"+++\n+++\n"),
            ("content/s/b.md", b"+++\n+++\n"),
            ("templates/section.html", b"{{ paginator.next }}"),
        ];
        refused(&files, told);
        let page = b"+++\npath = \"a/../b\"\naliases = [\"c/../d\"]\n+++\n";
        built(&[("repere.toml", dialect.as_bytes()), ("content/a.md", page)]);
    }
}
