//! The pictures that rows name, by path or address: handed in with the file or fetched, read once, and kept with it until it is confirmed.
//! What is wrong with one is said in every row that names it.

use std::collections::{BTreeSet, HashMap};

use model::Picture;
use networks::{Http, NetworkError};
use store::Tx;
use store::import_pictures::Known;
pub use store::pictures::PICTURES_OF_A_DRAFT_MAX;
use tokio::task::JoinSet;

use super::super::picture::{self, FILE_MAX, Taken};
use super::row::Problem;
use super::table::{Row, Table};
use crate::Done;

/// Different pictures of one file.
pub const PER_FILE_MAX: usize = 100;
/// All pictures of one file together, in bytes, as they are kept.
pub const TOTAL_MAX: usize = 200 * 1024 * 1024;
/// Addresses fetched at once.
const AT_ONCE: usize = 6;
/// Letters of a name that are shown.
const SHOWN_MAX: usize = 60;

/// A picture handed in with the file.
pub struct Given {
    /// Its path as a row names it, or its name alone.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A picture, or why there is none.
pub struct Had {
    name: String,
    had: Result<Taken, String>,
}

/// The names of a field, one below the other or with `|` between.
pub fn names(field: &str) -> Vec<String> {
    field.split(['\n', '|']).map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

/// The words for pictures, in their order; a picture without any keeps its place.
fn words(field: &str) -> Vec<String> {
    field.trim().split(['\n', '|']).map(|w| w.trim().to_owned()).collect()
}

pub fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
}

/// The pictures that a file names by path, each once: whoever hands it in brings them along.
pub fn paths(content: &str) -> Done<Vec<String>> {
    let table = super::table::read(content)?;
    Ok(all(&table).into_iter().filter(|name| !is_address(name)).take(PER_FILE_MAX).collect())
}

fn all(table: &Table) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = table.rows.iter().flat_map(|row| names(table.field(row, "pictures").unwrap_or_default()));
    named.filter(|name| seen.insert(name.clone())).collect()
}

/// Gets every picture that the table names.
pub async fn gather(http: &Http, table: &Table, given: Vec<Given>) -> Done<Vec<Had>> {
    let wanted = all(table);
    let mut had = Vec::with_capacity(wanted.len());
    let mut fetched = fetch(http, wanted.iter().take(PER_FILE_MAX).filter(|n| is_address(n)).cloned().collect()).await;
    let mut total = 0;
    for (at, name) in wanted.into_iter().enumerate() {
        let file = match fetched.remove(&name) {
            _ if at >= PER_FILE_MAX => Err(format!("a file names up to {PER_FILE_MAX} different pictures")),
            Some(file) => file,
            None => handed_in(&given, &name),
        };
        let taken = match file {
            Ok(bytes) => match picture::in_turn(move || picture::take_in(&bytes)).await {
                Ok(taken) => Ok(taken),
                Err(crate::VerbError::Wrong { why, .. }) => Err(why),
                Err(other) => return Err(other),
            },
            Err(why) => Err(why),
        };
        let taken = taken.and_then(|t| {
            total += t.bytes.len();
            if total > TOTAL_MAX {
                Err(format!("the pictures of a file have up to {} MB together", TOTAL_MAX / 1024 / 1024))
            } else {
                Ok(t)
            }
        });
        had.push(Had { name, had: taken });
    }
    Ok(had)
}

/// By its path as it was given, or by its last part: a browser hands in no more.
fn handed_in(given: &[Given], name: &str) -> Result<Vec<u8>, String> {
    let last = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase();
    let found = given.iter().find(|g| g.name == name).or_else(|| given.iter().find(|g| last(&g.name) == last(name)));
    match found {
        Some(given) => Ok(given.bytes.clone()),
        None => Err("it did not come with the file. Hand it in together with it, or give its address".into()),
    }
}

type Fetched = HashMap<String, Result<Vec<u8>, String>>;

async fn fetch(http: &Http, addresses: Vec<String>) -> Fetched {
    let (mut all, mut left) = (Fetched::new(), addresses.into_iter());
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(address) = left.next()
        {
            let http = http.clone();
            running.spawn(async move {
                let got = http.picture_within(&address, FILE_MAX).await;
                (address, got.map(|(_, bytes)| bytes).map_err(|e| reason(&e)))
            });
        }
        match running.join_next().await {
            Some(Ok((address, got))) => drop(all.insert(address, got)),
            Some(Err(_)) => {}
            None => return all,
        }
    }
}

