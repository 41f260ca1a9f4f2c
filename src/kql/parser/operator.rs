//! Which operator a keyword starts.

use super::super::diagnostic::{Diagnostic, nearest};
use super::super::keyword::Keyword;
use super::super::lexer::{Punct, TokenKind};
use super::super::span::Span;
use super::super::tree::{Operator, OperatorKind};
use super::Parser;

/// The operators' words, for "did you mean". Words of the service's own use are left out.
const WORDS: [&str; 58] = [
    "as",
    "assert-schema",
    "consume",
    "count",
    "distinct",
    "evaluate",
    "extend",
    "facet",
    "filter",
    "find",
    "fork",
    "getschema",
    "graph-mark-components",
    "graph-match",
    "graph-shortest-paths",
    "graph-to-table",
    "graph-where-edges",
    "graph-where-nodes",
    "invoke",
    "join",
    "limit",
    "lookup",
    "macro-expand",
    "make-graph",
    "make-series",
    "mv-apply",
    "mv-expand",
    "order",
    "parse",
    "parse-kv",
    "parse-where",
    "partition",
    "print",
    "project",
    "project-away",
    "project-by-names",
    "project-keep",
    "project-rename",
    "project-reorder",
    "range",
    "reduce",
    "render",
    "sample",
    "sample-distinct",
    "scan",
    "search",
    "serialize",
    "sort",
    "summarize",
    "take",
    "top",
    "top-hitters",
    "top-nested",
    "union",
    "where",
    "externaldata",
    "datatable",
    "materialize",
];

impl<'q> Parser<'q> {
    /// Whether the keyword starts an operator.
    pub(super) fn is_operator(&self, keyword: Keyword) -> bool {
        use Keyword::*;
        matches!(
            keyword,
            As | AssertSchema
                | Consume
                | Count
                | Distinct
                | Evaluate
                | InternalExecuteAndCache
                | Extend
                | Facet
                | Filter
                | Find
                | Fork
                | Getschema
                | GraphMarkComponents
                | GraphMatch
                | GraphShortestPaths
                | GraphToTable
                | GraphWhereEdges
                | GraphWhereNodes
                | Invoke
                | Join
                | Limit
                | Lookup
                | MacroExpand
                | MakeGraph
                | MakeSeries
                | MvApply
                | MvApplyWord
                | MvExpand
                | MvExpandWord
                | Order
                | Parse
                | ParseKv
                | ParseWhere
                | Partition
                | InternalPartitionby
                | Print
                | Project
                | ProjectAway
                | ProjectByNames
                | ProjectKeep
                | ProjectRename
                | ProjectReorder
                | Range
                | Reduce
                | Render
                | Sample
                | SampleDistinct
                | Scan
                | Search
                | Serialize
                | Sort
                | Summarize
                | Take
                | Top
                | TopHitters
                | TopNested
                | Union
                | Where
        )
    }

