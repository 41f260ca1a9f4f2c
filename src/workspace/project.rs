//! `palisade.yaml`: the project's name and what bounds it.

use globset::GlobMatcher;

use super::Auth;
use super::exclusion_policy::ExclusionPolicy;
use super::live_policy::LivePolicy;
use super::ownership_policy::OwnershipPolicy;
use super::policy::Policy;
use super::protect::Protect;
use super::read::{auth, words};
use super::selector::path_glob;
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::fields::{Fields, quoted};
use crate::rule::yaml::Node;

/// What `palisade.yaml` says. Everything is optional.
#[derive(Debug, Clone, Default)]
pub struct ProjectSettings {
    /// The project's name, `[a-z0-9-]{1,32}`.
    pub name: Option<Spanned<String>>,
    /// Names that the project had before.
    pub formerly: Vec<Spanned<String>>,
    /// Only files that one of these matches are read; all where there is none.
    pub include: Vec<GlobMatcher>,
    /// Files that are not read.
    pub exclude: Vec<GlobMatcher>,
    /// Who issues tokens where a workspace does not say.
    pub auth: Auth,
    /// `apiVersions:` by resource type, as written.
    pub api_versions: Vec<(String, Spanned<String>)>,
    /// `policy:`
    pub policy: Policy,
    /// `policy: {exclusions: {…}}`
    pub exclusions: ExclusionPolicy,
    /// `policy: {drift, secondWriter}`
    pub ownership: OwnershipPolicy,
    /// What `policy:` says of live resources.
    pub live: LivePolicy,
    /// Rules that no plan may delete or disable.
    pub protect: Vec<Protect>,
}

impl ProjectSettings {
    /// Reads the document. What it does not know is an error: it could be a guard.
    pub fn read(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Self {
        let Some(mut fields) = Fields::of(node, "palisade.yaml", problems) else { return Self::default() };
        fields.keep(&["kind"]);
        let name = fields.text("project").filter(|name| project_name(name, fields.problems));
        let formerly = words(&mut fields, "formerly");
        let formerly = formerly.into_iter().filter(|name| project_name(name, fields.problems)).collect();
        let [include, exclude] = ["include", "exclude"].map(|key| {
            let patterns = words(&mut fields, key);
            patterns.iter().filter_map(|pattern| path_glob(pattern, fields.problems)).collect()
        });
        let auth = auth(&mut fields);
        let api_versions = fields.text_map("apiVersions").map(|map| map.value).unwrap_or_default();
        let (policy, exclusions, ownership, live) = policy(&mut fields);
        let protect = fields.list("protect").map(|list| list.value).unwrap_or_default();
        let protect = protect.into_iter().filter_map(|node| Protect::read(node, fields.problems)).collect();
        fields.finish_strict();
        Self { name, formerly, include, exclude, auth, api_versions, policy, exclusions, ownership, live, protect }
    }

    /// Whether a file of the project is read. `path` is relative to it.
    pub fn admits(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.iter().any(|glob| glob.is_match(path)))
            && !self.exclude.iter().any(|glob| glob.is_match(path))
    }

    /// Whether a file somewhere below a folder could be read, as far as its path tells: a folder that can't be
    /// entered is only passed over where that is certain not to lose a rule.
    pub fn reaches(&self, folder: &str) -> bool {
        let below = format!("{folder}/");
        // Only a pattern that takes every name takes this one.
        let excluded = self.exclude.iter().any(|glob| glob.is_match(format!("{below}\u{fffd}")));
        let may_hold = |glob: &GlobMatcher| {
            let pattern = glob.glob().glob();
            let fixed = &pattern[..pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len())];
            fixed.starts_with(&below) || below.starts_with(fixed)
        };
        !excluded && (self.include.is_empty() || self.include.iter().any(may_hold))
    }
}

fn policy(fields: &mut Fields<'_, '_>) -> (Policy, ExclusionPolicy, OwnershipPolicy, LivePolicy) {
    let Some(mut own) = fields.mapping("policy") else { return Default::default() };
    let exclusions = ExclusionPolicy::read(&mut own);
    let ownership = OwnershipPolicy::read(&mut own);
    let policy = Policy::read(&mut own);
    let live = LivePolicy::read(&mut own);
    own.finish_strict();
    (policy, exclusions, ownership, live)
}

fn project_name(name: &Spanned<String>, problems: &mut Vec<Diagnostic>) -> bool {
    let fits = (1..=32).contains(&name.value.len())
        && name.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !fits {
        let message = format!("a project can't be named {}", quoted(&name.value));
        problems.push(
            Diagnostic::new(Code::InvalidValue, name.span, message)
                .help("lower-case letters, digits and `-`, at most 32 of them"),
        );
    }
    fits
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::diagnostic::{Sources, Span};

    fn globs(patterns: &[&str]) -> Vec<GlobMatcher> {
        let span = Span::start_of(Sources::default().add("palisade.yaml", ""));
        let spot = |pattern: &&str| Spanned { value: (*pattern).to_owned(), span };
        patterns.iter().filter_map(|pattern| path_glob(&spot(pattern), &mut Vec::new())).collect()
    }

    #[test]
    fn a_folder_is_out_of_reach_only_if_that_is_certain() {
        let settings = |include: &[&str], exclude: &[&str]| ProjectSettings {
            include: globs(include),
            exclude: globs(exclude),
            ..ProjectSettings::default()
        };
        assert!(settings(&[], &[]).reaches("any"));
        assert!(settings(&["rules/**/known-*.yaml"], &[]).reaches("rules/a"));
        assert!(settings(&["rules/a/b/*.yaml"], &[]).reaches("rules"));
        assert!(settings(&["**/*.yaml"], &[]).reaches("other"));
        assert!(!settings(&["rules/**"], &[]).reaches("other"));
        assert!(!settings(&[], &["vendor/**"]).reaches("vendor/x"));
        assert!(settings(&[], &["vendor/*.yaml"]).reaches("vendor"));
    }
}
