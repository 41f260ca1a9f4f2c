//! Random histories of one rule: edits in the repository, in the portal and by the service, and runs of apply.
//!
//! A model beside it remembers what was last applied, which the product has to tell from digests alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::plan::Verdict;
use crate::plan::ownership::{Adopt, OnDrift};
use crate::resource::{AlertRule, Properties};

/// Fields that are edited, each with the values that it takes.
fn values(field: usize) -> (&'static str, Vec<Value>) {
    match field {
        0 => ("displayName", vec![json!("A"), json!("B"), json!("C")]),
        1 => ("description", vec![json!("One."), json!("Two\nlines."), json!("Three.")]),
        2 => ("severity", vec![json!("Low"), json!("Medium"), json!("High")]),
        3 => ("enabled", vec![json!(true), json!(false)]),
        4 => ("query", vec![json!("T\n| take 1"), json!("U"), json!("T // palisade\n| where a == '// palisade/1 x'")]),
        5 => ("tactics", vec![json!(["Impact"]), json!(["Discovery", "Impact"]), json!(["Impact", "Discovery"])]),
        _ => ("queryFrequency", vec![json!("PT1H"), json!("P1D"), json!("PT24H")]),
    }
}
const FIELDS: usize = 7;

#[derive(Debug, Clone)]
enum Step {
    Repository(usize, usize),
    Portal(usize, usize),
    /// A setting that nobody models.
    Unmodelled(u8),
    AutoDisable,
    Correlation(usize),
    /// The portal's editor saves a query with its own line ends, and blank lines at its begin.
    LineEnds,
    /// Somebody pastes a query over the mark.
    LoseMark,
    Apply(Option<OnDrift>),
    Adopt,
}

fn step() -> impl Strategy<Value = Step> {
    let policy = prop_oneof![
        4 => Just(None),
        1 => Just(Some(OnDrift::Keep)),
        1 => Just(Some(OnDrift::Overwrite)),
        1 => Just(Some(OnDrift::Fail)),
    ];
    prop_oneof![
        4 => (0..FIELDS, 0..3usize).prop_map(|(field, value)| Step::Repository(field, value)),
        4 => (0..FIELDS, 0..3usize).prop_map(|(field, value)| Step::Portal(field, value)),
        1 => (0..3u8).prop_map(Step::Unmodelled),
        1 => Just(Step::AutoDisable),
        1 => (0..2usize).prop_map(Step::Correlation),
        1 => Just(Step::LineEnds),
        1 => Just(Step::LoseMark),
        5 => policy.prop_map(Step::Apply),
        1 => Just(Step::Adopt),
    ]
}

/// The world, and what the model remembers.
struct World {
    files: Properties,
    live: Option<Properties>,
    /// By field, what was last applied; nothing where the mark is gone.
    base: Option<BTreeMap<&'static str, Value>>,
    /// Fields that only the service changed since.
    by_service: Vec<&'static str>,
}

fn ownership(on_drift: Option<OnDrift>, adopt: Adopt) -> Ownership {
    Ownership { project: "soc".into(), on_drift, adopt, ..Ownership::default() }
}

fn same(path: &str, one: &Value, other: &Value) -> bool {
    let of =
        |value: &Value| normalize(ResourceType::AlertRules, &Properties::from_iter([(path.to_owned(), value.clone())]));
    of(one) == of(other)
}

use crate::resource::normalize;

impl World {
    fn new() -> Self {
        let files = (0..FIELDS).map(values).map(|(path, mut values)| (path.to_owned(), values.remove(0))).collect();
        Self { files, live: None, base: None, by_service: Vec::new() }
    }

    fn rule(properties: &Properties) -> Resource {
        AlertRule { name: "r".into(), kind: Kind::Scheduled, etag: None, properties: properties.clone() }.into()
    }

    fn plan(&self, ownership: &Ownership) -> Change {
        let live: Vec<Resource> = self.live.iter().map(Self::rule).collect();
        let place = Place { workspace: "w".into(), resource_id: "/w".into(), cloud: "emulator".into() };
        let desired = Desired { id: "r".into(), resource: Self::rule(&self.files), blocked: None };
        let seen = Seen { live: &live, ..Seen::default() };
        compare(place, &seen, vec![desired], ownership).changes.remove(0)
    }

