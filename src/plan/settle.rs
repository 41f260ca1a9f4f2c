//! What is done about a resource of ours: a function of its fields' verdicts and the policy on drift.

use super::Action;
use super::compare::paths;
use super::fields::Judgement;
use super::ownership::OnDrift;
use super::refusal::Refusal;
use super::verdict::Verdict;
use super::weakening::weakens;
use crate::resource::ResourceType;

/// What is done, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub action: Action,
    pub refusal: Option<Refusal>,
    /// The paths of fields that stay as they live although the files say otherwise.
    pub kept: Vec<String>,
    /// Whether what the service edited is written as the files have it.
    pub restores: bool,
    /// For people.
    pub reason: String,
}

impl Decision {
    /// Nothing is written.
    pub fn refused(action: Action, refusal: Refusal, reason: String) -> Self {
        Self { action, refusal: Some(refusal), kept: Vec::new(), restores: false, reason }
    }
}

/// Decides. `other_exclusions` is whether the exclusions in the live query are not those that the files want.
pub fn decide(
    resource_type: ResourceType,
    judgement: &Judgement,
    policy: Option<OnDrift>,
    other_exclusions: bool,
) -> Decision {
    let told = |verdicts: &[Verdict]| -> Vec<String> {
        let fields = judgement.fields.iter().filter(|one| !one.stray && verdicts.contains(&one.field.verdict));
        fields.map(|one| one.field.path.clone()).collect()
    };
    let is_ignored =
        |path: &String| judgement.fields.iter().any(|one| one.field.path == *path && one.field.ignored.is_some());
    let edited = told(&[Verdict::Drift, Verdict::Conflict]);
    // What a document lets be stays as it lives, whatever the policy, and is in nobody's way.
    let (ignored, drifted): (Vec<String>, Vec<String>) = edited.into_iter().partition(is_ignored);
    let (pending, unknown) = (judgement.has(Verdict::Pending), told(&[Verdict::Unknown]));
    let conflict = judgement.has(Verdict::Conflict) || (pending && !drifted.is_empty());
    let untouched = if pending || conflict { Action::Blocked } else { Action::Noop };
    match policy {
        Some(OnDrift::Fail) if !drifted.is_empty() => {
            let why = format!("edited out of band ({}), and the policy is to fail", drifted.join(", "));
            return Decision::refused(untouched, Refusal::Drift, why);
        }
        None | Some(OnDrift::Fail) if conflict => {
            let why = format!(
                "edited out of band ({}) and changed in the files: take the edits into the files, or say --on-drift keep \
                 or overwrite",
                drifted.join(", ")
            );
            return Decision::refused(Action::Blocked, Refusal::Conflict, why);
        }
        None | Some(OnDrift::Fail) if judgement.has(Verdict::Unknown) => {
            let why = format!(
                "its mark does not know what was last applied to {}: say --on-drift keep or overwrite",
                unknown.join(", ")
            );
            return Decision::refused(Action::Blocked, Refusal::Unmarked, why);
        }
        None => {
            let weaker: Vec<String> = judgement
                .fields
                .iter()
                .filter(|one| !one.stray && one.field.verdict == Verdict::Drift && one.field.ignored.is_none())
                .map(|one| &one.field)
                .filter(|one| {
                    weakens(resource_type, &one.path, &one.before, &one.after)
                        || (one.path == "query" && other_exclusions)
                })
                .map(|one| one.path.clone())
                .collect();
            if !weaker.is_empty() {
                let what = if weaker == ["query"] {
                    "the exclusions in its query were edited out of band".to_owned()
                } else {
                    let less = match resource_type {
                        ResourceType::AutomationRules => "may close more",
                        _ => "detects less",
                    };
                    format!("edited out of band so that it {less} ({})", weaker.join(", "))
                };
                let why = format!("{what}: take the edit into the files, or say --on-drift keep or overwrite");
                return Decision::refused(Action::Noop, Refusal::Weakened, why);
            }
        }
        _ => {}
    }
    let overwrite = policy == Some(OnDrift::Overwrite);
    let unwanted = [drifted, unknown].concat();
    let mut kept = if overwrite { Vec::new() } else { unwanted.clone() };
    kept.extend(ignored);
    let mut written = told(&[Verdict::Pending]);
    if overwrite {
        written.extend(unwanted);
    }
    let restores = !judgement.restorable.is_empty() && (overwrite || written.iter().any(|path| path == "query"));
    if restores {
        written.extend(paths(&judgement.restorable));
    } else {
        kept.extend(paths(&judgement.restorable));
    }
    let strays = judgement.fields.iter().filter(|one| one.stray && one.field.ignored.is_none()).count();
    let (action, reason) = match written.len() {
        0 if judgement.has(Verdict::Same) => {
            (Action::Adopt, "changed on both sides to the same: the mark is written".to_owned())
        }
        0 if overwrite && strays > 0 => {
            (Action::Adopt, "what no file says was edited out of band: the mark is written".to_owned())
        }
        0 => match judgement.fields.len() {
            0 => (Action::Noop, "as it should be".to_owned()),
            n => (Action::Noop, format!("edited out of band: {n} field{} kept", if n == 1 { "" } else { "s" })),
        },
        n => {
            let all = format!("{n} field{} differ{}", if n == 1 { "" } else { "s" }, if n == 1 { "s" } else { "" });
            (Action::Update, all)
        }
    };
    Decision { action, refusal: None, kept, restores, reason }
}
