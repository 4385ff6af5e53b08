//! What comes into the calendar over HTTP: files of sessions.

use repere::calendar::{Actor, Epoch};
use repere::store::Import;

use crate::calendar_kit::form;
use crate::host_calendar::{Desk, between};

#[test]
fn an_import_shows_everything_first_and_takes_all_or_none() {
    let desk = Desk::open();
    let cookie = desk.first_sign_in();
    let csrf = between(&desk.get("/equipe/importer", &cookie).text(), "name=\"csrf\" value=\"", "\"");
    let year = jiff::Zoned::now().year() + 1;
    let good = format!(
        "Titre;Date;Heure;Lieu;Identifiant\nComprendre;03/12/{year};14h00;Quimper;a-1\nPassée;03/12/2024;9h30;Brest;a-2\n"
    );
    let upload = |file: &str| {
        let part = |name: &str, value: &str| {
            format!("--limite\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body =
            part("csrf", &csrf) + &part("kind", "training") + &part("audience", "Équipes") + &part("departement", "29");
        body += &(part("capacity", "20") + &part("minutes", "120") + &part("publish", "1"));
        body += &format!(
            "--limite\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--limite--\r\n"
        );
        let headers = [("content-type", "multipart/form-data; boundary=limite"), ("cookie", cookie.as_str())];
        desk.send("POST /equipe/importer", &headers, &body)
    };
    let shown = upload(&good);
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(shown.text().contains("Comprendre") && shown.text().contains("name=\"confirmer\""));
    assert!(!desk.get("/calendrier/", "").text().contains("Comprendre"), "nothing is written yet");
    let wrong = upload(&(good.clone() + "Impossible;30/02/2027;25h00;Brest;a-3\n"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("<td>4</td>") && !wrong.text().contains("name=\"confirmer\""));
    let confirm = |content: &str| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("confirmer", "1"),
            ("kind", "training"),
            ("audience", "Équipes"),
            ("departement", "29"),
            ("capacity", "20"),
            ("minutes", "120"),
            ("publish", "1"),
            ("contenu", content),
        ];
        desk.post("/equipe/importer", &fields, &cookie)
    };
    assert_eq!(confirm(&good).headers["location"], "/equipe/importer?fait=2");
    assert!(desk.get("/calendrier/", "").text().contains("Comprendre"));
    let again = upload(&good);
    assert_eq!((again.status, again.text().contains("déjà été importée")), (422, true));
    assert_eq!(confirm(&good).status, 422, "a known identifier is refused");
    assert_eq!(desk.runtime.block_on(desk.store.figures(0, Epoch::MAX / 2, 4_000_000_000)).unwrap().interventions, 2);
    // What an earlier version took in was kept as its file wrote it.
    let event = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:ancien\\,12@exemple.fr\r\nSUMMARY:Ancienne\r\nLOCATION:12 rue du Port\r\n\
         DTSTART:{year}0310T090000Z\r\nDTEND:{year}0310T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    assert_eq!(upload(&event).status, 200, "it is new");
    let before = Import {
        uid: "ancien\\,12@exemple.fr".to_owned(),
        written: String::new(),
        form: form(&format!("{year}-03-10T09:00:00"), 20),
    };
    let who = Actor::Clock;
    desk.runtime.block_on(desk.store.import(&[before], &who, 0)).unwrap();
    let known = upload(&event);
    assert_eq!((known.status, known.text().contains("déjà été importée")), (422, true));
    // One that no database takes is as good as none: it is shown, and known again by its content.
    for uid in ["nul\0", &"x".repeat(9000)] {
        assert_eq!(upload(&event.replace("ancien\\,12@exemple.fr", uid)).status, 200, "{}", uid.len());
    }
    for (file, key) in [("", "aucune séance"), ("bonjour\nmonde\n", "«\u{a0}Titre\u{a0}»")] {
        let answer = upload(file);
        assert!(
            answer.status == 422
                && (answer.text().contains(key) || answer.text().contains(&key.replace('\u{a0}', " ")))
        );
    }
}
