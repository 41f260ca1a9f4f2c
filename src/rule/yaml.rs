//! YAML text to a small tree in which every key and value knows its place.
//!
//! The tree keeps a scalar's text as it was written (`1.0` stays `1.0`), and gives no meaning to it before
//! somebody asks. Hostile input is bounded: depth, number of nodes, and what aliases blow up to.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError};

use crate::diagnostic::{Code, Diagnostic, FileId, Span};

/// How deep a document may nest.
pub const MAX_DEPTH: usize = 48;
/// How many nodes a file may hold, anchors and aliases counted in full.
pub const MAX_NODES: usize = 50_000;
/// How large a file may be, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Node<'t> {
    pub value: Value<'t>,
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Value<'t> {
    /// Text; `plain` if it stood without quotes and may thus be null, a number or a boolean.
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
    Sequence(Vec<Node<'t>>),
    Mapping(Vec<Entry<'t>>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry<'t> {
    pub key: Cow<'t, str>,
    pub key_span: Span,
    pub value: Node<'t>,
}

impl<'t> Node<'t> {
    /// Whether this is nothing: an empty plain scalar, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The entries, if this is a mapping.
    pub fn entries(&self) -> Option<&[Entry<'t>]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text, if this is a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What this is, for messages.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { text, plain: true } if as_bool(text).is_some() => "a boolean",
            Value::Scalar { text, plain: true } if text.parse::<f64>().is_ok() => "a number",
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// The booleans of YAML 1.2's core schema; `yes` and `on` are text.
pub fn as_bool(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Parses every document of a file. The first fault ends the file: what follows it can't be trusted.
///
/// # Errors
/// One diagnostic with its place: a syntax error, a key given twice, or a budget that was passed.
pub fn parse(file: FileId, text: &str) -> Result<Vec<Node<'_>>, Box<Diagnostic>> {
    if let Some(hidden) = text.char_indices().find(|(_, c)| is_forbidden(*c)) {
        return Err(Box::new(forbidden_character(file, text, hidden)));
    }
    let options = Options::default();
    let mut builder =
        Builder { events: Parser::new_from_str_with_options(text, options), file, anchors: HashMap::new(), nodes: 0 };
    builder.stream().map_err(Box::new)
}

/// What YAML 1.2 keeps out of its character set (section 5.1), line breaks and tab aside.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}')
}

fn forbidden_character(file: FileId, text: &str, (at, c): (usize, char)) -> Diagnostic {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let span = Span {
        file,
        start: narrow(at),
        end: narrow(at + c.len_utf8()),
        line: narrow(text[..at].matches('\n').count() + 1),
        column: narrow(text[line_start..at].chars().count() + 1),
    };
    Diagnostic::new(Code::FileNotText, span, format!("the character U+{:04X} can't be part of a YAML file", c as u32))
        .help("remove it, or write it as an escape inside double quotes")
}

type Fault<T> = Result<T, Diagnostic>;
type Spot<'t> = (Event<'t>, granit_parser::Span);

struct Builder<'t> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    file: FileId,
    anchors: HashMap<usize, Node<'t>>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn stream(&mut self) -> Fault<Vec<Node<'t>>> {
        let mut documents = Vec::new();
        while let Some(next) = self.events.next_event() {
            let (event, span) = next.map_err(|error| self.syntax(&error))?;
            match event {
                Event::DocumentStart(..) => self.anchors.clear(),
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                _ => {
                    let node = self.node((event, span), 0)?;
                    documents.push(node);
                }
            }
        }
        Ok(documents)
    }

    fn next(&mut self) -> Fault<Spot<'t>> {
        match self.events.next_event() {
            Some(Ok(spot)) => Ok(spot),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => {
                Err(Diagnostic::new(Code::YamlSyntax, Span::start_of(self.file), "the file ends inside a document")
                    .help("a part of it is missing"))
            }
        }
    }

    fn node(&mut self, (event, at): Spot<'t>, depth: usize) -> Fault<Node<'t>> {
        let span = self.span(&at);
        self.count(1, span)?;
        if depth > MAX_DEPTH {
            return Err(Diagnostic::new(Code::YamlBudget, span, format!("the document nests deeper than {MAX_DEPTH}"))
                .help("no document of Palisade needs that"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                let node = Node { value: Value::Scalar { text, plain }, span };
                self.remember(anchor, &node)?;
                Ok(node)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                loop {
                    let spot = self.next()?;
                    if matches!(spot.0, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(spot, depth + 1)?);
                }
                let node = Node { value: Value::Sequence(items), span };
                self.remember(anchor, &node)?;
                Ok(node)
            }
            Event::MappingStart(_, anchor, _) => {
                let entries = self.mapping(depth)?;
                let node = Node { value: Value::Mapping(entries), span };
                self.remember(anchor, &node)?;
                Ok(node)
            }
            Event::Alias(anchor) => {
                let Some(mut node) = self.anchors.get(&anchor).cloned() else {
                    return Err(Diagnostic::new(Code::YamlSyntax, span, "an alias inside of what it names")
                        .help("write the value out"));
                };
                self.count(size(&node), span)?;
                node.span = span;
                Ok(node)
            }
            _ => Err(Diagnostic::new(Code::YamlSyntax, span, "a value was expected here").help("give one")),
        }
    }

    fn mapping(&mut self, depth: usize) -> Fault<Vec<Entry<'t>>> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        loop {
            let spot = self.next()?;
            if matches!(spot.0, Event::MappingEnd) {
                return match repeated(&entries) {
                    Some(pair) => Err(given_twice(pair)),
                    None => Ok(entries),
                };
            }
            let key = self.node(spot, depth + 1)?;
            let key_span = key.span;
            let Value::Scalar { text, .. } = key.value else {
                return Err(Diagnostic::new(Code::YamlSyntax, key_span, "a key must be text, not a list or a mapping")
                    .help("text that begins with { or [ needs quotes"));
            };
            let spot = self.next()?;
            let value = self.node(spot, depth + 1)?;
            entries.push(Entry { key: text, key_span, value });
        }
    }

    /// Keeps a copy of what an alias may name. Anchors nest, so the copies count too.
    fn remember(&mut self, anchor: usize, node: &Node<'t>) -> Fault<()> {
        if anchor != 0 {
            self.count(size(node), node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Fault<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(Diagnostic::new(
                Code::YamlBudget,
                span,
                format!("the file holds more than {MAX_NODES} values"),
            )
            .help("anchors and aliases count in full each time; split the file"));
        }
        Ok(())
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let (start, end) = (&span.start, &span.end);
        Span {
            file: self.file,
            start: narrow(start.byte_offset().unwrap_or(0)),
            end: narrow(end.byte_offset().unwrap_or(0)),
            line: narrow(start.line()),
            column: narrow(start.col() + 1),
        }
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let at = error.marker();
        let start = narrow(at.byte_offset().unwrap_or(0));
        let span =
            Span { file: self.file, start, end: start, line: narrow(at.line().max(1)), column: narrow(at.col() + 1) };
        if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
            return Diagnostic::new(Code::YamlBudget, span, "the document nests too deep")
                .help("no document of Palisade needs that");
        }
        let problem = Diagnostic::new(Code::YamlSyntax, span, format!("not valid YAML: {}", error.info()));
        if error.info().contains("tabs") {
            return problem.help("indent with spaces: YAML takes tabs only inside of a text");
        }
        problem.help(
            "a text with `: `, ` #`, or that begins with one of {[*&!%@`|>-?\"' needs quotes or a block (`|`), \
             and all lines of a block keep its indentation",
        )
    }
}

