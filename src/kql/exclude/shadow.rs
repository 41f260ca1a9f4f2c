//! Stage event: a table of the same name in place of the workspace's, without the excluded events.

use std::collections::BTreeMap;

use super::super::diagnostic::nearest;
use super::super::lexer::{Lexed, Punct, Token, TokenKind, lex};
use super::super::predicate::Column;
use super::super::predicate::name_in_query;
use super::super::resolver::{FunctionOrigin, TableBy, analyze};
use super::super::schema::{Schema, SchemaColumn};
use super::super::types::Type;
use super::block::{Listed, write};
use super::write::{condition, hide, listed};
use super::{Host, Refusal, Request, Stage};
use crate::kql::parse;

/// The block of stage event.
pub(super) struct Shadows {
    pub(super) text: String,
    /// How many tables it puts in place.
    pub(super) tables: usize,
}

impl Host<'_> {
    /// The block of stage event, with the line break behind it.
    pub(super) fn shadows(&self, requests: &[&Request]) -> Result<Shadows, Refusal> {
        let lexed = lex(self.source);
        self.can_be_shadowed(&lexed)?;
        let mut by_table: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut list: Vec<Listed> = Vec::new();
        for request in requests {
            let mut conditions = Vec::new();
            if let Some(computed) = request.raw.iter().find(|column| is_assigned(&lexed, self.source, column)) {
                return Err(Refusal::Computed(computed.clone()));
            }
            for table in self.tables_for(request)? {
                self.refuse_bound(&table, &lexed)?;
                let predicate = request.predicate.on(&|column| self.table_column(&table, &column.name))?;
                let condition = condition(request, &predicate)?;
                conditions.push(condition.clone());
                by_table.entry(table).or_default().push(condition);
            }
            list.push(listed(request, &conditions.iter().collect::<Vec<_>>()));
        }
        let lets = |of: &dyn Fn(&str) -> String| -> Result<String, Refusal> {
            let mut lines = Vec::new();
            for (table, conditions) in &by_table {
                lines.push(format!("let {} = {}\n| {};", name_in_query(table)?, of(table), hide(conditions)));
            }
            Ok(lines.join("\n"))
        };
        self.sees_every_reference(&lets(&|table| probe(table))?, &by_table)?;
        let mut names = BTreeMap::new();
        for table in by_table.keys() {
            names.insert(table.as_str(), name_in_query(table)?);
        }
        let code = lets(&|table| names.get(table).cloned().unwrap_or_default())?;
        Ok(Shadows { text: format!("{}\n", write(Stage::Event, &list, &code, false)), tables: by_table.len() })
    }

    /// What reaches a real table past any name of the query's own.
    fn can_be_shadowed(&self, lexed: &Lexed) -> Result<(), Refusal> {
        for function in &self.facts.functions {
            match function.origin {
                FunctionOrigin::Remote => return Err(Refusal::Remote(function.name.clone())),
                // A watchlist is a table of its own, whatever it is called.
                FunctionOrigin::Stored if function.name != "_GetWatchlist" => {
                    return Err(Refusal::Stored(function.name.clone()));
                }
                _ => {}
            }
        }
        // A stored function without parameters may stand there like a table.
        let parser = |name: &str| self.schema.table(name).is_none() && is_parser(name);
        if let Some(table) = self.facts.tables.iter().find(|table| parser(&table.name)) {
            return Err(Refusal::Stored(table.name.clone()));
        }
        for (operator, _) in &self.facts.operators {
            if matches!(operator.as_str(), "search" | "find") {
                return Err(Refusal::Wildcard(operator.clone()));
            }
        }
        if unites_everything(lexed, self.source) {
            return Err(Refusal::Wildcard("union *".to_owned()));
        }
        Ok(())
    }

    fn tables_for(&self, request: &Request) -> Result<Vec<String>, Refusal> {
        let read: Vec<&str> =
            self.facts.tables.iter().filter(|t| t.by == TableBy::Name).map(|t| t.name.as_str()).collect();
        if let Some(unread) = request.tables.iter().find(|table| !read.contains(&table.as_str())) {
            return Err(Refusal::UnreadTable(unread.clone()));
        }
        if !request.tables.is_empty() {
            return Ok(request.tables.clone());
        }
        match read.as_slice() {
            [] => Err(Refusal::NoTable),
            [one] => Ok(vec![(*one).to_owned()]),
            several => {
                if several.iter().any(|table| self.schema.table(table).is_none()) {
                    return Err(Refusal::SeveralTables(several.join(", ")));
                }
                let has_all = |table: &str| {
                    let mut all = true;
                    request.predicate.each(&mut |test| all &= self.table_column(table, &test.column.name).is_ok());
                    all
                };
                let fit: Vec<String> =
                    several.iter().filter(|table| has_all(table)).map(|table| (*table).to_owned()).collect();
                match fit.first() {
                    Some(_) => Ok(fit),
                    // The columns are spread over tables, or nowhere: the first one's message is as good as any.
                    None => Ok(vec![several[0].to_owned()]),
                }
            }
        }
    }

    fn table_column(&self, table: &str, name: &str) -> Result<Column, Refusal> {
        let Some(columns) = self.schema.table(table) else {
            return Ok(Column { name: name.to_owned(), ty: Type::Unknown, certain: false });
        };
        match columns.iter().find(|column| column.name == name) {
            Some(column) => Ok(Column { name: name.to_owned(), ty: column.ty, certain: true }),
            None => {
                let near = nearest(name, columns.iter().map(|column| column.name.as_str())).map(str::to_owned);
                Err(Refusal::UnknownColumn { name: name.to_owned(), place: format!("in the table {table}"), near })
            }
        }
    }

    fn refuse_bound(&self, table: &str, lexed: &Lexed) -> Result<(), Refusal> {
        let named_by_as =
            pairs(lexed).any(|(a, b)| a.span.text(self.source) == "as" && b.span.text(self.source) == table);
        if named_by_as || self.facts.bindings.iter().any(|binding| binding.name == table) {
            return Err(Refusal::Bound(table.to_owned()));
        }
        if self.schema.certainly_has(table) {
            return Ok(());
        }
        let fuzzy = lexed.tokens.windows(3).any(|three| {
            let text = |at: usize| three[at].span.text(self.source);
            text(0) == "isfuzzy" && text(1) == "=" && !text(2).eq_ignore_ascii_case("false")
        });
        if fuzzy { Err(Refusal::Fuzzy(table.to_owned())) } else { Ok(()) }
    }

    /// Puts tables that nothing else names in place, and lets the resolver tell whether a reference still reaches the
    /// real ones.
    fn sees_every_reference(&self, lets: &str, tables: &BTreeMap<String, Vec<String>>) -> Result<(), Refusal> {
        let probed = format!("{lets}\n{}", self.source);
        let tree = parse(&probed);
        let schema = Probe { inner: self.schema, tables };
        let facts = analyze(&tree, &schema);
        for table in tables.keys() {
            let escapes = facts.tables.iter().any(|found| &found.name == table);
            let bound = facts.bindings.iter().find(|binding| &binding.name == table);
            if escapes || bound.is_none_or(|binding| binding.uses == 0) {
                return Err(Refusal::Escapes(table.clone()));
            }
        }
        Ok(())
    }
}

