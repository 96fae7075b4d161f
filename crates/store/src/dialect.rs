//! Where SQLite and PostgreSQL differ. Kept to one screen.

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Lite,
    Pg,
}

impl Dialect {
    /// Appended to a select of rows that are about to be claimed, so that two workers never get the same one.
    /// SQLite has one writer, and needs nothing.
    pub fn lock_for_claim(self) -> &'static str {
        match self {
            Dialect::Lite => "",
            Dialect::Pg => " for update skip locked",
        }
    }
    /// Appended to a select of a row that is about to be changed by what it says. SQLite has one writer, and needs nothing.
    pub fn lock_row(self) -> &'static str {
        match self {
            Dialect::Lite => "",
            Dialect::Pg => " for update",
        }
    }
    /// A condition that the number in `column` is not in the list of argument `n` (made by [`Dialect::list_argument`]).
    pub fn not_in_list(self, column: &str, n: usize) -> String {
        match self {
            Dialect::Lite => format!("{column} not in (select value from json_each(${n}))"),
            Dialect::Pg => format!("{column} <> all (cast(cast(${n} as text) as bigint[]))"),
        }
    }
    /// The argument that belongs to [`Dialect::not_in_list`].
    pub fn list_argument(self, numbers: impl Iterator<Item = i64>) -> String {
        let list = numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        match self {
            Dialect::Lite => format!("[{list}]"),
            Dialect::Pg => format!("{{{list}}}"),
        }
    }
    /// A condition that `column` holds the words of argument `n` (made by [`Dialect::words_argument`]), whatever their case.
    pub fn holds(self, column: &str, n: usize) -> String {
        match self {
            Dialect::Lite => format!("{column} like ${n} escape '\\'"),
            Dialect::Pg => format!("{column} ilike ${n} escape '\\'"),
        }
    }
    /// The argument that belongs to [`Dialect::holds`].
    pub fn words_argument(self, words: &str) -> String {
        format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
    }
}
