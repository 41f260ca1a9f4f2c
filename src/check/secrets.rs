//! Secrets in texts that whoever may read the rule can read, in the repository as in the workspace.

use std::ops::Range;

use super::subject::Subject;
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::scalar;

/// What a secret looks like: its name, how it begins, and at least how many of which characters follow.
struct Kind {
    name: &'static str,
    begins: &'static str,
    least: usize,
    of: fn(char) -> bool,
}

const KINDS: &[Kind] = &[
    Kind { name: "the signature of a SAS URL", begins: "sig=", least: 40, of: base64_url },
    Kind { name: "the key of a storage account", begins: "AccountKey=", least: 60, of: base64 },
    Kind { name: "a shared access key", begins: "SharedAccessKey=", least: 40, of: base64 },
    Kind { name: "an AWS access key", begins: "AKIA", least: 16, of: upper },
    Kind { name: "a GitHub token", begins: "ghp_", least: 36, of: word },
    Kind { name: "a GitHub token", begins: "ghs_", least: 36, of: word },
    Kind { name: "a GitHub token", begins: "github_pat_", least: 60, of: word },
    Kind { name: "a Slack token", begins: "xoxb-", least: 20, of: word },
    Kind { name: "a Slack token", begins: "xoxp-", least: 20, of: word },
    Kind { name: "a Slack webhook", begins: "hooks.slack.com/services/T", least: 30, of: path },
    Kind { name: "a token (JWT)", begins: "eyJ", least: 80, of: token },
    Kind { name: "a private key", begins: "PRIVATE KEY-----", least: 64, of: pem },
];

fn base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

fn base64_url(c: char) -> bool {
    base64(c) || c == '%'
}

fn upper(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn path(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '/'
}

fn token(c: char) -> bool {
    word(c) || c == '.'
}

fn pem(c: char) -> bool {
    base64(c) || matches!(c, '\n' | '\r' | ' ' | '\\')
}

/// Finds texts that look like a secret, whole: a prefix alone is what a detection looks for.
pub fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let details = subject.details;
    for text in [&details.name, &details.description, &details.query].into_iter().flatten() {
        for (kind, part) in found(&text.value) {
            problems.push(problem(subject, text, kind, part));
        }
    }
}

fn problem(subject: &Subject<'_>, text: &Spanned<String>, kind: &Kind, part: Range<usize>) -> Diagnostic {
    let file = subject.sources.text(text.span.file);
    // Only its begin is shown.
    let shown = part.start..part.start + kind.begins.len();
    let place = scalar::place(&file, text.span, &text.value, shown).unwrap_or(text.span);
    Diagnostic::new(Code::SecretInText, place, format!("this looks like {}", kind.name)).help(
        "revoke it: whoever reads the repository or the rule has it; keep files behind a SAS URL in a watchlist instead",
    )
}

fn found(text: &str) -> Vec<(&'static Kind, Range<usize>)> {
    let mut all = Vec::new();
    for kind in KINDS {
        for (at, begins) in text.match_indices(kind.begins) {
            let rest = &text[at + begins.len()..];
            let length = rest.find(|c| !(kind.of)(c)).unwrap_or(rest.len());
            let alone = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let several = rest[..length].bytes().collect::<std::collections::BTreeSet<u8>>().len() > 6;
            if length >= kind.least && several && (alone || !kind.begins.starts_with(|c: char| c.is_alphanumeric())) {
                all.push((kind, at..at + begins.len() + length));
            }
        }
    }
    all
}
