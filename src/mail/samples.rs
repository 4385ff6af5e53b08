//! Letters with invented values, for the preview of each message in the staff area.
//!
//! Entry point: [`super::Mailer::sample`]. Nothing here is anybody's: names and places are words of the theme.

use std::collections::BTreeMap;

use crate::calendar::{
    Half, Kind, Letter, LetterKind, Method, Outlook, Place, Purpose, Registration, RegistrationState, Request,
    RequestState, Session, SessionState, Start, Wish,
};

/// 2027-03-18T13:00:00Z: any day that is not near a change of clocks.
const START: i64 = 1_805_374_800;

/// A letter of this kind; `word` gives the words of the theme by their keys.
pub(super) fn sample(kind: LetterKind, word: &dyn Fn(&str) -> String) -> Letter {
    let tokens = [Purpose::Confirm, Purpose::Manage, Purpose::Request, Purpose::Invitation, Purpose::Reset];
    let tokens: BTreeMap<Purpose, String> = tokens.map(|purpose| (purpose, "exemple".to_owned())).into();
    let mut letter = Letter {
        deadline: Some(START - 3 * 86_400),
        tokens,
        ..Letter::new(kind, "camille@exemple.fr", &word("mail_sample_name"), format!("exemple-{kind}"))
    };
    match kind {
        LetterKind::StaffInvited | LetterKind::StaffReset | LetterKind::StaffChanged => {}
        LetterKind::RequestReceived
        | LetterKind::RequestToAnswer
        | LetterKind::RequestAnswered
        | LetterKind::RequestLapsed
        | LetterKind::RequestDeclined => letter.request = Some(request(word)),
        LetterKind::RequestAccepted
        | LetterKind::RequestProposed
        | LetterKind::InstitutionMoved
        | LetterKind::InstitutionPostponed
        | LetterKind::InstitutionCancelled => {
            letter.request = Some(request(word));
            letter.session = Some(session(word));
        }
        LetterKind::TrainerAssigned
        | LetterKind::TrainerReleased
        | LetterKind::TrainerReminder
        | LetterKind::ToDecide => letter.session = Some(session(word)),
        _ => {
            letter.session = Some(session(word));
            letter.registration = Some(registration(kind, word));
        }
    }
    letter.method = match kind {
        LetterKind::Confirmed | LetterKind::Promoted | LetterKind::Moved | LetterKind::TrainerAssigned => {
            Some(Method::Request)
        }
        LetterKind::SessionCancelled | LetterKind::TrainerReleased => Some(Method::Cancel),
        _ => None,
    };
    letter
}

fn session(word: &dyn Fn(&str) -> String) -> Session {
    let civil = jiff::civil::date(2027, 3, 18).at(14, 0, 0, 0);
    let zone = "Europe/Paris".to_owned();
    Session {
        id: "exemple".to_owned(),
        kind: Kind::Awareness,
        title: word("mail_sample_title"),
        audience: word("mail_sample_audience"),
        programme: String::new(),
        place: Place { public: word("mail_sample_place"), exact: word("mail_sample_address"), link: String::new() },
        departement: "35".to_owned(),
        authority: "35".to_owned(),
        start: Start { civil, zone, instant: START },
        minutes: 120,
        capacity: 20,
        least: 6,
        decides: Some(START - 7 * 86_400),
        outlook: Outlook::Open,
        opens: None,
        closes: None,
        state: SessionState::Published,
        listed: true,
        series: String::new(),
        materials: word("mail_sample_materials"),
        evaluation: "https://exemple.fr/evaluation".to_owned(),
        uid: String::new(),
        previous: None,
        sequence: 1,
        trainers: Vec::new(),
        travel_before: 0,
        travel_after: 0,
        created: 0,
        changed: 0,
        version: 1,
    }
}

fn registration(kind: LetterKind, word: &dyn Fn(&str) -> String) -> Registration {
    let confirmed = matches!(
        kind,
        LetterKind::Confirmed | LetterKind::Promoted | LetterKind::Moved | LetterKind::Reminder | LetterKind::Thanks
    );
    Registration {
        id: "exemple".to_owned(),
        session: "exemple".to_owned(),
        name: word("mail_sample_name"),
        email: "camille@exemple.fr".to_owned(),
        function: String::new(),
        organisation: word("mail_sample_organisation"),
        departement: "35".to_owned(),
        seats: 3,
        names: Vec::new(),
        needs: String::new(),
        state: if confirmed { RegistrationState::Confirmed } else { RegistrationState::Waiting },
        position: 1,
        verified: false,
        deadline: None,
        created: 0,
        changed: 0,
        version: 1,
    }
}

fn request(word: &dyn Fn(&str) -> String) -> Request {
    Request {
        id: "exemple".to_owned(),
        organisation: word("mail_sample_organisation"),
        name: word("mail_sample_name"),
        email: "camille@exemple.fr".to_owned(),
        function: String::new(),
        departement: "35".to_owned(),
        audience: word("mail_sample_audience"),
        headcount: 20,
        need: word("mail_sample_need"),
        preferred: String::new(),
        wishes: vec![Wish { date: jiff::civil::date(2027, 3, 18), half: Half::Afternoon }],
        state: RequestState::Received,
        answer: word("mail_sample_answer"),
        reason: None,
        reply: String::new(),
        deadline: None,
        session: None,
        created: 0,
        changed: 0,
        version: 1,
    }
}
