//! Each field of each form, found in the pages themselves: hostile values are refused with a message by the field, what else
//! was filled in is kept, and nothing of them comes back as markup. A form that a page gets later is tried as well. The forms
//! to sign in tell nobody which of their fields was wrong: `host_access` has those.

use std::collections::BTreeSet;

use repere::calendar::{Command, Purpose, Role};

use crate::calendar_kit::{ask, form, register};
use crate::host_calendar::Desk;

/// Fields that stay empty where something else is tried: one is for programs alone, the others want what others say.
const EMPTY: &[&str] = &["site_web", "names", "dates", "link", "evaluation"];

/// A form as a page shows it.
#[derive(Debug)]
struct Form {
    action: String,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    kind: String,
    value: String,
}

impl Field {
    /// Somebody types into it.
    fn is_typed(&self) -> bool {
        self.name != "site_web"
            && !["hidden", "radio", "checkbox", "select", "file", "password"].contains(&self.kind.as_str())
    }

    /// What somebody in good faith would put where the page has nothing.
    fn filled(&self) -> String {
        if !self.value.is_empty() {
            return self.value.clone();
        }
        let in_two_months = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(70));
        match self.kind.as_str() {
            "email" => "ancre@exemple.test".to_owned(),
            "url" => "https://exemple.test/ancre".to_owned(),
            "number" => "2".to_owned(),
            "date" => in_two_months.to_string(),
            "time" => "10:00".to_owned(),
            "text" | "textarea" if !EMPTY.contains(&self.name.as_str()) => "Ancre".to_owned(),
            _ => String::new(),
        }
    }

    /// What must be refused in it.
    fn hostile(&self) -> Vec<String> {
        let long = "a".repeat(20_000);
        let values: &[&str] = match self.kind.as_str() {
            "date" => &["2027-02-30", "99999-01-01", "\u{202e}2027-01-01", "hier"],
            "time" => &["25:61", "-1", "midi"],
            "datetime-local" => &["2027-02-30T10:00", "hier", "2027-01-01T25:00"],
            "number" => &["-5", "1e9", "999999999999", "٣", "deux"],
            "email" => &["ancre@exemple", "a@exemple.test\r\nBcc: x@y.fr", "a\u{0}@exemple.test"],
            // An address may have lines, though a browser sends none.
            "text" if self.name == "address" => &["abc\u{202e}def", "a\u{0}b", &long],
            "textarea" => &["abc\u{202e}def", "a\u{0}b", "\u{1b}[31mrouge", &long],
            _ => &["Anne\r\nBcc: x@y.fr", "abc\u{202e}def", "a\u{0}b", "\u{1b}[31mrouge", &long],
        };
        values.iter().map(|value| (*value).to_owned()).collect()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(plain(value))
}

fn plain(text: &str) -> String {
    let words = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2F;", "/")];
    words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)).replace("&amp;", "&")
}

/// The forms of a page that act.
fn forms(html: &str) -> Vec<Form> {
    let mut found = Vec::new();
    for piece in html.split("<form ").skip(1) {
        let piece = piece.split("</form>").next().unwrap();
        let head = format!(" {}", piece.split('>').next().unwrap());
        if attribute(&head, "method").as_deref() != Some("post") || head.contains("multipart") {
            continue;
        }
        let mut fields: Vec<Field> = Vec::new();
        for tag in piece.split('<').filter(|tag| ["input ", "textarea ", "select "].iter().any(|t| tag.starts_with(t)))
        {
            let (head, rest) = tag.split_once('>').unwrap();
            let Some(name) = attribute(head, "name") else { continue };
            let kind = match head.split(' ').next().unwrap() {
                "input" => attribute(head, "type").unwrap_or_else(|| "text".to_owned()),
                other => other.to_owned(),
            };
            let value = match kind.as_str() {
                "textarea" => plain(rest),
                "select" => chosen(piece, &name),
                _ => attribute(head, "value").unwrap_or_default(),
            };
            let off = ["radio", "checkbox"].contains(&kind.as_str()) && !head.contains(" checked");
            if kind != "submit" && !off {
                fields.push(Field { name, kind, value });
            }
        }
        let action = attribute(&head, "action").unwrap();
        // A button may say what the form is to do: each way is a form of its own.
        let buttons: Vec<Field> = piece
            .split("<button")
            .skip(1)
            .filter_map(|tag| {
                let tag = tag.split('>').next().unwrap();
                let (name, value) = (attribute(tag, "name")?, attribute(tag, "value")?);
                Some(Field { name, kind: "hidden".to_owned(), value })
            })
            .collect();
        if buttons.is_empty() {
            found.push(Form { action, fields });
            continue;
        }
        for button in buttons {
            let fields = fields.iter().cloned().chain([button]).collect();
            found.push(Form { action: action.clone(), fields });
        }
    }
    found
}

