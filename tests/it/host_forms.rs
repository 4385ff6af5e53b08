//! Hostile values in every field of every form: refused with a message by the field, everything else kept, and nothing of
//! them in the page as markup.

use crate::host_calendar::{Desk, between};

const HOSTILE: &[(&str, &str)] = &[
    ("a line break", "Anne\r\nBcc: x@y.fr"),
    ("right to left", "abc\u{202e}def"),
    ("a null", "a\u{0}b"),
    ("an escape", "\u{1b}[31mrouge"),
];

/// Fields of a form that hold one line of text, and the rest of the form as somebody in good faith fills it in.
struct Form<'a> {
    path: &'a str,
    cookie: &'a str,
    good: Vec<(&'a str, &'a str)>,
    lines: &'a [&'a str],
    texts: &'a [&'a str],
    others: &'a [(&'a str, &'a str)],
}

impl Form<'_> {
    fn attack(&self, desk: &Desk) {
        let long = "a".repeat(20_000);
        let mut values: Vec<(&str, &str, &str)> = Vec::new();
        for field in self.lines {
            values.extend(HOSTILE.iter().map(|(what, value)| (*field, *what, *value)));
            values.push((field, "a long text", &long));
        }
        for field in self.texts {
            values.extend(HOSTILE[1..].iter().map(|(what, value)| (*field, *what, *value)));
            values.push((field, "a long text", &long));
        }
        values.extend(self.others.iter().map(|(field, value)| (*field, "an impossible value", *value)));
        for (field, what, value) in values {
            let fields: Vec<(&str, &str)> = self
                .good
                .iter()
                .map(|(name, good)| (*name, if *name == field { value } else { *good }))
                .chain((!self.good.iter().any(|(name, _)| *name == field)).then_some((field, value)))
                .collect();
            let answer = desk.post(self.path, &fields, self.cookie);
            let page = answer.text();
            let (path, status) = (self.path, answer.status);
            assert!([409, 422].contains(&status), "{path}: {what} in {field} is answered with {status}");
            assert!(page.contains(&format!("href=\"#{field}\"")), "{path}: {what} is not told by {field}");
            for (name, good) in self.good.iter().filter(|(name, _)| ["title", "name", "place"].contains(name)) {
                if *name != field {
                    let kept = good.replace('<', "&lt;").replace('>', "&gt;");
                    assert!(page.contains(&kept), "{path}: {name} is lost when {field} is wrong");
                }
            }
        }
        let whole = desk.post(self.path, &[("name", &"a".repeat(1_000_000))], self.cookie);
        assert_eq!(whole.status, 413, "{}: a megabyte", self.path);
        let markup: Vec<(&str, &str)> = self
            .good
            .iter()
            .map(|(name, good)| (*name, if self.lines.contains(name) { "<img src=x onerror=alert(1)>" } else { *good }))
            .chain([("seats", "0"), ("headcount", "0"), ("capacity", "0"), ("email", "<img src=x onerror=alert(1)>")])
            .collect();
        let page = desk.post(self.path, &markup, self.cookie).text();
        assert!(!page.contains("<img src=x"), "{}: markup comes back as markup", self.path);
    }
}

#[test]
fn hostile_values_are_refused_by_their_field_and_the_rest_is_kept() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let page = desk.get("/equipe/seances/nouvelle", &cookie).text();
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(60)).to_string();
    let session = vec![
        ("csrf", csrf.as_str()),
        ("kind", "training"),
        ("title", "Repérer <ensemble>"),
        ("audience", "Équipes"),
        ("programme", "Comprendre."),
        ("departement", "35"),
        ("place", "Rennes"),
        ("address", "3 rue X"),
        ("date", date.as_str()),
        ("time", "14:00"),
        ("minutes", "90"),
        ("capacity", "8"),
        ("publish", "1"),
    ];
    Form {
        path: "/equipe/seances/nouvelle",
        cookie: &cookie,
        good: session.clone(),
        lines: &["title", "audience", "place", "link", "evaluation"],
        texts: &["programme", "address", "materials", "dates"],
        others: &[
            ("kind", "party"),
            ("departement", "20"),
            ("date", "2027-02-30"),
            ("date", "99999-01-01"),
            ("time", "25:61"),
            ("minutes", "-5"),
            ("minutes", "999999999999"),
            ("capacity", "1e9"),
            ("least", "9"),
            ("decides", "2199-01-01T00:00"),
            ("opens", "hier"),
            ("closes", "2199-01-01T00:00"),
            ("zone", "Europe/Nulle"),
            ("trainers", "nobody"),
            ("link", "javascript:alert(1)"),
            ("repeat", "often"),
            ("times", "31"),
            ("dates", "2027-13-01"),
            ("travel_before", "99999"),
        ],
    }
    .attack(&desk);
    let created = desk.post("/equipe/seances/nouvelle", &session, &cookie);
    let id = between(&created.headers["location"], "/equipe/seances/", "?");

    Form {
        path: &format!("/calendrier/{id}/inscription"),
        cookie: "",
        good: vec![
            ("submission", "0123456789abcdef"),
            ("name", "Anne Léger"),
            ("email", "anne@exemple.test"),
            ("organisation", "MECS"),
            ("departement", "2A"),
            ("seats", "1"),
        ],
        lines: &["name", "function", "organisation"],
        texts: &["needs"],
        others: &[
            ("email", "anne@exemple"),
            ("email", "anne@exemple.test\r\nBcc: x@y.fr"),
            ("departement", "20"),
            ("seats", "0"),
            ("seats", "9999"),
            ("seats", "٣"),
        ],
    }
    .attack(&desk);
}

#[test]
fn requests_and_absences_refuse_what_cannot_be() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    Form {
        path: "/calendrier/demande",
        cookie: "",
        good: vec![
            ("submission", "0123456789abcdef"),
            ("organisation", "Collège du Port"),
            ("name", "Sacha Leroy"),
            ("email", "sacha@exemple.test"),
            ("departement", "29"),
            ("audience", "Équipe"),
            ("headcount", "24"),
            ("need", "Repérer."),
        ],
        lines: &["organisation", "name", "function", "audience"],
        texts: &["need", "preferred"],
        others: &[
            ("email", "x"),
            ("departement", "2C"),
            ("headcount", "0"),
            ("headcount", "99999"),
            ("wish_1", "2027-02-30"),
            ("wish_2", "1999-01-01"),
            ("wish_3", "2199-01-01"),
        ],
    }
    .attack(&desk);
    let csrf = between(&desk.get("/equipe/agenda", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    Form {
        path: "/equipe/agenda",
        cookie: &cookie,
        good: vec![("csrf", csrf.as_str()), ("action", "absence"), ("from", "2027-05-03"), ("to", "2027-05-04")],
        lines: &[],
        texts: &[],
        others: &[
            ("from", "2027-02-30"),
            ("from", "../../etc"),
            ("to", "2027-05-02"),
            ("to_time", "25:00"),
            ("from_time", "-1"),
            ("zone", "Europe/Nulle"),
        ],
    }
    .attack(&desk);
}
