//! Pictures that go with links: drawn for pages that are not discreet, named in their heads, the same on each build.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use repere::diagnostic::{self, Diagnostic};
use repere::site::{self, Body, Options, Site};

const HEAD: &str = "{% if page.card %}<meta content=\"{{ page.card.url }}\"><meta content=\"{{ page.card.alt }}\">{% else %}<meta content=\"\"><meta content=\"\">{% endif %}";

fn small_site(root: &Path) {
    let files = [
        ("zola.toml", "base_url = \"https://exemple.fr\"\ntitle = \"Repères\"\n"),
        ("repere.toml", "dialect = \"0.23\"\n[share]\ncard = \"fond.png\"\n"),
        ("content/_index.md", "+++\ntitle = \"Accueil\"\n+++\n"),
        ("content/parents/_index.md", "+++\ntitle = \"Parents\"\n+++\n"),
        ("content/parents/mots.md", "+++\ntitle = \"Trouver les mots\u{a0}: « en parler » & écouter\"\n+++\n"),
        ("content/parents/onglet.md", "+++\ntitle = \"Un sujet difficile\"\n[extra]\ntab = \"Un guide\"\n+++\n"),
        ("content/parents/tu.md", "+++\ntitle = \"Tu\"\n[extra]\ndiscreet = true\n+++\n"),
        ("content/ados/_index.md", "+++\ntitle = \"Ados\"\n[extra]\naudience = \"ados\"\n+++\n"),
        ("content/ados/ami.md", "+++\ntitle = \"Un ami\"\n+++\n"),
        ("templates/index.html", "Accueil"),
        ("templates/section.html", "{{ section.title }}"),
        ("templates/page.html", HEAD),
    ];
    for (path, text) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    image::RgbImage::from_pixel(1200, 630, image::Rgb([250, 246, 237])).save(root.join("fond.png")).unwrap();
}

fn load(root: &Path) -> Result<Site, Vec<Diagnostic>> {
    site::load(&Options { root: root.to_owned(), ..Options::default() })
}

fn pictures(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let own = site.outputs.iter().filter(|output| output.path.starts_with("partage/"));
    own.map(|output| (output.path.clone(), output.body.read().unwrap().to_vec())).collect()
}

fn html(site: &Site, path: &str) -> String {
    let output = site.outputs.iter().find(|output| output.path == path).unwrap();
    String::from_utf8(output.body.read().unwrap().to_vec()).unwrap()
}

/// Address and text alternative of a page's picture.
fn named(site: &Site, path: &str) -> (String, String) {
    let html = html(site, path);
    let mut contents = html.split("content=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    (contents.next().unwrap(), contents.next().unwrap())
}

#[test]
fn pages_that_are_not_discreet_get_a_picture_with_their_words() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let site = load(place.path()).unwrap_or_else(|found| panic!("{}", diagnostic::render(&found)));
    let all = pictures(&site);
    assert_eq!(all.len(), 3, "two pages and a section: {:?}", all.keys());
    let (url, alt) = named(&site, "parents/mots/index.html");
    assert_eq!(alt, "Parents. Trouver les mots\u{a0}: « en parler » &amp; écouter");
    let png = &all[url.strip_prefix("https://exemple.fr/").unwrap()];
    let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (1200, 630));
    assert!(png.len() < 25_000, "{} bytes", png.len());
    // The words are dark and stand in their place; the right third is the theme's.
    let dark = |from: u32, to: u32| {
        picture.enumerate_pixels().filter(|(x, _, pixel)| (from..to).contains(x) && pixel[0] < 60).count()
    };
    assert!(dark(72, 820) > 8_000 && dark(0, 70) == 0 && dark(824, 1200) == 0, "{} {}", dark(72, 820), dark(824, 1200));

    assert_eq!(named(&site, "parents/onglet/index.html").1, "Parents. Un guide", "quieter words than the title");
    assert_eq!(named(&site, "parents/tu/index.html"), (String::new(), String::new()));
    assert_eq!(named(&site, "ados/ami/index.html"), (String::new(), String::new()));
    if let Ok(folder) = std::env::var("SHOTS") {
        fs::write(Path::new(&folder).join("card.png"), png).unwrap();
    }
}

