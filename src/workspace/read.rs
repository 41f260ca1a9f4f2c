//! A YAML document to a [`Workspace`].

use std::collections::BTreeMap;

use super::live_policy::LivePolicy;
use super::selector::{Selector, read_list};
use super::{AUTH_METHODS, Auth, AzureTarget, Override, Target, Workspace};
use crate::diagnostic::{Code, Diagnostic, Spanned};
use crate::rule::fields::{Fields, quoted};
use crate::rule::read::{one_or_more, overrides};
use crate::rule::yaml::Node;

pub(super) const CLOUDS: &[(&str, &str)] = &[("public", "public"), ("usgov", "usgov"), ("china", "china")];
const AZURE_KEYS: [&str; 6] = ["tenant", "subscription", "resourceGroup", "workspace", "cloud", "endpoint"];

/// Reads a document of kind Workspace.
pub fn workspace(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Workspace> {
    let span = node.span;
    let mut fields = Fields::of(node, "a workspace", problems)?;
    fields.keep(&["kind", "parameters", "description"]);
    let name = name(&mut fields);
    let target = target(&mut fields);
    let labels = fields.text_map("labels").map(|map| map.value).unwrap_or_default();
    let (include, exclude) = rules(&mut fields);
    let overrides = fields.list("overrides").map(|list| list.value).unwrap_or_default();
    let overrides = overrides.into_iter().filter_map(|node| override_of(node, fields.problems)).collect();
    let adopt = fields.boolean("adopt").is_some_and(|adopt| adopt.value);
    let names = fields.text_map("names").map(|map| map.value).unwrap_or_default();
    let policy = fields.mapping("policy").map(live_policy).unwrap_or_default();
    fields.finish_strict();
    Some(Workspace {
        name: name?,
        target: target?,
        labels: labels.into_iter().map(|(key, value)| (key, value.value)).collect(),
        include,
        exclude,
        overrides,
        names: names_by_id(names, problems),
        adopt,
        policy,
        span,
    })
}

fn live_policy(mut policy: Fields<'_, '_>) -> LivePolicy {
    let found = LivePolicy::read(&mut policy);
    policy.finish_strict();
    found
}

fn name(fields: &mut Fields<'_, '_>) -> Option<Spanned<String>> {
    let Some(name) = fields.text("name") else {
        fields.missing("name", "the name that -w takes");
        return None;
    };
    let fits = !name.value.is_empty()
        && name.value.len() <= 64
        && name.value.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !fits {
        let message = format!("a workspace can't be named {}", quoted(&name.value));
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, name.span, message)
                .help("letters, digits, `-`, `_` and `.`, at most 64 of them"),
        );
        return None;
    }
    if name.value == "local" {
        fields.problems.push(
            Diagnostic::new(Code::InvalidValue, name.span, "`local` is the embedded workspace of every project")
                .help("choose another name"),
        );
        return None;
    }
    Some(name)
}

fn target(fields: &mut Fields<'_, '_>) -> Option<Target> {
    if let Some(file) = fields.text("emulator") {
        if let Some(key) = AZURE_KEYS.into_iter().find(|key| fields.has(key)) {
            fields.problems.push(
                Diagnostic::new(
                    Code::WorkspaceTarget,
                    file.span,
                    format!("a workspace has both `emulator` and `{key}`: one target too many"),
                )
                .help("keep `emulator` for a rehearsal, or the Azure fields for the real one"),
            );
            fields.keep(&AZURE_KEYS);
        }
        fields.keep(&["auth"]);
        return inside(&file, fields.problems).then_some(Target::Emulator(file));
    }
    let [subscription, resource_group, workspace] =
        ["subscription", "resourceGroup", "workspace"].map(|key| fields.text(key));
    let tenant = fields.text("tenant");
    let cloud = fields.one_of("cloud", CLOUDS).map_or("public", |cloud| cloud.value);
    let endpoint = fields.text("endpoint");
    let auth = auth(fields);
    let absent = [("subscription", &subscription), ("resourceGroup", &resource_group), ("workspace", &workspace)];
    for (key, _) in absent.iter().filter(|(_, value)| value.is_none()) {
        fields.missing(key, "or give `emulator: <file>` for a workspace in the embedded emulator");
    }
    Some(Target::Azure(Box::new(AzureTarget {
        tenant,
        subscription: subscription?,
        resource_group: resource_group?,
        workspace: workspace?,
        cloud,
        auth,
        endpoint,
    })))
}

