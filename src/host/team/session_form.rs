//! The form of a session: a new one, one made from a request, one that changes or moves.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{Response, StatusCode};

use super::Signed;
use super::session::own;
use crate::calendar::form::{self, Fields};
use crate::calendar::{
    Command, FieldError, Kind, NewSession, Refusal, Session, Staff, Start, departements, french, view,
};
use crate::host::desk::{Reach, now, refused_status, see};
use crate::host::posted::{Asked, Posted};
use crate::host::values::with_form;
use crate::host::visitors::departement_choices;
use crate::store::Error;

/// What a form is for.
struct For<'a> {
    /// The session that changes; `None` for a new one.
    session: Option<&'a Session>,
    status: StatusCode,
    errors: &'a [FieldError],
    /// Why the whole was refused.
    refusal: Option<&'a Refusal>,
}

/// `GET /equipe/seances/nouvelle`; `?demande=ID` fills it from a request.
pub(in crate::host) async fn new(signed: Signed, Asked(query): Asked) -> Response<Body> {
    let mut fields =
        vec![("trainers".to_owned(), signed.who.staff.id.clone()), ("evaluation".to_owned(), signed.desk.evaluation())];
    if signed.is_coordinator() && !query.get("demande").is_empty() {
        match signed.desk.store().request(query.get("demande")).await {
            Ok(Some(request)) => {
                // A session for one institution is that institution's: not on the public list unless they say so.
                fields.push(("unlisted".to_owned(), "1".to_owned()));
                if let Some(wish) = request.wishes.first() {
                    fields.push(("date".to_owned(), wish.date.to_string()));
                }
                fields.extend([
                    ("request".to_owned(), request.id),
                    ("departement".to_owned(), request.departement),
                    ("audience".to_owned(), request.audience),
                    ("capacity".to_owned(), request.headcount.to_string()),
                ]);
            }
            Ok(None) => {}
            Err(error) => return signed.desk.failed(error),
        }
    }
    show(&signed, For { session: None, status: StatusCode::OK, errors: &[], refusal: None }, &Fields(fields)).await
}