/// The option of a list that is chosen, else its first.
fn chosen(form: &str, name: &str) -> String {
    let list = form.split("<select ").find(|list| list.contains(&format!("name=\"{name}\""))).unwrap();
    let options: Vec<&str> = list.split("</select>").next().unwrap().split("<option").skip(1).collect();
    let filled = |option: &&&str| attribute(option, "value").is_some_and(|value| !value.is_empty());
    let one = options.iter().find(|option| option.contains(" selected")).filter(filled);
    let one = one.or_else(|| options.iter().find(filled)).or(options.first());
    one.and_then(|option| attribute(option, "value")).unwrap_or_default()
}

fn attack(desk: &Desk, form: &Form, cookie: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for field in form.fields.iter().filter(|field| field.is_typed()) {
        for value in field.hostile() {
            let sent: Vec<(&str, String)> = form
                .fields
                .iter()
                .map(|one| (one.name.as_str(), if one.name == field.name { value.clone() } else { one.filled() }))
                .collect();
            let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = desk.post(&form.action, &pairs, cookie);
            let page = answer.text();
            let short: String = value.chars().take(24).collect();
            let mut told = |what: &str| wrong.push(format!("{} {}={short:?}: {what}", form.action, field.name));
            if ![409, 422].contains(&answer.status) {
                told(&format!("answered with {} {:?}", answer.status, answer.headers.get("location")));
                continue;
            }
            // By a link on top, and by the field itself.
            let marked = page.split('<').any(|tag| {
                attribute(tag, "name").as_ref() == Some(&field.name) && tag.contains(" aria-invalid=\"true\"")
            });
            if !marked {
                told("no message by the field");
            }
            let Some(again) = forms(&page).into_iter().find(|again| again.action == form.action) else {
                told("the form is gone");
                continue;
            };
            for one in form.fields.iter().filter(|one| one.is_typed() && one.name != field.name) {
                // A code is typed anew each time.
                let kept = again.fields.iter().find(|kept| kept.name == one.name).map(|kept| kept.value.clone());
                if kept.as_ref() != Some(&one.filled()) && !["code", "step"].contains(&one.name.as_str()) {
                    told(&format!("{} became {kept:?}", one.name));
                }
            }
        }
    }
    // Whatever is chosen or secret may be anything: an answer comes, and no markup with it.
    for field in form.fields.iter().filter(|field| field.kind != "hidden") {
        for value in ["<img src=x onerror=alert(1)>", "=1+1", "\u{0}", "../../etc/passwd"] {
            let sent: Vec<(&str, String)> = form
                .fields
                .iter()
                .map(|one| {
                    // Not good as a whole, so that nothing is done.
                    let other = if one.is_typed() { String::new() } else { one.value.clone() };
                    (one.name.as_str(), if one.name == field.name { value.to_owned() } else { other })
                })
                .collect();
            let pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = desk.post(&form.action, &pairs, cookie);
            if answer.status >= 500 || answer.text().contains("<img src=x") {
                wrong.push(format!("{} {}={value:?}: {}", form.action, field.name, answer.status));
            }
        }
    }
    wrong
}

