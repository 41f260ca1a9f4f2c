//! A workspace in an emulator of the test's own, without limits on how many rules it holds.

use std::sync::Arc;

use palisade::arm::endpoint::Endpoint;
use palisade::arm::request::RequestBuilder;
use palisade::arm::scope::WorkspaceScope;
use palisade::diagnostic::{Sources, Span};
use palisade::emulator::{Emulator, Options};
use palisade::ops::Loaded;
use palisade::ops::apply::{ApplyOptions, Stop, apply};
use palisade::ops::connection::{Connection, Connector};
use palisade::ops::ownership::Choices;
use palisade::ops::plan::{Planned, plan};
use palisade::ops::watch::{Silent, Watch};
use palisade::plan::Origin;
use palisade::plan::outcome::Done;
use palisade::workspace::Workspace;
use serde_json::Value;

/// One workspace, in memory. Queries are not checked: some of the corpus' own do not parse.
pub(crate) struct Emulated(Emulator);

impl Emulated {
    pub(crate) fn new() -> Self {
        Self(Emulator::in_memory(Options { limits: false, queries: false, ..Options::default() }))
    }

    /// Plans a project against what the workspace holds.
    pub(crate) async fn plan(&self, loaded: &Loaded) -> Planned {
        let origin = Origin {
            created: "2026-11-01T00:00:00Z".to_owned(),
            project: "corpus".to_owned(),
            commit: None,
            inputs: loaded.digest.clone(),
        };
        let planned = plan(loaded, &[workspace()], self, origin, &Choices::default(), &silent()).await;
        assert_eq!(planned.failures, []);
        planned
    }

    /// Applies a plan, and tells what became of each change.
    pub(crate) async fn apply(&self, planned: &Planned) -> Vec<Done> {
        let options = ApplyOptions { parallel: 10, all_or_nothing: false };
        let mut applied = apply(&planned.plan, &planned.places, options, &Stop::default(), &silent()).await;
        assert_eq!(applied.len(), 1);
        let applied = applied.remove(0);
        assert_eq!(applied.failure, None);
        applied.changes
    }

    /// The stored properties of a rule, its query without the mark in its first line. The mark is there, or in metadata.
    pub(crate) fn properties(&self, name: &str) -> Value {
        let snapshot = self.0.snapshot();
        let workspaces = snapshot.as_object().unwrap();
        assert_eq!(workspaces.len(), 1);
        let rules = workspaces.values().next().unwrap()["alertRules"].as_object().unwrap();
        let rule = rules.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut properties = rule.unwrap_or_else(|| panic!("no rule {name}")).1["properties"].clone();
        let query = properties["query"].as_str().unwrap();
        match query.split_once('\n') {
            Some((mark, query)) if mark.starts_with("// palisade/1 ") => properties["query"] = query.into(),
            // A query that has no room for its mark has it in the metadata.
            _ => {
                assert!(query.chars().count() > 9_500, "no mark in {query}");
                let kept = workspaces.values().next().unwrap()["metadata"].as_object().unwrap();
                let mark = kept.iter().find(|(key, _)| key.eq_ignore_ascii_case(&format!("analyticsrule-{name}")));
                let mark = mark.unwrap_or_else(|| panic!("no mark of {name}")).1;
                assert!(mark["properties"]["customVersion"].as_str().unwrap().starts_with("palisade/1 "), "{mark}");
            }
        }
        properties
    }
}

impl Connector for Emulated {
    fn connect(&self, _: &Workspace) -> Result<Connection, String> {
        let endpoint = Endpoint::parse("http://localhost", &[]).map_err(|why| why.to_string())?;
        let scope = WorkspaceScope::new("00000000-0000-0000-0000-000000000000", "emulator", "law-corpus")
            .map_err(|why| why.to_string())?;
        Ok(Connection {
            transport: Arc::new(self.0.clone()),
            requests: RequestBuilder::new(endpoint, scope),
            cloud: "emulator".to_owned(),
            title: "the test's emulator".to_owned(),
            throttle: None,
        })
    }
}

/// A workspace that takes every rule as it is.
pub(crate) fn workspace() -> Workspace {
    Workspace::local(Span::start_of(Sources::default().add("(local)", "")))
}

fn silent() -> Arc<dyn Watch> {
    Arc::new(Silent)
}
