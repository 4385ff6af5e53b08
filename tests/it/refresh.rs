//! A site that is refreshed instead of built: whatever happened in between, the folder is what a clean build would make.

use std::fs;
use std::time::SystemTime;

use proptest::prelude::*;
use repere::site::{self, Options};

use crate::refresh_kit::Bench;

#[test]
fn a_changed_body_is_made_anew_and_nothing_else() {
    let bench = Bench::new();
    assert_eq!(bench.update(), Some(0));
    bench.settle();
    let dates = ["index.html", "seul/index.html", "blog/un/index.html"].map(|path| bench.date(path));
    let first = fs::read_to_string(bench.path("content/seul.md")).unwrap();
    for text in ["Un autre corps.\n", "Encore un, *plus* long.\n"] {
        bench.body("content/seul.md", text);
        assert_eq!(bench.update(), Some(1));
    }
    assert_eq!([bench.date("index.html"), bench.date("blog/un/index.html")], [dates[0], dates[2]]);
    assert_ne!(bench.date("seul/index.html"), dates[1]);
    bench.body("content/blog/un.md", "Plus de quai.\n");
    assert!(site::refresh(&bench.options).is_none(), "somebody leads to it");
    assert!(site::build(&bench.options).is_err());
    bench.body("content/blog/un.md", "## Quai\n\nTexte un.\n");
    bench.write("content/seul.md", &first);
    assert_eq!(bench.update(), Some(1), "as it was, but not as it was published");
    bench.settle();
    bench.body("content/seul.md", "Le dernier.\n");
    assert_eq!(bench.update(), Some(1));
    let date = bench.date("seul/index.html");
    bench.settle();
    bench.write("templates/index.html", "Autre.");
    assert_eq!(bench.update(), None);
    assert_eq!(bench.date("seul/index.html"), date, "what was refreshed is not written again");
    bench.settle();
    // The template may have been written just before it was read: then it is built once more.
    bench.update();
    assert_eq!(bench.update(), Some(0));
}

#[test]
fn what_was_only_touched_is_not_written() {
    let bench = Bench::new();
    bench.settle();
    let date = bench.date("seul/index.html");
    let file = fs::File::options().append(true).open(bench.path("content/seul.md")).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    assert_eq!(bench.update(), Some(0));
    assert_eq!(bench.date("seul/index.html"), date);
    bench.settle();
    assert_eq!(bench.update(), Some(0));
}

#[test]
fn what_was_written_within_a_tick_is_seen() {
    let bench = Bench::new();
    for round in 0..20 {
        bench.body("content/seul.md", &format!("Corps {round:02}.\n"));
        assert_eq!(bench.update(), Some(1));
    }
}

#[test]
fn a_published_file_that_is_gone_or_altered_comes_back() {
    let bench = Bench::new();
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), Some(1));
    for path in ["public/blog/un/index.html", "public/seul/index.html", "public/site.js", "public/site.css"] {
        bench.settle();
        fs::remove_file(bench.path(path)).unwrap();
        assert_eq!(bench.update(), None, "{path}");
        bench.settle();
        let (text, date) = (fs::read_to_string(bench.path(path)).unwrap(), bench.date(&path["public/".len()..]));
        fs::write(bench.path(path), "x".repeat(text.len())).unwrap();
        fs::File::options().append(true).open(bench.path(path)).unwrap().set_modified(date).unwrap();
        assert_eq!(bench.update(), None, "{path}");
        assert_eq!(bench.update(), Some(0), "{path}");
    }
    fs::remove_dir_all(bench.path("public")).unwrap();
    assert_eq!(bench.update(), None);
}

