//! What a build believes of the one before: whatever a writer does, the result is that of a clean build, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use proptest::prelude::*;
use repere::diagnostic::{self, Diagnostic};
use repere::site::{self, Memory, Options, Site};

use crate::increment_sources::{NEWER, OLDER, SHARED, Source};

/// What a writer does next.
#[derive(Debug, Clone)]
enum Edit {
    /// Puts a file into one of its states.
    Put(usize, usize),
    /// Gives a file the text of another state, the same size kept and the date turned back.
    PutSecretly(usize, usize),
    /// Renames a file of content.
    Rename(usize, usize),
    /// Spoils the cache.
    Damage(u8),
    /// Touches the published site.
    Meddle(usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        8 => (0..64_usize, 0..8_usize).prop_map(|(file, state)| Edit::Put(file, state)),
        1 => (0..64_usize, 0..8_usize).prop_map(|(file, state)| Edit::PutSecretly(file, state)),
        1 => (0..64_usize, 0..4_usize).prop_map(|(file, name)| Edit::Rename(file, name)),
        1 => any::<u8>().prop_map(Edit::Damage),
        1 => (0..64_usize).prop_map(Edit::Meddle),
    ];
    prop::collection::vec(edit, 1..7)
}

/// A site that is built again and again, by two memories.
struct Bench {
    place: tempfile::TempDir,
    sources: Vec<Source>,
    process: Memory,
    /// What `serve` does: builds that are told which files were written.
    told: Memory,
    shown: Option<Site>,
    touched: BTreeSet<PathBuf>,
    mended: usize,
}

impl Bench {
    fn new(own: &[Source]) -> Self {
        let bench = Self {
            place: tempfile::tempdir().unwrap(),
            sources: SHARED.iter().chain(own).copied().collect(),
            process: Memory::in_process(),
            told: Memory::in_process(),
            shown: None,
            touched: BTreeSet::new(),
            mended: 0,
        };
        for (path, states) in &bench.sources {
            bench.write(path, states[0]);
        }
        bench
    }

    fn root(&self) -> &Path {
        self.place.path()
    }

    fn write(&self, path: &str, text: Option<&str>) {
        let file = self.root().join(path);
        match text {
            Some(text) => {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            None => drop(fs::remove_file(file)),
        }
    }

    fn edit(&mut self, edit: &Edit) {
        let state = |file: usize, state: usize| {
            let (path, states) = self.sources[file % self.sources.len()];
            (path, states[state % states.len()])
        };
        match *edit {
            Edit::Put(file, number) => {
                let (path, text) = state(file, number);
                self.write(path, text);
                self.touched.insert(self.root().join(path));
            }
            Edit::PutSecretly(file, number) => {
                let (path, text) = state(file, number);
                let file = self.root().join(path);
                let Ok(time) = fs::metadata(&file).and_then(|about| about.modified()) else { return };
                self.write(path, text);
                if let Ok(opened) = fs::File::options().write(true).open(&file) {
                    opened.set_modified(time).unwrap();
                }
                self.touched.insert(file);
            }
            Edit::Rename(file, number) => {
                let (path, _) = state(file, 0);
                let from = self.root().join(path);
                let to = self
                    .root()
                    .join(["content/posts/zeta.md", "content/a.md", "content/posts/deux.md", "content/fr.md"][number]);
                if path.starts_with("content/posts/")
                    && path.ends_with(".md")
                    && !path.ends_with("_index.md")
                    && from.is_file()
                {
                    fs::rename(&from, &to).unwrap();
                    self.touched.extend([from, to]);
                }
            }
            Edit::Damage(number) => {
                let cache = self.root().join(site::CACHE);
                for entry in fs::read_dir(cache).into_iter().flatten().flatten().filter(|e| e.path().is_file()) {
                    let mut bytes = fs::read(entry.path()).unwrap();
                    let at = (usize::from(number) * 37) % bytes.len().max(1);
                    if number % 2 == 0 {
                        bytes.truncate(at);
                    } else if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 0x10;
                    }
                    fs::write(entry.path(), bytes).unwrap();
                }
            }
            Edit::Meddle(number) => {
                let files = files(&self.root().join("public"));
                if let Some(path) = files.keys().nth(number % files.len().max(1)) {
                    fs::write(self.root().join("public").join(path), "touché").unwrap();
                }
            }
        }
    }

