//! Which tokens a post holds, of those that are looked for. Everything it needs is used again for the next post.

use super::lists::Lists;
use super::table::ID;
use super::terms::{ALWAYS, BEGINS, ENDS, IN_ROW, Kind, MARKED, SHARED, Terms, pair_key};
use crate::Said;
use crate::topic::{each_field, each_first_part, each_host, each_tag, each_to, each_venue, has_picture, is_question};
use crate::words::{self, Span, Tongue};

/// Places left free between two texts, so that no row and nothing near runs across them.
const BETWEEN_TEXTS: u32 = 1 << 12;

#[derive(Default)]
pub(super) struct Present {
    /// By token.
    bits: Vec<u64>,
    ids: Vec<u32>,
    /// Exact words that rows look for: place and token with what rows need of it, in order.
    row: Vec<(u32, u32)>,
    spans: Vec<Span>,
    /// Words of a text that are looked for: place and exact token with what is said of it.
    hits: Vec<(u32, u32)>,
    /// The numbers of words, and of pairs of them, that are about to be looked up.
    sought: Vec<u64>,
    /// Those of the tokens under which something is filed.
    anchors: Vec<u32>,
}

impl Present {
    pub(super) fn ids(&self) -> &[u32] {
        &self.ids
    }
    pub(super) fn bytes(&self) -> usize {
        self.bits.capacity() * 8
            + (self.ids.capacity() + self.anchors.capacity()) * 4
            + (self.row.capacity() + self.hits.capacity()) * 8
            + self.spans.capacity() * size_of::<Span>()
            + self.sought.capacity() * 8
    }
    #[inline]
    pub(super) fn has(&self, id: u32) -> bool {
        self.bits.get(id as usize / 64).is_some_and(|bits| bits >> (id % 64) & 1 != 0)
    }

    /// Notes those of the tokens under which something is filed. The beginning of each list is touched before the first is read, so that the memory fetches them at the same time.
    pub(super) fn find_anchors(&mut self, lists: &Lists) {
        self.anchors.resize(self.ids.len(), 0);
        let mut count = 0;
        for id in &self.ids {
            // Written whether it is wanted or not, which is quicker than to foretell it.
            self.anchors[count] = *id;
            count += usize::from(lists.is_full(*id));
        }
        self.anchors.truncate(count);
        let touched = self.anchors.iter().fold(0, |all, id| all ^ lists.word(lists.begin(*id)));
        std::hint::black_box(touched);
    }
    pub(super) fn anchors(&self) -> &[u32] {
        &self.anchors
    }

    /// These tokens, one right behind the other.
    pub(super) fn has_row(&self, ids: &[u32]) -> bool {
        let Some((first, rest)) = ids.split_first() else { return false };
        let starts = self.row.iter().filter(|(_, id)| id & ID == *first);
        starts.map(|(place, _)| *place).any(|place| (place + 1..).zip(rest).all(|(place, id)| self.stands_at(place, *id)))
    }

    fn stands_at(&self, place: u32, id: u32) -> bool {
        let from = self.row.partition_point(|(p, _)| *p < place);
        self.row[from..].iter().take_while(|(p, _)| *p == place).any(|(_, there)| there & ID == id)
    }

    /// These tokens, with at most so many words among them.
    pub(super) fn has_near(&self, ids: &[u32], among: u32) -> bool {
        let length = ids.len() as u32 + among;
        let starts = self.row.iter().enumerate().filter(|(_, (_, id))| ids.contains(&(id & ID)));
        starts.into_iter().any(|(at, (start, _))| {
            let stretch = self.row[at..].iter().take_while(|(place, _)| place - start < length);
            // What begins at the same place stands before this one in the row, too.
            let same = self.row[..at].iter().rev().take_while(|(place, _)| place == start);
            ids.iter().all(|wanted| stretch.clone().chain(same.clone()).any(|(_, id)| id & ID == *wanted))
        })
    }

    #[inline]
    fn put(&mut self, id: u32) {
        let word = &mut self.bits[id as usize / 64];
        let bit = 1 << (id % 64);
        if *word & bit == 0 {
            *word |= bit;
            self.ids.push(id);
        }
    }

    /// Takes in words. Each is both its tokens, which stand side by side. Everything is written whether it is wanted or not, which is
    /// quicker than to foretell it.
    fn put_words(&mut self, hits: &[(u32, u32)]) {
        let (mut ids, mut row) = (self.ids.len(), self.row.len());
        self.ids.resize(ids + hits.len() * 2 + 1, 0);
        self.row.resize(row + hits.len(), (0, 0));
        for hit in hits {
            let exact = hit.1 & ID;
            let word = &mut self.bits[exact as usize / 64];
            let new = !*word >> (exact % 64);
            *word |= 3 << (exact % 64);
            self.ids[ids] = exact;
            ids += new as usize & 1;
            self.ids[ids] = exact + 1;
            ids += new as usize >> 1 & 1;
            self.row[row] = *hit;
            row += usize::from(hit.1 & (BEGINS | ENDS | IN_ROW) != 0);
        }
        self.ids.truncate(ids);
        self.row.truncate(row);
    }

