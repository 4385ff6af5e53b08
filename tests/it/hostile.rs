//! Input that is meant to hurt: the program answers with a site or with a sentence, in seconds and in bounded memory.
//! Each case runs the real program with 3 GB of address space and a deadline that only quadratic work would miss.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds that each case may take; linear work on these inputs takes less than one, on a busy machine ten.
const DEADLINE: Duration = Duration::from_secs(60);

/// How many of something. `HOSTILE=10` makes every case ten times as large (a line of 10 MB, 100,000 keys), which takes
/// minutes.
fn many(number: usize) -> usize {
    number * std::env::var("HOSTILE").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) told: String,
}

const SITE: [(&str, &str); 6] = [
    ("zola.toml", "base_url = \"https://exemple.test\"\nbuild_search_index = true\n"),
    ("repere.toml", "dialect = \"0.23\"\n"),
    ("content/_index.md", "+++\n+++\n"),
    ("templates/index.html", "{% for p in section.pages %}{{ p.title }}{% endfor %}"),
    ("templates/section.html", "{% for p in section.pages %}{{ p.title }}{% endfor %}"),
    (
        "templates/page.html",
        "{{ page.content | safe }}{% for h in page.toc %}<a href=\"{{ h.permalink }}\">{{ h.title }}</a>{% endfor %}",
    ),
];

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

pub(crate) fn build_in(root: &Path) -> Ended {
    build_bounded(root, "3000000", &[])
}

