//! The service's spelling of tactics, techniques and entity types.

use std::collections::BTreeSet;

/// The tactics of alert rules (Microsoft's swagger, `AttackTactic`, 2025-07-01-preview).
pub const TACTICS: &[&str] = &[
    "Reconnaissance",
    "ResourceDevelopment",
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "Exfiltration",
    "CommandAndControl",
    "Impact",
    "PreAttack",
    "ImpairProcessControl",
    "InhibitResponseFunction",
];

/// The entity types of alert rules (Microsoft's swagger, `EntityMappingType`, 2025-07-01-preview).
pub const ENTITY_TYPES: &[&str] = &[
    "Account",
    "Host",
    "IP",
    "Malware",
    "File",
    "Process",
    "CloudApplication",
    "DNS",
    "AzureResource",
    "FileHash",
    "RegistryKey",
    "RegistryValue",
    "SecurityGroup",
    "URL",
    "Mailbox",
    "MailCluster",
    "MailMessage",
    "SubmissionMail",
];

/// A tactic in the service's spelling: case, blanks and hyphens aside. An unknown one stays as it is.
pub fn tactic(written: &str) -> String {
    spelled(written, TACTICS)
}

/// An entity type in the service's spelling. An unknown one stays as it is.
pub fn entity_type(written: &str) -> String {
    spelled(written, ENTITY_TYPES)
}

/// Whether the service knows a tactic, however it is spelled.
pub fn is_tactic(written: &str) -> bool {
    TACTICS.iter().any(|tactic| same_word(tactic, written))
}

/// Whether two words are one but for case, blanks and punctuation: `Credential Access` is `CredentialAccess`.
pub fn same_word(a: &str, b: &str) -> bool {
    a == b || folded(a).eq(folded(b))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

fn spelled(written: &str, known: &[&str]) -> String {
    let found =
        known.iter().find(|word| **word == written).or_else(|| known.iter().find(|word| same_word(word, written)));
    found.map_or_else(|| written.trim().to_owned(), |word| (*word).to_owned())
}

/// Techniques as the service keeps them since `subTechniques` exists: `T1078.004` is `T1078` in the first list and
/// itself in the second. Each list without repeats, in the order written.
pub fn techniques<'a>(written: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let (mut parents, mut subs) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for technique in written {
        let technique = technique.trim().to_ascii_uppercase();
        let parent = technique.split('.').next().unwrap_or_default().to_owned();
        if seen.insert(parent.clone()) {
            parents.push(parent);
        }
        if technique.contains('.') && seen.insert(technique.clone()) {
            subs.push(technique);
        }
    }
    (parents, subs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        assert_eq!(tactic("CommandandControl"), "CommandAndControl");
        assert_eq!(tactic("credential access"), "CredentialAccess");
        assert_eq!(tactic("Something"), "Something");
        assert_eq!(entity_type("Url"), "URL");
    }

    #[test]
    fn sub_techniques_are_split_off() {
        let (parents, subs) = techniques(["T1078.004", "T1078", "t1098.003", "T1098.001"].into_iter());
        assert_eq!(parents, ["T1078", "T1098"]);
        assert_eq!(subs, ["T1078.004", "T1098.003", "T1098.001"]);
    }
}
