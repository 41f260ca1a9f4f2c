//! A folder to its content: every document read, every problem of every file in one run.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use super::content::{Content, Faulty, LoadOptions, Loaded};
use super::exclusions;
use super::files::{self, Found};
use super::judge::Judge;
use super::live_documents::LiveDocuments;
use super::missing_tables;
use super::overlay;
use super::suppressions;
use super::target;
use crate::check;
use crate::check::duplicate_ids::Verdict;
use crate::check::tables::Tables;
use crate::compile::ENABLED;
use crate::diagnostic::{Code, Diagnostic, FileId, Sources, Span};
use crate::rule::exclusion::{self, Exclusion, FaultyExclusion};
use crate::rule::suppression::{self, FaultySuppression, Suppression};
use crate::rule::table::{self, Table};
use crate::rule::{Class, Rule, classify, read, yaml};
use crate::workspace::Workspace;
use crate::workspace::project::ProjectSettings;

/// Reads the project in `root`.
pub fn load(root: &Path, options: &LoadOptions) -> Loaded {
    let mut loader = Loader::default();
    let open = options.open.get(files::PROJECT_FILE);
    let open = open.map(|text| Found { path: files::PROJECT_FILE.to_owned(), text: Ok(text.clone()) });
    let settings = loader.project(open.or_else(|| match &options.at {
        Some(commit) => commit.project_file(),
        None => files::project_file(root),
    }));
    let found = match &options.at {
        Some(commit) => commit.files(&settings),
        None => files::find(root, &options.only, &settings),
    };
    let found = overlay::lay(root, found, &options.open, &settings);
    loader.judge.policy = settings.policy.clone();
    for file in found {
        loader.file(file);
    }
    let tables = loader.check_rules(options.now);
    loader.finish(settings, tables, options)
}

/// A rule that was read, before its checks.
struct Unchecked {
    rule: Option<Rule>,
    /// What its document gives as its id.
    named: Option<String>,
    problems: Vec<Diagnostic>,
}

#[derive(Default)]
struct Loader {
    sources: Sources,
    problems: Vec<Diagnostic>,
    rules: Vec<Rule>,
    faulty: Vec<Faulty>,
    workspaces: Vec<Workspace>,
    exclusions: Vec<Exclusion>,
    faulty_exclusions: Vec<FaultyExclusion>,
    suppressions: Vec<Suppression>,
    faulty_suppressions: Vec<FaultySuppression>,
    refused_ids: Vec<String>,
    on_live: LiveDocuments,
    has_project_file: bool,
    unchecked: Vec<Unchecked>,
    tables: Vec<Table>,
    judge: Judge,
    hasher: Sha256,
}

impl Loader {
    fn project(&mut self, found: Option<Found>) -> ProjectSettings {
        let Some((id, text)) = found.and_then(|found| self.open(found)) else { return ProjectSettings::default() };
        self.has_project_file = true;
        let Some(documents) = self.parse(id, &text) else { return ProjectSettings::default() };
        let mut documents = documents.into_iter();
        let settings = match documents.next() {
            Some(node) if !node.is_null() => ProjectSettings::read(node, &mut self.problems),
            _ => ProjectSettings::default(),
        };
        if let Some(second) = documents.next() {
            self.problems.push(
                Diagnostic::new(
                    Code::ProjectDocument,
                    second.span,
                    "palisade.yaml holds one document, this is another",
                )
                .help("move it into a file of its own"),
            );
        }
        settings
    }