/// With so many kilobytes of address space, and bounds from the environment.
fn build_bounded(root: &Path, space: &str, bounds: &[(&str, &str)]) -> Ended {
    let start = Instant::now();
    let stderr = root.join("stderr.txt");
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {space}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_repere"), "--root"])
        .arg(root)
        .arg("build")
        .env_remove("REPERE_DIALECT")
        .envs(bounds.iter().copied())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if start.elapsed() > DEADLINE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("no answer after {DEADLINE:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let told = String::from_utf8_lossy(&fs::read(&stderr).unwrap()).into_owned();
    if std::env::var_os("HOSTILE_TIMES").is_some() {
        eprintln!("{:?} {code:?} {}", start.elapsed(), told.lines().next().unwrap_or_default());
    }
    Ended { code, told }
}

fn build(files: &[(&str, &[u8])]) -> Ended {
    build_in(site(files).path())
}

pub(crate) fn site(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for (path, text) in SITE {
        write(place.path(), path, text.as_bytes());
    }
    for (path, bytes) in files {
        write(place.path(), path, bytes);
    }
    place
}

/// That a build goes too far for a bound of the machine, and says so.
#[track_caller]
pub(crate) fn ended(files: &[(&str, &[u8])], bound: (&str, &str), why: &[&str]) {
    let ended = build_bounded(site(files).path(), "16000000", &[bound]);
    assert_eq!(ended.code, Some(1), "{}", &ended.told[..ended.told.len().min(2000)]);
    assert!(ended.told.contains("1 error; nothing was published"), "{}", ended.told);
    for why in why {
        assert!(ended.told.contains(why), "{why} is not in {}", &ended.told[..ended.told.len().min(2000)]);
    }
}

#[track_caller]
pub(crate) fn built(files: &[(&str, &[u8])]) {
    let ended = build(files);
    assert_eq!(ended.code, Some(0), "{}", &ended.told[..ended.told.len().min(2000)]);
}

#[track_caller]
pub(crate) fn refused(files: &[(&str, &[u8])], why: &str) {
    let ended = build(files);
    assert_eq!(ended.code, Some(1), "{}", &ended.told[..ended.told.len().min(2000)]);
    assert!(ended.told.contains(why), "{why} is not in {}", &ended.told[..ended.told.len().min(2000)]);
}

#[track_caller]
fn answered(files: &[(&str, &[u8])]) {
    let ended = build(files);
    assert!(matches!(ended.code, Some(0 | 1)), "{:?} {}", ended.code, &ended.told[..ended.told.len().min(2000)]);
}

fn page(text: &str) -> Vec<u8> {
    format!("+++\ntitle = \"A\"\n+++\n{text}").into_bytes()
}

#[test]
fn lines_of_megabytes() {
    built(&[("content/a.md", &page(&"un mot ".repeat(many(150_000))))]);
    for piece in ["[", "*a_ ", "`", "![", "<a ", "&#", "\\", "[a](b", "| a ", "<!--", "a@b.c "] {
        answered(&[("content/a.md", &page(&piece.repeat(many(30_000) / piece.len())))]);
    }
}

#[test]
fn quotations_lists_and_elements_without_end() {
    answered(&[("content/a.md", &page(&format!("{}a\n", ">".repeat(many(5_000)))))]);
    let list: String = (0..many(150)).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    answered(&[("content/a.md", &page(&list))]);
    answered(&[("content/a.md", &page(&"**a *b ".repeat(many(2_000))))]);
    for piece in ["<div>", "<p><b>", "<table>", "<svg>", "<ul><li>"] {
        answered(&[("content/a.md", &page(&piece.repeat(many(6_000))))]);
    }
    let checks = "dialect = \"0.23\"\n[safety]\nlinks = true\naccessibility = true\nwords = true\n";
    refused(
        &[("content/a.md", &page(&"<div>".repeat(many(10_000)))), ("repere.toml", checks.as_bytes())],
        "elements stand in one another",
    );
}

#[test]
fn very_many_headings() {
    built(&[("content/a.md", &page(&"## a\n\n".repeat(many(10_000))))]);
}

#[test]
fn very_many_broken_links() {
    let number = many(2_000);
    let links: String = (0..number).map(|n| format!("[a](@/rien-{n}.md) [b](#rien-{n})\n")).collect();
    let ended = build(&[("content/a.md", &page(&links))]);
    assert!(
        ended.told.ends_with(&format!("{} errors; nothing was published\n", 2 * number)),
        "{}",
        &ended.told[ended.told.len() - 200..]
    );
    assert!(ended.told.contains(&format!("--> content/a.md:{}:1\n", number + 3)));
    // The same on one line.
    let ended = build(&[("content/a.md", &page(&links.replace('\n', " ")))]);
    assert!(
        ended.told.ends_with(&format!("{} errors; nothing was published\n", 2 * number))
            && ended.told.len() < 2_000 * number
    );
}

#[test]
fn templates_that_hold_themselves() {
    refused(&[("templates/page.html", b"{% extends \"page.html\" %}")], "page.html");
    refused(
        &[("templates/page.html", b"{% extends \"b.html\" %}"), ("templates/b.html", b"{% extends \"page.html\" %}")],
        "b.html",
    );
    let call: &[u8] = b"+++\n+++\n{{<moi />}}\n";
    answered(&[("content/a.md", call), ("templates/moi.html", b"{% component moi() %}a{{<moi />}}{% endcomponent %}")]);
    answered(&[("templates/page.html", b"{% include \"page.html\" %}"), ("content/a.md", b"+++\n+++\n")]);
    let older: (&str, &[u8]) = ("repere.toml", b"dialect = \"0.22\"\n");
    let call: &[u8] = b"+++\n+++\n{{ moi() }}\n";
    for text in [
        "{% include \"shortcodes/moi.html\" %}",
        "{{ \"{{ moi() }}\" | markdown }}",
        "{% import \"shortcodes/moi.html\" as m %}{% macro x() %}{{ m::x() }}{% endmacro %}{{ m::x() }}",
    ] {
        answered(&[older, ("content/a.md", call), ("templates/shortcodes/moi.html", text.as_bytes())]);
    }
}

#[test]
fn bombs_of_aliases_and_of_keys() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        let before = format!("*a{}", n - 1);
        bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![before; 10].join(", ")));
    }
    refused(&[("content/a.md", format!("---\n{bomb}---\n").as_bytes())], "the front matter cannot be read");
    let data: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"b.yaml\") %}{{ d.a1 | length }}\n";
    answered(&[("content/a.md", data), ("b.yaml", bomb.as_bytes())]);
    let from: &[u8] = b"+++\n[pages_from]\nfile = \"/b.yaml\"\n+++\n";
    answered(&[("content/s/_index.md", from), ("b.yaml", bomb.as_bytes())]);
    let deep = format!("---\na: {}\n---\n", "[".repeat(100_000));
    refused(&[("content/a.md", deep.as_bytes())], "the front matter cannot be read");
    let deep = format!("+++\na = {}\n+++\n", "[".repeat(100_000));
    refused(&[("content/a.md", deep.as_bytes())], "the front matter cannot be read");
    let deep = format!("+++\n[{}]\n+++\n", vec!["a"; 50_000].join("."));
    answered(&[("content/a.md", deep.as_bytes())]);
    answered(&[("content/s/_index.md", from), ("b.yaml", format!("a: {}", "{a: ".repeat(50_000)).as_bytes())]);

    let keys: String = (0..many(10_000)).map(|n| format!("clef_{n} = {n}\n")).collect();
    built(&[("content/a.md", format!("+++\n[extra]\n{keys}+++\n").as_bytes())]);
    answered(&[("content/a.md", format!("+++\n{keys}+++\n").as_bytes())]);
    let config = format!("base_url = \"https://exemple.test\"\n{keys}");
    refused(&[("zola.toml", config.as_bytes())], "unknown key `clef_9999`");
    let keys = keys.replace(" = ", ": ");
    answered(&[("content/a.md", format!("---\n{keys}---\n").as_bytes())]);
}

