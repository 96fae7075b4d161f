//! Which tokens a post holds, of those that are looked for. Everything it needs is used again for the next post.

use super::file::{ABSENT, Entry, SKETCH_BITS, Shape, sketched};
use super::terms::{ALWAYS, BEGINS, ENDS, Kind, Terms, pair_key};
use crate::Said;
use crate::topic::{each_field, each_first_part, each_host, each_tag, each_to, each_venue, has_picture, is_question};
use crate::words::{self, Span, Tongue};

/// Places left free between two texts, so that no row and nothing near runs across them.
const BETWEEN_TEXTS: u32 = 1 << 12;

#[derive(Default)]
pub(super) struct Present {
    /// By token.
    bits: Vec<u64>,
    /// A bit for each token's sketch.
    sketch: [u64; (1 << SKETCH_BITS) / 64],
    ids: Vec<u32>,
    /// Exact words that rows look for: place and token, in order.
    row: Vec<(u32, u32)>,
    spans: Vec<Span>,
    /// The numbers of words, and of pairs of them, that are about to be looked up.
    sought: Vec<u64>,
}

impl Present {
    pub(super) fn ids(&self) -> &[u32] {
        &self.ids
    }
    pub(super) fn bytes(&self) -> usize {
        self.bits.capacity() * 8
            + self.ids.capacity() * 4
            + self.row.capacity() * 8
            + self.spans.capacity() * size_of::<Span>()
            + self.sought.capacity() * 8
    }
    #[inline]
    pub(super) fn has(&self, id: u32) -> bool {
        self.bits.get(id as usize / 64).is_some_and(|bits| bits >> (id % 64) & 1 != 0)
    }
    #[inline]
    fn meets(&self, condition: u32) -> bool {
        self.has(condition & !ABSENT) ^ (condition & ABSENT != 0)
    }
    #[inline]
    fn has_sketched(&self, bit: u32) -> bool {
        self.sketch[bit as usize / 64] >> (bit % 64) & 1 != 0
    }

    /// Whether what stands in the entry itself holds.
    #[inline]
    pub(super) fn passes(&self, entry: &Entry) -> bool {
        match entry.shape() {
            Shape::Both => self.meets(entry.first) && self.meets(entry.second),
            Shape::Either => self.meets(entry.first) || self.meets(entry.second),
            Shape::Sketch => {
                const ONE: u32 = (1 << SKETCH_BITS) - 1;
                let at = |n: u32| self.has_sketched(entry.second >> (n * SKETCH_BITS) & ONE);
                self.meets(entry.first) && (at(0) || at(1) || at(2))
            }
        }
    }

    /// These tokens, one right behind the other.
    pub(super) fn has_row(&self, ids: &[u32]) -> bool {
        let Some((first, rest)) = ids.split_first() else { return false };
        let starts = self.row.iter().filter(|(_, id)| id == first);
        starts.map(|(place, _)| *place).any(|place| (place + 1..).zip(rest).all(|(place, id)| self.stands_at(place, *id)))
    }

    fn stands_at(&self, place: u32, id: u32) -> bool {
        let from = self.row.partition_point(|(p, _)| *p < place);
        self.row[from..].iter().take_while(|(p, _)| *p == place).any(|(_, there)| *there == id)
    }

    /// These tokens, with at most so many words among them.
    pub(super) fn has_near(&self, ids: &[u32], among: u32) -> bool {
        let length = ids.len() as u32 + among;
        let starts = self.row.iter().enumerate().filter(|(_, (_, id))| ids.contains(id));
        starts.into_iter().any(|(at, (start, _))| {
            let stretch = self.row[at..].iter().take_while(|(place, _)| place - start < length);
            // What begins at the same place stands before this one in the row, too.
            let same = self.row[..at].iter().rev().take_while(|(place, _)| place == start);
            ids.iter().all(|wanted| stretch.clone().chain(same.clone()).any(|(_, id)| id == wanted))
        })
    }

    #[inline]
    fn put(&mut self, id: u32) {
        let word = &mut self.bits[id as usize / 64];
        let bit = 1 << (id % 64);
        if *word & bit == 0 {
            *word |= bit;
            self.ids.push(id);
            let sketched = sketched(id);
            self.sketch[sketched as usize / 64] |= 1 << (sketched % 64);
        }
    }

    /// Takes in a post, instead of the last one.
    pub(super) fn hear(&mut self, said: Said<'_>, terms: &mut Terms) {
        for id in self.ids.drain(..) {
            self.bits[id as usize / 64] = 0;
        }
        self.sketch = [0; (1 << SKETCH_BITS) / 64];
        self.row.clear();
        self.bits.resize((terms.end() / 64 + 1).max(self.bits.len()), 0);
        self.put(ALWAYS);
        let tongue = Tongue::of(said.post.language.as_deref());
        let mut place = 0;
        each_field(said.post, |_, text| {
            self.hear_text(text, place, tongue, terms);
            place += self.spans.len() as u32 + BETWEEN_TEXTS;
        });
        self.hear_pairs(terms);
        self.hear_facts(said, terms);
    }

    fn hear_text(&mut self, text: &str, place: u32, tongue: Tongue, terms: &mut Terms) {
        let mut spans = std::mem::take(&mut self.spans);
        spans.clear();
        words::cut(terms.seed(), text, &mut spans);
        let (marks, has_stems) = (tongue.marks(), tongue.has_stems() && terms.has(Kind::Bare));
        let has_beginnings = terms.has(Kind::Beginning);
        let mut sought = std::mem::take(&mut self.sought);
        sought.clear();
        let mut touched = 0;
        for span in &spans {
            let folded = terms.folded(*span, text, marks);
            touched ^= terms.touch_word(folded);
            sought.push(folded);
        }
        std::hint::black_box(touched);
        for ((place, span), folded) in (place..).zip(&spans).zip(&sought) {
            terms.each_word(*folded, marks, |id| {
                self.put(id);
                if terms.in_rows[id as usize] != 0 {
                    self.row.push((place, id));
                }
            });
            if has_stems {
                terms.each_of_stem(*span, text, tongue, |id| self.put(id));
            }
            if has_beginnings {
                terms.each_beginning(span.of(text), marks, |id| self.put(id));
            }
        }
        (self.spans, self.sought) = (spans, sought);
        if terms.has(Kind::Sign) {
            for sign in words::signs(words::looked_at(text)) {
                terms.each_fact(Kind::Sign, words::hash(terms.seed(), sign.as_bytes()), |id| self.put(id));
            }
        }
    }

    /// Pairs of words that stand one right behind the other.
    fn hear_pairs(&mut self, terms: &Terms) {
        if !terms.has(Kind::Pair) {
            return;
        }
        let mut sought = std::mem::take(&mut self.sought);
        sought.clear();
        let mut touched = 0;
        for (at, (place, first)) in self.row.iter().enumerate() {
            if terms.in_rows[*first as usize] & BEGINS == 0 {
                continue;
            }
            for (there, second) in self.row[at + 1..].iter().take_while(|(there, _)| *there <= place + 1) {
                if *there == place + 1 && terms.in_rows[*second as usize] & ENDS != 0 {
                    let key = pair_key(*first, *second);
                    touched ^= terms.touch_pair(key);
                    sought.push(key);
                }
            }
        }
        std::hint::black_box(touched);
        for key in &sought {
            terms.each_pair(*key, |pair| self.put(pair));
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
