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
    someone("marta", Town, "marta@archive.example", "Marta Lindqvist", "County archive, second floor. Maps, mostly.", ""),
    someone("jonas", Town, "jonas@sails.example", "Jonas Aaberg", "Sews sails; binds the logbooks.", ""),
    someone("kofi", Town, "kofi@cameras.example", "Kofi Mensah", "Mends cameras, and the cases they come in.", ""),
    someone("kofi2", Sky, "kofi-mends.example", "Kofi M.", "Cameras, bellows, patience.", ""),
    someone("ilse2", Town, "ilse@libraries.example", "Ilse Brandt", "Collections, Aldermoor Library.", ""),
    someone("loud", Town, "hot@takes.example", "Takes, Hot", "Said it first.", ""),
    someone("ines", Sky, "ines-papel.example", "Inês Duarte", "Draws maps of single streets.", ""),
    someone("hana", Press, "Slow Made", "Hana Novak", "Slow Made, a newsletter about people who repair things.", "hana"),
];

/// Profiles that state the same page as their own: perhaps one person.
pub const STATED: &[(&str, &str)] = &[("ilse", "https://aldermoor.example/ilse"), ("ilse2", "https://aldermoor.example/ilse")];

/// What a post of ours serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    Nothing,
    /// It carries the workshop link.
    Workshops,
    Repairs,
}
use For::{Nothing, Repairs, Workshops};

/// One of our own posts: days ago (below 0: days to come), the hour, kind, personal, what it serves, and its words.
pub struct Own {
    pub days: i64,
    pub hour: &'static str,
    pub kind: model::Kind,
    pub is_personal: bool,
    pub serves: For,
    pub words: &'static str,
}

const fn own(days: i64, hour: &'static str, kind: model::Kind, is_personal: bool, serves: For, words: &'static str) -> Own {
    Own { days, hour, kind, is_personal, serves, words }
}

use model::Kind::{Asks, Gives, Talks};

/// Landed on both networks, oldest first.
pub const OWN: &[Own] = &[
    own(96, "12:15", Gives, false, Workshops, "How to tell grain with your fingernails alone: bend the sheet both ways and listen."),
    own(
        88,
        "18:30",
        Talks,
        true,
        Nothing,
        "My grandmother’s cookbook has three spines. She mended it with what was in the kitchen, and it held.",
    ),
    own(81, "08:30", Gives, false, Workshops, "Five holes, not four: why the odd one in the middle keeps a coptic binding straight."),
    own(77, "12:15", Gives, false, Nothing, "What a bone folder is for, apart from being lost: four uses, drawn."),
    own(74, "18:30", Asks, false, Workshops, "Six places are open for the July bench. Tell somebody who would like to sit at it."),
    own(69, "08:30", Gives, false, Repairs, "A torn hinge, mended in an evening: kozo, paste, two boards and a brick."),
    own(66, "12:15", Gives, false, Nothing, "Paper has a memory. Store it flat, and it forgets the envelope."),
    own(61, "18:30", Talks, true, Nothing, "Rain on the skylight, nine spines in a row, tea gone cold. A good day."),
    own(54, "08:30", Gives, false, Workshops, "Punch from the inside, over a phone book. Three steps, drawn."),
    own(50, "12:15", Asks, false, Workshops, "Whoever sews near Leeds and has a Saturday to spare: the bench is open."),
    own(47, "08:30", Gives, false, Repairs, "What we mend first, and what can wait: a list for small libraries."),
    own(43, "18:30", Gives, false, Nothing, "Beeswax on thread, twice. Once is for show."),
    own(40, "12:15", Asks, false, Workshops, "Two seats left for August. Somebody’s niece, perhaps."),
    own(34, "08:30", Gives, false, Workshops, "Why old books smell of vanilla, and why that is not good news for them."),
    own(31, "18:30", Talks, true, Nothing, "I dropped the press on my foot. The book is fine."),
    own(27, "12:15", Talks, false, Nothing, "The paste that keeps, and the paste that does not."),
    own(24, "08:30", Gives, false, Repairs, "A spine label that a cleaner can wipe and a reader can read."),
    own(20, "18:30", Gives, false, Workshops, "Grain: fold it wet and watch. A minute at the tap saves a warped cover."),
    own(16, "12:15", Talks, true, Nothing, "Went to look at one book, came home with a press. It fits in the bath."),
    own(13, "08:30", Gives, false, Workshops, "A pamphlet stitch in five pictures, for anyone afraid of the middle."),
    own(8, "18:30", Asks, false, Workshops, "The winter workshops are open, four Saturdays. Bring a torn book, or only yourself."),
    own(7, "12:15", Gives, false, Nothing, "A cradle for an atlas, from two offcuts of foam. The pattern is free to copy."),
    own(4, "12:15", Talks, true, Nothing, "A pupil’s first book, shown with leave. Look at that spine."),
    own(
        3,
        "18:30",
        Asks,
        false,
        Workshops,
        "Four seats left for the first Saturday. If you know somebody who is shy of knives, this one has none.",
    ),
    own(2, "08:30", Gives, false, Nothing, "Warm paste without a stove: a jar, a towel, and a radiator."),
    own(1, "12:15", Gives, false, Workshops, "Why we mend: because somebody’s hand is still on the page."),
];

