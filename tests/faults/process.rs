//! `palisade` as a process, on a project of its own.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use palisade::emulator::audit::{Finding, Reviewed, audit};
use serde_json::Value;

use crate::world::World;

pub(crate) const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");
const CLIENT: &str = "emulator@palisade.example";

/// A project of so many rules, one workspace, and a server.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    rules: usize,
    /// The state when the project began.
    before: Value,
    /// What was planned so far.
    plans: Vec<Reviewed>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The id of the n-th rule.
pub(crate) fn id(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

impl Project {
    pub(crate) fn new(world: &World, rules: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let endpoint = &world.door("http").requests.endpoint;
        let workspace = format!(
            "kind: Workspace\nname: w\nsubscription: 22222222-2222-4222-8222-222222222222\nresourceGroup: rg\n\
             workspace: law-one\nendpoint: {endpoint}\n"
        );
        std::fs::write(folder.path().join("w.yaml"), workspace).unwrap();
        let project = Self { folder, rules, before: world.emulator.snapshot(), plans: Vec::new() };
        project.write("Low");
        project
    }

    /// Writes every rule with this severity.
    pub(crate) fn write(&self, severity: &str) {
        for n in 0..self.rules {
            // A workspace takes 50 NRT rules.
            let kind = match self.rules {
                0..=50 => "NRT",
                _ => "Scheduled\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0",
            };
            let rule =
                format!("id: {}\nname: Rule {n}\nkind: {kind}\nseverity: {severity}\nquery: SecurityEvent\n", id(n));
            std::fs::write(self.folder.path().join(format!("r{n}.yaml")), rule).unwrap();
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_in(&[], arguments)
    }

    /// Runs it with these variables as well.
    pub(crate) fn run_in(&self, environment: &[(&str, &OsStr)], arguments: &[&str]) -> Run {
        let mut command = Command::new(PALISADE);
        command.arg("-C").arg(self.folder.path()).args(arguments).stdin(Stdio::null());
        command.envs(environment.iter().copied());
        let output = command.output().unwrap();
        Run {
            exit: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Saves a plan, which counts as reviewed from then on.
    pub(crate) fn plan(&mut self) -> Value {
        let run = self.run(&["plan", "--out", "plan.json", "--quiet"]);
        assert_eq!(run.exit, 0, "{}", run.stderr);
        let plan: Value = serde_json::from_slice(&std::fs::read(self.path().join("plan.json")).unwrap()).unwrap();
        self.plans.push(reviewed(&plan));
        plan
    }

    /// Applies the saved plan.
    pub(crate) fn apply(&self) -> Run {
        self.run(&["apply", "plan.json", "--quiet", "--format", "json"])
    }

    /// A new plan, and its apply.
    pub(crate) fn again(&mut self) -> Run {
        self.plan();
        self.apply()
    }

    /// Nothing lost, nothing doubled, nobody's version replaced unseen.
    #[track_caller]
    pub(crate) fn audited(&self, world: &World) {
        let findings = self.findings(world);
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// What the log holds against the plans so far.
    pub(crate) fn findings(&self, world: &World) -> Vec<Finding> {
        audit(&self.before, &world.emulator.requests(), &world.emulator.snapshot(), CLIENT, &self.plans)
    }

    /// No difference is left.
    #[track_caller]
    pub(crate) fn converged(&self) {
        let run = self.run(&["plan", "--detailed-exitcode", "--quiet"]);
        assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    }
}

impl Run {
    /// The outcome of each rule, by id.
    #[track_caller]
    pub(crate) fn outcomes(&self) -> Vec<(String, String)> {
        let report: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|why| panic!("{why}: {self:?}"));
        let changes = report["workspaces"][0]["changes"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        changes.map(|change| (text(&change["id"]), text(&change["outcome"]))).collect()
    }

    /// How many rules came out like this.
    #[track_caller]
    pub(crate) fn count(&self, outcome: &str) -> usize {
        self.outcomes().iter().filter(|(_, own)| own == outcome).count()
    }
}

/// What a plan file lets its apply write.
pub(crate) fn reviewed(plan: &Value) -> Reviewed {
    let mut reviewed = Reviewed::default();
    for workspace in plan["workspaces"].as_array().unwrap() {
        for change in workspace["changes"].as_array().unwrap() {
            let text = |key: &str| change[key].as_str().unwrap();
            let path = format!(
                "{}/providers/Microsoft.SecurityInsights/{}/{}",
                workspace["resource_id"].as_str().unwrap(),
                text("resource"),
                text("resource_name")
            );
            let etag = change["etag"].as_str().map(str::to_owned);
            match text("action") {
                "noop" | "blocked" => {}
                "delete" => drop(reviewed.deletes.insert(path.to_ascii_lowercase(), etag)),
                _ => drop(reviewed.writes.insert(path.to_ascii_lowercase(), etag)),
            }
        }
    }
    reviewed
}
