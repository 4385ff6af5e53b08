//! People and what is theirs, over HTTP: a group's names, an institution's proposal, a trainer's agenda, and what never
//! leaves the circle it is meant for.

use repere::calendar::{Purpose, Role};

use crate::host_calendar::{Desk, PASSWORD, between};
use crate::host_http::Answer;

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn date(days: i64) -> String {
    jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(days)).to_string()
}

/// Somebody of the team, signed in: cookie, id, and the secret of their forms.
fn member(desk: &Desk, name: &str, email: &str, role: Role) -> (String, String, String) {
    let (person, token) = desk.runtime.block_on(desk.store.add_staff(name, email, role, now())).unwrap();
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    let answer = desk.post(&format!("/equipe/invitation/{token}"), &fields, "");
    let cookie = answer.headers["set-cookie"].split(';').next().unwrap().to_owned();
    desk.enrol(&cookie);
    let csrf = between(&desk.get("/equipe/compte", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    (cookie, person.id, csrf)
}

fn session<'a>(csrf: &'a str, date: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("csrf", csrf),
        ("kind", "awareness"),
        ("title", "Comprendre et repérer"),
        ("audience", "Équipes"),
        ("departement", "35"),
        ("place", "Rennes"),
        ("address", "12 rue Cachée"),
        ("link", "https://visio.exemple.test/secret-4711"),
        ("materials", "https://exemple.test/document-interne"),
        ("date", date),
        ("time", "14:00"),
        ("minutes", "90"),
        ("travel_before", "60"),
        ("travel_after", "60"),
        ("capacity", "6"),
        ("publish", "1"),
    ];
    fields.extend_from_slice(more);
    fields
}

fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    between(&answer.headers["location"], "/equipe/seances/", "?")
}

fn token(desk: &Desk, to: &str, purpose: Purpose) -> String {
    let posts = desk.runtime.block_on(desk.store.posts(1000)).unwrap();
    let found = posts.iter().filter(|post| post.letter.to == to).find_map(|post| post.letter.tokens.get(&purpose));
    found.unwrap_or_else(|| panic!("no {purpose} link for {to}")).clone()
}

fn register(desk: &Desk, id: &str, who: &str, seats: &str, needs: &str) {
    let email = format!("{who}@exemple.test");
    let name = format!("Prénom-{who} Nom-{who}");
    let submission = format!("formulaire-{who}");
    let fields = [
        ("submission", submission.as_str()),
        ("name", &name),
        ("email", &email),
        ("organisation", "MECS Les Tilleuls"),
        ("departement", "35"),
        ("seats", seats),
        ("needs", needs),
        ("liste_attente", "1"),
    ];
    assert_eq!(desk.post(&format!("/calendrier/{id}/inscription"), &fields, "").status, 303);
}