#[test]
fn what_may_change_more_than_a_page_is_built() {
    for (path, text) in [
        ("content/seul.md", "+++\ntitle = \"Autre titre\"\n+++\nPersonne d’autre.\n"),
        ("content/seul.md", "+++\ntitle = \"Seul\"\n+++\n[Un lien](@/blog/un.md)\n"),
        ("content/blog/un.md", "+++\ntitle = \"Un\"\ndate = 2024-01-01\n+++\n## Quai\n\nOn y vient.\n"),
        ("content/blog/deux.md", "+++\ntitle = \"Deux\"\ndate = 2024-01-02\n+++\nAutre.\n<!-- more -->\nTexte deux.\n"),
        ("content/brouillon.md", "+++\ntitle = \"Brouillon\"\n+++\nMaintenant.\n"),
        ("content/neuf.md", "+++\ntitle = \"Neuf\"\n+++\nNeuf.\n"),
        ("content/blog/quatre/a.txt", "autre"),
        ("content/blog/quatre/b.txt", "de plus"),
        ("content/blog/_index.md", "+++\ntitle = \"Blog\"\nsort_by = \"date\"\n+++\nUn mot.\n"),
        ("data/ports.toml", "nom = \"Dieppe\"\n"),
        ("static/data/ports.toml", "nom = \"Calais\"\n"),
        ("static/site.js", "let a = 2;"),
        ("static/autre.js", ""),
        ("sass/site.scss", "body { color: blue; }\n"),
        ("sass/_mer.scss", ""),
        ("themes/t/templates/base.html", "{% block main %}{% endblock main %}"),
        ("themes/t/templates/404.html", "Perdu."),
        ("themes/t/static/theme.css", "b {}"),
        ("themes/t/theme.toml", "name = \"t\"\n[extra]\nautre = 1\n"),
        ("templates/page.html", "{{ page.content | safe }}"),
        ("templates/neuf.html", ""),
        (
            "zola.toml",
            "base_url = \"https://exemple.test\"\ncompile_sass = true\ntheme = \"t\"\n[extra]\nmot = \"deux\"\n",
        ),
        ("repere.toml", "[safety]\n"),
    ] {
        let bench = Bench::new();
        bench.write(path, text);
        assert_eq!(bench.update(), None, "{path}");
    }
}

#[test]
fn a_body_that_changes_beside_something_else_is_built_with_it() {
    for (path, text) in [
        ("templates/page.html", "{{ page.content | safe }}"),
        ("content/blog/deux.md", "+++\ntitle = \"Deux bis\"\ndate = 2024-01-02\n+++\nCourt.\n"),
        ("data/ports.toml", "nom = \"Dieppe\"\n"),
    ] {
        let bench = Bench::new();
        bench.body("content/seul.md", "Neuf.\n");
        assert_eq!(bench.update(), Some(1));
        bench.body("content/seul.md", "Plus neuf.\n");
        bench.write(path, text);
        assert_eq!(bench.update(), None, "{path}");
    }
}

#[test]
fn what_is_removed_or_renamed_is_seen() {
    for path in
        ["content/seul.md", "content/blog/quatre/a.txt", "static/site.js", "sass/site.scss", "templates/index.html"]
    {
        let bench = Bench::with(&[("templates/page.html", "{{ page.content | safe }}")]);
        fs::rename(bench.path(path), bench.path(&format!("{path}.md"))).unwrap();
        if path.ends_with("seul.md") {
            fs::remove_file(bench.path("content/seul.md.md")).unwrap();
        }
        assert!(site::refresh(&bench.options).is_none(), "{path}");
    }
    let bench = Bench::new();
    fs::rename(bench.path("content/seul.md"), bench.path("content/autre.md")).unwrap();
    assert_eq!(bench.update(), None);
    bench.settle();
    assert_eq!(bench.update(), None, "its folder was written to just before");
    // What an editor does: another file under the same name.
    fs::write(bench.path("content/autre.md~"), "+++\ntitle = \"Seul\"\n+++\nUn autre fichier.\n").unwrap();
    fs::rename(bench.path("content/autre.md~"), bench.path("content/autre.md")).unwrap();
    assert_eq!(bench.update(), Some(1));
}

#[test]
fn a_body_that_others_show_makes_them_again() {
    let list = "{% for p in section.pages %}{{ p.content | safe }}{% endfor %}";
    let bench = Bench::with(&[
        ("templates/section.html", list),
        ("content/blog/trois.md", "+++\ntitle = \"Trois\"\ndate = 2024-01-03\n+++\n"),
    ]);
    bench.body("content/blog/deux.md", "Neuf.\n");
    assert_eq!(bench.update(), None);
    let bench = Bench::new();
    bench.body("content/blog/deux.md", "Court.\n<!-- more -->\nUn autre texte.\n");
    assert_eq!(bench.update(), Some(1), "its summary is as it was");
    // Another page reads the file.
    let read = "{{ page.content | safe }}{{ load_data(path=\"content/seul.md\", format=\"plain\") }}";
    let bench = Bench::with(&[("templates/page.html", read)]);
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), None);
    // The search shows every body.
    let config = "base_url = \"https://exemple.test\"\ncompile_sass = true\nbuild_search_index = true\ntheme = \"t\"\n";
    let bench = Bench::with(&[("zola.toml", config)]);
    assert_eq!(bench.update(), Some(0));
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), None);
}

