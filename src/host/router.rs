//! Every route of the server, in one list; the pages of the site answer what the list does not name.
//!
//! Entry point: [`routes`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::header::{ALLOW, CACHE_CONTROL};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use super::App;
use super::counts::Asking;
use super::front::{self, PlainPath, Route};
use super::pages::Site;
use super::{api, deliver, path, podcast, search, team, visitors};

/// No form of ours is larger.
const LARGEST_FORM: usize = 64 * 1024;
/// A database that needs longer for one row is not ready.
const DATABASE_WITHIN: Duration = Duration::from_secs(2);

/// The list.
pub fn routes(app: Arc<App>) -> Router {
    let mut list = Router::new().route("/healthz", get(alive)).route("/readyz", get(ready));
    if app.office.is_some() {
        list = list.merge(calendar()).merge(interface()).merge(staff_area()).merge(listeners());
    }
    list.route_layer(middleware::from_fn(front::name_route))
        .fallback(page)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(CatchPanicLayer::custom(front::panicked))
        .with_state(app)
}

/// The calendar, for everybody. Its forms carry no authority but the link they came from, so another site that sends
/// them gains nothing: no protection against forged requests, and old browsers that hide their origin may register.
fn calendar() -> Router<Arc<App>> {
    Router::new()
        .route("/calendrier.ics", get(visitors::feed))
        .route("/calendrier/departement/{code}", get(visitors::departement_feed))
        .route("/calendrier/public/{audience}", get(visitors::audience_feed))
        .route("/calendrier/", get(visitors::list))
        .route("/calendrier/mois/{month}", get(visitors::month))
        .route("/calendrier/chiffres", get(visitors::figures))
        .route("/calendrier/demande", get(visitors::request_form).post(visitors::send_request))
        .route("/calendrier/demande/recue", get(visitors::request_received))
        .route("/calendrier/demande/{token}", get(visitors::follow).post(visitors::answer_proposal))
        .route("/calendrier/confirmer/{token}", get(visitors::confirmation).post(visitors::confirm))
        .route("/calendrier/gerer/{token}", get(visitors::manage).post(visitors::managed))
        .route("/calendrier/donnees/{token}", get(visitors::own_data).post(visitors::erase_own))
        .route("/calendrier/agenda/{token}", get(visitors::trainer))
        .route("/calendrier/{session}", get(visitors::session))
        .route("/calendrier/{session}/", get(visitors::session))
        .route("/calendrier/{session}/inscription", get(visitors::register_form).post(visitors::register))
        .route("/calendrier/{session}/inscription/recue", get(visitors::received))
}

/// The calendar for other programs. What is posted is JSON, which a form of another site cannot send.
fn interface() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/openapi.json", get(api::description))
        .route("/api/v1/sessions", get(api::sessions))
        .route("/api/v1/sessions/{id}", get(api::session))
        .route("/api/v1/sessions/{id}/registrations", post(api::register))
        .route("/api/v1/requests", post(api::request))
        .route("/api/v1/departements", get(api::departements))
        .route("/api/v1/figures", get(api::figures))
        .route("/api/v1/departements/{code}/holidays", get(api::holidays))
        .route("/api/", any(api::not_there))
        .route("/api/{*rest}", any(api::not_there))
}

/// What the podcast and the search answer beyond their files.
fn listeners() -> Router<Arc<App>> {
    Router::new()
        .route("/recherche/", get(search::page))
        .route("/ecoutes.csv", get(visitors::downloads_csv))
        .route("/ecoutes.json", get(visitors::downloads_json))
}

