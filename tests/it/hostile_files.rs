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

#[cfg(unix)]
#[test]
fn folders_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    for folder in ["static/a", "templates/a", "sass/a"] {
        let config: &[u8] = b"base_url = \"https://exemple.test\"\ncompile_sass = true\n";
        let place = site(&[("zola.toml", config), (&format!("{folder}/a.scss"), b"")]);
        let folder_of = place.path().join(folder);
        let allow = |mode| std::fs::set_permissions(&folder_of, std::fs::Permissions::from_mode(mode)).unwrap();
        allow(0o000);
        // Root reads everything.
        let is_root = std::fs::read_dir(&folder_of).is_ok();
        let ended = build_in(place.path());
        allow(0o755);
        assert_eq!(ended.code, Some(i32::from(!is_root)), "{}", ended.told);
        assert!(is_root || ended.told.contains(&format!("this may not be read\n  --> {folder}")), "{}", ended.told);
    }
}

#[test]
fn values_of_megabytes_are_not_told_whole() {
    let text = "{{ load_data(path='d.txt') | date }}";
    let files: [(&str, &[u8]); 4] = [
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("content/a.md", b"+++\n+++\n"),
        ("templates/page.html", text.as_bytes()),
        ("d.txt", &b"a ".repeat(500_000)),
    ];
    let ended = build_in(site(&files).path());
    assert!(ended.code == Some(1) && ended.told.len() < 10_000, "{} bytes", ended.told.len());
}

#[test]
fn elements_with_attributes_without_end() {
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"d.xml\") %}\n";
    let attributes: String = (0..100_000).map(|n| format!("b{n}='' ")).collect();
    let text = format!("<a {attributes}/>");
    refused(&[("content/a.md", load), ("d.xml", text.as_bytes())], "more than 10000 attributes");
}

#[test]
fn names_of_yaml_that_stand_for_millions() {
    let text = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(20_000), "*a,".repeat(2_000));
    let told = "stand for more than 5 million values";
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"d.yaml\") %}\n";
    refused(&[("content/a.md", load), ("d.yaml", text.as_bytes())], told);
    refused(&[("content/a.md", format!("---\nextra:\n  {}---\n", text.replace("\nb", "\n  b")).as_bytes())], told);
}
