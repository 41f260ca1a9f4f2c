//! Base, live and desired of one resource, field by field.

use serde_json::Value;

use super::FieldChange;
use super::health::{Cause, ServiceEdit, service_edits};
use super::mark::digests::{Digests, Leaf, UNMODELLED};
use super::mark::{Mark, VERSION};
use super::verdict::{Against, Verdict, judge};
use crate::resource::{Normal, Properties, ResourceType, fields, normalize};

/// The three values of a resource. Queries carry no marks here.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    pub resource_type: ResourceType,
    /// What was last applied, if that is known.
    pub base: Option<&'a Mark>,
    pub live: &'a Properties,
    pub desired: &'a Properties,
}

/// One field in which two of the three differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub field: FieldChange,
    /// Whether nobody's file says what it should be: such a field is always left as it lives.
    pub stray: bool,
}

/// What became of every field.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// In the order of the table; what is not modelled comes last.
    pub fields: Vec<Judged>,
    /// What differs by the service's own edit alone, as pending changes: the next write of the query restores it.
    pub restorable: Vec<FieldChange>,
    /// The service's own edits.
    pub service: Vec<ServiceEdit>,
}

impl Judgement {
    /// Takes it for no drift that an automation rule is off: its end has passed, and the service disables it then
    /// (Microsoft's docs). Its new end is written together with what enables it.
    pub fn begin_again(&mut self) {
        let off = |one: &&mut Judged| one.field.path == "triggeringLogic.isEnabled";
        for one in self.fields.iter_mut().filter(off).filter(|one| one.field.verdict == Verdict::Drift) {
            one.field.verdict = Verdict::Pending;
        }
    }

    /// Whether a field that the files decide has a verdict.
    pub fn has(&self, verdict: Verdict) -> bool {
        self.fields.iter().any(|one| !one.stray && one.field.verdict == verdict)
    }
}

/// Judges every field.
pub fn judged(sides: Sides<'_>) -> Judgement {
    let Sides { resource_type, base, live, desired } = sides;
    let (live_now, desired_now) = (normalize(resource_type, live), normalize(resource_type, desired));
    let known = base.and_then(|mark| Known::of(mark, resource_type, live, desired));
    let service = match resource_type {
        ResourceType::AlertRules => {
            let applied = |path: &str, value: Option<&Value>| match &known {
                Some(known) => known.is_base(resource_type, path, value),
                None => desired_now.value(path) == value,
            };
            let mut edits = service_edits(live, &applied);
            // A marker that was there before anything was applied is a difference like any other.
            edits.retain(|edit| known.is_some() || edit.cause == Cause::AutoDisabled);
            edits
        }
        _ => Vec::new(),
    };
    let (mut fields, mut restorable) = (Vec::new(), Vec::new());
    for (at, ((field, live_value), (_, desired_value))) in live_now.iter().zip(desired_now.iter()).enumerate() {
        let mut equal = live_value == desired_value;
        let unknown = Against { live: None, desired: None };
        let mut against = known.as_ref().map_or(unknown, |known| known.against(at, equal));
        let stray = field.only_if_written && desired_value.is_none();
        let change = |verdict, after: Option<&Value>| FieldChange {
            path: field.path.to_owned(),
            before: live_value.cloned().unwrap_or(Value::Null),
            after: after.cloned().unwrap_or(Value::Null),
            verdict,
            ignored: None,
        };
        if stray {
            if against.live == Some(false) {
                fields.push(Judged { field: change(Verdict::Drift, live_value), stray });
            }
            continue;
        }
        let edited = service.iter().any(|edit| edit.path == field.path);
        if edited {
            match against.desired {
                Some(_) => against.live = Some(true),
                // Nothing tells what was applied; but for the service's edit it is what the files say.
                None => equal = true,
            }
        }
        match judge(against, equal) {
            Some(verdict) => fields.push(Judged { field: change(verdict, desired_value), stray }),
            None if edited => restorable.push(change(Verdict::Pending, desired_value)),
            None => {}
        }
    }
    if let Some(known) = known.as_ref().filter(|known| known.unmodelled_changed()) {
        let rest = normalize::unmodelled(resource_type, known.table, live);
        let value = if rest.is_empty() { Value::Null } else { Value::Object(rest) };
        let (path, before, after) = (UNMODELLED.to_owned(), value.clone(), value);
        let field = FieldChange { path, before, after, verdict: Verdict::Drift, ignored: None };
        fields.push(Judged { field, stray: true });
    }
    Judgement { fields, restorable, service }
}

/// What a mark knows, with live and desired digested under its table.
struct Known<'a> {
    mark: &'a Mark,
    table: &'static [fields::Field],
    live: Digests,
    desired: Digests,
}

impl<'a> Known<'a> {
    fn of(mark: &'a Mark, resource_type: ResourceType, live: &Properties, desired: &Properties) -> Option<Self> {
        Some(Self {
            mark,
            table: fields::released(mark.version, resource_type)?,
            live: Digests::under(mark.version, resource_type, live)?,
            desired: Digests::under(mark.version, resource_type, desired)?,
        })
    }

    /// Fields are only ever appended: a field has one place in all tables that know it.
    fn against(&self, at: usize, equal: bool) -> Against {
        let leaf = |digests: &Digests| digests.fields.get(at).copied().flatten();
        let base = leaf(&self.mark.digests);
        let is_base = |digests| Some(leaf(digests)? == base?);
        if at >= self.table.len() && !self.unmodelled_changed() {
            // When the mark was written it was one of those that are not modelled, and of those none has changed.
            return Against { live: Some(true), desired: Some(equal) };
        }
        Against { live: is_base(&self.live), desired: is_base(&self.desired) }
    }

    fn is_base(&self, resource_type: ResourceType, path: &str, value: Option<&Value>) -> bool {
        let at = self.table.iter().position(|field| field.path == path);
        let base = at.and_then(|at| self.mark.digests.fields.get(at).copied().flatten());
        base == Some(Leaf::of(self.mark.version, resource_type, path, value))
    }

    fn unmodelled_changed(&self) -> bool {
        self.mark.digests.unmodelled.is_some() && self.mark.digests.unmodelled != self.live.unmodelled
    }
}

/// The digests of what is about to be written. Of a field that is kept although it differs the old digest stays, so that
/// the next plan says of it what this one says.
pub fn digests(sides: Sides<'_>, written: &Properties, kept: &[String]) -> Digests {
    let Sides { resource_type, base, live: _, desired } = sides;
    let mut digests = Digests::of(resource_type, written);
    let wanted = Digests::of(resource_type, desired);
    let table = fields::of(resource_type);
    for ((field, leaf), wanted) in table.iter().zip(&mut digests.fields).zip(wanted.fields) {
        if !kept.iter().any(|path| path == field.path) {
            continue;
        }
        let at = table.iter().position(|other| other.path == field.path);
        *leaf = match base {
            // Digests of another table say nothing under this one.
            Some(mark) if mark.version != VERSION => None,
            Some(mark) => at.and_then(|at| mark.digests.fields.get(at).copied().flatten()),
            None => wanted,
        };
    }
    digests
}

impl Normal {
    /// The value at a path of the table.
    fn value(&self, path: &str) -> Option<&Value> {
        self.iter().find(|(field, _)| field.path == path).and_then(|(_, value)| value)
    }
}
