//! SQLite: a table of JSON in a file encrypted by SQLCipher, and an FTS5 index of all texts.

use std::error::Error;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{Engine, HITS, parse, size_of};
use crate::questions::{Question, Sql};

pub(crate) struct Sqlite {
    connection: Connection,
    path: PathBuf,
}

impl Sqlite {
    pub(crate) fn build(folder: &Path, lines: &[String]) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("peer.sqlite");
        let mut connection = Connection::open(&path)?;
        connection.execute_batch(
            "PRAGMA key = 'secret';
             PRAGMA kdf_iter = 10000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA cache_size = -512000;
             CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT, text TEXT);
             CREATE VIRTUAL TABLE words USING fts5(
                 text, content=records, content_rowid=id, prefix='1 2 3',
                 tokenize=\"unicode61 remove_diacritics 2\");",
        )?;
        let cipher: String = connection.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
        println!("SQLite {} with SQLCipher {cipher}", rusqlite::version());
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction
                .prepare("INSERT INTO records (key, value, text) VALUES (?1, ?2, ?3)")?;
            for line in lines {
                let (key, value, text) = parse(line);
                insert.execute(params![key, value.to_string(), text])?;
            }
            transaction.execute("INSERT INTO words (words) VALUES ('rebuild')", [])?;
        }
        transaction.commit()?;
        Ok(Self { connection, path })
    }

    fn number(&self, sql: &str, text: &str) -> Option<u64> {
        let mut statement = self.connection.prepare_cached(sql).ok()?;
        let count: i64 = statement.query_row([text], |row| row.get(0)).ok()?;
        u64::try_from(count).ok()
    }
}

impl Engine for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn ask(&mut self, question: &Question) -> Option<u64> {
        let (listing, counting, text) = match &question.sqlite {
            Sql::Match(text) => (
                format!("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rank LIMIT {HITS}"),
                "SELECT count(*) FROM words WHERE words MATCH ?1".to_owned(),
                *text,
            ),
            Sql::Where(condition) => (
                format!("SELECT id FROM records WHERE {condition} AND ?1 = '' LIMIT {HITS}"),
                format!("SELECT count(*) FROM records WHERE {condition} AND ?1 = ''"),
                "",
            ),
            Sql::Impossible => return None,
        };
        let mut statement = self.connection.prepare_cached(&listing).ok()?;
        let mut rows = statement.query([text]).ok()?;
        while rows.next().ok()?.is_some() {}
        self.number(&counting, text)
    }

    fn edit(&mut self, number: usize) -> bool {
        let id = (number * 7_919) as i64 % 1000 + 1;
        // Its index of words is not brought up to date here: it would only be slower.
        self.connection
            .execute(
                "UPDATE records SET value = value || ' ' WHERE id = ?1",
                [id],
            )
            .is_ok()
    }

    fn bytes(&self) -> u64 {
        size_of(&self.path)
    }
}
