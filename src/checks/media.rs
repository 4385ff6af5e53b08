//! Films have captions and a transcript, sound has a transcript.

use super::Site;
use crate::diagnostic::Diagnostic;

pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for page in site.pages.iter().filter(|p| !p.document.is_redirect) {
        for video in &page.document.silent_videos {
            let problem = Diagnostic::error(format!("the film `{video}` has no captions"));
            found.push(problem.at(site.place(page, "video")).help("name a `.vtt` file as its captions"));
        }
        if page.document.has_sound && !page.document.has_transcript {
            let problem = Diagnostic::error("the page plays sound, but has no transcript");
            found.push(problem.at(site.place(page, "audio")).help("name a `.vtt` file as its transcript"));
        }
    }
    found
}