#[test]
fn tables_of_data_without_end() {
    let from: &[u8] = b"+++\n[pages_from]\nfile = \"/d.csv\"\n+++\n";
    let wide = format!("slug,{}\nx,{}\n", "a,".repeat(many(10_000)), "1,".repeat(many(10_000)));
    answered(&[("content/s/_index.md", from), ("d.csv", wide.as_bytes())]);
    let open = format!("slug,title\nx,\"{}", "a,b\n".repeat(many(100_000)));
    answered(&[("content/s/_index.md", from), ("d.csv", open.as_bytes())]);
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"d.csv\") %}{{ d.records | length }}\n";
    let long: String = (0..many(50_000)).map(|n| format!("{n},a,b\n")).collect();
    built(&[("content/a.md", load), ("d.csv", format!("n,x,y\n{long}").as_bytes())]);
    let all_same = "slug\n".to_owned() + &"x\n".repeat(many(500));
    refused(&[("content/s/_index.md", from), ("d.csv", all_same.as_bytes())], "there is already a page `s/x.md`");
}

#[test]
fn bytes_that_are_no_text() {
    let latin: &[u8] = b"title = \"\xc9t\xe9\"\n";
    for path in ["zola.toml", "repere.toml", "templates/page.html", "content/a.md", "themes/t/theme.toml"] {
        let config: &[u8] = b"base_url = \"https://exemple.test\"\ntheme = \"t\"\n";
        let mut files = vec![("zola.toml", config), ("themes/t/theme.toml", b"" as &[u8])];
        files.push((path, latin));
        refused(&files, "UTF-8");
    }
    let from: &[u8] = b"+++\n[pages_from]\nfile = \"/d.csv\"\n+++\n";
    refused(&[("content/s/_index.md", from), ("d.csv", b"slug\n\xe9\n")], "d.csv");
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"d.csv\") %}\n";
    refused(&[("content/a.md", load), ("d.csv", b"slug\n\xe9\n")], "d.csv");
    answered(&[("content/\u{feff}é\u{301}.md", b"+++\n+++\n")]);
    answered(&[("content/a.md", b"+++\n+++\n\0\x01\x1b[31m\n")]);
}

/// A PNG whose head says any size; its pixels compress to nothing.
fn bomb(width: u32, height: u32, rows: usize) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        let body = [kind, data].concat();
        png.extend(&body);
        let mut crc = !0_u32;
        for byte in body {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        png.extend((!crc).to_be_bytes());
    };
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    chunk(b"IHDR", &head);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let row = vec![0_u8; if rows > 0 { 1 + width as usize * 3 } else { 0 }];
    for _ in 0..rows {
        std::io::Write::write_all(&mut encoder, &row).unwrap();
    }
    chunk(b"IDAT", &encoder.finish().unwrap());
    chunk(b"IEND", b"");
    png
}

