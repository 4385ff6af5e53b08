//! Render hooks: templates that write images, links, headings and code of Markdown; and images for every screen.

use std::collections::BTreeMap;
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use repere::site::Body;

use crate::publish::{load, texts, told, write};

const DIALECTS: [&str; 2] = ["0.22", "0.23"];

fn site(root: &Path, dialect: &str, more: &str) {
    write(
        root,
        &[
            ("zola.toml", "base_url = \"https://exemple.test\"\ntitle = \"Essai\"\n"),
            ("repere.toml", &format!("dialect = \"{dialect}\"\n{more}")),
            ("content/_index.md", "+++\n+++\n"),
            ("templates/index.html", ""),
            ("templates/page.html", "{{ page.content | safe }}"),
        ],
    );
}

fn page(root: &Path, text: &str) -> String {
    write(root, &[("content/a/index.md", &format!("+++\ntitle = \"A\"\n+++\n{text}"))]);
    texts(&load(root, ""))["a/index.html"].clone()
}

fn photo(root: &Path, path: &str, width: u32, height: u32) {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let file = root.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    picture.save_with_format(file, ImageFormat::from_path(path).unwrap()).unwrap();
}

#[test]
fn templates_write_pieces_of_markdown() {
    for dialect in DIALECTS {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        site(root, dialect, "");
        write(
            root,
            &[
                (
                    "templates/_markup/render-image.html",
                    "<figure><img src=\"{{ url | safe }}\" alt=\"{{ alt }}\" data-n=\"{{ nth }}\">{% if title %}<figcaption>{{ title }}</figcaption>{% endif %}</figure>\n",
                ),
                (
                    "templates/_markup/render-link.html",
                    "<a href=\"{{ url | safe }}\"{% if external %} class=\"dehors\"{% endif %}>{{ html | safe }}</a>",
                ),
                (
                    "templates/_markup/render-heading.html",
                    "<h{{ level }} id=\"{{ id }}\">{{ html | safe }} <a href=\"{{ permalink | safe }}\" aria-label=\"{{ text }}\">#</a></h{{ level }}>",
                ),
                (
                    "templates/_markup/render-codeblock.html",
                    "<div class=\"code\" data-l=\"{{ language }}\">{{ html | safe }}{{ code | length }}</div>",
                ),
            ],
        );
        let html = page(
            root,
            "## Un *titre*\n\n## Un titre\n\n![un **chat** ![x](y)](chat.png \"Le chat\") et ![b](/b.png)\n\n\
             [**gras**](https://ailleurs.test/ \"t\") [ici](@/a/index.md#un-titre) <c@d.test>\n\n```rust\nfn a() {}\n```\n",
        );
        assert_eq!(
            html,
            "<h2 id=\"un-titre\">Un <em>titre</em> <a href=\"https://exemple.test/a/#un-titre\" aria-label=\"Un titre\">#</a></h2>\n\
             <h2 id=\"un-titre-1\">Un titre <a href=\"https://exemple.test/a/#un-titre-1\" aria-label=\"Un titre\">#</a></h2>\n\
             <p><figure><img src=\"https://exemple.test/a/chat.png\" alt=\"un chat x\" data-n=\"1\"><figcaption>Le chat</figcaption></figure> et \
             <figure><img src=\"/b.png\" alt=\"b\" data-n=\"2\"></figure></p>\n\
             <p><a href=\"https://ailleurs.test/\" class=\"dehors\"><strong>gras</strong></a> \
             <a href=\"https://exemple.test/a/#un-titre\">ici</a> <a href=\"mailto:c@d.test\">c@d.test</a></p>\n\
             <div class=\"code\" data-l=\"rust\"><pre><code data-lang=\"rust\">fn a() {}\n</code></pre>\n10</div>",
            "{dialect}"
        );
    }
}

#[test]
fn a_fault_in_such_a_template_is_told_there_once() {
    let place = tempfile::tempdir().unwrap();
    site(place.path(), "0.23", "");
    let pages = [("content/a.md", "+++\n+++\n![a](b.png) ![a](c.png)\n"), ("content/b.md", "+++\n+++\n![a](d.png)\n")];
    write(place.path(), &pages);
    write(place.path(), &[("templates/_markup/render-image.html", "<img>\n{{ adresse }}")]);
    let text = told(place.path());
    assert_eq!(text.matches("error: ").count(), 1, "{text}");
    assert!(text.contains("--> templates/_markup/render-image.html:2:4"), "{text}");
}

