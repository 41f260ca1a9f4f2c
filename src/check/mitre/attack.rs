//! The techniques of ATT&CK and their tactics: `attack.tsv`, which says where it comes from.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The version of ATT&CK for Enterprise that the table is of.
pub const VERSION: &str = "18.1";

static TABLE: LazyLock<HashMap<&'static str, Row>> =
    LazyLock::new(|| include_str!("attack.tsv").lines().filter_map(read).collect());

struct Row {
    /// None if the technique is retired.
    tactics: Option<Tactics>,
    subs: &'static str,
}

/// The tactics of a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tactics(&'static str);

impl Tactics {
    /// In the service's spelling, in alphabetical order.
    pub(super) fn tactics(self) -> impl Iterator<Item = &'static str> {
        self.0.split(',')
    }

    /// Whether a tactic is one of them. `PreAttack` is what the service calls the two before the first access together.
    pub(super) fn covers(self, tactic: &str) -> bool {
        let before = |known| matches!(known, "Reconnaissance" | "ResourceDevelopment");
        self.tactics().any(|known| known == tactic || (tactic == "PreAttack" && before(known)))
    }
}

/// What the table says of a technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Of(Tactics),
    Retired,
    No,
}

/// Looks up `T1234` or `T1234.001`, in capitals. Of a sub-technique, the tactics are those of its parent.
pub(super) fn known(technique: &str) -> Known {
    let (parent, sub) = technique.split_once('.').map_or((technique, None), |(parent, sub)| (parent, Some(sub)));
    let Some(row) = TABLE.get(parent) else { return Known::No };
    let Some(tactics) = row.tactics else { return Known::Retired };
    let (active, retired) = row.subs.split_once('\t').unwrap_or((row.subs, ""));
    match sub.map(|sub| sub.parse::<u32>()) {
        None => Known::Of(tactics),
        Some(Ok(number)) if holds(active, number) => Known::Of(tactics),
        Some(Ok(number)) if holds(retired, number) => Known::Retired,
        Some(_) => Known::No,
    }
}

/// Whether a number is in `1-3,5`.
fn holds(ranges: &str, number: u32) -> bool {
    ranges.split(',').any(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        matches!((from.parse(), to.parse()), (Ok(from), Ok(to)) if (from..=to).contains(&number))
    })
}

fn read(line: &'static str) -> Option<(&'static str, Row)> {
    if line.starts_with('#') {
        return None;
    }
    let (technique, rest) = line.split_once('\t')?;
    let (tactics, subs) = rest.split_once('\t').unwrap_or((rest, ""));
    Some((technique, Row { tactics: (tactics != "retired").then_some(Tactics(tactics)), subs }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::words::TACTICS;

    fn tactics(technique: &str) -> Vec<&'static str> {
        match known(technique) {
            Known::Of(of) => of.tactics().collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn techniques_of_both_matrices() {
        assert_eq!(tactics("T1110"), ["CredentialAccess"]);
        assert_eq!(tactics("T1110.003"), ["CredentialAccess"]);
        assert_eq!(tactics("T0839"), ["ImpairProcessControl", "Persistence"]);
        assert_eq!(known("T1053.001"), Known::Retired);
        assert_eq!(known("T1086"), Known::Retired);
        assert_eq!(known("T1110.099"), Known::No);
        assert_eq!(known("T9999"), Known::No);
    }

    #[test]
    fn every_tactic_of_the_table_is_one_of_the_services() {
        let named = TABLE.values().filter_map(|row| row.tactics).flat_map(Tactics::tactics);
        let unknown: Vec<&str> = named.filter(|tactic| !TACTICS.contains(tactic)).collect();
        assert_eq!(unknown, [""; 0]);
        assert!(TABLE.len() > 400);
    }

    #[test]
    fn before_the_first_access() {
        let Known::Of(of) = known("T1595") else { unreachable!() };
        assert!(of.covers("PreAttack") && of.covers("Reconnaissance") && !of.covers("Impact"));
    }
}