    fn file(&mut self, found: Found) {
        let Some((id, text)) = self.open(found) else { return };
        let Some(documents) = self.parse(id, &text) else { return };
        self.judge.exceptions.read(id, &text, &documents, &mut self.problems);
        let path = self.sources.path(id).to_owned();
        let mut ours = false;
        for node in documents {
            match classify(&node, &path) {
                Class::Foreign => {}
                Class::Refused(problem) => {
                    self.problems.push(*problem);
                    self.refuse_id(node.get("id").and_then(yaml::Node::text));
                    ours = true;
                }
                Class::Rule(kind) => {
                    ours = true;
                    let named = node.get("id").and_then(yaml::Node::text).map(str::to_owned);
                    let mut problems = Vec::new();
                    let rule = read::rule(node, kind, &mut problems);
                    self.unchecked.push(Unchecked { rule, named, problems });
                }
                Class::Table => {
                    ours = true;
                    let mut problems = Vec::new();
                    let is_pulled = text.starts_with(table::PULLED);
                    let table = table::read(node, &mut problems).map(|table| Table { is_pulled, ..table });
                    let problems = self.judge.settle(problems);
                    self.tables.extend(table.filter(|_| !problems.iter().any(Diagnostic::is_error)));
                    self.problems.extend(problems);
                }
                Class::Moved => {
                    ours = true;
                    self.on_live.moved(node, &mut self.judge, &mut self.problems);
                }
                Class::DriftIgnore => {
                    ours = true;
                    self.on_live.drift_ignore(node, &mut self.judge, &mut self.problems);
                }
                Class::Exclusion => {
                    ours = true;
                    match exclusion::read(node, &mut self.problems) {
                        Ok(exclusion) => self.exclusions.push(exclusion),
                        Err(faulty) => self.faulty_exclusions.push(*faulty),
                    }
                }
                Class::Suppression => {
                    ours = true;
                    match suppression::read(node, &mut self.problems) {
                        Ok(suppression) => self.suppressions.push(suppression),
                        Err(faulty) => self.faulty_suppressions.push(*faulty),
                    }
                }
                Class::Workspace => {
                    ours = true;
                    let mut problems = Vec::new();
                    let workspace = crate::workspace::read::workspace(node, &mut problems);
                    let mut problems = self.judge.settle(problems);
                    if !problems.iter().any(Diagnostic::is_error) {
                        self.workspaces.extend(workspace);
                    }
                    self.problems.append(&mut problems);
                }
            }
        }
        if ours {
            self.hash(id, &text);
        }
    }

    /// Checks the rules, once all tables are known.
    fn check_rules(&mut self, now: Option<jiff::Timestamp>) -> Tables {
        let names: Vec<&str> = self.workspaces.iter().map(|workspace| &*workspace.name.value).collect();
        let tables = Tables::of(&self.tables, &names, &mut self.problems);
        let settings = check::Settings { nrt: self.judge.policy.nrt, schema: tables.shared(), tables: None, now };
        for Unchecked { rule, named, mut problems } in std::mem::take(&mut self.unchecked) {
            let whole = !problems.iter().any(Diagnostic::is_error);
            if let Some(rule) = &rule {
                check::rule(rule, &self.sources, settings, &mut problems);
            }
            let problems = self.judge.settle(problems);
            let errors: Vec<Diagnostic> = problems.iter().filter(|p| p.is_error()).cloned().collect();
            match rule {
                Some(rule) if errors.is_empty() => self.rules.push(rule),
                rule => {
                    self.refuse_id(named.as_deref());
                    self.faulty.extend(rule.filter(|_| whole).map(|rule| Faulty { rule, errors }));
                }
            }
            self.problems.extend(problems);
        }
        tables
    }

    fn refuse_id(&mut self, id: Option<&str>) {
        self.refused_ids.extend(id.map(|id| id.trim().to_owned()));
    }

    fn open(&mut self, found: Found) -> Option<(FileId, Arc<str>)> {
        match found.text {
            Ok(text) => {
                let id = self.sources.add(found.path, text);
                Some((id, self.sources.text(id)))
            }
            Err(fault) => {
                let id = self.sources.add(found.path, "");
                self.problems.push(Diagnostic::new(fault.code, Span::start_of(id), fault.message).help(fault.help));
                None
            }
        }
    }

