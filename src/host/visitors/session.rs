//! The page of one session, and its machine-readable description (schema.org Event).

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use serde_json::json;

use super::{calendars, public_session};
use crate::calendar::view;
use crate::host::desk::{Desk, Reach, now};
use crate::host::front;

/// `GET /calendrier/{session}/`; also `/calendrier/{session}` (redirect) and `/calendrier/{session}.ics`.
pub(in crate::host) async fn page(
    desk: Desk,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    if let Some(id) = name.strip_suffix(".ics") {
        return calendars::one(&desk, id, &method, &headers).await;
    }
    let listed = match public_session(&desk, &name).await {
        Ok(listed) => listed,
        Err(response) => return response,
    };
    let address = format!("/calendrier/{}/", listed.session.id);
    if !uri.path().ends_with('/') {
        return front::redirect(StatusCode::PERMANENT_REDIRECT, &address, uri.query());
    }
    let session = view::public(&listed.session, listed.seats, now());
    let description = event(&session, &desk.publisher().base_url, &desk.publisher().organizer_name);
    let context = desk.context(&address).with("session", &session).with("json_ld", &description);
    desk.page(StatusCode::OK, Reach::Public, "calendrier/seance.html", &context)
}

/// The session as schema.org says it, from the public projection alone; safe inside a script element.
fn event(session: &view::Public, base_url: &str, organizer: &str) -> String {
    let status = match session.state {
        "cancelled" => "EventCancelled",
        "postponed" => "EventPostponed",
        _ if !session.previous.is_empty() => "EventRescheduled",
        _ => "EventScheduled",
    };
    let url = format!("{base_url}/calendrier/{}/", session.id);
    let address = json!({"@type": "PostalAddress", "addressRegion": session.departement_name, "addressCountry": "FR"});
    let place = json!({"@type": "Place", "name": session.place, "address": address});
    let video = json!({"@type": "VirtualLocation", "url": url});
    let (mode, location) = match (session.online, session.hybrid) {
        (true, _) => ("OnlineEventAttendanceMode", video),
        (_, true) => ("MixedEventAttendanceMode", json!([place, video])),
        _ => ("OfflineEventAttendanceMode", place),
    };
    let kind = if matches!(session.kind, "training" | "webinar") { "EducationEvent" } else { "Event" };
    let mut event = json!({
        "@context": "https://schema.org",
        "@type": kind,
        "name": session.title,
        "description": session.programme,
        "audience": {"@type": "Audience", "audienceType": session.audience},
        "url": url,
        "startDate": session.start,
        "endDate": session.end,
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": format!("https://schema.org/{mode}"),
        "location": location,
        "organizer": {"@type": "Organization", "name": organizer, "url": base_url},
        "maximumAttendeeCapacity": session.capacity,
        "remainingAttendeeCapacity": session.seats_left,
        "isAccessibleForFree": true,
        "inLanguage": "fr",
    });
    // What was postponed has no date any more: the one it had is the previous one.
    let previous = if session.state == "postponed" { &session.start } else { &session.previous };
    if !previous.is_empty() {
        event["previousStartDate"] = json!(previous);
    }
    event.to_string().replace('<', "\\u003c")
}
