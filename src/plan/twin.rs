//! Live rules that a new one would be a second copy of.

use super::body::Live;
use super::ownership::Standing;
use crate::resource::{Kind, Resource, ResourceType};

/// The live rule without a mark that looks like a rule to be created: it was made from the template of that id, or has
/// the same display name.
pub fn twin<'l, 'r>(id: &str, desired: &Resource, strangers: &'l [&Live<'r>]) -> Option<&'l Live<'r>> {
    if desired.resource_type != ResourceType::AlertRules {
        return None;
    }
    let name = desired.display_name().trim().to_lowercase();
    strangers.iter().copied().find(|live| {
        let template = live.properties.get("alertRuleTemplateName").and_then(serde_json::Value::as_str);
        let known = matches!(live.resource.kind, Some(Kind::Scheduled | Kind::Nrt));
        let unmarked = matches!(live.standing, Standing::Unmarked | Standing::Copied(_) | Standing::Damaged(_));
        known
            && unmarked
            && (template.is_some_and(|template| template.eq_ignore_ascii_case(id))
                || live.resource.display_name().trim().to_lowercase() == name)
    })
}
