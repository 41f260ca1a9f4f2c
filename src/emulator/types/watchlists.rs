//! Watchlists and their items (recorded traffic of 2022-06; Microsoft's swagger).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Circumstances, Members, PLAIN, Type, kept, properties, properties_mut, require, system_data};
use crate::emulator::answer::ArmError;
use crate::emulator::fill::timestamp;

pub(super) const WATCHLISTS: Type =
    Type { path: "watchlists", spelled: "Watchlists", created: 200, check: check_list, fill: fill_list, ..PLAIN };

pub(super) const ITEMS: Type = Type {
    path: "watchlists/watchlistItems",
    spelled: "Watchlists/WatchlistItems",
    created: 200,
    check: |body, _| require(properties(body)?, &["itemsKeyValue"]),
    fill: fill_item,
    ..PLAIN
};

fn check_list(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    require(properties(body)?, &["displayName", "provider", "itemsSearchKey"])
}

fn fill_list(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let mut own = stamps(around);
    let extra = json!({
        "watchlistId": kept(around, "watchlistId", json!(id_of(around))), "watchlistType": "watchlist",
        "watchlistAlias": around.name, "isDeleted": false, "labels": [], "tenantId": around.facts.tenant,
        "numberOfLinesToSkip": 0, "provisioningState": "Succeeded", "sasUri": "", "watchlistCategory": "General",
    });
    own.extend(extra.as_object().cloned().unwrap_or_default());
    let Some(properties) = properties_mut(body) else { return };
    // The file that a list is made of does not come back.
    properties.remove("rawContent");
    properties.remove("contentType");
    for (name, value) in own {
        let slot = properties.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
}

fn fill_item(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let mut own = stamps(around);
    let extra = json!({
        "watchlistItemType": "watchlist-item", "watchlistItemId": around.name, "tenantId": around.facts.tenant,
        "isDeleted": false, "entityMapping": {},
    });
    own.extend(extra.as_object().cloned().unwrap_or_default());
    let Some(properties) = properties_mut(body) else { return };
    for (name, value) in own {
        properties.entry(name).or_insert(value);
    }
}

fn stamps(around: &Circumstances<'_>) -> Members {
    let now = timestamp(around.now).replace('Z', "+00:00");
    let stamps = json!({
        "created": kept(around, "created", json!(now)), "updated": now,
        "createdBy": kept(around, "createdBy", around.by.person()), "updatedBy": around.by.person(),
    });
    stamps.as_object().cloned().unwrap_or_default()
}

fn id_of(around: &Circumstances<'_>) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, around.id.to_ascii_lowercase().as_bytes()).to_string()
}