/// Gone out yesterday on one network, and the other did not take it: our own, and the network's reason.
pub const REFUSED: (Own, &str) = (
    own(1, "18:30", Gives, false, Nothing, "How flat a press must be: flatter than the table, less flat than you fear."),
    "It says that too many posts came within one hour.",
);

/// In the calendar, for both networks.
pub const PLANNED: &[Own] = &[
    own(0, "08:30", Gives, false, Nothing, "Three threads I reach for, and why: linen for strength, silk for show, cotton for patience."),
    own(0, "18:30", Asks, false, Workshops, "Two places left on Saturday. If you would rather try it with someone beside you, come."),
    own(-1, "12:15", Gives, false, Workshops, "Why a first binding comes apart: it is hardly ever the thread."),
    own(-2, "18:30", Talks, true, Nothing, "What my grandmother’s cookbook taught me about spines, part two."),
    own(-3, "08:30", Gives, false, Repairs, "How to read a torn hinge before you touch it."),
    own(-4, "12:15", Gives, false, Nothing, "Which glue forgives: a table of four, with children in mind."),
    own(-6, "18:30", Talks, true, Nothing, "Saturday at the bench: nine people, nine books, one burnt cake."),
];

/// Only begun.
pub const BEGUN: &[&str] = &[
    "The paste that keeps, and the paste that does not: fridge, cupboard, or neither?",
    "What went well at the fair, and what I would leave at home.",
    "A short history of the brick as a tool.",
];

/// Name, query, and whether it serves the repairs.
pub const TOPICS: &[(&str, &str, bool)] = &[
    ("Bookbinding", "#bookbinding OR \"coptic binding\"", false),
    ("Paper grain", "#papergrain OR \"grain direction\"", false),
    ("Library repair", "#libraryrepair OR (libraries rebinding)", true),
];

/// About whom, and what: gave or asked, by us, in days ago. Only what no post shows.
pub const GESTURES: &[(&str, model::Kind, bool, i64, &str)] = &[
    ("tom", Gives, true, 90, "a drawing of five holes"),
    ("tom", Gives, true, 40, "an afternoon with the parish book"),
    ("tom", Gives, false, 25, "a link to your post"),
    ("tom", Gives, false, 6, "a new person"),
    ("luis", Gives, true, 18, "a sheet of folding marks"),
    ("amara", Gives, true, 19, "thirty bone folders, lent"),
    ("daniel", Gives, true, 23, "the address of a waxer"),
    ("kofi", Gives, true, 26, "an offcut of goatskin"),
    ("marta", Gives, true, 30, "an hour with the ledgers"),
    ("noor", Gives, true, 33, "a table of sewing times"),
    ("priya", Gives, true, 37, "a morning at the bench"),
    ("saoirse", Gives, true, 44, "a square of mull"),
    ("rob", Gives, true, 48, "a place to watch"),
    ("greta", Gives, true, 52, "a list of mills"),
    ("ines", Gives, true, 58, "a roll of kozo ends"),
    ("ewa", Gives, true, 63, "the recipe for paste"),
    ("luis", Gives, true, 70, "a lay press, lent"),
    ("jun", Gives, true, 76, "a parcel of labels"),
    ("greta", Gives, true, 10, "a square of thin kozo"),
    ("greta", Gives, false, 52, "an hour at her suction table"),
    ("priya", Gives, false, 29, "half a day at the press"),
    ("jun", Gives, true, 12, "a word with the paper fair"),
    ("saoirse", Gives, true, 6, "a yard of mull, by post"),
    ("noor", Gives, true, 2, "a sewn dummy of the small book"),
];

pub const NOTES: &[(&str, i64, &str)] = &[
    ("tom", 40, "Open evening at the library. Ilse sets the repair budget in October. Tom’s daughter starts college."),
    ("tom", 90, "Likes a phone call better than a thread. Daughter Wren, studying in Leiden. Tea, no sugar."),
    ("priya", 30, "Prints on a Vandercook from 1958. Ask before borrowing type."),
    ("greta", 20, "Knows everybody at the county archive."),
];

/// Visits a week by the workshop links, from fourteen weeks ago to this one.
pub const VISITS_A_WEEK: [u32; 15] = [4, 6, 5, 7, 6, 8, 7, 9, 12, 14, 15, 11, 16, 18, 6];
