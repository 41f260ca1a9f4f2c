//! What each code means: one of them, all of them in a list, and the reference page.

use std::fmt::Write;

use super::paint::Paint;
use super::topics::TOPICS;
use crate::diagnostic::page::Example;
use crate::diagnostic::{Code, Level};

const INTRO: &str = "<!-- Made from src/diagnostic/code.rs and src/diagnostic/code/. `PALISADE_BLESS=1 cargo test --test checks` writes it. -->

# Checks

Everything that `palisade check` can say, by code. `palisade explain CODE` prints the same on a terminal. A code keeps its
name and its meaning for ever.

An `error` is what the service would refuse or what can never work: plan and apply stop. A `warning` is likely a mistake,
an `info` is worth knowing. A fenced example shows the keys that matter; the rest of the file is that of an ordinary rule.
Each example is run by a test: the bad one gives exactly its code, the good one nothing.
";

/// One code: what it is, why it matters, an example of bad and good.
pub fn one(code: Code, paint: Paint) -> String {
    let page = code.page();
    let mut text = String::new();
    let level = leveled(code.level(), code.level().name(), paint);
    let _ = writeln!(text, "{} ({level})", paint.strong(code.name()));
    let _ = writeln!(text, "{}\n\n{}", code.summary(), page.explanation);
    for (title, examples) in [("Bad", &page.bad), ("Good", &page.good)] {
        for example in examples {
            let _ = writeln!(text, "\n{}{}:\n", paint.strong(title), place(example));
            for line in example.text.lines() {
                let _ = writeln!(text, "{}", format!("    {line}").trim_end());
            }
        }
    }
    let _ = writeln!(text, "\n{}", paint.faint(&code.help_uri()));
    text
}

fn place(example: &Example<'_>) -> String {
    example.path.map_or(String::new(), |path| format!(" ({path})"))
}

/// Every code with its level, one a line, under headings, and the topics after them.
pub fn list(paint: Paint) -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut group = "";
    for &code in Code::ALL {
        if code.group() != group {
            let gap = if group.is_empty() { "" } else { "\n" };
            group = code.group();
            let _ = writeln!(text, "{gap}{}", paint.strong(group));
        }
        let level = leveled(code.level(), &format!("{:<7}", code.level().name()), paint);
        let _ = writeln!(text, "  {:<width$}  {level}  {}", code.name(), code.summary());
    }
    let _ = writeln!(text, "\n{}", paint.strong("Topics"));
    for topic in TOPICS {
        let _ = writeln!(text, "  {:<width$}           {}", topic.name, topic.summary);
    }
    text
}

fn leveled(level: Level, text: &str, paint: Paint) -> String {
    match level {
        Level::Error => paint.removed(text),
        Level::Warning => paint.changed(text),
        Level::Info => paint.faint(text),
    }
}

/// The reference page, docs/checks.md.
pub fn markdown() -> String {
    let mut text = INTRO.to_owned();
    let mut group = "";
    for &code in Code::ALL {
        if code.group() != group {
            group = code.group();
            let _ = write!(text, "\n## {group}\n\n| code | level | |\n|---|---|---|\n");
            for code in Code::ALL.iter().filter(|code| code.group() == group) {
                let (name, summary) = (code.name(), code.summary().replace('|', "\\|"));
                let _ = writeln!(text, "| [`{name}`](#{name}) | {} | {summary} |", code.level());
            }
        }
        let page = code.page();
        let _ = write!(text, "\n### {}\n\n**{}**: {}\n\n", code.name(), code.level(), code.summary());
        let _ = writeln!(text, "{}", page.explanation);
        for (title, examples) in [("Bad", &page.bad), ("Good", &page.good)] {
            for example in examples {
                let place = example.path.map_or(String::new(), |path| format!(" (`{path}`)"));
                let _ = write!(text, "\n{title}{place}:\n\n```yaml\n{}\n```\n", example.text);
            }
        }
    }
    text
}
