//! A hub that is told of changes. What a person who opens a feed gets is in `tests/http/pages.toml`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use repere::host::Site;
use repere::host::websub::{self, Hub};
use repere::site::Output;

fn built(feed: &str) -> Site {
    let page = "<!doctype html><title>Podcast</title>";
    let outputs = vec![
        Output::bytes("podcast/index.html", page.as_bytes(), "a"),
        Output::bytes("podcast/feed.xml", feed.as_bytes(), "a"),
    ];
    Site::load(outputs, None).unwrap()
}

/// A hub that notes what it is told and answers with the status it is given.
fn hub(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    std::thread::spawn(move || {
        for (stream, status) in listener.incoming().zip(statuses) {
            let mut stream = stream.unwrap();
            let mut text = String::new();
            let mut buffer = [0_u8; 2048];
            while !text.contains("hub.url=") {
                let read = stream.read(&mut buffer).unwrap();
                if read == 0 {
                    break;
                }
                text.push_str(&String::from_utf8_lossy(&buffer[..read]));
            }
            notes.lock().unwrap().push(text);
            write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    (address, told)
}

#[tokio::test]
async fn a_hub_is_told_once_of_each_change() {
    let folder = tempfile::tempdir().unwrap();
    let (address, told) = hub(vec![204, 204]);
    let hub = Hub {
        address,
        base_url: "https://exemple.fr".into(),
        record: folder.path().join("websub.json"),
        pause: std::time::Duration::from_millis(10),
    };
    assert_eq!(websub::tell(hub.clone(), Arc::new(built("<rss>1</rss>"))).await, 1);
    assert_eq!(websub::tell(hub.clone(), Arc::new(built("<rss>1</rss>"))).await, 0, "a restart tells nothing twice");
    assert_eq!(websub::tell(hub, Arc::new(built("<rss>2</rss>"))).await, 1);
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("POST / "), "{}", told[0]);
    assert!(told[0].to_lowercase().contains("content-type: application/x-www-form-urlencoded"));
    assert!(
        told[0].ends_with("hub.mode=publish&hub.url=https%3A%2F%2Fexemple%2Efr%2Fpodcast%2Ffeed%2Exml"),
        "{}",
        told[0]
    );
}

#[tokio::test]
async fn a_hub_that_fails_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let (address, told) = hub(vec![503, 204]);
    let hub = Hub {
        address,
        base_url: "https://exemple.fr".into(),
        record: folder.path().join("websub.json"),
        pause: std::time::Duration::from_millis(10),
    };
    assert_eq!(websub::tell(hub, Arc::new(built("<rss>1</rss>"))).await, 1);
    assert_eq!(told.lock().unwrap().len(), 2);
}
