//! Azure Resource Graph: `POST /providers/Microsoft.ResourceGraph/resources`, as far as tools use it to find workspaces.
//!
//! A query is read by our own parser and run over the workspaces, solutions, subscriptions and groups that exist. What
//! is not understood is refused: an answer to another question would be wrong in silence. Shapes come from Microsoft's
//! swagger (2021-03-01 and 2024-04-01) and from answers that users quote.

mod evaluate;
mod fault;
mod function;
mod join;
mod pipeline;
mod rows;
mod scalar;
mod table;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, ArmError};
use super::inventory::{Inventory, Subscription};
use super::location::api_version_within;
use super::principal::Caller;
use super::route::not_allowed;
use crate::arm::transport::Request;
use rows::Tables;
use table::Table;

/// The most rows of one page (Microsoft's docs).
const PAGE: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    query: String,
    subscriptions: Option<Vec<String>>,
    management_groups: Option<Vec<String>>,
    #[serde(default)]
    options: Choices,
    facets: Option<Vec<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Choices {
    #[serde(rename = "$top")]
    top: Option<usize>,
    #[serde(rename = "$skip")]
    skip: Option<usize>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    result_format: Option<ResultFormat>,
    /// What these two choose among does not exist here: every scope is whole, and there are no grants to filter by.
    #[serde(rename = "allowPartialScopes")]
    _partial: Option<bool>,
    #[serde(rename = "authorizationScopeFilter")]
    _authorization: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ResultFormat {
    Table,
    ObjectArray,
}

/// Answers a query.
///
/// # Errors
///
/// 400 for a body that is no such request or an api-version that is not plausible, 403 for a management group that is
/// no tenant's, 405 for another method than POST. A query that is not understood is a 400 in Resource Graph's own
/// shape, with its place.
pub(super) fn answer(
    request: &Request,
    inventory: Inventory<'_>,
    caller: &Caller,
    now: Timestamp,
) -> Result<Answer, ArmError> {
    if request.method() != Method::POST {
        return Err(not_allowed(request.method()));
    }
    let version = api_version_within(request.uri(), ("2018-09-01", "2025-12-31"))?;
    let asked: Asked = serde_json::from_slice(request.body())
        .map_err(|why| ArmError::bad_request(format!("The request content is invalid: {why}")))?;
    if asked.facets.as_ref().is_some_and(|facets| !facets.is_empty()) {
        return Err(ArmError::bad_request("Facets are not supported by the emulator."));
    }
    let from = offset(&asked.options)?;
    let tables = Tables::new(inventory, &scope(&asked, inventory, caller)?);
    let table = match pipeline::run(&asked.query, &tables) {
        Ok(table) => table,
        Err(fault) => return Ok(fault.answer(&asked.query, now)),
    };
    let size = asked.options.top.unwrap_or(PAGE).clamp(1, PAGE);
    let total = table.rows.len();
    let rest = table.rows.get(from..).unwrap_or_default();
    let shown = &rest[..size.min(rest.len())];
    // Up to 2020 the default was a table (swagger).
    let default = if version.as_str() < "2021-03-01" { ResultFormat::Table } else { ResultFormat::ObjectArray };
    let data = match asked.options.result_format.unwrap_or(default) {
        ResultFormat::ObjectArray => objects(&table, shown),
        ResultFormat::Table => columns_and_rows(&table, shown),
    };
    let mut body = json!({
        "totalRecords": total, "count": shown.len(), "data": data, "facets": [], "resultTruncated": "false",
    });
    if rest.len() > shown.len() {
        body["$skipToken"] = json!(URL_SAFE_NO_PAD.encode((from + shown.len()).to_string()));
    }
    Ok(Answer::new(StatusCode::OK, body.to_string()))
}

fn offset(options: &Choices) -> Result<usize, ArmError> {
    let Some(token) = &options.skip_token else { return Ok(options.skip.unwrap_or(0)) };
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| ArmError::bad_request("The $skipToken is invalid."))
}

/// The subscriptions that a query looks into: those named, those of management groups, or all that the caller sees.
fn scope(asked: &Asked, inventory: Inventory<'_>, caller: &Caller) -> Result<Vec<Subscription>, ArmError> {
    let all = inventory.subscriptions().into_iter().filter(|one| caller.sees(one));
    let is_among = |id: &str, names: &[String]| names.iter().any(|name| name.eq_ignore_ascii_case(id));
    Ok(match (&asked.subscriptions, &asked.management_groups) {
        (Some(_), Some(_)) => {
            return Err(ArmError::bad_request("Give either 'subscriptions' or 'managementGroups', not both."));
        }
        (Some(ids), None) => all.filter(|one| is_among(&one.id, ids)).collect(),
        // The one management group that each tenant has from the start bears the tenant's id.
        (None, Some(groups)) => {
            let tenants = inventory.tenants();
            if let Some(stranger) = groups.iter().find(|group| !is_among(group, &tenants)) {
                let message = format!(
                    "Access is denied to the management group '{stranger}': the emulator has one for each tenant, \
                     named by the tenant's id."
                );
                return Err(ArmError::new(StatusCode::FORBIDDEN, "AccessDenied", message));
            }
            all.filter(|one| is_among(&one.tenant, groups)).collect()
        }
        (None, None) => all.collect(),
    })
}

fn objects(table: &Table, rows: &[Vec<Value>]) -> Value {
    let object = |row: &Vec<Value>| -> Value { table.columns.iter().cloned().zip(row.iter().cloned()).collect() };
    rows.iter().map(object).collect()
}

fn columns_and_rows(table: &Table, rows: &[Vec<Value>]) -> Value {
    let kind = |at: usize| match table.rows.iter().map(|row| &row[at]).find(|value| !value.is_null()) {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(number)) if number.is_f64() => "number",
        Some(Value::Number(_)) => "integer",
        _ => "object",
    };
    let column = |(at, name): (usize, &String)| json!({"name": name, "type": kind(at)});
    json!({"columns": table.columns.iter().enumerate().map(column).collect::<Vec<_>>(), "rows": rows})
}
