//! One's own account: where it is signed in and ending that, password, second step.

use axum::body::Body;
use axum::http::header::SET_COOKIE;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use super::signed::no_cookie;
use crate::calendar::form::Fields;
use crate::calendar::{FieldError, french};
use crate::host::desk::{Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;

/// The value of the field that ends every sign-in but this one.
const OTHERS: &str = "others";

/// A sign-in as its owner sees it.
#[derive(Serialize)]
struct Line {
    id: String,
    device: String,
    since_text: String,
    used_text: String,
    here: bool,
}

/// `GET /equipe/compte`; `?fait=` says what was just done.
pub(in crate::host) async fn page(signed: Signed, Asked(query): Asked) -> Response<Body> {
    show(&signed, StatusCode::OK, query.get("fait"), &[]).await
}

/// The page, with what is wrong in one of its forms.
pub(super) async fn show(signed: &Signed, status: StatusCode, done: &str, errors: &[FieldError]) -> Response<Body> {
    let (store, me) = (signed.desk.store(), &signed.who.staff.id);
    let (found, left) = match (store.sign_ins(me, now()).await, store.recovery_codes_left(me).await) {
        (Ok(found), Ok(left)) => (found, left),
        (Err(error), _) | (_, Err(error)) => return signed.desk.failed(error),
    };
    let moment = |at| french::moment(at, "Europe/Paris");
    let lines: Vec<Line> = found
        .into_iter()
        .map(|one| Line {
            here: one.id == signed.who.sign_in.id,
            device: device(&one.agent),
            since_text: moment(one.created),
            used_text: moment(one.used),
            id: one.id,
        })
        .collect();
    let context = with_form(signed.context("/equipe/compte/"), &Fields::default(), errors)
        .with("others", &(lines.len() > 1))
        .with("sign_ins", &lines)
        .with("codes_left", &left)
        .with("done", if ["device", "password"].contains(&done) { done } else { "" });
    signed.desk.page(status, Reach::Secret, "equipe/compte.html", &context)
}

/// `POST /equipe/compte`: ends the sign-in that the field `sign_in` names, or all others. Only one's own.
pub(in crate::host) async fn revoke(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let (store, me, here) = (signed.desk.store(), &signed.who.staff.id, &signed.who.sign_in.id);
    let wanted = fields.get("sign_in");
    let ends = if wanted == OTHERS {
        match store.sign_ins(me, now()).await {
            Ok(all) => all.into_iter().map(|one| one.id).filter(|id| id != here).collect(),
            Err(error) => return signed.desk.failed(error),
        }
    } else {
        vec![wanted.to_owned()]
    };
    for id in &ends {
        if let Err(error) = store.revoke(me, id).await {
            return signed.desk.failed(error);
        }
    }
    if !ends.contains(here) {
        return see("/equipe/compte?fait=device");
    }
    let mut response = see("/equipe/connexion");
    response.headers_mut().insert(SET_COOKIE, no_cookie(&signed.desk));
    response
}

/// What a browser calls itself, as far as a person recognises it: "Firefox, Windows". Empty for what nobody knows.
pub(super) fn device(agent: &str) -> String {
    // The first that fits: Edge and Opera also call themselves Chrome, Chrome also calls itself Safari.
    let browsers =
        [("Firefox", "Firefox"), ("Edg", "Edge"), ("OPR", "Opera"), ("Chrome", "Chrome"), ("Safari", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("macOS", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|one| one.1);
    [first(&browsers), first(&systems)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_as_people_know_it() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome, Windows");
        assert_eq!(device(&format!("{chrome} Edg/126.0")), "Edge, Windows");
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"), "Firefox, Linux");
        // What is kept of it says the same.
        assert_eq!(device(&device(chrome)), "Chrome, Windows");
        assert_eq!(device("curl/8"), "");
    }
}
