//! Publishing by the clock: pages before their `date` and past their `expires` are not part of the site.
//!
//! Entry points: [`hide`], once everything that must see every page has seen them (the podcast checks episodes long
//! before they are out), and [`next_change`], which says when the site must be built again. The clock is a value.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Date, Library, Page, PageKey};

/// What publishing by the clock asks.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The moment of the build.
    pub now: Timestamp,
    /// Where a date without an offset is meant.
    pub zone: TimeZone,
    /// Whether every page follows the clock; without, only episodes wait for their date.
    pub all_pages: bool,
}

impl Clock {
    /// When a page comes and when it goes, as far as it follows the clock.
    fn span(&self, page: &Page) -> (Option<Timestamp>, Option<Timestamp>) {
        if !self.all_pages && !page.meta.facets.contains_key("episode") {
            return (None, None);
        }
        let moment = |date: &Option<Date>| date.as_ref().map(|date| date.moment(&self.zone));
        let from = moment(&page.meta.date).max(moment(&embargo(page)));
        (from, moment(&page.meta.expires).filter(|_| self.all_pages))
    }

    fn is_out(&self, page: &Page) -> bool {
        let (from, until) = self.span(page);
        from.is_none_or(|from| from <= self.now) && until.is_none_or(|until| until > self.now)
    }
}

/// Until when an episode is held back, whatever its date; the podcast tells a moment that cannot be read.
fn embargo(page: &Page) -> Option<Date> {
    Date::parse(page.meta.facets.get("episode")?.get("embargo")?.as_str()?)
}

/// The next moment at which a page comes or goes. Asked of the whole library, before [`hide`].
pub fn next_change(library: &Library, clock: &Clock) -> Option<Timestamp> {
    let moments = library.pages.iter().flat_map(|page| {
        let (from, until) = clock.span(page);
        [from, until]
    });
    moments.flatten().filter(|moment| *moment > clock.now).min()
}

/// Takes the pages that are not out at this moment out of the library: no list, no page, no file that could be guessed.
/// Links to them become plain words, so that a page may speak of what is to come.
pub fn hide(library: &mut Library, clock: &Clock) {
    let gone: BTreeSet<PageKey> = library.page_keys().filter(|key| !clock.is_out(&library[*key])).collect();
    for key in &gone {
        let page = &library[*key];
        let (path, address) = (page.file.relative.clone(), page.permalink.clone());
        library.waiting.insert(path, address);
    }
    library.take_out(&gone);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{FileInfo, PageFrontMatter};

    fn page(path: &str, date: &str, expires: Option<&str>) -> Page {
        let meta = PageFrontMatter {
            date: Date::parse(date),
            expires: expires.and_then(Date::parse),
            ..PageFrontMatter::default()
        };
        Page { file: FileInfo { relative: path.to_owned(), ..FileInfo::default() }, meta, ..Page::default() }
    }

    fn clock(now: &str, all_pages: bool) -> Clock {
        Clock { now: now.parse().unwrap(), zone: TimeZone::get("Europe/Paris").unwrap(), all_pages }
    }

    fn library() -> Library {
        let pages = vec![page("a.md", "2026-03-01", Some("2026-03-08T18:00:00")), page("b.md", "2026-04-01", None)];
        Library { pages, ..Library::default() }
    }

    #[test]
    fn a_page_comes_at_midnight_of_its_zone_and_goes_to_the_second() {
        let left = |now: &str| {
            let mut library = library();
            hide(&mut library, &clock(now, true));
            library.pages.iter().map(|page| page.file.relative.clone()).collect::<Vec<_>>()
        };
        assert!(left("2026-02-28T22:59:59Z").is_empty());
        assert_eq!(left("2026-02-28T23:00:00Z"), ["a.md"]);
        assert_eq!(left("2026-03-08T16:59:59Z"), ["a.md"]);
        assert!(left("2026-03-08T17:00:00Z").is_empty());
        // Summer time has begun.
        assert_eq!(left("2026-03-31T22:00:00Z"), ["b.md"]);
    }

    #[test]
    fn an_embargo_holds_an_episode_back_after_its_date() {
        let mut episode = page("c.md", "2026-03-01", None);
        let facet = serde_json::json!({"embargo": "2026-03-02T06:00:00+01:00"});
        episode.meta.facets.insert("episode".to_owned(), facet);
        let out = |now: &str| clock(now, false).is_out(&episode);
        assert!(!out("2026-03-02T04:59:59Z"));
        assert!(out("2026-03-02T05:00:00Z"));
    }

    #[test]
    fn the_next_change_is_the_nearest_moment_ahead() {
        let next = |now: &str| next_change(&library(), &clock(now, true)).map(|moment| moment.to_string());
        assert_eq!(next("2026-01-01T00:00:00Z").as_deref(), Some("2026-02-28T23:00:00Z"));
        assert_eq!(next("2026-03-01T00:00:00Z").as_deref(), Some("2026-03-08T17:00:00Z"));
        assert_eq!(next("2027-01-01T00:00:00Z"), None);
        assert_eq!(next_change(&library(), &clock("2026-01-01T00:00:00Z", false)), None);
    }
}
