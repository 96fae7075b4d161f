//! The invented people of the sample desk, and what they said. All of it is made up; any likeness is chance.

/// Somebody: key, which network, handle, name, about themselves, drawn face (empty: none).
pub struct Someone {
    pub key: &'static str,
    pub net: Net,
    pub handle: &'static str,
    pub name: &'static str,
    pub about: &'static str,
    pub face: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Net {
    Town,
    Sky,
    Press,
}

/// A talk: who, how many minutes ago, which line of it is answered (from 0), and the words. `me` is the desk's own voice.
pub struct Talk {
    pub net: Net,
    pub lines: &'static [(&'static str, i64, Option<usize>, &'static str)],
}

const fn someone(
    key: &'static str,
    net: Net,
    handle: &'static str,
    name: &'static str,
    about: &'static str,
    face: &'static str,
) -> Someone {
    Someone { key, net, handle, name, about, face }
}

use Net::{Press, Sky, Town};

pub const PEOPLE: &[Someone] = &[
    someone("daniel", Town, "daniel@wheels.example", "Daniel Osei", "Mends bicycles; makes notebooks.", "daniel"),
    someone("tom", Town, "tom@libraries.example", "Tom Ashby", "Reference librarian, Aldermoor Library.", "tom"),
    someone("greta", Town, "greta@paper.example", "Greta Holm", "Paper conservator.", "greta"),
    someone("jun", Town, "jun@washi.example", "Jun Watanabe", "Makes paper in Kyoto.", "jun"),
    someone("saoirse", Town, "saoirse@loom.example", "Saoirse Kelly", "Teaches weaving.", "saoirse"),
    someone("noor", Town, "noor@press.example", "Noor Haddad", "Keeps a small press alive.", "noor"),
    someone("leaf", Town, "leafcutter@paper.example", "leafcutter", "Notebooks, mostly bent ones.", ""),
    someone("vellum", Town, "vellumworks@shop.example", "Vellum Works", "Fine leather journals. Free shipping on all orders.", "stranger"),
    someone("priya", Sky, "priya.press.example", "Priya Raman", "Letterpress printer.", "priya"),
    someone("luis", Sky, "luisf-zines.example", "Luis Ferreira", "Makes zines.", "luis"),
    someone("amara", Sky, "amara-teaches.example", "Amara Diallo", "Teaches art to eleven-year-olds.", "amara"),
    someone("ewa", Sky, "ewa-papeteria.example", "Ewa Zielińska", "Runs a stationery shop.", "ewa"),
    someone("ilse", Sky, "ilse.brandt.example", "Ilse Brandt", "Head of collections, Aldermoor Library.", "ilse"),
    someone("rob", Sky, "robpell.example", "Rob Pell", "Apprentice bookbinder, first month.", "rob"),
    someone("hana", Press, "Slow Made", "Hana Novak", "Slow Made, a newsletter about people who repair things.", "hana"),
];

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

pub const TALKS: &[Talk] = &[
    Talk {
        net: Town,
        lines: &[
            (
                "me",
                6 * DAY,
                None,
                "Linen, silk or polyester? For a first book I would take waxed linen, 18/3. It grips, so a tired hand can let go without the whole row going slack.",
            ),
            (
                "tom",
                6 * DAY - 3 * HOUR,
                Some(0),
                "Passing this to @daniel@wheels.example, who mends my bicycle and has started to mend his notebooks.",
            ),
            (
                "daniel",
                2 * HOUR,
                Some(0),
                "My first coptic binding came apart at the third signature. Is it the thread, or is it me? I have a photo if that helps.",
            ),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "me",
                60 * DAY,
                None,
                "Could you lend me the shelf list for the local history room, @tom@libraries.example? I want to see what is at risk.",
            ),
            ("tom", 60 * DAY - 5 * HOUR, Some(0), "Of course. It is on its way, with the damp wall marked in pencil."),
            ("me", 59 * DAY, Some(1), "Thank you. The pencil alone is worth a cake."),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "tom",
                12 * DAY,
                None,
                "@maren@paper.example There are tiny pale insects on the spines of the 1890s directories. Is it time to panic?",
            ),
            (
                "me",
                12 * DAY - 2 * HOUR,
                Some(0),
                "Book lice eat the paste, not the paper. Dry the shelf, brush them off, no poison needed.",
            ),
            ("tom", 11 * DAY, Some(1), "Thank you. Dry, brushed, and calm again."),
        ],
    },
    Talk {
        net: Town,
        lines: &[(
            "tom",
            26 * HOUR,
            None,
            "@maren@paper.example Ilse asked me who does our spine repairs now. I said I would ask you for two lines about your work. Could you send them?",
        )],
    },
    Talk {
        net: Sky,
        lines: &[
            ("me", 3 * DAY, None, "Anybody for half a table at the Millbrook fair? @priya.press.example, you said perhaps?"),
            (
                "priya",
                5 * HOUR,
                Some(0),
                "Yes to sharing a table at the Millbrook fair! Window side or the wall? The wall has the sockets.",
            ),
        ],
    },
    Talk {
        net: Sky,
        lines: &[
            ("me", 20 * DAY, None, "Wheat paste: flour, water, patience. It keeps for three days in a clean jar."),
            ("ewa", 27 * HOUR, Some(0), "You write that wheat paste keeps for three days. Mine turned in one. Fridge, or cupboard?"),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "greta",
                3 * HOUR + 20,
                None,
                "Libraries keep asking me for something between “tape” and “full rebinding”. What do you tell them? #libraryrepair",
            ),
            ("tom", 3 * HOUR, Some(0), "Mostly I tell them we have no budget, and then we talk."),
            ("saoirse", 2 * HOUR, Some(0), "Something that can be undone by whoever comes after. Same as with looms."),
            ("noor", 100, Some(0), "I have seen tape that outlived the book."),
            ("greta", 80, Some(3), "Do not say that out loud where the tape can hear you."),
        ],
    },
    Talk {
        net: Town,
        lines: &[(
            "leaf",
            40,
            None,
            "Does grain direction really matter in a small notebook? Every one I make warps in a week. #bookbinding #papergrain",
        )],
    },
    Talk {
        net: Sky,
        lines: &[
            ("amara", 22 * HOUR, None, "Thirty eleven-year-olds, forty minutes, one stapler. What book can we make? #bookbinding"),
            ("luis", 21 * HOUR, Some(0), "A one-sheet zine. No stapler at all, only folds and one cut."),
            ("priya", 20 * HOUR, Some(0), "Accordion. They love a book that runs across the room."),
            ("rob", 19 * HOUR, Some(0), "I learnt the one-sheet fold last week and I am older than eleven."),
            ("amara", 18 * HOUR, Some(1), "The one-sheet it is. Does the cut go wrong for anybody else, or only for me?"),
        ],
    },
    Talk {
        net: Press,
        lines: &[(
            "hana",
            9 * HOUR,
            None,
            "Next month I write about people who repair what others throw out. Whom should I meet? Notes on bookbinding, boots and kettles are welcome.",
        )],
    },
    Talk {
        net: Town,
        lines: &[(
            "vellum",
            5 * HOUR,
            None,
            "FLASH SALE!!! 40% off all leather journals today only. Order now, link in bio. #bookbinding #handmade #sale",
        )],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "me",
                36 * DAY,
                None,
                "@jun@washi.example The kozo you sent folds like cloth. May I have three more sheets to try for hinges?",
            ),
            ("jun", 36 * DAY - 9 * HOUR, Some(0), "I will put them in the next parcel. How wide is the hinge?"),
            ("me", 35 * DAY, Some(1), "Two centimetres. Would you cut them with the grain along the spine?"),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "saoirse",
                43 * DAY,
                None,
                "@maren@paper.example What do you call the cloth on the spine of the old parish book? My pupils want to weave it.",
            ),
            ("me", 43 * DAY - 4 * HOUR, Some(0), "Mull, or super. It is starched like a nurse’s collar. I can post you a square."),
            ("saoirse", 42 * DAY, Some(1), "A square would be a treasure. Thank you."),
            ("me", 41 * DAY, Some(2), "It is in the post."),
        ],
    },
    Talk {
        net: Sky,
        lines: &[
            ("luis", 9 * DAY, None, "@foldandthread.example Staples or thread for forty pages? I am afraid of the middle."),
            ("me", 9 * DAY - HOUR, Some(0), "Thread, three holes, a pamphlet stitch. Forty pages is where staples begin to sulk."),
            ("luis", 8 * DAY, Some(1), "Thank you, it lies flat."),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            ("greta", 4 * DAY, None, "@maren@paper.example Your five holes instead of four: did you ever write down where the fifth goes?"),
            ("me", 4 * DAY - 2 * HOUR, Some(0), "In the middle of the longest gap. I drew it, and will send you the drawing."),
            ("greta", 3 * DAY, Some(1), "Lovely, thank you."),
        ],
    },
    Talk {
        net: Town,
        lines: &[
            (
                "noor",
                14 * DAY,
                None,
                "@maren@paper.example We print 200 of something small. Would you talk with us about sewing them by hand?",
            ),
            ("me", 14 * DAY - 6 * HOUR, Some(0), "Gladly. Two hundred is a winter, so let us begin with what it may cost. How many pages?"),
            ("noor", 13 * DAY, Some(1), "Forty-eight, on paper with opinions."),
            ("me", 13 * DAY - HOUR, Some(2), "Then four sections of twelve. I will send you a dummy next week."),
        ],
    },
    Talk {
        net: Sky,
        lines: &[
            ("amara", 8 * DAY, None, "@foldandthread.example Which glue forgives children?"),
            ("me", 8 * DAY - 90, Some(0), "Wheat paste. It washes out of everything, jumpers included."),
            ("amara", 7 * DAY, Some(1), "Thanks, from all the jumpers."),
        ],
    },
    Talk {
        net: Sky,
        lines: &[(
            "priya",
            30 * HOUR,
            None,
            "Spent the day at Fold & Thread’s open bench. Came home with paste in my hair and a book in my bag. @foldandthread.example",
        )],
    },
    Talk {
        net: Town,
        lines: &[(
            "saoirse",
            50 * HOUR,
            None,
            "If you are near Leeds in October: @maren@paper.example teaches coptic binding, and teaches it kindly.",
        )],
    },
];

