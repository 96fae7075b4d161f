use super::*;

fn page(html: &str) -> Page {
    read(html, &Url::parse("https://blog.example/a/").expect("an address"))
}

#[test]
fn an_entry_with_its_author() {
    let page = page(
        r#"<article class="h-entry"><a class="u-url" href="1">x</a>
        <div class="p-author h-card"><img class="u-photo" src="/a.png" alt="Ada"><a class="p-name u-url" href="/">Ada Lark</a></div>
        <div class="e-content p-name">One <b>loaf</b> <img src="b.png"></div><a class="u-in-reply-to" href="https://b.example/2">that</a>
        <time class="dt-published" datetime="2026-11-21T10:00:00Z">today</time></article>"#,
    );
    let [entry] = page.items.as_slice() else { panic!("one entry") };
    assert!(entry.is("h-entry"));
    assert_eq!(entry.text("url"), Some("https://blog.example/a/1"));
    assert_eq!(entry.text("in-reply-to"), Some("https://b.example/2"));
    assert_eq!(entry.text("published"), Some("2026-11-21T10:00:00Z"));
    let author = entry.first("author").and_then(Value::item).expect("a card");
    assert_eq!((author.text("name"), author.text("url")), (Some("Ada Lark"), Some("https://blog.example/")));
    assert_eq!(entry.text("author"), Some("Ada Lark"));
    let Some(Value::Html { html, value }) = entry.first("content") else { panic!("html") };
    assert_eq!(html, r#"One <b>loaf</b> <img src="https://blog.example/a/b.png">"#);
    assert_eq!(value, "One loaf  https://blog.example/a/b.png");
}

#[test]
fn what_nobody_wrote_out() {
    let card = page(r#"<a class="h-card" href="/ada"><img src="a.png" alt="Ada"></a>"#).items.remove(0);
    assert_eq!(
        (card.text("name"), card.text("url"), card.text("photo")),
        (Some("Ada"), Some("https://blog.example/ada"), Some("https://blog.example/a/a.png"))
    );
    let entry = page(r#"<p class="h-entry">Just <b>words</b></p>"#).items.remove(0);
    assert_eq!((entry.text("name"), entry.text("url")), (Some("Just words"), None));
}

#[test]
fn the_classic_names() {
    let page = page(
        r#"<div class="hentry"><h1 class="entry-title"><a rel="bookmark" href="/1">Bread</a></h1>
        <div class="entry-content"><p>Rises</p></div><span class="author vcard"><a class="url fn" href="/ada">Ada</a></span>
        <a rel="tag" href="/tags/sour%20dough/">x</a></div>"#,
    );
    let entry = &page.items[0];
    assert_eq!(
        (entry.text("name"), entry.text("url"), entry.text("category")),
        (Some("Bread"), Some("https://blog.example/1"), Some("sour dough"))
    );
    assert_eq!(entry.first("author").and_then(Value::item).and_then(|a| a.text("name")), Some("Ada"));
}

#[test]
fn links_by_kind() {
    let page =
        page(r#"<base href="/b/"><link rel="me  author" href="x"><a rel="me" href="x">Ada</a><a rel="ME" href="y"></a><a href="z"></a>"#);
    assert_eq!(page.rels.all("me"), ["https://blog.example/b/x"]);
    assert_eq!(page.rels.first("author"), Some("https://blog.example/b/x"));
    assert_eq!(page.rels.by_url["https://blog.example/b/x"].says["text"], "Ada");
}

#[test]
fn items_are_found_at_any_depth() {
    let page = page(r#"<div class="h-feed"><div class="h-entry"><div class="p-comment h-cite"><p class="p-name">c</p></div></div></div>"#);
    assert_eq!(page.of_kind("h-cite").len(), 1);
    assert_eq!(page.of_kind("h-entry").len(), 1);
}
