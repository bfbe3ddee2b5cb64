//! tantivy: an index of all texts and of one number, in plain files.

use std::error::Error;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery,
};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer,
};
use tantivy::{Index, IndexReader, IndexWriter, Term, doc};

use super::{Engine, HITS, parse, size_of};
use crate::questions::{Question, Tan};

const FOLDED: &str = "folded";
const MEMORY: usize = 200 << 20;

pub(crate) struct Tantivy {
    reader: IndexReader,
    writer: IndexWriter,
    key: Field,
    text: Field,
    age: Field,
    lines: Vec<String>,
    path: PathBuf,
}

impl Tantivy {
    pub(crate) fn build(folder: &Path, lines: &[String]) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("peer.tantivy");
        std::fs::create_dir(&path)?;
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(FOLDED)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field(
            "text",
            TextOptions::default().set_indexing_options(indexing),
        );
        let key = schema.add_text_field("key", STRING | STORED);
        let age = schema.add_u64_field("age", FAST | INDEXED);
        let index = Index::create_in_dir(&path, schema.build())?;
        let folded = TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(40))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .build();
        index.tokenizers().register(FOLDED, folded);
        let mut tantivy = Self {
            reader: index.reader()?,
            writer: index.writer_with_num_threads(2, MEMORY)?,
            key,
            text,
            age,
            lines: lines.iter().take(1000).cloned().collect(),
            path,
        };
        for line in lines {
            tantivy.add(line)?;
        }
        tantivy.writer.commit()?;
        tantivy.reader.reload()?;
        Ok(tantivy)
    }

    fn add(&mut self, line: &str) -> tantivy::Result<()> {
        let (key, value, text) = parse(line);
        let age = value["profile"]["age"].as_u64().unwrap_or_default();
        self.writer
            .add_document(doc!(self.key => key, self.text => text, self.age => age))?;
        Ok(())
    }

    fn term(&self, text: &str) -> Term {
        Term::from_field_text(self.text, text)
    }

    fn query(&self, question: &Tan) -> Option<Box<dyn Query>> {
        Some(match question {
            Tan::Words(words) => {
                let terms = words.iter().map(|word| {
                    let term = TermQuery::new(self.term(word), IndexRecordOption::WithFreqs);
                    (Occur::Must, Box::new(term) as Box<dyn Query>)
                });
                Box::new(BooleanQuery::new(terms.collect()))
            }
            Tan::Phrase(words) => Box::new(PhraseQuery::new(
                words.iter().map(|word| self.term(word)).collect(),
            )),
            Tan::Prefix(text) => {
                Box::new(RegexQuery::from_pattern(&format!("{text}.*"), self.text).ok()?)
            }
            Tan::Inside(text) => {
                Box::new(RegexQuery::from_pattern(&format!(".*{text}.*"), self.text).ok()?)
            }
            Tan::Fuzzy(text, edits) => Box::new(FuzzyTermQuery::new(self.term(text), *edits, true)),
            Tan::AgeBetween(from, to) => Box::new(RangeQuery::new(
                Bound::Included(Term::from_field_u64(self.age, *from)),
                Bound::Included(Term::from_field_u64(self.age, *to)),
            )),
            Tan::Impossible => return None,
        })
    }
}

impl Engine for Tantivy {
    fn name(&self) -> &'static str {
        "tantivy"
    }

    fn ask(&mut self, question: &Question) -> Option<u64> {
        let query = self.query(&question.tantivy)?;
        let best = TopDocs::with_limit(HITS).order_by_score();
        let (_, count) = self
            .reader
            .searcher()
            .search(&*query, &(best, Count))
            .ok()?;
        Some(count as u64)
    }

    fn edit(&mut self, number: usize) -> bool {
        let Some(line) = self.lines.get(number % self.lines.len().max(1)).cloned() else {
            return false;
        };
        let (key, ..) = parse(&line);
        self.writer
            .delete_term(Term::from_field_text(self.key, &key));
        self.add(&line).is_ok() && self.writer.commit().is_ok() && self.reader.reload().is_ok()
    }

    fn bytes(&self) -> u64 {
        size_of(&self.path)
    }
}
