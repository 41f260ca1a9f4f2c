//! Plug-ins of `evaluate`.

use super::super::tree::{Call, Expr, ExprKind, RowSchema};
use super::scope::declared_columns;
use super::{Column, FunctionOrigin, Resolver, Row, Type};

impl<'a> Resolver<'a> {
    pub(super) fn evaluate(&mut self, call: &'a Call<'a>, schema: Option<&'a RowSchema<'a>>, row: Row<'a>) -> Row<'a> {
        self.function_use(&call.name.text, call.name.span, FunctionOrigin::PlugIn);
        let open = row.open;
        let output = self.plug_in(call, row);
        let Some(schema) = schema else { return output };
        let declared = declared_columns(&schema.columns);
        let mut columns = Vec::new();
        if schema.star {
            columns.extend(output.columns.into_iter().filter(|c| declared.iter().all(|d| d.name != c.name)));
        }
        columns.extend(declared);
        // The schema names the columns that could not be known; of those of the input more may be open.
        Row::new(columns, schema.star && open)
    }

    fn plug_in(&mut self, call: &'a Call<'a>, mut row: Row<'a>) -> Row<'a> {
        let name = &*call.name.text;
        if matches!(name, "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup") {
            return self.lookup_plug_in(call, row);
        }
        let open = Row::new(row.columns.clone(), true);
        for arg in &call.args {
            self.scalar(arg, Some(&open));
        }
        let argument = |at: usize| call.args.get(at).and_then(column_name);
        match name {
            "bag_unpack" => {
                row.columns.retain(|c| Some(&*c.name) != argument(0));
                row.unpacked()
            }
            "pivot" => {
                let aggregate = call.args.get(1).and_then(first_argument);
                let groups: Vec<&str> = call.args.iter().skip(2).filter_map(column_name).collect();
                match groups.is_empty() {
                    true => row.columns.retain(|c| Some(&*c.name) != argument(0) && Some(&*c.name) != aggregate),
                    false => row.columns.retain(|c| groups.contains(&&*c.name)),
                }
                row.unpacked()
            }
            "autocluster" | "basket" => {
                segments(&[("SegmentId", Type::Long), ("Count", Type::Long), ("Percent", Type::Real)], row)
            }
            "diffpatterns" => segments(
                &[
                    ("SegmentId", Type::Long),
                    ("CountA", Type::Long),
                    ("CountB", Type::Long),
                    ("PercentA", Type::Real),
                    ("PercentB", Type::Real),
                    ("PercentDiffAB", Type::Real),
                ],
                row,
            ),
            "narrow" => segments(
                &[("Row", Type::Long), ("Column", Type::String), ("Value", Type::String)],
                Row::closed(Vec::new()),
            ),
            "identity" | "rows_near" => row,
            "python" | "r" => typed(call, row),
            "sequence_detect" => sequences(call, &row),
            _ => TIMELINES.iter().find(|t| t.name == name).map_or_else(Row::unknown, |t| t.columns(call, &row)),
        }
    }

    /// The input beside the table looked up; extra keys of the latter come once.
    fn lookup_plug_in(&mut self, call: &'a Call<'a>, row: Row<'a>) -> Row<'a> {
        let Some((table, keys)) = call.args.split_first() else { return row };
        let mut right = self.table(table);
        let open = Row::new(row.columns.clone(), true);
        for key in keys {
            self.scalar(key, Some(&open));
        }
        let extra: Vec<&str> = keys.iter().skip(2).filter_map(column_name).collect();
        right.columns.retain(|c| !extra.contains(&&*c.name));
        row.side_by_side(right)
    }
}

/// A plug-in that counts along a time axis. Its table has the axis, the dimensions, and columns of its own.
struct Timeline {
    name: &'static str,
    /// The places of the arguments that name the axis and the first dimension. A plug-in whose dimensions begin at
    /// different places has no row here.
    axis: usize,
    dimensions: usize,
    columns: &'static [(&'static str, Type)],
}

/// Signatures and columns are those of Kusto.Language 12.4.1.
const TIMELINES: [Timeline; 4] = [
    Timeline { name: "active_users_count", axis: 1, dimensions: 8, columns: &[("dcount", Type::Long)] },
    Timeline {
        name: "activity_counts_metrics",
        axis: 1,
        dimensions: 5,
        columns: &[
            ("count", Type::Long),
            ("dcount", Type::Long),
            ("new_dcount", Type::Long),
            ("aggregated_dcount", Type::Long),
        ],
    },
    Timeline { name: "session_count", axis: 1, dimensions: 6, columns: &[("count_sessions", Type::Long)] },
    Timeline {
        name: "sliding_window_counts",
        axis: 1,
        dimensions: 6,
        columns: &[("Count", Type::Long), ("Dcount", Type::Long)],
    },
];

impl Timeline {
    fn columns<'a>(&self, call: &'a Call<'a>, row: &Row<'a>) -> Row<'a> {
        let passed = |at: usize| call.args.get(at).and_then(column_name);
        let mut names: Vec<&'a str> = passed(self.axis).into_iter().collect();
        names.extend((self.dimensions..call.args.len()).map_while(passed));
        let ty = |name: &str| row.get(name).map_or(Type::Unknown, |column| column.ty);
        let mut columns: Vec<Column<'a>> = names.iter().map(|name| Column::new(*name, ty(name))).collect();
        let dimensions = call.args.len().saturating_sub(self.dimensions);
        if columns.len() != dimensions + 1 {
            // The axis or a dimension is an expression: its name is not known here.
            return Row::unknown();
        }
        columns.extend(self.columns.iter().map(|(name, ty)| Column::new(*name, *ty)));
        Row::closed(columns)
    }
}