/// The first entry whose key stands before it already, after that one. Takes no quadratic time.
fn repeated<'e, 't>(entries: &'e [Entry<'t>]) -> Option<(&'e Entry<'t>, &'e Entry<'t>)> {
    let mut sorted: Vec<&Entry<'t>> = entries.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let pairs = sorted.windows(2).filter(|pair| pair[0].key == pair[1].key).map(|pair| (pair[0], pair[1]));
    pairs.min_by_key(|(_, second)| (second.key_span.line, second.key_span.column))
}

fn given_twice((first, second): (&Entry<'_>, &Entry<'_>)) -> Diagnostic {
    let message = format!("the key `{}` is given twice", second.key);
    Diagnostic::new(Code::DuplicateKey, second.key_span, message)
        .related(first.key_span, "first given here")
        .help("keep one of the two")
}

fn size(node: &Node<'_>) -> usize {
    match &node.value {
        Value::Scalar { .. } => 1,
        Value::Sequence(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Mapping(entries) => 1 + entries.iter().map(|entry| 1 + size(&entry.value)).sum::<usize>(),
    }
}

/// Files are capped far below 4 GiB, so every offset fits.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::Sources;

    fn faults(text: &str) -> (Code, u32, u32) {
        let mut sources = Sources::default();
        let file = sources.add("x.yaml", text);
        let fault = parse(file, text).unwrap_err();
        let span = fault.span.unwrap();
        (fault.code, span.line, span.column)
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "a: 1.0\r\nb:\n  - 'x'\n---\nc: |\n  two\n  lines\n";
        let mut sources = Sources::default();
        let documents = parse(sources.add("x.yaml", text), text).unwrap();
        assert_eq!(documents.len(), 2);
        let one = documents[0].get("a").unwrap();
        assert_eq!((one.text(), one.span.line, one.span.column), (Some("1.0"), 1, 4));
        assert_eq!(&text[one.span.start as usize..one.span.end as usize], "1.0");
        assert_eq!(documents[1].get("c").unwrap().text(), Some("two\nlines\n"));
        assert_eq!(documents[1].get("c").unwrap().span.line, 6);
    }

    #[test]
    fn faults_have_a_code_and_a_place() {
        assert_eq!(faults("a: 1\nb: 2\na: 3\n"), (Code::DuplicateKey, 3, 1));
        assert_eq!(faults("a: 1\nb: \0\n"), (Code::FileNotText, 2, 4));
        assert_eq!(faults("a: [1\n").0, Code::YamlSyntax);
        assert_eq!(faults("[a, b]: c\n").0, Code::YamlSyntax);
        assert_eq!(faults("a: *nowhere\n").0, Code::YamlSyntax);
        assert_eq!(faults("a: &a [*a]\n").0, Code::YamlSyntax);
    }

    #[test]
    fn copies_behind_anchors_are_bounded() {
        let list = "x, ".repeat(20_000);
        assert_eq!(faults(&format!("{}{list}{}", "&a [".repeat(40), "]".repeat(40))).0, Code::YamlBudget);
    }

    #[test]
    fn hostile_input_is_bounded() {
        assert_eq!(faults(&"[".repeat(100_000)).0, Code::YamlBudget);
        assert_eq!(faults(&"- ".repeat(40_000)).0, Code::YamlBudget);
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let items = vec![format!("*a{}", n - 1); 9].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{items}]\n"));
        }
        assert_eq!(faults(&bomb).0, Code::YamlBudget);
    }
}