#[test]
fn what_a_body_looks_up_for_the_first_time_is_watched_from_then_on() {
    let shortcode = "{{ load_data(path=path, format=\"plain\") }}";
    let bench = Bench::with(&[
        ("repere.toml", "dialect = \"0.22\"\n"),
        ("templates/shortcodes/lu.html", shortcode),
        ("templates/page.html", "{{ page.content | safe }}"),
        ("themes/t/templates/base.html", "{% block main %}{% endblock main %}"),
        ("data/x.txt", "un"),
    ]);
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), Some(1));
    bench.body("content/seul.md", "{{ lu(path=\"data/x.txt\") }}\n");
    assert_eq!(bench.update(), None);
    bench.settle();
    bench.update();
    bench.body("content/seul.md", "Et puis {{ lu(path=\"data/x.txt\") }}\n");
    assert_eq!(bench.update(), Some(1));
    bench.write("data/x.txt", "deux");
    assert_eq!(bench.update(), None);
}

#[test]
fn other_options_are_other_sites() {
    let mut bench = Bench::new();
    let other = |change: &dyn Fn(&mut Options)| {
        let mut options = Options { root: bench.options.root.clone(), ..Options::default() };
        change(&mut options);
        options
    };
    for options in [
        other(&|options| options.drafts = true),
        other(&|options| options.minify = true),
        other(&|options| options.base_url = Some("https://autre.test".to_owned())),
    ] {
        assert!(site::refresh(&options).is_none());
    }
    // Two folders of one site, each as it was left.
    let second = other(&|options| (options.output_dir, options.force) = (Some(bench.path("autre")), true));
    let first = std::mem::replace(&mut bench.options, second.clone());
    assert_eq!(bench.update(), None);
    bench.body("content/seul.md", "Neuf.\n");
    bench.update();
    bench.options = first.clone();
    bench.update();
    bench.body("content/seul.md", "Plus neuf.\n");
    bench.update();
    bench.options = second.clone();
    bench.update();
    bench.options = Options { force: false, ..second };
    assert!(site::refresh(&bench.options).is_none(), "the folder exists");
}

#[test]
fn the_clock_is_looked_at() {
    let mut bench = Bench::with(&[
        ("repere.toml", "[publish]\nschedule = true\ntimezone = \"UTC\"\n"),
        ("content/tard.md", "+++\ntitle = \"Tard\"\ndate = 2026-05-02T12:00:00Z\n+++\nPlus tard.\n"),
        ("templates/404.html", "{{ now() | date(format=\"%Y-%m-%d\") }}"),
    ]);
    let at = |text: &str| Some(text.parse().unwrap());
    bench.options.at = at("2026-05-02T10:00:00Z");
    bench.update();
    for (moment, refreshed) in [
        ("2026-05-02T10:30:00Z", Some(0)),
        ("2026-05-02T09:00:00Z", None),
        ("2026-05-02T11:59:59Z", Some(0)),
        ("2026-05-02T12:00:00Z", None),
        ("2026-05-02T12:00:01Z", Some(0)),
        ("2026-05-03T12:00:01Z", None),
    ] {
        bench.options.at = at(moment);
        assert_eq!(bench.update(), refreshed, "{moment}");
    }
}

#[test]
fn what_a_build_left_is_believed_whole_or_not_at_all() {
    let bench = Bench::new();
    for name in ["standing-", "since-", "texts", "outputs-", "bodies", "manifest"] {
        bench.settle();
        bench.update();
        bench.body("content/seul.md", &format!("Neuf {name}.\n"));
        assert_eq!(bench.update(), Some(1), "{name}");
        let file = bench.left(name);
        let whole = fs::read(&file).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 3 + 1) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x21;
            for bytes in [&damaged[..], &whole[..at], &[]] {
                fs::write(&file, bytes).unwrap();
                bench.body("content/seul.md", &format!("Corps {at} {}.\n", bytes.len()));
                bench.update();
            }
        }
    }
    // A build was killed while it published.
    bench.settle();
    bench.update();
    bench.write(".repere-cache/publishing", "");
    assert_eq!(bench.update(), None);
}

