//! Rows that belong together, sent to the database in one journey: there and back costs more than a row.
//!
//! Entry points: [`Batch::insert`], [`Batch::update`], [`Batch::seats`], then [`Batch::send`]. SQLite carries the statements
//! out one after the other. PostgreSQL adds all rows of a table at once, as the parts of one `WITH`, which do not see one
//! another's rows: who reads or writes a row that is still to be sent ([`Batch::holds`]) sends first. No order among
//! them may be relied on, but that of the rows of one table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sqlx::{AnyConnection, AssertSqlSafe};

use super::{Engine, rows};

/// A value of a statement.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Perhaps(Option<i64>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Number(flag.into())
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Perhaps(number)
    }
}

/// A table to which rows are added.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// The columns for which values are given, in their order.
    pub(super) columns: &'static [&'static str],
    /// What follows the values: what to do about a row that is there.
    pub(super) otherwise: &'static str,
}

/// A statement that writes one row, with `$1` for the first of its values.
#[derive(Debug)]
struct Update {
    sql: &'static str,
    values: Vec<Value>,
}

/// What waits to be sent.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What is written, by the names that were given.
    rows: BTreeSet<String>,
    /// Seats taken or freed, by session.
    seats: BTreeMap<String, i64>,
    inserts: Vec<(&'static Table, Vec<Vec<Value>>)>,
    updates: Vec<Update>,
}

/// The one statement that cannot oversell, however many arrive at once.
const SEATS: &str =
    "UPDATE sessions SET taken = taken + $1 WHERE id = $2 AND taken + $1 <= capacity AND taken + $1 >= 0";
/// The same for many sessions.
const ALL_SEATS: &str = "UPDATE sessions SET taken = taken + v.by
     FROM unnest(CAST($1 AS text[]), CAST($2 AS bigint[])) AS v (session, by)
     WHERE id = v.session AND taken + v.by <= capacity AND taken + v.by >= 0";

impl Batch {
    fn len(&self) -> usize {
        self.seats.len() + self.inserts.iter().map(|(_, rows)| rows.len()).sum::<usize>() + self.updates.len()
    }

    /// Whether so much waits that it should be sent: SQLite takes 32,766 values at once, PostgreSQL a deep sum badly.
    pub(super) fn is_much(&self) -> bool {
        self.len() >= 512 || self.updates.len() >= 64
    }

    /// Whether a row that waits was given this name.
    pub(super) fn holds(&self, row: &str) -> bool {
        self.rows.contains(row)
    }

    /// Adds a row to a table; `row` names it, for [`Batch::holds`].
    pub(super) fn insert(&mut self, row: impl Into<String>, table: &'static Table, values: impl Into<Vec<Value>>) {
        let values = values.into();
        debug_assert!(values.len() == table.columns.len(), "{}", table.name);
        self.rows.insert(row.into());
        match self.inserts.iter_mut().find(|(known, _)| known.name == table.name) {
            Some((_, rows)) => rows.push(values),
            None => self.inserts.push((table, vec![values])),
        }
    }

    /// Adds a statement in the words both engines share that changes one row.
    pub(super) fn update(&mut self, row: impl Into<String>, sql: &'static str, values: impl Into<Vec<Value>>) {
        let values = values.into();
        debug_assert!(values.len() == places(sql), "{sql}");
        self.rows.insert(row.into());
        self.updates.push(Update { sql, values });
    }

    /// Takes seats of a session, or frees them when there are fewer than none.
    pub(super) fn seats(&mut self, row: impl Into<String>, session: &str, by: i64) {
        self.rows.insert(row.into());
        *self.seats.entry(session.to_owned()).or_default() += by;
    }

