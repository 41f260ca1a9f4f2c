//! Operators on graphs. Rules do not use them yet: their patterns are checked, but only names and conditions are kept.

use super::super::keyword::Keyword;
use super::super::lexer::Punct;
use super::super::tree::{Expr, ExprKind, Graph, OperatorKind};
use super::Parser;

impl<'q> Parser<'q> {
    pub(super) fn graph(&mut self, keyword: Keyword) -> OperatorKind<'q> {
        let mut graph = Graph { keyword, parts: Vec::new(), project: Vec::new() };
        match keyword {
            Keyword::MakeGraph => self.make_graph(&mut graph),
            Keyword::GraphMatch | Keyword::GraphShortestPaths => self.graph_match(&mut graph),
            Keyword::GraphToTable => self.graph_to_table(),
            Keyword::GraphWhereNodes | Keyword::GraphWhereEdges => {
                graph.parts.push(self.required_scalar("a condition is missing"));
            }
            _ => {}
        }
        OperatorKind::Graph(Box::new(graph))
    }

    fn make_graph(&mut self, graph: &mut Graph<'q>) {
        graph.parts.push(self.column("`make-graph` needs the column of the source"));
        if !self.arrow() {
            self.missing("`-->` is missing between the two columns".to_owned());
        }
        graph.parts.push(self.column("`make-graph` needs the column of the target"));
        if self.eat_keyword(Keyword::WithNodeId) {
            self.expect(Punct::Equal, "=", "after `with_node_id`");
            self.required_name("a name is missing");
        } else if self.eat_keyword(Keyword::With) {
            let nodes = self.comma_list1("a table of nodes is missing", |p| {
                let table = p.path()?;
                p.expect_keyword(Keyword::On, "on", "after the table of nodes");
                p.required_name("the column of the nodes is missing");
                Some(table)
            });
            graph.parts.extend(nodes);
        }
        if self.eat_keyword(Keyword::PartitionedBy) {
            self.required_name("`partitioned-by` needs a column");
            self.expect(Punct::OpenParen, "(", "before the operators");
            self.sub_pipeline();
            self.expect(Punct::CloseParen, ")", "after the operators");
        }
    }

    fn column(&mut self, message: &str) -> Expr<'q> {
        let name = self.required_name(message);
        Expr { span: name.span, kind: ExprKind::Name(name) }
    }

    /// `-->` or `--`; they are no tokens of their own, because `a--b` is arithmetic elsewhere.
    fn arrow(&mut self) -> bool {
        self.signs(&[Punct::Minus, Punct::Minus, Punct::Greater]) || self.signs(&[Punct::Minus, Punct::Minus])
    }

    fn signs(&mut self, signs: &[Punct]) -> bool {
        let found = signs.iter().enumerate().all(|(n, p)| self.punct(n) == Some(*p) && (n == 0 || self.adjacent(n)));
        if found {
            signs.iter().for_each(|_| {
                self.bump();
            });
        }
        found
    }

    fn graph_match(&mut self, graph: &mut Graph<'q>) {
        self.comma_list1("a pattern is missing: `(a)-[e]->(b)`", |p| {
            let before = p.at;
            while p.pattern_part() {}
            (p.at > before).then_some(())
        });
        if self.eat_keyword(Keyword::Where) {
            graph.parts.push(self.required_scalar("a condition is missing after `where`"));
        }
        if self.eat_keyword(Keyword::Project) {
            graph.project = self.comma_list1("a column is missing after `project`", Self::named_expr);
        }
    }

    fn pattern_part(&mut self) -> bool {
        use Punct::*;
        if self.eat(OpenParen) {
            self.name();
            self.expect(CloseParen, ")", "after the node");
            return true;
        }
        if self.arrow() || self.signs(&[Less, Minus, Minus]) {
            return true;
        }
        if !self.signs(&[Minus, OpenBracket]) && !self.signs(&[Less, Minus, OpenBracket]) {
            return false;
        }
        self.name();
        if self.eat(Star) {
            let least = self.path();
            self.required(least, "the least length is missing: `*1..3`");
            self.expect(DotDot, "..", "between the two lengths");
            let most = self.path();
            self.required(most, "the greatest length is missing: `*1..3`");
        }
        if !self.signs(&[CloseBracket, Minus, Greater]) && !self.signs(&[CloseBracket, Minus]) {
            self.missing("`]->` is missing after the edge".to_owned());
        }
        true
    }

    fn graph_to_table(&mut self) {
        self.comma_list1("`nodes` or `edges` is missing", |p| {
            if !p.eat_keyword(Keyword::Nodes) && !p.eat_keyword(Keyword::Edges) {
                return None;
            }
            if p.eat_keyword(Keyword::As) {
                p.required_name("a name is missing after `as`");
            }
            p.params(&["with_node_id", "with_source_id", "with_target_id"]);
            Some(())
        });
    }
}
