//! Access to the staff area as ASVS asks for it: the second step, recovery codes, passwords that are replaced, sign-ins
//! that end. The items and their tests are listed in `tests/asvs.toml`.

use repere::calendar::staff::totp;
use repere::calendar::{LetterKind, Purpose, Role};

use crate::host_calendar::{Desk, PASSWORD, between};

const OTHER: &str = "une lampe au bout du quai";

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A trainer who was invited and chose a password; not signed in, no app yet.
fn trainer(desk: &Desk) -> String {
    let (person, token) = desk
        .runtime
        .block_on(desk.store.add_staff("Bilal Haddad", "bilal@exemple.test", Role::Trainer, now()))
        .unwrap();
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(desk.post(&format!("/equipe/invitation/{token}"), &fields, "").status, 303);
    person.id
}

fn first_cookie(desk: &Desk, email: &str) -> String {
    let answer = desk.post("/equipe/connexion", &[("email", email), ("password", PASSWORD)], "");
    answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
}

#[test]
fn a_password_alone_opens_nothing() {
    let desk = Desk::open();
    trainer(&desk);
    let cookie = first_cookie(&desk, "bilal@exemple.test");
    for path in ["/equipe/", "/equipe/compte", "/equipe/seances/nouvelle", "/equipe/demandes"] {
        assert_eq!(desk.get(path, &cookie).headers["location"], "/equipe/compte/code", "{path}");
    }
    let page = desk.get("/equipe/compte/code", &cookie).text();
    assert!(page.contains("<svg") && page.contains("otpauth://totp/"), "the key is a drawing, a text and a link");
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let wrong = desk.post("/equipe/compte/code", &[("csrf", &csrf), ("code", "000000")], &cookie);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("href=\"#code\"") && !wrong.text().contains("value=\"000000\""));
    let (secret, codes) = desk.enrol(&cookie);
    assert_eq!((codes.len(), desk.get("/equipe/", &cookie).status), (10, 200));

    // A code works once: the one that set up the app is spent, the next one is good.
    let asked = desk.post("/equipe/connexion", &[("email", "bilal@exemple.test"), ("password", PASSWORD)], "");
    let step = between(&asked.text(), "name=\"step\" value=\"", "\"");
    let spent = totp::code(&secret, now()).unwrap();
    let again = desk.post("/equipe/connexion/code", &[("step", &step), ("code", &spent)], "");
    assert!(again.status == 422 && !again.headers.contains_key("set-cookie"));
    let next = totp::code(&secret, now() + totp::STEP).unwrap();
    let good = desk.post("/equipe/connexion/code", &[("step", &step), ("code", &next)], "");
    assert_eq!(good.headers["location"], "/equipe/");
    let replayed = desk.post("/equipe/connexion/code", &[("step", &step), ("code", &next)], "");
    assert_eq!(replayed.status, 410, "the form ends with the code");

    // A recovery code instead of the phone, once, however it is typed.
    let upper = codes[0].to_uppercase().replace('-', " ");
    let found = desk.sign_in("bilal@exemple.test", PASSWORD, &upper);
    assert!(desk.get("/equipe/compte", &found).text().contains("restent\u{a0}: 9"));
    let asked = desk.post("/equipe/connexion", &[("email", "bilal@exemple.test"), ("password", PASSWORD)], "");
    let step = between(&asked.text(), "name=\"step\" value=\"", "\"");
    assert_eq!(desk.post("/equipe/connexion/code", &[("step", &step), ("code", &codes[0])], "").status, 422);
    let tries: Vec<u16> = (0..8)
        .map(|_| desk.post("/equipe/connexion/code", &[("step", &step), ("code", "000000")], "").status)
        .collect();
    assert!(tries.contains(&429), "codes cannot be guessed at leisure: {tries:?}");
}

#[test]
fn a_forgotten_password_is_replaced_by_a_link_that_works_once() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let ask = |email: &str| desk.post("/equipe/mot-de-passe", &[("email", email)], "");
    let (known, unknown) = (ask("claire@exemple.test"), ask("personne@exemple.test"));
    assert_eq!((known.status, &known.headers["location"]), (unknown.status, &unknown.headers["location"]));
    assert!(desk.get(&known.headers["location"], "").text().contains("Si cette adresse"));
    assert_eq!(ask("pas une adresse").status, 422);
    let letters = || desk.runtime.block_on(desk.store.posts(100)).unwrap();
    let resets: Vec<_> = letters().into_iter().filter(|post| post.letter.kind == LetterKind::StaffReset).collect();
    assert_eq!(resets.len(), 1, "nobody else is written to");
    let token = resets[0].letter.tokens[&Purpose::Reset].clone();
    let deadline = resets[0].letter.deadline.unwrap() - resets[0].created;
    assert_eq!(deadline, 600, "ten minutes, ASVS 6.5.5");
    let link = format!("/equipe/mot-de-passe/{token}");
    assert_eq!(desk.get(&link, "").status, 200);
    assert_eq!(desk.get(&link, "").status, 200, "reading it does not use it up");
    let weak = desk.post(&link, &[("password", "motdepasse2026"), ("password_again", "motdepasse2026")], "");
    assert_eq!(weak.status, 422);
    let done = desk.post(&link, &[("password", OTHER), ("password_again", OTHER)], "");
    assert_eq!(done.headers["location"], "/equipe/connexion?fait=mot-de-passe");
    assert!(!done.headers.contains_key("set-cookie"), "a link signs nobody in");
    assert_eq!((desk.get(&link, "").status, desk.post(&link, &[], "").status), (410, 410));
    assert_eq!(desk.get("/equipe/", &cookie).headers["location"], "/equipe/connexion", "every sign-in ended");
    let asked = desk.post("/equipe/connexion", &[("email", "claire@exemple.test"), ("password", OTHER)], "");
    assert!(asked.text().contains("name=\"step\""), "the second step stays");
    let told = letters().iter().filter(|post| post.letter.kind == LetterKind::StaffChanged).count();
    assert!(told >= 1, "the person is told");
    for _ in 0..5 {
        assert_eq!(ask("claire@exemple.test").status, 303);
    }
    let more = letters().iter().filter(|post| post.letter.kind == LetterKind::StaffReset).count();
    assert!(more <= 3, "a mailbox cannot be filled: {more}");
}