/// An emulator's file stays inside of the project.
fn inside(file: &Spanned<String>, problems: &mut Vec<Diagnostic>) -> bool {
    let path = &file.value;
    let out = path.is_empty()
        || path.starts_with(['/', '\\'])
        || path.contains(':')
        || path.split(['/', '\\']).any(|part| part == "..");
    if out {
        problems.push(
            Diagnostic::new(
                Code::WorkspaceTarget,
                file.span,
                format!("the emulator's file {} is not inside the project", quoted(path)),
            )
            .help("give a relative path without `..`, such as .palisade/contoso.db"),
        );
    }
    !out
}

/// Reads `auth:`, of a workspace or of the project.
pub fn auth(fields: &mut Fields<'_, '_>) -> Auth {
    let Some(mut own) = fields.mapping("auth") else { return Auth::default() };
    let found = Auth { tenant: own.text("tenant"), method: own.one_of("method", AUTH_METHODS) };
    own.finish_strict();
    found
}

fn rules(fields: &mut Fields<'_, '_>) -> (Vec<Selector>, Vec<Selector>) {
    let Some(mut own) = fields.mapping("rules") else { return (Vec::new(), Vec::new()) };
    let [include, exclude] = ["include", "exclude"].map(|key| {
        let Some(list) = own.list(key) else { return Vec::new() };
        if list.value.is_empty() && key == "include" {
            own.problems.push(
                Diagnostic::new(Code::InvalidValue, list.span, "an empty `include`: no rule would go here")
                    .help("leave `include` out to take every rule, or exclude \"**\" if none shall go here"),
            );
        }
        read_list(list.value, own.problems)
    });
    own.finish_strict();
    (include, exclude)
}

fn override_of(node: Node<'_>, problems: &mut Vec<Diagnostic>) -> Option<Override> {
    let span = node.span;
    let mut fields = Fields::of(node, "an override", problems)?;
    let rules = fields.list("rules").map(|list| list.value).unwrap_or_default();
    if rules.is_empty() {
        fields.missing("rules", "which rules it is for");
    }
    let rules = read_list(rules, fields.problems);
    let set = match fields.take("set") {
        Some(entry) => {
            let from = fields.problems.len();
            let set = overrides(entry.value, fields.problems);
            raise_unknown_keys(&mut fields.problems[from..]);
            set
        }
        None => {
            fields.missing("set", "the fields that are otherwise here");
            None
        }
    };
    fields.finish_strict();
    Some(Override { rules, set: set?, span })
}

/// In an override nothing is dropped in silence: what is not a rule's field is an error.
fn raise_unknown_keys(problems: &mut [Diagnostic]) {
    for problem in problems.iter_mut().filter(|problem| problem.code == Code::UnknownKey) {
        problem.level = crate::diagnostic::Level::Error;
    }
}

fn names_by_id(
    names: Vec<(String, Spanned<String>)>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Spanned<String>> {
    let mut by_id = BTreeMap::new();
    for (id, name) in names {
        let fits = !name.value.is_empty()
            && name.value.len() <= 260
            && name.value.chars().all(|c| c.is_ascii_graphic() && !"/\\?#%&<>:*\"'".contains(c));
        if !fits {
            let message = format!("{} can't name an ARM resource", quoted(&name.value));
            problems.push(Diagnostic::new(Code::InvalidValue, name.span, message).help("give the live rule's name"));
            continue;
        }
        by_id.insert(id.to_ascii_lowercase(), name);
    }
    by_id
}

/// Reads the list of texts under a key, or one text alone.
pub fn words(fields: &mut Fields<'_, '_>, key: &'static str) -> Vec<Spanned<String>> {
    match fields.take(key) {
        Some(entry) => one_or_more(entry.value, key, fields.problems),
        None => Vec::new(),
    }
}
