//! Functions that give several columns: `arg_max`, `take_any`, `percentiles`, `series_fit_line`.

use std::borrow::Cow;

use super::super::tree::{Call, Expr, ExprKind};
use super::name_map::NameMap;
use super::{Resolver, Row, Type};

/// One of the columns that a function gives.
#[derive(Clone, Debug)]
pub(super) struct TupleColumn<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: Type,
    /// Whether it is a column of the input as it is.
    pub(super) input: bool,
}

/// What the functions on series give beside their name and that of their argument: column and type.
const SERIES: [(&str, &[(&str, Type)]); 11] = [
    (
        "series_fit_line",
        &[
            ("rsquare", Type::Real),
            ("slope", Type::Real),
            ("variance", Type::Real),
            ("rvariance", Type::Real),
            ("interception", Type::Real),
            ("line_fit", Type::Dynamic),
        ],
    ),
    (
        "series_fit_2lines",
        &[
            ("rsquare", Type::Real),
            ("split_idx", Type::Long),
            ("variance", Type::Real),
            ("rvariance", Type::Real),
            ("line_fit", Type::Dynamic),
            ("right_rsquare", Type::Real),
            ("right_slope", Type::Real),
            ("right_interception", Type::Real),
            ("right_variance", Type::Real),
            ("right_rvariance", Type::Real),
            ("left_rsquare", Type::Real),
            ("left_slope", Type::Real),
            ("left_interception", Type::Real),
            ("left_variance", Type::Real),
            ("left_rvariance", Type::Real),
        ],
    ),
    (
        "series_stats",
        &[
            ("min", Type::Real),
            ("min_idx", Type::Long),
            ("max", Type::Real),
            ("max_idx", Type::Long),
            ("avg", Type::Real),
            ("stdev", Type::Real),
            ("variance", Type::Real),
        ],
    ),
    ("series_fft", &[("real", Type::Dynamic), ("imag", Type::Dynamic)]),
    ("series_ifft", &[("real", Type::Dynamic), ("imag", Type::Dynamic)]),
    ("series_periods_detect", &[("periods", Type::Dynamic), ("scores", Type::Dynamic)]),
    ("series_periods_validate", &[("periods", Type::Dynamic), ("scores", Type::Dynamic)]),
    (
        "series_fit_poly",
        &[
            ("rsquare", Type::Real),
            ("coefficients", Type::Dynamic),
            ("variance", Type::Real),
            ("rvariance", Type::Real),
            ("poly_fit", Type::Dynamic),
        ],
    ),
    (
        "series_decompose",
        &[
            ("baseline", Type::Dynamic),
            ("seasonal", Type::Dynamic),
            ("trend", Type::Dynamic),
            ("residual", Type::Dynamic),
        ],
    ),
    (
        "series_decompose_forecast",
        &[
            ("baseline", Type::Dynamic),
            ("seasonal", Type::Dynamic),
            ("trend", Type::Dynamic),
            ("residual", Type::Dynamic),
        ],
    ),
    (
        "series_decompose_anomalies",
        &[("ad_flag", Type::Dynamic), ("ad_score", Type::Dynamic), ("baseline", Type::Dynamic)],
    ),
];

