//! Texts that an editor holds and has not saved, in place of the files.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::{Found, PROJECT_FILE};
use crate::workspace::project::ProjectSettings;

/// Open texts by path, relative to the project and with `/`.
pub type Overlay = BTreeMap<String, String>;

/// Puts open texts in place of those of the files that were found. One that no file has yet counts too, unless the project
/// leaves it out.
pub(super) fn lay(root: &Path, mut found: Vec<Found>, open: &Overlay, settings: &ProjectSettings) -> Vec<Found> {
    if open.is_empty() {
        return found;
    }
    for file in &mut found {
        if let Some(text) = open.get(&file.path) {
            file.text = Ok(text.clone());
        }
    }
    for (path, text) in open {
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        let hidden = path.split('/').any(|part| part.starts_with('.'));
        if let Err(at) = found.binary_search_by(|file| file.path.as_str().cmp(path))
            && is_yaml
            && !hidden
            && path != PROJECT_FILE
            && settings.admits(path)
            && !root.join(path).exists()
        {
            found.insert(at, Found { path: path.clone(), text: Ok(text.clone()) });
        }
    }
    found
}
