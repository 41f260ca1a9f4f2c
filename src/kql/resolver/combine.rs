//! Operators on several tables.

use std::rc::Rc;

use super::super::tree::{CompareOp, Expr, ExprKind, Find, Join, Operator, OrderOp, Path, StepKind};
use super::call::Value;
use super::{Column, Resolver, Row, Type};

impl<'a> Resolver<'a> {
    /// The table that an expression gives; unknown if it gives none.
    pub(super) fn table(&mut self, expr: &'a Expr<'a>) -> Row<'a> {
        match self.value(expr, None) {
            Value::Table(row) => Rc::unwrap_or_clone(row),
            _ => Row::unknown(),
        }
    }

    pub(super) fn union(&mut self, operator: &Operator<'a>, tables: &'a [Expr<'a>], input: Option<Row<'a>>) -> Row<'a> {
        let mut rows: Vec<Row<'a>> = input.into_iter().collect();
        rows.extend(tables.iter().map(|table| self.table(table)));
        let mut row = Row::stacked(rows);
        if let Some(name) = operator.word("withsource").or_else(|| operator.word("with_source")) {
            row.columns.insert(0, Column::new(name.to_owned(), Type::String));
        }
        row
    }

    pub(super) fn join(&mut self, operator: &Operator<'a>, join: &'a Join<'a>, left: Row<'a>) -> Row<'a> {
        let right = self.table(&join.right);
        for condition in &join.on {
            self.join_condition(condition, &left, &right);
        }
        if let Some(predicate) = &join.predicate {
            self.scalar(predicate, Some(&left.clone().side_by_side(right.clone())));
        }
        match operator.word("kind") {
            Some("anti" | "leftanti" | "leftsemi" | "leftantisemi") => left,
            Some("rightanti" | "rightsemi" | "rightantisemi") => right,
            _ => left.side_by_side(right),
        }
    }

    pub(super) fn lookup_join(&mut self, join: &'a Join<'a>, left: Row<'a>) -> Row<'a> {
        let mut right = self.table(&join.right);
        let mut keys = Vec::new();
        for condition in &join.on {
            self.join_condition(condition, &left, &right);
            right_keys(condition, &mut keys);
        }
        if !self.spend(keys.len().saturating_mul(right.columns.len())) {
            return Row::unknown();
        }
        right.columns.retain(|c| !keys.contains(&&*c.name));
        left.side_by_side(right)
    }

    /// Checks the columns of `on a`, `on $left.a == $right.b`.
    fn join_condition(&mut self, condition: &'a Expr<'a>, left: &Row<'a>, right: &Row<'a>) {
        match &condition.kind {
            ExprKind::Paren(inner) => self.join_condition(inner, left, right),
            ExprKind::And(parts) => {
                for part in parts {
                    self.join_condition(part, left, right);
                }
            }
            ExprKind::Name(name) => {
                for (side, row) in [("left", left), ("right", right)] {
                    if self.lacks(row, &name.text) {
                        self.unknown_column(&name.text, name.span, row);
                        if let Some(diagnostic) = self.diagnostics.get_mut(&name.span.start) {
                            diagnostic.message = format!("the {side} side of the join has no column `{}`", name.text);
                        }
                        break;
                    }
                }
            }
            ExprKind::Compare(compare) => {
                for operand in [&compare.left, &compare.right] {
                    self.join_operand(operand, left, right);
                }
            }
            _ => {}
        }
    }

    fn join_operand(&mut self, operand: &'a Expr<'a>, left: &Row<'a>, right: &Row<'a>) {
        let Some((side, step)) = side_of(operand) else { return };
        let row = if side == "$left" { left } else { right };
        if let StepKind::Member(member) = step
            && self.lacks(row, &member.text)
        {
            self.unknown_column(&member.text, member.span, row);
        }
    }

    /// `find` gives the source's name and the columns asked for.
    pub(super) fn find(&mut self, operator: &Operator<'a>, find: &'a Find<'a>) -> Row<'a> {
        let rows: Vec<Row<'a>> = find.sources.iter().map(|s| self.table(s)).collect();
        let known = !rows.is_empty();
        let mut stacked = Row::stacked(rows);
        stacked.open |= !known;
        // A column that one of the tables has may be named without its type's suffix.
        let open = Row::new(stacked.columns.clone(), true);
        self.scalar(&find.predicate, Some(&open));
        let source = operator.word("withsource").unwrap_or("source_").to_owned();
        let mut columns = vec![Column::new(source, Type::String)];
        if find.project.is_empty() {
            columns.push(Column::new("pack_", Type::Dynamic));
            return Row::new(columns, true);
        }
        for (column, type_name) in &find.project {
            match &column.kind {
                ExprKind::Name(name) => {
                    let known = self.column(&stacked, &name.text).map_or(Type::Unknown, |c| c.ty);
                    let ty = type_name.as_ref().and_then(|t| Type::of(&t.text)).unwrap_or(known);
                    columns.push(Column::new(&*name.text, ty));
                }
                _ => columns.push(Column::new("pack_", Type::Dynamic)),
            }
        }
        Row::closed(columns)
    }

    pub(super) fn search(
        &mut self,
        sources: &'a [Expr<'a>],
        predicate: &'a Expr<'a>,
        input: Option<Row<'a>>,
    ) -> Row<'a> {
        let everything = sources.is_empty() && input.is_none();
        let mut rows: Vec<Row<'a>> = input.into_iter().collect();
        rows.extend(sources.iter().map(|s| self.table(s)));
        let mut row = Row::stacked(rows);
        row.open |= everything;
        let open = Row::new(row.columns.clone(), true);
        self.scalar(predicate, Some(&open));
        row.columns.insert(0, Column::new("$table", Type::String));
        row
    }
}

/// `$left` or `$right`, and the step after it.
fn side_of<'t, 'a>(operand: &'t Expr<'a>) -> Option<(&'t str, &'t StepKind<'a>)> {
    let ExprKind::Path(path) = &operand.kind else { return None };
    let Path { root: Expr { kind: ExprKind::Name(side), .. }, steps } = &**path else { return None };
    let step = steps.first()?;
    matches!(&*side.text, "$left" | "$right").then_some((&*side.text, &step.kind))
}

/// The columns of the right side that conditions make equal to one of the left: `lookup` drops them.
fn right_keys<'t, 'a>(condition: &'t Expr<'a>, keys: &mut Vec<&'t str>) {
    match &condition.kind {
        ExprKind::Paren(inner) => right_keys(inner, keys),
        ExprKind::And(parts) => parts.iter().for_each(|part| right_keys(part, keys)),
        ExprKind::Name(name) => keys.push(&name.text),
        ExprKind::Compare(compare) if compare.op == CompareOp::Order(OrderOp::Equal) => {
            for operand in [&compare.left, &compare.right] {
                if let Some(("$right", StepKind::Member(member))) = side_of(operand) {
                    keys.push(&member.text);
                }
            }
        }
        _ => {}
    }
}
