//! What a voice wants to say, kept at every change, and the words changed by hand for one account.

use model::{AccountId, Draft, DraftId, Kind, PostRef, Reply, ReplyTo, Timestamp, Visibility};

use crate::{Kept, Row, StoreError, Tx, args, json};

pub struct Drafts<'t, 'c>(&'t Tx<'c>);

impl<'c> Tx<'c> {
    pub fn drafts(&self) -> Drafts<'_, 'c> {
        Drafts(self)
    }
}

/// A draft as kept, with the wishes that are not part of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDraft {
    pub draft: Draft,
    /// Where it shall go.
    pub accounts: Vec<AccountId>,
    /// The wish as wall-clock time in `zone`, `2026-09-09 12:30`; `None`: not yet chosen, or at once.
    pub wished_at: Option<String>,
    /// IANA name.
    pub zone: String,
    /// Links are replaced by our own short ones, and counted.
    pub has_short_links: bool,
    /// It stands on the own site first; the other places wait for its address there and carry it.
    pub has_site_first: bool,
    /// When it was put in line; `None` while it is only a draft.
    pub planned_at: Option<Timestamp>,
    pub thrown_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
}

impl KeptDraft {
    /// A draft that has not been kept yet.
    pub fn new(draft: Draft, accounts: Vec<AccountId>, zone: &str) -> KeptDraft {
        KeptDraft {
            draft,
            accounts,
            wished_at: None,
            zone: zone.to_owned(),
            has_short_links: false,
            has_site_first: false,
            planned_at: None,
            thrown_at: None,
            version: 0,
        }
    }
    /// Whether both say and wish the same, whatever their version and times.
    pub fn says_the_same(&self, other: &KeptDraft) -> bool {
        let plain = |k: &KeptDraft| {
            let mut k = k.clone();
            (k.version, k.planned_at, k.thrown_at) = (0, None, None);
            (k.draft.created_at, k.draft.updated_at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
            k
        };
        plain(self) == plain(other)
    }
}

/// Words changed by hand for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub account: AccountId,
    /// Its own texts, a part each; empty where the draft's words stand.
    pub texts: Vec<String>,
    pub choice: Choice,
}

/// What is sent where a draft is too long for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Choice {
    /// The draft's words, as many posts as it takes.
    #[default]
    Thread,
    /// A text of its own.
    Own,
    /// Nothing.
    Out,
}

impl Choice {
    pub fn word(self) -> &'static str {
        match self {
            Choice::Thread => "thread",
            Choice::Own => "own",
            Choice::Out => "out",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        [Choice::Thread, Choice::Own, Choice::Out].into_iter().find(|c| c.word() == word)
    }
}

const COLUMNS: &str = "id, voice, text, title, language, warning, visibility, kind, is_personal, aim, conversation, parent_id, parent_tag, root_id, root_tag, person,
  accounts, wished_at, zone, short_links, created_at, updated_at, planned_at, thrown_at, version, article, site_first";

fn read(row: &Row<'_>) -> Kept<KeptDraft> {
    let parent: Option<String> = row.get(11)?;
    let reply = match (row.get(10)?, parent) {
        (Some(conversation), Some(parent)) => Some(Reply {
            conversation,
            to: ReplyTo {
                parent: PostRef::new(parent, row.get::<Option<String>>(12)?.unwrap_or_default()),
                root: PostRef::new(row.get::<Option<String>>(13)?.unwrap_or_default(), row.get::<Option<String>>(14)?.unwrap_or_default()),
            },
            person: row.get(15)?,
        }),
        _ => None,
    };
    let accounts: String = row.get(16)?;
    Ok(KeptDraft {
        draft: Draft {
            id: row.get(0)?,
            voice: row.get(1)?,
            text: row.get(2)?,
            title: row.get(3)?,
            article: json::article_in(&row.get::<String>(25)?)?,
            language: row.get(4)?,
            warning: row.get(5)?,
            visibility: Visibility::from_word(&row.get::<String>(6)?).unwrap_or_default(),
            kind: Kind::from_word(&row.get::<String>(7)?).unwrap_or_default(),
            is_personal: row.get(8)?,
            aim: row.get(9)?,
            reply,
            pictures: Vec::new(),
            created_at: row.get(20)?,
            updated_at: row.get(21)?,
        },
        accounts: accounts.split_whitespace().filter_map(|n| n.parse().ok()).collect(),
        wished_at: row.get(17)?,
        zone: row.get(18)?,
        has_short_links: row.get(19)?,
        has_site_first: row.get(26)?,
        planned_at: row.get(22)?,
        thrown_at: row.get(23)?,
        version: row.get(24)?,
    })
}