    /// Builds the site from what was touched, as `serve` does.
    fn follow(&mut self, options: &Options) -> Result<Site, Vec<Diagnostic>> {
        let touched = std::mem::take(&mut self.touched);
        if let Some(site) = self.shown.take()
            && let Ok(mended) = site::mend(options, &mut self.told, site, &touched)
        {
            self.mended += 1;
            return Ok(mended.site);
        }
        site::load_with(options, &mut self.told)
    }

    /// Builds four times from the same sources; those that remember must give what the one that does not gives.
    /// True when the site has no fault.
    fn check(&mut self) -> bool {
        let options = Options { root: self.root().to_owned(), ..Options::default() };
        let before = files(&self.root().join("public"));
        let clean = site::load(&options);
        let process = site::load_with(&options, &mut self.process);
        let told = self.follow(&options);
        // As `repere build` does it.
        let disk = match site::refresh(&options) {
            Some(site) => {
                let manifest = fs::read(self.root().join(site::CACHE).join("manifest.json")).unwrap();
                Ok((site.warnings, serde_json::from_slice(&manifest).unwrap()))
            }
            None => site::build(&options).map(|site| (diagnostic::render(&site.warnings), site.manifest)),
        };
        match (clean, process, disk) {
            (Ok(clean), Ok(process), Ok(disk)) => {
                let expected = outputs(&clean);
                same("in memory", &outputs(&process), &expected);
                let told = told.unwrap_or_else(|found| panic!("told: {}", diagnostic::render(&found)));
                same("when told", &outputs(&told), &expected);
                assert_eq!(told.manifest, clean.manifest);
                assert_eq!(diagnostic::render(&told.warnings), diagnostic::render(&clean.warnings));
                self.shown = Some(told);
                same("in the folder", &files(&self.root().join("public")), &expected);
                assert_eq!(disk, (diagnostic::render(&clean.warnings), clean.manifest));
                assert_eq!(diagnostic::render(&process.warnings), diagnostic::render(&clean.warnings));
                true
            }
            (Err(clean), Err(process), Err(disk)) => {
                assert_eq!(
                    told.map(|_| ()).map_err(|found| diagnostic::render(&found)),
                    Err(diagnostic::render(&clean))
                );
                assert_eq!(diagnostic::render(&process), diagnostic::render(&clean));
                assert_eq!(diagnostic::render(&disk), diagnostic::render(&clean));
                assert!(files(&self.root().join("public")) == before, "a failed build leaves the old site");
                false
            }
            (clean, process, disk) => panic!(
                "clean {:?}, process {:?}, disk {:?}",
                clean.map(|_| ()).map_err(|found| diagnostic::render(&found)),
                process.map(|_| ()).map_err(|found| diagnostic::render(&found)),
                disk.map(|_| ()).map_err(|found| diagnostic::render(&found))
            ),
        }
    }
}

fn outputs(site: &Site) -> BTreeMap<String, Vec<u8>> {
    site.outputs.iter().map(|output| (output.path.clone(), output.body.read().unwrap().to_vec())).collect()
}

/// Every file of a folder by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let entries = entries.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
    entries.map(|entry| (name(entry.path()), fs::read(entry.path()).unwrap())).collect()
}

