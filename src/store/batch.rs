//! Statements that belong together, sent to the database in one journey: there and back costs more than a row.
//!
//! Entry points: [`Batch::add`] and [`Batch::send`]. Each statement writes exactly one row. SQLite carries them out one after
//! the other, PostgreSQL as the parts of one `WITH`, which do not see one another's rows: who reads or writes a row
//! that is still to be sent ([`Batch::holds`]) sends first. No order among them may be relied on.

use std::fmt::Write as _;

use sqlx::{AnyConnection, AssertSqlSafe};

use super::rows;

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

#[derive(Debug)]
struct Statement {
    sql: &'static str,
    row: String,
    values: Vec<Value>,
}

/// Statements that wait to be sent.
#[derive(Debug, Default)]
pub(super) struct Batch(Vec<Statement>);

impl Batch {
    /// How many statements wait.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a statement that waits writes this row.
    pub(super) fn holds(&self, row: &str) -> bool {
        self.0.iter().any(|statement| statement.row == row)
    }

    /// Adds a statement in the words both engines share, with `$1` for the first of its values. `row` names what it
    /// writes, for [`Batch::holds`].
    pub(super) fn add(&mut self, row: impl Into<String>, sql: &'static str, values: impl Into<Vec<Value>>) {
        let values = values.into();
        debug_assert!(values.len() == places(sql), "{sql}");
        self.0.push(Statement { sql, row: row.into(), values });
    }

    /// Sends them. False when one did not find its row as it expected: the transaction is then to be undone.
    pub(super) async fn send(&mut self, connection: &mut AnyConnection) -> sqlx::Result<bool> {
        let statements = std::mem::take(&mut self.0);
        if statements.is_empty() {
            return Ok(true);
        }
        let together = connection.backend_name() == "PostgreSQL" && statements.len() > 1;
        let sql = if together { one_with(&statements) } else { one_after_the_other(&statements) };
        let expected = statements.len() as u64;
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in statements.into_iter().flat_map(|statement| statement.values) {
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
}

fn one_after_the_other(statements: &[Statement]) -> String {
    let mut sql = String::with_capacity(2048);
    let mut before = 0;
    for statement in statements {
        shifted(statement.sql, before, &mut sql);
        sql.push_str(";\n");
        before += statement.values.len();
    }
    sql.truncate(sql.len() - 2);
    sql
}

fn one_with(statements: &[Statement]) -> String {
    let mut sql = String::with_capacity(2048);
    let mut before = 0;
    for (number, statement) in statements.iter().enumerate() {
        let _ = write!(sql, "{} s{number} AS (", if number == 0 { "WITH" } else { "," });
        shifted(statement.sql, before, &mut sql);
        sql.push_str(" RETURNING 1)");
        before += statement.values.len();
    }
    for number in 0..statements.len() {
        let _ = write!(sql, "{}(SELECT COUNT(*) FROM s{number})", if number == 0 { " SELECT " } else { " + " });
    }
    sql.push_str(" AS n");
    sql
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

    #[test]
    fn values_keep_their_places() {
        let mut batch = Batch::default();
        batch.add("a 1", "UPDATE a SET n = n + $1 WHERE id = $2 AND n + $1 <= 3", [1_i64.into(), "x".into()]);
        batch.add("b", "INSERT INTO b (m, n) VALUES ($1, $1)", ["y".into()]);
        assert!(batch.holds("a 1") && !batch.holds("a"));
        assert_eq!(
            one_after_the_other(&batch.0),
            "UPDATE a SET n = n + $1 WHERE id = $2 AND n + $1 <= 3;\nINSERT INTO b (m, n) VALUES ($3, $3)"
        );
        assert_eq!(
            one_with(&batch.0),
            "WITH s0 AS (UPDATE a SET n = n + $1 WHERE id = $2 AND n + $1 <= 3 RETURNING 1), s1 AS (INSERT INTO b (m, n) \
             VALUES ($3, $3) RETURNING 1) SELECT (SELECT COUNT(*) FROM s0) + (SELECT COUNT(*) FROM s1) AS n"
        );
    }
}
