//! `$filter` and `$orderby`: OData as far as clients of Sentinel use it.

mod expression;

use std::cmp::Ordering;

use http::Uri;
use serde_json::Value;

use super::answer::ArmError;
use super::location::query;
use expression::Expression;

/// The resources that a request's `$filter` lets through, in the order of its `$orderby`; without one, the greatest
/// value of `newest_by` first.
///
/// # Errors
///
/// 400 for what is not understood: an answer that ignores a filter would be wrong in silence.
pub(super) fn choose(mut resources: Vec<Value>, uri: &Uri, newest_by: Option<&str>) -> Result<Vec<Value>, ArmError> {
    if let Some(text) = query(uri, "$filter").filter(|text| !text.trim().is_empty()) {
        let filter =
            Expression::read(&text).ok_or_else(|| ArmError::bad_request(format!("Invalid $filter: {text}")))?;
        resources.retain(|resource| filter.holds(resource));
    }
    let keys = match (query(uri, "$orderby").filter(|text| !text.trim().is_empty()), newest_by) {
        (Some(text), _) => order(&text).ok_or_else(|| ArmError::bad_request(format!("Invalid $orderby: {text}")))?,
        (None, Some(path)) => vec![(format!("/{path}"), true)],
        (None, None) => Vec::new(),
    };
    if !keys.is_empty() {
        resources.sort_by(|a, b| {
            let one = |(pointer, descending): &(String, bool)| {
                let nothing = &Value::Null;
                let order = compare(a.pointer(pointer).unwrap_or(nothing), b.pointer(pointer).unwrap_or(nothing));
                if *descending { order.reverse() } else { order }
            };
            keys.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }
    Ok(resources)
}

/// `properties/createdTimeUtc desc, name`: pointers, and whether the greatest comes first.
fn order(text: &str) -> Option<Vec<(String, bool)>> {
    text.split(',')
        .map(|part| {
            let mut words = part.split_whitespace();
            let path = words.next().filter(|path| is_path(path))?;
            let descending = match words.next() {
                None => false,
                Some(word) if word.eq_ignore_ascii_case("asc") => false,
                Some(word) if word.eq_ignore_ascii_case("desc") => true,
                Some(_) => return None,
            };
            words.next().is_none().then(|| (format!("/{path}"), descending))
        })
        .collect()
}

fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    text.split('/').all(is_name)
}

/// Numbers by size, times by instant, text without case, and anything else by its JSON.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (Value::String(a), Value::String(b)) => match (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.to_lowercase().cmp(&b.to_lowercase()),
        },
        // What is not there comes before everything, as null does in OData.
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => a.to_string().cmp(&b.to_string()),
    }
}
