//! `repere serve`: a change is seen, a fault is shown and the last good site stays.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The preview server, ended with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(root: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_repere"))
            .args(["serve", "--port", "4290", "--debounce", "50"])
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()))
            .unwrap();
        // The pipe is read on, or the server would stop at a full one.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn wait(&self, path: &str, wanted: &str) -> String {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.get(path);
            if answer.contains(wanted) {
                return answer;
            }
            assert!(Instant::now() < end, "no `{wanted}` at {path}: {answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_shown_and_a_fault_keeps_the_last_good_site() {
    let place = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_repere")).arg("init").arg(place.path().join("site")).status().unwrap();
    assert!(made.success());
    let root = place.path().join("site");
    let server = Server::start(&root);
    assert!(server.get("/").contains("/__repere/reload.js"));
    let page = root.join("content/articles/premier.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\nUne phrase neuve.\n")).unwrap();
    server.wait("/articles/premier/", "Une phrase neuve");
    fs::write(&page, format!("{text}\n{{{{ inconnu }}}}\n")).unwrap();
    server.wait("/__repere/state.json", "content/articles/premier.md");
    assert!(server.get("/articles/premier/").contains("Une phrase neuve"));
    fs::write(&page, text).unwrap();
    server.wait("/__repere/state.json", "\"problems\":\"\"");
}