/// One of our own posts: days ago, networks, kind, personal, whether it carries the workshop link, and its words.
pub struct Own {
    pub days: i64,
    pub kind: model::Kind,
    pub is_personal: bool,
    pub has_link: bool,
    pub words: &'static str,
}

const fn own(days: i64, kind: model::Kind, is_personal: bool, has_link: bool, words: &'static str) -> Own {
    Own { days, kind, is_personal, has_link, words }
}

use model::Kind::{Asks, Gives, Talks};

/// Landed on both networks.
pub const OWN: &[Own] = &[
    own(
        96,
        Gives,
        false,
        true,
        "How to tell grain with your fingernails alone: bend the sheet both ways and listen. The workshop page has the drawing.",
    ),
    own(88, Talks, true, false, "My grandmother’s cookbook has three spines. She mended it with what was in the kitchen, and it held."),
    own(81, Gives, false, true, "Five holes, not four: why the odd one in the middle keeps a coptic binding straight."),
    own(74, Asks, false, true, "Six places are open for the July bench. Tell somebody who would like to sit at it."),
    own(69, Gives, false, false, "A torn hinge, mended in an evening: kozo, paste, two boards and a brick."),
    own(61, Talks, true, false, "Rain on the skylight, nine spines in a row, tea gone cold. A good day."),
    own(54, Gives, false, true, "Punch from the inside, over a phone book. Three steps, drawn."),
    own(47, Gives, false, false, "What we mend first, and what can wait: a list for small libraries."),
    own(40, Asks, false, true, "Two seats left for August. Somebody’s niece, perhaps?"),
    own(34, Gives, false, true, "Why old books smell of vanilla, and why that is not good news for them."),
    own(27, Talks, false, false, "The paste that keeps, and the paste that does not."),
    own(20, Gives, false, true, "Grain: fold it wet and watch. A minute at the tap saves a warped cover."),
    own(13, Gives, false, true, "A pamphlet stitch in five pictures, for anyone afraid of the middle."),
    own(8, Asks, false, true, "The autumn workshops are open: 4 and 18 October. Bring a torn book, or only yourself."),
    own(4, Talks, true, false, "A pupil’s first book, shown with leave. Look at that spine."),
    own(1, Gives, false, true, "Why we mend: because somebody’s hand is still on the page."),
];

