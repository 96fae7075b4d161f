//! A file as rows of named fields: CSV (RFC 4180, with comma, semicolon or tab between) or a JSON list of objects.

use serde_json::Value as Json;

use super::ROWS_MAX;
use super::row::COLUMNS;
use crate::{Done, VerbError};

/// Columns of a file, known or not.
const COLUMNS_MAX: usize = 100;
/// Other names under which a column often comes.
const ALIASES: [(&str, &str); 21] = [
    ("alt text", "alt"),
    ("description", "alt"),
    ("image", "pictures"),
    ("images", "pictures"),
    ("media", "pictures"),
    ("picture", "pictures"),
    ("photo", "pictures"),
    ("accounts", "to"),
    ("account", "to"),
    ("body", "text"),
    ("content", "text"),
    ("cw", "warning"),
    ("date", "when"),
    ("lang", "language"),
    ("message", "text"),
    ("post", "text"),
    ("scheduled", "when"),
    ("time", "when"),
    ("timezone", "zone"),
    ("url", "link"),
    ("words", "text"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// By the names that [`COLUMNS`] has; empty for a column that is not read.
    columns: Vec<String>,
    /// Columns of the file that are not read.
    pub unknown: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1; in JSON, its place in the list.
    pub number: usize,
    fields: Vec<String>,
    /// What is wrong with its shape.
    pub wrong: Vec<String>,
}

impl Table {
    pub fn field<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        let at = self.columns.iter().position(|c| c == column)?;
        row.fields.get(at).map(String::as_str)
    }
}

fn wrong(why: impl Into<String>) -> VerbError {
    VerbError::wrong("file", why)
}

/// Reads a file of either kind. What is wrong with a single row stands in the row.
pub fn read(content: &str) -> Done<Table> {
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    let table = match content.trim_start().chars().next() {
        None => return Err(wrong("The file is empty.")),
        Some('[' | '{') => read_json(content)?,
        Some(_) => read_csv(content)?,
    };
    if table.rows.is_empty() {
        return Err(wrong("The file has no rows under its heading."));
    }
    Ok(table)
}

/// The name of ours for a column of theirs.
fn known(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let name = ALIASES.iter().find(|(theirs, _)| *theirs == name).map_or(name.as_str(), |(_, ours)| ours);
    COLUMNS.iter().map(|(ours, _)| *ours).find(|ours| *ours == name)
}

fn head(names: &[String]) -> Done<(Vec<String>, Vec<String>)> {
    let (mut columns, mut unknown) = (Vec::new(), Vec::new());
    if names.len() > COLUMNS_MAX {
        return Err(wrong(format!("The file has {} columns; {COLUMNS_MAX} are the most.", names.len())));
    }
    for name in names {
        let ours = known(name).unwrap_or_default();
        if !ours.is_empty() && columns.iter().any(|c| c == ours) {
            return Err(wrong(format!("The column “{ours}” is there twice.")));
        }
        if ours.is_empty() && !name.trim().is_empty() {
            unknown.push(name.trim().chars().take(60).collect());
        }
        columns.push(ours.to_owned());
    }
    if !columns.iter().any(|c| c == "text" || c == "title" || c == "link") {
        let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
        return Err(wrong(format!("The first line has to name the columns, “text” among them. Known are: {}.", names.join(", "))));
    }
    Ok((columns, unknown))
}

fn read_csv(content: &str) -> Done<Table> {
    let first = content.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let between = [',', ';', '\t'].into_iter().max_by_key(|c| (first.matches(*c).count(), *c == ',')).unwrap_or(',');
    let mut records = records(content, between, ROWS_MAX)?.into_iter();
    let (_, names) = records.next().ok_or_else(|| wrong("The file is empty."))?;
    let (columns, unknown) = head(&names)?;
    let rows = records
        .map(|(number, fields)| {
            let too_many = fields.iter().skip(columns.len()).any(|f| !f.trim().is_empty());
            let why = format!("{} fields under {} columns: a comma in the words needs quotes round them.", fields.len(), columns.len());
            Row { number, fields, wrong: if too_many { vec![why] } else { Vec::new() } }
        })
        .collect();
    Ok(Table { columns, unknown, rows })
}

