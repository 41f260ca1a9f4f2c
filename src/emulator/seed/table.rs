//! Tables of a workspace, and what Log Analytics shows of them (Microsoft.OperationalInsights 2022-10-01, swagger).

use serde_json::{Value, json};

use super::Fault;
use super::node::{Node, Shape};
use crate::kql::Type;

/// The columns of every table that are not in its schema's own list of custom columns.
const PLAN: &str = "Analytics";

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emulator) struct Table {
    pub(super) name: String,
    /// Names and types of KQL.
    columns: Vec<(String, &'static str)>,
    plan: String,
    retention: u64,
}

/// Reads `{name, columns, plan, retentionInDays}`.
pub(super) fn read(node: &Node) -> Result<Table, Fault> {
    if let Shape::Text(name) = &node.shape {
        return Ok(Table { name: named(node, name)?, columns: Vec::new(), plan: PLAN.to_owned(), retention: 90 });
    }
    node.only(&["name", "columns", "plan", "retentionInDays"])?;
    let name = named(node, node.required("name")?)?;
    let columns = match node.get("columns") {
        None => Vec::new(),
        Some(list) => columns(list)?,
    };
    let plan = node.get("plan").map_or(Ok(PLAN), Node::text)?.to_owned();
    let retention = match node.get("retentionInDays") {
        None => 90,
        Some(days) => days
            .json()
            .as_u64()
            .ok_or_else(|| days.fault("a number of days is expected here", "write one, such as 90"))?,
    };
    Ok(Table { name, columns, plan, retention })
}

/// Reads a list file: `{"SigninLogs": {"UserPrincipalName": "string"}}`.
pub(super) fn list(node: &Node) -> Result<Vec<Table>, Fault> {
    let one = |(key, node): &(super::node::Key, Node)| {
        Ok(Table { name: named(node, &key.name)?, columns: columns(node)?, plan: PLAN.to_owned(), retention: 90 })
    };
    node.entries()?.iter().map(one).collect()
}

fn named(node: &Node, name: &str) -> Result<String, Fault> {
    let fine = !name.is_empty() && !name.chars().any(|c| c == '/' || c.is_control());
    if fine {
        return Ok(name.to_owned());
    }
    Err(node.fault(format!("`{}` is no name of a table", name.escape_debug()), "leave `/` out"))
}

/// Columns as a mapping of names to types, or as a list of `{name, type}`.
fn columns(node: &Node) -> Result<Vec<(String, &'static str)>, Fault> {
    let one = |name: &str, kind: &Node| {
        let word = kind.text()?;
        let known = Type::of(&word.to_ascii_lowercase()).filter(|found| *found != Type::Unknown);
        let found = known.ok_or_else(|| {
            kind.fault(format!("`{word}` is no type of a column"), "write one of KQL's, such as string or datetime")
        })?;
        Ok((name.to_owned(), found.name()))
    };
    match &node.shape {
        Shape::List(items) => items
            .iter()
            .map(|item| {
                item.only(&["name", "type"])?;
                let missing = || item.fault("`type` is missing", "add `type`");
                one(item.required("name")?, item.get("type").ok_or_else(missing)?)
            })
            .collect(),
        _ => node.entries()?.iter().map(|(key, kind)| one(&key.name, kind)).collect(),
    }
}

impl Table {
    /// The resource at `id`. A Microsoft table's columns are standard ones; those of a `_CL` table are its own.
    pub(super) fn resource(&self, id: &str) -> Value {
        let columns: Vec<Value> = self.columns.iter().map(|(name, kind)| column(name, kind)).collect();
        let custom = self.name.ends_with("_CL");
        let standard =
            if custom { vec![column("TenantId", "guid"), column("Type", "string")] } else { columns.clone() };
        let mut schema = json!({
            "name": self.name, "tableType": if custom { "CustomLog" } else { "Microsoft" },
            "tableSubType": if custom { "DataCollectionRuleBased" } else { "Any" },
            "standardColumns": standard, "solutions": ["LogManagement"], "isTroubleshootingAllowed": true,
        });
        if custom {
            schema["columns"] = Value::Array(columns);
        }
        json!({
            "id": id, "name": self.name, "type": "Microsoft.OperationalInsights/workspaces/tables",
            "properties": {
                "plan": self.plan, "retentionInDays": self.retention, "totalRetentionInDays": self.retention,
                "archiveRetentionInDays": 0, "retentionInDaysAsDefault": self.retention == 90,
                "totalRetentionInDaysAsDefault": self.retention == 90, "provisioningState": "Succeeded",
                "schema": schema,
            },
        })
    }
}

/// Log Analytics spells some types otherwise than KQL.
fn column(name: &str, kind: &str) -> Value {
    let kind = match kind {
        "bool" => "boolean",
        "datetime" => "dateTime",
        other => other,
    };
    json!({"name": name, "type": kind, "isDefaultDisplay": true, "isHidden": false})
}