    /// The operator at the next token, or `Unknown`.
    pub(super) fn operator(&mut self) -> Operator<'q> {
        let start = self.start();
        let word = self.text(0);
        let Some(keyword) = self.keyword(0).filter(|k| self.is_operator(*k)) else {
            return self.unknown_operator();
        };
        self.bump();
        let (params, kind) = match keyword {
            Keyword::Range => (Vec::new(), self.range()),
            _ => self.operator_body(keyword),
        };
        Operator { span: self.span_from(start), keyword: word, params, kind }
    }

    #[rustfmt::skip]
    fn operator_body(&mut self, keyword: Keyword) -> (Vec<super::super::tree::Param<'q>>, OperatorKind<'q>) {
        let params = match keyword {
            Keyword::Union | Keyword::MacroExpand => self.params(&["best_effort"]),
            Keyword::Parse | Keyword::ParseWhere => self.params(&["flags"]),
            Keyword::GraphMatch | Keyword::GraphShortestPaths => self.params(&["output"]),
            Keyword::GraphMarkComponents => self.params(&["with_component_id"]),
            Keyword::Reduce => self.params(&["threshold", "characters"]),
            Keyword::Count | Keyword::Extend | Keyword::Facet | Keyword::Fork | Keyword::Invoke | Keyword::Print
            | Keyword::Project | Keyword::ProjectAway | Keyword::ProjectByNames | Keyword::ProjectKeep
            | Keyword::ProjectRename | Keyword::ProjectReorder | Keyword::ParseKv | Keyword::TopHitters
            | Keyword::TopNested | Keyword::Render => Vec::new(),
            _ => self.params(&[]),
        };
        let kind = match keyword {
            Keyword::As => OperatorKind::As(self.required_name("`as` needs a name")),
            Keyword::AssertSchema => OperatorKind::AssertSchema(self.row_schema()),
            Keyword::Consume => OperatorKind::Consume,
            Keyword::Count => self.count(),
            Keyword::Distinct => self.distinct(),
            Keyword::Evaluate => self.evaluate(),
            Keyword::InternalExecuteAndCache => OperatorKind::ExecuteAndCache,
            Keyword::Extend => OperatorKind::Extend(self.comma_list1("`extend` needs `name = value`", Self::named_expr)),
            Keyword::Facet => self.facet(),
            Keyword::Filter | Keyword::Where => self.filter(),
            Keyword::Find => self.find(),
            Keyword::Fork => self.fork(),
            Keyword::Getschema => OperatorKind::GetSchema,
            Keyword::Invoke => self.invoke(),
            Keyword::Join => self.join(),
            Keyword::Lookup => self.lookup(),
            Keyword::MacroExpand => self.macro_expand(),
            Keyword::MakeSeries => self.make_series(),
            Keyword::MvApply | Keyword::MvApplyWord => self.mv_apply(),
            Keyword::MvExpand | Keyword::MvExpandWord => self.mv_expand(),
            Keyword::Order | Keyword::Sort => self.sort(),
            Keyword::Parse | Keyword::ParseWhere => self.parse_operator(),
            Keyword::ParseKv => self.parse_kv(),
            Keyword::Partition => self.partition(),
            Keyword::InternalPartitionby => self.partition_by(),
            Keyword::Print => OperatorKind::Print(self.comma_list1("`print` needs a value", Self::named_expr)),
            Keyword::Project => OperatorKind::Project(self.comma_list("`project` misses a column after the comma", Self::named_expr)),
            Keyword::ProjectAway => OperatorKind::ProjectAway(self.column_patterns()),
            Keyword::ProjectByNames => OperatorKind::ProjectByNames(self.comma_list("a name is missing after the comma", Self::scalar)),
            Keyword::ProjectKeep => OperatorKind::ProjectKeep(self.column_patterns()),
            Keyword::ProjectRename => OperatorKind::ProjectRename(self.comma_list("`new = old` is missing after the comma", Self::named_expr)),
            Keyword::ProjectReorder => self.project_reorder(),
            Keyword::Reduce => self.reduce(),
            Keyword::Render => self.render(),
            Keyword::Sample => OperatorKind::Sample(self.required_named("`sample` needs a number of rows")),
            Keyword::SampleDistinct => self.sample_distinct(),
            Keyword::Scan => self.scan(),
            Keyword::Search => self.search(),
            Keyword::Serialize => OperatorKind::Serialize(self.comma_list("`serialize` misses a column after the comma", Self::named_expr)),
            Keyword::Summarize => self.summarize(),
            Keyword::Take | Keyword::Limit => OperatorKind::Take(self.required_named("`take` needs a number of rows")),
            Keyword::Top => self.top(),
            Keyword::TopHitters => self.top_hitters(),
            Keyword::TopNested => self.top_nested(),
            Keyword::Union => self.union(),
            _ => self.graph(keyword),
        };
        (params, kind)
    }

    fn unknown_operator(&mut self) -> Operator<'q> {
        let token = self.token(0);
        let span = self.dashed_word();
        let word = span.text(self.source);
        let is_word = matches!(token.kind, TokenKind::Identifier | TokenKind::Keyword(_));
        if is_word {
            let mut fault = Diagnostic::syntax(span, format!("no operator is called `{word}`"));
            fault.help = self.advice_for_operator(word, &WORDS);
            self.report(fault);
        } else {
            self.missing("an operator is missing after `|`".to_owned());
        }
        self.skip_part();
        Operator {
            span: self.span_from(token.span.start),
            keyword: word,
            params: Vec::new(),
            kind: OperatorKind::Unknown,
        }
    }

    /// A word and what dashes join to it: `sumarize-x` is one slip, not a subtraction.
    fn dashed_word(&self) -> Span {
        let mut last = 0;
        while self.punct(last + 1) == Some(Punct::Minus) && self.adjacent(last + 1) && self.adjacent(last + 2) {
            last += 2;
        }
        self.token(0).span.to(self.token(last).span)
    }

    /// `project-awy a` reads as `project -awy`, and then `a` is out of place: say what is really wrong.
    pub(super) fn report_dashed_slip(&mut self, first: usize) {
        let [word, dash, rest, ..] = &self.tokens[first..] else { return };
        let tight = word.span.end == dash.span.start && dash.span.end == rest.span.start;
        if !tight || dash.kind != TokenKind::Punct(Punct::Minus) {
            return;
        }
        let span = word.span.to(rest.span);
        let text = span.text(self.source);
        if let Some(near) = nearest(text, WORDS) {
            self.report(
                Diagnostic::syntax(span, format!("no operator is called `{text}`"))
                    .with_help(format!("did you mean `{near}`?")),
            );
            self.skip_part();
        }
    }
}
