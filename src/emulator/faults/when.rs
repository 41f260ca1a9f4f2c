//! Which requests meet a fault.

use globset::{GlobBuilder, GlobMatcher};
use http::Method;

use super::spec::FaultError;

/// What of a request decides whether it meets a fault.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator) struct Seen<'a> {
    pub(in crate::emulator) method: &'a Method,
    /// As sent, without its query.
    pub(in crate::emulator) path: &'a str,
    /// Empty where the path names none.
    pub(in crate::emulator) subscription: &'a str,
    /// Empty where the path names none.
    pub(in crate::emulator) workspace: &'a str,
    /// Who sent it.
    pub(in crate::emulator) principal: &'a str,
    /// Whether it asks for a page after the first.
    pub(in crate::emulator) goes_on: bool,
}

impl Seen<'_> {
    /// The path below the provider: `alertRules/<name>`.
    fn below(&self) -> Option<&str> {
        const PROVIDER: &str = "/providers/microsoft.securityinsights/";
        let at = self.path.to_ascii_lowercase().rfind(PROVIDER)?;
        self.path.get(at + PROVIDER.len()..)
    }

    /// Whether it asks for a page of a collection.
    fn is_list(&self) -> bool {
        let segments = |below: &str| below.trim_end_matches('/').split('/').count();
        *self.method == Method::GET && self.below().is_some_and(|below| segments(below) % 2 == 1)
    }
}

/// What an operation does, by its method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Reads,
    Writes,
    Deletes,
}

impl Class {
    fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD | Method::OPTIONS => Self::Reads,
            Method::DELETE => Self::Deletes,
            _ => Self::Writes,
        }
    }
}

/// What a request must be, and which of those that are meet the fault.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    /// Any, if empty.
    pub(super) methods: Vec<Method>,
    pub(super) path: Option<Pattern>,
    pub(super) class: Option<Class>,
    pub(super) subscription: Option<String>,
    pub(super) workspace: Option<String>,
    pub(super) principal: Option<String>,
    /// Only first pages, or only later ones.
    pub(super) goes_on: Option<bool>,
    pub(super) turn: Turn,
}

impl When {
    /// Whether a request is of the kind that is meant. Lists alone, if `pages`.
    pub(super) fn fits(&self, seen: &Seen<'_>, pages: bool) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(is));
        (self.methods.is_empty() || self.methods.contains(seen.method))
            && match &self.path {
                None => starts_with(seen.path, "/subscriptions/"),
                Some(pattern) => pattern.fits(seen),
            }
            && self.class.is_none_or(|class| class == Class::of(seen.method))
            && same(&self.subscription, seen.subscription)
            && same(&self.workspace, seen.workspace)
            && same(&self.principal, seen.principal)
            && (self.goes_on.is_none() && !pages
                || seen.is_list() && self.goes_on.is_none_or(|goes_on| goes_on == seen.goes_on))
    }
}

fn starts_with(path: &str, prefix: &str) -> bool {
    path.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

/// A path in which `*` stands for a part of a segment, `**` for any number of segments, `?` for a character.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Whether it begins at the root, and not below the provider.
    from_root: bool,
    glob: GlobMatcher,
}

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, FaultError> {
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, '[' | ']' | '{' | '}' | '\\') {
                plain.extend(['[', c, ']']);
            } else {
                plain.push(c);
            }
        }
        let invalid = |why: globset::Error| FaultError::new(format!("`path`: `{text}` is no pattern: {why}"));
        let glob = GlobBuilder::new(&plain).literal_separator(true).case_insensitive(true).build().map_err(invalid)?;
        Ok(Self { from_root: text.starts_with('/'), glob: glob.compile_matcher() })
    }

    fn fits(&self, seen: &Seen<'_>) -> bool {
        if self.from_root {
            return self.glob.is_match(seen.path);
        }
        seen.below().is_some_and(|below| self.glob.is_match(below.trim_end_matches('/')))
    }
}

/// Which of the fitting requests meet the fault, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    /// So many pass first.
    pub(super) after: u64,
    /// Then each of so many.
    pub(super) every: u64,
    /// So often at most.
    pub(super) times: Option<u64>,
    /// Or by lot: the share from 0 to 1, and what the lot is drawn from.
    pub(super) lot: Option<(f64, u64)>,
}

impl Default for Turn {
    fn default() -> Self {
        Self { after: 0, every: 1, times: None, lot: None }
    }
}

