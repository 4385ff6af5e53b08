//! What may be shown of the counts: no figure below [`LEAST`], and none that can be worked out from the others.
//!
//! Entry point: [`figures`]. Pure. The staff and everybody else see the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::output::Sound;
use crate::store::Download;

/// The smallest figure that is shown.
pub(in crate::host) const LEAST: u64 = 10;

/// All that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::host) struct Figures {
    /// Downloads of all episodes, when there are enough.
    pub(in crate::host) total: Option<u64>,
    /// Episodes with enough of them, the most downloaded first.
    pub(in crate::host) episodes: Vec<Episode>,
    /// Downloads of the episodes that are not shown one by one.
    pub(in crate::host) others: u64,
    /// The first day that was counted, empty when none was.
    pub(in crate::host) since: String,
    /// The last one.
    pub(in crate::host) until: String,
}

/// An episode's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::host) struct Episode {
    /// Its guid.
    pub(in crate::host) guid: String,
    /// Its title; the guid when the episode is gone.
    pub(in crate::host) title: String,
    /// Its page, or nothing.
    pub(in crate::host) url: String,
    /// Its number.
    pub(in crate::host) number: Option<u64>,
    /// All its downloads.
    pub(in crate::host) total: u64,
    /// By day (`2026-11-21`).
    pub(in crate::host) days: Cells,
    /// By application.
    pub(in crate::host) apps: Cells,
    /// By format.
    pub(in crate::host) formats: Cells,
}

/// A total cut into cells that are large enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::host) struct Cells {
    /// Name and figure, in the order of the names.
    pub(in crate::host) shown: Vec<(String, u64)>,
    /// The sum of the cells that are not shown: none, or at least [`LEAST`].
    pub(in crate::host) others: u64,
}

/// Cuts a total into cells. What is too small is put together; when that is still too small, the smallest of the others
/// joins it, for a sum with one part missing tells that part.
fn cells(all: &BTreeMap<&str, u64>) -> Cells {
    let (mut shown, small): (Vec<_>, Vec<_>) =
        all.iter().map(|(name, number)| ((*name).to_owned(), *number)).partition(|(_, number)| *number >= LEAST);
    let mut others: u64 = small.iter().map(|(_, number)| number).sum();
    while (1..LEAST).contains(&others) {
        let Some(smallest) = (0..shown.len()).min_by_key(|at| shown[*at].1) else { break };
        others += shown.remove(smallest).1;
    }
    Cells { shown, others }
}

/// The figures of what is stored, with the names of `sounds`. Nothing is shown of fewer than [`LEAST`] downloads.
pub(in crate::host) fn figures(rows: &[Download], sounds: &[Sound]) -> Figures {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *totals.entry(&row.episode).or_default() += row.number;
    }
    let total: u64 = totals.values().sum();
    let by_episode = cells(&totals);
    let enough = total >= LEAST;
    let mut episodes: Vec<Episode> = by_episode
        .shown
        .iter()
        .map(|(guid, total)| {
            let of = |cell: fn(&Download) -> &str| {
                let mut all: BTreeMap<&str, u64> = BTreeMap::new();
                for row in rows.iter().filter(|row| row.episode == *guid) {
                    *all.entry(cell(row)).or_default() += row.number;
                }
                cells(&all)
            };
            let known = sounds.iter().find(|sound| sound.episode == *guid);
            Episode {
                guid: guid.clone(),
                title: known.map_or_else(|| guid.clone(), |sound| sound.title.clone()),
                url: known.map(|sound| sound.url.clone()).unwrap_or_default(),
                number: known.and_then(|sound| sound.number),
                total: *total,
                days: of(|row| &row.day),
                apps: of(|row| &row.app),
                formats: of(|row| &row.format),
            }
        })
        .collect();
    episodes.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.title.cmp(&b.title)));
    let days = || rows.iter().map(|row| row.day.as_str());
    Figures {
        total: enough.then_some(total),
        episodes,
        others: if enough { by_episode.others } else { 0 },
        since: days().min().unwrap_or_default().to_owned(),
        until: days().max().unwrap_or_default().to_owned(),
    }
}

