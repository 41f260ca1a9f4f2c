//! Documents about what lives: ids that became others, drift that is left alone.

use jiff::Timestamp;

use super::judge::Judge;
use crate::check;
use crate::diagnostic::{Code, Diagnostic, Spanned, nearest};
use crate::resource::fields::ALERT_RULE;
use crate::rule::drift_ignore::{self, DriftIgnore};
use crate::rule::exclusion::RuleScope;
use crate::rule::moved::{self, Moved};
use crate::rule::{Rule, yaml};
use crate::workspace::exclusion_scope::{entry_names, reach};

/// What a project says of live resources.
#[derive(Debug, Clone, Default)]
pub struct LiveDocuments {
    pub moved: Vec<Moved>,
    pub drift_ignores: Vec<DriftIgnore>,
    /// Ids that a document about a move names, even a faulty one: no rule of that name has left the project.
    pub named: Vec<String>,
}

/// Keys of the dialect that the service calls otherwise.
const OTHERWISE: &[(&str, &str)] =
    &[("name", "displayName"), ("relevantTechniques", "techniques"), ("correlation", "description")];

/// The path of a field that an author names, or of everything below it. Nothing if a rule has none of that name.
pub fn field_path(word: &str) -> Option<String> {
    let word = word.trim();
    let word = OTHERWISE.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map_or(word, |(_, path)| path);
    let below = |path: &str| {
        path.len() >= word.len()
            && path.is_char_boundary(word.len())
            && path[..word.len()].eq_ignore_ascii_case(word)
            && (path.len() == word.len() || path[word.len()..].starts_with('.'))
    };
    let field = ALERT_RULE.iter().find(|field| !word.is_empty() && below(field.path))?;
    Some(field.path[..word.len()].to_owned())
}

impl LiveDocuments {
    pub(super) fn moved(&mut self, node: yaml::Node<'_>, judge: &mut Judge, problems: &mut Vec<Diagnostic>) {
        let id = |key| node.get(key).and_then(yaml::Node::text).map(|id| id.trim().to_owned());
        self.named.extend(["from", "to"].into_iter().filter_map(id));
        let mut own = Vec::new();
        let read = moved::read(node, &mut own);
        let own = judge.settle(own);
        self.moved.extend(read.filter(|_| !own.iter().any(Diagnostic::is_error)));
        problems.extend(own);
    }

    pub(super) fn drift_ignore(&mut self, node: yaml::Node<'_>, judge: &mut Judge, problems: &mut Vec<Diagnostic>) {
        let mut own = Vec::new();
        let read = drift_ignore::read(node, &unknown_field, &mut own);
        let own = judge.settle(own);
        self.drift_ignores.extend(read.filter(|_| !own.iter().any(Diagnostic::is_error)));
        problems.extend(own);
    }

    /// Checks them against the rules. `ids` are those of all documents.
    pub(super) fn settle(&mut self, rules: &[Rule], ids: &[&str], now: Timestamp, problems: &mut Vec<Diagnostic>) {
        let mut kept = check::moves::check(&self.moved, ids, problems).into_iter();
        self.moved.retain(|_| kept.next().unwrap_or(false));
        for ignore in &self.drift_ignores {
            if ignore.is_lapsed(now) {
                let message = "this drift was ignored until now, and is told again";
                problems.push(
                    Diagnostic::new(Code::DriftIgnoreLapsed, ignore.expires.span, message)
                        .help("write the change into the files with `palisade adopt`, or undo it; then remove this"),
                );
            }
            match &ignore.rules {
                RuleScope::Listed(list) => {
                    let meant = |entry: &str| {
                        rules.iter().any(|rule| entry_names(entry, rule))
                            || ids.iter().any(|id| id.eq_ignore_ascii_case(entry.trim()))
                    };
                    for entry in list.iter().filter(|entry| !meant(&entry.value)) {
                        problems.push(nothing(entry.span, ids.iter().copied(), &entry.value));
                    }
                }
                RuleScope::Matching(by) => {
                    if !rules.iter().any(|rule| reach(&ignore.rules, rule).is_some()) {
                        problems.push(nothing(by.span, [], ""));
                    }
                }
            }
        }
    }
}

fn unknown_field(field: &Spanned<String>) -> Option<Diagnostic> {
    if field_path(&field.value).is_some() {
        return None;
    }
    let names = ALERT_RULE.iter().map(|field| field.path).chain(OTHERWISE.iter().map(|(own, _)| *own));
    let help = match nearest(&field.value, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "give a key of a rule, such as severity or incidentConfiguration.createIncident".to_owned(),
    };
    let message = format!("no rule has a field {}", crate::rule::fields::quoted(&field.value));
    Some(Diagnostic::new(Code::InvalidValue, field.span, message).help(help))
}

fn nothing<'i>(span: crate::diagnostic::Span, ids: impl IntoIterator<Item = &'i str>, entry: &str) -> Diagnostic {
    let help = match nearest(entry, ids) {
        Some(near) => format!("did you mean {near}?"),
        None => "it takes ids, names with * and ?, or tactics, severity and tags".to_owned(),
    };
    Diagnostic::new(Code::MatchesNothing, span, "this ignored drift is of no rule").help(help)
}

#[cfg(test)]
mod tests {
    use super::field_path;

    #[test]
    fn fields_are_named_as_in_a_file_or_as_the_service_does() {
        let found = |word| field_path(word).unwrap_or_default();
        assert_eq!(found("severity"), "severity");
        assert_eq!(found("name"), "displayName");
        assert_eq!(found("relevantTechniques"), "techniques");
        assert_eq!(found("incidentconfiguration"), "incidentConfiguration");
        assert_eq!(found("incidentConfiguration.groupingConfiguration"), "incidentConfiguration.groupingConfiguration");
        assert_eq!(found("incident"), "");
        assert_eq!(found(""), "");
        assert_eq!(found("sevérity"), "");
    }
}
