//! Operators on graphs: the tables and columns that they read, and the columns of a match.

use super::super::keyword::Keyword;
use super::super::tree::Graph;
use super::{Resolver, Row};

impl<'a> Resolver<'a> {
    /// What a graph holds is not followed: members of its nodes and edges may be anything.
    pub(super) fn graph(&mut self, graph: &'a Graph<'a>, row: Row<'a>) -> Row<'a> {
        if graph.keyword == Keyword::MakeGraph {
            let (keys, nodes) = graph.parts.split_at(graph.parts.len().min(2));
            for key in keys {
                self.scalar(key, Some(&row));
            }
            for table in nodes {
                self.table(table);
            }
            return Row::unknown();
        }
        let anything = Row::unknown();
        for part in &graph.parts {
            self.scalar(part, Some(&anything));
        }
        match graph.project.as_slice() {
            [] => Row::unknown(),
            columns => self.projected(columns, &anything),
        }
    }
}
