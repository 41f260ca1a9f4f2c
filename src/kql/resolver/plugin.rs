//! Plug-ins of `evaluate`.

use super::super::tree::{Call, Expr, ExprKind, RowSchema};
use super::scope::declared_columns;
use super::{Column, FunctionOrigin, Resolver, Row, Type};

impl<'a> Resolver<'a> {
    pub(super) fn evaluate(&mut self, call: &'a Call<'a>, schema: Option<&'a RowSchema<'a>>, row: Row<'a>) -> Row<'a> {
        self.function_use(&call.name.text, call.name.span, FunctionOrigin::PlugIn);
        let output = self.plug_in(call, row);
        let Some(schema) = schema else { return output };
        let declared = declared_columns(&schema.columns);
        let mut columns = Vec::new();
        if schema.star {
            columns.extend(output.columns.into_iter().filter(|c| declared.iter().all(|d| d.name != c.name)));
        }
        columns.extend(declared);
        Row { columns, open: schema.star && output.open }
    }

    fn plug_in(&mut self, call: &'a Call<'a>, mut row: Row<'a>) -> Row<'a> {
        let name = &*call.name.text;
        if matches!(name, "ipv4_lookup" | "ipv6_lookup" | "geo_polygon_lookup" | "geo_line_lookup") {
            return self.lookup_plug_in(call, row);
        }
        let open = Row { columns: row.columns.clone(), open: true };
        for arg in &call.args {
            self.scalar(arg, Some(&open));
        }
        let argument = |at: usize| call.args.get(at).and_then(column_name);
        match name {
            "bag_unpack" => {
                row.columns.retain(|c| Some(&*c.name) != argument(0));
                row.open = true;
                row
            }
            "pivot" => {
                let aggregate = call.args.get(1).and_then(first_argument);
                let groups: Vec<&str> = call.args.iter().skip(2).filter_map(column_name).collect();
                match groups.is_empty() {
                    true => row.columns.retain(|c| Some(&*c.name) != argument(0) && Some(&*c.name) != aggregate),
                    false => row.columns.retain(|c| groups.contains(&&*c.name)),
                }
                row.open = true;
                row
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
            _ => Row::unknown(),
        }
    }

    /// The input beside the table looked up; extra keys of the latter come once.
    fn lookup_plug_in(&mut self, call: &'a Call<'a>, row: Row<'a>) -> Row<'a> {
        let Some((table, keys)) = call.args.split_first() else { return row };
        let mut right = self.table(table);
        let open = Row { columns: row.columns.clone(), open: true };
        for key in keys {
            self.scalar(key, Some(&open));
        }
        let extra: Vec<&str> = keys.iter().skip(2).filter_map(column_name).collect();
        right.columns.retain(|c| !extra.contains(&&*c.name));
        row.side_by_side(right)
    }
}

fn segments<'a>(first: &[(&'static str, Type)], row: Row<'a>) -> Row<'a> {
    let mut columns: Vec<Column<'a>> = first.iter().map(|(name, ty)| Column::new(*name, *ty)).collect();
    columns.extend(row.columns);
    Row { columns, open: row.open }
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