    /// Sends them. False when one did not find its row as it expected: the transaction is then to be undone.
    pub(super) async fn send(&mut self, connection: &mut AnyConnection) -> sqlx::Result<bool> {
        let batch = std::mem::take(self);
        let expected = batch.len() as u64;
        if expected == 0 {
            return Ok(true);
        }
        let together = connection.backend_name() == "PostgreSQL";
        let (sql, values) = if together { batch.together() } else { batch.one_by_one() };
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
                Value::Perhaps(number) => query.bind(number),
            };
        }
        if together {
            let written = rows::number(&query.fetch_one(connection).await?, "n").unwrap_or_default();
            return Ok(u64::try_from(written) == Ok(expected));
        }
        Ok(query.execute(connection).await?.rows_affected() == expected)
    }

    fn one_by_one(self) -> (String, Vec<Value>) {
        let (mut sql, mut all) = (String::with_capacity(2048), Vec::new());
        let mut add = |words: &str, values: Vec<Value>| {
            shifted(words, all.len(), &mut sql);
            sql.push_str(";\n");
            all.extend(values);
        };
        for (session, by) in self.seats {
            add(SEATS, vec![by.into(), session.into()]);
        }
        for (table, rows) in self.inserts {
            let places: Vec<String> = (1..=table.columns.len()).map(|number| format!("${number}")).collect();
            let words = table.insert(&format!("VALUES ({})", places.join(", ")));
            for values in rows {
                add(&words, values);
            }
        }
        for update in self.updates {
            add(update.sql, update.values);
        }
        sql.truncate(sql.len() - 2);
        (sql, all)
    }

    /// The words do not depend on how many rows there are: the server knows them from the time before.
    fn together(self) -> (String, Vec<Value>) {
        let (mut sql, mut all, mut parts) = (String::with_capacity(2048), Vec::new(), 0);
        let mut add = |words: &str, values: Vec<Value>| {
            let _ = write!(sql, "{} s{parts} AS (", if parts == 0 { "WITH" } else { "," });
            shifted(words, all.len(), &mut sql);
            sql.push_str(" RETURNING 1)");
            all.extend(values);
            parts += 1;
        };
        if !self.seats.is_empty() {
            let (sessions, by): (Vec<Value>, Vec<Value>) =
                self.seats.into_iter().map(|(session, by)| (Value::from(session), Value::from(by))).unzip();
            add(ALL_SEATS, vec![array(&sessions).into(), array(&by).into()]);
        }
        for (table, rows) in self.inserts {
            let columns = 0..table.columns.len();
            let lists: Vec<String> = columns
                .clone()
                .map(|at| {
                    let kind = if matches!(rows[0][at], Value::Text(_)) { "text" } else { "bigint" };
                    format!("CAST(${} AS {kind}[])", at + 1)
                })
                .collect();
            let values = columns.map(|at| array(rows.iter().map(|values| &values[at])).into()).collect();
            add(&table.insert(&format!("SELECT * FROM unnest({})", lists.join(", "))), values);
        }
        for update in self.updates {
            add(update.sql, update.values);
        }
        for number in 0..parts {
            let _ = write!(sql, "{}(SELECT COUNT(*) FROM s{number})", if number == 0 { " SELECT " } else { " + " });
        }
        sql.push_str(" AS n");
        (sql, all)
    }
}

impl Table {
    fn insert(&self, values: &str) -> String {
        let otherwise = if self.otherwise.is_empty() { String::new() } else { format!(" {}", self.otherwise) };
        format!("INSERT INTO {} ({}) {values}{otherwise}", self.name, self.columns.join(", "))
    }
}

/// The condition that a column is one of the texts of `$1`, which is a [`list`].
pub(super) fn one_of(engine: Engine) -> &'static str {
    engine.pick("IN (SELECT value FROM json_each($1))", "= ANY (CAST($1 AS text[]))")
}

/// Texts as one value: JSON for SQLite, an array for PostgreSQL.
pub(super) fn list<'a>(engine: Engine, texts: impl IntoIterator<Item = &'a str>) -> String {
    match engine {
        Engine::Sqlite => texts.into_iter().map(serde_json::Value::from).collect::<serde_json::Value>().to_string(),
        Engine::Postgres => array(&texts.into_iter().map(Value::from).collect::<Vec<_>>()),
    }
}

