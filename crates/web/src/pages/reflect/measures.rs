//! What the pages of aims say of each thing that can be counted.

use model::Measure;

/// What can be counted: the word that is sent, and how it reads.
pub const MEASURES: [(&str, &str); 7] = [
    ("visits", "Visits to my own site, by my short links"),
    ("replies", "Answers to what I said"),
    ("people", "People who answered me"),
    ("outcomes", "Outcomes: bookings, sign-ups, meetings, work"),
    ("opt-ins", "People who say yes to my letters"),
    ("introductions", "Introductions that come about"),
    ("readers", "New readers of my own feed"),
];

/// What the page says of each measure.
pub struct Said {
    /// Over the column of the table.
    pub column: &'static str,
    pub heading: &'static str,
    pub aside: &'static str,
    pub from: &'static str,
    pub nothing: &'static str,
    pub who: &'static str,
    pub how: &'static str,
}

pub fn said(measure: Measure) -> Said {
    match measure {
        Measure::Visits => Said {
            column: "Visits",
            heading: "Visits a week",
            aside: "from your own short links",
            from: "The conversation each visit came from",
            nothing: "Nobody came by a short link of this aim yet. Choose the aim when you write, and let links be shortened.",
            who: "Who sent them",
            how: "A visit is a person who follows one of your short links. Machines, previews and you yourself are left out; no cookie is set and no address is kept.",
        },
        Measure::Replies => Said {
            column: "Answers",
            heading: "Answers a week",
            aside: "to what you said for it",
            from: "The conversation each answer stands in",
            nothing: "Nobody answered yet what you said for this aim. Choose the aim when you write.",
            who: "Who answered",
            how: "An answer is what somebody else wrote under words of yours that serve this aim. Machines are left out.",
        },
        Measure::People => Said {
            column: "People",
            heading: "People a week",
            aside: "with their first answer",
            from: "The conversation each person came from",
            nothing: "Nobody answered yet what you said for this aim. Choose the aim when you write.",
            who: "Who answered",
            how: "A person counts once, with their first answer to words of yours that serve this aim. Machines are left out.",
        },
        Measure::Outcomes => Said {
            column: "Outcomes",
            heading: "Outcomes a week",
            aside: "from your own site, or noted by you",
            from: "The conversation each outcome came from",
            nothing: "They stand above, each with the way that led to it.",
            who: "Who sent them",
            how: "An outcome is what your own site sends by its name, what your server signs, what you bring in from a log or a counter, or what you note by hand.",
        },
        Measure::OptIns => Said {
            column: "Yeses",
            heading: "Yeses a week",
            aside: "to letters, made sure",
            from: "Who said yes",
            nothing: "Each stands under People, Who said yes, with when, where and in which words.",
            who: "Who sent them",
            how: "A yes counts when it is made sure by the link in a letter, or noted by hand, since this aim began. Lists that were brought in said yes before, and don't count. One that is taken back later has still been said.",
        },
        Measure::Introductions => Said {
            column: "Introductions",
            heading: "Introductions a week",
            aside: "asked for here, or noted by you",
            from: "Where they began",
            nothing: "Each stands on the page of the person you were to meet. Ask for one under People, Introductions.",
            who: "Who sent them",
            how: "An introduction counts when somebody to whom you asked to be introduced, since this aim began, first says something in a conversation in which you spoke; or when you note it by hand.",
        },
        Measure::Readers => Said {
            column: "New readers",
            heading: "New readers a week",
            aside: "of your own feed, by its server’s log",
            from: "Where they come from",
            nothing: "A feed’s readers don’t say who they are. Bring your server’s log in: hobnob outcomes import.",
            who: "Who sent them",
            how: "What fetches your feed says for how many (“12 subscribers”), or counts as one reader by address and agent for that day. The mean of seven days is taken, and each reader above the highest mean before is a new one: who leaves is not counted off, and comes back as nobody new.",
        },
    }
}
