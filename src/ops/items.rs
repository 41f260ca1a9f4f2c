//! A file that holds a list, as YAML or JSON: its items as plain values, each with its place.

use std::path::Path;

use serde_json::{Map, Number, Value};

use super::bounded::{self, Fault};
use crate::diagnostic::Sources;
use crate::rule::yaml::{self, Node, as_bool};

/// One item of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub value: Value,
    /// Where it begins, counted from 1.
    pub line: u32,
    pub column: u32,
}

/// Reads a list, or a file of several documents that are one item each.
///
/// # Errors
///
/// The file and what is wrong with it: `FILE: …`, or `FILE:LINE:COLUMN: …`.
pub fn items(path: &Path) -> Result<Vec<Item>, String> {
    let name = path.display().to_string();
    let told = |why: Fault| format!("{name}: {}", why.message);
    // To open a FIFO would wait for its writer.
    let found = std::fs::metadata(path).map_err(|why| told(Fault::unreadable(&why)))?;
    if !found.is_file() {
        return Err(told(Fault::not_plain()));
    }
    let text = bounded::text(path).map_err(told)?;
    parse(&name, &text)
}

fn parse(name: &str, text: &str) -> Result<Vec<Item>, String> {
    let file = Sources::default().add(name, text);
    let documents = yaml::parse(file, text).map_err(|problem| match problem.span {
        Some(span) => format!("{name}:{}:{}: {}", span.line, span.column, problem.message),
        None => format!("{name}: {}", problem.message),
    })?;
    let items = documents.iter().filter(|node| !node.is_null()).flat_map(|node| match &node.value {
        yaml::Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    });
    Ok(items.map(|node| Item { value: value(node), line: node.span.line, column: node.span.column }).collect())
}

/// YAML 1.2's core schema, without its octal and hexadecimal numbers.
fn value(node: &Node<'_>) -> Value {
    match &node.value {
        yaml::Value::Sequence(items) => items.iter().map(value).collect(),
        yaml::Value::Mapping(entries) => {
            let members = entries.iter().map(|entry| (entry.key.clone().into_owned(), value(&entry.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        yaml::Value::Scalar { .. } if node.is_null() => Value::Null,
        yaml::Value::Scalar { text, plain: false } => Value::String(text.clone().into_owned()),
        yaml::Value::Scalar { text, plain: true } => match (as_bool(text), text.parse::<Number>()) {
            (Some(told), _) => Value::Bool(told),
            (None, Ok(number)) => Value::Number(number),
            (None, Err(_)) => Value::String(text.clone().into_owned()),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_and_json_are_one() {
        let yaml = "- method: PUT\n  every: 7\n  reset: true\n- edit: {set: {a: ~, b: '7', c: 1.5}}\n- just text\n";
        let items = parse("f.yaml", yaml).unwrap();
        let values: Vec<_> = items.iter().map(|item| item.value.clone()).collect();
        let expected = json!([
            {"method": "PUT", "every": 7, "reset": true}, {"edit": {"set": {"a": null, "b": "7", "c": 1.5}}},
            "just text",
        ]);
        assert_eq!(json!(values), expected);
        assert_eq!((items[1].line, items[1].column), (4, 3));
        let same = parse("f.json", &expected.to_string()).unwrap();
        assert_eq!(same.into_iter().map(|item| item.value).collect::<Vec<_>>(), values);
        assert_eq!(parse("f.yaml", "a: 1\n---\na: 2\n").unwrap().len(), 2);
        assert_eq!(parse("f.yaml", "").unwrap(), []);
    }

    #[test]
    fn a_fault_of_the_file_has_its_place() {
        let why = parse("f.yaml", "- a: 1\n  a: 2\n").unwrap_err();
        assert!(why.starts_with("f.yaml:2:3: "), "{why}");
        let folder = tempfile::tempdir().unwrap();
        let why = items(&folder.path().join("none.yaml")).unwrap_err();
        assert!(why.contains("none.yaml: can't be read"), "{why}");
        assert!(items(folder.path()).unwrap_err().contains("not a plain file"));
    }
}