impl Turn {
    /// Whether the `matched`-th fitting request meets the fault, which `fired` ones met before.
    pub(super) fn is_due(&self, matched: u64, fired: u64) -> bool {
        let Some(counted) = matched.checked_sub(self.after).filter(|counted| *counted > 0) else { return false };
        self.times.is_none_or(|times| fired < times)
            && counted.is_multiple_of(self.every.max(1))
            && self.lot.is_none_or(|(share, seed)| draw(seed, matched) < share)
    }
}

/// A number from 0 to 1: the `nth` of the row that a seed begins (SplitMix64, Steele and others 2014).
fn draw(seed: u64, nth: u64) -> f64 {
    let mut mixed = seed.wrapping_add(nth.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn turns(turn: &Turn, of: u64) -> Vec<u64> {
        let mut met = Vec::new();
        for matched in 1..=of {
            if turn.is_due(matched, met.len() as u64) {
                met.push(matched);
            }
        }
        met
    }

    #[test]
    fn turns_are_counted() {
        let turn = Turn::default();
        assert_eq!(turns(&turn, 3), [1, 2, 3]);
        assert_eq!(turns(&Turn { every: 7, ..turn.clone() }, 22), [7, 14, 21]);
        assert_eq!(turns(&Turn { after: 2, every: 2, times: Some(2), ..turn.clone() }, 20), [4, 6]);
        assert_eq!(turns(&Turn { after: 4, times: Some(1), ..turn.clone() }, 20), [5]);
        assert_eq!(turns(&Turn { times: Some(0), ..turn }, 20), [0; 0]);
    }

    #[test]
    fn a_lot_is_the_same_for_the_same_seed() {
        let turn = |seed| Turn { lot: Some((0.25, seed)), ..Turn::default() };
        let met = turns(&turn(1), 4_000);
        assert_eq!(met, turns(&turn(1), 4_000));
        assert_ne!(met, turns(&turn(2), 4_000));
        assert!((900..1_100).contains(&met.len()), "{}", met.len());
    }

    #[test]
    fn requests_fit_by_what_they_are() {
        let path = "/subscriptions/S/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/law/providers\
                    /Microsoft.SecurityInsights/alertRules/Rule-1";
        let seen = Seen {
            method: &Method::PUT,
            path,
            subscription: "S",
            workspace: "law",
            principal: "emulator",
            goes_on: false,
        };
        let fits = |pattern: &str| {
            let path = Some(Pattern::new(pattern).unwrap());
            When { path, ..When::default() }.fits(&seen, false)
        };
        for pattern in
            ["alertRules/*", "ALERTRULES/rule-?", "*/rule-1", "**", "/subscriptions/s/**", "/**/alertrules/*"]
        {
            assert!(fits(pattern), "{pattern}");
        }
        for pattern in ["alertRules", "automationRules/*", "*", "alertRules/[Rr]ule-1", "/subscriptions/s/*", "rule-1"]
        {
            assert!(!fits(pattern), "{pattern}");
        }
        let class = |class| When { class: Some(class), ..When::default() }.fits(&seen, false);
        assert!(class(Class::Writes) && !class(Class::Reads));
        let named = |subscription: &str| {
            When { subscription: Some(subscription.to_owned()), ..When::default() }.fits(&seen, false)
        };
        assert!(named("s") && !named("t"));
        assert!(!When::default().fits(&seen, true), "a write is no page");
        let token = Seen { path: "/common/oauth2/v2.0/token", method: &Method::POST, ..seen };
        assert!(!When::default().fits(&token, false), "what is no resource is asked for by its path");
    }

    #[test]
    fn pages_are_lists() {
        let provider = "/subscriptions/S/providers/Microsoft.SecurityInsights";
        for (rest, is_list) in [
            ("alertRules", true),
            ("alertRules/", true),
            ("alertRules/a", false),
            ("alertRules/a/actions", true),
            ("alertRules/a/actions/b", false),
        ] {
            let path = format!("{provider}/{rest}");
            let seen = Seen {
                method: &Method::GET,
                path: &path,
                subscription: "S",
                workspace: "",
                principal: "",
                goes_on: true,
            };
            assert_eq!(When { goes_on: Some(true), ..When::default() }.fits(&seen, false), is_list, "{rest}");
            assert!(!When { goes_on: Some(false), ..When::default() }.fits(&seen, false), "{rest}");
        }
    }
}
