//! Watchlists and their items (recorded traffic of 2022-06; Microsoft's swagger).

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Act, Circumstances, Made, Members, PLAIN, READ_ONLY, Type, kept, properties, properties_mut, require, stamps,
    system_data,
};
use crate::emulator::alert_rules::Decision;
use crate::emulator::answer::{Answer, ArmError};
use crate::emulator::call::Asked;
use crate::emulator::etag::Conditions;
use crate::emulator::resources::{Place, make};
use crate::emulator::version::View;

/// A new list is answered with 200 (recorded). Its items are there when it is, so that its state is `Succeeded`.
pub(super) const WATCHLISTS: Type = Type {
    path: "watchlists",
    spelled: "Watchlists",
    created: |_| 200,
    check: check_list,
    fill: fill_list,
    view: Some(view),
    after: Some(after),
    ..PLAIN
};

pub(super) const ITEMS: Type = Type {
    path: "watchlists/watchlistItems",
    spelled: "Watchlists/WatchlistItems",
    created: |_| 200,
    check: |body, _| require(properties(body)?, &["itemsKeyValue"]),
    fill: fill_item,
    ..PLAIN
};

/// How far the deletion of a list is. The emulator deletes at once, and tells so afterwards.
pub(super) const STATUSES: Type =
    Type { path: "watchlists/watchlistStatuses", spelled: "Watchlists/watchlistStatuses", below: false, ..READ_ONLY };

/// A list of watchlists has no etags, one alone has (recorded).
fn view(list: &mut Value, view: &View<'_>) {
    if view.listed
        && let Some(members) = list.as_object_mut()
    {
        members.remove("etag");
    }
}

/// After a PUT, the items of `rawContent`; after a DELETE, the operation that a client may ask for.
fn after(act: &Act<'_>, body: Option<&Members>, (mut answer, mut changes): Made) -> Decision {
    let alias = act.place.name.clone().unwrap_or_default();
    let below = |of: &'static Type, name: String| Place {
        of,
        parents: vec![alias.clone()],
        name: Some(name),
        ..act.place.clone()
    };
    // The conditions were those of the list.
    let Asked { version, uri, .. } = act.asked;
    let asked = Asked { conditions: Conditions::default(), version: version.clone(), uri: uri.clone() };
    let write = |place: &Place, body: &Members, ahead: u32| make(&Act { place, asked: &asked, ..*act }, body, ahead);
    let Some(body) = body else {
        let serial = act.state.serial.wrapping_add(1);
        let name = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{alias} deleted {serial}").as_bytes()).to_string();
        let place = below(&STATUSES, name);
        let status = Members::from_iter([("status".to_owned(), json!("Succeeded"))]);
        changes.extend(write(&place, &status, 1)?.1);
        let link = act.link(&place.id(&act.place.workspace.path()));
        // From this version on Microsoft's SDK (2.0.0b4) takes nothing but 202; before it, 200 was recorded.
        if version.is_since("2025-10-01") && answer.status == StatusCode::OK {
            answer = Answer::new(StatusCode::ACCEPTED, answer.body).with("location", &link);
        }
        return Ok((answer.with("azure-asyncoperation", &link), changes));
    };
    for (row, ahead) in rows(properties(body)?)?.into_iter().zip(2..) {
        let whole = format!("{} {row}", act.place.id(&act.place.workspace.key()).to_ascii_lowercase());
        let place = below(&ITEMS, Uuid::new_v5(&Uuid::NAMESPACE_URL, whole.as_bytes()).to_string());
        let item = Members::from_iter([("properties".to_owned(), json!({"itemsKeyValue": row}))]);
        changes.extend(write(&place, &item, ahead)?.1);
    }
    Ok((answer, changes))
}

/// The rows of a list's file, by the names in its first line that counts.
fn rows(properties: &Members) -> Result<Vec<Value>, ArmError> {
    let Some(content) = properties.get("rawContent").and_then(Value::as_str) else { return Ok(Vec::new()) };
    let refused = |why: &str| {
        ArmError::new(StatusCode::BAD_REQUEST, "BadRequest", format!("The watchlist's content is not valid: {why}."))
    };
    let skip = properties.get("numberOfLinesToSkip").and_then(Value::as_u64).unwrap_or(0);
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let content = content.split_inclusive('\n').skip(skip).collect::<String>();
    let tabs = properties.get("contentType").and_then(Value::as_str).is_some_and(|kind| kind.contains("tsv"));
    let delimiter = if tabs { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(content.as_bytes());
    let names = reader.headers().map_err(|error| refused(&error.to_string()))?.clone();
    let key = properties.get("itemsSearchKey").and_then(Value::as_str).unwrap_or_default();
    if !names.iter().any(|name| name == key) {
        return Err(refused(&format!("it has no column '{key}', the search key")));
    }
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|error| refused(&error.to_string()))?;
        Ok(names.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), json!(value))).collect())
    };
    reader.records().map(row).collect()
}

fn check_list(body: &Members, _: &Circumstances<'_>) -> Result<(), ArmError> {
    require(properties(body)?, &["displayName", "provider", "itemsSearchKey"])
}

fn fill_list(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let extra = json!({
        "watchlistId": kept(around, "watchlistId", json!(id_of(around))), "watchlistType": "watchlist",
        "watchlistAlias": around.name, "isDeleted": false, "labels": [], "tenantId": around.facts.tenant,
        "numberOfLinesToSkip": 0, "provisioningState": "Succeeded", "sasUri": "", "watchlistCategory": "General",
    });
    let stamps = stamps(around);
    let Some(properties) = properties_mut(body) else { return };
    // Recorded: the times and persons that a client sends are not believed.
    properties.extend(stamps);
    // The file that a list is made of does not come back.
    properties.remove("rawContent");
    properties.remove("contentType");
    for (name, value) in extra.as_object().cloned().unwrap_or_default() {
        let slot = properties.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
}

fn fill_item(body: &mut Members, around: &Circumstances<'_>) {
    body.insert("systemData".to_owned(), system_data(around));
    let extra = json!({
        "watchlistItemType": "watchlist-item", "watchlistItemId": around.name, "tenantId": around.facts.tenant,
        "isDeleted": false, "entityMapping": {},
    });
    let stamps = stamps(around);
    let Some(properties) = properties_mut(body) else { return };
    properties.extend(stamps);
    for (name, value) in extra.as_object().cloned().unwrap_or_default() {
        properties.entry(name).or_insert(value);
    }
}

fn id_of(around: &Circumstances<'_>) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, around.id.to_ascii_lowercase().as_bytes()).to_string()
}
