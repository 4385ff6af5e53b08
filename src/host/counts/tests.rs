//! The rules against a log made for them: each line is a request, the last column says how many downloads there are then.

use axum::body::Body;
use axum::http::header::CONTENT_RANGE;
use axum::http::{Method, Response, StatusCode};

use super::agents::Agents;
use super::ledger::{Hit, Ledger};
use super::*;
use crate::host::limits;

/// Ten minutes at 64 kbit/s after a tag of 20,000 bytes: a minute is 480,000 bytes of sound.
fn episode(format: &str) -> Sound {
    Sound {
        path: format!("podcast/un/un.{format}"),
        episode: "guid-un".to_owned(),
        title: "Un".to_owned(),
        url: "/podcast/un/".to_owned(),
        number: Some(1),
        format: format.to_owned(),
        bytes: 4_820_000,
        tag: 20_000,
        seconds: 600,
    }
}

const PHONE: &str = "AntennaPod/3.5.0";
const OTHER: &str = "Pocket Casts";
const CAR: &str = "Overcast/3.0 (+http://overcast.fm/)";

/// What came: `day hour:minute`, address, application, method, status, bytes asked for, bytes sent; downloads so far.
type Line = (&'static str, &'static str, &'static str, &'static str, u16, Option<(u64, u64)>, u64, u64);

const LOG: &[Line] = &[
    // HEAD, a page that did not change, a refusal: never.
    ("21 08:00", "192.0.2.1", PHONE, "HEAD", 200, None, 0, 0),
    ("21 08:00", "192.0.2.1", PHONE, "GET", 304, None, 0, 0),
    ("21 08:00", "192.0.2.1", PHONE, "GET", 416, None, 0, 0),
    // Two bytes ask what the server can do; the player's bigger request follows and counts.
    ("21 08:01", "192.0.2.1", PHONE, "GET", 206, Some((0, 1)), 2, 0),
    ("21 08:01", "192.0.2.1", PHONE, "GET", 206, Some((0, 4_819_999)), 4_820_000, 1),
    // The same again within 24 hours, whole or in parts.
    ("21 08:30", "192.0.2.1", PHONE, "GET", 200, None, 4_820_000, 1),
    ("21 09:30", "192.0.2.1", PHONE, "GET", 206, Some((2_000_000, 4_819_999)), 2_820_000, 1),
    // Another application behind the same address.
    ("21 10:00", "192.0.2.1", OTHER, "GET", 200, None, 4_820_000, 2),
    // Somebody who stops before a minute, and the tag is not sound: 490,000 bytes are 470,000 of sound.
    ("21 11:00", "192.0.2.2", PHONE, "GET", 200, None, 490_000, 2),
    // The same bytes again are not more sound; the rest of the minute is.
    ("21 11:05", "192.0.2.2", PHONE, "GET", 206, Some((0, 4_819_999)), 490_000, 2),
    ("21 11:10", "192.0.2.2", PHONE, "GET", 206, Some((490_000, 4_819_999)), 10_000, 3),
    // A download that was resumed twice is one.
    ("21 12:00", "198.51.100.7", CAR, "GET", 200, None, 300_000, 3),
    ("21 12:01", "198.51.100.7", CAR, "GET", 206, Some((300_000, 4_819_999)), 150_000, 3),
    ("21 12:02", "198.51.100.7", CAR, "GET", 206, Some((450_000, 4_819_999)), 4_370_000, 4),
    ("21 12:03", "198.51.100.7", CAR, "GET", 206, Some((300_000, 4_819_999)), 4_520_000, 4),
    // One household of IPv6 is one, whatever the end of its address; the next household is another.
    ("21 13:00", "2001:db8:1:2::1", PHONE, "GET", 200, None, 4_820_000, 5),
    ("21 13:05", "2001:db8:1:2:ffff::9", PHONE, "GET", 200, None, 4_820_000, 5),
    ("21 13:06", "2001:db8:1:3::1", PHONE, "GET", 200, None, 4_820_000, 6),
    // Robots, nobody, and a watch that fetches what the telephone has.
    ("21 14:00", "203.0.113.1", "Googlebot/2.1", "GET", 200, None, 4_820_000, 6),
    ("21 14:00", "203.0.113.1", "", "GET", 200, None, 4_820_000, 6),
    ("21 14:00", "203.0.113.1", "atc/1.0 watchOS/10.5 model/Watch6,2", "GET", 200, None, 4_820_000, 6),
    // The player of the page.
    (
        "21 15:00",
        "203.0.113.2",
        "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0",
        "GET",
        206,
        Some((0, 4_819_999)),
        700_000,
        7,
    ),
    // Over midnight: 24 hours roll on, the key of the new day does not make anybody new.
    ("21 23:50", "203.0.113.3", PHONE, "GET", 200, None, 4_820_000, 8),
    ("22 00:10", "203.0.113.3", PHONE, "GET", 200, None, 4_820_000, 8),
    ("22 23:49", "203.0.113.3", PHONE, "GET", 200, None, 4_820_000, 8),
    ("22 23:51", "203.0.113.3", PHONE, "GET", 200, None, 4_820_000, 9),
    // A download begun before midnight and ended after it.
    ("23 23:59", "203.0.113.4", PHONE, "GET", 200, None, 300_000, 9),
    ("24 00:01", "203.0.113.4", PHONE, "GET", 206, Some((300_000, 4_819_999)), 300_000, 10),
    // Two days later the first listener is new.
    ("24 08:00", "192.0.2.1", PHONE, "GET", 200, None, 4_820_000, 11),
];

