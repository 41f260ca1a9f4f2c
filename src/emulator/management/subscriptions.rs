//! Tenants, subscriptions and resource groups as Resource Manager shows them.

use http::Uri;
use serde_json::{Value, json};

use crate::emulator::answer::ArmError;
use crate::emulator::inventory::{Group, Inventory, Subscription};
use crate::emulator::location::query;
use crate::emulator::principal::Caller;

/// The tenants that the caller is a member of.
pub(super) fn tenants(inventory: Inventory<'_>, caller: &Caller) -> Vec<Value> {
    let all = match &caller.sees {
        Some(tenant) => vec![tenant.clone()],
        None => inventory.tenants(),
    };
    let shown = |tenant: String| {
        let domain = format!("{tenant}.onmicrosoft.example");
        json!({
            "id": format!("/tenants/{tenant}"), "tenantId": tenant, "countryCode": "US",
            "displayName": format!("Emulated tenant {tenant}"), "domains": [domain], "tenantCategory": "Home",
            "defaultDomain": domain, "tenantType": "AAD",
        })
    };
    all.into_iter().map(shown).collect()
}

/// The subscriptions that the caller may see.
pub(super) fn all(inventory: Inventory<'_>, caller: &Caller) -> Vec<Value> {
    inventory.subscriptions().iter().filter(|one| caller.sees(&one.tenant)).map(subscription).collect()
}

/// One subscription.
pub(in crate::emulator) fn subscription(Subscription { id, tenant }: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{id}"), "authorizationSource": "RoleBased", "managedByTenants": [],
        "subscriptionId": id, "tenantId": tenant, "displayName": format!("Emulated subscription {id}"),
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off",
        },
    })
}

/// One resource group. Tags that it has none of are absent.
pub(in crate::emulator) fn group(Group { subscription, name, location, tags }: &Group) -> Value {
    let mut whole = json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/{name}"), "name": name,
        "type": "Microsoft.Resources/resourceGroups", "location": location,
        "properties": {"provisioningState": "Succeeded"},
    });
    if !tags.is_empty() {
        whole["tags"] = json!(tags);
    }
    whole
}

/// The groups that a request's `$filter` lets through: `tagName eq '…'`, with `and tagValue eq '…'` or without.
///
/// # Errors
///
/// 400 for any other filter, as an answer that ignores one would be wrong in silence.
pub(super) fn filtered(groups: &[Group], uri: &Uri) -> Result<Vec<Value>, ArmError> {
    let Some(filter) = query(uri, "$filter") else { return Ok(groups.iter().map(group).collect()) };
    let (name, value) = tag(&filter)
        .ok_or_else(|| ArmError::bad_request(format!("The filter '{filter}' is not supported: filter by a tag.")))?;
    let fits = |group: &&Group| {
        group.tags.iter().any(|(own, text)| {
            own.eq_ignore_ascii_case(&name) && value.as_ref().is_none_or(|value| value.eq_ignore_ascii_case(text))
        })
    };
    Ok(groups.iter().filter(fits).map(group).collect())
}

fn tag(filter: &str) -> Option<(String, Option<String>)> {
    let (name, rest) = quoted(filter.trim().strip_prefix("tagName eq ")?)?;
    match rest.trim() {
        "" => Some((name, None)),
        rest => {
            let (value, rest) = quoted(rest.strip_prefix("and tagValue eq ")?)?;
            rest.trim().is_empty().then_some((name, Some(value)))
        }
    }
}

/// The text in the quotes that `text` begins with, two of them standing for one, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('\'')?;
    let mut rest = inside;
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
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_a_tag() {
        assert_eq!(tag("tagName eq 'a'"), Some(("a".into(), None)));
        assert_eq!(tag("tagName eq 'a' and tagValue eq 'it''s'"), Some(("a".into(), Some("it's".into()))));
        for other in ["", "tagName eq a", "tagName eq 'a", "tagName eq 'a' or true", "name eq 'a'"] {
            assert_eq!(tag(other), None, "{other}");
        }
    }
}