#[test]
fn a_password_is_changed_with_the_present_one() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let elsewhere = desk.sign_in("claire@exemple.test", PASSWORD, &desk.next_code());
    let page = desk.get("/equipe/compte", &cookie).text();
    let csrf = between(&page, "name=\"csrf\" value=\"", "\"");
    let change = |now: &str, new: &str| {
        let fields = [("csrf", csrf.as_str()), ("password_now", now), ("password", new), ("password_again", new)];
        desk.post("/equipe/compte/mot-de-passe", &fields, &cookie)
    };
    let wrong = change("faux", OTHER);
    assert!(wrong.status == 422 && wrong.text().contains("href=\"#password_now\"") && !wrong.text().contains(OTHER));
    assert_eq!(change(PASSWORD, "claire morel").status, 422, "not one's own name");
    assert_eq!(change(PASSWORD, OTHER).headers["location"], "/equipe/compte?fait=password");
    assert_eq!(desk.get("/equipe/", &elsewhere).headers["location"], "/equipe/connexion");
    assert_eq!(desk.get("/equipe/", &cookie).status, 200, "the one who did it stays");
    let codes =
        |password: &str| desk.post("/equipe/compte/secours", &[("csrf", &csrf), ("password_now", password)], &cookie);
    assert_eq!(codes("faux").status, 422);
    assert_eq!(codes(OTHER).text().matches("<li><code>").count(), 10);
    let page = desk.get("/equipe/compte/code", &cookie).text();
    let secret = between(&page, "<code>", "</code>").replace(' ', "");
    let code = totp::code(&secret, now()).unwrap();
    let refused = desk.post("/equipe/compte/code", &[("csrf", &csrf), ("code", &code)], &cookie);
    assert_eq!(refused.status, 422, "another app asks for the password");
}

#[test]
fn a_coordinator_ends_the_access_of_others_and_a_trainer_does_not() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let id = trainer(&desk);
    let theirs = first_cookie(&desk, "bilal@exemple.test");
    let (_, codes) = desk.enrol(&theirs);
    for path in ["/equipe/demandes", "/equipe/messages", "/equipe/personnes"] {
        assert_eq!(desk.get(path, &theirs).status, 403, "{path}");
    }
    let csrf = between(&desk.get("/equipe/compte", &theirs).text(), "name=\"csrf\" value=\"", "\"");
    let invite = [("csrf", csrf.as_str()), ("name", "X"), ("email", "x@exemple.test"), ("role", "coordinator")];
    assert_eq!(desk.post("/equipe/personnes", &invite, &theirs).status, 403);

    let csrf = between(&desk.get("/equipe/personnes", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let act = |what: &str| desk.post(&format!("/equipe/personnes/{id}"), &[("csrf", &csrf), ("action", what)], &cookie);
    assert_eq!(act("deconnecter").status, 303);
    assert_eq!(desk.get("/equipe/", &theirs).headers["location"], "/equipe/connexion");
    let theirs = desk.sign_in("bilal@exemple.test", PASSWORD, &codes[0]);
    assert_eq!(act("code").status, 303);
    assert_eq!(desk.get("/equipe/", &theirs).headers["location"], "/equipe/connexion");
    let theirs = first_cookie(&desk, "bilal@exemple.test");
    assert_eq!(desk.get("/equipe/", &theirs).headers["location"], "/equipe/compte/code", "to be set up again");
    assert_eq!(act("retirer").status, 303);
    assert_eq!(desk.get("/equipe/compte/code", &theirs).headers["location"], "/equipe/connexion");
    let out = desk.post("/equipe/connexion", &[("email", "bilal@exemple.test"), ("password", PASSWORD)], "");
    assert_eq!(out.status, 422);
    let log = desk.runtime.block_on(desk.store.audit(50)).unwrap();
    for action in ["set-second-factor", "end-sign-ins", "forget-second-factor", "use-recovery-code"] {
        assert!(log.iter().any(|line| line.action == action), "{action} is not in the log");
    }
}

#[test]
fn sign_ins_end_when_idle_and_after_a_day_of_work() {
    let desk = Desk::open();
    let id = trainer(&desk);
    let (store, start) = (&desk.store, now());
    let good = |token: &str, at| desk.runtime.block_on(store.signed_in(token, at)).unwrap().is_some();
    let token = desk.runtime.block_on(store.sign_in(&id, "", start)).unwrap();
    assert!(token.len() >= 64, "256 bits");
    assert!(good(&token, start + 7_000));
    assert!(!good(&token, start + 7_000 + 7_201), "two hours unused");
    let token = desk.runtime.block_on(store.sign_in(&id, "", start)).unwrap();
    assert!((1..=7).all(|n| good(&token, start + n * 6_000)), "used all day");
    assert!(!good(&token, start + 12 * 3600), "and over after twelve hours");
}
