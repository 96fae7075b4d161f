//! More: the rest of the places, for small screens.

use askama::Template;

use crate::{
    session::Seated,
    shell::{Answer, Place, Shell},
};

#[derive(Template)]
#[template(path = "pages/more.html")]
struct Page {
    shell: Shell,
}

pub async fn show(seated: Seated) -> Answer {
    seated.page(&Page { shell: seated.shell(Place::More) })
}