/// In the calendar: hours from now, kind, personal, link, words.
pub const PLANNED: &[(i64, model::Kind, bool, bool, &str)] = &[
    (3, Gives, false, false, "Three threads I reach for, and why: linen for strength, silk for show, cotton for patience."),
    (9, Asks, false, true, "Two places left on 4 October. If you would rather try it with someone beside you, come."),
    (26, Gives, false, true, "Why a first binding comes apart: it is hardly ever the thread."),
    (71, Talks, true, false, "What my grandmother’s cookbook taught me about spines, part two."),
    (95, Gives, false, false, "Saturday: how to read a torn hinge before you touch it."),
];

/// Only begun.
pub const BEGUN: &[&str] = &[
    "The paste that keeps, and the paste that does not: fridge, cupboard, or neither?",
    "What went well at the fair, and what I would leave at home.",
];

pub const TOPICS: &[(&str, &str)] = &[
    ("Bookbinding", "#bookbinding OR \"coptic binding\""),
    ("Paper grain", "#papergrain OR \"grain direction\""),
    ("Library repair", "#libraryrepair OR (libraries rebinding)"),
];

/// About whom, and what: gave or asked, by us, in days ago.
pub const GESTURES: &[(&str, model::Kind, bool, i64, &str)] = &[
    ("tom", Gives, true, 12, "an answer about book lice"),
    ("tom", Asks, true, 60, "the shelf list"),
    ("tom", Gives, false, 59, "the shelf list"),
    ("tom", Gives, true, 90, "a drawing of five holes"),
    ("tom", Gives, false, 25, "a link to your post"),
    ("tom", Gives, false, 6, "a new person"),
    ("tom", Asks, false, 1, "two lines about your work"),
    ("tom", Gives, true, 40, "an afternoon with the parish book"),
    ("greta", Gives, true, 4, "where the fifth hole goes"),
    ("luis", Gives, true, 9, "the pamphlet stitch"),
    ("amara", Gives, true, 8, "paste that forgives"),
    ("jun", Asks, true, 36, "three sheets of kozo"),
    ("saoirse", Gives, true, 43, "a square of mull"),
    ("priya", Asks, true, 3, "half a table at the fair"),
];

pub const NOTES: &[(&str, i64, &str)] = &[
    ("tom", 40, "Open evening at the library. Ilse sets the repair budget in October. Tom’s daughter starts college."),
    ("tom", 90, "Likes a phone call better than a thread. Daughter Wren, studying in Leiden. Tea, no sugar."),
    ("priya", 30, "Prints on a Vandercook from 1958. Ask before borrowing type."),
];

/// Visits a week by the workshop link, from fourteen weeks ago to this one.
pub const VISITS_A_WEEK: [u32; 15] = [4, 6, 5, 7, 6, 8, 7, 9, 12, 14, 15, 11, 16, 18, 6];
