//! `palisade new`

use super::args::{BegunKind, Global, Live, New as Args};
use super::connect::Doors;
use super::exit::Exit;
use super::output::Output;
use super::session;
use crate::ops::connection::Connector;
use crate::ops::new::{Begun, Drafted, draft, incident, save};

pub(crate) async fn run(global: &Global, args: Args, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let text = match &args.from_incident {
        None => begun(args.kind).skeleton(global.now.unwrap_or_else(jiff::Timestamp::now)),
        Some(id) => match from_incident(global, &args, id, output).await {
            Ok(text) => text,
            Err(exit) => return exit,
        },
    };
    let Some(file) = &args.out else {
        output.result(&text);
        return Exit::Done;
    };
    match save(&global.path(file), &text) {
        Ok(()) => {
            output.note(&format!("{} is written: see what is TODO in it, then run palisade check\n", file.display()));
            Exit::Done
        }
        Err(why) => {
            output.error(&why, Some("give another file with --out"));
            Exit::Failed
        }
    }
}

async fn from_incident(global: &Global, args: &Args, id: &str, output: &Output) -> Result<String, Exit> {
    let kind = match args.kind {
        BegunKind::Exclusion => Drafted::Exclusion,
        BegunKind::Suppression => Drafted::Suppression,
        BegunKind::Rule | BegunKind::Nrt | BegunKind::Workspace => {
            output.error("an incident makes an exclusion or a suppression", Some("leave out --from-incident"));
            return Err(Exit::Usage);
        }
    };
    let mut loaded = session::project(global, &[]);
    let live = Live { auth: args.auth.clone(), ..Live::of(args.workspaces.clone()) };
    let workspaces = session::workspaces(&mut loaded, &live.workspaces, output)?;
    let [workspace] = workspaces.as_slice() else {
        output.error("an incident is of one workspace", Some("name it with -w"));
        return Err(Exit::Usage);
    };
    let content = &loaded.content;
    let doors = Doors::new(global, &live, content.settings.auth.clone(), content.api_versions.clone());
    let read = async {
        let connection = doors.connect(workspace)?;
        let incident = incident(&connection, id).await?;
        draft(&loaded, workspace, &incident, kind)
    };
    read.await.map_err(|why: String| {
        output.error(&format!("{}: {why}", workspace.name.value), None);
        Exit::Failed
    })
}

fn begun(kind: BegunKind) -> Begun {
    match kind {
        BegunKind::Rule => Begun::Rule,
        BegunKind::Nrt => Begun::Nrt,
        BegunKind::Workspace => Begun::Workspace,
        BegunKind::Exclusion => Begun::Exclusion,
        BegunKind::Suppression => Begun::Suppression,
    }
}
