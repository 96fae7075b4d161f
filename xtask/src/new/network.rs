//! `cargo x new network NAME`: one folder, and its lines in the list. Nothing else in the house has to learn of it:
//! sign-in form, preview, ability table and help are drawn from its `About` and its facets.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::{after_last, check_name, type_name, write_new};

const LIST: &str = "crates/networks/src/lib.rs";

pub fn make(root: &Path, name: &str) -> anyhow::Result<bool> {
    check_name(name)?;
    let folder = root.join("crates/networks/src").join(name);
    if folder.exists() {
        bail!("{} is there already", folder.display());
    }
    let list = root.join(LIST);
    let listed = with_lines(&fs::read_to_string(&list)?, name)?;
    for (file, text) in FILES {
        let text = text.replace("NAME", name).replace("TYPE", &type_name(name)).replace("MARK", &type_name(name)[..2.min(name.len())]);
        write_new(&folder.join(file), &text)?;
    }
    fs::write(&list, listed)?;
    println!("crates/networks/src/{name}/ and its lines in {LIST}. Begin with its README.md; then `cargo nextest run -p hobnob-networks`.");
    Ok(true)
}

/// The list with the network in it: its module, and its entry in `ALL`.
fn with_lines(list: &str, name: &str) -> anyhow::Result<String> {
    let networks = "the list of networks is not as it was";
    // The networks stand in a paragraph of their own, after the modules that serve them all.
    let first = list.find("static ALL").context(networks)?;
    let known = |line: &str| {
        line.strip_prefix("pub mod ").and_then(|l| l.strip_suffix(';')).is_some_and(|m| list[first..].contains(&format!("{m}::")))
    };
    let with_module = after_last(list, &format!("pub mod {name};"), known).context(networks)?;
    let all = with_module.find("static ALL").context(networks)?;
    let end = with_module[all..].find("];").context(networks)? + all;
    let before = with_module[..end].trim_end().trim_end_matches(',');
    Ok(format!("{before}, &{name}::{}{}", type_name(name), &with_module[end..]))
}

const FILES: &[(&str, &str)] =
    &[("README.md", README), ("mod.rs", MOD), ("wire.rs", WIRE), ("translate.rs", TRANSLATE), ("fixtures/README.md", FIXTURES)];

const README: &str = "\
# TYPE

How a person gets a key, what the server limits, and what is odd about it. Say where each fact is from.

- Sign in:
- Limits:
- Quirks:
";

const MOD: &str = "\
//! TYPE: what it is called, and which facets it has. Not how anything is said on the wire.
//! Begin with `wire.rs` (its JSON, in its own words), then `translate.rs`; give each facet a file of its own.

mod translate;
mod wire;

use model::Rules;

use crate::{About, Network};

pub struct TYPE;

static ABOUT: About = About { key: \"NAME\", name: \"TYPE\", mark: \"MARK\", blurb: \"\", rules: Rules::default };

// A facet that is here is tested by the conformance suite; one that is missing is an honest \"no\" on every page.
impl Network for TYPE {
    fn about(&self) -> &'static About {
        &ABOUT
    }
}
";

const WIRE: &str = "\
//! What goes over the wire, in the network's own words. Nothing outside this folder sees these types.
";

const TRANSLATE: &str = "\
//! Pure functions between the wire and our nouns: a post from what was read, what is sent from a part.
";

const FIXTURES: &str = "\
A case is two files: `CASE.wire.json`, as the server says it, and `CASE.post.txt`, as we read it. The suite finds them.
`account.json` is what the suite for all networks needs of an account here (see those of the others): `remote_id`, `handle`, `secret` with
invented tokens that say `s3cret`, `post` of somebody else, `own` post, `person`; `{server}` stands for the server that misbehaves.
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Scratch;

    #[test]
    fn a_network_is_a_folder_and_its_lines() {
        let scratch = Scratch::new("new-network").unwrap();
        let list = scratch.0.join(LIST);
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        fs::copy(crate::machine::root().unwrap().join(LIST), &list).unwrap();
        let before = fs::read_to_string(&list).unwrap();
        make(&scratch.0, "pin_board").unwrap();
        let after = fs::read_to_string(&list).unwrap();
        assert_eq!(after.lines().count(), before.lines().count() + 1);
        assert!(after.contains("\npub mod pin_board;\n") && after.contains(", &pin_board::PinBoard];"), "{after}");
        let room = fs::read_to_string(list.with_file_name("pin_board").join("mod.rs")).unwrap();
        assert!(room.contains("pub struct PinBoard;") && room.contains("key: \"pin_board\"") && room.contains("mark: \"Pi\""));
        assert!(make(&scratch.0, "pin_board").unwrap_err().to_string().contains("there already"));
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        let scratch = Scratch::new("new-network").unwrap();
        for name in ["Pin", "pin-board", "../pin", "", "1pin"] {
            assert!(make(&scratch.0, name).unwrap_err().to_string().contains("can't be a name"), "{name}");
        }
    }
}
