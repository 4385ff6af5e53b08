//! Taking in sessions of another calendar: a file is read, everything is shown, and only then written, all or none.
//!
//! Nothing is kept between the two steps: the form carries the file back, and it is read again.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Response, StatusCode};
use serde::Serialize;

use super::Signed;
use crate::calendar::form::Fields;
use crate::calendar::import::{self, Defaults, Line};
use crate::calendar::{Kind, french};
use crate::host::App;
use crate::host::desk::{Reach, now, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::host::visitors::departement_choices;
use crate::store::{Error, Import};

/// The largest file.
pub(in crate::host) const LARGEST: usize = 512 * 1024;
/// Fields of a session's form that the form of the import fills in where the file has nothing.
const DEFAULTS: &[&str] = &["kind", "audience", "departement", "capacity", "minutes", "publish"];

/// A line as the page shows it.
#[derive(Serialize)]
struct Shown<'a> {
    number: usize,
    title: &'a str,
    when: String,
    place: &'a str,
    errors: &'a [crate::calendar::FieldError],
}

/// `GET /equipe/importer`
pub(in crate::host) async fn form(signed: Signed, Asked(query): Asked) -> Response<Body> {
    match signed.coordinator() {
        Ok(()) => {
            let start = [("minutes", "120"), ("capacity", "20"), ("publish", "1")];
            let fields = start.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            show(&signed, StatusCode::OK, &Fields(fields), "", &[], "", query.get("fait"))
        }
        Err(response) => response,
    }
}

/// `POST /equipe/importer`: a file (multipart) is shown; the form that shows it confirms.
pub(in crate::host) async fn take(
    State(app): State<std::sync::Arc<App>>,
    signed: Signed,
    request: Request,
) -> Response<Body> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (fields, bytes) = if kind.starts_with("multipart/form-data") {
        match uploaded(request, &app).await {
            Some(read) => read,
            None => return signed.desk.message(StatusCode::BAD_REQUEST, "malformed"),
        }
    } else {
        match Posted::from_request(request, &app).await {
            Ok(Posted(fields)) => {
                // Browsers send the lines of a field with CRLF, whatever they were.
                let bytes = fields.get("contenu").as_bytes().to_vec();
                (fields, bytes)
            }
            Err(response) => return response,
        }
    };
    if let Err(response) = signed.coordinator().and_then(|()| signed.own_form(&fields)) {
        return response;
    }
    let defaults = match defaults(&signed, &fields).await {
        Ok(defaults) => defaults,
        Err(error) => return signed.desk.failed(error),
    };
    let mut lines = match import::read(&bytes, &defaults) {
        Ok(lines) => lines,
        Err(key) => return show(&signed, StatusCode::UNPROCESSABLE_ENTITY, &fields, "", &[], key, ""),
    };
    let uids: Vec<String> = lines.iter().flat_map(|line| [line.uid.clone(), line.written.clone()]).collect();
    let known: BTreeSet<String> = match signed.desk.store().imported(&uids).await {
        Ok(known) => known,
        Err(error) => return signed.desk.failed(error),
    };
    let own = match ours(&signed, &uids).await {
        Ok(own) => own,
        Err(error) => return signed.desk.failed(error),
    };
    let here = |uid: &String| known.contains(uid) || own.contains(uid);
    for line in lines.iter_mut().filter(|line| here(&line.uid) || here(&line.written)) {
        import::refuse(line, "calendar_import_known");
    }
    let content = text_of(&bytes);
    let good: Option<Vec<Import>> = lines.iter().map(good).collect();
    match good {
        Some(sessions) if fields.get("confirmer") == "1" => {
            match signed.desk.store().import(&sessions, &signed.actor(), now()).await {
                Ok(count) => see(&format!("/equipe/importer?fait={count}")),
                Err(Error::Refused(refusal)) => {
                    show(&signed, StatusCode::CONFLICT, &fields, &content, &lines, refusal.key(), "")
                }
                Err(error) => signed.desk.failed(error),
            }
        }
        Some(_) => show(&signed, StatusCode::OK, &fields, &content, &lines, "", ""),
        None => show(&signed, StatusCode::UNPROCESSABLE_ENTITY, &fields, &content, &lines, "", ""),
    }
}

