//! Public holidays of France, of Alsace and Moselle, and of each overseas territory: computed, for any year.
//!
//! Entry points: [`on`] and [`of_year`] for a département, [`easter`]. School holidays are dates that a ministry decides:
//! they are in [`super::school`]. Days that only single towns or trades observe are not here.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::words::words;

words! {
    /// A public holiday; its translation key is `calendar_holiday_<word>`.
    pub enum Holiday {
        /// 1 January.
        NewYear = "new_year",
        /// Thursday in the middle of Lent, Guadeloupe.
        MidLent = "mid_lent",
        /// 5 March, French Polynesia.
        Gospel = "gospel",
        /// Friday before Easter: Alsace, Moselle, Guadeloupe, French Polynesia.
        GoodFriday = "good_friday",
        /// Monday after Easter.
        EasterMonday = "easter_monday",
        /// 28 April, Wallis and Futuna.
        PeterChanel = "peter_chanel",
        /// 1 May.
        Labour = "labour",
        /// 8 May.
        Victory = "victory",
        /// Thursday, 39 days after Easter.
        Ascension = "ascension",
        /// Monday, 50 days after Easter.
        WhitMonday = "whit_monday",
        /// The abolition of slavery: each territory overseas has its own day.
        Abolition = "abolition",
        /// 29 June, Wallis and Futuna.
        PeterAndPaul = "peter_and_paul",
        /// 14 July.
        National = "national",
        /// 21 July, Guadeloupe, Martinique, Saint-Martin.
        Schoelcher = "schoelcher",
        /// 29 July, Wallis and Futuna.
        Territory = "territory",
        /// 15 August.
        Assumption = "assumption",
        /// 24 September, New Caledonia.
        Citizenship = "citizenship",
        /// 1 November.
        AllSaints = "all_saints",
        /// 11 November.
        Armistice = "armistice",
        /// 20 November, French Polynesia.
        Matarii = "matarii",
        /// 25 December.
        Christmas = "christmas",
        /// 26 December, Alsace and Moselle.
        SaintStephen = "saint_stephen",
    }
}

/// The public holidays of a year in a département (`67`, `2A`, `974`), in order. Two may fall on one day. Local days are
/// those of today's law: years before 2026 may have had others.
pub fn of_year(departement: &str, year: i16) -> Vec<(Date, Holiday)> {
    let easter = easter(year);
    let from_easter = |days: i64| easter.saturating_add(days.days());
    let mut days = vec![
        (date(year, 1, 1), Holiday::NewYear),
        (from_easter(1), Holiday::EasterMonday),
        (date(year, 5, 1), Holiday::Labour),
        (date(year, 5, 8), Holiday::Victory),
        (from_easter(39), Holiday::Ascension),
        (from_easter(50), Holiday::WhitMonday),
        (date(year, 7, 14), Holiday::National),
        (date(year, 8, 15), Holiday::Assumption),
        (date(year, 11, 1), Holiday::AllSaints),
        (date(year, 11, 11), Holiday::Armistice),
        (date(year, 12, 25), Holiday::Christmas),
    ];
    let good_friday = (from_easter(-2), Holiday::GoodFriday);
    let abolition = |month, day| (date(year, month, day), Holiday::Abolition);
    let schoelcher = (date(year, 7, 21), Holiday::Schoelcher);
    match departement {
        "57" | "67" | "68" => days.extend([good_friday, (date(year, 12, 26), Holiday::SaintStephen)]),
        "971" => days.extend([(from_easter(-24), Holiday::MidLent), good_friday, abolition(5, 27), schoelcher]),
        "972" => days.extend([abolition(5, 22), schoelcher]),
        "973" => days.push(abolition(6, 10)),
        "974" => days.push(abolition(12, 20)),
        "976" => days.push(abolition(4, 27)),
        "977" => days.push(abolition(10, 9)),
        "978" => days.extend([abolition(5, 28), schoelcher]),
        "986" => days.extend([
            (date(year, 4, 28), Holiday::PeterChanel),
            (date(year, 6, 29), Holiday::PeterAndPaul),
            (date(year, 7, 29), Holiday::Territory),
        ]),
        "987" => {
            days.extend([(date(year, 3, 5), Holiday::Gospel), good_friday, (date(year, 11, 20), Holiday::Matarii)]);
        }
        "988" => days.push((date(year, 9, 24), Holiday::Citizenship)),
        _ => {}
    }
    days.sort_unstable();
    days
}

/// The public holiday of a day in a département, if it is one.
pub fn on(departement: &str, day: Date) -> Option<Holiday> {
    of_year(departement, day.year()).into_iter().find(|(date, _)| *date == day).map(|(_, holiday)| holiday)
}

/// Easter Sunday of the Gregorian calendar (Meeus, "Astronomical Algorithms", chapter 8).
pub fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (golden, century, of_century) = (y % 19, y / 100, y % 100);
    let leap_shift = century - (century + 8) / 25 + 1;
    let epact = (19 * golden + century - century / 4 - leap_shift / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let after_march_22 = epact + weekday - 7 * late;
    date(year, 3, 22).saturating_add(i64::from(after_march_22).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(departement: &str, year: i16) -> Vec<String> {
        of_year(departement, year).iter().map(|(date, holiday)| format!("{date} {holiday}")).collect()
    }

    #[test]
    fn easter_falls_where_tables_say() {
        for (year, day) in [
            (2026, date(2026, 4, 5)),
            (2027, date(2027, 3, 28)),
            (2028, date(2028, 4, 16)),
            (2038, date(2038, 4, 25)),
            (2049, date(2049, 4, 18)),
            (2076, date(2076, 4, 19)),
            (2008, date(2008, 3, 23)),
        ] {
            assert_eq!(easter(year), day);
        }
    }

    #[test]
    fn eleven_days_everywhere_and_more_where_the_law_says() {
        for (code, _) in super::super::departements::ALL {
            let more = match *code {
                "57" | "67" | "68" | "972" => 2,
                "971" => 4,
                "973" | "974" | "976" => 1,
                _ => 0,
            };
            assert_eq!(of_year(code, 2027).len(), 11 + more, "{code}");
        }
        assert!(texts("67", 2027).contains(&"2027-03-26 good_friday".to_owned()));
        assert!(texts("971", 2027).contains(&"2027-03-04 mid_lent".to_owned()));
        assert_eq!(on("974", date(2027, 12, 20)), Some(Holiday::Abolition));
        assert_eq!(on("2A", date(2027, 12, 20)), None);
        assert_eq!(on("2B", date(2027, 5, 6)), Some(Holiday::Ascension));
        assert_eq!(on("976", date(2027, 4, 27)), Some(Holiday::Abolition));
    }
}
