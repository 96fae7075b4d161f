use super::*;

fn found(text: &str) -> Vec<&str> {
    entities(text).iter().map(|f| &text[f.range().0..f.range().1]).collect()
}

#[test]
fn a() {
    assert_eq!(found("x"), Vec::<&str>::new());
}