#[test]
fn every_field_of_every_form_refuses_what_is_hostile_and_keeps_the_rest() {
    let desk = Desk::open();
    let mut wrong = Vec::new();
    let first = forms(&desk.get(&desk.first_link, "").text());
    assert_eq!(first.len(), 1);
    wrong.extend(attack(&desk, &first[0], ""));
    let cookie = desk.first_sign_in();
    let date = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(60));
    let mut good = form(&format!("{date}T14:00:00"), 20);
    good.title = "Ancre".to_owned();
    let id = desk.run(&Command::CreateSession(Box::new(good.clone())));
    let mut over = good.clone();
    over.when = crate::calendar_kit::when("2026-01-15T09:00:00");
    let past = desk.run(&Command::CreateSession(Box::new(over)));
    let registration = desk.run(&Command::Register(repere::calendar::Register { seats: 3, ..register(&id, "anne") }));
    desk.run(&Command::Confirm { registration });
    let (open, asked) = (desk.run(&Command::SendRequest(Box::new(ask("a")))), ask("b"));
    let proposed = desk.run(&Command::SendRequest(Box::new(asked)));
    let deadline = good.when.start.instant - 86_400;
    let answer = "Cette date vous va-t-elle ?".to_owned();
    desk.run(&Command::ProposeSession { request: proposed.clone(), form: Box::new(good), deadline, answer });
    let now = jiff::Timestamp::now().as_second();
    let staff = |name: &str, email: &str| desk.runtime.block_on(desk.store.add_staff(name, email, Role::Trainer, now));
    let (_, invitation) = staff("Lou Martin", "lou@exemple.test").unwrap();
    let posts = desk.runtime.block_on(desk.store.posts(1000)).unwrap();
    let token = |who: &str, purpose: Purpose| {
        let to = format!("{who}@exemple.fr");
        let letters = posts.iter().filter(|post| post.letter.to == to);
        letters.filter_map(|post| post.letter.tokens.get(&purpose)).next().unwrap().clone()
    };
    let pages = [
        (format!("/calendrier/{id}/inscription"), ""),
        ("/calendrier/demande".to_owned(), ""),
        (format!("/calendrier/gerer/{}", token("anne", Purpose::Manage)), ""),
        (format!("/calendrier/demande/{}", token("b", Purpose::Request)), ""),
        (format!("/equipe/invitation/{invitation}"), ""),
        ("/equipe/seances/nouvelle".to_owned(), cookie.as_str()),
        (format!("/equipe/seances/{id}"), cookie.as_str()),
        (format!("/equipe/seances/{id}/modifier"), cookie.as_str()),
        (format!("/equipe/seances/nouvelle?demande={open}"), cookie.as_str()),
        ("/equipe/demandes".to_owned(), cookie.as_str()),
        ("/equipe/agenda".to_owned(), cookie.as_str()),
        ("/equipe/personnes".to_owned(), cookie.as_str()),
        ("/equipe/importer".to_owned(), cookie.as_str()),
        ("/equipe/compte".to_owned(), cookie.as_str()),
        (format!("/equipe/seances/{past}"), cookie.as_str()),
    ];
    let mut tried = BTreeSet::new();
    for (path, cookie) in &pages {
        let page = desk.get(path, cookie);
        assert_eq!(page.status, 200, "{path}");
        for form in forms(&page.text()).iter().filter(|form| form.fields.iter().any(Field::is_typed)) {
            let names = form.fields.iter().map(|field| (field.is_typed(), field.name.clone(), field.value.clone()));
            let secret = |name: &str| ["csrf", "submission"].contains(&name);
            let names = names.filter(|(_, name, _)| !secret(name)).collect::<Vec<_>>();
            if tried.insert((form.action.clone(), names)) {
                wrong.extend(attack(&desk, form, cookie));
            }
        }
    }
    assert!(tried.len() > 10, "{tried:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
