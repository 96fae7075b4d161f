use proptest::prelude::*;

use super::*;

fn names(read: &Read) -> Vec<(usize, &str, &str, &str)> {
    read.contacts.iter().map(|c| (c.line, c.name.as_str(), c.organisation.as_str(), c.role.as_str())).collect()
}
fn wrongs(read: &Read) -> Vec<(usize, &str)> {
    read.wrong.iter().map(|w| (w.line, w.why.as_str())).collect()
}

#[test]
fn cards_of_both_versions() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ilse Brandt\r\nN:Brandt;Ilse;;;\r\nitem1.EMAIL;TYPE=INTERNET:Ilse@Aldermoor.example\r\nORG:Aldermoor\r\n  Library;Collections\r\nTITLE:Head of collections\\, acting\r\nURL:https://ilse.example/\r\nEND:VCARD\r\n\
                BEGIN:VCARD\nVERSION:4.0\nN:Ashby;Tom;;;\nSOCIALPROFILE;SERVICE-TYPE=\"a:b\":https://libraries.example/@tom\nEND:VCARD\n";
    let read = read(text.as_bytes()).unwrap();
    assert_eq!(names(&read), [(1, "Ilse Brandt", "Aldermoor Library", "Head of collections, acting"), (11, "Tom Ashby", "", "")]);
    assert_eq!(read.contacts[0].mails, ["ilse@aldermoor.example"]);
    assert_eq!(
        (read.contacts[0].urls.clone(), read.contacts[1].urls.clone()),
        (vec!["https://ilse.example".to_owned()], vec!["https://libraries.example/@tom".to_owned()])
    );
    assert!(read.wrong.is_empty());
}

#[test]
fn what_is_wrong_with_a_card_is_told_by_its_line() {
    let text = "BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nstray\nBEGIN:VCARD\nVERSION:2.1\nFN:Old\nEND:VCARD\nBEGIN:VCARD\nFN:Bad mail\nEMAIL:a b@c\nEND:VCARD\nBEGIN:VCARD\nFN:No colon\nnonsense\nEND:VCARD\nBEGIN:VCARD\nFN:Good\nEND:VCARD\nBEGIN:VCARD\nFN:Open";
    let read = read(text.as_bytes()).unwrap();
    assert_eq!(names(&read), [(17, "Good", "", "")]);
    assert_eq!(
        wrongs(&read),
        [
            (1, "There is neither a name nor a mail address."),
            (4, "This line stands outside any card."),
            (5, "This card is of version 2.1; export it as 3.0 or 4.0."),
            (9, "“a b@c” is no mail address."),
            (15, "This line is no property: it has no name and colon."),
            (20, "The card that begins here never ends."),
        ]
    );
}

#[test]
fn connections_as_the_network_writes_them() {
    let text = "Notes:\n\"When exporting your connection data, you may notice, that some are missing.\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\nIlse,Brandt,https://www.linkedin.com/in/ilse,,\"Aldermoor, Library\",Head of collections,05 Mar 2026\nTom,Ashby,https://www.linkedin.com/in/tom,tom@libraries.example,Aldermoor Library,Librarian,01 Feb 2026\n,,,,,,01 Feb 2026\nAda,Lo,x,y,z,w,v,too many\n";
    let read = read(text.as_bytes()).unwrap();
    assert_eq!(read.kind, "LinkedIn");
    assert_eq!(
        names(&read),
        [(5, "Ilse Brandt", "Aldermoor, Library", "Head of collections"), (6, "Tom Ashby", "Aldermoor Library", "Librarian")]
    );
    assert_eq!(
        wrongs(&read),
        [
            (7, "There is neither a name nor a mail address."),
            (8, "8 fields under 7 columns: a comma in the words needs quotes round them.")
        ]
    );
}

#[test]
fn tables_of_address_books() {
    let google = "Name,Given Name,Family Name,E-mail 1 - Value,Organization 1 - Name,Organization 1 - Title,Website 1 - Value\nTom Ashby,Tom,Ashby,tom@a.example ::: t@b.example,Aldermoor,Librarian,tom.example";
    let found = read(google.as_bytes()).unwrap();
    assert_eq!(names(&found), [(2, "Tom Ashby", "Aldermoor", "Librarian")]);
    assert_eq!((found.contacts[0].mails.len(), found.contacts[0].urls[0].as_str()), (2, "https://tom.example"));
    let plain = "\u{feff}name;email\n;a@b.example\nBen;";
    assert_eq!(names(&read(plain.as_bytes()).unwrap()), [(2, "a", "", ""), (3, "Ben", "", "")]);
    for (bad, words) in [
        ("", "empty"),
        ("hello world\nand more", "neither a vCard nor a table"),
        ("name,email", "no rows"),
        ("name,email\n\"Ben,b@c.example", "never closed"),
    ] {
        let why = read(bad.as_bytes()).unwrap_err().to_string();
        assert!(why.contains(words), "{bad}: {why}");
    }
    assert!(read(&[b'n', 0xff]).unwrap_err().to_string().contains("from byte 1 on"));
}

proptest! {
    #[test]
    fn no_file_is_too_odd_to_be_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "(BEGIN:VCARD|END:VCARD|FN:a|EMAIL:|N:;|name,email|\"|\r?\n| |:|;|,|x@y\\.z|\\\\){0,40}") {
        let _ = read(&bytes);
        if let Ok(found) = read(text.as_bytes()) {
            let lines = text.split('\n').count();
            prop_assert!(found.contacts.iter().all(|c| c.line >= 1 && c.line <= lines && !c.name.is_empty()));
            prop_assert!(found.wrong.iter().all(|w| w.line >= 1 && w.line <= lines));
        }
    }

    #[test]
    fn a_written_card_is_read_back(name in "[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ ,;\\\\]{0,30}[a-z]", organisation in "[A-Za-z][A-Za-z ,;]{0,30}[a-z]") {
        let escaped = |words: &str| words.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
        let card = format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{}\r\nORG:{}\r\nEND:VCARD\r\n", escaped(&name), escaped(&organisation));
        let space = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = read(card.as_bytes()).unwrap();
        prop_assert_eq!(&found.contacts[0].name, &space(&name));
        prop_assert_eq!(&found.contacts[0].organisation, &space(&organisation));
    }
}
