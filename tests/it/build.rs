//! Building: what a writer sees when something is wrong, and what visitors never see.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use repere::diagnostic::{self, Diagnostic};
use repere::site::{self, Options};

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn small_site(root: &Path) {
    write(
        root,
        &[
            ("zola.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\n"),
            ("content/_index.md", "+++\ntitle = \"Accueil\"\n+++\n"),
            ("content/a.md", "+++\ntitle = \"A\"\n+++\nBonjour.\n"),
            ("templates/index.html", "<h1>{{ section.title }}</h1>"),
            ("templates/page.html", "<h1>{{ page.title }}</h1>{{ page.content | safe }}"),
            ("static/a.txt", "tel quel"),
        ],
    );
}

fn options(root: &Path) -> Options {
    Options { root: root.to_owned(), ..Options::default() }
}

fn told(problems: &[Diagnostic]) -> String {
    diagnostic::render(problems)
}

#[test]
fn a_site_is_built_into_public_with_a_manifest_of_every_file() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let site = site::build(&options(place.path())).unwrap();
    let public = place.path().join("public");
    assert_eq!(fs::read_to_string(public.join("a/index.html")).unwrap(), "<h1>A</h1><p>Bonjour.</p>\n");
    for (path, entry) in &site.manifest.files {
        assert_eq!(fs::metadata(public.join(path)).unwrap().len(), entry.size, "{path}");
    }
    assert_eq!(site.manifest.files["a/index.html"].mime, "text/html; charset=utf-8");
}

#[test]
fn a_failed_build_leaves_the_old_site() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    site::build(&options(place.path())).unwrap();
    write(place.path(), &[("content/a.md", "+++\ntitle = \"B\"\n+++\n{{ oups }}\n")]);
    assert!(site::build(&options(place.path())).is_err());
    let page = fs::read_to_string(place.path().join("public/a/index.html")).unwrap();
    assert!(page.contains("Bonjour"));
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let first = site::load(&options(place.path())).unwrap();
    let second = site::load(&options(place.path())).unwrap();
    assert_eq!(first.manifest, second.manifest);
}

#[test]
fn a_page_whose_place_another_takes_has_its_pictures_and_its_faults() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let files = [
        ("zola.toml", "base_url = \"https://exemple.test\"\ntaxonomies = [{name = \"tags\"}]\n"),
        ("content/b.md", "+++\npath = \"tags/x\"\n[taxonomies]\ntags = [\"x\"]\n+++\n"),
        ("static/a.ppm", "P3 2 1 255 255 0 0 0 0 255\n"),
        (
            "templates/page.html",
            "{% set copy = resize_image(path=\"a.ppm\", width=1, op=\"fit_width\") %}{{ page.path }}",
        ),
        ("templates/taxonomy_list.html", ""),
        ("templates/taxonomy_single.html", "{{ term.name }}"),
    ];
    write(place.path(), &files);
    fs::remove_file(place.path().join("content/a.md")).unwrap();
    for _ in 0..2 {
        let site = site::build(&options(place.path())).unwrap();
        let made = site.manifest.files.keys().filter(|path| path.starts_with("processed_images/")).count();
        assert_eq!(made, 1);
        assert_eq!(fs::read_to_string(place.path().join("public/tags/x/index.html")).unwrap(), "x");
    }
    write(place.path(), &[("templates/page.html", "{{ page.nobody }}")]);
    let problems = site::build(&options(place.path())).unwrap_err();
    assert!(told(&problems).contains("`nobody` is not defined"), "{}", told(&problems));
}

#[test]
fn faults_of_several_templates_come_together_with_their_places() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(
        place.path(),
        &[("templates/index.html", "ligne\n{{ section.title | }}"), ("templates/page.html", "{% if %}")],
    );
    let problems = site::load(&options(place.path())).unwrap_err();
    let text = told(&problems);
    assert!(text.contains("--> templates/index.html:2:"), "{text}");
    assert!(text.contains("--> templates/page.html:1:"), "{text}");
}

#[test]
fn a_fault_of_content_is_told_with_the_line_of_its_file() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(place.path(), &[("content/a.md", "+++\ntitle = \"A\"\n+++\n\nligne\n{{ inconnu }}\n")]);
    let text = told(&site::load(&options(place.path())).unwrap_err());
    assert!(text.contains("--> content/a.md:6:4"), "{text}");
}

#[test]
fn a_fault_of_a_layout_is_told_once() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(place.path(), &[("content/b.md", "+++\ntitle = \"B\"\n+++\n"), ("templates/page.html", "{{ page.titre }}")]);
    let problems = site::load(&options(place.path())).unwrap_err();
    assert_eq!(problems.len(), 1, "{}", told(&problems));
}

#[test]
fn a_missing_template_is_told_where_it_is_asked_for() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(place.path(), &[("content/a.md", "+++\ntitle = \"A\"\ntemplate = \"pages.html\"\n+++\n")]);
    let text = told(&site::load(&options(place.path())).unwrap_err());
    assert!(text.contains("--> content/a.md") && text.contains("did you mean `page.html`"), "{text}");
}

#[test]
fn macros_are_refused_with_the_word_to_use() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(place.path(), &[("templates/m.html", "{% macro x() %}{% endmacro x %}")]);
    write(place.path(), &[("repere.toml", "dialect = \"0.23\"\n")]);
    let text = told(&site::load(&options(place.path())).unwrap_err());
    assert!(text.contains("templates/m.html:1:4") && text.contains("component"), "{text}");
}