#[track_caller]
fn same(what: &str, found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names: Vec<&String> =
        found.keys().chain(expected.keys()).filter(|n| found.get(*n) != expected.get(*n)).collect();
    let text = |bytes: Option<&Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if let Some(name) = names.first() {
        panic!("{what}, {name} differs: {:?} should be {:?}", text(found.get(*name)), text(expected.get(*name)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_remembered_is_what_a_clean_build_gives(edits in edits(), newer in any::<bool>()) {
        let mut bench = Bench::new(if newer { NEWER } else { OLDER });
        prop_assert!(bench.check());
        for edit in edits {
            bench.edit(&edit);
            bench.check();
        }
    }
}

#[test]
#[ignore = "some hundred builds: tests/live runs it"]
fn every_state_of_every_file_is_seen() {
    for own in [NEWER, OLDER] {
        let mut bench = Bench::new(own);
        assert!(bench.check());
        for file in 0..bench.sources.len() {
            for state in (0..bench.sources[file].1.len()).rev() {
                bench.edit(&Edit::Put(file, state));
                let good = bench.check();
                assert!(good || state > 0, "{} as it was", bench.sources[file].0);
            }
        }
    }
}

#[test]
fn what_did_not_change_keeps_its_date_and_what_went_away_goes() {
    let bench = Bench::new(NEWER);
    let options = Options { root: bench.root().to_owned(), ..Options::default() };
    site::build(&options).unwrap();
    let date = |path: &str| fs::metadata(bench.root().join("public").join(path)).unwrap().modified().unwrap();
    let dates: Vec<SystemTime> = ["posts/un/index.html", "index.html", "site.js", "site.css"].map(date).into();
    std::thread::sleep(std::time::Duration::from_millis(20));
    bench.write("content/posts/trois/index.md", None);
    let text =
        "+++\ntitle = \"Deux\"\ndate = 2024-02-01\n[taxonomies]\ntags = [\"mer\"]\n+++\n## Quai\n\nUn autre corps.\n";
    let before = date("posts/deux/index.html");
    bench.write("content/posts/deux.md", Some(text));
    site::build(&options).unwrap();
    assert_ne!(date("posts/deux/index.html"), before);
    assert!(!bench.root().join("public/posts/trois").exists());
    assert_eq!(date("site.js"), dates[2]);
    assert_eq!(date("site.css"), dates[3]);
}

#[test]
fn a_changed_body_makes_that_page_again_and_no_list_of_titles() {
    let bench = Bench::new(NEWER);
    let options = Options { root: bench.root().to_owned(), ..Options::default() };
    site::build(&options).unwrap();
    let date = |path: &str| fs::metadata(bench.root().join("public").join(path)).unwrap().modified().unwrap();
    // The clock of the file system must move on, or a page made again could not be told from one that was left.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let now = SystemTime::now();
    bench.write("content/posts/trois/index.md", Some("+++\ntitle = \"Trois\"\ndate = 2024-01-15\n+++\nSans lien.\n"));
    bench.check_disk(&options);
    let fresh = files(&bench.root().join("public"));
    let fresh: Vec<&String> = fresh.keys().filter(|path| date(path) >= now).collect();
    // The page itself, the page it no longer links to, and what tells of bodies: feeds and the search index.
    let feeds = |path: &&String| !path.ends_with(".xml") && !path.starts_with("search_index");
    let pages: Vec<&&String> = fresh.iter().filter(|path| feeds(path)).collect();
    assert_eq!(pages, [&"posts/deux/index.html", &"posts/trois/index.html"]);
}

#[test]
fn a_changed_body_is_mended_and_what_else_may_follow_is_built() {
    for own in [NEWER, OLDER] {
        let mut bench = Bench::new(own);
        assert!(bench.check());
        let page = |front: &str, body: &str| format!("+++\ntitle = \"Neuf\"\n{front}+++\n{body}");
        let mut put = |text: String, is_mended: bool| {
            let before = bench.mended;
            bench.write("content/posts/neuf.md", Some(&text));
            bench.touched.insert(bench.root().join("content/posts/neuf.md"));
            assert!(bench.check());
            assert_eq!(bench.mended > before, is_mended, "{text}");
        };
        put(page("date = 2024-05-01\n", "Un.\n"), false);
        put(page("date = 2024-05-01\n", "Deux.\n"), true);
        put(page("date = 2024-05-01\n", "# Trois\n\nAvec un résumé.\n\n<!-- more -->\n\nEt plus.\n"), true);
        put(page("date = 2024-05-01\n", "# Trois\n\nAvec un résumé.\n\n<!-- more -->\n\nEt plus.\n"), true);
        // What was made again just as it was must be mended once more.
        put(page("date = 2024-05-01\n", "# Trois\n\nAvec un résumé.\n\n<!-- more -->\n\nEt encore plus.\n"), true);
        put(page("date = 2024-05-01\n", "# Quatre\n\nAvec un autre résumé.\n\n<!-- more -->\n\nEt plus.\n"), true);
        put(page("date = 2024-05-01\n", "[Un lien](@/posts/_index.md)\n"), false);
        put(page("date = 2024-05-02\n", "[Un lien](@/posts/_index.md)\n"), false);
        put(page("date = 2024-05-02\n", "[Un lien](@/posts/_index.md) encore\n"), true);
    }
}

#[test]
fn nothing_is_mended_beside_a_body_that_is_not_remembered() {
    let mut bench = Bench::new(OLDER);
    let read = "{{ load_data(path=\"content/posts/neuf.md\", format=\"plain\") }} {{ now() | date(format=\"%Y\") }}";
    bench.write("templates/shortcodes/lu.html", Some(read));
    bench.write("content/posts/lit.md", Some("+++\ntitle = \"Lit\"\ndate = 2024-05-01\n+++\n{{ lu() }}\n"));
    for body in ["Un.", "Deux.", "Trois."] {
        bench.write("content/posts/neuf.md", Some(&format!("+++\ntitle = \"Neuf\"\ndate = 2024-05-01\n+++\n{body}\n")));
        bench.touched.insert(bench.root().join("content/posts/neuf.md"));
        assert!(bench.check());
    }
    assert_eq!(bench.mended, 0);
}

#[test]
fn pages_that_were_written_together_are_held_against_each_other() {
    for own in [NEWER, OLDER] {
        let mut bench = Bench::new(own);
        let mut put = |neuf: &str, vieux: &str| {
            for (name, body) in [("neuf", neuf), ("vieux", vieux)] {
                let path = format!("content/posts/{name}.md");
                bench.write(&path, Some(&format!("+++\ntitle = \"{name}\"\ndate = 2024-05-01\n+++\n{body}\n")));
                bench.touched.insert(bench.root().join(path));
            }
            bench.check()
        };
        assert!(put("# Un", "[Un lien](@/posts/neuf.md#un)"));
        assert!(put("# Un\n\nEt plus.", "[Un lien](@/posts/neuf.md#un) et plus"));
        assert!(!put("# Deux", "[Un lien](@/posts/neuf.md#un) et encore plus"), "it leads nowhere now");
    }
}

impl Bench {
    fn check_disk(&self, options: &Options) {
        let expected = outputs(&site::load(options).unwrap());
        site::build(options).unwrap();
        same("in the folder", &files(&self.root().join("public")), &expected);
    }
}

/// A moment of a day.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn neither_the_day_nor_the_number_of_threads_shows() {
    for own in [NEWER, OLDER] {
        let bench = Bench::new(own);
        let build = |at: &str, threads: usize| {
            let options = Options { root: bench.root().to_owned(), at: moment(at), ..Options::default() };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            outputs(&pool.install(|| site::load(&options)).unwrap())
        };
        let first = build("2026-03-01T10:00:00Z", 1);
        same("on another day", &build("2026-11-05T23:59:59Z", 5), &first);
    }
}

#[test]
fn what_tells_the_time_is_made_again_when_it_changed() {
    let mut bench = Bench::new(NEWER);
    for at in ["2026-03-01T10:00:00Z", "2026-11-05T10:00:00Z", "2027-01-02T10:00:00Z"] {
        let options = Options { root: bench.root().to_owned(), at: moment(at), ..Options::default() };
        let expected = outputs(&site::load(&options).unwrap());
        assert!(String::from_utf8_lossy(&expected["posts/un/index.html"]).contains(&at[..4]));
        same("in memory", &outputs(&site::load_with(&options, &mut bench.process).unwrap()), &expected);
        bench.check_disk(&options);
    }
}