/// Every record of at most `rows_max` and a heading, with the line on which it begins; empty lines are left out.
pub(crate) fn records(content: &str, between: char, rows_max: usize) -> Done<Vec<(usize, Vec<String>)>> {
    let mut all: Vec<(usize, Vec<String>)> = Vec::new();
    let (mut line, mut began) = (1, 1);
    let (mut fields, mut field) = (Vec::new(), String::new());
    // The line on which the open quote stands; and whether a field was in quotes, so that nothing may follow them.
    let (mut open, mut was_quoted) = (None, false);
    let mut letters = content.chars().peekable();
    let mut next = letters.next();
    while let Some(letter) = next {
        match letter {
            '"' if open.is_some() && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' if open.is_some() => (open, was_quoted) = (None, true),
            '"' if field.trim().is_empty() && !was_quoted => {
                field.clear();
                open = Some(line);
            }
            '\r' if open.is_none() && letters.peek() == Some(&'\n') => {}
            '\n' | '\r' if open.is_none() => {
                line += 1;
                end_field(&mut fields, &mut field, &mut was_quoted);
                end_record(&mut all, &mut fields, began, rows_max)?;
                began = line;
            }
            c if c == between && open.is_none() => end_field(&mut fields, &mut field, &mut was_quoted),
            c if was_quoted && c.is_whitespace() => {}
            _ if was_quoted => {
                return Err(wrong(format!("Line {line}: words stand behind a closing quote. Write a quote inside quotes twice.")));
            }
            c => {
                line += usize::from(c == '\n');
                field.push(c);
            }
        }
        next = letters.next();
    }
    if let Some(opened) = open {
        return Err(wrong(format!("Line {opened}: the quote that opens there is never closed.")));
    }
    if !field.is_empty() || was_quoted || !fields.is_empty() {
        end_field(&mut fields, &mut field, &mut was_quoted);
        end_record(&mut all, &mut fields, began, rows_max)?;
    }
    Ok(all)
}

fn end_field(fields: &mut Vec<String>, field: &mut String, was_quoted: &mut bool) {
    fields.push(std::mem::take(field));
    *was_quoted = false;
}

fn end_record(all: &mut Vec<(usize, Vec<String>)>, fields: &mut Vec<String>, began: usize, rows_max: usize) -> Done<()> {
    let fields = std::mem::take(fields);
    if fields.iter().all(|f| f.trim().is_empty()) {
        return Ok(());
    }
    all.push((began, fields));
    // The first is the heading.
    if all.len() > rows_max + 1 {
        return Err(wrong(format!("There are more than {rows_max} rows. Cut the file in two.")));
    }
    Ok(())
}

fn read_json(content: &str) -> Done<Table> {
    let json: Json = serde_json::from_str(content)
        .map_err(|e| wrong(format!("The JSON cannot be read at line {}, letter {}.", e.line(), e.column())))?;
    let list = match json {
        Json::Array(list) => list,
        Json::Object(mut object) => match ["posts", "drafts", "items"].iter().find_map(|name| object.remove(*name)) {
            Some(Json::Array(list)) => list,
            _ => return Err(wrong("The JSON has to be a list of objects, or an object with such a list as “posts”.")),
        },
        _ => return Err(wrong("The JSON has to be a list of objects.")),
    };
    if list.len() > ROWS_MAX {
        return Err(wrong(format!("There are {} rows; {ROWS_MAX} are the most. Cut the file in two.", list.len())));
    }
    let columns: Vec<String> = COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let (mut unknown, mut rows) = (Vec::new(), Vec::with_capacity(list.len()));
    for (i, item) in list.into_iter().enumerate() {
        rows.push(json_row(i + 1, item, &columns, &mut unknown));
    }
    Ok(Table { columns, unknown, rows })
}

fn json_row(number: usize, item: Json, columns: &[String], unknown: &mut Vec<String>) -> Row {
    let mut row = Row { number, fields: vec![String::new(); columns.len()], wrong: Vec::new() };
    let Json::Object(object) = item else {
        row.wrong.push("It is not an object with named fields.".into());
        return row;
    };
    for (name, value) in object {
        if known(&name) == Some("pictures") {
            pictures_of(value, columns, &mut row);
            continue;
        }
        let Some(at) = known(&name).and_then(|ours| columns.iter().position(|c| c == ours)) else {
            let name: String = name.chars().take(60).collect();
            if unknown.len() < COLUMNS_MAX && !unknown.contains(&name) {
                unknown.push(name);
            }
            continue;
        };
        match plain(value) {
            Some(words) if row.fields[at].is_empty() => row.fields[at] = words,
            Some(_) => row.wrong.push(format!("“{}” is said twice.", columns[at])),
            None => row.wrong.push(format!("“{}” has to be words, or a list of words.", columns[at])),
        }
    }
    row
}

/// Pictures in JSON: names, or objects with `file` or `url` and `alt`; one or a list of them.
fn pictures_of(value: Json, columns: &[String], row: &mut Row) {
    let list = match value {
        Json::Null => return,
        Json::Array(list) => list,
        one => vec![one],
    };
    let (mut names, mut alts) = (Vec::new(), Vec::new());
    for one in list {
        let words = |object: &serde_json::Map<String, Json>, keys: &[&str]| {
            keys.iter().find_map(|k| object.get(*k)).and_then(Json::as_str).map(|w| w.replace(['\n', '|'], " "))
        };
        match &one {
            Json::String(name) => names.push(name.clone()),
            Json::Object(object) if words(object, &["file", "path", "url"]).is_some() => {
                names.push(words(object, &["file", "path", "url"]).unwrap_or_default());
                alts.resize(names.len() - 1, String::new());
                alts.push(words(object, &["alt", "description"]).unwrap_or_default());
            }
            _ => row.wrong.push("“pictures” has to be names, or objects with “file” or “url” and “alt”.".into()),
        }
    }
    for (column, words) in [("pictures", names), ("alt", alts)] {
        let at = columns.iter().position(|c| c == column);
        if let Some(field) = at.and_then(|at| row.fields.get_mut(at)).filter(|_| !words.is_empty()) {
            *field = words.join("\n");
        }
    }
}