#[test]
fn what_is_told_is_told_each_time() {
    let bench = Bench::with(&[("content/blog/cinq.md", "+++\ntitle = \"Cinq\"\n+++\nSans date.\n")]);
    bench.body("content/seul.md", "Neuf.\n");
    let site = site::refresh(&bench.options).unwrap();
    assert!(site.pages == 1 && site.warnings.contains("cinq.md"), "{}", site.warnings);
    bench.body("content/blog/cinq.md", "Toujours sans date.\n");
    assert_eq!(bench.update(), None);
}

#[test]
fn the_addresses_of_terms_are_known() {
    let config = "base_url = \"https://exemple.test\"\ntheme = \"t\"\ntaxonomies = [{ name = \"tags\" }]\n";
    let page = "{{ page.content | safe }}{% if page.taxonomies.tags is defined %}{% for t in page.taxonomies.tags %}{{ get_taxonomy_url(kind=\"tags\", name=t) }}{% endfor %}{% endif %}";
    let bench = Bench::with(&[
        ("zola.toml", config),
        ("templates/page.html", page),
        ("templates/taxonomy_list.html", "{% for t in terms %}{{ t.name }}{% endfor %}"),
        ("templates/taxonomy_single.html", "{{ term.name }}"),
        ("content/seul.md", "+++\ntitle = \"Seul\"\n[taxonomies]\ntags = [\"La mer\"]\n+++\nUn.\n"),
        ("content/deux.md", "+++\ntitle = \"Deux\"\n[taxonomies]\ntags = [\"Le vent\"]\n+++\nUn.\n"),
    ]);
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), Some(1));
}

