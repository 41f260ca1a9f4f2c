//! YAML to a tree with places.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, StrInput};
use serde_json::Number;

use super::Fault;
use super::node::{At, DEPTH, Key, NODES, Node, Shape, unique};

/// Reads every document of a text.
pub(super) fn read(text: &str) -> Result<Vec<Node>, Fault> {
    let events = Parser::new_from_str_with_options(text, Options::default());
    let mut builder = Builder { events, anchors: HashMap::new(), nodes: 0 };
    let mut documents = Vec::new();
    while let Some((event, at)) = builder.next()? {
        match event {
            Event::DocumentStart(..) => builder.anchors.clear(),
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            event => documents.push(builder.node(event, at, 0)?),
        }
    }
    // An empty document is none: a file may begin with `---` and hold comments alone.
    documents.retain(|node| node.shape != Shape::Null);
    Ok(documents)
}

struct Builder<'t> {
    events: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, At)>, Fault> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                Ok(Some((event, At { line: narrow(span.start.line()), column: narrow(span.start.col() + 1) })))
            }
            Some(Err(error)) => {
                let mark = error.marker();
                let at = At { line: narrow(mark.line().max(1)), column: narrow(mark.col() + 1) };
                Err(at.fault(format!("not valid YAML: {}", error.info()), "correct it"))
            }
        }
    }

    fn inside(&mut self) -> Result<(Event<'t>, At), Fault> {
        let ended = || At { line: 1, column: 1 }.fault("the text ends inside a document", "a part of it is missing");
        self.next()?.ok_or_else(ended)
    }

    fn node(&mut self, event: Event<'t>, at: At, depth: usize) -> Result<Node, Fault> {
        self.count(1, at)?;
        if depth > DEPTH {
            return Err(at.fault(format!("the seed nests deeper than {DEPTH}"), "no resource does"));
        }
        let (shape, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (if plain { plain_scalar(&text) } else { Shape::Text(text.into_owned()) }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.inside()? {
                        (Event::SequenceEnd, _) => break,
                        (event, at) => items.push(self.node(event, at, depth + 1)?),
                    }
                }
                (Shape::List(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => (Shape::Map(self.mapping(depth)?), anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(at.fault("an alias inside of what it names", "write the value out"));
                };
                self.count(size(&node), at)?;
                return Ok(Node { at, ..node });
            }
            _ => return Err(at.fault("a value is expected here", "give one")),
        };
        let node = Node { at, shape };
        if anchor != 0 {
            self.count(size(&node), at)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Fault> {
        let mut entries = Vec::new();
        loop {
            let (event, at) = self.inside()?;
            let name = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(at.fault("a key must be a text", "text that begins with { or [ needs quotes")),
            };
            let (event, value) = self.inside()?;
            entries.push((Key { at, name }, self.node(event, value, depth + 1)?));
        }
        unique(&entries)?;
        Ok(entries)
    }

    fn count(&mut self, nodes: usize, at: At) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES {
            return Err(at.fault(format!("the file holds more than {NODES} values"), "split it"));
        }
        Ok(())
    }
}

/// YAML 1.2's core schema; `yes`, dates and the like are text.
fn plain_scalar(text: &str) -> Shape {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Shape::Null,
        "true" | "True" | "TRUE" => Shape::Flag(true),
        "false" | "False" | "FALSE" => Shape::Flag(false),
        _ => {
            let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
            // `0123` is text to JSON, and so are `.inf` and `0x1F`, which no resource holds.
            let number = digits.starts_with(|c: char| c.is_ascii_digit()) && !text.starts_with('+');
            match serde_json::from_str::<Number>(text) {
                Ok(found) if number => Shape::Number(found),
                _ => Shape::Text(text.to_owned()),
            }
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.shape {
        Shape::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Shape::Map(entries) => 1 + entries.iter().map(|(_, node)| 1 + size(node)).sum::<usize>(),
        _ => 1,
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_have_the_types_of_the_core_schema() {
        let text = "a: 1\nb: -2.5\nc: '3'\nd: 1.0.0\ne: yes\nf: ~\ng: True\nh: 0123\ni: |\n  x\n  y\nj: 2026-11-01\n---\n[&x {k: 1}, *x]\n---\n# nothing\n";
        let documents = read(text).unwrap();
        let first = json!({"a": 1, "b": -2.5, "c": "3", "d": "1.0.0", "e": "yes", "f": null, "g": true, "h": "0123",
            "i": "x\ny\n", "j": "2026-11-01"});
        assert_eq!(documents.iter().map(Node::json).collect::<Vec<_>>(), [first, json!([{"k": 1}, {"k": 1}])]);
    }

    #[test]
    fn faults_have_a_place() {
        for (text, line, column, part) in [
            ("a: 1\nb: 2\na: 3\n", 3, 1, "given twice, first in line 1"),
            ("a: [1\n", 1, 4, "not valid YAML"),
            ("a:\n  [b]: c\n", 2, 3, "a key must be a text"),
            ("a: &a [*a]\n", 1, 8, "alias"),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.at.line, fault.at.column), (line, column), "{text}: {fault:?}");
            assert!(fault.message.contains(part), "{text}: {fault:?}");
        }
    }

    #[test]
    fn bombs_are_bounded() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
        }
        assert!(read(&bomb).unwrap_err().message.contains("more than"));
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