/// An array as PostgreSQL reads it (its manual, 8.15.6).
pub(super) fn array<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut text = String::from("{");
    for (number, value) in values.into_iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        match value {
            Value::Number(number) | Value::Perhaps(Some(number)) => {
                let _ = write!(text, "{number}");
            }
            Value::Perhaps(None) => text.push_str("NULL"),
            Value::Text(value) => {
                text.push('"');
                text.push_str(&value.replace('\\', r"\\").replace('"', "\\\""));
                text.push('"');
            }
        }
    }
    text.push('}');
    text
}

/// A statement whose first value is not the first of all.
fn shifted(sql: &str, by: usize, into: &mut String) {
    let mut parts = sql.split('$');
    into.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: usize = part[..digits].parse().unwrap_or_default();
        let _ = write!(into, "${}{}", number + by, &part[digits..]);
    }
}

/// How many values a statement has places for.
fn places(sql: &str) -> usize {
    let number = |part: &str| part.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok());
    sql.split('$').skip(1).filter_map(number).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    static B: Table = Table { name: "b", columns: &["m", "n", "p"], otherwise: "ON CONFLICT (m) DO NOTHING" };

    fn batch() -> Batch {
        let mut batch = Batch::default();
        batch.update("a 1", "UPDATE a SET n = n + $1 WHERE id = $2 AND n + $1 <= 3", [1_i64.into(), "x".into()]);
        batch.insert("b 1", &B, ["y".into(), 2_i64.into(), None.into()]);
        batch.insert("b 2", &B, [r#"a "b", c\"#.into(), 3_i64.into(), Some(4).into()]);
        batch.seats("session s", "s", 2);
        batch.seats("session s", "s", -1);
        batch
    }

    #[test]
    fn a_row_at_a_time_has_the_places_of_its_values() {
        let batch = batch();
        assert!(batch.holds("a 1") && !batch.holds("a") && batch.len() == 4);
        let (sql, values) = batch.one_by_one();
        assert_eq!(
            sql,
            "UPDATE sessions SET taken = taken + $1 WHERE id = $2 AND taken + $1 <= capacity AND taken + $1 >= 0;\n\
             INSERT INTO b (m, n, p) VALUES ($3, $4, $5) ON CONFLICT (m) DO NOTHING;\n\
             INSERT INTO b (m, n, p) VALUES ($6, $7, $8) ON CONFLICT (m) DO NOTHING;\n\
             UPDATE a SET n = n + $9 WHERE id = $10 AND n + $9 <= 3"
        );
        assert_eq!((array(&values[..2]), values.len()), (r#"{1,"s"}"#.to_owned(), 10));
    }

    #[test]
    fn rows_of_a_table_go_together_as_lists() {
        let (sql, values) = batch().together();
        let inserted = "INSERT INTO b (m, n, p) SELECT * FROM unnest(CAST($3 AS text[]), CAST($4 AS bigint[]), \
                        CAST($5 AS bigint[])) ON CONFLICT (m) DO NOTHING RETURNING 1";
        assert!(sql.contains(inserted), "{sql}");
        assert!(sql.ends_with(
            "s2 AS (UPDATE a SET n = n + $6 WHERE id = $7 AND n + $6 <= 3 RETURNING 1) SELECT (SELECT COUNT(*) FROM s0) + \
             (SELECT COUNT(*) FROM s1) + (SELECT COUNT(*) FROM s2) AS n"
        ));
        assert_eq!(
            array(&values),
            array(&[
                r#"{"s"}"#.into(),
                "{1}".into(),
                r#"{"y","a \"b\", c\\"}"#.into(),
                "{2,3}".into(),
                "{NULL,4}".into(),
                1_i64.into(),
                "x".into()
            ])
        );
    }

    #[test]
    fn every_text_is_one_element_of_an_array() {
        let texts = [r#"\\"""#.into(), "".into(), "NULL".into(), "é\n{,}".into()];
        assert_eq!(array(&texts), "{\"\\\\\\\\\\\"\\\"\",\"\",\"NULL\",\"é\n{,}\"}");
    }
}
