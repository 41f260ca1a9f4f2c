//! `join`: rows of two tables that have the same values in some columns.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::fault::Fault;
use super::pipeline::Run;
use super::table::Table;
use crate::kql::tree::{CompareOp, Expr, ExprKind, Join, Operator, OrderOp, StepKind};

/// Which rows are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The default: of left rows with the same key, one.
    InnerUnique,
    Inner,
    LeftOuter,
    LeftAnti,
    LeftSemi,
}

/// Joins a table with the right side of the operator. Columns of the right side whose names are taken get a number.
pub(super) fn run(run: &Run<'_>, operator: &Operator<'_>, join: &Join<'_>, left: Table) -> Result<Table, Fault> {
    let mut kind = Kind::InnerUnique;
    for param in &operator.params {
        kind = match (param.name.text.as_ref(), param.word()) {
            ("kind", Some("innerunique")) => Kind::InnerUnique,
            ("kind", Some("inner")) => Kind::Inner,
            ("kind", Some("leftouter")) => Kind::LeftOuter,
            ("kind", Some("leftanti" | "anti")) => Kind::LeftAnti,
            ("kind", Some("leftsemi")) => Kind::LeftSemi,
            _ => return Err(Fault::unsupported(param.value.span, "this parameter of `join`")),
        };
    }
    if let Some(predicate) = &join.predicate {
        return Err(Fault::unsupported(predicate.span, "a condition of `join`"));
    }
    let right = run.tabular(&join.right)?;
    let mut pairs = Vec::new();
    for condition in &join.on {
        keys(condition, &left, &right, &mut pairs)?;
    }
    if pairs.is_empty() {
        return Err(Fault::unsupported(operator.span, "`join` without columns"));
    }

    let mut by_key: HashMap<String, Vec<&Vec<Value>>> = HashMap::new();
    for row in &right.rows {
        if let Some(key) = key(row, pairs.iter().map(|pair| pair.1)) {
            by_key.entry(key).or_default().push(row);
        }
    }
    let mut made = Table { columns: left.columns.clone(), rows: Vec::new() };
    let both = !matches!(kind, Kind::LeftAnti | Kind::LeftSemi);
    if both {
        for name in &right.columns {
            let name = free_name(&made, name);
            made.columns.push(name);
        }
    }
    let mut seen = HashSet::new();
    for row in left.rows {
        let key = key(&row, pairs.iter().map(|pair| pair.0));
        let matching = key.as_ref().and_then(|key| by_key.get(key)).map(Vec::as_slice).unwrap_or_default();
        let repeated = kind == Kind::InnerUnique && key.is_some_and(|key| !seen.insert(key));
        match kind {
            Kind::LeftAnti if matching.is_empty() => made.rows.push(row),
            Kind::LeftSemi if !matching.is_empty() => made.rows.push(row),
            Kind::LeftOuter if matching.is_empty() => {
                let nothing = vec![Value::Null; right.columns.len()];
                made.rows.push([row, nothing].concat());
            }
            _ if both && !repeated => {
                made.rows.extend(matching.iter().map(|other| [row.clone(), (*other).clone()].concat()));
            }
            _ => {}
        }
        made = made.bounded(operator.span)?;
    }
    Ok(made)
}

/// `a`, or `$left.a == $right.b`, or several of them with `and`.
fn keys(condition: &Expr<'_>, left: &Table, right: &Table, pairs: &mut Vec<(usize, usize)>) -> Result<(), Fault> {
    match &condition.kind {
        ExprKind::Name(name) => {
            pairs.push((left.require(&name.text, name.span)?, right.require(&name.text, name.span)?));
            Ok(())
        }
        ExprKind::Paren(inner) => keys(inner, left, right, pairs),
        ExprKind::And(parts) => parts.iter().try_for_each(|part| keys(part, left, right, pairs)),
        ExprKind::Compare(compare) if compare.op == CompareOp::Order(OrderOp::Equal) => {
            let sides = (side(&compare.left), side(&compare.right));
            let (Some((first, a)), Some((second, b))) = sides else {
                return Err(Fault::unsupported(condition.span, "this condition of `join`"));
            };
            let (on_left, on_right) = match (first, second) {
                ("$left", "$right") => (a, b),
                ("$right", "$left") => (b, a),
                _ => return Err(Fault::meaning(condition.span, "Each side of a condition names one table")),
            };
            pairs.push((left.require(on_left, condition.span)?, right.require(on_right, condition.span)?));
            Ok(())
        }
        _ => Err(Fault::unsupported(condition.span, "this condition of `join`")),
    }
}

/// `$left.a` as its two parts.
fn side<'e>(expr: &'e Expr<'_>) -> Option<(&'e str, &'e str)> {
    let ExprKind::Path(path) = &expr.kind else { return None };
    match (&path.root.kind, path.steps.as_slice()) {
        (ExprKind::Name(root), [step]) => match &step.kind {
            StepKind::Member(name) => Some((&root.text, &name.text)),
            _ => None,
        },
        _ => None,
    }
}

/// The values of the key columns as one text; none where one of them is null, which equals nothing.
fn key(row: &[Value], columns: impl Iterator<Item = usize>) -> Option<String> {
    let values: Vec<&Value> = columns.map(|at| &row[at]).collect();
    if values.iter().any(|value| value.is_null()) { None } else { serde_json::to_string(&values).ok() }
}

/// A name that no column has: the name itself, or with the first number that is free.
fn free_name(table: &Table, name: &str) -> String {
    if table.column(name).is_none() {
        return name.to_owned();
    }
    let numbered = (1..).map(|number| format!("{name}{number}"));
    numbered.into_iter().find(|name| table.column(name).is_none()).unwrap_or_default()
}
