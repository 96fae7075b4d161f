//! tantivy, a search engine: posts are indexed in memory, some thousands at a time, and every topic is searched for in each such index.

use model::topic::Term as Asked;
use model::words::case_folded;
use serde_json::Value;
use tantivy::query::{BooleanQuery, EnableScoring, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, TantivyDocument, Term};

use crate::engine::{Pairs, Place, cpu, resident};
use crate::mokaccino_peer::tags;
use crate::texts::tokens;

/// Posts of one index.
const BATCH: usize = 2_000;
const WRITER_BYTES: usize = 50_000_000;

struct Fields {
    schema: Schema,
    text: Field,
    tag: Field,
    from: Field,
    lang: Field,
}

fn fields() -> Fields {
    let mut schema = Schema::builder();
    let indexing =
        TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions).set_fieldnorms(false);
    let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let [tag, from, lang] = ["tag", "from", "lang"].map(|name| schema.add_text_field(name, STRING));
    Fields { schema: schema.build(), text, tag, from, lang }
}

fn query(term: &Asked, fields: &Fields) -> Box<dyn Query> {
    let one = |field: Field, text: &str| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
    };
    match term {
        Asked::Word(wanted) | Asked::Phrase(wanted) => match wanted.words() {
            [word] => one(fields.text, word),
            words => Box::new(PhraseQuery::new(words.iter().map(|w| Term::from_field_text(fields.text, w)).collect())),
        },
        Asked::Tag(tag) => one(fields.tag, &case_folded(tag)),
        Asked::From(handle) => one(fields.from, &case_folded(handle)),
        Asked::Lang(lang) => one(fields.lang, lang),
        Asked::All(list) => Box::new(BooleanQuery::new(
            list.iter()
                .map(|term| match term {
                    Asked::Not(inner) => (Occur::MustNot, query(inner, fields)),
                    other => (Occur::Must, query(other, fields)),
                })
                .collect(),
        )),
        Asked::Any(list) => Box::new(BooleanQuery::new(list.iter().map(|term| (Occur::Should, query(term, fields))).collect())),
        other => unreachable!("no such topics are made: {other}"),
    }
}

fn document(post: &model::Post, fields: &Fields) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    let tokens =
        tokens(&post.text).into_iter().enumerate().map(|(position, text)| Token { position, text, position_length: 1, ..Token::default() });
    document.add_pre_tokenized_text(fields.text, PreTokenizedString { text: String::new(), tokens: tokens.collect() });
    tags(&post.text).iter().for_each(|tag| document.add_text(fields.tag, tag));
    document.add_text(fields.from, &post.author.handle);
    document.add_text(fields.lang, post.language.as_deref().unwrap_or_default());
    document
}

pub fn run(place: &Place) -> anyhow::Result<Value> {
    let posts = place.posts()?;
    let fields = fields();
    let (before, began) = (resident()?, cpu());
    let queries: Vec<Box<dyn Query>> = place.queries(0, place.topics)?.map(|q| query(q.term(), &fields)).collect();
    let (build, bytes) = (cpu() - began, resident()?.saturating_sub(before));
    let mut pairs = Pairs::of(posts.len());
    let began = cpu();
    for (batch, some) in posts.chunks(BATCH).enumerate() {
        let index = Index::create_in_ram(fields.schema.clone());
        let mut writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for post in some {
            writer.add_document(document(post, &fields))?;
        }
        writer.commit()?;
        let searcher = index.reader()?.searcher();
        anyhow::ensure!(searcher.segment_readers().len() == 1, "a batch is one segment, so that its numbers are the posts'");
        for (topic, query) in (0..).zip(&queries) {
            let weight = query.weight(EnableScoring::disabled_from_schema(&fields.schema))?;
            weight.for_each_no_score(&searcher.segment_readers()[0], &mut |docs| {
                docs.iter().for_each(|doc| pairs.put(batch * BATCH + *doc as usize, topic));
            })?;
        }
    }
    Ok(pairs.told(&[cpu() - began], build, bytes))
}