fn reason(error: &NetworkError) -> String {
    match error {
        NetworkError::NotThere => "there is nothing at that address".into(),
        other => other.to_string(),
    }
}

/// Keeps what was had, with the file.
pub fn keep(tx: &Tx<'_>, import: model::ImportId, all: Vec<Had>) -> store::Kept<()> {
    for Had { name, had } in all {
        let known = |wrong: Option<String>, taken: Option<&Taken>| Known {
            name,
            wrong,
            mime: taken.map_or(String::new(), |t| t.mime.into()),
            width: taken.map_or(0, |t| t.width),
            height: taken.map_or(0, |t| t.height),
            length_ms: taken.map_or(0, |t| t.length_ms),
            size: 0,
        };
        match had {
            Ok(taken) => {
                let known = known(None, Some(&taken));
                tx.imports().put_picture(import, &known, taken.bytes, taken.thumb)?;
            }
            Err(why) => tx.imports().put_picture(import, &known(Some(why), None), Vec::new(), Vec::new())?,
        }
    }
    Ok(())
}

/// The pictures of a row, each with its name, and what is wrong with them.
pub fn of_row(tx: &Tx<'_>, known: &[Known], (table, row): (&Table, &Row), now: model::Timestamp) -> (Vec<(String, Picture)>, Vec<Problem>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    let mut object = |column: &'static str, why: String| wrong.push(Problem { column, why });
    let names = names(table.field(row, "pictures").unwrap_or_default());
    let alts = words(table.field(row, "alt").unwrap_or_default());
    if alts.len() > names.len() && alts.iter().any(|w| !w.is_empty()) {
        object("alt", format!("There are words for {} pictures and {} to go with them.", alts.len(), names.len()));
    }
    if names.len() > PICTURES_OF_A_DRAFT_MAX as usize {
        object("pictures", format!("There are {} pictures; a draft has up to {PICTURES_OF_A_DRAFT_MAX}.", names.len()));
    }
    for (i, name) in names.into_iter().enumerate().take(PICTURES_OF_A_DRAFT_MAX as usize) {
        match known.iter().find(|k| k.name == name) {
            Some(Known { wrong: Some(why), .. }) => {
                object("pictures", format!("“{}” can’t be had: {}.", shown(&name), why.trim_end_matches('.')))
            }
            Some(k) => {
                let alt = alts.get(i).cloned().unwrap_or_default();
                let (mime, size) = (k.mime.clone(), k.size);
                let picture = Picture { id: tx.fresh(now), mime, width: k.width, height: k.height, alt, size, length_ms: k.length_ms };
                found.push((name, picture));
            }
            None => object("pictures", format!("“{}” did not come with the file.", shown(&name))),
        }
    }
    (found, wrong)
}

fn shown(name: &str) -> String {
    let cut: String = name.chars().take(SHOWN_MAX).collect();
    if cut.len() < name.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_of_a_field() {
        assert_eq!(names(" a.jpg | img/b b.png\nhttps://x.example/c?d=1,2 |"), ["a.jpg", "img/b b.png", "https://x.example/c?d=1,2"]);
        assert_eq!(words("A loaf | | A bowl, blue"), ["A loaf", "", "A bowl, blue"]);
        assert_eq!(paths("text,pictures\nHi,a.jpg|https://x.example/b\nHo,a.jpg|c.png").unwrap(), ["a.jpg", "c.png"]);
        assert_eq!(
            paths(
                r#"[{"text":"Hi","pictures":["a.jpg",{"file":"b.jpg","alt":"B"}]},{"text":"Ho","pictures":{"url":"https://x.example/"}}]"#
            )
            .unwrap(),
            ["a.jpg", "b.jpg"]
        );
    }

    #[test]
    fn what_was_handed_in_is_known_by_its_path_or_its_name() {
        let given = |name: &str| Given { name: name.into(), bytes: name.as_bytes().to_vec() };
        let all = [given("loaf.JPG"), given("img/bowl.png"), given("other/bowl.png")];
        assert_eq!(handed_in(&all, "summer/loaf.jpg").unwrap(), b"loaf.JPG");
        assert_eq!(handed_in(&all, "other/bowl.png").unwrap(), b"other/bowl.png");
        assert!(handed_in(&all, "cat.png").is_err());
    }
}