impl<'a> Resolver<'a> {
    /// The columns that a call of such a function gives.
    pub(super) fn tuple(&mut self, call: &'a Call<'a>, row: &Row<'a>) -> Vec<TupleColumn<'a>> {
        match &*call.name.text {
            "arg_max" | "argmax" => self.extreme(call, row, "max"),
            "arg_min" | "argmin" => self.extreme(call, row, "min"),
            "any" | "take_any" => self.any(call, row),
            "percentile" | "percentiles" => self.percentiles(call, row, 1),
            "percentilew" | "percentilesw" => self.percentiles(call, row, 2),
            name => self.series(name, call, row),
        }
    }

    fn extreme(&mut self, call: &'a Call<'a>, row: &Row<'a>, prefix: &str) -> Vec<TupleColumn<'a>> {
        let star = call.args.iter().any(|a| matches!(a.kind, ExprKind::Star));
        let mut first = Cow::default();
        // The deprecated forms name all columns after the first argument.
        let old = !call.name.text.contains('_');
        let mut taken = NameMap::default();
        let mut columns = Vec::new();
        for (at, arg) in call.args.iter().enumerate() {
            let unnamed = match (old, at) {
                (true, 0) => String::new(),
                (true, _) => format!("arg{at}"),
                (false, 0) => format!("{prefix}_"),
                (false, _) => format!("{prefix}_{first}_arg{at}"),
            };
            let from = columns.len();
            self.tuple_argument(arg, row, star && at > 0, unnamed, &mut taken, &mut columns);
            if at == 0 {
                first = self.suggested_name(arg, row).unwrap_or_default();
            }
            if old && at > 0 {
                for column in &mut columns[from..] {
                    column.name = format!("{first}_{}", column.name).into();
                }
            }
        }
        columns
    }

    fn any(&mut self, call: &'a Call<'a>, row: &Row<'a>) -> Vec<TupleColumn<'a>> {
        let star = call.args.iter().any(|a| matches!(a.kind, ExprKind::Star));
        let prefix = if call.name.text == "take_any" { "any_" } else { "" };
        let mut taken = NameMap::default();
        let mut columns = Vec::new();
        for (at, arg) in call.args.iter().enumerate() {
            self.tuple_argument(arg, row, star, format!("{prefix}arg{at}"), &mut taken, &mut columns);
        }
        columns
    }

    /// Adds the columns of one argument; `once` leaves out columns that are there already.
    fn tuple_argument(
        &mut self,
        arg: &'a Expr<'a>,
        row: &Row<'a>,
        once: bool,
        unnamed: String,
        taken: &mut NameMap<'a, ()>,
        columns: &mut Vec<TupleColumn<'a>>,
    ) {
        if let ExprKind::Star = arg.kind {
            for column in &row.columns {
                if !taken.contains_key(&column.name) {
                    columns.push(TupleColumn { name: column.name.clone(), ty: column.ty, input: true });
                }
            }
            taken.extend(row.columns.iter().map(|c| (c.name.clone(), ())));
            return;
        }
        let ty = self.value(arg, Some(row)).ty();
        let (passed, given) = match &arg.kind {
            ExprKind::Named(named) => (self.passed_column(&named.value, row), true),
            _ => (self.passed_column(arg, row), false),
        };
        let Some(passed) = passed else {
            let name = self.suggested_name(arg, row).unwrap_or(unnamed.into());
            columns.push(TupleColumn { name, ty, input: false });
            return;
        };
        let again = taken.contains_key(&passed.name);
        if once && again {
            return;
        }
        taken.insert(passed.name.clone(), ());
        let name = if given { self.suggested_name(arg, row).unwrap_or_default() } else { passed.name.clone() };
        columns.push(TupleColumn { name, ty, input: once && !given && !again });
    }

    /// `percentile_Size_95`; a dot in the percentile becomes an underscore.
    fn percentiles(&mut self, call: &'a Call<'a>, row: &Row<'a>, from: usize) -> Vec<TupleColumn<'a>> {
        let Some(first) = call.args.first() else { return Vec::new() };
        let ty = self.scalar(first, Some(row)).at_least_long();
        let name = self.suggested_name(first, row).unwrap_or_default();
        let percentiles = call.args.get(from..).unwrap_or_default();
        percentiles
            .iter()
            .map(|p| {
                self.scalar(p, Some(row));
                let percentile = p.span.text(self.source).replace('.', "_");
                TupleColumn { name: format!("percentile_{name}_{percentile}").into(), ty, input: false }
            })
            .collect()
    }

    fn series(&mut self, function: &str, call: &'a Call<'a>, row: &Row<'a>) -> Vec<TupleColumn<'a>> {
        for arg in &call.args {
            self.scalar(arg, Some(row));
        }
        let name = call.args.first().and_then(|a| self.suggested_name(a, row)).unwrap_or_default();
        let parts = SERIES.iter().find(|(f, _)| *f == function).map_or(&[][..], |(_, parts)| parts);
        let column = |(part, ty): &(&str, Type)| TupleColumn {
            name: format!("{function}_{name}_{part}").into(),
            ty: *ty,
            input: false,
        };
        parts.iter().map(column).collect()
    }
}