    /// The live value without its mark.
    fn value(&self, path: &str) -> Value {
        let live = self.live.clone().unwrap_or_default();
        bare(ResourceType::AlertRules, &live).0.get(path).cloned().unwrap_or_default()
    }

    fn set(&mut self, path: &'static str, value: Value) {
        if self.value(path) == value {
            return;
        }
        let query = self.live.as_ref().and_then(|live| live["query"].as_str()).unwrap_or_default().to_owned();
        let mark: String = query
            .lines()
            .take_while(|line| line.contains("palisade/1 soc") || line.is_empty())
            .map(|line| format!("{line}\n"))
            .collect();
        let Some(live) = &mut self.live else { return };
        let value = match value.as_str() {
            Some(text) if path == "query" => json!(format!("{mark}{text}")),
            _ => value,
        };
        live.insert(path.to_owned(), value);
        self.by_service.retain(|one| *one != path);
    }

    fn text(&self, path: &str) -> String {
        self.value(path).as_str().unwrap_or_default().to_owned()
    }

    /// Whether the live value of a field was changed by somebody, the service excepted.
    fn is_edited(&self, path: &'static str) -> Option<bool> {
        let base = self.base.as_ref()?.get(path)?;
        Some(!self.is_service(path) && !same(path, base, &self.value(path)))
    }

    /// What the service left is its own for as long as the rule is disabled by it.
    fn is_service(&self, path: &'static str) -> bool {
        let stands = self.text("displayName").starts_with("AUTO DISABLED") && self.value("enabled") == json!(false);
        let marker = path == "description" && self.text(path).contains("_CORR#") && !self.text(path).contains("gone.");
        // A person who disables the rule anew leaves what the service left.
        let disabled = path == "enabled" && self.base.as_ref().is_some_and(|base| base[path] == json!(true));
        (self.by_service.contains(&path) && (stands || marker)) || (disabled && stands)
    }

    fn expected(&self, path: &'static str) -> Option<Verdict> {
        let live = self.value(path);
        let desired = &self.files[path];
        let Some(base) = &self.base else { return (!same(path, &live, desired)).then_some(Verdict::Unknown) };
        match (self.is_edited(path) == Some(true), !same(path, &base[path], desired)) {
            (false, false) => None,
            (false, true) => Some(Verdict::Pending),
            (true, false) => Some(Verdict::Drift),
            (true, true) if same(path, &live, desired) => Some(Verdict::Same),
            (true, true) => Some(Verdict::Conflict),
        }
    }

    fn edit(&mut self, step: &Step) {
        match step {
            Step::Repository(field, value) => {
                let (path, values) = values(*field);
                self.files.insert(path.to_owned(), values[value % values.len()].clone());
            }
            Step::Portal(field, value) => {
                let (path, values) = values(*field);
                self.set(path, values[value % values.len()].clone());
            }
            Step::Unmodelled(value) => {
                if let Some(live) = &mut self.live {
                    live.insert("notInventedYet".to_owned(), json!({"of": value}));
                }
            }
            Step::AutoDisable => self.auto_disable(),
            Step::Correlation(marker) => {
                let bare = self.text("description").replace("#INC_CORR#", "").replace("#DONT_CORR#", "");
                let ours = self.by_service.contains(&"description")
                    || self.base.as_ref().is_some_and(|base| same("description", &base["description"], &json!(bare)));
                self.set("description", json!(format!("{}{bare}", ["#INC_CORR#", "#DONT_CORR#"][*marker])));
                if ours {
                    self.by_service.push("description");
                }
            }
            Step::LineEnds => {
                if let Some(live) = &mut self.live {
                    let query = live["query"].as_str().unwrap_or_default().replace("\r\n", "\n").replace('\n', "\r\n");
                    live.insert("query".to_owned(), json!(format!("\r\n{query}")));
                }
            }
            Step::LoseMark => {
                let query = self.value("query");
                if let Some(live) = &mut self.live {
                    live.insert("query".to_owned(), query);
                    (self.base, self.by_service) = (None, Vec::new());
                    // What the service did to it is told by its words alone, so this model has it undone.
                    for (path, value) in [("displayName", json!("A")), ("description", json!("One."))] {
                        live.insert(path.to_owned(), value);
                    }
                }
            }
            Step::Apply(_) | Step::Adopt => {}
        }
    }

