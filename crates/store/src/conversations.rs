//! Conversations: the row that the inbox shows, the marks a person put on it, and the names that hold a thread together.

use std::collections::BTreeMap;

use model::{AccountId, AimId, ConversationId, DraftId, NetworkKey, PersonId, PostId, ProfileId, Timestamp, Turn, Visibility, VoiceId};

use crate::{Kept, Row, StoreError, Tx, args};

pub struct Conversations<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn conversations(&self) -> Conversations<'_, 'c> {
        Conversations(self)
    }
}

/// What is shown of a conversation; all of it is computed from its posts and its marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// The account through which we take part.
    pub account: Option<AccountId>,
    pub network: NetworkKey,
    /// Every network it runs on, the shown post's first.
    pub networks: Vec<String>,
    pub title: Option<String>,
    pub person: Option<PersonId>,
    pub profile: Option<ProfileId>,
    /// The profile has a picture.
    pub has_face: bool,
    pub who: String,
    pub words: String,
    pub language: Option<String>,
    pub post: Option<PostId>,
    /// The words are ours.
    pub is_mine: bool,
    pub turn: Turn,
    pub because: String,
    pub since: Timestamp,
    pub last_at: Timestamp,
    pub posts: u32,
    pub voices: u32,
    /// `waiting`, `you-wait`, `later`, `spoke`, `private`, `done`, `muted`, or empty: in no box.
    pub inbox: String,
    /// Smaller comes first.
    pub rank: u32,
    pub is_history: bool,
    pub has_warning: bool,
    pub visibility: Visibility,
    /// What the shown post is beside its words: `poll`, `quote`, `edited`, with blanks between.
    pub marks: String,
    /// The aim it touches: its own, or that of somebody in it.
    pub touches: Option<AimId>,
}

/// What a person did with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub later_until: Option<Timestamp>,
    pub later_until_reply: bool,
    /// Keep until then, even if they write sooner.
    pub later_firmly: bool,
    /// When it was put off.
    pub later_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    pub joined_at: Option<Timestamp>,
    /// An answer of ours that is on its way.
    pub answering: Option<DraftId>,
    pub aim: Option<AimId>,
    /// The colleague whose it is.
    pub assigned: Option<VoiceId>,
    /// Nothing said there is anybody's turn.
    pub muted_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KeptConversation {
    pub id: ConversationId,
    pub face: Face,
    pub marks: Marks,
}

impl KeptConversation {
    /// One that is not kept yet: without posts, and in no box.
    pub fn fresh(id: ConversationId, network: &NetworkKey, now: Timestamp) -> KeptConversation {
        let face = Face {
            account: None,
            network: network.clone(),
            networks: vec![network.as_str().to_owned()],
            title: None,
            person: None,
            profile: None,
            has_face: false,
            who: String::new(),
            words: String::new(),
            language: None,
            post: None,
            is_mine: false,
            turn: Turn::Nobodys,
            because: String::new(),
            since: now,
            last_at: now,
            posts: 0,
            voices: 0,
            inbox: String::new(),
            rank: 9,
            is_history: true,
            has_warning: false,
            visibility: Visibility::Public,
            marks: String::new(),
            touches: None,
        };
        KeptConversation { id, face, marks: Marks::default() }
    }
}

/// A conversation with the face that it gets.
#[derive(Clone, Debug)]
pub struct Renewed {
    pub before: KeptConversation,
    /// It is not kept yet; of its marks it may have an aim.
    pub is_new: bool,
    pub face: Face,
}

/// In which order a box is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// Who matters, then who waits longest.
    #[default]
    Matters,
    Newest,
    Longest,
}

pub use crate::narrow::Narrow;

/// Where a page of a box begins: after this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub rank: u32,
    pub since: Timestamp,
    pub id: ConversationId,
}

const COLUMNS: &str = "id, account, network, networks, title, person, profile, who, words, language, post, is_mine, turn, because, since, last_at, posts, voices,
  box, rank, is_history, has_warning, visibility, later_until, later_until_reply, later_firmly, later_at, done_at, joined_at, answering, aim, has_face, assigned, muted_at, marks, touches";
/// What a face is made of, in the order of [`Conversations::row`].
const FACE: &str = "account, network, networks, title, person, profile, who, words, language, post, is_mine, turn, because, since, last_at, posts, voices, box, rank, is_history, has_warning, visibility, has_face, marks, touches";
/// Conversations with one person that are read at once.
pub const WITH_A_PERSON_MAX: u32 = 200;
/// Names of one thread that are looked up at once.
const NAMES_MAX: usize = 8;