/// `POST /equipe/seances/nouvelle`
pub(in crate::host) async fn create(signed: Signed, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let fields = with_own_id(&signed, fields);
    let mut target = For { session: None, status: StatusCode::UNPROCESSABLE_ENTITY, errors: &[], refusal: None };
    let read = match read(&signed, &fields, true).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let form = match read {
        Ok(form) => form,
        Err(mut errors) => {
            errors.extend(besides(&signed, &fields));
            return show(&signed, For { errors: &errors, ..target }, &fields).await;
        }
    };
    let (command, done) = match asked(&signed, &fields, form) {
        Ok(asked) => asked,
        Err(errors) => return show(&signed, For { errors: &errors, ..target }, &fields).await,
    };
    match signed.desk.store().execute(&command, &signed.actor(), now()).await {
        Ok(outcome) => see(&format!("/equipe/seances/{}?fait={done}", outcome.id)),
        Err(Error::Refused(refusal)) => {
            target.status = refused_status(&refusal);
            show(&signed, For { refusal: Some(&refusal), ..target }, &fields).await
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// What is wrong with what the form asks for beside the session: all is told at once.
fn besides(signed: &Signed, fields: &Fields) -> Vec<FieldError> {
    if !signed.is_coordinator() || fields.get("request").is_empty() {
        return form::series_problems(fields);
    }
    let proposes = fields.get("what") == "proposer";
    if proposes { form::proposal(fields).err().unwrap_or_default() } else { Vec::new() }
}

/// What the form of a new session asks for: a session, the dates of a series, the answer to a request; and what to say.
fn asked(signed: &Signed, fields: &Fields, form: NewSession) -> Result<(Command, &'static str), Vec<FieldError>> {
    let request = fields.get("request").to_owned();
    if !signed.is_coordinator() || request.is_empty() {
        let mut forms = form::series(fields, form, now())?;
        return Ok(match forms.len() {
            1 => (Command::CreateSession(Box::new(forms.remove(0))), "creer"),
            _ => (Command::CreateSeries(forms), "serie"),
        });
    }
    let form = Box::new(form);
    if fields.get("what") != "proposer" {
        return Ok((Command::AcceptRequest { request, form }, "creer"));
    }
    let (answer, days) = form::proposal(fields)?;
    // Until the end of that day: "avant le jeudi à 23 h 59" is easier to keep than the minute of the proposal.
    let last = french::civil(now(), "Europe/Paris").date().saturating_add(jiff::Span::new().days(days));
    let midnight = Start::new(last.at(23, 59, 0, 0), "Europe/Paris");
    let deadline = midnight.map_or_else(|| now() + i64::from(days) * 86_400, |start| start.instant);
    Ok((Command::ProposeSession { request, form, deadline, answer }, "proposer"))
}

/// `GET /equipe/seances/{id}/modifier`
pub(in crate::host) async fn edit(signed: Signed, Path(id): Path<String>) -> Response<Body> {
    match own(&signed, &id).await {
        Ok(listed) => {
            let fields = filled(&listed.session);
            let target = For { session: Some(&listed.session), status: StatusCode::OK, errors: &[], refusal: None };
            show(&signed, target, &fields).await
        }
        Err(response) => response,
    }
}

/// `POST /equipe/seances/{id}/modifier`
pub(in crate::host) async fn change(signed: Signed, Path(id): Path<String>, Posted(fields): Posted) -> Response<Body> {
    if let Err(response) = signed.own_form(&fields) {
        return response;
    }
    let listed = match own(&signed, &id).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    let fields = with_own_id(&signed, fields);
    let target =
        For { session: Some(&listed.session), status: StatusCode::UNPROCESSABLE_ENTITY, errors: &[], refusal: None };
    let read = match read(&signed, &fields, false).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let form = match read {
        Ok(form) => Box::new(form),
        Err(errors) => return show(&signed, For { errors: &errors, ..target }, &fields).await,
    };
    let version = fields.get("version").parse().unwrap_or(listed.session.version);
    let command = Command::EditSession { session: id.clone(), version, form };
    match signed.desk.store().execute(&command, &signed.actor(), now()).await {
        Ok(_) => see(&format!("/equipe/seances/{id}?fait=modifier")),
        Err(Error::Refused(refusal)) => {
            let status = refused_status(&refusal);
            show(&signed, For { status, refusal: Some(&refusal), ..target }, &fields).await
        }
        Err(error) => signed.desk.failed(error),
    }
}

/// A trainer's session is always also their own.
fn with_own_id(signed: &Signed, mut fields: Fields) -> Fields {
    let id = &signed.who.staff.id;
    if !signed.is_coordinator() && !fields.all("trainers").contains(id) {
        fields.0.push(("trainers".to_owned(), id.clone()));
    }
    fields
}

type Read = Result<crate::calendar::NewSession, Vec<FieldError>>;

/// Reads the form; a session that is new cannot lie in the past.
async fn read(signed: &Signed, fields: &Fields, new: bool) -> Result<Read, Response<Body>> {
    let staff = active(signed).await?;
    let ids: Vec<String> = staff.into_iter().map(|person| person.id).collect();
    let read = form::session(fields, &ids);
    Ok(match read {
        Ok(form) if new && form.when.start.instant <= now() => {
            Err(vec![FieldError { field: "date", key: "calendar_error_past" }])
        }
        other => other,
    })
}

async fn active(signed: &Signed) -> Result<Vec<Staff>, Response<Body>> {
    let staff = signed.desk.store().staff().await.map_err(|error| signed.desk.failed(error))?;
    Ok(staff.into_iter().filter(|person| person.active).collect())
}

async fn show(signed: &Signed, target: For<'_>, fields: &Fields) -> Response<Body> {
    let staff = match active(signed).await {
        Ok(staff) => staff,
        Err(response) => return response,
    };
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let zones: Vec<&str> = french::ZONES.iter().map(|(id, _)| *id).collect();
    // Who is busy and when, in words: a form with three trainers must say which.
    let (busy, busy_at) = match target.refusal {
        Some(Refusal::TrainerBusy { trainer, start, .. }) => {
            let name = staff.iter().find(|one| one.id == *trainer).map(|one| one.name.clone()).unwrap_or_default();
            let zone = departements::zone(fields.get("departement"));
            (name, if *start > 0 { french::moment(*start, zone) } else { String::new() })
        }
        _ => (String::new(), String::new()),
    };
    let authorities: Vec<(&str, &str)> = departements::authorities("69").to_vec();
    let request = fields.get("request").to_owned();
    let request = match signed.desk.store().request(&request).await {
        Ok(request) => request.filter(|_| signed.is_coordinator()).as_ref().map(view::asked),
        Err(error) => return signed.desk.failed(error),
    };
    let mut context = with_form(signed.context("/equipe/seances/"), fields, target.errors)
        .with("busy", &busy)
        .with("busy_at", &busy_at)
        .with("authorities", &authorities)
        .with("request", &request)
        .with("chosen_trainers", &fields.all("trainers"))
        .with("refusal", target.refusal.map_or("", Refusal::key))
        .with("staff", &staff)
        .with("kinds", &kinds)
        .with("zones", &zones)
        .with("departements", &departement_choices());
    if let Some(session) = target.session {
        context.insert("id", &session.id);
        context.insert("draft", &!session.is_public());
    }
    signed.desk.page(target.status, Reach::Secret, "equipe/seance-formulaire.html", &context)
}

/// A session as the fields of its form.
fn filled(session: &Session) -> Fields {
    let optional = |at: Option<i64>| {
        at.map(|at| french::civil(at, &session.start.zone).strftime("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
    };
    let mut fields: Vec<(String, String)> = [
        ("kind", session.kind.to_string()),
        ("title", session.title.clone()),
        ("audience", session.audience.clone()),
        ("programme", session.programme.clone()),
        ("place", session.place.public.clone()),
        ("address", session.place.exact.clone()),
        ("link", session.place.link.clone()),
        ("departement", session.departement.clone()),
        ("date", session.start.civil.strftime("%Y-%m-%d").to_string()),
        ("time", session.start.civil.strftime("%H:%M").to_string()),
        ("zone", session.start.zone.clone()),
        ("minutes", session.minutes.to_string()),
        ("travel_before", session.travel_before.to_string()),
        ("travel_after", session.travel_after.to_string()),
        ("authority", session.authority.clone()),
        ("capacity", session.capacity.to_string()),
        ("least", if session.least > 0 { session.least.to_string() } else { String::new() }),
        ("decides", optional(session.decides)),
        ("materials", session.materials.clone()),
        ("evaluation", session.evaluation.clone()),
        ("unlisted", if session.listed { String::new() } else { "1".to_owned() }),
        ("opens", optional(session.opens)),
        ("closes", optional(session.closes)),
        ("version", session.version.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    fields.extend(session.trainers.iter().map(|id| ("trainers".to_owned(), id.clone())));
    Fields(fields)
}
