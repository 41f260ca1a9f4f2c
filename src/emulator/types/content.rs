//! What Content Hub and Repositories bring: templates, packages, source controls. Clients read it, seeds write it.
//!
//! After recorded traffic of 2021-03 and 2022-06 (templates) and Microsoft's swagger.

use serde_json::Value;

use super::{READ_ONLY, Type};
use crate::emulator::location::query;
use crate::emulator::version::{View, hide};

pub(super) const TEMPLATES: Type =
    Type { path: "alertRuleTemplates", spelled: "AlertRuleTemplates", view: Some(template), ..READ_ONLY };

pub(super) const PACKAGES: Type = Type { path: "contentPackages", spelled: "contentpackages", etag: true, ..READ_ONLY };

pub(super) const PRODUCT_PACKAGES: Type =
    Type { path: "contentProductPackages", spelled: "contentproductpackages", view: Some(package), ..PACKAGES };

pub(super) const INSTALLED_TEMPLATES: Type =
    Type { path: "contentTemplates", spelled: "contenttemplates", view: Some(main_template), ..PACKAGES };

pub(super) const PRODUCT_TEMPLATES: Type =
    Type { path: "contentProductTemplates", spelled: "contentproducttemplates", ..INSTALLED_TEMPLATES };

pub(super) const SOURCE_CONTROLS: Type =
    Type { path: "sourcecontrols", spelled: "SourceControls", etag: true, ..READ_ONLY };

/// The members that templates have by version: those of 2020-01-01 have neither `version` nor techniques (recorded);
/// those of 2021-10-01 have the first (Microsoft's example).
fn template(template: &mut Value, view: &View<'_>) {
    // Anomaly templates have their techniques in every version (recorded).
    if template.get("kind").and_then(Value::as_str) == Some("Anomaly") {
        return;
    }
    if !view.version.is_since("2021-01-01") {
        hide(template, "/properties", &["version"]);
    }
    if !view.version.is_since("2022-01-01") {
        hide(template, "/properties", &["techniques"]);
    }
    if !view.version.is_preview_since("2022-06-01") {
        hide(template, "/properties", &["sentinelEntitiesMappings"]);
    }
    if !view.version.is_preview_since("2024-01-01") {
        hide(template, "/properties", &["subTechniques"]);
    }
}

/// A list holds the content only where `$expand` asks for it.
fn main_template(template: &mut Value, view: &View<'_>) {
    unless_expanded(template, view, "mainTemplate");
}

fn package(package: &mut Value, view: &View<'_>) {
    unless_expanded(package, view, "packagedContent");
    unless_expanded(package, view, "packageContent");
}

fn unless_expanded(resource: &mut Value, view: &View<'_>, member: &str) {
    let asked = query(view.uri, "$expand").is_some_and(|asked| asked.contains(member));
    if view.listed && !asked {
        hide(resource, "/properties", &[member]);
    }
}
