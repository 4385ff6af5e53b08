//! The audit log for coordinators: who did what to which row. It can only grow.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use crate::calendar::french;
use crate::host::desk::Reach;
use crate::host::posted::Asked;

/// Lines on one page.
const MOST: u32 = 100;

#[derive(Serialize)]
struct Shown {
    line: i64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    /// Where the subject can be seen, empty when nowhere.
    url: String,
}

/// `GET /equipe/journal?avant=1234&objet=…`
pub(in crate::host) async fn page(signed: Signed, Asked(query): Asked) -> Response<Body> {
    if let Err(response) = signed.coordinator() {
        return response;
    }
    let before = query.get("avant").parse().unwrap_or(i64::MAX);
    let subject: String = query.get("objet").chars().take(64).collect();
    let store = signed.desk.store();
    let (lines, staff) = match (store.audit_before(before, &subject, MOST).await, store.staff().await) {
        (Ok(lines), Ok(staff)) => (lines, staff),
        (Err(error), _) | (_, Err(error)) => return signed.desk.failed(error),
    };
    let names: BTreeMap<String, String> = staff.into_iter().map(|one| (one.id, one.name)).collect();
    let more = lines.len() == MOST as usize;
    let shown: Vec<Shown> = lines
        .into_iter()
        .map(|row| Shown {
            line: row.line,
            at: french::moment(row.at, "Europe/Paris"),
            actor: match row.actor.as_str() {
                known @ ("visitor" | "clock") => signed.desk.word(&format!("calendar_journal_{known}")),
                id => names.get(id).cloned().unwrap_or_else(|| row.actor.clone()),
            },
            url: if row.action.ends_with("-session") || row.action == "declare-reached" {
                format!("/equipe/seances/{}", row.subject)
            } else {
                String::new()
            },
            action: action(&signed, &row.action),
            subject: row.subject,
        })
        .collect();
    let last = shown.last().filter(|_| more).map(|row| row.line);
    let context = signed
        .context("/equipe/journal/")
        .with("lines", &shown)
        .with("subject", &subject)
        .with("older", &last.unwrap_or_default());
    signed.desk.page(StatusCode::OK, Reach::Secret, "equipe/journal.html", &context)
}

/// What was done, in words; the name of a command that the theme has no words for.
fn action(signed: &Signed, name: &str) -> String {
    let key = format!("calendar_journal_do_{}", name.replace('-', "_"));
    let words = signed.desk.word(&key);
    if words == key { name.to_owned() } else { words }
}
