//! `cargo x new page ROOM NAME`: a page's `.rs` and `.html` side by side, its `mod` line, and its line in the routes.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use super::{after_last, check_name, type_name, write_new};

const PAGES: &str = "crates/web/src/pages";
const ROUTES: &str = "crates/web/src/routes.rs";
/// A room, and the place in the rail that its pages belong to unless their writer says otherwise.
const ROOMS: &[(&str, &str)] =
    &[("listen", "Listen"), ("converse", "Inbox"), ("publish", "Write"), ("relate", "People"), ("reflect", "Aims"), ("desk", "Settings")];

pub fn make(root: &Path, room: &str, name: &str) -> anyhow::Result<bool> {
    check_name(name)?;
    let Some((_, place)) = ROOMS.iter().find(|(known, _)| *known == room) else {
        bail!("there is no room {room}; there are listen, converse, publish, relate, reflect, desk");
    };
    let folder = root.join(PAGES).join(room);
    let door = folder.join("mod.rs");
    let rooms = root.join(PAGES).join("mod.rs");
    let routes = root.join(ROUTES);
    let routed = with_route(&fs::read_to_string(&routes)?, room, name)?;
    let mut changed = vec![(routes, routed)];
    if door.exists() {
        let text = fs::read_to_string(&door)?;
        changed.push((
            door,
            after_last(&text, &format!("pub mod {name};"), |l| l.contains("mod ") || l.starts_with("//!"))
                .context("a room without an opening")?,
        ));
    } else {
        changed.push((
            door,
            format!(
                "//! Pages of the room {room}. Not its thinking, which is in `verbs`.\n//! Begin with [`{name}`].\n\npub mod {name};\n"
            ),
        ));
        let text = fs::read_to_string(&rooms)?;
        changed
            .push((rooms, after_last(&text, &format!("pub mod {room};"), |l| l.contains("mod ")).context("pages/mod.rs names no page")?));
    }
    for (ending, text) in [("rs", CODE), ("html", TEMPLATE)] {
        let text = text.replace("ROOM", room).replace("NAME", name).replace("PLACE", place).replace("TITLE", &title(name));
        write_new(&folder.join(format!("{name}.{ending}")), &text)?;
    }
    for (file, text) in changed {
        fs::write(&file, text).with_context(|| file.display().to_string())?;
    }
    println!("{PAGES}/{room}/{name}.rs and .html, and its line in {ROUTES}. Put it on the map in ARCHITECTURE.md.");
    Ok(true)
}

/// `said_yes` as a heading: `Said yes`.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    type_name(name)[..1].to_owned() + &words[1..]
}

fn with_route(routes: &str, room: &str, name: &str) -> anyhow::Result<String> {
    let address = name.replace('_', "-");
    if routes.contains(&format!("\"/{address}\"")) {
        bail!("/{address} is an address already");
    }
    let of_room = routes.find(&format!("fn {room}() -> Router<Site>")).context("routes.rs has no function for that room")?;
    let start = "Router::new()";
    let at = routes[of_room..].find(start).context("the room's function makes no router")? + of_room + start.len();
    Ok(format!("{}\n        .route(\"/{address}\", get(pages::{room}::{name}::show)){}", &routes[..at], &routes[at..]))
}

const CODE: &str = "\
//! TITLE: which question this page answers.

use askama::Template;

use crate::{
    session::Seated,
    shell::{Answer, Place, Shell},
};

/// All that the template may see.
#[derive(Template)]
#[template(path = \"pages/ROOM/NAME.html\")]
struct Page {
    shell: Shell,
}

/// GET: one verb's answer becomes a page.
pub async fn show(seated: Seated) -> Answer {
    seated.page(&Page { shell: seated.shell(Place::PLACE) })
}
";

const TEMPLATE: &str = "\
{% extends \"layout.html\" %}
{% block title %}TITLE{% endblock %}
{% block main %}
    <header class=\"head\">
      <h1>TITLE</h1>
    </header>
{% endblock %}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Scratch;

    const ROUTES_BEFORE: &str = "fn desk() -> Router<Site> {\n    Router::new()\n        .route(\"/keys\", get(pages::keys::show))\n}\n\nfn reflect() -> Router<Site> {\n    Router::new()\n}\n";

    fn house() -> Scratch {
        let scratch = Scratch::new("new-page").unwrap();
        fs::create_dir_all(scratch.0.join(PAGES)).unwrap();
        fs::write(scratch.0.join(PAGES).join("mod.rs"), "//! Pages.\n\npub mod keys;\n").unwrap();
        fs::write(scratch.0.join(ROUTES), ROUTES_BEFORE).unwrap();
        scratch
    }

    #[test]
    fn a_page_is_two_files_and_its_lines() {
        let house = house();
        let read = |path: &str| fs::read_to_string(house.0.join(path)).unwrap();
        make(&house.0, "reflect", "said_yes").unwrap();
        assert!(read("crates/web/src/pages/mod.rs").ends_with("pub mod keys;\npub mod reflect;\n"));
        assert!(read("crates/web/src/pages/reflect/mod.rs").contains("pub mod said_yes;"));
        assert!(read("crates/web/src/pages/reflect/said_yes.rs").contains("path = \"pages/reflect/said_yes.html\""));
        assert!(read("crates/web/src/pages/reflect/said_yes.html").contains("<h1>Said yes</h1>"));
        let routes = read(ROUTES);
        assert!(routes.ends_with("Router::new()\n        .route(\"/said-yes\", get(pages::reflect::said_yes::show))\n}\n"), "{routes}");
        make(&house.0, "reflect", "trials").unwrap();
        assert!(read("crates/web/src/pages/reflect/mod.rs").ends_with("pub mod said_yes;\npub mod trials;\n"));
        assert!(make(&house.0, "reflect", "trials").unwrap_err().to_string().contains("already"));
    }

    #[test]
    fn a_room_that_is_none_is_refused_and_nothing_is_written() {
        let house = house();
        assert!(make(&house.0, "kitchen", "sink").unwrap_err().to_string().contains("there is no room"));
        assert!(make(&house.0, "reflect", "keys").unwrap_err().to_string().contains("an address already"));
        assert!(!house.0.join(PAGES).join("reflect").exists());
    }
}