/// The figures as a table: `episode,titre,dimension,valeur,telechargements`.
pub(in crate::host) fn csv(figures: &Figures) -> String {
    let mut out = String::from("episode,titre,dimension,valeur,telechargements\r\n");
    let mut line = |guid: &str, title: &str, dimension: &str, value: &str, number: u64| {
        let fields = [guid, title, dimension, value].map(field);
        out.push_str(&format!("{},{number}\r\n", fields.join(",")));
    };
    for episode in &figures.episodes {
        let Episode { guid, title, total, .. } = episode;
        line(guid, title, "total", "", *total);
        for (dimension, cells) in
            [("jour", &episode.days), ("application", &episode.apps), ("format", &episode.formats)]
        {
            for (value, number) in &cells.shown {
                line(guid, title, dimension, value, *number);
            }
            if cells.others > 0 {
                line(guid, title, dimension, "autres", cells.others);
            }
        }
    }
    if figures.others > 0 {
        line("", "autres épisodes", "total", "", figures.others);
    }
    out
}

/// A field; what a spreadsheet would take for a formula is text.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(day: &str, episode: &str, app: &str, number: u64) -> Download {
        Download { day: day.into(), episode: episode.into(), app: app.into(), format: "mp3".into(), number }
    }

    #[test]
    fn small_cells_are_put_together_and_cannot_be_worked_out() {
        let all = BTreeMap::from([("a", 50), ("b", 12), ("c", 3)]);
        assert_eq!(cells(&all), Cells { shown: vec![("a".into(), 50)], others: 15 }, "b hides c");
        let all = BTreeMap::from([("a", 50), ("b", 6), ("c", 5)]);
        assert_eq!(cells(&all), Cells { shown: vec![("a".into(), 50)], others: 11 });
        assert_eq!(cells(&BTreeMap::from([("a", 50)])), Cells { shown: vec![("a".into(), 50)], others: 0 });
    }

    #[test]
    fn an_episode_that_few_heard_has_no_figure() {
        let few = figures(&[row("2026-11-21", "un", "AntennaPod", 9)], &[]);
        assert_eq!((few.total, few.episodes.len(), few.others), (None, 0, 0));
        let rows = [row("2026-11-21", "un", "AntennaPod", 40), row("2026-11-22", "deux", "Overcast", 4)];
        let shown = figures(&rows, &[]);
        assert_eq!((shown.total, shown.episodes.len(), shown.others), (Some(44), 0, 44), "one would tell the other");
    }

    #[test]
    fn the_table_is_plain_text_for_spreadsheets() {
        let rows = [row("2026-11-21", "=HYPERLINK(1)", "Lecteur, \"libre\"", 20)];
        let table = csv(&figures(&rows, &[]));
        assert!(table.contains("'=HYPERLINK(1),'=HYPERLINK(1),total,,20\r\n"), "{table}");
        assert!(table.contains("application,\"Lecteur, \"\"libre\"\"\",20"), "{table}");
    }

    proptest! {
        #[test]
        fn no_figure_is_small_and_sums_are_true(all in prop::collection::btree_map("[a-d]{1,2}", 1_u64..40, 0..12)) {
            let all: BTreeMap<&str, u64> = all.iter().map(|(name, number)| (name.as_str(), *number)).collect();
            let total: u64 = all.values().sum();
            let cut = cells(&all);
            prop_assert!(cut.shown.iter().all(|(_, number)| *number >= LEAST));
            prop_assert_eq!(cut.shown.iter().map(|(_, number)| number).sum::<u64>() + cut.others, total);
            if total >= LEAST {
                prop_assert!(cut.others == 0 || cut.others >= LEAST);
            }
        }
    }
}
