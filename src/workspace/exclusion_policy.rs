//! `policy: {exclusions: {…}}`: what an exclusion must say, how long it may live, what it may not reach.

use crate::diagnostic::{Code, Diagnostic, Spanned, nearest};
use crate::rule::duration::Duration;
use crate::rule::exclusion::Overflow;
use crate::rule::fields::{Fields, quoted};

/// What a project asks of its exclusions.
#[derive(Debug, Clone)]
pub struct ExclusionPolicy {
    /// Keys that must be there.
    pub require: Vec<Required>,
    /// The longest time from `starts`, or from now, to `expires`.
    pub max_life: Option<Spanned<Duration>>,
    /// What no exclusion may be.
    pub forbid: Vec<Forbidden>,
    /// What becomes of a list that would make a query too long, where the exclusion does not say.
    pub overflow: Overflow,
}

/// A key that an exclusion must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    Expires,
    Owner,
    Reason,
    Ticket,
    Tests,
}

impl Required {
    /// What an author may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("expires", Self::Expires),
        ("owner", Self::Owner),
        ("reason", Self::Reason),
        ("ticket", Self::Ticket),
        ("tests", Self::Tests),
    ];

    /// The key.
    pub fn key(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("", |(key, _)| key)
    }
}

/// What no exclusion may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// For every rule of the project, if it has more than one.
    AllRules,
    /// Selected by names with `*` or `?`.
    Patterns,
    /// Selected by `match`.
    Match,
    /// For every workspace.
    AllWorkspaces,
    /// Of stage event: it changes thresholds.
    Event,
}

impl Forbidden {
    /// What an author may write, and what it means.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("all-rules", Self::AllRules),
        ("patterns", Self::Patterns),
        ("match", Self::Match),
        ("all-workspaces", Self::AllWorkspaces),
        ("event", Self::Event),
    ];
}

impl Default for ExclusionPolicy {
    fn default() -> Self {
        Self { require: vec![Required::Expires], max_life: None, forbid: Vec::new(), overflow: Overflow::Block }
    }
}

impl ExclusionPolicy {
    /// Reads `exclusions:` of `policy:`. A list of required keys replaces the default, which is `[expires]`.
    pub fn read(policy: &mut Fields<'_, '_>) -> Self {
        let Some(mut fields) = policy.mapping("exclusions") else { return Self::default() };
        let require = listed(&mut fields, "require", Required::WORDS);
        let max_life = fields.parsed("maxLifetime", Duration::parse, "a duration such as 90d");
        let forbid = listed(&mut fields, "forbid", Forbidden::WORDS).unwrap_or_default();
        let overflow = fields.one_of("overflow", Overflow::WORDS).map_or(Overflow::Block, |word| word.value);
        fields.finish_strict();
        Self { require: require.unwrap_or_else(|| Self::default().require), max_life, forbid, overflow }
    }
}

fn listed<T: Copy>(fields: &mut Fields<'_, '_>, key: &'static str, words: &[(&'static str, T)]) -> Option<Vec<T>> {
    let list = fields.texts(key)?;
    let mut found = Vec::with_capacity(list.value.len());
    for word in list.value {
        match words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word.value.trim())) {
            Some((_, value)) => found.push(*value),
            None => {
                let names: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
                let near = nearest(&word.value, names.iter().copied());
                let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                let message = format!("`{key}` can't hold {}", quoted(&word.value));
                fields.problems.push(
                    Diagnostic::new(Code::InvalidValue, word.span, message)
                        .help(format!("{hint}It takes {}", names.join(", "))),
                );
            }
        }
    }
    Some(found)
}
