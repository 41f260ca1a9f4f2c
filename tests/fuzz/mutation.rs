//! New queries from old ones: tokens and bytes taken out, put in, repeated, exchanged, taken from another query.

use palisade::kql::lex;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::seeds::seeds;

/// Pieces that mean something to the lexer or the parser.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ";",
    ",",
    ".",
    "..",
    ":",
    "=",
    "==",
    "=~",
    "!~",
    "=>",
    "-->",
    "<-",
    "--",
    "*",
    "!",
    "\"",
    "'",
    "```",
    "~~~",
    "@\"",
    "h'",
    "\\",
    "//",
    "#",
    "\n",
    "\r",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "é",
    "🙂",
    "“",
    "dynamic(",
    "datetime(",
    "timespan(",
    "typeof(",
    "toscalar(",
    "0x",
    "1e",
    "1.",
    "1d",
    "74be27de-1e4e-49d9-b579-fe0b331d3642",
    "let ",
    "set ",
    "declare ",
    "alias ",
    "restrict access to (",
    "view ",
    "union ",
    "join kind=",
    "on $left.",
    "mv-apply ",
    "mv-expand ",
    "partition by ",
    "fork (",
    "facet by ",
    "scan with (step s: ",
    "make-graph a --> b",
    "graph-match (a)-[e*1..3]->(b)",
    "parse kind=regex a with ",
    "evaluate ",
    "invoke ",
    "as ",
    "search in (",
    "find in (",
    "in~ (",
    "between (",
    "has_any (",
    "matches regex ",
    "hint.",
    "project-",
    "materialized-",
    "set-or-",
    "summarize arg_max(a, *) by ",
    "top-nested 1 of a by ",
    "macro-expand ",
    "entity_group [",
    "$left",
    "['",
];

#[derive(Debug, Clone)]
enum Edit {
    /// Token number `at` goes.
    Delete(Index),
    /// It comes twice.
    Double(Index),
    /// It changes places with another.
    Exchange(Index, Index),
    /// A token of another query takes its place.
    Take(Index, Index, Index),
    /// A piece goes before it.
    Insert(Index, String),
    /// Some characters go.
    Cut(Index, usize),
    /// Some characters come again, many times.
    Repeat(Index, usize, usize),
    /// The end goes.
    Truncate(Index),
    /// The rest is that of another query.
    Splice(Index, Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        3 => at().prop_map(Edit::Delete),
        2 => at().prop_map(Edit::Double),
        2 => (at(), at()).prop_map(|(a, b)| Edit::Exchange(a, b)),
        3 => (at(), at(), at()).prop_map(|(a, q, b)| Edit::Take(a, q, b)),
        4 => (at(), piece()).prop_map(|(a, text)| Edit::Insert(a, text)),
        2 => (at(), 1usize..20).prop_map(|(a, length)| Edit::Cut(a, length)),
        1 => (at(), 1usize..60, 1usize..40).prop_map(|(a, length, times)| Edit::Repeat(a, length, times)),
        1 => at().prop_map(Edit::Truncate),
        1 => (at(), at(), at()).prop_map(|(a, q, b)| Edit::Splice(a, q, b)),
    ]
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => "[a-z_$0-9]{1,4}"]
}

/// The offset of a character boundary.
fn offset(text: &str, at: &Index) -> usize {
    let mut offset = at.index(text.len() + 1);
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// So many characters from an offset on.
fn end(text: &str, from: usize, characters: usize) -> usize {
    text[from..].char_indices().nth(characters).map_or(text.len(), |(at, _)| from + at)
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let lexed = lex(text);
        let token = |at: &Index| lexed.tokens[at.index(lexed.tokens.len())].span.range();
        match self {
            Self::Delete(at) => replaced(text, token(at), ""),
            Self::Double(at) => {
                let range = token(at);
                replaced(text, range.end..range.end, &format!(" {}", &text[range]))
            }
            Self::Exchange(a, b) => {
                let (a, b) = (token(a), token(b));
                let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
                if first.end > second.start {
                    return text.to_owned();
                }
                let swapped = replaced(text, second.clone(), &text[first.clone()]);
                replaced(&swapped, first, &text[second])
            }
            Self::Take(at, query, other) => {
                let other_text = query.get(seeds());
                let tokens = lex(other_text).tokens;
                replaced(text, token(at), other.get(&tokens).span.text(other_text))
            }
            Self::Insert(at, piece) => {
                let start = token(at).start;
                replaced(text, start..start, piece)
            }
            Self::Cut(at, length) => {
                let from = offset(text, at);
                replaced(text, from..end(text, from, *length), "")
            }
            Self::Repeat(at, length, times) => {
                let from = offset(text, at);
                let part = &text[from..end(text, from, *length)];
                replaced(text, from..from, &part.repeat(*times))
            }
            Self::Truncate(at) => text[..offset(text, at)].to_owned(),
            Self::Splice(at, query, other) => {
                let other_text = query.get(seeds());
                format!("{}{}", &text[..offset(text, at)], &other_text[offset(other_text, other)..])
            }
        }
    }
}

fn replaced(text: &str, range: std::ops::Range<usize>, by: &str) -> String {
    format!("{}{by}{}", &text[..range.start], &text[range.end..])
}

pub(crate) fn mutated() -> impl Strategy<Value = String> {
    (any::<Index>(), prop::collection::vec(edit(), 1..6))
        .prop_map(|(seed, edits)| edits.iter().fold(seed.get(seeds()).clone(), |text, edit| edit.apply(&text)))
}

/// Tokens of all seeds, in any order.
pub(crate) fn random() -> impl Strategy<Value = String> {
    let token = (any::<Index>(), any::<Index>(), select(&["", " ", "\n"][..])).prop_map(|(query, at, blank)| {
        let text = query.get(seeds());
        format!("{}{blank}", at.get(&lex(text).tokens).span.text(text))
    });
    prop::collection::vec(prop_oneof![3 => token, 1 => piece()], 0..60).prop_map(|pieces| pieces.concat())
}
