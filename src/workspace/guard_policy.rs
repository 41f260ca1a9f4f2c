//! `policy: {guards: {…}}`: how much a plan may do before it is refused.

use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::fields::Fields;

/// The thresholds of guards; a default holds where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardPolicy {
    /// `share:` percent of the live rules that may not be deleted, disabled or lowered in severity at once.
    pub share: Option<usize>,
    /// `ofAtLeast:` how many live rules there must be for a share to mean something.
    pub of_at_least: Option<usize>,
    /// `workspaces:` in how many workspaces one plan may not weaken rules.
    pub workspaces: Option<usize>,
    /// `scheduled:` enabled rules of kind Scheduled that a workspace takes.
    pub scheduled: Option<usize>,
    /// `nrt:` enabled rules of kind NRT that a workspace takes.
    pub nrt: Option<usize>,
}

impl GuardPolicy {
    /// Reads `guards:` of `policy:`.
    pub fn read(policy: &mut Fields<'_, '_>) -> Self {
        let Some(mut fields) = policy.mapping("guards") else { return Self::default() };
        let share = fields.parsed("share", percent, "a percentage from 1% to 100%").map(|share| share.value);
        let [of_at_least, workspaces, scheduled, nrt] =
            ["ofAtLeast", "workspaces", "scheduled", "nrt"].map(|key| count(&mut fields, key));
        fields.finish_strict();
        Self { share, of_at_least, workspaces, scheduled, nrt }
    }

    /// This, and where it says nothing the other.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let Self { share, of_at_least, workspaces, scheduled, nrt } = self;
        Self {
            share: share.or(other.share),
            of_at_least: of_at_least.or(other.of_at_least),
            workspaces: workspaces.or(other.workspaces),
            scheduled: scheduled.or(other.scheduled),
            nrt: nrt.or(other.nrt),
        }
    }
}

fn percent(text: &str) -> Option<usize> {
    let number = text.trim().strip_suffix('%').unwrap_or(text.trim()).trim_end();
    number.parse().ok().filter(|number| (1..=100).contains(number))
}

/// A number from 1: a threshold of none would refuse every plan.
fn count(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<usize> {
    let Spanned { value, span } = fields.integer(key)?;
    let count = usize::try_from(value).ok().filter(|count| *count >= 1);
    if count.is_none() {
        let message = format!("`{key}` can't be {value}");
        fields.problems.push(Diagnostic::new(Code::InvalidValue, span, message).help("give a number from 1"));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_a_percentage() {
        for (text, share) in [("30%", Some(30)), (" 5 % ", Some(5)), ("100", Some(100)), ("0%", None), ("101%", None)] {
            assert_eq!(percent(text), share, "{text}");
        }
        assert_eq!((percent("30%%"), percent("a third"), percent("")), (None, None, None));
    }
}
