//! How often episodes are downloaded, as open data: the figures of the staff's page, to the end of yesterday.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use serde_json::json;

use crate::host::App;
use crate::host::counts::shown::{self, Figures, LEAST};
use crate::host::desk::Desk;

/// Under which conditions the figures may be used.
const LICENCE: &str = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/";

/// `GET /ecoutes.csv`
pub(in crate::host) async fn csv(State(app): State<Arc<App>>, desk: Desk) -> Response<Body> {
    match figures(&app, &desk).await {
        Ok(figures) => {
            let mut response = open("text/csv; charset=utf-8", shown::csv(&figures));
            let name = HeaderValue::from_static("attachment; filename=\"ecoutes.csv\"");
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
            response
        }
        Err(response) => response,
    }
}

/// `GET /ecoutes.json`
pub(in crate::host) async fn json(State(app): State<Arc<App>>, desk: Desk) -> Response<Body> {
    match figures(&app, &desk).await {
        Ok(figures) => {
            let method = format!("{}/ecoutes/", desk.publisher().base_url);
            let value = json!({ "methode": method, "licence": LICENCE, "seuil": LEAST, "telechargements": figures });
            open("application/json", format!("{value}\n"))
        }
        Err(response) => response,
    }
}

async fn figures(app: &App, desk: &Desk) -> Result<Figures, Response<Body>> {
    let until = desk.yesterday();
    match desk.store().downloads(&until).await {
        Ok(rows) => Ok(shown::figures(&rows, app.site().sounds())),
        Err(error) => Err(desk.failed(error)),
    }
}

fn open(kind: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