#[test]
fn the_same_words_give_the_same_bytes_and_are_drawn_once() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let first = pictures(&load(place.path()).unwrap());
    let cache = place.path().join(".repere-cache/cards");
    let drawn = |cache: &Path| -> BTreeMap<_, _> {
        let all = fs::read_dir(cache).unwrap().map(Result::unwrap);
        all.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap())).collect()
    };
    let before = drawn(&cache);
    assert_eq!(pictures(&load(place.path()).unwrap()), first);
    assert_eq!(drawn(&cache), before, "none is drawn twice");
    fs::remove_dir_all(&cache).unwrap();
    assert_eq!(pictures(&load(place.path()).unwrap()), first, "drawn again, they are the same");

    let page = place.path().join("content/parents/mots.md");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("Trouver", "Choisir")).unwrap();
    let after = pictures(&load(place.path()).unwrap());
    assert_eq!(after.keys().filter(|path| !first.contains_key(*path)).count(), 1, "other words, another address");
    assert_eq!(after.len(), 3);
    // Another ground, other pictures.
    image::RgbImage::new(1200, 630).save(place.path().join("fond.png")).unwrap();
    assert!(pictures(&load(place.path()).unwrap()).keys().all(|path| !after.contains_key(path)));
}

/// A site that is served goes on showing a picture for a while after its page has got another.
#[test]
fn a_picture_stays_for_a_month_after_a_page_last_had_it() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let cache = place.path().join(".repere-cache/cards");
    let age = |days: u64| {
        for entry in fs::read_dir(&cache).unwrap().map(Result::unwrap) {
            let file = fs::File::options().write(true).open(entry.path()).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 3600)).unwrap();
        }
    };
    let kept = || fs::read_dir(&cache).unwrap().count();
    load(place.path()).unwrap();
    age(40);
    // Drawn long ago, and used: the build after the next may let go of what it alone had.
    load(place.path()).unwrap();
    let page = place.path().join("content/parents/mots.md");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("Trouver", "Choisir")).unwrap();
    load(place.path()).unwrap();
    assert_eq!(kept(), 4, "the old words were in use until now");
    age(29);
    load(place.path()).unwrap();
    assert_eq!(kept(), 4);
    age(31);
    load(place.path()).unwrap();
    assert_eq!(kept(), 3, "no page had it for a month");
}

#[test]
fn a_cache_that_cannot_be_written_costs_nothing_but_time() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    fs::create_dir_all(place.path().join(".repere-cache")).unwrap();
    fs::write(place.path().join(".repere-cache/cards"), "a file where a folder should be").unwrap();
    let site = load(place.path()).unwrap();
    let own: Vec<_> = site.outputs.iter().filter(|output| output.path.starts_with("partage/")).collect();
    assert!(own.len() == 3 && own.iter().all(|output| matches!(output.body, Body::Bytes(_))));
}

#[test]
fn a_site_that_asks_for_none_has_none_and_a_wrong_ground_is_told() {
    let place = tempfile::tempdir().unwrap();
    small_site(place.path());
    let told = |toml: &str| {
        fs::write(place.path().join("repere.toml"), format!("dialect = \"0.23\"\n{toml}")).unwrap();
        load(place.path()).map(|site| pictures(&site).len()).map_err(|found| diagnostic::render(&found))
    };
    assert_eq!(told(""), Ok(0));
    let missing = told("[share]\ncard = \"absent.png\"\n").unwrap_err();
    assert!(
        missing.starts_with("error: titles cannot be drawn on `absent.png`: ") && missing.contains("repere.toml"),
        "{missing}"
    );
    let colour = told("[share]\ncard = \"fond.png\"\nink = \"bleu\"\n").unwrap_err();
    assert!(colour.contains("`bleu` is not a colour such as #11343b"), "{colour}");
    image::RgbImage::new(600, 315).save(place.path().join("fond.png")).unwrap();
    let small = told("[share]\ncard = \"fond.png\"\n").unwrap_err();
    assert!(small.contains("it has 600 by 315 pixels, not 1200 by 630"), "{small}");
}
