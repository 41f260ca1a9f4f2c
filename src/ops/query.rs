//! `palisade query`: what is known of a query, as one line of JSON.
//!
//! Lines in and out have the shape of the oracle that tests compare with, which runs Microsoft's own parser: places
//! are counted in UTF-16 code units, as JavaScript counts them.

#[cfg(feature = "kusto-engine")]
mod engine;
mod lines;
mod schema;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::ser::{SerializeTuple, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::kql::{Diagnostic, Facts, FunctionOrigin, NoSchema, OutputColumn, Schema, TableBy, analyze, parse};

#[cfg(feature = "kusto-engine")]
pub use engine::Engine;
pub use lines::{Line, Lines, MAX_LINE};
pub use schema::Tables;

/// A line of input: `{"id": any, "query": "KQL"}`. Other keys are passed over.
#[derive(Deserialize)]
struct Question<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    query: Cow<'l, str>,
}

/// A line of output. `id` is that of the input, byte for byte.
#[derive(Debug, Serialize)]
pub struct Answer<'l> {
    /// Which question it answers.
    pub id: &'l RawValue,
    /// Faults of syntax in source order; none means that the query parses.
    pub syntax: Vec<Fault>,
    /// Name and type of the result's columns, in order; none if the query has no tabular result.
    pub columns: Option<Vec<(String, &'static str)>>,
    /// Whether the result may have more columns than these, or was made of a table that is unknown here.
    pub open: bool,
    /// The tables that the query names, sorted; wildcards and `table("...")` name none. With a schema only those that it holds: every other name may be a
    /// stored function.
    pub tables: Vec<String>,
    /// Of `union`, `join`, `lookup`, `search`, `find`, `workspace()` and its like those that the query uses, sorted.
    pub operators: Vec<String>,
    /// Faults of meaning in the form of `syntax`: a column that is not there, a condition that compares nothing. The key is
    /// left out where there is none. A table that is unknown gives none: it may be a stored function.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub semantic: Vec<Fault>,
    /// What another parser says, if one was asked: its faults in the form of `syntax`, or `{"crash": why}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kusto: Option<Value>,
}

/// A parser that gives its verdict beside ours.
pub trait Judge {
    /// The faults of a query: `[[code, message, start, length]]`, places in UTF-16 code units.
    fn syntax(&self, query: &str) -> Result<Value, String>;
}

/// A fault: `[code, message, start, length]`.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of fault, as `palisade explain` knows it.
    pub code: &'static str,
    /// What is wrong, and in parentheses the way out if one is known.
    pub message: String,
    /// Where it starts, in UTF-16 code units.
    pub start: usize,
    /// How much is at fault, in UTF-16 code units; 0 where something is missing.
    pub length: usize,
}

/// The code of every fault of syntax.
const SYNTAX: &str = "kql-syntax";
/// The code of every fault of meaning.
const MEANING: &str = "kql-meaning";

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(4)?;
        tuple.serialize_element(self.code)?;
        tuple.serialize_element(&self.message)?;
        tuple.serialize_element(&self.start)?;
        tuple.serialize_element(&self.length)?;
        tuple.end()
    }
}

/// Why a line holds no question.
#[derive(Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The byte of the line at fault, counted from 1; 0 if the line as a whole is.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl BadLine {
    fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.rfind(" at line ").map_or(text.as_str(), |at| &text[..at]);
        Self { column: error.column(), message: message.to_owned() }
    }
}

/// Answers the question of one line, against a schema if there is one.
pub fn answer<'l>(line: &'l [u8], tables: Option<&Tables>, judge: Option<&dyn Judge>) -> Result<Answer<'l>, BadLine> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let blanks = line.len() - line.trim_ascii_start().len();
    if line.get(blanks).is_some_and(|byte| *byte != b'{') {
        return Err(BadLine { column: blanks + 1, message: "the line is no JSON object".to_owned() });
    }
    let question: Question<'l> = serde_json::from_slice(line).map_err(|error| BadLine::of(&error))?;
    let query = &*question.query;
    let tree = parse(query);
    let schema: &dyn Schema = match tables {
        Some(tables) => &tables.0,
        None => &NoSchema,
    };
    let facts = analyze(&tree, schema);
    let operators = operators(&facts);
    Ok(Answer {
        id: question.id,
        syntax: faults(query, &tree.diagnostics, SYNTAX),
        semantic: if tree.diagnostics.is_empty() { faults(query, &facts.diagnostics, MEANING) } else { Vec::new() },
        open: facts.open || facts.made_of_unknown,
        tables: facts
            .tables
            .into_iter()
            .filter(|t| t.by == TableBy::Name && (t.known || tables.is_none()))
            .map(|t| t.name)
            .collect(),
        columns: facts.tabular.then(|| facts.columns.into_iter().map(column).collect()),
        operators,
        kusto: judge.map(|judge| judge.syntax(query).unwrap_or_else(|why| json!({ "crash": why }))),
    })
}

fn column(OutputColumn { name, ty }: OutputColumn) -> (String, &'static str) {
    (name, ty.name())
}

fn operators(facts: &Facts) -> Vec<String> {
    let words = facts.operators.iter().map(|(word, _)| word.as_str());
    let words = words.filter(|word| matches!(*word, "union" | "join" | "lookup" | "search" | "find"));
    let remote = facts.functions.iter().filter(|function| function.origin == FunctionOrigin::Remote);
    let all: BTreeSet<String> =
        words.map(str::to_owned).chain(remote.map(|function| format!("{}()", function.name))).collect();
    all.into_iter().collect()
}

/// The faults with their places in UTF-16 code units.
fn faults(query: &str, diagnostics: &[Diagnostic], code: &'static str) -> Vec<Fault> {
    // They come in source order, so the text before each is counted once.
    let (mut at, mut units) = (0, 0);
    let mut errors = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let range = diagnostic.span.range();
        units += utf16(query.get(at..range.start).unwrap_or_default());
        at = range.start;
        let message = match &diagnostic.help {
            Some(help) => format!("{} ({help})", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        errors.push(Fault { code, message, start: units, length: utf16(diagnostic.span.text(query)) });
    }
    errors
}

fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests;
