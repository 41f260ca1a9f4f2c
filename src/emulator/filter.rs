//! `$filter` and `$orderby`, as far as clients of Sentinel use them: comparisons of one property each, joined by `and`.

use std::cmp::Ordering;

use http::Uri;
use serde_json::Value;

use super::answer::ArmError;
use super::location::query;

/// The resources that a request's `$filter` lets through, in the order of its `$orderby`.
///
/// # Errors
///
/// 400 for what is not understood: an answer that ignores a filter would be wrong in silence.
pub(super) fn choose(mut resources: Vec<Value>, uri: &Uri) -> Result<Vec<Value>, ArmError> {
    if let Some(text) = query(uri, "$filter") {
        let tests = text.split(" and ").map(|part| Test::read(part, &text)).collect::<Result<Vec<_>, _>>()?;
        resources.retain(|resource| tests.iter().all(|test| test.holds(resource)));
    }
    if let Some(text) = query(uri, "$orderby") {
        let (path, descending) = match text.trim().split_once(' ') {
            Some((path, word)) if word.eq_ignore_ascii_case("desc") => (path, true),
            Some((path, word)) if word.eq_ignore_ascii_case("asc") => (path, false),
            Some(_) => return Err(ArmError::bad_request(format!("Invalid $orderby: {text}"))),
            None => (text.trim(), false),
        };
        let key = |resource: &Value| resource.pointer(&format!("/{path}")).cloned().unwrap_or_default();
        resources.sort_by(|a, b| compare(&key(a), &key(b)));
        if descending {
            resources.reverse();
        }
    }
    Ok(resources)
}

struct Test {
    pointer: String,
    operator: String,
    value: Value,
}

impl Test {
    fn read(part: &str, whole: &str) -> Result<Self, ArmError> {
        let invalid = || ArmError::bad_request(format!("Invalid $filter: {whole}"));
        let mut words = part.trim().trim_matches(['(', ')']).splitn(3, ' ');
        let (Some(path), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
            return Err(invalid());
        };
        let operator = operator.to_ascii_lowercase();
        if !["eq", "ne", "gt", "ge", "lt", "le"].contains(&operator.as_str()) {
            return Err(invalid());
        }
        let value = value.trim();
        let value = match value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
            Some(text) => Value::String(text.replace("''", "'")),
            None => serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())),
        };
        Ok(Self { pointer: format!("/{path}"), operator, value })
    }

    fn holds(&self, resource: &Value) -> bool {
        let found = resource.pointer(&self.pointer).unwrap_or(&Value::Null);
        let order = compare(found, &self.value);
        match self.operator.as_str() {
            "eq" => order == Ordering::Equal,
            "ne" => order != Ordering::Equal,
            _ if found.is_null() => false,
            "gt" => order == Ordering::Greater,
            "ge" => order != Ordering::Less,
            "lt" => order == Ordering::Less,
            _ => order != Ordering::Greater,
        }
    }
}

/// Numbers by size, times by instant, text without case, and anything else by its JSON.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (Value::String(a), Value::String(b)) => match (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.to_lowercase().cmp(&b.to_lowercase()),
        },
        _ => a.to_string().cmp(&b.to_string()),
    }
}
