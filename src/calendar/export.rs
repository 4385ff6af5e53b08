//! Tables for spreadsheets: CSV as French Excel opens it, and XLSX.
//!
//! Entry points: [`Table`], [`csv()`], [`xlsx`]. The same table gives the same bytes. A text that a spreadsheet would take
//! for a formula is written so that it stays a text: what a visitor typed must not run on a coordinator's machine.

use jiff::civil::DateTime;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A count.
    Number(u64),
    /// What the wall clock showed.
    Moment(DateTime),
    /// Nothing.
    Empty,
}

/// Rows under their headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Name of the sheet, at most 31 characters.
    pub name: String,
    /// One heading a column.
    pub headings: Vec<String>,
    /// One cell a column.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// A number, or nothing.
    pub fn count(number: Option<u32>) -> Self {
        number.map_or(Self::Empty, |number| Self::Number(u64::from(number)))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(u64::from(number))
    }
}

/// UTF-8 with its mark, semicolons, CRLF: what Excel in French opens with a double click.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut out = String::from('\u{feff}');
    line(&mut out, table.headings.iter().map(|heading| text_cell(heading)));
    for row in &table.rows {
        line(&mut out, row.iter().map(csv_cell));
    }
    out.into_bytes()
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(';');
        }
        out.push_str(&cell);
    }
    out.push_str("\r\n");
}

fn csv_cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text_cell(text),
        Cell::Number(number) => number.to_string(),
        Cell::Moment(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Cell::Empty => String::new(),
    }
}

fn text_cell(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}', '\n']).chars().next();
    let runs = first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r'));
    let text = if runs { format!("'{text}") } else { text.to_owned() };
    if text.contains([';', '"', '\n', '\r', ',', '\t', '\'']) || text.starts_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A workbook of one sheet: texts are texts, whatever they begin with.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The moment of writing would change the bytes.
    let always = ExcelDateTime::from_ymd(2000, 1, 1)?.and_hms(0, 0, 0)?;
    book.set_properties(&DocProperties::new().set_title(&table.name).set_creation_datetime(&always));
    let heading = Format::new().set_bold();
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let sheet = book.add_worksheet();
    sheet.set_name(&table.name)?;
    for (column, text) in (0_u16..).zip(&table.headings) {
        sheet.write_string_with_format(0, column, text, &heading)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) => sheet.write_string(row, column, limited(text))?,
                #[allow(clippy::cast_precision_loss, reason = "counts of seats and people")]
                Cell::Number(number) => sheet.write_number(row, column, *number as f64)?,
                Cell::Moment(at) => sheet.write_datetime_with_format(row, column, excel(*at)?, &moment)?,
                Cell::Empty => sheet,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(rows), Ok(columns)) = (u32::try_from(table.rows.len()), u16::try_from(table.headings.len()))
        && columns > 0
    {
        sheet.autofilter(0, 0, rows, columns - 1)?;
    }
    sheet.autofit();
    book.save_to_buffer()
}

/// What a cell of a workbook can hold.
fn limited(text: &str) -> String {
    text.chars().take(32_000).collect()
}

fn excel(at: DateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: i8| number.unsigned_abs();
    ExcelDateTime::from_ymd(at.year().unsigned_abs(), part(at.month()), part(at.day()))?.and_hms(
        u16::from(part(at.hour())),
        part(at.minute()),
        f64::from(at.second()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(cells: Vec<Cell>) -> Table {
        let headings = (0..cells.len()).map(|at| format!("Colonne {at}")).collect();
        Table { name: "Séances".into(), headings, rows: vec![cells] }
    }

    #[test]
    fn a_formula_stays_a_text_and_the_mark_comes_first() {
        let bytes = csv(&table(vec![
            "=HYPERLINK(\"http://x\";\"y\")".into(),
            " @SUM(1)".into(),
            "-2+3".into(),
            Cell::Number(12),
            Cell::Moment("2026-12-03T14:00".parse().unwrap()),
            Cell::Empty,
            "Été ; deux\nlignes".into(),
        ]));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\u{feff}Colonne 0;Colonne 1"));
        assert!(text.ends_with(
            "\"'=HYPERLINK(\"\"http://x\"\";\"\"y\"\")\";\"' @SUM(1)\";\"'-2+3\";12;2026-12-03 14:00;;\"Été ; deux\nlignes\"\r\n"
        ));
    }

    #[test]
    fn a_workbook_has_the_same_bytes_twice() {
        let one = || {
            xlsx(&table(vec![
                "=1+1".into(),
                Cell::Number(3),
                Cell::Empty,
                Cell::Moment(DateTime::constant(2026, 12, 3, 14, 0, 0, 0)),
            ]))
            .unwrap()
        };
        assert_eq!(one(), one());
        assert!(one().starts_with(b"PK"));
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_none_runs(value in "[=+@\\-\t\r\n \";,'a-zé]{0,40}") {
            let bytes = csv(&table(vec![Cell::Text(value.clone()), "fin".into()]));
            let mut reader = ::csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[3..]);
            let record = reader.records().next().unwrap().unwrap();
            let read = &record[0];
            prop_assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(read.strip_prefix('\'').filter(|rest| *rest == value).unwrap_or(read), &value);
        }
    }
}
