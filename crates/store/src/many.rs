//! One statement for many rows. SQLite prepares it once and runs it for each row. On PostgreSQL each statement waits for a round trip,
//! so there the same text is made into one statement over arrays, and the whole of the rows goes along with it.

use postgres::types::{IsNull, ToSql, Type};

use crate::tx::{Inner, Tx, put_at};
use crate::value::{Row, Value};
use crate::{Kept, StoreError};

/// The arguments of the statement for one row: `$1`, `$2`, …
pub(crate) type Arguments = Vec<Value>;

/// One argument's value in every row.
#[derive(Debug)]
pub(crate) struct Column(Vec<Value>);

impl ToSql for Column {
    fn to_sql(&self, kind: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.0.to_sql(kind, out)
    }
    fn accepts(kind: &Type) -> bool {
        <Vec<Value> as ToSql>::accepts(kind)
    }
    postgres::types::to_sql_checked!();
}

impl Tx<'_> {
    /// Runs a statement that changes rows once for each of `rows`. Answers for each whether it changed something; of an insert, which
    /// may find its place taken, that is not known, and the answer is empty. No two of `rows` may be about the same row of the table.
    pub(crate) fn run_each(&self, sql: &str, rows: Vec<Arguments>) -> Kept<Vec<bool>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if let Inner::Lite(connection) = &self.inner {
            let mut statement = connection.prepare_cached(sql)?;
            let places = places(&statement, rows[0].len())?;
            return rows
                .iter()
                .map(|row| {
                    places.iter().zip(row).try_for_each(|(place, value)| put_at(&mut statement, *place, value))?;
                    Ok(statement.raw_execute()? > 0)
                })
                .collect();
        }
        let mut changed = vec![false; rows.len()];
        self.over_arrays(sql, rows, |row| {
            if let Some(is_changed) = changed.get_mut(nth(row)?) {
                *is_changed = true;
            }
            Ok(())
        })?;
        Ok(if sql.starts_with("insert") { Vec::new() } else { changed })
    }

    /// What a statement answers for each of `rows`; what it answers for one of them is in no order.
    pub(crate) fn all_each<T>(&self, sql: &str, rows: Vec<Arguments>, mut read: impl FnMut(&Row<'_>) -> Kept<T>) -> Kept<Vec<Vec<T>>> {
        let mut found: Vec<Vec<T>> = rows.iter().map(|_| Vec::new()).collect();
        if rows.is_empty() {
            return Ok(found);
        }
        if let Inner::Lite(connection) = &self.inner {
            let mut statement = connection.prepare_cached(sql)?;
            let places = places(&statement, rows[0].len())?;
            for (row, found) in rows.iter().zip(&mut found) {
                places.iter().zip(row).try_for_each(|(place, value)| put_at(&mut statement, *place, value))?;
                let mut answers = statement.raw_query();
                while let Some(answer) = answers.next()? {
                    found.push(read(&Row::Lite(answer))?);
                }
            }
            return Ok(found);
        }
        self.over_arrays(sql, rows, |row| {
            if let Some(found) = found.get_mut(nth(row)?) {
                found.push(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The first that a statement answers for each of `rows`, where it is known to answer one at most.
    pub(crate) fn find_each<T>(&self, sql: &str, rows: Vec<Arguments>, read: impl FnMut(&Row<'_>) -> Kept<T>) -> Kept<Vec<Option<T>>> {
        Ok(self.all_each(sql, rows, read)?.into_iter().map(|found| found.into_iter().next()).collect())
    }

    fn over_arrays(&self, sql: &str, rows: Vec<Arguments>, mut take: impl FnMut(&Row<'_>) -> Kept<()>) -> Kept<()> {
        let Inner::Pg(transaction, statements) = &self.inner else { return Ok(()) };
        let mut columns: Vec<Column> = rows[0].iter().map(|_| Column(Vec::with_capacity(rows.len()))).collect();
        for row in rows {
            columns.iter_mut().zip(row).for_each(|(column, value)| column.0.push(value));
        }
        let answers = {
            let mut transaction = transaction.borrow_mut();
            let statement = statements.borrow_mut().get_for_many(&mut transaction, sql)?;
            let refs: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
            transaction.query(&statement, &refs)?
        };
        answers.iter().try_for_each(|row| take(&Row::Pg(row)))
    }
}

/// Which of the rows an answer belongs to; it stands in the last column.
fn nth(row: &Row<'_>) -> Kept<usize> {
    Ok(row.get::<usize>(row.len() - 1)?.saturating_sub(1))
}

/// Where each of `$1` to `$n` is bound.
fn places(statement: &rusqlite::Statement<'_>, n: usize) -> Kept<Vec<usize>> {
    (1..=n)
        .map(|i| {
            statement.parameter_index(&format!("${i}"))?.ok_or_else(|| StoreError::Broken(format!("a statement for many has no ${i}")))
        })
        .collect()
}

/// The name of the rows in a statement over arrays, and of the column that counts them. No table of ours has such.
const ROWS: &str = "many_rows";
const NTH: &str = "nth_of_many";

/// A statement for one row, made into one over arrays of these types. Broken where it is of a form that no statement here has.
pub(crate) fn over_arrays(sql: &str, types: &[String]) -> Kept<String> {
    let unknown = || StoreError::Broken("a statement that can't be run for many".into());
    let arrays: Vec<String> = types.iter().enumerate().map(|(i, kind)| format!("${}::{kind}[]", i + 1)).collect();
    let names: Vec<String> = (1..=types.len()).map(|i| format!("c{i}")).collect();
    let rows = format!("unnest({}) with ordinality as {ROWS} ({}, {NTH})", arrays.join(", "), names.join(", "));
    let returning = |rest: &str| {
        let more = if rest.contains(" returning ") { "," } else { " returning" };
        format!("{rest}{more} {ROWS}.{NTH}")
    };
    let text = with_columns(sql);
    match text.split_whitespace().next() {
        Some("insert") => {
            let (head, rest) = text.split_once(" values (").ok_or_else(unknown)?;
            let end = closing(rest).ok_or_else(unknown)?;
            Ok(format!("{head} select {} from {rows} where true{}", &rest[..end], &rest[end + 1..]))
        }
        Some("update") => {
            let (head, rest) = text.rsplit_once(" where ").ok_or_else(unknown)?;
            Ok(format!("{head} from {rows} where {}", returning(rest)))
        }
        Some("delete") => {
            let (head, rest) = text.split_once(" where ").ok_or_else(unknown)?;
            Ok(format!("{head} using {rows} where {}", returning(rest)))
        }
        Some("select") => Ok(format!("select found.*, {ROWS}.{NTH} from {rows}, lateral ({text}) as found")),
        _ => Err(unknown()),
    }
}

/// Every `$n` outside quotes made into the column of that argument; white space made single.
fn with_columns(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 64);
    let mut is_quoted = false;
    for letter in sql.chars() {
        match letter {
            '\'' => {
                is_quoted = !is_quoted;
                out.push(letter);
            }
            '$' if !is_quoted => {
                out.push_str(ROWS);
                out.push_str(".c");
            }
            _ if letter.is_whitespace() && !is_quoted => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            _ => out.push(letter),
        }
    }
    out
}

/// The place of the bracket that closes one opened before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, types: &[&str], expected: &str) {
        let types: Vec<String> = types.iter().map(|t| (*t).to_owned()).collect();
        assert_eq!(over_arrays(sql, &types).unwrap(), expected);
    }

    #[test]
    fn a_statement_for_one_row_becomes_one_over_arrays() {
        check(
            "insert into t (a, b) values ($1, coalesce($2, 'it costs $2'))\n   on conflict (a) do nothing",
            &["int8", "text"],
            "insert into t (a, b) select many_rows.c1, coalesce(many_rows.c2, 'it costs $2') from unnest($1::int8[], $2::text[]) with ordinality as many_rows (c1, c2, nth_of_many) where true on conflict (a) do nothing",
        );
        check(
            "update t set b = $2 where a = $1 and b <> $2",
            &["int8", "text"],
            "update t set b = many_rows.c2 from unnest($1::int8[], $2::text[]) with ordinality as many_rows (c1, c2, nth_of_many) where a = many_rows.c1 and b <> many_rows.c2 returning many_rows.nth_of_many",
        );
        check(
            "delete from t where a = $1",
            &["int8"],
            "delete from t using unnest($1::int8[]) with ordinality as many_rows (c1, nth_of_many) where a = many_rows.c1 returning many_rows.nth_of_many",
        );
        check(
            "select a from t where a = $1",
            &["int8"],
            "select found.*, many_rows.nth_of_many from unnest($1::int8[]) with ordinality as many_rows (c1, nth_of_many), lateral (select a from t where a = many_rows.c1) as found",
        );
        assert!(over_arrays("vacuum", &[]).is_err());
    }
}
