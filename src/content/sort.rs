//! The order of pages.

use std::cmp::Ordering;

use super::{Library, Page, PageKey, SortBy};
use crate::config::Dialect;

impl SortBy {
    /// As front matter writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Date => "date",
            Self::UpdateDate => "update_date",
            Self::Title => "title",
            Self::TitleBytes => "title_bytes",
            Self::Weight => "weight",
            Self::Slug => "slug",
            Self::Permalink => "permalink",
        }
    }

    fn can_place(self, page: &Page) -> bool {
        match self {
            Self::Date => page.meta.date.is_some(),
            Self::UpdateDate => page.meta.date.is_some() || page.meta.updated.is_some(),
            Self::Title | Self::TitleBytes => page.meta.title.is_some(),
            Self::Weight => page.meta.weight.is_some(),
            Self::None | Self::Slug | Self::Permalink => true,
        }
    }

    fn compare(self, a: &Page, b: &Page) -> Ordering {
        fn title(page: &Page) -> &str {
            page.meta.title.as_deref().unwrap_or_default()
        }
        let moment = |p: &Page| p.meta.date.as_ref().map(|d| d.at);
        // Whichever is later: a page may carry an older `updated` than its date.
        let update = |p: &Page| p.meta.updated.as_ref().map(|d| d.at).max(moment(p));
        match self {
            Self::None => Ordering::Equal,
            Self::Date => moment(b).cmp(&moment(a)),
            Self::UpdateDate => update(b).cmp(&update(a)),
            Self::Title => lexical_sort::natural_lexical_cmp(title(a), title(b)),
            Self::TitleBytes => title(a).cmp(title(b)),
            Self::Weight => a.meta.weight.cmp(&b.meta.weight),
            Self::Slug => lexical_sort::natural_lexical_cmp(&a.slug, &b.slug),
            Self::Permalink => a.permalink.cmp(&b.permalink),
        }
    }
}

/// Sorts pages; those that lack what the order needs come apart. Ties go by permalink; in dialect 0.23 those of dates go
/// down, as the dates do.
pub fn sort_pages(
    library: &Library,
    pages: Vec<PageKey>,
    sort_by: SortBy,
    dialect: Dialect,
) -> (Vec<PageKey>, Vec<PageKey>) {
    if sort_by == SortBy::None {
        return (pages, Vec::new());
    }
    let (mut sorted, ignored): (Vec<PageKey>, Vec<PageKey>) =
        pages.into_iter().partition(|key| sort_by.can_place(&library[*key]));
    let goes_down = dialect == Dialect::Zola023 && matches!(sort_by, SortBy::Date | SortBy::UpdateDate);
    sorted.sort_by(|a, b| {
        let (a, b) = (&library[*a], &library[*b]);
        let tie = || if goes_down { b.permalink.cmp(&a.permalink) } else { a.permalink.cmp(&b.permalink) };
        sort_by.compare(a, b).then_with(tie)
    });
    (sorted, ignored)
}
