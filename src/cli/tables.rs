//! `palisade tables`

use super::args::{Global, Live, Tables as Args, TablesVerb};
use super::connect::Doors;
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops::Workspace;
use crate::ops::connection::Connector;
use crate::ops::tables::{Pulled, folder, live, save};

pub(crate) async fn run(global: &Global, args: Args, output: &Output) -> Exit {
    let TablesVerb::Pull(args) = args.verb;
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let mut loaded = session::project(global, &[]);
    let live = Live { auth: args.auth, ..Live::of(args.workspaces) };
    let workspaces = match session::workspaces(&mut loaded, &live.workspaces, output) {
        Ok(workspaces) => workspaces,
        Err(exit) => return exit,
    };
    let content = &loaded.content;
    let doors = Doors::new(global, &live, content.settings.auth.clone(), content.api_versions.clone());
    let mut exit = Exit::Done;
    for workspace in &workspaces {
        let name = &workspace.name.value;
        let shown = folder(name);
        if !content.settings.admits(&format!("{shown}/a.yaml")) {
            output.error(
                &format!("{shown} would not be read: `include` or `exclude` of palisade.yaml leave it out"),
                Some("include tables/**"),
            );
            exit = exit.and(Exit::Usage);
            continue;
        }
        match pull(global, workspace, &doors).await {
            Ok(Pulled { tables, columns, written, removed }) => output.result(&format!(
                "{name}: {tables} tables with {columns} columns in {shown} ({written} files written, {removed} removed)\n"
            )),
            Err(why) => {
                output.error(&format!("{name}: {why}"), None);
                exit = exit.and(Exit::Failed);
            }
        }
    }
    exit
}

async fn pull(global: &Global, workspace: &Workspace, doors: &Doors) -> Result<Pulled, String> {
    let connection = doors.connect(workspace)?;
    let tables = live(&connection).await.map_err(|why| why.to_string())?;
    if tables.is_empty() {
        return Err("the list of its tables is empty: nothing was changed".to_owned());
    }
    save(&global.folder, &workspace.name.value, &tables)
}
