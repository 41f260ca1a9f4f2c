//! Exclusions into a query, and the proof that nothing else came of it.

use super::super::resolver::analyze;
use super::super::tree::{OperatorKind, StatementKind, Tree};
use super::block::{Listed, digest, remove, write};
use super::read::{pipeline, result};
use super::{Host, MAX_CHARACTERS, Refusal, Request, Stage, is_id};
use crate::kql::parse;
use crate::kql::predicate::Predicate;

impl Host<'_> {
    /// The query with its exclusions; as it is where there is none. The order of `requests` does not matter.
    ///
    /// # Errors
    /// The first reason that keeps one of them from being placed: none is placed then.
    pub fn with(&self, requests: &[Request]) -> Result<String, Refusal> {
        let mut requests: Vec<&Request> = requests.iter().collect();
        requests.sort_by(|a, b| a.id.cmp(&b.id));
        if requests.iter().any(|request| !is_id(&request.id)) {
            return Err(Refusal::Id);
        }
        let (events, results): (Vec<&Request>, Vec<&Request>) =
            requests.into_iter().partition(|request| request.stage == Stage::Event);
        let mut query = self.source.to_owned();
        if !results.is_empty() {
            let block = self.filter(&results)?;
            query.insert_str(self.end, &block);
        }
        let mut lets = 0;
        if !events.is_empty() {
            let shadows = self.shadows(&events)?;
            lets = shadows.tables;
            query.insert_str(0, &shadows.text);
        }
        if query.len() > self.source.len() {
            self.verify(&query, lets, usize::from(!results.is_empty()))?;
        }
        Ok(query)
    }

    /// Whether an exclusion could be placed alone, as far as columns, tables and operators tell: which of several is at
    /// fault.
    ///
    /// # Errors
    /// The reason why not.
    pub fn admits(&self, request: &Request) -> Result<(), Refusal> {
        match request.stage {
            Stage::Result => {
                let predicate = request.predicate.on(&|column| self.result_column(&column.name))?;
                condition(request, &predicate).map(drop)
            }
            Stage::Event => self.shadows(&[request]).map(drop),
        }
    }

    /// The block of stage result, with the line breaks around it that are ours.
    fn filter(&self, requests: &[&Request]) -> Result<String, Refusal> {
        let mut conditions = Vec::with_capacity(requests.len());
        for request in requests {
            let predicate = request.predicate.on(&|column| self.result_column(&column.name))?;
            conditions.push(condition(request, &predicate)?);
        }
        let listed: Vec<Listed> =
            requests.iter().zip(&conditions).map(|(request, condition)| listed(request, &[condition])).collect();
        let rest = &self.source[self.end..];
        let inline = !(rest.is_empty() || rest.starts_with('\n') || rest.starts_with("\r\n"));
        let block = write(Stage::Result, &listed, &format!("| {}", hide(&conditions)), inline);
        Ok(format!("\n{block}{}", if inline { "\n" } else { "" }))
    }

    /// Everything that must be true of the query with its exclusions.
    fn verify(&self, query: &str, lets: usize, filters: usize) -> Result<(), Refusal> {
        let length = query.chars().count();
        if length > MAX_CHARACTERS {
            return Err(Refusal::TooLong { length });
        }
        let tree = parse(query);
        if !tree.diagnostics.is_empty() {
            return Err(Refusal::Unverified("it has a syntax error"));
        }
        if tree.statements.len() != self.statements + lets || added_lets(&tree) < lets {
            return Err(Refusal::Unverified("it has other statements"));
        }
        let result = result(&tree).map_err(|_| Refusal::Unverified("it has other statements"))?;
        let stages = pipeline(result).map_or(&[][..], |pipeline| &pipeline.stages);
        let filter = stages.get(self.before).map(|stage| &stage.operator.kind);
        if stages.len() != self.stages + filters || (filters > 0 && !matches!(filter, Some(OperatorKind::Filter(_)))) {
            return Err(Refusal::Unverified("it does not have exactly one more filter"));
        }
        let facts = analyze(&tree, self.schema);
        if facts.columns != self.facts.columns || facts.open != self.facts.open {
            return Err(Refusal::Unverified("its columns are others"));
        }
        if facts.diagnostics.len() > self.facts.diagnostics.len() {
            return Err(Refusal::Unverified("a name in it means nothing"));
        }
        if remove(query).as_deref() != Some(self.source) {
            return Err(Refusal::Unverified("the exclusion would not come out again"));
        }
        Ok(())
    }
}

fn added_lets(tree: &Tree<'_>) -> usize {
    tree.statements.iter().take_while(|statement| matches!(statement.kind, StatementKind::Let(_))).count()
}

/// What is hidden by one exclusion, in its time, on one line.
pub(super) fn condition(request: &Request, predicate: &Predicate) -> Result<String, Refusal> {
    let mut parts = Vec::with_capacity(3);
    parts.extend(request.starts.map(|starts| format!("now() >= datetime({starts})")));
    parts.extend(request.expires.map(|expires| format!("now() < datetime({expires})")));
    parts.push(predicate.to_kql()?);
    Ok(if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" and ")) })
}

/// `where` that keeps what no condition hides. A condition that is null hides nothing.
pub(super) fn hide(conditions: &[String]) -> String {
    format!("where not(coalesce(\n    {},\n    false))", conditions.join("\n    or "))
}

/// An exclusion for its comment. `conditions` are what it hides, one for each table.
pub(super) fn listed(request: &Request, conditions: &[&String]) -> Listed {
    let text: Vec<&str> = conditions.iter().map(|condition| condition.as_str()).collect();
    Listed { id: request.id.clone(), digest: digest(&text.join("\n"), 8), expires: request.expires }
}