    fn auto_disable(&mut self) {
        let Some(base) = self.base.clone() else { return };
        if self.value("enabled") != json!(true) || self.text("displayName").starts_with("AUTO") {
            return;
        }
        let was = |world: &Self, path: &'static str| {
            world.by_service.contains(&path) || same(path, &base[path], &world.value(path))
        };
        let fields = ["displayName", "description", "enabled"];
        let ours: Vec<&'static str> = fields.into_iter().filter(|path| was(self, path)).collect();
        let (name, description) = (self.text("displayName"), self.text("description"));
        self.set("displayName", json!(format!("AUTO DISABLED {name}")));
        self.set("description", json!(format!("{description}\n\nThe table is gone.")));
        self.set("enabled", json!(false));
        self.by_service.extend(ours);
    }

    /// Checks a plan against the model, sends what it says, and plans again.
    fn apply(&mut self, ownership: &Ownership, left: usize) -> Result<(), TestCaseError> {
        let change = self.plan(ownership);
        let before: BTreeMap<&str, Value> =
            (0..FIELDS).map(|at| values(at).0).map(|path| (path, self.value(path))).collect();
        let (expected, edited): (BTreeMap<&'static str, _>, BTreeMap<&'static str, _>) = (
            (0..FIELDS).map(|at| values(at).0).map(|path| (path, self.expected(path))).collect(),
            (0..FIELDS).map(|at| values(at).0).map(|path| (path, self.is_edited(path))).collect(),
        );
        let restores =
            change.fields.iter().any(|field| field.path == "query") || ownership.on_drift == Some(OnDrift::Overwrite);
        if self.live.is_some() {
            for (path, expected) in &expected {
                let told = change.fields.iter().find(|field| field.path == *path).map(|field| field.verdict);
                let restored = self.is_service(path) && restores && told == Some(Verdict::Pending);
                prop_assert!(told == *expected || restored, "{path}: {told:?}, not {expected:?}: {change:?}");
            }
        }
        let existed = self.live.is_some();
        if change.action.writes() {
            prop_assert!(change.refusal.is_none());
            let body = change.after.clone().unwrap();
            let mut live = body["properties"].as_object().cloned().unwrap();
            // The service fills in what was left out.
            live.insert("techniques".to_owned(), Value::Null);
            live.insert("lastModifiedUtc".to_owned(), json!("2026-11-24T09:00:00.1Z"));
            self.live = Some(live);
            let mut base = self.base.take().unwrap_or_default();
            for path in (0..FIELDS).map(|at| values(at).0) {
                if !change.kept.iter().any(|kept| kept == path) {
                    base.insert(path, self.files[path].clone());
                    self.by_service.retain(|one| *one != path);
                }
            }
            self.base = Some(base);
        }
        for (path, verdict) in &expected {
            let (was, is, wanted) = (&before[path], self.value(path), &self.files[*path]);
            let undone = matches!(ownership.on_drift, Some(OnDrift::Overwrite)) || ownership.adopt == Adopt::All;
            if existed && edited[path] == Some(true) && !undone {
                prop_assert!(same(path, was, &is), "{path} was edited out of band, and lost: {change:?}");
            }
            if *verdict == Some(Verdict::Pending) && change.refusal.is_none() {
                prop_assert!(same(path, wanted, &is), "{path} is pending, and was not written: {change:?}");
            }
            if existed && *verdict == Some(Verdict::Unknown) && change.refusal.is_none() {
                prop_assert!(undone, "{path} was written without being told to: {change:?}");
            }
        }
        let again = self.plan(ownership);
        if again.action.writes() {
            // A rule that our own write disables while the service's words are still in its name counts as disabled by
            // the service from then on.
            prop_assert!(left > 0, "no fixpoint: {again:?}");
            return self.apply(ownership, left - 1);
        }
        if ownership.on_drift == Some(OnDrift::Overwrite) && self.base.is_some() {
            prop_assert_eq!((again.refusal, again.fields), (None, Vec::new()));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_is_lost_and_every_run_reaches_a_fixpoint(steps in prop::collection::vec(step(), 1..25)) {
        let mut world = World::new();
        world.apply(&ownership(None, Adopt::Nothing), 0)?;
        for step in steps {
            match step {
                Step::Apply(policy) => world.apply(&ownership(policy, Adopt::Nothing), 1)?,
                Step::Adopt => world.apply(&ownership(None, Adopt::All), 1)?,
                edit => world.edit(&edit),
            }
        }
    }
}