fn accounts_out(accounts: &[AccountId]) -> String {
    accounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl Drafts<'_, '_> {
    /// Whole, with its pictures.
    pub fn find(&self, id: DraftId) -> Kept<Option<KeptDraft>> {
        let found = self.0.find(&format!("select {COLUMNS} from drafts where desk = $1 and id = $2"), &args![self.0.desk(), id], read)?;
        found.map(|kept| self.with_pictures(kept)).transpose()
    }
    pub fn get(&self, id: DraftId) -> Kept<KeptDraft> {
        self.find(id)?.ok_or(StoreError::Missing("a draft"))
    }
    /// Each of several without its pictures, in the order asked for.
    pub fn find_bare(&self, ids: &[DraftId]) -> Kept<Vec<Option<KeptDraft>>> {
        let sql = format!("select {COLUMNS} from drafts where desk = $1 and id = $2");
        self.0.find_each(&sql, ids.iter().map(|id| args![self.0.desk(), *id].into()).collect(), read)
    }
    /// Those not yet planned and not thrown away, last changed first, with their pictures.
    pub fn list(&self, max: u32) -> Kept<Vec<KeptDraft>> {
        let found = self.0.all(
            &format!("select {COLUMNS} from drafts where desk = $1 and planned_at is null and thrown_at is null order by updated_at desc, id desc limit $2"),
            &args![self.0.desk(), max],
            read,
        )?;
        found.into_iter().map(|kept| self.with_pictures(kept)).collect()
    }
    /// The draft that answers a conversation, of one voice, not yet planned.
    pub fn answering(&self, conversation: model::ConversationId, voice: Option<model::VoiceId>) -> Kept<Option<KeptDraft>> {
        let found = self.0.find(
            &format!(
                "select {COLUMNS} from drafts where desk = $1 and conversation = $2 and (voice = $3 or voice is null) and planned_at is null and thrown_at is null
                 order by updated_at desc limit 1"
            ),
            &args![self.0.desk(), conversation, voice],
            read,
        )?;
        found.map(|kept| self.with_pictures(kept)).transpose()
    }
    /// Who keeps words for a conversation that were changed since then, and when.
    pub fn writing_in(&self, conversation: model::ConversationId, since: Timestamp) -> Kept<Vec<(Option<model::VoiceId>, Timestamp)>> {
        self.0.all(
            "select voice, max(updated_at) from drafts where desk = $1 and conversation = $2 and updated_at >= $3 and planned_at is null and thrown_at is null
             group by voice order by 2 limit 20",
            &args![self.0.desk(), conversation, since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
    /// How many [`Drafts::list`] would answer.
    pub fn count(&self) -> Kept<u64> {
        self.0.count("select count(*) from drafts where desk = $1 and planned_at is null and thrown_at is null", &args![self.0.desk()])
    }

    fn with_pictures(&self, mut kept: KeptDraft) -> Kept<KeptDraft> {
        kept.draft.pictures = self.0.pictures().of_draft(kept.draft.id)?;
        Ok(kept)
    }

    /// Keeps a draft if its version is still the one it was read with (0: never kept). Answers the new version, or `None` where
    /// somebody else was first. Pictures are kept on their own.
    pub fn save(&self, kept: &KeptDraft, now: Timestamp) -> Kept<Option<i64>> {
        let d = &kept.draft;
        let to = d.reply.as_ref().map(|r| &r.to);
        let values = args![
            self.0.desk(),
            d.id,
            d.voice,
            &d.text,
            d.title.as_deref(),
            d.language.as_deref(),
            d.warning.as_deref(),
            d.visibility.word(),
            d.kind.word(),
            d.is_personal,
            d.aim,
            d.reply.as_ref().map(|r| r.conversation),
            to.map(|t| t.parent.id.as_str()),
            to.map(|t| t.parent.tag.as_str()),
            to.map(|t| t.root.id.as_str()),
            to.map(|t| t.root.tag.as_str()),
            d.reply.as_ref().and_then(|r| r.person),
            accounts_out(&kept.accounts),
            kept.wished_at.as_deref(),
            &kept.zone,
            kept.has_short_links,
            now,
            kept.version,
            json::article_out(&d.article),
            kept.has_site_first
        ];
        let sql = if kept.version == 0 {
            "insert into drafts (desk, id, voice, text, title, language, warning, visibility, kind, is_personal, aim, conversation, parent_id, parent_tag, root_id, root_tag,
               person, accounts, wished_at, zone, short_links, created_at, updated_at, version, article, site_first)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $23 + 1, $24, $25)
             on conflict (desk, id) do nothing returning version"
        } else {
            "update drafts set voice = $3, text = $4, title = $5, language = $6, warning = $7, visibility = $8, kind = $9, is_personal = $10, aim = $11,
               conversation = $12, parent_id = $13, parent_tag = $14, root_id = $15, root_tag = $16, person = $17, accounts = $18, wished_at = $19, zone = $20,
               short_links = $21, updated_at = $22, version = version + 1, article = $24, site_first = $25
             where desk = $1 and id = $2 and version = $23 returning version"
        };
        self.0.find(sql, &values, |row| row.get(0))
    }

    pub fn set_planned(&self, id: DraftId, at: Option<Timestamp>) -> Kept<()> {
        self.0.run("update drafts set planned_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    /// When it shall go, as a wish.
    pub fn set_wish(&self, id: DraftId, wished_at: Option<&str>, zone: &str) -> Kept<()> {
        self.0
            .run("update drafts set wished_at = $3, zone = $4 where desk = $1 and id = $2", &args![self.0.desk(), id, wished_at, zone])?;
        Ok(())
    }
    pub fn throw(&self, id: DraftId, at: Timestamp) -> Kept<()> {
        self.0.run("update drafts set thrown_at = $3 where desk = $1 and id = $2", &args![self.0.desk(), id, at])?;
        Ok(())
    }
    pub fn restore(&self, id: DraftId) -> Kept<()> {
        self.0.run("update drafts set thrown_at = null where desk = $1 and id = $2", &args![self.0.desk(), id])?;
        Ok(())
    }

    /// Those thrown away that can still come back, last thrown first.
    pub fn thrown(&self, max: u32) -> Kept<Vec<KeptDraft>> {
        let found = self.0.all(
            &format!("select {COLUMNS} from drafts where desk = $1 and thrown_at is not null order by thrown_at desc, id desc limit $2"),
            &args![self.0.desk(), max],
            read,
        )?;
        found.into_iter().map(|kept| self.with_pictures(kept)).collect()
    }
    /// Forgets drafts thrown away before `before`, with their pictures, versions and words of their own; those of which something went
    /// out, or may have, keep their words and lose the rest. Answers how many were dealt with; there may be more than `max`.
    pub fn forget_thrown(&self, before: Timestamp, max: u32) -> Kept<usize> {
        let ids: Vec<DraftId> = self.0.all(
            "select id from drafts dr where desk = $1 and thrown_at < $2 and (
               not exists (select 1 from deliveries d where d.desk = dr.desk and d.draft = dr.id and d.state <> 'cancelled')
               or exists (select 1 from pictures p where p.desk = dr.desk and p.draft = dr.id)) order by thrown_at limit $3",
            &args![self.0.desk(), before, max],
            |row| row.get(0),
        )?;
        for id in &ids {
            for table in ["pictures", "draft_versions", "renderings"] {
                self.0.run(&format!("delete from {table} where desk = $1 and draft = $2"), &args![self.0.desk(), *id])?;
            }
            self.0.run("delete from deliveries where desk = $1 and draft = $2 and state = 'cancelled'", &args![self.0.desk(), *id])?;
            self.0.run(
                "delete from drafts where desk = $1 and id = $2 and not exists (select 1 from deliveries d where d.desk = $1 and d.draft = $2)",
                &args![self.0.desk(), *id],
            )?;
        }
        Ok(ids.len())
    }

    /// What was changed by hand, by account.
    pub fn edits(&self, draft: DraftId) -> Kept<Vec<Edit>> {
        self.0.all(
            "select account, texts, choice from renderings where desk = $1 and draft = $2 order by account limit 500",
            &args![self.0.desk(), draft],
            |row| {
                Ok(Edit {
                    account: row.get(0)?,
                    texts: json::strings_in(&row.get::<String>(1)?)?,
                    choice: Choice::from_word(&row.get::<String>(2)?).unwrap_or_default(),
                })
            },
        )
    }
    pub fn put_edit(&self, draft: DraftId, edit: &Edit, now: Timestamp) -> Kept<()> {
        self.0.run(
            "insert into renderings (desk, draft, account, texts, choice, updated_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (desk, draft, account) do update set texts = excluded.texts, choice = excluded.choice, updated_at = excluded.updated_at",
            &args![self.0.desk(), draft, edit.account, json::strings_out(&edit.texts), edit.choice.word(), now],
        )?;
        Ok(())
    }
}