    /// Takes in a post, instead of the last one.
    pub(super) fn hear(&mut self, said: Said<'_>, terms: &mut Terms) {
        for id in self.ids.drain(..) {
            self.bits[id as usize / 64] = 0;
        }
        self.row.clear();
        self.bits.resize((terms.end() / 64 + 1).max(self.bits.len()), 0);
        self.put(ALWAYS);
        let tongue = Tongue::of(said.post.language.as_deref());
        let mut place = 0;
        each_field(said.post, |_, text| {
            self.hear_text(text, place, tongue, terms);
            place += self.spans.len() as u32 + BETWEEN_TEXTS;
        });
        if terms.has(Kind::Pair) {
            self.hear_pairs(terms);
        }
        self.hear_facts(said, terms);
    }

    fn hear_text(&mut self, text: &str, place: u32, tongue: Tongue, terms: &mut Terms) {
        let mut spans = std::mem::take(&mut self.spans);
        spans.clear();
        words::cut(terms.seed, text, &mut spans);
        let marks = tongue.marks();
        let (mut hits, mut sought) = (std::mem::take(&mut self.hits), std::mem::take(&mut self.sought));
        sought.clear();
        let mut touched = 0;
        for span in &spans {
            let folded = terms.folded(*span, text, marks);
            touched ^= terms.words.touch(folded);
            sought.push(folded);
        }
        std::hint::black_box(touched);
        let mut count = 0;
        for (place, folded) in (place..).zip(&sought) {
            let value = terms.words.get(*folded);
            if count == hits.len() {
                hits.resize(count * 2 + 64, (0, 0));
            }
            hits[count] = (place, value);
            count += usize::from(value != 0);
            if value & (MARKED | SHARED) != 0 {
                hits.truncate(count - 1);
                terms.each_word(*folded, marks, |value| hits.push((place, value)));
                count = hits.len();
            }
        }
        self.put_words(&hits[..count]);
        (self.hits, self.sought) = (hits, sought);
        if tongue.has_stems() && terms.has(Kind::Bare) {
            for span in &spans {
                terms.each_of_stem(*span, text, tongue, |id| self.put(id));
            }
        }
        if terms.has(Kind::Beginning) {
            for span in &spans {
                terms.each_beginning(span.of(text), marks, |id| self.put(id));
            }
        }
        self.spans = spans;
        if terms.has(Kind::Sign) {
            for sign in words::signs(words::looked_at(text)) {
                terms.each_fact(Kind::Sign, words::hash(terms.seed, sign.as_bytes()), |id| self.put(id));
            }
        }
    }

    /// Pairs of words that stand one right behind the other.
    fn hear_pairs(&mut self, terms: &Terms) {
        let mut sought = std::mem::take(&mut self.sought);
        let mut count = 0;
        for (at, (place, first)) in self.row.iter().enumerate() {
            for (there, second) in self.row[at + 1..].iter().take_while(|(there, _)| *there <= place + 1) {
                let key = pair_key(first & ID, second & ID);
                if count == sought.len() {
                    sought.resize(count * 2 + 64, 0);
                }
                sought[count] = key;
                let is_pair = (*there == place + 1) & (first & BEGINS != 0) & (second & ENDS != 0);
                count += usize::from(is_pair & terms.pairs_sieve.may_have(key));
            }
        }
        sought.truncate(count);
        let touched = sought.iter().fold(0, |all, key| all ^ terms.pairs.touch(*key));
        std::hint::black_box(touched);
        for key in &sought {
            terms.pairs.each(*key, |pair| self.put(pair));
        }
        self.sought = sought;
    }

    /// What is no word: who, where, to whom, with what.
    fn hear_facts(&mut self, said: Said<'_>, terms: &mut Terms) {
        let post = said.post;
        let [tags, from, to, venues, hosts, links, questions] =
            [Kind::Tag, Kind::From, Kind::To, Kind::In, Kind::Link, Kind::HasLink, Kind::Question].map(|kind| terms.has(kind));
        let mut fact = |kind: Kind, text: &str| {
            if terms.has(kind) {
                let plain = terms.plain(text);
                terms.each_fact(kind, plain, |id| self.put(id));
            }
        };
        if tags {
            each_tag(post, |tag| fact(Kind::Tag, tag));
        }
        if from {
            each_first_part(post.author.handle.trim_start_matches('@'), |part| fact(Kind::From, part));
        }
        if to {
            each_to(post, |handle| each_first_part(handle, |part| fact(Kind::To, part)));
        }
        if venues {
            each_venue(said, |venue| fact(Kind::In, venue));
        }
        if hosts || links {
            let mut has_link = false;
            each_host(post, |host| {
                has_link = true;
                fact(Kind::Link, host);
            });
            if has_link {
                fact(Kind::HasLink, "");
            }
        }
        fact(Kind::On, post.network.as_str());
        if let Some(language) = &post.language {
            fact(Kind::Lang, language);
            language.match_indices('-').for_each(|(at, _)| fact(Kind::Lang, &language[..at]));
        }
        if post.reply_to.is_some() {
            fact(Kind::Reply, "");
        }
        if has_picture(post) {
            fact(Kind::HasPicture, "");
        }
        if questions && is_question(post) {
            fact(Kind::Question, "");
        }
    }
}
