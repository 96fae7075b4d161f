//! Our icons: drawn by us, one constant each, so that a misspelt name doesn't build.
//! In a template: `{{ crate::icon::DONE.s }}` (small, in buttons) or `{{ crate::icon::DONE.m }}` (rail, hints).

use crate::html::Safe;

/// One icon in its two sizes. Hidden from screen readers: a word always stands beside it.
pub struct Icon {
    pub m: Safe<&'static str>,
    pub s: Safe<&'static str>,
    paths: &'static str,
}

impl Icon {
    /// The icon with its own classes, such as `i i--s ok`.
    pub fn class(&self, classes: &str) -> Safe<String> {
        Safe(format!(r#"<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>"#, self.paths))
    }
}

macro_rules! icons {
    ($($name:ident $paths:literal)*) => {$(
        pub const $name: Icon = Icon {
            m: Safe(concat!(r#"<svg class="i" viewBox="0 0 24 24" aria-hidden="true">"#, $paths, "</svg>")),
            s: Safe(concat!(r#"<svg class="i i--s" viewBox="0 0 24 24" aria-hidden="true">"#, $paths, "</svg>")),
            paths: $paths,
        };
    )*};
}

icons! {
    SEARCH r##"<circle cx="11" cy="11" r="6"/><path d="m15.5 15.5 4.5 4.5"/>"##
    DOWN r##"<path d="m7 10 5 5 5-5"/>"##
    WRITE r##"<path d="M4.5 19.5 6 14.5 15.5 5a1.9 1.9 0 0 1 2.7 0l.8.8a1.9 1.9 0 0 1 0 2.7L9.5 18z"/><path d="m13.5 7 3.5 3.5"/>"##
    TODAY r##"<circle cx="12" cy="13" r="3.5"/><path d="M3 19h18M12 4v2.5M4.5 13H3M21 13h-1.5M6.3 7.300l1.2 1.200M17.7 7.300l-1.2 1.2"/>"##
    INBOX r##"<path d="M4 5.5h11a1 1 0 0 1 1 1V12a1 1 0 0 1-1 1H9l-3.5 3v-3H4a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1z"/><path d="M19 9.5h1a1 1 0 0 1 1 1V16a1 1 0 0 1-1 1h-1.5v2.5L15.5 17H12"/>"##
    LISTEN r##"<path d="M7 10a5 5 0 0 1 10 0c0 3.5-3 4.5-3 7.5 0 1.9-1.3 3-2.8 3-1.4 0-2.4-.9-2.7-2.2"/><path d="M10 10.5a2 2 0 0 1 4 0c0 1.5-1.5 1.8-1.5 3.3"/>"##
    CALENDAR r##"<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>"##
    PEOPLE r##"<circle cx="9" cy="8.5" r="3"/><path d="M3.5 19c.4-3.3 2.5-5 5.5-5s5.1 1.7 5.5 5"/><path d="M15.5 6a2.7 2.7 0 0 1 0 5.200M17 14.300c2 .5 3.2 2.1 3.5 4.7"/>"##
    AIMS r##"<path d="M6 20.5V4M6 5h11.5l-2.5 3.8 2.5 3.7H6"/>"##
    BALANCE r##"<path d="M12 4v16M8.5 20h7M5 7h14M5 7l-2.5 6a2.7 2.7 0 0 0 5 0zM19 7l-2.5 6a2.7 2.7 0 0 0 5 0z"/>"##
    SETTINGS r##"<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>"##
    KEYS r##"<rect x="3" y="6.5" width="18" height="11" rx="2"/><path d="M7 10.5h.01M10.5 10.5h.01M14 10.5h.01M17 10.5h.01M8 14h8"/>"##
    ADD r##"<path d="M12 5v14M5 12h14"/>"##
    DONE r##"<path d="m5 12.5 4.5 4.5L19 7.5"/>"##
    LATER r##"<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>"##
    MORE r##"<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="2.6"/>"##
    BACK r##"<path d="m14.5 6-6 6 6 6"/>"##
    LEAVE r##"<path d="m6.5 6.5 11 11M17.5 6.5l-11 11"/>"##
    NEXT r##"<path d="m9.5 6 6 6-6 6"/>"##
    GIVES r##"<path d="M3.5 15.5 7 12.7c.7-.5 1.5-.7 2.3-.7h3.200a1.7 1.7 0 0 1 0 3.400H10"/><path d="m14 15 4.3-2.6a1.5 1.5 0 0 1 1.7 2.400L15 18.7c-.8.6-1.7.8-2.6.8H8l-4.5 1"/><path d="M12 8.5V3.5M9.5 6h5"/>"##
    WARN r##"<path d="M12 4.5 3.5 19.5h17z"/><path d="M12 10v4.5M12 17h.01"/>"##
    TALKS r##"<path d="M5 5.5h14a1 1 0 0 1 1 1v8.5a1 1 0 0 1-1 1h-7.5L7.5 19.5V16H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1z"/>"##
    ASKS r##"<path d="M12 13V4.5a1.3 1.3 0 0 1 2.6 0V11M14.6 6a1.3 1.3 0 0 1 2.6 0v6M12 6.5a1.3 1.3 0 0 0-2.6 0V13M9.4 9a1.3 1.3 0 0 0-2.6 0v5.5c0 3.5 2 6 5.2 6s5.2-2.2 5.2-5.5V9.5"/>"##
    PERSONAL r##"<path d="M12 20c5-3.3 7.5-6.2 7.5-9.5A3.9 3.9 0 0 0 12 8.300a3.9 3.9 0 0 0-7.5 2.200C4.5 13.8 7 16.7 12 20z"/>"##
    PICTURE r##"<rect x="4" y="5" width="16" height="14" rx="2"/><circle cx="9" cy="10" r="1.6"/><path d="m4.5 17 4.5-4 3 2.5 3.5-4 4.5 4.5"/>"##
    LINK r##"<path d="M10 13.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1"/><path d="M14 10.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1"/>"##
    BREAK r##"<path d="M4 8h16M4 16h16M12 4v1M12 10.5v3M12 19v1"/>"##
    SOFT r##"<path d="M4.5 19.5 12 12M7 17c-1-7 4-12 12.5-12.5C19.5 12 15 17 7 17z"/><path d="M9.5 14.5H14M12 12h4"/>"##
    WORK r##"<path d="M12 20.5s6-5.5 6-10.300A6 6 0 0 0 6 10.200c0 4.8 6 10.3 6 10.300z"/><circle cx="12" cy="10" r="2"/>"##
    LOOK r##"<path d="M2.5 12S6 6 12 6s9.5 6 9.5 6S18 18 12 18s-9.5-6-9.5-6z"/><circle cx="12" cy="12" r="2.5"/>"##
    INFO r##"<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8h.01"/>"##
    MINUS r##"<path d="M6 12h12"/>"##
    DESKS r##"<path d="M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"/>"##
    REPLY r##"<path d="M10 6 4.5 11.5 10 17"/><path d="M5 11.5h8.5c4 0 6 2.3 6 6"/>"##
    LETTER r##"<rect x="3.5" y="6" width="17" height="12.5" rx="2"/><path d="m4 7.5 8 6 8-6"/>"##
    LOCK r##"<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>"##
    PASS_ON r##"<path d="M5 9.5h12.5l-3-3M19 14.5H6.5l3 3"/>"##
    LIKE r##"<path d="M12 20c5-3.3 7.5-6.2 7.5-9.5A3.9 3.9 0 0 0 12 8.3a3.9 3.9 0 0 0-7.5 2.2C4.5 13.8 7 16.7 12 20z"/>"##
    BOOST r##"<path d="M5 12V9.5A2.5 2.5 0 0 1 7.5 7H18l-3-3M19 12v2.5a2.5 2.5 0 0 1-2.5 2.5H6l3 3"/>"##
    KEEP r##"<path d="M7 4.5h10v15l-5-3.5-5 3.5z"/>"##
    REMOVE r##"<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5"/>"##
    OUT r##"<path d="M13 5.5h5.5V11M18.5 5.5 11 13M16 14v4.5H5.5V8H10"/>"##
}
