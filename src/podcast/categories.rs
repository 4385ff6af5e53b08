//! Apple's categories: the words directories accept, exactly so.
//!
//! Entry point: [`parse`]. The list is Apple's of 2019, unchanged since; podcast directories all use it.

use crate::diagnostic::did_you_mean;

/// Reads "Kids & Family > Parenting" or "Education"; the error is a sentence of help.
pub fn parse(text: &str) -> Result<(String, Option<String>), String> {
    let (name, below) = match text.split_once('>') {
        Some((name, below)) => (name.trim(), Some(below.trim())),
        None => (text.trim(), None),
    };
    let Some((_, subcategories)) = CATEGORIES.iter().find(|(known, _)| *known == name) else {
        if let Some((parent, _)) = CATEGORIES.iter().find(|(_, below)| below.contains(&name)) {
            return Err(format!("write `{parent} > {name}`"));
        }
        return Err(match did_you_mean(name, CATEGORIES.iter().map(|(known, _)| *known)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("choose one of: {}", CATEGORIES.map(|(known, _)| known).join(", ")),
        });
    };
    match below {
        Some(below) if !subcategories.contains(&below) => {
            Err(match did_you_mean(below, subcategories.iter().copied()) {
                Some(near) => format!("did you mean `{name} > {near}`?"),
                None if subcategories.is_empty() => format!("`{name}` has no subcategory, write `{name}` alone"),
                None => format!("below `{name}`, choose one of: {}", subcategories.join(", ")),
            })
        }
        _ => Ok((name.to_owned(), below.map(str::to_owned))),
    }
}

/// Categories and what is below them.
const CATEGORIES: [(&str, &[&str]); 19] = [
    ("Arts", &["Books", "Design", "Fashion & Beauty", "Food", "Performing Arts", "Visual Arts"]),
    ("Business", &["Careers", "Entrepreneurship", "Investing", "Management", "Marketing", "Non-Profit"]),
    ("Comedy", &["Comedy Interviews", "Improv", "Stand-Up"]),
    ("Education", &["Courses", "How To", "Language Learning", "Self-Improvement"]),
    ("Fiction", &["Comedy Fiction", "Drama", "Science Fiction"]),
    ("Government", &[]),
    ("Health & Fitness", &["Alternative Health", "Fitness", "Medicine", "Mental Health", "Nutrition", "Sexuality"]),
    ("History", &[]),
    ("Kids & Family", &["Education for Kids", "Parenting", "Pets & Animals", "Stories for Kids"]),
    (
        "Leisure",
        &["Animation & Manga", "Automotive", "Aviation", "Crafts", "Games", "Hobbies", "Home & Garden", "Video Games"],
    ),
    ("Music", &["Music Commentary", "Music History", "Music Interviews"]),
    (
        "News",
        &[
            "Business News",
            "Daily News",
            "Entertainment News",
            "News Commentary",
            "Politics",
            "Sports News",
            "Tech News",
        ],
    ),
    (
        "Religion & Spirituality",
        &["Buddhism", "Christianity", "Hinduism", "Islam", "Judaism", "Religion", "Spirituality"],
    ),
    (
        "Science",
        &[
            "Astronomy",
            "Chemistry",
            "Earth Sciences",
            "Life Sciences",
            "Mathematics",
            "Natural Sciences",
            "Nature",
            "Physics",
            "Social Sciences",
        ],
    ),
    ("Society & Culture", &["Documentary", "Personal Journals", "Philosophy", "Places & Travel", "Relationships"]),
    (
        "Sports",
        &[
            "Baseball",
            "Basketball",
            "Cricket",
            "Fantasy Sports",
            "Football",
            "Golf",
            "Hockey",
            "Rugby",
            "Running",
            "Soccer",
            "Swimming",
            "Tennis",
            "Volleyball",
            "Wilderness",
            "Wrestling",
        ],
    ),
    ("Technology", &[]),
    ("True Crime", &[]),
    ("TV & Film", &["After Shows", "Film History", "Film Interviews", "Film Reviews", "TV Reviews"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_apples_words() {
        assert_eq!(parse("Kids & Family > Parenting"), Ok(("Kids & Family".into(), Some("Parenting".into()))));
        assert_eq!(parse("Education"), Ok(("Education".into(), None)));
        assert_eq!(parse("Parenting"), Err("write `Kids & Family > Parenting`".into()));
        assert_eq!(parse("Educatoin"), Err("did you mean `Education`?".into()));
        assert_eq!(parse("Government > X"), Err("`Government` has no subcategory, write `Government` alone".into()));
    }
}