#[test]
fn two_pages_with_one_address_are_refused() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(place.path(), &[("content/b.md", "+++\ntitle = \"B\"\nslug = \"a\"\n+++\n")]);
    let text = told(&site::load(&options(place.path())).unwrap_err());
    assert!(text.contains("content/a.md") && text.contains("content/b.md"), "{text}");
}

#[test]
fn an_existing_folder_of_the_command_line_is_replaced_only_when_told() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let folder = place.path().join("ailleurs");
    write(&folder, &[("précieux.txt", "à garder")]);
    let mut options = Options { output_dir: Some(folder.clone()), ..options(place.path()) };
    assert!(site::build(&options).is_err());
    assert!(folder.join("précieux.txt").exists());
    options.force = true;
    site::build(&options).unwrap();
    assert!(!folder.join("précieux.txt").exists() && folder.join("index.html").exists());
}

#[test]
fn a_site_of_the_older_dialect_is_built_as_it_says() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    write(
        place.path(),
        &[
            ("repere.toml", "dialect = \"0.22\"\n"),
            ("templates/index.html", "{% import \"m.html\" as m %}{{ m::fort(x=1) }} {{ section.content | safe }}"),
            ("templates/m.html", "{% macro fort(x) %}<b>{{ x }}</b>{% endmacro %}"),
            ("templates/shortcodes/fois.html", "{{ nth }}×{{ body }}"),
            ("content/_index.md", "+++\n+++\n{% fois() %}un{% end %}\n"),
        ],
    );
    let site = site::load(&options(place.path())).unwrap();
    let home = site.outputs.iter().find(|output| output.path == "index.html").unwrap();
    let site::Body::Bytes(bytes) = &home.body else { panic!("a page is bytes") };
    assert_eq!(String::from_utf8_lossy(bytes), "<b>1</b> 1×un");
}

/// Every file of a folder by its path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let entries = entries.filter(|entry| entry.file_type().is_file());
    entries.map(|e| (e.path().strip_prefix(folder).unwrap().to_owned(), fs::read(e.path()).unwrap())).collect()
}

#[test]
fn this_site_is_the_same_in_every_time_zone_and_on_every_machine() {
    let place = tempfile::tempdir().unwrap();
    let build = |name: &str, zone: &str, threads: &str| {
        let folder = place.path().join(name);
        let done = Command::new(env!("CARGO_BIN_EXE_repere"))
            .args(["--root", env!("CARGO_MANIFEST_DIR"), "build", "--output-dir"])
            .arg(&folder)
            .env("TZ", zone)
            .env("RAYON_NUM_THREADS", threads)
            .env_remove("REPERE_DIALECT")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        files(&folder)
    };
    let (first, second) = (build("a", "UTC", "1"), build("b", "Pacific/Auckland", "4"));
    assert!(first.keys().eq(second.keys()));
    for (path, bytes) in &first {
        assert!(second[path] == *bytes, "{} differs", path.display());
    }
}

#[test]
fn a_server_is_asked_for_the_format() {
    use std::io::{Read as _, Write as _};
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut visitor, _) = server.accept().unwrap();
        let (mut asked, mut more) = (String::new(), [0; 4096]);
        while !asked.ends_with("\r\n\r\n") {
            let length = visitor.read(&mut more).unwrap();
            asked.push_str(std::str::from_utf8(&more[..length]).unwrap());
        }
        visitor
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\na,b\n1,\xe9t\xe9")
            .unwrap();
        asked.to_ascii_lowercase()
    });
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let call = format!("load_data(url=\"http://{address}/x\", format=\"csv\", headers=[\"X-Key=k=v\"])");
    let page = format!("{{% set data = {call} %}}{{{{ data.records | first | last }}}}");
    write(place.path(), &[("templates/page.html", &page)]);
    site::build(&options(place.path())).unwrap();
    let asked = asked.join().unwrap();
    assert!(asked.contains("accept: text/csv\r\n") && asked.contains("x-key: k=v\r\n"), "{asked}");
    assert!(asked.contains("user-agent: repere/"), "{asked}");
    let made = fs::read_to_string(place.path().join("public/a/index.html")).unwrap();
    assert_eq!(made, "\u{fffd}t\u{fffd}", "what is no UTF-8 is shown as that");
}

#[test]
fn colours_of_code_come_over_those_of_a_theme_and_not_over_those_of_the_site() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let highlighting = "style = \"class\"\nlight_theme = \"github-light\"\ndark_theme = \"nord\"\n";
    let config = format!("base_url = \"https://exemple.test\"\ntheme = \"t\"\n[markdown.highlighting]\n{highlighting}");
    let files = [
        ("zola.toml", config.as_str()),
        ("themes/t/theme.toml", "name = \"t\"\n"),
        ("themes/t/templates/t.html", ""),
        ("themes/t/static/giallo-light.css", ".theme {}"),
        ("themes/t/static/giallo-dark.css", ".theme {}"),
        ("static/giallo-dark.css", ".site {}"),
        ("content/giallo-light.css", ".home {}"),
    ];
    write(place.path(), &files);
    // What is remembered is the same as what is made.
    for page in ["a", "b", "c"] {
        write(place.path(), &[("templates/page.html", page)]);
        site::build(&options(place.path())).unwrap();
        let sheet = |name: &str| fs::read_to_string(place.path().join("public").join(name)).unwrap();
        assert!(sheet("giallo-light.css").contains("generated by giallo"), "{}", sheet("giallo-light.css"));
        assert_eq!(sheet("giallo-dark.css"), ".site {}");
        assert_eq!(sheet("a/index.html"), page);
    }
}
