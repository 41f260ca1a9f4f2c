//! `$filter` of Resource Manager's own lists: `property eq 'text'`, one or several joined by `and`.

use http::Uri;
use serde_json::Value;

use crate::emulator::answer::ArmError;
use crate::emulator::location::query;

/// What a request's `$filter` asks for. Nothing but these properties can be asked for, with the tags that a resource
/// has as `tagName` and `tagValue`.
pub(super) struct Filter(Vec<(String, String)>);

/// Properties of a resource by the name that a filter has for them.
const POINTERS: [(&str, &str); 3] = [("resourcetype", "/type"), ("name", "/name"), ("location", "/location")];

impl Filter {
    /// Reads the filter of a request; one that lets everything through where there is none.
    ///
    /// # Errors
    ///
    /// 400 for what is not understood: an answer that ignores a filter would be wrong in silence.
    pub(super) fn of(uri: &Uri, allowed: &[&str]) -> Result<Self, ArmError> {
        let Some(text) = query(uri, "$filter") else { return Ok(Self(Vec::new())) };
        let refused = || ArmError::bad_request(format!("The filter '{text}' is not supported."));
        let tests = read(&text).ok_or_else(refused)?;
        let known = |(name, _): &(String, String)| allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name));
        if tests.iter().all(known) { Ok(Self(tests)) } else { Err(refused()) }
    }

    /// Whether a resource is let through. Text is compared without case, as Resource Manager compares its names.
    pub(super) fn lets_through(&self, resource: &Value) -> bool {
        let tags = resource.get("tags").and_then(Value::as_object);
        let wanted = |name: &str| self.0.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, text)| text);
        let (tag_name, tag_value) = (wanted("tagName"), wanted("tagValue"));
        let fits = |wanted: Option<&String>, text: &str| wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(text));
        let tagged = tag_name.is_none() && tag_value.is_none()
            || tags
                .into_iter()
                .flatten()
                .any(|(name, value)| fits(tag_name, name) && fits(tag_value, value.as_str().unwrap_or_default()));
        tagged
            && self.0.iter().all(|(name, text)| {
                let pointer = POINTERS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
                pointer.is_none_or(|(_, pointer)| {
                    resource.pointer(pointer).and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(text))
                })
            })
    }
}

fn read(mut text: &str) -> Option<Vec<(String, String)>> {
    let mut tests = Vec::new();
    loop {
        let (name, rest) = text.trim_start().split_once(' ')?;
        let (value, rest) = quoted(rest.trim_start().strip_prefix("eq ")?.trim_start())?;
        tests.push((name.to_owned(), value));
        match rest.trim() {
            "" => return Some(tests),
            rest => text = rest.strip_prefix("and ")?,
        }
    }
}

/// The text in the quotes that `text` begins with, two of them standing for one, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut read = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        read.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                read.push('\'');
                rest = after;
            }
            None => return Some((read, after)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lets_through(filter: &str) -> bool {
        let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let uri = format!("https://x/?$filter={query}").parse().unwrap();
        let allowed = ["resourceType", "name", "tagName", "tagValue"];
        let resource = json!({"type": "A.B/cs", "name": "it's", "tags": {"tier": "gold", "team": "soc"}});
        Filter::of(&uri, &allowed).unwrap().lets_through(&resource)
    }

    #[test]
    fn every_test_has_to_hold() {
        for filter in [
            "resourceType eq 'a.b/CS'",
            "name eq 'it''s' and resourceType eq 'A.B/cs'",
            "tagName eq 'Tier' and tagValue eq 'gold'",
            "tagName eq 'team'",
        ] {
            assert!(lets_through(filter), "{filter}");
        }
        for filter in ["name eq 'it'", "tagName eq 'tier' and tagValue eq 'soc'", "tagName eq 'x'"] {
            assert!(!lets_through(filter), "{filter}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for filter in
            ["", "name", "name eq x", "name eq 'x", "name ne 'x'", "name eq 'a' or name eq 'b'", "kind eq 'x'"]
        {
            let query: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
            let uri = format!("https://x/?$filter={query}").parse().unwrap();
            assert!(Filter::of(&uri, &["name"]).is_err(), "{filter}");
        }
    }
}
