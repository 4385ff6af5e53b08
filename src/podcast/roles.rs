//! Words that the podcast namespace fixes: roles of people, platforms, purposes of pictures.
//!
//! Entry points: [`group`] (the group of a role), [`platform`], [`PURPOSES`]. Lists of the namespace's taxonomy and
//! service names; they grow rarely.

use crate::diagnostic::did_you_mean;

/// What a picture beside the cover is for.
pub const PURPOSES: [&str; 7] = ["banner", "canvas", "social", "publisher", "circular", "poster", "artwork"];

/// The group of a role in lower case, as tags write it; `None` when the taxonomy does not know the role.
///
/// `editor` is that of texts: the taxonomy has another one for films.
pub fn group(role: &str) -> Option<&'static str> {
    TAXONOMY.iter().find(|(_, roles)| roles.contains(&role)).map(|(group, _)| *group)
}

/// Whether a platform is known by that name; the error is a sentence of help.
pub fn platform(name: &str) -> Result<(), String> {
    if PLATFORMS.contains(&name) {
        return Ok(());
    }
    Err(match did_you_mean(name, PLATFORMS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the namespace knows: {}", PLATFORMS.join(", ")),
    })
}

const TAXONOMY: [(&str, &[&str]); 11] = [
    ("cast", &["host", "co-host", "guest host", "guest", "voice actor", "narrator", "announcer", "reporter"]),
    (
        "creative direction",
        &[
            "director",
            "assistant director",
            "executive producer",
            "senior producer",
            "producer",
            "associate producer",
            "development producer",
            "creative director",
        ],
    ),
    (
        "writing",
        &[
            "author",
            "editorial director",
            "co-writer",
            "writer",
            "songwriter",
            "guest writer",
            "story editor",
            "managing editor",
            "script editor",
            "script coordinator",
            "researcher",
            "editor",
            "fact checker",
            "translator",
            "transcriber",
            "logger",
        ],
    ),
    (
        "audio production",
        &[
            "studio coordinator",
            "technical director",
            "technical manager",
            "audio engineer",
            "remote recording engineer",
            "post production engineer",
        ],
    ),
    (
        "audio post-production",
        &[
            "audio editor",
            "sound designer",
            "foley artist",
            "composer",
            "theme music",
            "music production",
            "music contributor",
        ],
    ),
    (
        "administration",
        &[
            "production coordinator",
            "booking coordinator",
            "production assistant",
            "content manager",
            "marketing manager",
            "sales representative",
            "sales manager",
        ],
    ),
    ("visuals", &["graphic designer", "cover art designer"]),
    ("community", &["social media manager"]),
    ("misc.", &["consultant", "intern"]),
    ("video production", &["camera operator", "lighting designer", "camera grip", "assistant camera"]),
    ("video post-production", &["assistant editor"]),
];

const PLATFORMS: [&str; 46] = [
    "acast",
    "amazon",
    "anchor",
    "apple",
    "audioboom",
    "backtracks",
    "bitcoin",
    "blubrry",
    "buzzsprout",
    "captivate",
    "castos",
    "fireside",
    "google",
    "hypercatcher",
    "libsyn",
    "mastodon",
    "megafono",
    "megaphone",
    "omnystudio",
    "overcast",
    "paypal",
    "pinecast",
    "podbean",
    "podcastaddict",
    "podcastindex",
    "podcasts.com",
    "podchaser",
    "podfriend",
    "podiant",
    "podigee",
    "podnews",
    "podomatic",
    "podserve",
    "podverse",
    "redcircle",
    "relayfm",
    "resonate",
    "rss.com",
    "simplecast",
    "slack",
    "soundcloud",
    "spotify",
    "spreaker",
    "transistor",
    "twitter",
    "zencast",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_have_the_group_of_the_taxonomy() {
        assert_eq!(group("host"), Some("cast"));
        assert_eq!(group("fact checker"), Some("writing"));
        assert_eq!(group("voix de synthèse"), None);
    }

    #[test]
    fn platforms_are_known_by_their_names() {
        assert_eq!(platform("amazon"), Ok(()));
        assert_eq!(platform("amazone"), Err("did you mean `amazon`?".into()));
    }
}
