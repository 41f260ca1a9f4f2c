//! Edits that the service makes itself: they say how a rule is, and are nobody's drift.
//!
//! A scheduled rule that keeps failing is disabled, `AUTO DISABLED` is put before its name and the reason into its
//! description (Microsoft's docs, "troubleshoot analytics rules"; no recording shows one). Defender keeps a rule's
//! choice on correlation as a marker at the start of the description (docs, "exclude analytics rules from
//! correlation").

use serde_json::Value;

use crate::resource::{Properties, fields};

const AUTO_DISABLED: &str = "AUTO DISABLED";
const MARKERS: [&str; 3] = ["", "#INC_CORR#", "#DONT_CORR#"];

/// What the service did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    AutoDisabled,
    Correlation,
}

/// A field that differs from what was applied by the service's own edit and by nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceEdit {
    pub path: &'static str,
    pub cause: Cause,
}

/// Finds the service's edits of a live alert rule. `applied` tells whether a value of a field is the one that was last
/// applied to it.
pub fn service_edits(live: &Properties, applied: &dyn Fn(&str, Option<&Value>) -> bool) -> Vec<ServiceEdit> {
    let text = |path: &str| fields::at(live, path).and_then(Value::as_str).unwrap_or_default();
    let applied_text = |path: &str, text: &str| {
        let value = (!text.is_empty()).then(|| Value::from(text));
        applied(path, value.as_ref())
    };
    let mut edits = Vec::new();
    let prefixed = text("displayName").strip_prefix(AUTO_DISABLED);
    let disabled = prefixed.filter(|_| fields::at(live, "enabled") == Some(&Value::Bool(false)));
    if let Some(name) = disabled {
        let cause = Cause::AutoDisabled;
        if applied_text("displayName", name.trim_start_matches([' ', ':', '-'])) {
            edits.push(ServiceEdit { path: "displayName", cause });
        }
        if applied("enabled", Some(&Value::Bool(true))) {
            edits.push(ServiceEdit { path: "enabled", cause });
        }
    }
    let description = text("description").replace("\r\n", "\n");
    let description = description.trim();
    if applied_text("description", description) {
        return edits;
    }
    let cause = if with_markers(description).any(|text| applied_text("description", &text)) {
        Some(Cause::Correlation)
    } else if disabled.is_some() && parts(description).any(|text| applied_text("description", &text)) {
        Some(Cause::AutoDisabled)
    } else {
        None
    };
    edits.extend(cause.map(|cause| ServiceEdit { path: "description", cause }));
    edits
}

/// The description with each marker in place of the one that it has.
fn with_markers(description: &str) -> impl Iterator<Item = String> {
    let bare = MARKERS[1..].iter().find_map(|marker| description.strip_prefix(marker)).unwrap_or(description);
    MARKERS.iter().map(move |marker| format!("{marker}{bare}").trim().to_owned())
}

/// What a description may have been before a reason was added at either of its ends, marker changed or not.
fn parts(description: &str) -> impl Iterator<Item = String> {
    let bounds = description.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let bounds = std::iter::once(0).chain(bounds).chain(std::iter::once(description.len()));
    bounds.flat_map(move |at| {
        let (before, after) = description.split_at(at);
        with_markers(before.trim()).chain(with_markers(after.trim()))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edits(base: Value, live: Value) -> Vec<(&'static str, Cause)> {
        let (base, live) =
            (base.as_object().cloned().unwrap_or_default(), live.as_object().cloned().unwrap_or_default());
        let applied = |path: &str, value: Option<&Value>| fields::at(&base, path) == value;
        service_edits(&live, &applied).into_iter().map(|edit| (edit.path, edit.cause)).collect()
    }

    #[test]
    fn a_rule_that_the_service_disabled() {
        use Cause::{AutoDisabled, Correlation};
        let base = || json!({"displayName": "A", "description": "Finds it.", "enabled": true});
        let live = json!({"displayName": "AUTO DISABLED A", "description": "Finds it.\n\nThe table is gone.", "enabled": false});
        assert_eq!(
            edits(base(), live),
            [("displayName", AutoDisabled), ("enabled", AutoDisabled), ("description", AutoDisabled)]
        );
        let bare = json!({"displayName": "A", "enabled": true});
        let live = json!({"displayName": "AUTO DISABLED A", "description": "The table is gone.", "enabled": false});
        assert_eq!(edits(bare, live).len(), 3);
        // Somebody rewrote the description as well, and the files had it disabled before.
        let live = json!({"displayName": "AUTO DISABLED A", "description": "Mine.", "enabled": false});
        let off = json!({"displayName": "A", "description": "Finds it.", "enabled": false});
        assert_eq!(edits(off, live), [("displayName", AutoDisabled)]);
        // A person who disables a rule, and one who takes such a name, are no service.
        assert_eq!(edits(base(), json!({"displayName": "A", "description": "Finds it.", "enabled": false})), []);
        let named = json!({"displayName": "AUTO DISABLED A", "description": "Finds it.", "enabled": true});
        assert_eq!(edits(base(), named), []);
        let marked = json!({"displayName": "A", "description": "#DONT_CORR#Finds it.", "enabled": true});
        assert_eq!(edits(base(), marked.clone()), [("description", Correlation)]);
        assert_eq!(edits(marked, base()), [("description", Correlation)]);
    }
}
