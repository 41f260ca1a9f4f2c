//! What left the project and stays all the same.

use std::fmt::Write;

use super::markdown::code;
use super::paint::Paint;
use crate::diagnostic::hidden::visible;
use crate::plan::Left;

/// One line each, below the changes of a workspace.
pub fn human(text: &mut String, left: &[Left], paint: Paint) {
    for one in left {
        let name = paint.faint(&format!("[{}]", visible(&one.resource_name, false)));
        let _ = writeln!(text, "  {} {name}", paint.changed(&format!("? left {}", visible(&one.name, false))));
        let _ = writeln!(text, "      {}", visible(&one.reason, false));
    }
}

/// A list of Markdown.
pub fn markdown(text: &mut String, left: &[Left]) {
    for one in left {
        let _ = writeln!(text, "- Left: {} ({}): {}", code(&one.name), code(&one.resource_name), code(&one.reason));
    }
    if !left.is_empty() {
        text.push('\n');
    }
}
