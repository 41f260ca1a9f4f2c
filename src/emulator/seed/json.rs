//! JSON to a tree with places: `serde_json` says whether the text is valid, a scan of the valid text says where what is.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Fault;
use super::node::{At, DEPTH, Key, NODES, Node, Shape, unique};

/// Reads one JSON text.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let at = At { line: narrow(error.line().max(1)), column: narrow(error.column().max(1)) };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        return Err(at.fault(format!("not valid JSON: {message}"), "correct it, or write YAML in a file named .yaml"));
    }
    let mut scan = Scan { rest: text, at: At { line: 1, column: 1 }, nodes: 0 };
    scan.value(0)
}

struct Scan<'a> {
    rest: &'a str,
    /// Where the rest begins.
    at: At,
    nodes: usize,
}

impl Scan<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        let at = self.at();
        self.nodes += 1;
        if depth > DEPTH || self.nodes > NODES {
            return Err(at.fault("the seed is too deep or holds too many values", "split it"));
        }
        let shape = match self.rest.as_bytes().first() {
            Some(b'{') => Shape::Map(self.map(depth)?),
            Some(b'[') => Shape::List(self.list(depth)?),
            _ => match self.scalar() {
                Value::Bool(flag) => Shape::Flag(flag),
                Value::Number(number) => Shape::Number(number),
                Value::String(text) => Shape::Text(text),
                _ => Shape::Null,
            },
        };
        Ok(Node { at, shape })
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Fault> {
        let mut entries = Vec::new();
        self.step(1);
        while self.at_item(b'}') {
            let at = self.at();
            let Value::String(name) = self.scalar() else { break };
            self.at();
            self.step(1);
            entries.push((Key { at, name }, self.value(depth + 1)?));
        }
        self.step(1);
        unique(&entries)?;
        Ok(entries)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        self.step(1);
        while self.at_item(b']') {
            items.push(self.value(depth + 1)?);
        }
        self.step(1);
        Ok(items)
    }

    /// Goes to the next item, over a comma; false at the end.
    fn at_item(&mut self, end: u8) -> bool {
        self.at();
        if self.rest.starts_with(',') {
            self.step(1);
            self.at();
        }
        self.rest.as_bytes().first().is_some_and(|first| *first != end)
    }

    fn scalar(&mut self) -> Value {
        let bytes = self.rest.as_bytes();
        let length = if bytes.first() == Some(&b'"') {
            let mut end = 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            end + 1
        } else {
            bytes.iter().position(|b| b.is_ascii_whitespace() || b",:]}".contains(b)).unwrap_or(bytes.len())
        };
        let text = self.rest.get(..length).unwrap_or(self.rest);
        let value = serde_json::from_str(text).unwrap_or_default();
        self.step(text.len().max(1));
        value
    }

    /// Goes on by some bytes, none of which breaks a line.
    fn step(&mut self, bytes: usize) {
        let (over, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at.column = self.at.column.saturating_add(narrow(over.chars().count()));
        self.rest = rest;
    }

    /// Goes over blanks, and says where that ends.
    fn at(&mut self) -> At {
        while let Some(blank) = self.rest.bytes().next().filter(u8::is_ascii_whitespace) {
            self.step(1);
            if blank == b'\n' {
                self.at = At { line: self.at.line.saturating_add(1), column: 1 };
            }
        }
        self.at
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_serde_json() {
        let text = "{\"a\": [1, -2.5e3, \"x\\\"\\ud83d\\ude00\\n\", true, null, {}, [ ]],\n \"é\\u00e9\": {\"c\" : \"}],:\"} }";
        let node = read(text).unwrap();
        assert_eq!(node.json(), serde_json::from_str::<Value>(text).unwrap());
        let Shape::Map(entries) = &node.shape else { unreachable!("a map") };
        assert_eq!(entries[1].0.at, At { line: 2, column: 2 });
        assert_eq!(entries[1].1.at, At { line: 2, column: 13 });
    }

    #[test]
    fn a_long_line_takes_no_quadratic_time() {
        let text = format!("[{}1]", "\"x\", ".repeat(200_000));
        let Shape::List(items) = read(&text).unwrap().shape else { unreachable!("a list") };
        assert_eq!(items[200_000].at, At { line: 1, column: 1_000_002 });
    }

    #[test]
    fn faults_have_a_place() {
        for (text, line, column, part) in [
            ("{\"a\": 1,\n  \"a\": 2}", 2, 3, "given twice, first in line 1"),
            ("{\n \"a\": }", 2, 7, "not valid JSON: expected value"),
            ("", 1, 1, "not valid JSON"),
            ("[1] x", 1, 5, "trailing"),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!((fault.at.line, fault.at.column), (line, column), "{text}: {fault:?}");
            assert!(fault.message.contains(part), "{text}: {fault:?}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(read(&deep).unwrap_err().message.contains("too deep"));
    }
}
