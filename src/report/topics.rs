//! Pages that help to choose, printed by `palisade explain`.

/// A page of the docs that is about more than one code.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    pub name: &'static str,
    /// What it answers, in one line.
    pub summary: &'static str,
    /// The page, in Markdown.
    pub text: &'static str,
}

/// Every topic.
pub const TOPICS: &[Topic] = &[Topic {
    name: "suppression",
    summary: "Exclusion, automation rule, a rule's own suppression or grouping: which to choose",
    text: include_str!("../../docs/suppressions.md"),
}];
