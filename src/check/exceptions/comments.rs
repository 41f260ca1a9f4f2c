//! Where the comments that silence stand, and what they are for.

use std::ops::Range;

use crate::diagnostic::{FileId, Span};
use crate::kql;
use crate::rule::yaml::{Node, Value};

/// A comment that is meant to silence something.
pub(super) struct Comment {
    pub(super) syntax: Syntax,
    /// What follows `allow`, or the list of rules.
    pub(super) text: String,
    pub(super) span: Span,
    /// The bytes that it is for.
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Ours,
    Guard,
    /// Ours, in a query whose lines can't be told.
    Unreadable,
}

/// Finds them, in the order of the file.
pub(super) fn find<'t>(file: FileId, text: &'t str, documents: &[Node<'_>]) -> impl Iterator<Item = Comment> + use<'t> {
    let mut outline = Outline::of(documents);
    let mut end = 0;
    text.split_inclusive('\n').enumerate().filter_map(move |(number, line)| {
        let start = end;
        end += line.len();
        let (at, directive) = directive(line)?;
        let place = Place { text, line: start..start + line.trim_end_matches(['\n', '\r']).len(), at: start + at };
        let column = narrow(line[..at].chars().count() + 1);
        let line = narrow(number + 1);
        let span = Span { file, start: narrow(place.at), end: narrow(place.line.end), line, column };
        let (syntax, range) = scope(&place, &directive, &mut outline)?;
        Some(Comment { syntax, text: directive.rest.trim().to_owned(), span, range })
    })
}

/// How many comments and empty lines may stand between an exception and its line.
const STACKED: usize = 64;

/// A line that may hold a comment of either tool.
struct Place<'t> {
    text: &'t str,
    /// Without its end.
    line: Range<usize>,
    /// Where the comment begins.
    at: usize,
}

impl Place<'_> {
    fn is_alone(&self) -> bool {
        self.text[self.line.start..self.at].trim().is_empty()
    }

    /// The line after this one that holds more than a comment; this one if there is none near, before `end`.
    fn next(&self, end: usize, comment: &str) -> Range<usize> {
        let mut start = self.line.end;
        for _ in 0..STACKED {
            let Some(newline) = self.text[start..].find('\n') else { break };
            start += newline + 1;
            let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
            let line = self.text[start..line_end].trim();
            if start >= end {
                break;
            }
            if !line.is_empty() && !line.starts_with(comment) {
                return start..line_end;
            }
        }
        self.line.clone()
    }
}

struct Directive<'l> {
    /// `#` or `//`
    mark: &'static str,
    verb: Verb,
    rest: &'l str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Allow,
    Disable,
    DisableNextLine,
    DisableFile,
}