fn at(text: &str) -> Epoch {
    let local: jiff::civil::DateTime = format!("2026-11-{}:00", text.replace(' ', "T")).parse().unwrap();
    local.in_tz(ZONE).unwrap().timestamp().as_second()
}

fn answer(status: u16, range: Option<(u64, u64)>, length: u64) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if let Some((first, last)) = range {
        let text = format!("bytes {first}-{last}/{length}");
        response.headers_mut().insert(CONTENT_RANGE, text.parse().unwrap());
    }
    response
}

#[test]
fn a_made_log_counts_what_the_rules_say() {
    let (agents, mut ledger, mut counted) = (Agents::default(), Ledger::default(), 0);
    let sound = episode("mp3");
    for (number, (time, address, agent, method, status, asked, sent, expected)) in LOG.iter().enumerate() {
        let (now, method) = (at(time), Method::from_bytes(method.as_bytes()).unwrap());
        let range = sent_range(&method, &answer(*status, *asked, sound.bytes), sound.bytes);
        if let (Some(range), Some(_)) = (range, agents.family(agent)) {
            let visitor = limits::key(address.parse().unwrap());
            let range = range.start..range.end.min(range.start + sent);
            counted += u64::from(ledger.note(&Hit { visitor: &visitor, agent, sound: &sound, range }, &day(now), now));
        }
        assert_eq!(counted, *expected, "line {} of the log, {time} {address} {agent}", number + 1);
    }
}

#[test]
fn two_formats_of_an_episode_are_one_download() {
    let mut ledger = Ledger::default();
    let note = |ledger: &mut Ledger, sound: &Sound| {
        let hit = Hit { visitor: "a", agent: PHONE, sound, range: 0..sound.bytes };
        ledger.note(&hit, "2026-11-21", 1000)
    };
    assert!(note(&mut ledger, &episode("opus")));
    assert!(!note(&mut ledger, &episode("mp3")));
}

#[test]
fn a_short_sound_counts_when_it_is_whole() {
    let mut ledger = Ledger::default();
    let sound = Sound { bytes: 200_000, tag: 0, seconds: 25, ..episode("mp3") };
    let mut sent = |range| ledger.note(&Hit { visitor: "a", agent: PHONE, sound: &sound, range }, "2026-11-21", 1000);
    assert!(!sent(0..199_000));
    assert!(sent(199_000..200_000));
}

#[tokio::test]
async fn an_answer_tells_its_bytes_and_figures_wait_until_they_are_stored() {
    use http_body_util::BodyExt as _;
    let counts = Counts::default();
    let sound = Sound { bytes: 6, tag: 0, seconds: 1, ..episode("mp3") };
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, PHONE.parse().unwrap());
    let asking = |method| Asking { visitor: "192.0.2.1", headers: &headers, method };
    let whole = || Response::new(Body::from("abcdef"));
    let head = counts.watch(&sound, &asking(&Method::HEAD), whole());
    drop(head);
    assert!(counts.take().is_empty());
    let given_up = counts.watch(&sound, &asking(&Method::GET), whole());
    drop(given_up);
    assert!(counts.take().is_empty(), "nothing was sent");
    let got = counts.watch(&sound, &asking(&Method::GET), whole());
    assert_eq!(got.into_body().collect().await.unwrap().to_bytes(), "abcdef");
    let rows = counts.take();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].app.as_str(), rows[0].format.as_str(), rows[0].number), ("AntennaPod", "mp3", 1));
    assert!(counts.take().is_empty());
    counts.give_back(rows.clone());
    assert_eq!(counts.take(), rows, "what could not be stored is kept");
}

#[test]
fn nothing_that_is_remembered_can_be_printed() {
    let mut ledger = Ledger::default();
    let sound = episode("mp3");
    ledger.note(&Hit { visitor: "192.0.2.77", agent: PHONE, sound: &sound, range: 0..9 }, "2026-11-21", 1000);
    assert_eq!(format!("{ledger:?}"), "Ledger { .. }");
}
