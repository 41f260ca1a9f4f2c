//! `palisade explain`

use super::args::Explain;
use super::exit::Exit;
use super::output::Output;
use crate::diagnostic::{Code, nearest};
use crate::report::codes;
use crate::report::topics::TOPICS;

pub(crate) fn run(args: &Explain, output: &Output) -> Exit {
    let Some(name) = &args.code else {
        output.result(&codes::list(output.paint()));
        return Exit::Done;
    };
    let name = name.trim().to_ascii_lowercase();
    if let Some(code) = Code::named(&name) {
        output.result(&codes::one(code, output.paint()));
        return Exit::Done;
    }
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name == name) {
        output.result(topic.text);
        return Exit::Done;
    }
    let names = Code::ALL.iter().map(|code| code.name()).chain(TOPICS.iter().map(|topic| topic.name));
    let help = match nearest(&name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`palisade explain` lists them all".to_owned(),
    };
    output.error(&format!("no check has the code `{}`", name.escape_debug()), Some(&help));
    Exit::Usage
}