/// The comment of a line and where it begins, if it may be one of ours or of kql-guard.
fn directive(line: &str) -> Option<(usize, Directive<'_>)> {
    let line = line.trim_end_matches(['\n', '\r']);
    if let Some(found) = line.find("palisade:") {
        let before = line[..found].trim_end();
        let mark = ["//", "#"].into_iter().find(|mark| before.ends_with(mark))?;
        let rest = line[found + "palisade:".len()..].trim_start().strip_prefix("allow")?;
        let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
        return ends.then_some((before.len() - mark.len(), Directive { mark, verb: Verb::Allow, rest }));
    }
    let found = line.find("// kql-guard:")?;
    let rest = &line[found + "// kql-guard:".len()..];
    let (verb, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let verb = match verb {
        "disable" => Verb::Disable,
        "disable-next-line" => Verb::DisableNextLine,
        "disable-file" => Verb::DisableFile,
        _ => return None,
    };
    Some((found, Directive { mark: "//", verb, rest }))
}

/// What a comment is for. Nothing if the text is no comment after all.
fn scope(place: &Place<'_>, directive: &Directive<'_>, outline: &mut Outline) -> Option<(Syntax, Range<usize>)> {
    let before = outline.scalars.partition_point(|scalar| scalar.bytes.start <= place.at);
    let inside = outline.scalars[..before].last_mut().filter(|scalar| scalar.bytes.contains(&place.at));
    if directive.mark == "#" {
        if inside.is_some() {
            return None;
        }
        return Some((Syntax::Ours, in_yaml(place, outline)));
    }
    let scalar = inside.filter(|scalar| scalar.is_query)?;
    let source = &place.text[scalar.bytes.clone()];
    let at = narrow(place.at - scalar.bytes.start);
    let tokens = scalar.tokens.get_or_insert_with(|| kql::lex(source).tokens.iter().map(|token| token.span).collect());
    let before = tokens.partition_point(|token| token.start <= at);
    if tokens[..before].last().is_some_and(|token| at < token.end) {
        let quoted = source.starts_with(['"', '\'']);
        return (quoted && directive.verb == Verb::Allow).then_some((Syntax::Unreadable, 0..0));
    }
    let end = scalar.bytes.end;
    let below = || place.line.start..place.next(end, "//").end;
    Some(match directive.verb {
        Verb::Allow if place.is_alone() => (Syntax::Ours, below()),
        Verb::Allow => (Syntax::Ours, place.line.clone()),
        Verb::Disable => (Syntax::Guard, place.line.clone()),
        Verb::DisableNextLine => (Syntax::Guard, below()),
        Verb::DisableFile => (Syntax::Guard, scalar.bytes.clone()),
    })
}

fn in_yaml(place: &Place<'_>, outline: &Outline) -> Range<usize> {
    let target = if place.is_alone() {
        let at = outline.documents.partition_point(|document| document.start <= place.at);
        let before = at.checked_sub(1).and_then(|before| outline.documents.get(before));
        if let Some(document) = outline.documents.get(at)
            && before.is_none_or(|before| before.end <= place.at)
        {
            return place.at..document.end;
        }
        place.next(place.text.len(), "#")
    } else {
        place.line.clone()
    };
    let first = outline.blocks.partition_point(|block| block.start < target.start);
    let below = outline.blocks[first..].iter().take_while(|block| block.start < target.end).map(|block| block.end);
    target.start..below.fold(target.end, usize::max)
}

/// Where the parts of a file's documents begin and end.
#[derive(Default)]
struct Outline {
    documents: Vec<Range<usize>>,
    /// Entries with their values, items of lists.
    blocks: Vec<Range<usize>>,
    scalars: Vec<Scalar>,
}

struct Scalar {
    bytes: Range<usize>,
    is_query: bool,
    /// Of a query, once somebody asked.
    tokens: Option<Vec<kql::Span>>,
}

impl Outline {
    fn of(documents: &[Node<'_>]) -> Self {
        let mut outline = Self::default();
        for document in documents {
            let end = outline.walk(document, false);
            outline.documents.push(document.span.start as usize..end);
        }
        outline.blocks.sort_by_key(|block| block.start);
        // What an alias repeats has the place of its anchor: once is enough, as a query if it is one anywhere.
        outline.scalars.sort_by_key(|scalar| (scalar.bytes.start, scalar.is_query));
        outline
    }

    /// Takes a node in, and gives its end.
    fn walk(&mut self, node: &Node<'_>, is_query: bool) -> usize {
        let bytes = node.span.start as usize..node.span.end as usize;
        let mut end = bytes.end;
        match &node.value {
            Value::Scalar { .. } => self.scalars.push(Scalar { bytes, is_query, tokens: None }),
            Value::Sequence(items) => {
                for item in items {
                    let item_end = self.walk(item, false);
                    self.blocks.push(item.span.start as usize..item_end);
                    end = end.max(item_end);
                }
            }
            Value::Mapping(entries) => {
                for entry in entries {
                    let value_end = self.walk(&entry.value, entry.key == "query");
                    let key = entry.key_span;
                    let bytes = key.start as usize..key.end as usize;
                    self.scalars.push(Scalar { bytes, is_query: false, tokens: None });
                    self.blocks.push(key.start as usize..value_end);
                    end = end.max(value_end);
                }
            }
        }
        end
    }
}

/// Files are capped far below 4 GiB, so every offset fits.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