#[test]
fn images_that_are_larger_than_they_look() {
    let resize: &[u8] =
        b"+++\n+++\n{% set i = resize_image(path=\"b.png\", width=10, op=\"fit_width\") %}{{ i.url }}\n";
    refused(&[("content/a.md", resize), ("static/b.png", &bomb(60_000, 60_000, 40))], "b.png");
    refused(&[("content/a.md", resize), ("static/b.png", &bomb(u32::MAX, u32::MAX, 0))], "b.png");
    refused(&[("content/a.md", resize), ("static/b.png", b"\x89PNG\r\n\x1a\n")], "b.png");
    // What reads the size and what reads the pixels believe different bytes.
    let resize: &[u8] =
        b"+++\n+++\n{% set i = resize_image(path=\"b.ppm\", width=10, op=\"fit_width\") %}{{ i.url }}\n";
    let netpbm: &[u8] = b"P6\n#\n999999 999999\n10 10\n255\nabc";
    refused(&[("content/a.md", resize), ("static/b.ppm", netpbm)], "b.ppm");
    let resize: &[u8] =
        b"+++\n+++\n{% set i = resize_image(path=\"b.ico\", width=10, op=\"fit_width\") %}{{ i.url }}\n";
    let png = bomb(999_999, 999_999, 0);
    let mut icon = vec![0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0];
    icon.extend((png.len() as u32).to_le_bytes());
    icon.extend(22_u32.to_le_bytes());
    icon.extend(&png);
    refused(&[("content/a.md", resize), ("static/b.ico", &icon)], "b.ico");
    let responsive: &[u8] = b"dialect = \"0.23\"\n[images]\nresponsive = true\n";
    let shown: &[u8] = b"+++\n+++\n![b](/b.png)\n";
    refused(
        &[("repere.toml", responsive), ("content/a.md", shown), ("static/b.png", &bomb(60_000, 60_000, 40))],
        "b.png",
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_site() {
    let place = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.md", b"+++\ntitle = \"Secret\"\n+++\n");
    write(outside.path(), "secret.txt", b"secret");
    for (path, text) in SITE {
        write(place.path(), path, text.as_bytes());
    }
    fs::create_dir_all(place.path().join("static")).unwrap();
    std::os::unix::fs::symlink(outside.path(), place.path().join("content/ailleurs")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), place.path().join("static/s.txt")).unwrap();
    std::os::unix::fs::symlink(place.path().join("content"), place.path().join("content/boucle")).unwrap();
    let ended = build_in(place.path());
    assert_eq!(ended.code, Some(1), "{}", ended.told);
    assert!(
        ended.told.contains("this link leads back to a folder that holds it\n  --> content/boucle"),
        "{}",
        ended.told
    );
    fs::remove_file(place.path().join("content/boucle")).unwrap();
    // Zola follows; so does a plain site here, and it says so.
    let ended = build_in(place.path());
    assert_eq!(ended.code, Some(0), "{}", ended.told);
    for shown in ["content/ailleurs", "static/s.txt"] {
        assert!(
            ended.told.contains(&format!("warning: this link leads out of the site\n  --> {shown}")),
            "{}",
            ended.told
        );
    }
    // A site that is to be safe refuses.
    write(place.path(), "repere.toml", b"dialect = \"0.23\"\n[safety]\ninside = true\n");
    let ended = build_in(place.path());
    assert_eq!(ended.code, Some(1), "{}", ended.told);
    assert!(ended.told.contains("error: this link leads out of the site\n  --> static/s.txt"), "{}", ended.told);
}

/// A site of the older dialect whose pages are made by one template.
pub(crate) fn older(template: &str) -> [(&str, &[u8]); 3] {
    [
        ("repere.toml", b"dialect = \"0.22\"\n"),
        ("content/a.md", b"+++\n+++\n"),
        ("templates/page.html", template.as_bytes()),
    ]
}

