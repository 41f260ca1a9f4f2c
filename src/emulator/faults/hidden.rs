//! Resources that were created and are not shown yet.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// Paths in lower case, and until when each is hidden, counted from the emulator's start.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Hidden(BTreeMap<String, Duration>);

impl Hidden {
    pub(in crate::emulator) fn hide(&mut self, path: &str, until: Duration) {
        self.0.insert(path.to_ascii_lowercase(), until);
    }

    pub(in crate::emulator) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether nothing is hidden at the moment `at`. What has become visible is forgotten.
    pub(in crate::emulator) fn is_empty(&mut self, at: Duration) -> bool {
        self.0.retain(|_, until| *until > at);
        self.0.is_empty()
    }

    /// Whether a path is hidden.
    pub(in crate::emulator) fn holds(&self, path: &str) -> bool {
        self.0.contains_key(&path.trim_end_matches('/').to_ascii_lowercase())
    }

    /// A page without what is hidden.
    pub(in crate::emulator) fn without(&self, page: &Bytes) -> Bytes {
        let Ok(mut page) = serde_json::from_slice::<Value>(page) else { return page.clone() };
        if let Some(Value::Array(items)) = page.get_mut("value") {
            items.retain(|item| !item.get("id").and_then(Value::as_str).is_some_and(|id| self.holds(id)));
        }
        Bytes::from(page.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_in_no_page_until_its_time() {
        let mut hidden = Hidden::default();
        hidden.hide("/A/b", Duration::from_secs(2));
        assert!(hidden.holds("/a/B/") && !hidden.holds("/a"));
        let page = Bytes::from_static(br#"{"value":[{"id":"/a/B"},{"id":"/a/c"}],"nextLink":"x"}"#);
        assert_eq!(hidden.without(&page), r#"{"nextLink":"x","value":[{"id":"/a/c"}]}"#);
        assert!(!hidden.is_empty(Duration::from_secs(1)) && hidden.is_empty(Duration::from_secs(2)));
    }
}