    fn parse<'t>(&mut self, id: FileId, text: &'t str) -> Option<Vec<yaml::Node<'t>>> {
        match yaml::parse(id, text) {
            Ok(documents) => Some(documents),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    fn hash(&mut self, id: FileId, text: &str) {
        for part in [self.sources.path(id), text] {
            self.hasher.update((part.len() as u64).to_le_bytes());
            self.hasher.update(part.as_bytes());
        }
    }

    fn finish(mut self, settings: ProjectSettings, tables: Tables, options: &LoadOptions) -> Loaded {
        self.settle_ids();
        self.settle_workspaces(options);
        missing_tables::tell(&self.rules, &self.workspaces, &tables, &self.sources, &mut self.problems);
        let now = options.now.unwrap_or_else(jiff::Timestamp::now);
        let whole = options.only.is_empty();
        self.settle_exclusions(&settings, now, whole);
        suppressions::quota(&self.suppressions, &self.rules, &self.workspaces, &self.sources, now, &mut self.problems);
        if whole {
            let ids = ids(&self.rules, &self.refused_ids);
            self.on_live.settle(&self.rules, &ids, now, &mut self.problems);
            let rules: Vec<&Rule> = self.rules.iter().chain(self.faulty.iter().map(|faulty| &faulty.rule)).collect();
            check::protect::check(&settings.protect, &rules, &mut self.problems);
        }
        let api_versions = target::api_versions(&settings, &mut self.problems);
        let problems = std::mem::take(&mut self.problems);
        self.problems = self.judge.settle(problems);
        if options.only.is_empty() {
            let idle = self.judge.idle(&self.problems, &self.sources);
            self.problems.extend(idle);
        }
        self.rules.sort_by_key(|rule| rule.id.value.to_ascii_lowercase());
        self.faulty.sort_by_key(|faulty| faulty.rule.id.value.to_ascii_lowercase());
        sort(&mut self.problems);
        let content = Content {
            settings,
            api_versions,
            has_project_file: self.has_project_file,
            rules: self.rules,
            faulty: self.faulty,
            workspaces: self.workspaces,
            exclusions: self.exclusions,
            faulty_exclusions: self.faulty_exclusions,
            suppressions: self.suppressions,
            faulty_suppressions: self.faulty_suppressions,
            now,
            tables,
            refused_ids: self.refused_ids,
            on_live: self.on_live,
        };
        let digest = self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Loaded { content, sources: self.sources, problems: self.problems, digest }
    }

    fn settle_ids(&mut self) {
        // A faulty rule has its id all the same: what else has it may not take its place.
        let faulty = self.faulty.iter().map(|faulty| &faulty.rule);
        let all: Vec<&Rule> = self.rules.iter().chain(faulty).collect();
        let verdicts = check::duplicate_ids::check(&all, &self.sources, &mut self.problems);
        let rules = std::mem::take(&mut self.rules);
        for (rule, verdict) in rules.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Keep => self.rules.push(rule),
                Verdict::Repeat => {}
                Verdict::Refuse => self.refused_ids.push(rule.id.value),
            }
        }
        check::duplicate_names::check(&self.rules, &self.sources, &mut self.problems);
    }

    fn settle_exclusions(&mut self, settings: &ProjectSettings, now: jiff::Timestamp, whole: bool) {
        let ids = ids(&self.rules, &self.refused_ids);
        let project = check::exclusions::Project {
            rules: &self.rules,
            ids: &ids,
            workspaces: &self.workspaces,
            policy: &settings.exclusions,
            whole,
            now,
        };
        let all = suppressions::All {
            suppressions: &mut self.suppressions,
            faulty: &mut self.faulty_suppressions,
            exclusions: &mut self.exclusions,
            faulty_exclusions: &mut self.faulty_exclusions,
        };
        suppressions::settle(all, &project, &mut self.problems);
        let faulty = exclusions::settle(&mut self.exclusions, &project, &mut self.problems);
        suppressions::drop_faulty(&mut self.suppressions, &mut self.faulty_suppressions, &faulty);
        self.faulty_exclusions.extend(faulty);
    }

    fn settle_workspaces(&mut self, options: &LoadOptions) {
        let refused = check::workspaces::duplicates(&self.workspaces, &mut self.problems);
        let mut refused = refused.into_iter();
        self.workspaces.retain(|_| !refused.next().unwrap_or(false));
        self.workspaces.retain(|workspace| {
            let problems = target::faults(workspace, &options.trusted_hosts);
            let fine = problems.is_empty();
            self.problems.extend(problems);
            fine
        });
        self.workspaces.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let ids = ids(&self.rules, &self.refused_ids);
        for workspace in &self.workspaces {
            check::workspaces::selectors(workspace, &self.rules, &ids, &self.sources, &mut self.problems);
            let here: Vec<&Rule> =
                self.rules.iter().filter(|rule| workspace.selects(rule, self.sources.path(rule.span.file))).collect();
            check::workspaces::collisions(workspace, &here, &mut self.problems);
            let enabled = |rule: &Rule| {
                let details = workspace.details(rule, self.sources.path(rule.span.file));
                details.enabled.as_ref().map_or(ENABLED, |enabled| enabled.value)
            };
            let counted: Vec<(&Rule, bool)> = here.iter().map(|rule| (*rule, enabled(rule))).collect();
            check::quota::check(workspace, &counted, &mut self.problems);
        }
    }
}

/// The ids of all rules, refused ones included.
fn ids<'a>(rules: &'a [Rule], refused: &'a [String]) -> Vec<&'a str> {
    rules.iter().map(|rule| &*rule.id.value).chain(refused.iter().map(String::as_str)).collect()
}

/// Into the order of files and lines.
pub(super) fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| (problem.span.map(|s| (s.file, s.line, s.column)), problem.code));
}
