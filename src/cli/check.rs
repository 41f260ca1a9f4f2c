//! `palisade check`

use super::args::{Check, CheckFormat, Global};
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::report::diagnostics::{self, Counts};

pub(crate) fn run(global: &Global, args: &Check, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    if let Some(missing) = args.paths.iter().find(|path| !global.folder.join(path).exists()) {
        output.error(&format!("{} does not exist", missing.display()), None);
        return Exit::Usage;
    }
    let loaded = session::project(global, &args.paths);
    let counts = Counts::of(loaded.sources.len(), loaded.content.rules.len(), &loaded.problems);
    match args.format {
        CheckFormat::Human => {
            let paint = output.paint();
            output.result(&diagnostics::human(&loaded.problems, &loaded.sources, paint));
            output.result(&diagnostics::closing(counts, paint));
        }
        CheckFormat::Json => output.result(&diagnostics::json(&loaded.problems, &loaded.sources, counts)),
    }
    if loaded.has_errors() { Exit::Invalid } else { Exit::Done }
}
