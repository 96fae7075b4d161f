use super::*;

fn somebody(name: &str, handle: &str, about: &str) -> Profile {
    Profile { name: name.into(), handle: handle.into(), about: about.into(), ..Profile::default() }
}

#[test]
fn own_words_tell() {
    use Nature::*;
    for (name, handle, about, nature, why) in [
        ("Ada Larch", "ada@plaza", "Bookbinder. she/her", Person, "Speaks as one person: “Bookbinder. she/her”."),
        ("Ada Larch", "ada@plaza", "Bookbinder at Fold", Person, ""),
        ("Fold", "fold@plaza", "We make paper by hand.\nFollow us!", Brand, "Its own words say so: “Follow us!”."),
        ("Fold Ltd.", "fold@plaza", "", Brand, "It is called a company: Fold Ltd.."),
        ("Ann Co", "ann@plaza", "I’m a binder", Person, "Speaks as one person: “I’m a binder”."),
        ("Marcel Ag", "ag@plaza", "", Person, ""),
        ("Weather", "weather-bot@plaza", "", Bot, "It calls itself a bot: Weather."),
        ("WeatherBot", "weather@plaza", "", Bot, "It calls itself a bot: WeatherBot."),
        ("The Abbot", "talbot@plaza", "", Person, ""),
        ("Papers", "papers@plaza", "Unofficial mirror of the paper", Bot, "Its own words say so: “Unofficial mirror of the paper”."),
        // The signs are mixed: a person.
        (
            "Ben",
            "ben@plaza",
            "I work for the official museum. Visit us.",
            Person,
            "Speaks as one person: “I work for the official museum. Visit us.”.",
        ),
        // Not whole words.
        ("Ben", "ben@plaza", "hawe arena", Person, ""),
    ] {
        assert_eq!(nature_of(&somebody(name, handle, about), &[]), (nature, why.to_owned()), "{name} {about}");
    }
    let flagged = Profile { is_bot: true, ..somebody("Ada", "ada@plaza", "I'm Ada") };
    assert_eq!(nature_of(&flagged, &[]).0, Bot, "the network's own word goes first");
}

fn spoken(n: usize, text: impl Fn(usize) -> String, has_link: bool) -> Vec<Spoken> {
    (0..n).map(|i| Spoken { text: text(i), has_link, is_answer: false }).collect()
}

#[test]
fn how_one_speaks_tells_once_enough_is_known() {
    let who = somebody("Ada", "ada@plaza", "");
    let same = |n| spoken(n, |i| format!("Now {i} degrees https://w.example/{i}"), true);
    assert_eq!(nature_of(&who, &same(SPOKEN_MIN - 1)), (Nature::Person, String::new()));
    assert_eq!(
        nature_of(&who, &same(12)),
        (Nature::Bot, "Says the same again and again (12 of its last 12 posts), and answers nobody.".into())
    );
    let words = ["bread", "salt", "rye", "oven", "steam", "crumb", "crust", "leaven", "flour", "water", "stone", "wood"];
    let links = spoken(12, |i| format!("All about {} https://w.example/{i}", words[i]), true);
    assert_eq!(nature_of(&who, &links), (Nature::Brand, "Only posts links (12 of its last 12 posts), and answers nobody.".into()));
    // One answer to anybody, and it is a person for all that is known.
    let mut answers = links.clone();
    answers[3].is_answer = true;
    assert_eq!(nature_of(&who, &answers), (Nature::Person, String::new()));
    assert_eq!(nature_of(&who, &spoken(12, |i| format!("All about {}", words[i]), false)), (Nature::Person, String::new()));
}

#[test]
fn several_profiles_of_one() {
    use Nature::*;
    let say = |n: Nature, why: &str| (n, why.to_owned());
    assert_eq!(nature_of_all(&[]), (Person, String::new()));
    assert_eq!(nature_of_all(&[say(Bot, "b"), say(Person, "p")]), say(Person, "p"));
    assert_eq!(nature_of_all(&[say(Person, ""), say(Bot, "b")]), say(Bot, "b"));
    assert_eq!(nature_of_all(&[say(Brand, "c"), say(Bot, "b")]), say(Brand, "c"));
}