/// What `sequence_detect(time, step, span, a = ..., b = ..., dimension)` gives: dimensions, the time of each step.
fn sequences<'a>(call: &'a Call<'a>, row: &Row<'a>) -> Row<'a> {
    let Some(time) = call.args.first().and_then(column_name) else { return Row::unknown() };
    let ty = |name: &str| row.get(name).map_or(Type::Unknown, |column| column.ty);
    let (mut steps, mut columns) = (Vec::new(), Vec::new());
    for arg in call.args.iter().skip(3) {
        match (&arg.kind, column_name(arg)) {
            (ExprKind::Named(named), _) => {
                let name = named.names.first().map_or_else(String::new, |name| format!("{}_{time}", name.text));
                steps.push(Column::new(name, ty(time)));
            }
            (_, Some(dimension)) => columns.push(Column::new(dimension, ty(dimension))),
            _ => return Row::unknown(),
        }
    }
    columns.extend(steps);
    columns.push(Column::new("Duration", Type::TimeSpan));
    Row::closed(columns)
}

/// The columns that `typeof(*, a: string)` names.
fn typed<'a>(call: &'a Call<'a>, row: Row<'a>) -> Row<'a> {
    let Some(Expr { kind: ExprKind::TypeOf(schema), .. }) = call.args.first() else { return Row::unknown() };
    let declared = declared_columns(&schema.columns);
    if !schema.star {
        return Row::closed(declared);
    }
    let mut row = row;
    row.columns.retain(|c| declared.iter().all(|d| d.name != c.name));
    row.columns.extend(declared);
    row
}

fn segments<'a>(first: &[(&'static str, Type)], row: Row<'a>) -> Row<'a> {
    let mut columns: Vec<Column<'a>> = first.iter().map(|(name, ty)| Column::new(*name, *ty)).collect();
    columns.extend(row.columns);
    Row::new(columns, row.open)
}

fn column_name<'t>(expr: &'t Expr<'_>) -> Option<&'t str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(&name.text),
        _ => None,
    }
}

fn first_argument<'t>(expr: &'t Expr<'_>) -> Option<&'t str> {
    match &expr.kind {
        ExprKind::Call(call) => call.args.first().and_then(column_name),
        _ => None,
    }
}