fn read(row: &Row<'_>) -> Kept<KeptConversation> {
    Ok(KeptConversation {
        id: row.get(0)?,
        face: Face {
            account: row.get(1)?,
            network: NetworkKey(row.get(2)?),
            networks: row.get::<String>(3)?.split(' ').filter(|n| !n.is_empty()).map(str::to_owned).collect(),
            title: row.get(4)?,
            person: row.get(5)?,
            profile: row.get(6)?,
            has_face: row.get(31)?,
            who: row.get(7)?,
            words: row.get(8)?,
            language: row.get(9)?,
            post: row.get(10)?,
            is_mine: row.get(11)?,
            turn: Turn::from_word(&row.get::<String>(12)?).unwrap_or(Turn::Nobodys),
            because: row.get(13)?,
            since: row.get(14)?,
            last_at: row.get(15)?,
            posts: row.get(16)?,
            voices: row.get(17)?,
            inbox: row.get(18)?,
            rank: row.get(19)?,
            is_history: row.get(20)?,
            has_warning: row.get(21)?,
            visibility: Visibility::from_word(&row.get::<String>(22)?).unwrap_or_default(),
            marks: row.get(34)?,
            touches: row.get(35)?,
        },
        marks: Marks {
            later_until: row.get(23)?,
            later_until_reply: row.get(24)?,
            later_firmly: row.get(25)?,
            later_at: row.get(26)?,
            done_at: row.get(27)?,
            joined_at: row.get(28)?,
            answering: row.get(29)?,
            aim: row.get(30)?,
            assigned: row.get(32)?,
            muted_at: row.get(33)?,
        },
    })
}

