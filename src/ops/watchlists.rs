//! Watchlists that hold the lists of exclusions, in a workspace: read where one is or was used, and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::connection::Connection;
use super::load::Content;
use super::place::{self, Compiled};
use crate::arm::error::ArmError;
use crate::arm::pages::{PageLimits, list_all};
use crate::compile::exclusion::overflow::{COLUMN, List, PREFIX, PROVIDER, label};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::plan::exclusions::Finding;
use crate::plan::outcome::Outcome;
use crate::plan::watchlists::{deletions, difference, reads};
use crate::plan::{Change, Desired, Refusal, Summary, WorkspacePlan};
use crate::resource::{Properties, Resource, ResourceType};
use crate::rule::exclusion::Overflow;

/// How often a list that was just made is read, once a second, until it shows its items.
const READ_BACK: u32 = 7;

/// The lists of a workspace.
#[derive(Debug, Default)]
pub(super) struct Lists {
    live: Vec<Resource>,
    /// By alias in lower case, of the wanted ones.
    items: BTreeMap<String, Vec<Properties>>,
}

/// The lists that compiled rules read, each once.
pub(super) fn wanted<'c>(compiled: &'c [Compiled<'_>]) -> Vec<&'c List> {
    let all = compiled.iter().filter(|one| one.blocked.is_empty()).flat_map(|one| &one.lists);
    let by_alias: BTreeMap<&str, &List> = all.map(|list| (list.alias.as_str(), list)).collect();
    by_alias.into_values().collect()
}

/// The aliases of all lists that compiled rules read, blocked ones included.
pub(super) fn aliases(compiled: &[Compiled<'_>]) -> Vec<String> {
    compiled.iter().flat_map(|one| &one.lists).map(|list| list.alias.clone()).collect()
}

/// The wanted lists as the project wants them.
pub(super) fn desired(content: &Content, compiled: &[Compiled<'_>]) -> Vec<Desired> {
    let project = project(content);
    let of = |list: &&List| Desired { id: list.exclusion.clone(), resource: list.watchlist(project), blocked: None };
    wanted(compiled).iter().map(of).collect()
}

fn project(content: &Content) -> &str {
    content.settings.name.as_ref().map_or("default", |name| &name.value)
}

/// Reads the lists of a workspace, and the items of those that are wanted. Nothing is read where no exclusion may
/// overflow and no live rule reads a list of ours.
///
/// # Errors
/// Whatever keeps a list from being whole.
pub(super) async fn live(
    connection: &Connection,
    content: &Content,
    compiled: &[Compiled<'_>],
    live: &[Resource],
) -> Result<Lists, ArmError> {
    let policy = content.settings.exclusions.overflow == Overflow::Watchlist;
    let opted = policy && !content.exclusions.is_empty()
        || content.exclusions.iter().any(|exclusion| exclusion.overflow == Some(Overflow::Watchlist));
    let named = |rule: &Resource| query(rule).is_some_and(|query| reads(query, &format!("_GetWatchlist(\"{PREFIX}")));
    if !opted && !live.iter().any(named) {
        return Ok(Lists::default());
    }
    let found = place::live(connection, &[ResourceType::Watchlists]).await?;
    let wanted = wanted(compiled);
    let is_there = |list: &&&List| found.iter().any(|one| one.name.eq_ignore_ascii_case(&list.alias));
    let read = wanted.iter().filter(is_there);
    let read = read.map(|list| async { (list.alias.to_ascii_lowercase(), items(connection, &list.alias).await) });
    let read = join_all(read).await;
    let mut lists = Lists { live: found, items: BTreeMap::new() };
    for (alias, items) in read {
        lists.items.insert(alias, items?);
    }
    Ok(lists)
}

fn query(rule: &Resource) -> Option<&str> {
    rule.properties.get("query").and_then(Value::as_str)
}

fn finding(of: &Compiled<'_>, message: String) -> Finding {
    Finding {
        code: Code::ExclusionTampered.name().to_owned(),
        level: Code::ExclusionTampered.level().name().to_owned(),
        id: of.rule.id.value.clone(),
        name: of.desired.display_name().to_owned(),
        message,
    }
}

async fn items(connection: &Connection, alias: &str) -> Result<Vec<Properties>, ArmError> {
    let decode = |why: String, raw: String| ArmError::Decode { why, raw };
    let first = connection.requests.watchlist_items(alias).map_err(|why| decode(why.to_string(), String::new()))?;
    let items = list_all(&*connection.transport, first, PageLimits::default()).await?;
    let properties = |item: Value| match item.get("properties").and_then(|found| found.as_object()) {
        Some(properties) => Ok(properties.clone()),
        None => Err(decode("an item of a watchlist has no properties".to_owned(), item.to_string())),
    };
    items.into_iter().map(properties).collect()
}

impl Lists {
    /// Blocks the rules that read a list whose items are not as wanted. A list that a live rule reads and that is gone is
    /// only told: it is made anew.
    pub(super) fn refuse_tampered(
        &self,
        content: &Content,
        compiled: &mut [Compiled<'_>],
        live: &[Resource],
    ) -> Tampered {
        let mut tampered = Tampered::default();
        for one in compiled.iter_mut().filter(|one| one.blocked.is_empty()) {
            let rule = live.iter().find(|rule| rule.name.eq_ignore_ascii_case(&one.desired.name));
            let mut problems = Vec::new();
            for list in &one.lists {
                let List { exclusion, alias, .. } = list;
                match self.state(list) {
                    State::Gone if rule.and_then(query).is_some_and(|query| reads(query, alias)) => {
                        tampered.findings.push(finding(
                            one,
                            format!(
                                "the watchlist {alias} of the exclusion {exclusion} was deleted by hand: the live rule \
                                 hides nothing by it until it is made anew"
                            ),
                        ));
                    }
                    State::Whole | State::Gone => {}
                    State::Changed(difference) => {
                        let message = format!(
                            "the watchlist {alias} of the exclusion {exclusion} was changed by hand: {difference}"
                        );
                        let way_out = "undo that, or delete the watchlist: the next apply makes it anew";
                        tampered.findings.push(finding(one, format!("{message}; {way_out}")));
                        let document = content.exclusions.iter().find(|document| document.id.value == *exclusion);
                        let span = document.map_or(one.rule.span, |document| document.id.span);
                        let mut problem = Diagnostic::new(Code::ExclusionTampered, span, message);
                        problem.level = Level::Error;
                        problems.push(problem);
                    }
                }
            }
            if !problems.is_empty() {
                tampered.rules.insert(one.rule.id.value.clone());
                one.blocked = problems;
            }
        }
        tampered
    }

    fn state(&self, list: &List) -> State {
        match self.items.get(&list.alias.to_ascii_lowercase()) {
            None => State::Gone,
            Some(items) => difference(&list.values, COLUMN, items).map_or(State::Whole, State::Changed),
        }
    }

    /// Everything that lists are compared with.
    pub(super) fn resources(&self) -> &[Resource] {
        &self.live
    }

    /// Adds the deletions of this project's lists that nobody wants and no rule reads once the plan is carried out.
    /// `wanted` are the aliases that the project's rules read, blocked ones included.
    pub(super) fn delete_idle(
        &self,
        content: &Content,
        wanted: &[String],
        live: &[Resource],
        plan: &mut WorkspacePlan,
    ) {
        let label = label(project(content));
        let ours = |list: &&Resource| {
            let labels = list.properties.get("labels").and_then(Value::as_array);
            list.name.starts_with(PREFIX)
                && list.properties.get("provider").and_then(Value::as_str) == Some(PROVIDER)
                && labels.is_some_and(|labels| labels.iter().any(|one| one.as_str() == Some(&label)))
                && !wanted.iter().any(|alias| alias.eq_ignore_ascii_case(&list.name))
        };
        let ours: Vec<&Resource> = self.live.iter().filter(ours).collect();
        let deletions = deletions(live, &ours, &plan.changes);
        plan.changes.extend(deletions);
        plan.summary = Summary::of(&plan.changes);
    }
}

/// What a live list is to a wanted one.
enum State {
    Gone,
    Whole,
    Changed(String),
}

/// Rules whose lists somebody changed.
#[derive(Debug, Default)]
pub(super) struct Tampered {
    findings: Vec<Finding>,
    /// Ids of rules that are not written.
    rules: BTreeSet<String>,
}

impl Tampered {
    /// Tells of them in a plan.
    pub(super) fn tell(self, plan: &mut WorkspacePlan) {
        let of_rules = |change: &&mut Change| change.resource_type() == Some(ResourceType::AlertRules);
        for change in plan.changes.iter_mut().filter(of_rules) {
            if self.rules.contains(&change.id) {
                change.refusal = Some(Refusal::Weakened);
            }
        }
        plan.findings.extend(self.findings);
    }
}

/// Reads the lists back that were just made: only what shows all of its items counts as applied.
/// `round` are the changes that were just carried out.
pub(super) async fn read_back(
    connection: &Connection,
    plan: &WorkspacePlan,
    round: &[usize],
    outcomes: &mut BTreeMap<usize, Outcome>,
) {
    for (at, outcome) in outcomes.iter_mut().filter(|(at, _)| round.contains(at)) {
        let change = &plan.changes[*at];
        let made = change.resource_type() == Some(ResourceType::Watchlists)
            && matches!(outcome, Outcome::Applied | Outcome::Existed | Outcome::Unchanged | Outcome::Unanswered(_));
        let Some(wanted) = change.after.as_ref().and_then(sent).filter(|_| made) else { continue };
        for attempt in 1..=READ_BACK {
            let differs = match items(connection, &change.resource_name).await {
                Ok(items) => difference(&wanted, COLUMN, &items),
                Err(why) => Some(why.to_string()),
            };
            match differs {
                None => {
                    if matches!(outcome, Outcome::Unanswered(_)) {
                        *outcome = Outcome::Applied;
                    }
                    break;
                }
                Some(why) if attempt == READ_BACK => {
                    *outcome = Outcome::Failed(format!("it does not read back: {why}").into());
                }
                Some(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    }
}

/// The texts of a list in the body that makes it.
fn sent(body: &Value) -> Option<Vec<String>> {
    let text = body.pointer("/properties/rawContent")?.as_str()?;
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let values = reader.records().filter_map(|record| record.ok()?.get(0).map(str::to_owned));
    Some(values.collect())
}
