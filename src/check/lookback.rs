//! A query that asks for older events than the rule is given: the service hands it those of `queryPeriod` alone.

use super::subject::Subject;
use super::timespan::Timespans;
use crate::diagnostic::{Code, Diagnostic};
use crate::kql::tree::{CompareOp, Expr, ExprKind, OrderOp};
use crate::rule::RuleKind;

/// Finds conditions on `TimeGenerated` that reach back beyond the period.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(query) = subject.query.filter(|_| subject.kind == RuleKind::Scheduled) else { return };
    let Some(period) = &subject.details.query_period else { return };
    let times = Timespans::of(query);
    let mut furthest = None;
    for expr in query.exprs() {
        let Some(bound) = lower_bound(expr) else { continue };
        if let Some(back) = times.before_now(bound).filter(|back| *back > period.value)
            && furthest.is_none_or(|(most, _)| back > most)
        {
            furthest = Some((back, bound.span));
        }
    }
    if let Some((back, span)) = furthest {
        let message = format!("the query looks back {back}, but the rule gives it the events of {} only", period.value);
        problems.push(
            query
                .problem(Code::LookbackBeyondPeriod, span, message)
                .related(period.span, "the period")
                .help(format!("set `queryPeriod: {back}` (14d at most), or look back less far")),
        );
    }
}

/// What `TimeGenerated` has to be later than.
fn lower_bound<'e, 'q>(expr: &'e Expr<'q>) -> Option<&'e Expr<'q>> {
    match &expr.kind {
        ExprKind::Compare(compare) => match compare.op {
            CompareOp::Order(OrderOp::Greater | OrderOp::GreaterEqual) if is_time(&compare.left) => {
                Some(&compare.right)
            }
            CompareOp::Order(OrderOp::Less | OrderOp::LessEqual) if is_time(&compare.right) => Some(&compare.left),
            _ => None,
        },
        ExprKind::Between(between) if !between.negated && is_time(&between.left) => Some(&between.low),
        _ => None,
    }
}

fn is_time(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) if name.text == "TimeGenerated")
}
