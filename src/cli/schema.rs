//! `palisade schema`

use super::args::Schema as Args;
use super::exit::Exit;
use super::output::Output;
use crate::diagnostic::nearest;
use crate::ops::schema::{ALL, Schema};

pub(crate) fn run(args: &Args, output: &Output) -> Exit {
    let Some(kind) = &args.kind else {
        for schema in ALL {
            output.result(&format!("{:<12} {}\n", schema.name, schema.kinds.join(", ")));
        }
        return Exit::Done;
    };
    if let Some(schema) = Schema::named(kind) {
        output.result(&schema.text());
        return Exit::Done;
    }
    let names = ALL.iter().flat_map(|schema| schema.kinds.iter().copied().chain([schema.name]));
    let help = match nearest(kind, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`palisade schema` lists them all".to_owned(),
    };
    output.error(&format!("no kind of document is `{}`", kind.escape_debug()), Some(&help));
    Exit::Usage
}
