//! The api-version of a request: which members its answer has.

use http::Uri;
use jiff::Timestamp;
use serde_json::Value;

use super::location::query;
use super::state::Workspace;

/// An api-version: a date, of a preview or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    date: String,
    preview: bool,
}

impl Version {
    /// Reads `2025-09-01` or `2025-07-01-preview`; what has another form was refused before.
    pub(super) fn read(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        match text.strip_suffix("-preview") {
            Some(date) => Self { date: date.to_owned(), preview: true },
            None => Self { date: text, preview: false },
        }
    }

    /// The version that a request asks for.
    pub(super) fn of(uri: &Uri) -> Self {
        Self::read(&query(uri, "api-version").unwrap_or_default())
    }

    /// Whether this is a version of that day or a later one.
    pub(super) fn is_since(&self, date: &str) -> bool {
        self.date.as_str() >= date
    }

    /// Whether this is a preview of that day or a later one.
    pub(super) fn is_preview_since(&self, date: &str) -> bool {
        self.preview && self.is_since(date)
    }
}

/// What a read depends on beside the resource itself.
pub(super) struct View<'a> {
    /// The request's own address.
    pub(super) uri: &'a Uri,
    pub(super) version: &'a Version,
    pub(super) now: Timestamp,
    pub(super) workspace: Option<&'a Workspace>,
    /// Whether the resource is shown in a list.
    pub(super) listed: bool,
}

/// Takes members away from the object at a pointer.
pub(super) fn hide(resource: &mut Value, pointer: &str, members: &[&str]) {
    if let Some(Value::Object(object)) = resource.pointer_mut(pointer) {
        object.retain(|name, _| !members.contains(&name.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_apart_by_day_and_preview() {
        let preview = Version::read("2025-07-01-Preview");
        let stable = Version::read("2025-09-01");
        assert!(preview.is_preview_since("2024-01-01") && !stable.is_preview_since("2024-01-01"));
        assert!(stable.is_since("2025-09-01") && !preview.is_since("2025-09-01"));
    }
}
