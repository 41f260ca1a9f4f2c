//! Guards that refuse a plan, and those that were let through.

use std::fmt::Write;

use super::markdown::code;
use super::paint::Paint;
use crate::diagnostic::Code;
use crate::diagnostic::hidden::visible;
use crate::plan::guard::Trip;

/// How many names are told one by one.
const TOLD: usize = 10;

/// What a guard says, on one line.
pub fn line(trip: &Trip) -> String {
    let place = trip.workspace.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    visible(&format!("{place}{} [{}]", trip.message, trip.code), false)
}

/// What lets it through.
pub fn way_out(trip: &Trip) -> String {
    if trip.code == Code::Protected.name() {
        "take the entry out of `protect:` in palisade.yaml, in a change of its own".to_owned()
    } else {
        format!("if it is meant: --allow {} (palisade explain {} tells more)", trip.code, trip.code)
    }
}

/// Every guard below a plan on a terminal.
pub fn human(text: &mut String, trips: &[Trip], paint: Paint) {
    for trip in trips {
        let (word, rest) = if trip.allowed {
            (paint.changed("let through"), String::new())
        } else {
            (paint.removed("refused"), format!("      {}\n", paint.faint(&way_out(trip))))
        };
        let _ = writeln!(text, "{word}: {}", line(trip));
        for name in told(trip) {
            let _ = writeln!(text, "      {name}");
        }
        text.push_str(&rest);
    }
    if !trips.is_empty() {
        text.push('\n');
    }
}

/// Every guard as a list of Markdown.
pub fn markdown(text: &mut String, trips: &[Trip]) {
    for trip in trips {
        let word = if trip.allowed { "Let through" } else { "**Refused**" };
        let _ = writeln!(text, "- {word} by guard {}: {}", code(&trip.code), code(&line(trip)));
        for name in told(trip) {
            let _ = writeln!(text, "  - {}", code(&name));
        }
    }
    if !trips.is_empty() {
        text.push('\n');
    }
}

fn told(trip: &Trip) -> Vec<String> {
    let mut names: Vec<String> = trip.names.iter().take(TOLD).map(|name| visible(name, false)).collect();
    if trip.names.len() > TOLD {
        names.push(format!("and {} more", trip.names.len() - TOLD));
    }
    names
}