#[test]
fn the_text_that_shows_the_dialect_may_stop_to_show_it() {
    let files = [
        ("zola.toml", "base_url = \"https://exemple.test\"\n"),
        ("templates/shortcodes/lu.html", "Lu."),
        ("templates/page.html", "{{ page.content | safe }}"),
        ("templates/index.html", "Accueil."),
        ("templates/section.html", "Liste."),
    ];
    let bench = Bench::with(&[&files[..], &[("content/seul.md", "+++\ntitle = \"Seul\"\n+++\n{{ lu() }}\n")]].concat());
    bench.body("content/seul.md", "Encore {{ lu() }}\n");
    assert_eq!(bench.update(), None);
    let bench = Bench::with(&files);
    bench.body("content/seul.md", "Rien.\n");
    assert_eq!(bench.update(), Some(1));
    bench.body("content/seul.md", "Et {{ lu() }}\n");
    assert_eq!(bench.update(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_edited_the_folder_is_that_of_a_clean_build(edits in prop::collection::vec((0..9_usize, 0..5_usize, any::<bool>()), 1..7)) {
        let bench = Bench::new();
        for (file, number, waits) in edits {
            let pages = ["seul", "blog/un", "blog/deux", "blog/trois", "blog/quatre/index"];
            let bodies = ["Un.\n", "## Quai\n\nDeux.\n", "## Quai\n\nPlus.\n<!-- more -->\nTrois.\n", "## Quai\n\n[Vers](@/seul.md)\n", ""];
            match (pages.get(file), file) {
                (Some(page), _) => bench.body(&format!("content/{page}.md"), bodies[number]),
                (None, 5) => bench.write("public/seul/index.html", bodies[number]),
                (None, 6) => bench.write("data/ports.toml", &format!("nom = \"{number}\"\n")),
                (None, 7) => bench.write("sass/site.scss", &format!("a {{ width: {number}px }}")),
                (None, _) => bench.write(&format!("static/{number}.txt"), bodies[number]),
            }
            if waits {
                bench.settle();
            }
            // A page that lost its heading breaks the link that leads there.
            if site::load(&bench.options).is_ok() {
                bench.update();
            }
        }
    }
}

#[test]
fn a_build_that_could_not_remember_is_not_believed() {
    let bench = Bench::new();
    let held = fs::File::options().append(true).open(bench.left("texts")).unwrap();
    held.lock().unwrap();
    bench.body("content/blog/deux.md", "Autre.\n<!-- more -->\nTexte deux.\n");
    bench.settle();
    assert_eq!(bench.update(), None);
    held.unlock().unwrap();
    bench.settle();
    // As it was remembered, as far as others show it; not as it was published.
    bench.body("content/blog/deux.md", "Court.\n<!-- more -->\nEt plus.\n");
    assert_eq!(bench.update(), None);
}

#[test]
fn a_page_whose_output_could_not_be_remembered_is_built() {
    let bench = Bench::new();
    let held = fs::File::options().append(true).open(bench.left("outputs-")).unwrap();
    held.lock().unwrap();
    bench.write("content/neuf.md", "+++\ntitle = \"Neuf\"\n+++\nUn.\n");
    bench.settle();
    assert_eq!(bench.update(), None);
    held.unlock().unwrap();
    bench.settle();
    bench.body("content/neuf.md", "Deux.\n");
    assert_eq!(bench.update(), None);
}

#[test]
fn what_neighbours_show_of_a_page_is_made_anew() {
    let page = "{{ page.content | safe }}{% if page.lower %}{{ page.lower.content }}{% endif %}{% if page.higher %}{{ page.higher.word_count }}{% endif %}";
    let bench = Bench::with(&[("templates/page.html", page), ("templates/section.html", "Liste.")]);
    for name in ["un", "deux", "trois"] {
        bench.settle();
        bench.body(&format!("content/blog/{name}.md"), "## Quai\n\nUn autre texte, plus long.\n");
        assert_eq!(bench.update(), None, "{name}");
    }
    bench.settle();
    bench.update();
    bench.body("content/seul.md", "Personne ne le montre.\n");
    assert_eq!(bench.update(), Some(1));
}

#[test]
fn what_is_gone_from_another_environment_does_not_stay() {
    let mut bench = Bench::new();
    bench.options.drafts = true;
    bench.settle();
    bench.update();
    bench.body("content/seul.md", "Neuf.\n");
    assert_eq!(bench.update(), Some(1));
    bench.options.drafts = false;
    assert_eq!(bench.update(), None);
    assert!(!bench.path("public/brouillon/index.html").exists());
    for (file, config) in [
        ("deux", "base_url = \"https://autre.test\"\ncompile_sass = true\ntheme = \"t\"\n"),
        ("trois", "base_url = \"https://autre.test\"\ncompile_sass = true\ntheme = \"t\"\noutput_dir = \"docs\"\n"),
    ] {
        bench.settle();
        bench.update();
        bench.body("content/seul.md", &format!("Avant {file}.\n"));
        assert_eq!(bench.update(), Some(1), "{file}");
        bench.write("docs/vieux.html", "Vieux.");
        bench.write("zola.toml", config);
        fs::remove_file(bench.path(&format!("content/blog/{file}.md"))).unwrap();
        if file == "trois" {
            bench.options.output_dir = None;
            site::build(&bench.options).unwrap();
            assert!(!bench.path("docs/vieux.html").exists() && bench.path("docs/seul/index.html").exists());
        } else {
            assert_eq!(bench.update(), None, "{file}");
        }
    }
}

#[test]
fn episodes_that_come_are_seen() {
    let bench = Bench::new();
    bench.settle();
    assert_eq!(bench.update(), Some(0));
    bench.write("episodes/_index.md", "+++\ntitle = \"Épisodes\"\n+++\n");
    assert_eq!(bench.update(), None);
}

#[test]
fn a_copy_that_nobody_asks_for_any_more_goes() {
    let page = "{% if \"Alpha\" in page.content %}{{ resize_image(path=\"static/a.png\", width=2, op=\"fit_width\") | get(key=\"url\") }}{% endif %}{{ page.content | safe }}";
    let bench = Bench::with(&[("templates/page.html", page)]);
    image::RgbImage::new(4, 4).save(bench.path("static/a.png")).unwrap();
    bench.body("content/seul.md", "Alpha.\n");
    bench.settle();
    bench.update();
    bench.settle();
    bench.update();
    bench.body("content/seul.md", "Bêta.\n");
    assert_eq!(bench.update(), None);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_by_builds_alone() {
    let bench = Bench::new();
    let beside = tempfile::tempdir().unwrap();
    fs::write(beside.path().join("x.md"), "+++\ntitle = \"X\"\n+++\nUn.\n").unwrap();
    std::os::unix::fs::symlink(beside.path(), bench.path("content/liens")).unwrap();
    for text in ["Deux.", "Trois."] {
        fs::write(beside.path().join("x.md"), format!("+++\ntitle = \"X\"\n+++\n{text}\n")).unwrap();
        assert_eq!(bench.update(), None);
    }
}
