//! `policy:` of palisade.yaml: how grave each check is here, and which rules of NRT rules hold.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Level, nearest};
use crate::rule::fields::{Fields, quoted};
use crate::rule::yaml::{Node, Value};

/// What the project decides about checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// `checks:`, only what differs from the default.
    pub checks: BTreeMap<Code, Setting>,
    /// `nrt:`
    pub nrt: NrtProfile,
}

/// What becomes of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Its problems have this level.
    Level(Level),
    /// It tells nothing.
    Off,
}

/// Which rules of NRT rules hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NrtProfile {
    /// What Sentinel refuses today: several tables, unions, joins, watchlists and workspaces are allowed.
    #[default]
    Current,
    /// The rules that Sentinel began with, and that Defender's custom detections still have: one table of one
    /// workspace, no union and no join.
    Strict,
}

pub(super) const SETTINGS: &[(&str, Setting)] = &[
    ("error", Setting::Level(Level::Error)),
    ("warning", Setting::Level(Level::Warning)),
    ("info", Setting::Level(Level::Info)),
    ("off", Setting::Off),
];

pub(super) const PROFILES: &[(&str, NrtProfile)] = &[("current", NrtProfile::Current), ("strict", NrtProfile::Strict)];

impl Policy {
    /// Reads the keys of `policy:` that are about checks.
    pub fn read(fields: &mut Fields<'_, '_>) -> Self {
        let nrt = fields.one_of("nrt", PROFILES).map(|profile| profile.value).unwrap_or_default();
        let checks = fields.take("checks").map(|entry| checks(entry.value, fields.problems)).unwrap_or_default();
        Self { checks, nrt }
    }

    /// The problem with the level that it has here; nothing if its check is off.
    ///
    /// Whoever made the problem an error for want of another way (a key that could be a guard) is not overruled.
    #[must_use]
    pub fn judge(&self, mut problem: Diagnostic) -> Option<Diagnostic> {
        let Some(setting) = self.checks.get(&problem.code) else { return Some(problem) };
        match setting {
            _ if problem.is_error() && problem.code.level() != Level::Error => {}
            Setting::Off => return None,
            Setting::Level(level) => problem.level = *level,
        }
        Some(problem)
    }
}

fn checks(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> BTreeMap<Code, Setting> {
    let (span, found) = (node.span, node.type_name());
    let Value::Mapping(entries) = node.value else {
        let message = format!("`checks` must be a mapping, this is {found}");
        problems.push(
            Diagnostic::new(Code::WrongType, span, message).help("write `CODE: error`, `warning`, `info` or `off`"),
        );
        return BTreeMap::new();
    };
    let mut checks = BTreeMap::new();
    for entry in entries {
        let Some(code) = Code::named(&entry.key) else {
            let help = match nearest(&entry.key, Code::ALL.iter().map(|code| code.name())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`palisade explain` lists them all".to_owned(),
            };
            let message = format!("no check has the code {}", quoted(&entry.key));
            problems.push(Diagnostic::new(Code::InvalidValue, entry.key_span, message).help(help));
            continue;
        };
        if let Some(setting) = setting(code, &entry.value, problems) {
            checks.insert(code, setting);
        }
    }
    checks
}

fn setting(code: Code, node: &Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Setting> {
    // `off` is text to YAML 1.2 and false to YAML 1.1: both mean it.
    let word = match node.text().unwrap_or_default().trim() {
        "false" | "False" | "FALSE" => "off",
        word => word,
    };
    let Some((_, setting)) = SETTINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) else {
        let message = format!("`{code}` can't be {}", quoted(word));
        problems
            .push(Diagnostic::new(Code::InvalidValue, node.span, message).help("it takes error, warning, info or off"));
        return None;
    };
    let lowered = match setting {
        Setting::Off => true,
        Setting::Level(level) => *level > code.level(),
    };
    let refusal = match (code.level(), *setting) {
        (Level::Error, _) if lowered && code.is_never_silenced() => {
            "nothing but this check stands between the problem and a lost detection: it stays an error"
        }
        (Level::Error, Setting::Off | Setting::Level(Level::Info)) => {
            "the service refuses such a rule: it may be a warning here, and no less"
        }
        _ => return Some(*setting),
    };
    let message = format!("`{code}` can't be {}", word.to_ascii_lowercase());
    problems.push(Diagnostic::new(Code::InvalidValue, node.span, message).help(refusal));
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Sources, Span};
    use crate::rule::yaml;

    fn read(text: &str) -> (Policy, Vec<String>) {
        let mut sources = Sources::default();
        let node = yaml::parse(sources.add("palisade.yaml", text), text).unwrap().remove(0);
        let mut problems = Vec::new();
        let mut fields = Fields::of(node, "`policy`", &mut problems).unwrap();
        let policy = Policy::read(&mut fields);
        fields.finish_strict();
        (policy, problems.into_iter().map(|problem| problem.help.unwrap()).collect())
    }

    #[test]
    fn levels_go_up_and_some_go_down() {
        let text = "nrt: strict\nchecks:\n  unknown-tactic: error\n  id-not-guid: off\n  query-length: warning\n  \
                    technique-form: false\n";
        let (policy, problems) = read(text);
        assert_eq!(problems, [""; 0]);
        assert_eq!(policy.nrt, NrtProfile::Strict);
        let level = |code, level| {
            let span = Span::start_of(Sources::default().add("x", ""));
            let mut problem = Diagnostic::new(code, span, "x");
            problem.level = level;
            policy.judge(problem).map(|problem| problem.level)
        };
        assert_eq!(level(Code::UnknownTactic, Level::Warning), Some(Level::Error));
        assert_eq!(level(Code::IdNotGuid, Level::Warning), None);
        assert_eq!(level(Code::IdNotGuid, Level::Error), Some(Level::Error));
        assert_eq!(level(Code::QueryLength, Level::Error), Some(Level::Warning));
        assert_eq!(level(Code::TechniqueForm, Level::Warning), None);
        assert_eq!(level(Code::DuplicateId, Level::Error), Some(Level::Error));
    }

    #[test]
    fn what_would_lose_a_detection_stays_an_error() {
        for (setting, help) in [
            ("duplicate-id: warning", "stays an error"),
            ("yaml-syntax: off", "stays an error"),
            ("query-length: off", "no less"),
            ("query-length: info", "no less"),
            ("query-lenght: warning", "did you mean `query-length`?"),
            ("query-length: loud", "it takes error"),
            ("query-length: [warning]", "it takes error"),
        ] {
            let (policy, problems) = read(&format!("checks: {{{setting}}}"));
            assert!(policy.checks.is_empty() && problems.len() == 1, "{setting}: {problems:?}");
            assert!(problems[0].contains(help), "{setting}: {problems:?}");
        }
        assert_eq!(read("checks: [x]").1.len(), 1);
        assert_eq!(read("levels: {x: off}").1.len(), 1);
    }
}