#[test]
fn images_of_markdown_fit_every_screen() {
    for dialect in DIALECTS {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        site(
            root,
            dialect,
            "[images]\nresponsive = true\nwidths = [40, 80, 400]\nsizes = \"50vw\"\n[safety]\nlinks = true\n",
        );
        photo(root, "content/a/photo.jpg", 120, 60);
        photo(root, "static/grand.png", 500, 250);
        write(root, &[("static/dessin.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 30 20\"/>")]);
        write(
            root,
            &[(
                "content/a/index.md",
                "+++\n+++\n![Une \"photo\"](photo.jpg)\n\n![](/grand.png)\n\n![d](/dessin.svg)\n",
            )],
        );
        let built = load(root, "");
        let files: BTreeMap<&str, &Body> = built.outputs.iter().map(|o| (o.path.as_str(), &o.body)).collect();
        let html = String::from_utf8(files["a/index.html"].read().unwrap().to_vec()).unwrap();
        let pictures: Vec<&str> = html.split("<picture>").skip(1).collect();
        assert_eq!(pictures.len(), 2, "{html}");
        assert!(
            pictures[0]
                .starts_with("<source type=\"image/avif\" srcset=\"https://exemple.test/processed_images/photo."),
            "{html}"
        );
        assert!(
            pictures[0].contains("<source type=\"image/webp\"")
                && pictures[0].contains(".avif 40w, ")
                && pictures[0].contains(".avif 120w\""),
            "{html}"
        );
        assert!(
            pictures[0].contains("alt=\"Une &quot;photo&quot;\" width=\"120\" height=\"60\" decoding=\"async\">"),
            "{html}"
        );
        assert!(!pictures[0].contains("loading"), "the first is seen at once: {html}");
        assert!(
            pictures[1].contains(".png 400w\"")
                && !pictures[1].contains("500w")
                && pictures[1].contains("width=\"500\" height=\"250\" loading=\"lazy\""),
            "{html}"
        );
        assert!(
            html.contains(
                "<img src=\"/dessin.svg\" alt=\"d\" width=\"30\" height=\"20\" loading=\"lazy\" decoding=\"async\">"
            ),
            "{html}"
        );
        for kind in ["avif", "webp", "jpg", "png"] {
            let of_kind =
                files.keys().filter(|path| path.starts_with("processed_images/") && path.ends_with(kind)).count();
            assert_eq!(of_kind, if kind == "jpg" || kind == "png" { 3 } else { 6 }, "{kind}: {:?}", files.keys());
        }
        let small = files
            .iter()
            .find(|(path, _)| path.starts_with("processed_images/grand.") && path.ends_with(".png"))
            .unwrap();
        assert!(image::load_from_memory(&small.1.read().unwrap()).is_ok());
    }
}

#[test]
fn copies_are_made_once_for_each_content() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    site(root, "0.23", "[images]\nresponsive = true\nwidths = [20]\nformats = [\"webp\"]\n");
    photo(root, "content/a/photo.jpg", 40, 20);
    page(root, "![a](photo.jpg)\n");
    let cache = root.join(".repere-cache/images");
    let written = || -> BTreeMap<_, _> {
        let entries = std::fs::read_dir(&cache).unwrap().map(Result::unwrap);
        let copies = entries.filter(|entry| entry.file_name() != "used.json");
        copies.map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap())).collect()
    };
    let before = written();
    assert_eq!(before.len(), 2);
    // Another name, the same pixels under another date: nothing is made again.
    std::fs::write(root.join("content/a/photo.jpg"), std::fs::read(root.join("content/a/photo.jpg")).unwrap()).unwrap();
    page(root, "Un mot de plus. ![a](photo.jpg)\n");
    assert_eq!(written(), before);
    photo(root, "content/a/photo.jpg", 41, 20);
    page(root, "![a](photo.jpg)\n");
    assert_eq!(written().len(), 4, "other pixels, other copies");
}

#[test]
fn a_plain_site_keeps_its_images_as_they_are() {
    let place = tempfile::tempdir().unwrap();
    site(place.path(), "0.22", "");
    photo(place.path(), "content/a/photo.jpg", 40, 20);
    assert_eq!(
        page(place.path(), "![a](photo.jpg)\n"),
        "<p><img src=\"https://exemple.test/a/photo.jpg\" alt=\"a\" /></p>\n"
    );
}
