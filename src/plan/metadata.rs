//! `Microsoft.SecurityInsights/metadata`: the mark of what has no room for one in itself, and who else writes.
//!
//! Ours has `source: {kind: SourceRepository, name: Palisade, sourceId: <project>}` and the mark in `customVersion`; its
//! name follows Microsoft's own Repositories, which write `analyticsrule-<name>`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::mark::{Damage, Mark};
use crate::resource::{Resource, ResourceType};

/// The `source.kind` and `source.name` of our own.
const SOURCE: &str = "SourceRepository";
const OWN: &str = "Palisade";

/// The write of a mark that goes with a write of its resource, after it: were it first and the other failed, it would
/// tell of something that was never applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkWrite {
    /// The metadata resource's name.
    pub resource_name: String,
    /// The mark that is there, as text.
    pub before: Option<String>,
    /// The body that is sent; nothing if it is deleted.
    pub after: Option<Value>,
}

/// Somebody who writes to a resource beside us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Writer {
    /// Microsoft's Repositories, or another tool that deploys from one.
    Repository(String),
    /// A solution of the Content Hub, by name.
    ContentHub(String),
}

/// What the metadata of a workspace say of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Owners<'a> {
    /// Those that carry a mark of Palisade, of whatever project, with the mark.
    pub marks: Vec<(&'a Resource, Result<Mark, Damage>)>,
    pub writers: Vec<Writer>,
    /// Names of metadata that are not ours to overwrite.
    taken: Vec<String>,
}

/// The owners of resources by type and name in lower case.
pub type ByParent<'a> = BTreeMap<(ResourceType, String), Owners<'a>>;

/// Reads the metadata among live resources. What belongs to nothing that we know is passed over.
pub fn owners(live: &[Resource]) -> ByParent<'_> {
    let mut by_parent = ByParent::new();
    for one in live.iter().filter(|one| one.resource_type == ResourceType::Metadata) {
        let Some(parent) = parent(one) else { continue };
        let resource_type = parent.0;
        let owners = by_parent.entry(parent).or_default();
        let text = |pointer: &str| {
            let (key, rest) = pointer.split_once('.').unwrap_or((pointer, ""));
            let value = one.properties.get(key);
            let value = if rest.is_empty() { value } else { value.and_then(|value| value.get(rest)) };
            value.and_then(Value::as_str).unwrap_or_default()
        };
        let version = text("customVersion");
        // What we wrote stays ours whatever became of the mark in it: it is damaged, and no second writer.
        if version.starts_with("palisade/") || (text("source.kind"), text("source.name")) == (SOURCE, OWN) {
            owners.marks.push((one, Mark::read(resource_type, version).map(|(mark, _)| mark)));
            continue;
        }
        owners.taken.push(one.name.to_ascii_lowercase());
        let name = [text("source.name"), text("source.sourceId")].join(" ").trim().to_owned();
        match text("source.kind") {
            SOURCE => owners.writers.push(Writer::Repository(name)),
            "Solution" => owners.writers.push(Writer::ContentHub(name)),
            _ => {}
        }
    }
    by_parent
}

/// What a metadata resource belongs to. Ids come back in any case (recorded traffic).
pub fn parent(metadata: &Resource) -> Option<(ResourceType, String)> {
    let id = metadata.properties.get("parentId").and_then(Value::as_str)?;
    let mut segments = id.trim_end_matches('/').rsplit('/');
    let (name, segment) = (segments.next()?, segments.next()?);
    let known = [ResourceType::AlertRules, ResourceType::AutomationRules];
    let resource_type = known.into_iter().find(|one| one.segment().eq_ignore_ascii_case(segment))?;
    Some((resource_type, name.to_ascii_lowercase()))
}

impl Owners<'_> {
    /// The mark of a resource that belongs to that project, if one is there: its metadata's name, and its text.
    fn own(&self, project: impl Fn(&str) -> bool) -> Option<(&str, String)> {
        let own = self.marks.iter().find(|(_, mark)| mark.as_ref().map_or(true, |mark| project(&mark.project)));
        own.map(|(one, _)| (one.name.as_str(), custom_version(one)))
    }

    /// The write of a mark; `None` for no mark deletes the one that is there.
    pub fn write(
        &self,
        workspace_id: &str,
        resource_type: ResourceType,
        name: &str,
        mark: Option<&Mark>,
        ours: impl Fn(&str) -> bool,
    ) -> Option<MarkWrite> {
        let own = self.own(ours);
        let kinds = kinds(resource_type)?;
        let resource_name = match &own {
            Some((own, _)) => (*own).to_owned(),
            None => {
                let name = format!("{}-{name}", kinds.prefix);
                let taken = self.taken.contains(&name.to_ascii_lowercase());
                if taken { format!("palisade-{name}") } else { name }
            }
        };
        let before = own.map(|(_, text)| text);
        if mark.is_none() && before.is_none() {
            return None;
        }
        let after = mark.map(|mark| {
            json!({"properties": {
                "kind": kinds.kind,
                "parentId": format!(
                    "{workspace_id}/providers/Microsoft.SecurityInsights/{}/{name}", resource_type.segment()
                ),
                "contentId": name,
                "source": {"kind": SOURCE, "name": OWN, "sourceId": mark.project},
                "customVersion": mark.to_string(),
            }})
        });
        Some(MarkWrite { resource_name, before, after })
    }
}