impl Conversations<'_, '_> {
    /// A new one, still without a face; [`Conversations::save`] gives it one in the same transaction.
    pub fn create(&self, network: &NetworkKey, now: Timestamp) -> Kept<ConversationId> {
        let id: ConversationId = self.0.fresh(now);
        self.0.run(
            "insert into conversations (desk, id, network, networks, who, words, is_mine, turn, because, since, last_at, posts, voices, box, rank, is_history, has_warning,
               visibility, later_until_reply, later_firmly, has_face)
             values ($1, $2, $3, $3, '', '', 0, 'nobodys', '', $4, $4, 0, 0, '', 9, 1, 0, 'public', 0, 0, 0)",
            &args![self.0.desk(), id, network.as_str(), now],
        )?;
        Ok(id)
    }
    /// Gives each the face that its posts and marks add up to, and keeps the counts of the boxes true. One that is not kept yet is put.
    pub fn save(&self, all: &[Renewed]) -> Kept<()> {
        let set = FACE.split(", ").zip(3..).map(|(column, n)| format!("{column} = ${n}")).collect::<Vec<_>>().join(", ");
        let values = (1..=28).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let (fresh, changed): (Vec<_>, Vec<_>) = all.iter().filter(|r| r.is_new || r.before.face != r.face).partition(|r| r.is_new);
        self.0.run_each(
            &format!("update conversations set {set} where desk = $1 and id = $2"),
            changed.iter().map(|r| self.row(r.before.id, &r.face)).collect(),
        )?;
        let with_aim = |r: &&Renewed| {
            let mut row = self.row(r.before.id, &r.face);
            row.push(r.before.marks.aim.into());
            row
        };
        self.0.run_each(
            &format!("insert into conversations (desk, id, {FACE}, aim, later_until_reply, later_firmly) values ({values}, 0, 0)"),
            fresh.iter().map(with_aim).collect(),
        )?;
        let before = changed.iter().map(|r| (Some(&r.before.face), Some(&r.face)));
        self.recount(before.chain(fresh.iter().map(|r| (None, Some(&r.face)))))
    }
    /// The arguments for [`FACE`], behind desk and number.
    fn row(&self, id: ConversationId, face: &Face) -> Vec<crate::Value> {
        args![
            self.0.desk(),
            id,
            face.account,
            face.network.as_str(),
            face.networks.join(" "),
            face.title.as_deref(),
            face.person,
            face.profile,
            &face.who,
            &face.words,
            face.language.as_deref(),
            face.post,
            face.is_mine,
            face.turn.word(),
            &face.because,
            face.since,
            face.last_at,
            face.posts,
            face.voices,
            &face.inbox,
            face.rank,
            face.is_history,
            face.has_warning,
            face.visibility.word(),
            face.has_face,
            &face.marks,
            face.touches
        ]
        .into()
    }
    /// Keeps what a person did with it.
    pub fn set_marks(&self, id: ConversationId, marks: &Marks) -> Kept<()> {
        self.0.run(
            "update conversations set later_until = $3, later_until_reply = $4, later_firmly = $5, later_at = $6, done_at = $7, joined_at = $8, answering = $9, aim = $10,
               assigned = $11, muted_at = $12
             where desk = $1 and id = $2",
            &args![
                self.0.desk(),
                id,
                marks.later_until,
                marks.later_until_reply,
                marks.later_firmly,
                marks.later_at,
                marks.done_at,
                marks.joined_at,
                marks.answering,
                marks.aim,
                marks.assigned,
                marks.muted_at
            ],
        )?;
        Ok(())
    }
    /// Keeps the counts of the boxes true after so many changes from one face to another.
    fn recount<'f>(&self, changes: impl Iterator<Item = (Option<&'f Face>, Option<&'f Face>)>) -> Kept<()> {
        let counted = |face: Option<&'f Face>| face.filter(|f| !f.is_history && !f.inbox.is_empty()).map(|f| f.inbox.as_str());
        let mut by: BTreeMap<&str, i64> = BTreeMap::new();
        for (before, after) in changes {
            for (inbox, more) in [(counted(before), -1), (counted(after), 1)] {
                if let Some(inbox) = inbox {
                    *by.entry(inbox).or_default() += more;
                }
            }
        }
        let rows = by.into_iter().filter(|(_, by)| *by != 0).map(|(inbox, by)| args![self.0.desk(), inbox, by].into());
        self.0
            .run_each(
                "insert into box_counts (desk, box, n) values ($1, $2, $3) on conflict (desk, box) do update set n = box_counts.n + excluded.n",
                rows.collect(),
            )
            .map(drop)
    }

    pub fn find(&self, id: ConversationId) -> Kept<Option<KeptConversation>> {
        self.0.find(&format!("select {COLUMNS} from conversations where desk = $1 and id = $2"), &args![self.0.desk(), id], read)
    }
    /// Each of several, in the order asked for; all must be there.
    pub fn get_each(&self, ids: &[ConversationId]) -> Kept<Vec<KeptConversation>> {
        let sql = format!("select {COLUMNS} from conversations where desk = $1 and id = $2");
        let found = self.0.find_each(&sql, ids.iter().map(|id| args![self.0.desk(), *id].into()).collect(), read)?;
        found.into_iter().map(|found| found.ok_or(StoreError::Missing("a conversation"))).collect()
    }
    pub fn get(&self, id: ConversationId) -> Kept<KeptConversation> {
        self.find(id)?.ok_or(StoreError::Missing("a conversation"))
    }
    /// The number under which it stands today, where it was joined with another since.
    pub fn resolve(&self, id: ConversationId) -> Kept<ConversationId> {
        let moved = self
            .0
            .find("select kept from conversation_moves where desk = $1 and gone = $2", &args![self.0.desk(), id], |row| row.get(0))?;
        Ok(moved.unwrap_or(id))
    }
    /// A page of a box, in order. `network` empty: every one.
    pub fn page(&self, inbox: &str, order: Order, network: &str, after: Option<After>, max: u32) -> Kept<Vec<KeptConversation>> {
        self.page_narrowed(inbox, order, &Narrow { network: network.to_owned(), ..Narrow::default() }, after, max)
    }
    /// A page of a box, in order, of what fits.
    pub fn page_narrowed(&self, inbox: &str, order: Order, narrow: &Narrow, after: Option<After>, max: u32) -> Kept<Vec<KeptConversation>> {
        let mut all: Vec<crate::Value> = args![self.0.desk(), inbox].into();
        let mut place = |value: crate::Value| {
            all.push(value);
            format!("${}", all.len())
        };
        let mut sql = format!("select {COLUMNS} from conversations where desk = $1 and box = $2");
        if let Some(after) = after {
            let rank = (order == Order::Matters).then(|| format!("{}, ", place(after.rank.into())));
            let (since, id) = (place(after.since.into()), place(after.id.into()));
            sql += &match (order, rank) {
                (Order::Matters, rank) => format!(" and (rank, since, id) > ({}{since}, {id})", rank.unwrap_or_default()),
                (Order::Newest, _) => format!(" and (since, id) < ({since}, {id})"),
                (Order::Longest, _) => format!(" and (since, id) > ({since}, {id})"),
            };
        }
        sql += &narrow.conditions(&mut place);
        let by = match order {
            Order::Matters => "rank, since, id",
            Order::Newest => "since desc, id desc",
            Order::Longest => "since, id",
        };
        self.0.all(&format!("{sql} order by {by} limit {max}"), &all, read)
    }
    /// How many stand in each box, history left out.
    pub fn counts(&self) -> Kept<Vec<(String, u64)>> {
        self.0.all("select box, n from box_counts where desk = $1 limit 10", &args![self.0.desk()], |row| {
            Ok((row.get(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or(0)))
        })
    }
    /// How many stand in one box, history left out.
    pub fn count(&self, inbox: &str) -> Kept<u64> {
        let n =
            self.0.find("select n from box_counts where desk = $1 and box = $2", &args![self.0.desk(), inbox], |row| row.get::<i64>(0))?;
        Ok(n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
    }
    /// How many of one rank stand in a box, history left out.
    pub fn count_ranked(&self, inbox: &str, rank: u32) -> Kept<u32> {
        self.0.get(
            "a count",
            "select count(*) from conversations where desk = $1 and box = $2 and rank = $3 and is_history = 0",
            &args![self.0.desk(), inbox, rank],
            |row| row.get(0),
        )
    }
    /// Those put off until a time that has come.
    pub fn due_back(&self, now: Timestamp, max: u32) -> Kept<Vec<ConversationId>> {
        self.0.all(
            &format!(
                "select id from conversations where desk = $1 and box = 'later' and later_until <= $2 order by later_until limit {max}"
            ),
            &args![self.0.desk(), now],
            |row| row.get(0),
        )
    }
    /// When the next one comes back, and how many come back until `until`.
    pub fn next_back(&self, until: Timestamp) -> Kept<(Option<Timestamp>, u64)> {
        self.0.get(
            "the time of coming back",
            "select min(later_until), count(*) from conversations where desk = $1 and box = 'later' and later_until <= $2",
            &args![self.0.desk(), until],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// What is between us and a person, newest first.
    pub fn with_person(&self, person: PersonId, max: u32) -> Kept<Vec<KeptConversation>> {
        let max = max.min(WITH_A_PERSON_MAX);
        self.0.all(
            &format!("select {COLUMNS} from conversations where desk = $1 and person = $2 order by last_at desc limit {max}"),
            &args![self.0.desk(), person],
            read,
        )
    }

    /// The conversations that know any of these names, oldest first.
    pub fn of_names(&self, names: &[(&str, &str)]) -> Kept<Vec<ConversationId>> {
        let mut found: Vec<ConversationId> = self.named(&names[..names.len().min(NAMES_MAX)])?.into_iter().flatten().collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
    /// What each of these names means, network and name.
    pub fn named(&self, names: &[(&str, &str)]) -> Kept<Vec<Option<ConversationId>>> {
        self.0.find_each(
            "select conversation from thread_keys where desk = $1 and network = $2 and name = $3",
            names.iter().map(|(network, name)| args![self.0.desk(), *network, *name].into()).collect(),
            |row| row.get(0),
        )
    }
    /// From now on these names mean this conversation.
    pub fn put_names(&self, id: ConversationId, names: &[(&str, &str)]) -> Kept<()> {
        self.put_names_of(&names.iter().take(NAMES_MAX).map(|name| (id, *name)).collect::<Vec<_>>())
    }
    /// The same for names of several conversations.
    pub fn put_names_of(&self, all: &[(ConversationId, (&str, &str))]) -> Kept<()> {
        self.0
            .run_each(
                "insert into thread_keys (desk, network, name, conversation) values ($1, $2, $3, $4) on conflict (desk, network, name) do nothing",
                all.iter().map(|(id, (network, name))| args![self.0.desk(), *network, *name, *id].into()).collect(),
            )
            .map(drop)
    }
    /// Takes it away, with its names; for one of which nothing is left.
    pub fn delete(&self, id: ConversationId) -> Kept<()> {
        let old = self.get(id)?;
        self.0.run("delete from thread_keys where desk = $1 and conversation = $2", &args![self.0.desk(), id])?;
        self.0.run("delete from conversations where desk = $1 and id = $2", &args![self.0.desk(), id])?;
        self.recount([(Some(&old.face), None)].into_iter())
    }
    /// Two halves are one: everything of `gone` goes to `kept`, and `gone`'s address leads there.
    pub fn merge(&self, kept: ConversationId, gone: ConversationId, marks: &Marks) -> Kept<()> {
        let old = self.get(gone)?;
        let both = args![self.0.desk(), gone, kept];
        for sql in [
            "update posts set conversation = $3 where desk = $1 and conversation = $2",
            "update thread_keys set conversation = $3 where desk = $1 and conversation = $2",
            "update drafts set conversation = $3 where desk = $1 and conversation = $2",
            "update promises set conversation = $3 where desk = $1 and conversation = $2",
            "update notes set conversation = $3 where desk = $1 and conversation = $2",
            "update conversation_moves set kept = $3 where desk = $1 and kept = $2",
            "insert into conversation_moves (desk, gone, kept) values ($1, $2, $3)",
        ] {
            self.0.run(sql, &both)?;
        }
        self.0.run("delete from conversations where desk = $1 and id = $2", &args![self.0.desk(), gone])?;
        self.recount([(Some(&old.face), None)].into_iter())?;
        self.set_marks(kept, marks)
    }
}