/// Whether a name is one of ASIM's parsers: `_Im_Dns`, `imDns`, `vimDnsInfobloxNIOS`, `ASimDns`. ASIM's tables end in
/// `Logs`.
fn is_parser(name: &str) -> bool {
    let then_upper = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    name.starts_with('_') || then_upper("im") || then_upper("vim") || then_upper("ASim") && !name.ends_with("Logs")
}

fn probe(table: &str) -> String {
    format!("palisade_probe_{}", table.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// A schema in which the probes have the columns of their tables, and wildcards see the tables.
struct Probe<'s> {
    inner: &'s dyn Schema,
    tables: &'s BTreeMap<String, Vec<String>>,
}

impl Schema for Probe<'_> {
    fn table(&self, name: &str) -> Option<&[SchemaColumn]> {
        let table = self.tables.keys().find(|table| probe(table) == name).map_or(name, String::as_str);
        self.inner.table(table)
    }

    fn tables(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.inner.tables().chain(self.tables.keys().map(String::as_str)))
    }
}

fn pairs(lexed: &Lexed) -> impl Iterator<Item = (Token, Token)> + '_ {
    lexed.tokens.windows(2).map(|pair| (pair[0], pair[1]))
}

/// Whether `name = …` stands anywhere: in `extend`, `project`, `summarize`.
fn is_assigned(lexed: &Lexed, source: &str, name: &str) -> bool {
    pairs(lexed).any(|(a, b)| b.kind == TokenKind::Punct(Punct::Equal) && a.span.text(source) == name)
}

/// Whether a `union` has a `*` among its tables. One that ends or divides a name (`Signin*`) matches some of them, which
/// the resolver tells.
fn unites_everything(lexed: &Lexed, source: &str) -> bool {
    let tokens = &lexed.tokens;
    let closes = [Punct::Bar, Punct::Semicolon, Punct::CloseParen].map(TokenKind::Punct);
    (0..tokens.len()).filter(|&at| tokens[at].span.text(source) == "union").any(|at| {
        (at + 1..tokens.len())
            .take_while(|&n| tokens[n].kind != TokenKind::End && !closes.contains(&tokens[n].kind))
            .filter(|&n| tokens[n].kind == TokenKind::Punct(Punct::Star))
            .any(|n| {
                tokens[n - 1].span.end != tokens[n].span.start || matches!(tokens[n - 1].kind, TokenKind::Punct(_))
            })
    })
}