/// Identifiers of sessions that are here already: somebody brings back what was saved from here.
async fn ours(signed: &Signed, uids: &[String]) -> anyhow::Result<BTreeSet<String>> {
    let domain = format!("@{}", signed.desk.publisher().domain);
    let mut found = BTreeSet::new();
    for uid in uids {
        if let Some(id) = uid.strip_suffix(&domain)
            && signed.desk.store().session(id).await?.is_some()
        {
            found.insert(uid.clone());
        }
    }
    Ok(found)
}

fn good(line: &Line) -> Option<Import> {
    let session = line.session.as_ref().ok()?;
    Some(Import { uid: line.uid.clone(), written: line.written.clone(), form: (**session).clone() })
}

/// The fields and the file of a form with a file; `None` when it cannot be read.
async fn uploaded(request: Request, app: &std::sync::Arc<App>) -> Option<(Fields, Vec<u8>)> {
    let mut parts = Multipart::from_request(request, app).await.ok()?;
    let (mut fields, mut file) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.ok()?;
        if name == "fichier" {
            file = bytes.to_vec();
        } else if fields.len() < 20 {
            fields.push((name, String::from_utf8(bytes.to_vec()).ok()?));
        }
    }
    Some((Fields(fields), file))
}

/// The file as a field can carry it: a text that is not UTF-8 was read as what Excel writes, and comes back as UTF-8.
fn text_of(bytes: &[u8]) -> String {
    import::decoded(bytes)
}

async fn defaults(signed: &Signed, fields: &Fields) -> anyhow::Result<Defaults> {
    let staff = signed.desk.store().staff().await?;
    let mut kinds = BTreeMap::new();
    for kind in Kind::ALL {
        kinds.insert(kind.as_str().to_owned(), kind.as_str().to_owned());
        kinds.insert(signed.desk.word(&format!("calendar_kind_{kind}")).to_lowercase(), kind.as_str().to_owned());
    }
    let value = |name: &&str| ((*name).to_owned(), fields.get(name).to_owned());
    Ok(Defaults {
        fields: DEFAULTS.iter().map(value).filter(|(_, value)| !value.is_empty()).collect(),
        kinds,
        trainers: staff.into_iter().filter(|one| one.active).map(|one| (one.email, one.id)).collect(),
    })
}

fn show(
    signed: &Signed,
    status: StatusCode,
    fields: &Fields,
    content: &str,
    lines: &[Line],
    problem: &str,
    done: &str,
) -> Response<Body> {
    let shown: Vec<Shown<'_>> = lines.iter().map(shown).collect();
    let wrong = shown.iter().filter(|line| !line.errors.is_empty()).count();
    let done = done.parse::<u32>().unwrap_or_default();
    let kinds: Vec<(&str, String)> =
        Kind::ALL.iter().map(|kind| (kind.as_str(), signed.desk.word(&format!("calendar_kind_{kind}")))).collect();
    let context = with_form(signed.context("/equipe/importer/"), fields, &[])
        .with("lines", &shown)
        .with("wrong_lines", &wrong)
        .with("content", content)
        .with("problem", problem)
        .with("imported", &done)
        .with("kinds", &kinds)
        .with("departements", &departement_choices());
    signed.desk.page(status, Reach::Secret, "equipe/importer.html", &context)
}

fn shown(line: &Line) -> Shown<'_> {
    let good = line.session.as_ref().ok();
    Shown {
        number: line.number,
        title: &line.title,
        when: good.map_or_else(String::new, |s| french::moment(s.when.start.instant, &s.when.start.zone)),
        place: good.map_or("", |session| session.place.public.as_str()),
        errors: line.session.as_ref().err().map(Vec::as_slice).unwrap_or_default(),
    }
}
