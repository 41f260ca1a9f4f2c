//! The compact form of a fault: `PUT alertRules/* every=7 status=503`.
//!
//! A method and a path, both optional, then `key=value` in any order. A key is spelled as in JSON or with dashes
//! (`retry-after`); a dot leads into an object (`edit.set.severity=Low`). A value that reads as a JSON number, `true`,
//! `false` or `null` is one, anything else is text; quotes keep blanks together. `reset`, `hang` and `empty-page` may
//! stand alone.

use serde_json::{Map, Value};

use super::spec::FaultError;

/// Keys whose value is text, whatever it looks like.
const TEXTS: [&str; 7] = ["latency", "retryAfter", "pause", "subscription", "workspace", "principal", "message"];
const ALONE: [&str; 3] = ["reset", "hang", "emptyPage"];

/// The keys of a fault in its compact form.
pub(super) fn keys(text: &str) -> Result<Value, FaultError> {
    let mut keys = Map::new();
    for (at, word) in words(text)?.into_iter().enumerate() {
        let (name, value) = match &word.key {
            Some(key) => {
                let name = camel(key);
                let value = if TEXTS.contains(&name.as_str()) { Value::String(word.rest) } else { scalar(word) };
                (name, value)
            }
            None if ALONE.contains(&camel(&word.rest).as_str()) => (camel(&word.rest), Value::Bool(true)),
            None if at == 0 && is_method(&word.rest) => ("method".to_owned(), Value::String(word.rest)),
            None if at == 0 || (at == 1 && keys.contains_key("method") && keys.len() == 1) => {
                ("path".to_owned(), Value::String(word.rest))
            }
            None => {
                let why = format!("`{}` is no `key=value`; a method and a path come first", word.rest);
                return Err(FaultError::new(why));
            }
        };
        set(&mut keys, &name, value).map_err(|()| FaultError::new(format!("`{name}` is given twice")))?;
    }
    Ok(Value::Object(keys))
}

fn is_method(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'|')
}

/// `retry-after` as `retryAfter`; only the first part of `edit.set.x` is ours to spell.
fn camel(key: &str) -> String {
    let (own, rest) = key.split_at(key.find('.').unwrap_or(key.len()));
    let mut parts = own.split('-');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name + rest
}

fn scalar(word: Word) -> Value {
    match serde_json::from_str(&word.rest) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) if !word.quoted => value,
        _ => Value::String(word.rest),
    }
}

/// Sets a key, in the object that its dots lead to.
fn set(object: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), ()> {
    match path.split_once('.') {
        None if object.contains_key(path) => Err(()),
        None => {
            object.insert(path.to_owned(), value);
            Ok(())
        }
        Some((name, rest)) => {
            let inner = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
            set(inner.as_object_mut().ok_or(())?, rest, value)
        }
    }
}

/// `key=rest`, or `rest` alone.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    key: Option<String>,
    rest: String,
    quoted: bool,
}

/// Splits at blanks outside of quotes. Within them only the same quote is special.
fn words(text: &str) -> Result<Vec<Word>, FaultError> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.next_if(|c| c.is_whitespace()).is_some() || letters.peek().is_some() {
        let mut word = Word { key: None, rest: String::new(), quoted: false };
        let mut begun = false;
        while let Some(c) = letters.next_if(|c| !c.is_whitespace()) {
            begun = true;
            match c {
                '\'' | '"' => {
                    word.quoted = true;
                    let mut closed = false;
                    for inner in letters.by_ref() {
                        if inner == c {
                            closed = true;
                            break;
                        }
                        word.rest.push(inner);
                    }
                    if !closed {
                        return Err(FaultError::new(format!("the quote {c} is not closed")));
                    }
                }
                '=' if word.key.is_none() && !word.quoted => word.key = Some(std::mem::take(&mut word.rest)),
                c => word.rest.push(c),
            }
        }
        if begun {
            words.push(word);
        }
    }
    Ok(words)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_become_keys() {
        for (text, expected) in [
            ("", json!({})),
            ("PUT", json!({"method": "PUT"})),
            ("alertRules/*", json!({"path": "alertRules/*"})),
            (
                "PUT|DELETE alertRules/* every=7 status=503",
                json!({"method": "PUT|DELETE", "path": "alertRules/*", "every": 7, "status": 503}),
            ),
            ("  GET\treset at=after ", json!({"method": "GET", "reset": true, "at": "after"})),
            ("status=429 retry-after=2s", json!({"status": 429, "retryAfter": "2s"})),
            ("share=0.5 seed=3 hang", json!({"share": 0.5, "seed": 3, "hang": true})),
            ("workspace=007 message=12", json!({"workspace": "007", "message": "12"})),
            (
                "edit.resource=alertRules/a edit.set.displayName='Brute = force' edit.set.enabled=false edit.set.x=\"5\"",
                json!({"edit": {
                    "resource": "alertRules/a", "set": {"displayName": "Brute = force", "enabled": false, "x": "5"},
                }}),
            ),
            ("next-link=https://a.example/?x=1", json!({"nextLink": "https://a.example/?x=1"})),
        ] {
            assert_eq!(keys(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (text, why) in [
            ("PUT alertRules/* resett", "`resett` is no `key=value`"),
            ("status=503 status=500", "`status` is given twice"),
            ("edit=x edit.by=y", "`edit.by` is given twice"),
            ("message='open", "the quote ' is not closed"),
        ] {
            assert!(keys(text).unwrap_err().to_string().contains(why), "{text}");
        }
    }
}
