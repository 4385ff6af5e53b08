//! The site that `refresh` edits and brings up to date again and again. No test stands here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use repere::output::Manifest;
use repere::site::{self, Options};

/// What it is made of.
const SITE: &[(&str, &str)] = &[
    ("zola.toml", "base_url = \"https://exemple.test\"\ncompile_sass = true\ntheme = \"t\"\n[extra]\nmot = \"un\"\n"),
    ("content/_index.md", "+++\ntitle = \"Accueil\"\n+++\nBienvenue.\n"),
    ("content/blog/_index.md", "+++\ntitle = \"Blog\"\nsort_by = \"date\"\n+++\n"),
    ("content/blog/un.md", "+++\ntitle = \"Un\"\ndate = 2024-01-01\n+++\n## Quai\n\nTexte un.\n"),
    ("content/blog/deux.md", "+++\ntitle = \"Deux\"\ndate = 2024-01-02\n+++\nCourt.\n<!-- more -->\nTexte deux.\n"),
    ("content/blog/trois.md", "+++\ntitle = \"Trois\"\ndate = 2024-01-03\n+++\n[Vers](@/blog/un.md#quai) le quai.\n"),
    ("content/blog/quatre/index.md", "+++\ntitle = \"Quatre\"\ndate = 2024-01-04\n+++\n![Une image](a.txt)\n"),
    ("content/blog/quatre/a.txt", "a"),
    ("content/seul.md", "+++\ntitle = \"Seul\"\n+++\nPersonne d’autre.\n"),
    ("content/brouillon.md", "+++\ntitle = \"Brouillon\"\ndraft = true\n+++\nPas encore.\n"),
    ("data/ports.toml", "nom = \"Brest\"\n"),
    ("static/site.js", "let a = 1;"),
    ("sass/site.scss", "body { color: red; }\n"),
    ("themes/t/theme.toml", "name = \"t\"\n"),
    ("themes/t/static/theme.css", "a {}"),
    (
        "themes/t/templates/base.html",
        "<nav>{{ get_url(path=\"@/blog/_index.md\") }}</nav>{% block main %}{% endblock main %}",
    ),
    (
        "templates/index.html",
        "{% extends \"base.html\" %}{% block main %}{{ section.content | safe }}{% endblock main %}",
    ),
    (
        "templates/section.html",
        "{% extends \"base.html\" %}{% block main %}{% for p in section.pages %}{{ p.title }}: {{ p.summary }};{% endfor %}{% endblock main %}",
    ),
    (
        "templates/page.html",
        "{% extends \"base.html\" %}{% block main %}{{ page.title }}{% if page.lower %} après {{ page.lower.title }}{% endif %}{% if page.higher %} avant {{ page.higher.title }}{% endif %}\n{{ page.word_count }} {{ page.content | safe }}{% for l in page.backlinks %}{{ l.title }}{% endfor %}{{ get_url(path=\"site.css\", cachebust=true) }}{{ load_data(path=\"data/ports.toml\") | get(key=\"nom\") }}{% endblock main %}",
    ),
];

/// A site in a folder of its own.
pub(crate) struct Bench {
    place: tempfile::TempDir,
    pub(crate) options: Options,
}

impl Bench {
    /// A site that was built, and whose files are old enough to be believed.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// The same with other files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let options = Options { root: place.path().to_owned(), ..Options::default() };
        let bench = Self { place, options };
        for (path, text) in SITE.iter().chain(files) {
            bench.write(path, text);
        }
        bench.settle();
        bench.build();
        bench
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.place.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub(crate) fn body(&self, path: &str, body: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        let (front, _) = text.rsplit_once("+++\n").unwrap();
        self.write(path, &format!("{front}+++\n{body}"));
    }

    /// Waits until a change would show in the state of every file.
    pub(crate) fn settle(&self) {
        std::thread::sleep(Duration::from_millis(45));
    }

    #[track_caller]
    pub(crate) fn build(&self) {
        site::build(&self.options).unwrap_or_else(|found| panic!("{}", repere::diagnostic::render(&found)));
        self.hold();
    }

    /// The folder is what a clean build would make of it, and described as such.
    #[track_caller]
    fn hold(&self) {
        let clean = site::load(&self.options).unwrap();
        let folder = self.options.output_dir.clone().unwrap_or_else(|| self.path("public"));
        let expected: BTreeMap<String, Vec<u8>> =
            clean.outputs.iter().map(|output| (output.path.clone(), output.body.read().unwrap().to_vec())).collect();
        let found = files(&folder);
        for path in found.keys().chain(expected.keys()) {
            let text = |bytes: Option<&Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            assert_eq!(text(found.get(path)), text(expected.get(path)), "{path}");
        }
        let manifest = fs::read(self.path(".repere-cache/manifest.json")).unwrap();
        assert_eq!(serde_json::from_slice::<Manifest>(&manifest).unwrap(), clean.manifest);
    }

    /// Brings the folder up to date as `repere build` does, and tells how many pages were refreshed instead of a build.
    #[track_caller]
    pub(crate) fn update(&self) -> Option<usize> {
        let refreshed = site::refresh(&self.options).map(|site| site.pages);
        match refreshed {
            Some(_) => self.hold(),
            None => self.build(),
        }
        refreshed
    }

    pub(crate) fn date(&self, path: &str) -> SystemTime {
        fs::metadata(self.path("public").join(path)).unwrap().modified().unwrap()
    }

    pub(crate) fn left(&self, name: &str) -> PathBuf {
        let entries = fs::read_dir(self.path(".repere-cache")).unwrap().map(|entry| entry.unwrap().path());
        entries.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name)).unwrap()
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (name(entry.path()), fs::read(entry.path()).unwrap())).collect()
}