/// The staff area: a cookie, so forged requests are refused before any handler.
fn staff_area() -> Router<Arc<App>> {
    Router::new()
        .route("/equipe", get(|| async { front::redirect(StatusCode::PERMANENT_REDIRECT, "/equipe/", None) }))
        .route("/equipe/", get(team::overview))
        .route("/equipe/connexion", get(team::sign_in_form).post(team::sign_in))
        .route("/equipe/connexion/code", post(team::sign_in_code))
        .route("/equipe/deconnexion", post(team::sign_out))
        .route("/equipe/mot-de-passe", get(team::forgotten).post(team::ask_reset))
        .route("/equipe/mot-de-passe/{token}", get(team::reset_form).post(team::reset))
        .route("/equipe/compte/mot-de-passe", post(team::change_password))
        .route("/equipe/compte/code", get(team::second_factor).post(team::set_second_factor))
        .route("/equipe/compte/secours", post(team::renew_codes))
        .route("/equipe/compte", get(team::account).post(team::revoke_sign_in))
        .route("/equipe/premier-acces/{token}", get(team::bootstrap).post(team::complete_bootstrap))
        .route("/equipe/invitation/{token}", get(team::invitation).post(team::accept_invitation))
        .route("/equipe/seances/nouvelle", get(team::new_session).post(team::create_session))
        .route("/equipe/seances/{id}", get(team::session).post(team::act_on_session))
        .route("/equipe/seances/{id}/modifier", get(team::edit_session).post(team::change_session))
        .route("/equipe/seances/{id}/inscriptions/{registration}", post(team::cancel_registration))
        .route("/equipe/demandes", get(team::requests))
        .route("/equipe/demandes/{id}", post(team::answer_request))
        .route("/equipe/demandes/{id}/effacer", post(team::redact_request))
        .route("/equipe/seances/{id}/touchees", post(team::declare_reached))
        .route("/equipe/chiffres", get(team::figures))
        .route("/equipe/chiffres/seances", get(team::figure_sessions))
        .route("/equipe/chiffres/demandes", get(team::figure_requests))
        .route("/equipe/exports/{file}", get(team::export))
        .route("/equipe/importer", get(team::import_form).post(team::take_import).layer(import_limit()))
        .route("/equipe/journal", get(team::journal))
        .route("/equipe/ecoutes", get(team::downloads))
        .route("/equipe/messages", get(team::messages))
        .route("/equipe/messages/modeles", get(team::models))
        .route("/equipe/messages/modeles/{kind}", get(team::model))
        .route("/equipe/messages/modeles/{kind}/html", get(team::model_html))
        .route("/equipe/messages/{key}", get(team::message).post(team::send_again))
        .route("/equipe/messages/{key}/html", get(team::message_html))
        .route("/equipe/personnes", get(team::people).post(team::add_person))
        .route("/equipe/personnes/{id}", post(team::switch_person))
        .route("/equipe/agenda", get(team::agenda).post(team::act_on_agenda))
        .layer(CsrfLayer::new())
}

/// A file, and the same file as a field of a form, where each accent takes six characters.
fn import_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(4 * team::LARGEST_IMPORT)
}

/// The process lives.
async fn alive() -> Response<Body> {
    plain(StatusCode::OK, "ok\n")
}

/// The site is loaded and can be shown, and the calendar's database answers.
async fn ready(State(app): State<Arc<App>>) -> Response<Body> {
    if app.site().is_empty() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "no site\n");
    }
    let Some(desk) = app.desk() else { return plain(StatusCode::OK, "ok\n") };
    match tokio::time::timeout(DATABASE_WITHIN, desk.store().answers()).await {
        Ok(Ok(())) => plain(StatusCode::OK, "ok\n"),
        _ => plain(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = (status, text).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page or file of the site; its other spellings lead to it.
pub(super) async fn page(State(app): State<Arc<App>>, request: Request<Body>) -> Response<Body> {
    let site = app.site();
    let plain = request.extensions().get::<PlainPath>().map_or("/", |plain| plain.0.as_str());
    let (method, headers, query) = (request.method(), request.headers(), request.uri().query());
    let folder = plain.strip_suffix("index.html").filter(|folder| folder.ends_with('/'));
    let mut response = match (site.find(plain), folder) {
        (Some(_), _) if !matches!(*method, Method::GET | Method::HEAD) => not_allowed(),
        (Some(_), Some(folder)) => front::redirect(StatusCode::PERMANENT_REDIRECT, &path::encode(folder), query),
        (Some(entry), None) => match podcast::person(&site, plain, entry, headers, query) {
            Some(way) => way,
            None => {
                let response = deliver::entry(entry, method, headers, query).await;
                counted(&app, &site, plain, &request, response)
            }
        },
        (None, _) if !plain.ends_with('/') && site.find(&format!("{plain}/")).is_some() => {
            let folder = format!("{}/", path::encode(plain));
            front::redirect(StatusCode::PERMANENT_REDIRECT, &folder, query)
        }
        (None, _) => deliver::missing(site.not_found(plain), method, headers),
    };
    let known = response.status() != StatusCode::NOT_FOUND;
    response.extensions_mut().insert(Route(if known { plain.to_owned() } else { "(missing)".to_owned() }));
    response
}

/// Lets the answer for a sound be counted, when visitors can be told apart.
fn counted(app: &App, site: &Site, path: &str, request: &Request<Body>, response: Response<Body>) -> Response<Body> {
    let (Some(sound), Some(desk)) = (site.sound(path), app.desk()) else { return response };
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else { return response };
    let Some(visitor) = desk.visitor(*peer, request.headers()) else { return response };
    let asking = Asking { visitor: &visitor, headers: request.headers(), method: request.method() };
    app.counts.watch(sound, &asking, response)
}

fn not_allowed() -> Response<Body> {
    let mut response = deliver::status(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}
