//! Exclusions into the query of one rule, as one workspace has it.

mod fields;
mod operation;
pub mod overflow;
pub mod proof;

use jiff::Timestamp;

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::kql::Schema;
use crate::kql::exclude::{self, Host, Refusal, Request};
use crate::rule::exclusion::{Exclusion, Field, Stage, Unmapped};
use crate::rule::{Details, Rule};
use crate::workspace::exclusion_scope::Reach;

use overflow::List;

pub use fields::{Mapped, mapped};

/// An exclusion that a rule has in a workspace.
#[derive(Debug, Clone, Copy)]
pub struct Applicable<'e> {
    pub exclusion: &'e Exclusion,
    /// How it names the rule.
    pub reach: Reach,
    /// Whether its list may go into a watchlist.
    pub overflow: bool,
}

/// A query with its exclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    pub query: String,
    /// The ids of the exclusions in it, sorted.
    pub exclusions: Vec<String>,
    /// Those that say `unmapped: skip`, and that the rule has no field for: id and why.
    pub skipped: Vec<(String, String)>,
    /// Lists that went into watchlists.
    pub lists: Vec<List>,
}

/// What cannot be placed, with its reason.
struct Misplaced {
    why: String,
    /// Whether the rule just does not have the field.
    unmapped: bool,
    help: &'static str,
}

const HELP: &str = "correct the exclusion, narrow its `rules`, or correct the rule: it is not deployed without it";
const UNMAPPED_HELP: &str = "correct the field, narrow `rules`, or say `unmapped: skip` if rules without the field may go without the exclusion";

/// Puts exclusions into a query. Lapsed ones are left out; the rest is placed as a whole or not at all.
///
/// # Errors
/// One problem for each exclusion that can't be placed: the rule is blocked where it has them.
pub fn exclude(
    rule: &Rule,
    details: &Details,
    applicable: &[Applicable<'_>],
    now: Timestamp,
    schema: &dyn Schema,
) -> Result<Excluded, Vec<Diagnostic>> {
    let written = details.query.as_ref().map_or("", |query| query.value.trim());
    let mut excluded =
        Excluded { query: written.to_owned(), exclusions: Vec::new(), skipped: Vec::new(), lists: Vec::new() };
    let current: Vec<&Applicable<'_>> = applicable.iter().filter(|one| !one.exclusion.is_lapsed(now)).collect();
    if current.is_empty() {
        return Ok(excluded);
    }
    let host = match Host::read(written, schema) {
        Ok(host) => host,
        Err(refusal) => {
            let why = misplaced(refusal, None);
            return Err(current.iter().map(|one| problem(one.exclusion, rule, &why)).collect());
        }
    };
    // All at once, as nearly always they can be; one by one only to tell which of them can't.
    let all: Option<Vec<Request>> = current.iter().map(|one| request(one.exclusion, details).ok()).collect();
    let placed = all.as_ref().and_then(|requests| put(&host, requests, &current).ok());
    if let Some((query, lists)) = placed {
        (excluded.query, excluded.lists) = (query, lists);
        excluded.exclusions = all.unwrap_or_default().into_iter().map(|request| request.id).collect();
        excluded.exclusions.sort();
        return Ok(excluded);
    }
    let (mut requests, mut problems) = (Vec::new(), Vec::new());
    for one in &current {
        match request(one.exclusion, details).and_then(|request| single(&host, request, one.exclusion)) {
            Ok(request) => requests.push((one.exclusion, request)),
            Err(why) if may_skip(one, &why) => excluded.skipped.push((one.exclusion.id.value.clone(), why.why)),
            Err(why) => problems.push(problem(one.exclusion, rule, &why)),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let (exclusions, requests): (Vec<&Exclusion>, Vec<Request>) = requests.into_iter().unzip();
    match put(&host, &requests, &current) {
        Ok((query, lists)) => (excluded.query, excluded.lists) = (query, lists),
        Err(refusal) => {
            let why = misplaced(refusal, None);
            return Err(exclusions.iter().map(|exclusion| problem(exclusion, rule, &why)).collect());
        }
    }
    excluded.exclusions = requests.into_iter().map(|request| request.id).collect();
    excluded.exclusions.sort();
    excluded.skipped.sort();
    Ok(excluded)
}

/// The query with all of its exclusions, and the lists that did not fit.
fn put(host: &Host<'_>, requests: &[Request], current: &[&Applicable<'_>]) -> Result<(String, Vec<List>), Refusal> {
    match host.with(requests) {
        Ok(query) => Ok((query, Vec::new())),
        Err(refusal @ Refusal::TooLong { .. }) => {
            let may: Vec<&str> =
                current.iter().filter(|one| one.overflow).map(|one| one.exclusion.id.value.as_str()).collect();
            if may.is_empty() { Err(refusal) } else { overflow::place(host, requests, &may) }
        }
        Err(refusal) => Err(refusal),
    }
}

/// A request whose columns are there. Placement as a whole comes later, for all of them at once.
fn single(host: &Host<'_>, request: Request, exclusion: &Exclusion) -> Result<Request, Misplaced> {
    host.admits(&request).map(|()| request).map_err(|refusal| misplaced(refusal, Some(exclusion)))
}

fn may_skip(one: &Applicable<'_>, why: &Misplaced) -> bool {
    why.unmapped && one.reach == Reach::Pattern && one.exclusion.unmapped == Unmapped::Skip
}

fn misplaced(refusal: Refusal, exclusion: Option<&Exclusion>) -> Misplaced {
    let mut unmapped = false;
    if let (Refusal::UnknownColumn { name, .. }, Some(exclusion)) = (&refusal, exclusion) {
        exclusion.when.each(&mut |test| unmapped |= matches!(&test.field, Field::Column(column) if column == name));
    }
    let help = match &refusal {
        Refusal::TooLong { .. } => {
            "shorten the query or its exclusions: fewer or shorter lists, one range for many addresses; with \
             `overflow: watchlist`, an exclusion's longest list of `in` goes into a watchlist"
        }
        _ if unmapped => UNMAPPED_HELP,
        _ => HELP,
    };
    Misplaced { why: refusal.to_string(), unmapped, help }
}

fn problem(exclusion: &Exclusion, rule: &Rule, why: &Misplaced) -> Diagnostic {
    let message =
        format!("the exclusion {} can't be placed on {}: {}", exclusion.id.value, rule.display_name().trim(), why.why);
    let mut problem = Diagnostic::new(Code::ExclusionUnplaced, exclusion.id.span, message)
        .related(rule.id.span, "the rule")
        .help(why.help);
    problem.level = Level::Error;
    problem
}

/// An exclusion with the columns that a rule has for its fields.
fn request(exclusion: &Exclusion, details: &Details) -> Result<Request, Misplaced> {
    let Mapped { predicate, mapped_columns, .. } = mapped(&exclusion.when, details).map_err(|unmapped| Misplaced {
        why: unmapped.to_string(),
        unmapped: true,
        help: UNMAPPED_HELP,
    })?;
    Ok(Request {
        id: exclusion.id.value.clone(),
        stage: match exclusion.stage {
            Stage::Result => exclude::Stage::Result,
            Stage::Event => exclude::Stage::Event,
        },
        tables: exclusion.tables.iter().map(|table| table.value.trim().to_owned()).collect(),
        predicate,
        raw: mapped_columns,
        starts: exclusion.starts.as_ref().map(|starts| starts.value),
        expires: exclusion.expires.as_ref().map(|expires| expires.value),
    })
}