#[test]
fn ranges_without_end() {
    refused(&older("{{ range(end=9223372036854775807) | length }}"), "at most");
    refused(&older("{{ range(end=5, step_by=0) | length }}"), "never ends");
    refused(&older("{% for n in range(end=900000000000) %}a{% endfor %}"), "at most 300000000 numbers");
    refused(&older("{{ range(end=21000000) | length }}"), "at most 20000000 numbers in one list");
    refused(&older("{{ range(start=5, end=4) }}"), "range");
    refused(&older("{{ get_random(start=5, end=5) }}"), "`start` below its `end`");
    built(&older("{{ range(start=5, end=5) | length }}{{ range(end=3000000, step_by=2) | length }}"));
    built(&older("{% for n in range(end=200000000) %}{% if n == 9 %}{% break %}{% endif %}{% endfor %}"));
    let newer = |text: &'static str| [("content/a.md", page("a")), ("templates/page.html", text.as_bytes().to_vec())];
    for text in ["{{ range(end=5, step_by=0) | length }}", "{{ range(end=900000000000) | length }}"] {
        let files = newer(text);
        refused(&files.each_ref().map(|(path, bytes)| (*path, bytes.as_slice())), "`range`");
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_in_place_of_files() {
    for (index, path) in [
        ("{{ load_data(path='p.txt') }}", "p.txt"),
        ("{{ get_hash(path='p.txt') }}", "p.txt"),
        ("{{ get_image_metadata(path='p.png') }}", "p.png"),
        ("{{ load_data(path='zero') }}", "zero"),
        ("", "themes/t/theme.toml"),
    ] {
        let place = tempfile::tempdir().unwrap();
        for (file, text) in SITE {
            write(place.path(), file, text.as_bytes());
        }
        write(place.path(), "templates/index.html", index.as_bytes());
        fs::create_dir_all(place.path().join(path).parent().unwrap()).unwrap();
        if path == "zero" {
            std::os::unix::fs::symlink("/dev/zero", place.path().join(path)).unwrap();
        } else {
            assert!(Command::new("mkfifo").arg(place.path().join(path)).status().unwrap().success());
        }
        if path.starts_with("themes") {
            write(place.path(), "zola.toml", b"base_url = \"https://exemple.test\"\ntheme = \"t\"\n");
        }
        let ended = build_in(place.path());
        assert!(ended.code == Some(1) && ended.told.contains("a pipe or a device"), "{path}: {}", ended.told);
    }
}

#[test]
fn elements_and_entities_without_end() {
    let load: &[u8] = b"+++\n+++\n{% set d = load_data(path=\"d.xml\") %}\n";
    let deep = format!("{}{}", "<a>".repeat(many(20_000)), "</a>".repeat(many(20_000)));
    refused(&[("content/a.md", load), ("d.xml", deep.as_bytes())], "elements stand in one another");
    let laughs: String = ('b'..='k')
        .zip('a'..='j')
        .map(|(name, of)| format!("<!ENTITY {name} \"{}\">", format!("&{of};").repeat(10)))
        .collect();
    let laughs = format!("<!DOCTYPE l [<!ENTITY a \"ha\">{laughs}]><l>&k;</l>");
    refused(&[("content/a.md", load), ("d.xml", laughs.as_bytes())], "d.xml");
}

#[test]
fn sums_of_thousands_of_terms() {
    let sum = |terms: usize| vec!["1"; terms].join("+");
    let all = "true and ".repeat(4_999) + "true";
    built(&older(&format!("{{{{ {} }}}}{{% if false %}}{{{{ {} }}}}{{% endif %}}", sum(5_000), sum(9_000))));
    built(&older(&format!("{{% if {all} %}}a{{% endif %}}{{% if {} == 5000 %}}a{{% endif %}}", sum(5_000))));
    let counted = format!(
        "{{% macro m(n) %}}{{{{ {} }}}}{{% if n > 0 %}}{{{{ self::m(n=n-1) }}}}{{% endif %}}{{% endmacro %}}{{{{ self::m(n=40) }}}}",
        sum(2_000)
    );
    built(&older(&counted));
    refused(&older(&format!("{{{{ {} }}}}", sum(many(200_000)))), "operators stand in one expression");
    refused(&older(&format!("{{% if {}1 %}}a{{% endif %}}", "1and ".repeat(many(200_000)))), "operators stand in one");
    let list = vec!["-1"; 10_500].join(",");
    let words = "a and ".repeat(10_500);
    built(&older(&format!("{{% set a = [{list}] %}}{{% set b = \"{words}\" %}}{{{{ a | length }}}}")));
    for terms in [3_000, many(200_000)] {
        let text = format!("{{{{ {} }}}}", sum(terms));
        answered(&[("content/a.md", &page("a")), ("templates/page.html", text.as_bytes())]);
    }
}

#[test]
fn denials_of_denials() {
    let text = format!("{{% if {}true %}}a{{% endif %}}", "not ".repeat(many(20_000)));
    for dialect in ["0.22", "0.23"] {
        let choice = format!("dialect = \"{dialect}\"\n");
        let files = [("repere.toml", choice.as_bytes()), ("templates/page.html", text.as_bytes())];
        answered(&[&files[..], &[("content/a.md", &page("a"))]].concat());
    }
}

#[test]
fn templates_above_one_another() {
    let chain = |last: &str| -> Vec<(String, String)> {
        let count = many(1_000);
        let parent = |n: usize| if n + 1 == count { last.to_owned() } else { format!("t{}.html", n + 1) };
        (0..count).map(|n| (format!("templates/t{n}.html"), format!("{{% extends \"{}\" %}}", parent(n)))).collect()
    };
    for last in ["page.html", "t0.html"] {
        let files = chain(last);
        let mut files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        files.push(("repere.toml", b"dialect = \"0.22\"\n"));
        let ended = build(&files);
        let circles = usize::from(last == "t0.html");
        assert_eq!(
            (ended.code, ended.told.matches("extends itself").count()),
            (Some(circles as i32), circles),
            "{last}"
        );
    }
}

#[test]
fn many_templates_that_extend_a_misspelt_one() {
    let files: Vec<(String, String)> = (0..many(1_000))
        .map(|n| {
            (format!("templates/t{n}.html"), format!("{{% extends \"bsae{n}.html\" %}}{{# {} #}}", "x".repeat(5_000)))
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let ended = build(&files);
    assert_eq!((ended.code, ended.told.matches("to extend").count()), (Some(1), files.len()));
}

#[test]
fn the_least_of_all_numbers() {
    built(&older("{{ -9223372036854775807 | abs }}{% set least = -9223372036854775807 - 1 %}{{ least | abs }}"));
}
