//! `palisade query`

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::{Global, Query};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops::query::{BadLine, Judge, Line, Lines, MAX_LINE, Tables, answer};

/// How much is kept before it is printed, while more input is there.
const CHUNK: usize = 64 << 10;

pub(crate) fn run(global: &Global, args: &Query, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let tables = match args.schema.as_deref().map(|file| schema(&global.path(file), file)).transpose() {
        Ok(tables) => tables,
        Err((why, exit)) => {
            output.error(&why, Some("a schema is {\"Table\": {\"Column\": \"type\"}}, types are those of KQL"));
            return exit;
        }
    };
    let judge = match judge(global, args) {
        Ok(judge) => judge,
        Err(why) => {
            output.error(&why, Some("npm install @kusto/language-service-next"));
            return Exit::Usage;
        }
    };
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { &stdin } else { args.files.as_slice() };
    let mut exit = Exit::Done;
    for file in files {
        let ended = match open(global, file) {
            Ok((name, input)) => answers(&name, input, tables.as_ref(), judge.as_deref(), output),
            Err(why) => Err((format!("{}: {why}", file.display()), Exit::Usage)),
        };
        exit = exit.and(ended.unwrap_or_else(|(why, exit)| {
            output.error(&why, None);
            exit
        }));
    }
    exit
}

/// What went wrong, and how the run ends.
type Stopped = (String, Exit);

fn schema(path: &Path, shown: &Path) -> Result<Tables, Stopped> {
    let bytes = std::fs::read(path).map_err(|why| (format!("{}: {why}", shown.display()), Exit::Usage))?;
    Tables::read(&bytes).map_err(|why| (format!("{}: {why}", shown.display()), Exit::Invalid))
}

/// Microsoft's parser, if it is asked for or found.
#[cfg(feature = "kusto-engine")]
fn judge(global: &Global, args: &Query) -> Result<Option<Box<dyn Judge>>, String> {
    use crate::ops::query::Engine;
    let named = args.kusto_engine.as_deref().map(|package| global.path(package));
    let Some(package) = named.or_else(|| Engine::find(&global.folder)) else { return Ok(None) };
    Ok(Some(Box::new(Engine::load(&package)?)))
}

#[cfg(not(feature = "kusto-engine"))]
fn judge(_global: &Global, _args: &Query) -> Result<Option<Box<dyn Judge>>, String> {
    Ok(None)
}

fn open(global: &Global, file: &Path) -> std::io::Result<(String, Box<dyn Read>)> {
    if file == Path::new("-") {
        return Ok(("<stdin>".to_owned(), Box::new(std::io::stdin())));
    }
    Ok((file.display().to_string(), Box::new(File::open(global.path(file))?)))
}

/// Answers line by line. A bad line is told and passed over; the others are answered.
fn answers(
    name: &str,
    input: Box<dyn Read>,
    tables: Option<&Tables>,
    judge: Option<&dyn Judge>,
    output: &Output,
) -> Result<Exit, Stopped> {
    let mut lines = Lines::new(input);
    let mut exit = Exit::Done;
    let mut printed = String::new();
    for number in 1u64.. {
        // Whoever waits for an answer before the next question gets it.
        if printed.len() >= CHUNK || !lines.is_next_buffered() {
            output.result(&std::mem::take(&mut printed));
            if output.is_closed() {
                return Ok(exit);
            }
        }
        let line = lines.next_line().map_err(|why| (format!("{name}:{number}: {why}"), Exit::Failed))?;
        let bad = match line {
            None => break,
            Some(Line::TooLong) => BadLine { column: 0, message: format!("the line is longer than {MAX_LINE} bytes") },
            Some(Line::Text(text)) if text.trim_ascii().is_empty() => continue,
            Some(Line::Text(text)) => match answer(text, tables, judge) {
                Ok(answer) => {
                    let json = serde_json::to_string(&answer)
                        .map_err(|why| (format!("{name}:{number}: {why}"), Exit::Failed))?;
                    printed.push_str(&json);
                    printed.push('\n');
                    continue;
                }
                Err(bad) => bad,
            },
        };
        output.result(&std::mem::take(&mut printed));
        let column = if bad.column > 0 { format!(":{}", bad.column) } else { String::new() };
        output.error(
            &format!("{name}:{number}{column}: {}", bad.message),
            Some("a line is {\"id\": any, \"query\": \"KQL\"}"),
        );
        exit = Exit::Invalid;
    }
    output.result(&printed);
    Ok(exit)
}
