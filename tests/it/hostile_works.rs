//! Work without end in engines that are not our own: it ends with a sentence that names the file, in the time and memory
//! that the machine has for it.

use crate::hostile::{built, ended, older, refused};

const MEMORY: (&str, &str) = ("REPERE_MOST_MEMORY", "500");
const TIME: (&str, &str) = ("REPERE_MOST_SECONDS", "2");

/// A site whose pages are made by one template of the newer dialect.
fn newer(template: &str) -> [(&str, &[u8]); 2] {
    [("content/a.md", b"+++\n+++\n"), ("templates/page.html", template.as_bytes())]
}

fn doubled(times: usize, first: &str) -> String {
    format!("{{% set a = {first} %}}{{% for i in range(end={times}) %}}{{% set_global a = a ~ a %}}{{% endfor %}}")
}

#[test]
fn texts_and_lists_of_the_newer_engine_that_double() {
    let told = ["takes more than 500 MB of memory", "--> content/a.md", "while rendering `page.html`"];
    ended(&newer(&doubled(40, "'xxxxxxxxxx'")), MEMORY, &told);
    let spread = "{% set a = [1] %}{% for i in range(end=60) %}{% set_global a = [...a, ...a] %}{% endfor %}";
    ended(&newer(spread), MEMORY, &told);
    let long = doubled(20, "'xxxxxxxx'");
    ended(&newer(&format!("{long}{{{{ a | replace(from='x', to=a) | length }}}}")), MEMORY, &told);
    built(&newer(&format!("{}{{{{ a | length }}}}", doubled(20, "'xxxxxxxxxx'"))));
}

#[test]
fn loops_of_the_newer_engine_inside_one_another() {
    let loops = |body: &str| {
        let open = "{% for a in range(end=100000) %}";
        format!("{}{body}{}", open.repeat(3), "{% endfor %}".repeat(3))
    };
    let told =
        ["takes longer than 2 seconds", "--> content/a.md", "while rendering `page.html`", "REPERE_MOST_SECONDS"];
    ended(&newer(&loops("")), TIME, &told);
    let long = "a".repeat(3_000);
    refused(&newer(&loops(&long)), "this prints more than 256 million bytes");
    // What prints can stop by itself: an ordinary fault of the template.
    ended(&newer(&loops("x")), TIME, &["takes longer than 2 seconds", "--> templates/page.html"]);
    let text = [("content/a.md", format!("+++\n+++\n{}", loops(""))), ("templates/page.html", String::new())];
    ended(
        &text.each_ref().map(|(path, text)| (*path, text.as_bytes())),
        TIME,
        &["longer than 2", "while making HTML of it"],
    );
}

#[test]
fn loops_of_the_older_engine() {
    let text = "{% for a in range(end=1000000) %}{% for b in range(end=1000000) %}{% endfor %}{% endfor %}";
    let files: [(&str, &[u8]); 3] = [
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("content/a.md", b"+++\n+++\n"),
        ("templates/page.html", text.as_bytes()),
    ];
    ended(&files, TIME, &["takes longer than 2 seconds", "--> templates/page.html"]);
}

#[test]
fn lists_of_the_older_engine_inside_one_another() {
    let list = "{% set a = [1] %}{% for i in range(end=COUNT) %}{% set_global a = [a] %}{% endfor %}{{ a | length }}";
    refused(&older(&list.replace("COUNT", "90000")), "more than 500 lists stand inside each other");
    built(&older(&list.replace("COUNT", "400")));
}

#[test]
fn lists_of_the_newer_engine_inside_one_another() {
    let list = "{% set a = [1] %}{% for i in range(end=90000) %}{% set_global a = [a] %}{% endfor %}";
    for last in ["{{ a | length }}", "{{ a }}", "{{ a | json_encode }}", "{{ a == [a] }}"] {
        built(&newer(&format!("{list}{last}")));
    }
}

#[test]
fn few_addresses_are_enough_for_a_plain_site() {
    for (space, threads) in [("2000000", "2"), ("2500000", "2"), ("4000000", "8")] {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        std::fs::write(root.join("zola.toml"), "base_url = \"https://exemple.test\"\n").unwrap();
        std::fs::create_dir(root.join("templates")).unwrap();
        std::fs::write(root.join("templates/index.html"), "{{ section.title }}").unwrap();
        let script = format!("ulimit -v {space}; exec \"$0\" --root \"$1\" build");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_repere")]).arg(root).env("RAYON_NUM_THREADS", threads);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{space}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn bibliographies_whose_names_multiply() {
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"b.bibtex\") %}\n";
    let twice = |n: usize| format!("@string{{a{n} = a{} # a{}}}\n", n - 1, n - 1);
    let names = format!("@string{{a0 = \"xxxxxxxxxx\"}}{}", (1..40).map(twice).collect::<String>());
    refused(&[("content/a.md", load), ("b.bibtex", names.as_bytes())], "more than 100 million characters");
    refused(&[("content/a.md", load), ("b.bibtex", b"@string{a = b}@string{b = a}")], "stands for itself");
    built(&[("content/a.md", load), ("b.bibtex", "@comment{é".as_bytes())]);
}

/// A site with one style sheet.
fn sheet<'t>(path: &'t str, text: &'t str) -> [(&'t str, &'t [u8]); 2] {
    [("zola.toml", b"base_url = \"https://exemple.test\"\ncompile_sass = true\n"), (path, text.as_bytes())]
}

#[test]
fn style_sheets_that_call_themselves() {
    let told = "functions and mixins call one another without end, or too deeply\n  --> sass/a.s";
    refused(&sheet("sass/a.scss", "@function f($x) {@return f($x)}\na {b: f(1)}"), told);
    refused(&sheet("sass/a.scss", "@mixin m {@content}\n@mixin n {@include m {@include n}}\na {@include n}"), told);
    refused(&sheet("sass/a.sass", "=m\n  +m\na\n  +m\n"), told);
    refused(&sheet("sass/a.scss", "@import 'a';"), "already being loaded");
    built(&sheet("sass/a.scss", "@function f($n) {@if $n == 0 {@return 0} @return 1 + f($n - 1)}\na {b: f(300)}"));
    for deep in ["a{", "a{b:(", "a{b:#{"] {
        refused(&sheet("sass/a.scss", &deep.repeat(50_000)), "too many brackets or blocks stand inside each other");
    }
    for chain in ["- ", "not ", "1 + ", "1*"] {
        let text = format!("a {{b: {}1}}", chain.repeat(50_000));
        refused(&sheet("sass/a.scss", &text), "too many operators stand in one expression");
    }
    // A place that stands behind what was put in.
    refused(&sheet("sass/a.scss", "@mixin m {a: $no}\nb {@include m}"), "--> sass/a.scss:1:14");
}

#[test]
fn style_sheets_without_end() {
    ended(
        &sheet("sass/a.scss", "@while true {$a: 1}"),
        TIME,
        &["longer than 2 seconds", "--> sass/a.scss", "while making CSS of it"],
    );
    let twice = "$a: 'xxxxxxxxxx'; @for $i from 1 through 40 {$a: $a + $a !global} a {b: $a}";
    ended(&sheet("sass/a.scss", twice), MEMORY, &["more than 500 MB of memory", "--> sass/a.scss"]);
}