fn plain(value: Json) -> Option<String> {
    match value {
        Json::Null => Some(String::new()),
        Json::String(words) => Some(words),
        Json::Number(n) => Some(n.to_string()),
        Json::Array(list) => {
            list.into_iter().map(|v| if let Json::String(s) = v { Some(s) } else { None }).collect::<Option<Vec<_>>>().map(|l| l.join(" "))
        }
        Json::Bool(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(content: &str) -> Vec<String> {
        let table = read(content).unwrap();
        let cells = |r: &Row| ["text", "to", "when"].map(|c| table.field(r, c).unwrap_or("-").to_owned()).join("|");
        table.rows.iter().map(|r| format!("{}:{}{}", r.number, cells(r), if r.wrong.is_empty() { "" } else { " !" })).collect()
    }
    fn why(content: &str) -> String {
        read(content).unwrap_err().to_string()
    }

    #[test]
    fn csv_of_several_makes() {
        assert_eq!(rows("text,to\nHello,ada@plaza\n"), ["2:Hello|ada@plaza|-"]);
        assert_eq!(
            rows("\u{feff}Message;Date\r\n\"One; \"\"two\"\"\r\nthree\";2026-09-09 12:30\r\n\r\nFour;\r\n"),
            ["2:One; \"two\"\r\nthree|-|2026-09-09 12:30", "5:Four|-|"]
        );
        assert_eq!(rows("when\ttext\textra\n\t Hi \t3"), ["2: Hi |-|"]);
        assert_eq!(rows("text,to\nHello, everybody,ada@plaza"), ["2:Hello| everybody|- !"]);
        assert_eq!(rows("text\n\"Last\""), ["2:Last|-|-"]);
    }

    #[test]
    fn json_of_either_shape() {
        assert_eq!(
            rows(r#"[{"text":"Hi","to":["a","b"],"x":1},{"text":{}},7]"#),
            ["1:Hi|a b|", "2:||  !".replace("  ", " ").as_str(), "3:|| !"]
        );
        assert_eq!(rows(r#" {"posts":[{"content":"Hi","date":"slot"}]}"#), ["1:Hi||slot"]);
        assert_eq!(read(r#"[{"text":"a","mood":"b"}]"#).unwrap().unknown, ["mood"]);
    }

    #[test]
    fn what_is_wrong_says_where() {
        for (content, expected) in [
            ("", "empty"),
            ("text\n", "no rows"),
            ("Hello there\nand more", "name the columns"),
            ("text,words\na,b", "“text” is there twice"),
            ("text\n\"a\n\nb", "Line 2: the quote"),
            ("text\n\"a\" b\n", "Line 2: words stand behind"),
            ("[{\"text\":\n]", "line 2, letter 1"),
            ("{\"text\":\"a\"}", "list of objects"),
        ] {
            assert!(why(content).contains(expected), "{content:?}: {}", why(content));
        }
        let long = format!("text\n{}", "a\n".repeat(ROWS_MAX + 1));
        assert!(why(&long).contains("more than 500 rows"));
        assert_eq!(read(&format!("text\n{}", "a\n".repeat(ROWS_MAX))).unwrap().rows.len(), ROWS_MAX);
    }

    proptest! {
        #[test]
        fn what_is_written_by_the_rules_is_read_back(cells in prop::collection::vec(("\\PC{1,40}|[a\n\",;\r]{1,20}", "\\PC{0,20}"), 1..8)) {
            let quoted = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
            let file: String = cells.iter().fold("text,to\r\n".to_owned(), |f, (a, b)| format!("{f}{},{}\r\n", quoted(a), quoted(b)));
            let expected: Vec<_> = cells.iter().filter(|(a, b)| !(a.trim().is_empty() && b.trim().is_empty())).collect();
            match read(&file) {
                Ok(table) => {
                    let found: Vec<_> = table.rows.iter().map(|r| (table.field(r, "text").unwrap().to_owned(), table.field(r, "to").unwrap().to_owned())).collect();
                    prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
                }
                Err(_) => prop_assert!(expected.is_empty()),
            }
        }
        #[test]
        fn nothing_breaks_it(content in "(\\PC|\n|\"|,){0,300}") {
            let _ = read(&content);
        }
    }
}