/// The metadata that a planned write of a mark found.
pub fn there(write: &MarkWrite, resource_type: ResourceType, name: &str) -> Option<Resource> {
    let before = write.before.as_ref()?;
    let properties = json!({
        "parentId": format!("/{}/{name}", resource_type.segment()),
        "customVersion": before,
    });
    let properties = properties.as_object().cloned().unwrap_or_default();
    let name = write.resource_name.clone();
    Some(Resource { resource_type: ResourceType::Metadata, name, kind: None, etag: None, properties })
}

/// The text that holds a mark.
pub fn custom_version(metadata: &Resource) -> String {
    metadata.properties.get("customVersion").and_then(Value::as_str).unwrap_or_default().to_owned()
}

struct Kinds {
    /// Before the resource's name, as Repositories have it.
    prefix: &'static str,
    /// Of the swagger's enumeration.
    kind: &'static str,
}

fn kinds(resource_type: ResourceType) -> Option<Kinds> {
    match resource_type {
        ResourceType::AlertRules => Some(Kinds { prefix: "analyticsrule", kind: "AnalyticsRule" }),
        ResourceType::AutomationRules => Some(Kinds { prefix: "automationrule", kind: "AutomationRule" }),
        // A list carries its project in a label, and its name says what it holds.
        ResourceType::Watchlists | ResourceType::Metadata => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::plan::mark::{Digests, VERSION};
    use crate::resource::Properties;

    const WORKSPACE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w";

    fn metadata(name: &str, properties: Value) -> Resource {
        let properties = properties.as_object().cloned().unwrap();
        Resource { resource_type: ResourceType::Metadata, name: name.into(), kind: None, etag: None, properties }
    }

    fn mark(project: &str) -> Mark {
        let digests = Digests::of(ResourceType::AutomationRules, &Properties::new());
        Mark { version: VERSION, project: project.into(), name: "r".into(), digests }
    }

    #[test]
    fn what_is_written_is_read() {
        let kind = ResourceType::AutomationRules;
        let write = Owners::default().write(WORKSPACE, kind, "r", Some(&mark("soc")), |_| true).unwrap();
        assert_eq!((write.resource_name.as_str(), &write.before), ("automationrule-r", &None));
        let live = [metadata("automationrule-r", write.after.unwrap()["properties"].clone())];
        let owners = owners(&live);
        let own = &owners[&(kind, "r".to_owned())];
        assert_eq!((own.marks[0].1.clone(), own.writers.len()), (Ok(mark("soc")), 0));
        let gone = own.write(WORKSPACE, kind, "r", None, |project| project == "soc").unwrap();
        assert_eq!(
            (gone.resource_name.as_str(), gone.before, gone.after),
            ("automationrule-r", Some(mark("soc").to_string()), None)
        );
        assert_eq!(own.write(WORKSPACE, kind, "r", None, |project| project == "else"), None);
    }

    #[test]
    fn ours_is_no_second_writer_when_somebody_writes_over_its_mark() {
        let kind = ResourceType::AutomationRules;
        let write = Owners::default().write(WORKSPACE, kind, "r", Some(&mark("soc")), |_| true).unwrap();
        let mut properties = write.after.unwrap()["properties"].clone();
        for version in [json!("mine"), json!(""), Value::Null] {
            properties["customVersion"] = version;
            let live = [metadata("automationrule-r", properties.clone())];
            let owners = owners(&live);
            let own = &owners[&(kind, "r".to_owned())];
            assert!(own.marks[0].1.is_err() && own.writers.is_empty(), "{own:?}");
            let again = own.write(WORKSPACE, kind, "r", Some(&mark("soc")), |project| project == "soc").unwrap();
            assert_eq!(again.resource_name, "automationrule-r");
        }
    }

    #[test]
    fn other_writers_are_told_and_their_metadata_stays() {
        let parent = format!("{}/providers/Microsoft.SecurityInsights/AlertRules/R", WORKSPACE.to_uppercase());
        let live = [
            metadata(
                "analyticsrule-r",
                json!({"parentId": parent, "source": {"kind": "SourceRepository",
                "name": "Repositories", "sourceId": "51af"}}),
            ),
            metadata("x", json!({"parentId": parent, "source": {"kind": "Solution", "name": "Entra ID"}})),
            metadata("y", json!({"parentId": parent, "source": {"kind": "LocalWorkspace", "name": "w"}})),
            metadata("z", json!({"parentId": "/subscriptions/s/incidents/1"})),
        ];
        let owners = owners(&live);
        assert_eq!(owners.len(), 1);
        let of = &owners[&(ResourceType::AlertRules, "r".to_owned())];
        assert_eq!(of.writers, [Writer::Repository("Repositories 51af".into()), Writer::ContentHub("Entra ID".into())]);
        let write = of.write(WORKSPACE, ResourceType::AlertRules, "r", Some(&mark("soc")), |_| true).unwrap();
        assert_eq!(write.resource_name, "palisade-analyticsrule-r");
    }
}