#[test]
fn what_is_inside_never_gets_out() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let csrf = between(&desk.get("/equipe/compte", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let day = date(40);
    let id = made(&desk.post("/equipe/seances/nouvelle", &session(&csrf, &day, &[]), &cookie));
    let hidden_day = date(41);
    let hidden = session(&csrf, &hidden_day, &[("unlisted", "1"), ("place", "Foyer-discret")]);
    let hidden = made(&desk.post("/equipe/seances/nouvelle", &hidden, &cookie));
    register(&desk, &id, "anne", "3", "besoin-particulier");
    register(&desk, &id, "bilal", "3", "");
    register(&desk, &id, "chloe", "1", "");
    let confirm = token(&desk, "anne@exemple.test", Purpose::Confirm);
    desk.post(&format!("/calendrier/confirmer/{confirm}"), &[], "");
    let manage = token(&desk, "anne@exemple.test", Purpose::Manage);
    let names = [("action", "noms"), ("names", "Invitée-Cachée\nAutre-Cachée")];
    assert_eq!(desk.post(&format!("/calendrier/gerer/{manage}"), &names, "").status, 303);
    let inside = desk.get(&format!("/calendrier/gerer/{manage}"), "").text();
    for own in ["12 rue Cachée", "secret-4711", "document-interne", "Invitée-Cachée", "besoin-particulier"] {
        assert!(inside.contains(own), "{own} is theirs");
    }
    let secrets = [
        "rue Cachée",
        "secret-4711",
        "document-interne",
        "Invitée-Cachée",
        "besoin-particulier",
        "anne@exemple",
        "Nom-anne",
        "Nom-bilal",
        "Foyer-discret",
        &hidden,
    ];
    let month = &day[..7];
    for path in [
        "/calendrier/",
        &format!("/calendrier/mois/{month}"),
        &format!("/calendrier/{id}/"),
        &format!("/calendrier/{id}.ics"),
        &format!("/calendrier/{id}/inscription"),
        &format!("/calendrier/{id}/inscription/recue"),
        "/calendrier.ics",
        "/calendrier/demande?departement=35",
    ] {
        let answer = desk.get(path, "");
        assert_eq!(answer.status, 200, "{path}");
        let page = answer.text().replace("\r\n ", "");
        for secret in secrets {
            assert!(!page.contains(secret), "{path} tells {secret}");
        }
    }
    // Others who are registered see nothing of each other, nor the address before their seat is sure.
    for (who, purpose) in [("bilal", Purpose::Confirm), ("chloe", Purpose::Confirm)] {
        let link = token(&desk, &format!("{who}@exemple.test"), purpose);
        let page = desk.get(&format!("/calendrier/confirmer/{link}"), "").text();
        for secret in ["rue Cachée", "secret-4711", "document-interne", "Nom-anne", "Invitée-Cachée"] {
            assert!(!page.contains(secret), "{who} reads {secret}");
        }
    }
    let posts = desk.runtime.block_on(desk.store.posts(1000)).unwrap();
    for post in posts.iter().filter(|post| !post.letter.to.starts_with("anne")) {
        let letter = serde_json::to_string(&post.letter.registration).unwrap();
        assert!(!letter.contains("Nom-anne"), "{} carries another person", post.key);
    }
    // A page that is not on the list exists for who has its address.
    assert_eq!(desk.get(&format!("/calendrier/{hidden}/"), "").status, 200);
}

#[test]
fn a_trainer_reaches_nothing_of_another() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let csrf = between(&desk.get("/equipe/compte", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let day = date(40);
    let (lou, lou_id, lou_csrf) = member(&desk, "Lou Martin", "lou@exemple.test", Role::Trainer);
    let theirs = made(&desk.post("/equipe/seances/nouvelle", &session(&csrf, &day, &[]), &cookie));
    register(&desk, &theirs, "anne", "1", "");
    let registration = desk.runtime.block_on(desk.store.registrations(&theirs)).unwrap().remove(0).id;
    for path in [format!("/equipe/seances/{theirs}"), format!("/equipe/seances/{theirs}/modifier")] {
        let answer = desk.get(&path, &lou);
        assert!(answer.status == 404 && !answer.text().contains("anne"), "{path}");
    }
    for (path, fields) in [
        (format!("/equipe/seances/{theirs}"), vec![("csrf", lou_csrf.as_str()), ("action", "annuler")]),
        (format!("/equipe/seances/{theirs}/inscriptions/{registration}"), vec![("csrf", lou_csrf.as_str())]),
        (format!("/equipe/seances/{theirs}/modifier"), session(&lou_csrf, &day, &[])),
    ] {
        assert_eq!(desk.post(&path, &fields, &lou).status, 404, "{path}");
    }
    // Their own session: but not with another's registration, nor as the answer to a request.
    let own_day = date(50);
    let own = made(&desk.post("/equipe/seances/nouvelle", &session(&lou_csrf, &own_day, &[]), &lou));
    let reached =
        desk.post(&format!("/equipe/seances/{own}/inscriptions/{registration}"), &[("csrf", lou_csrf.as_str())], &lou);
    assert_eq!(reached.status, 404);
    assert_eq!(desk.get("/equipe/agenda?tous=1", &lou).text().matches("/equipe/seances/").count(), 2, "menu and own");
    assert!(desk.get("/equipe/messages/modeles", &lou).status == 403);

    // The agenda: a time away, refused where a session is, taken back.
    let absent = |from: &str, to: &str| {
        let fields = [("csrf", lou_csrf.as_str()), ("action", "absence"), ("from", from), ("to", to)];
        desk.post("/equipe/agenda", &fields, &lou)
    };
    let busy = absent(&own_day, &own_day);
    assert_eq!(busy.status, 409);
    assert!(busy.text().contains(&format!("value=\"{own_day}\"")), "what was typed is kept");
    let away = date(45);
    assert_eq!(absent(&away, &away).headers["location"], "/equipe/agenda?fait=absence");
    let more = [("trainers", lou_id.as_str())];
    let refused = desk.post("/equipe/seances/nouvelle", &session(&csrf, &away, &more), &cookie);
    assert!(refused.status == 409 && refused.text().contains("Lou Martin"), "who is not free is named");
    let page = desk.get("/equipe/agenda", &lou).text();
    let absence = between(&page, "name=\"absence\" value=\"", "\"");
    let back = [("csrf", csrf.as_str()), ("action", "revenir"), ("absence", absence.as_str())];
    assert_eq!(desk.post("/equipe/agenda", &back, &cookie).status, 404, "nobody else takes it back");
    let back = [("csrf", lou_csrf.as_str()), ("action", "revenir"), ("absence", absence.as_str())];
    assert_eq!(desk.post("/equipe/agenda", &back, &lou).status, 303);

    // One's own calendar: an address that is shown once and ends when one says so.
    let made = desk.post("/equipe/agenda", &[("csrf", &lou_csrf), ("action", "lien")], &lou).text();
    let feed = format!("/calendrier/agenda/{}.ics", between(&made, "/calendrier/agenda/", ".ics"));
    let calendar = desk.get(&feed, "").text().replace("\r\n ", "");
    assert!(calendar.contains("12 rue Cachée") && calendar.matches("BEGIN:VEVENT").count() == 1);
    assert_eq!(desk.post("/equipe/agenda", &[("csrf", &lou_csrf), ("action", "fin")], &lou).status, 303);
    assert_eq!(desk.get(&feed, "").status, 410);
}

#[test]
fn an_institution_asks_is_offered_a_date_and_accepts() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let csrf = between(&desk.get("/equipe/compte", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let holidays = desk.get("/calendrier/demande?departement=974", "").text();
    assert!(holidays.contains("Abolition de l’esclavage") && holidays.contains("propre à ce territoire"));
    // 2027-07-14 is a public holiday and a summer day: told once, then taken as it is.
    let year = jiff::Zoned::now().date().year() + 1;
    let wish = format!("{year}-07-14");
    let mut fields = vec![
        ("submission", "0123456789abcdef"),
        ("organisation", "Collège du Port"),
        ("name", "Sacha Leroy"),
        ("email", "sacha@exemple.test"),
        ("departement", "29"),
        ("audience", "Équipe"),
        ("headcount", "24"),
        ("need", "Repérer."),
        ("wish_1", wish.as_str()),
        ("half_1", "morning"),
    ];
    let told = desk.post("/calendrier/demande", &fields, "");
    assert_eq!(told.status, 422);
    assert!(told.text().contains("Fête nationale") && told.text().contains("value=\"Sacha Leroy\""));
    fields.push(("jours_vus", wish.as_str()));
    assert_eq!(desk.post("/calendrier/demande", &fields, "").status, 303);
    let link = format!("/calendrier/demande/{}", token(&desk, "sacha@exemple.test", Purpose::Request));
    let listed = desk.get("/equipe/demandes", &cookie).text();
    assert!(listed.contains("Fête nationale") && listed.contains("zone B"));
    let id = between(&listed, "nouvelle?demande=", "\"");
    let form = desk.get(&format!("/equipe/seances/nouvelle?demande={id}"), &cookie).text();
    assert!(form.contains(&format!("value=\"{wish}\"")) && form.contains("Collège du Port"));

    let day = date(30);
    let more =
        [("request", id.as_str()), ("what", "proposer"), ("days", "5"), ("answer", "Un jeudi."), ("unlisted", "1")];
    let proposed = desk.post("/equipe/seances/nouvelle", &session(&csrf, &day, &more), &cookie);
    let session_id = made(&proposed);
    assert!(proposed.headers["location"].ends_with("fait=proposer"));
    let page = desk.get(&link, "").text();
    assert!(page.contains("Accepter cette date") && page.contains("Un jeudi.") && page.contains("12 rue Cachée"));
    assert_eq!(desk.get(&format!("/calendrier/{session_id}/"), "").status, 404, "a proposal has no page");
    let empty = desk.post(&link, &[("action", "autre-date"), ("reply", "")], "");
    assert!(empty.status == 422 && empty.text().contains("href=\"#reply\""));
    assert_eq!(desk.get(&link, "").status, 200);
    assert_eq!(desk.post(&link, &[("action", "accepter")], "").status, 303);
    assert_eq!(desk.post(&link, &[("action", "accepter")], "").status, 303, "twice is once");
    assert_eq!(desk.get(&format!("/calendrier/{session_id}/"), "").status, 200);
    assert!(!desk.get("/calendrier/", "").text().contains(&session_id), "not on the public list");
    let late = desk.post(&link, &[("action", "autre-date"), ("reply", "Non")], "");
    assert_eq!(late.status, 410);
}

#[test]
fn messages_are_previewed_and_sent_again() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let csrf = between(&desk.get("/equipe/compte", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let page = desk.get("/equipe/messages/modeles", &cookie).text();
    let kinds: Vec<String> =
        page.split("/equipe/messages/modeles/").skip(1).map(|rest| between(rest, "", "\"")).collect();
    assert!(kinds.len() >= 30, "{kinds:?}");
    for kind in &kinds {
        let shown = desk.get(&format!("/equipe/messages/modeles/{kind}"), &cookie);
        assert_eq!(shown.status, 200, "{kind}");
        let text = shown.text();
        assert!(!text.contains("calendar_letter_") && !text.contains("mail_sample"), "{kind} has words missing");
        let html = desk.get(&format!("/equipe/messages/modeles/{kind}/html"), &cookie);
        assert_eq!(html.status, 200, "{kind}");
        assert!(html.headers["content-security-policy"].contains("sandbox"));
        // What a phone shows on its lock screen: nothing of a name, a place or the subject of the session.
        let subject = between(&html.text(), "<title>", "</title>");
        for told in ["Comprendre", "Camille", "Rennes", "Collège", "violence", "enfance"] {
            assert!(!subject.contains(told), "{kind}: {subject}");
        }
    }
    let key = desk.runtime.block_on(desk.store.posts(10)).unwrap().remove(0).key;
    desk.runtime.block_on(desk.store.mark_dead(&key, "550", now())).unwrap();
    let list = desk.get("/equipe/messages", &cookie).text();
    assert!(list.contains("Envoyer de nouveau"));
    let forged = desk.post(&format!("/equipe/messages/{key}"), &[("csrf", "x")], &cookie);
    assert_eq!(forged.status, 403);
    let again = desk.post(&format!("/equipe/messages/{key}"), &[("csrf", &csrf)], &cookie);
    assert_eq!(again.headers["location"], "/equipe/messages?fait=1");
    let post = desk.runtime.block_on(desk.store.post(&key)).unwrap().unwrap();
    assert_eq!(post.state, repere::store::PostState::Due);
}
