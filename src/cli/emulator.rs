//! `palisade emulator`

mod welcome;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::args::{Emulator as Args, Etag, Switch};
use super::exit::Exit;
use super::interrupt::Signals;
use super::output::Output;
use crate::emulator::faults::Fault;
use crate::emulator::tls::Tls;
use crate::emulator::{Emulator, Options, Seeded, server};
use crate::ops::items::{Item, items};
use welcome::Welcome;

/// How long requests under way are waited for. One that was sent by half would be waited for without end; a second
/// signal ends the waiting.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) async fn run(args: &Args, output: &Output) -> Exit {
    match serve(args, output).await {
        Ok(()) => Exit::Done,
        Err(why) => {
            output.error(&why, None);
            Exit::Failed
        }
    }
}

async fn serve(args: &Args, output: &Output) -> Result<(), String> {
    let faults = faults(args)?;
    let emulator = open(args)?;
    for path in &args.seed {
        let Seeded { workspaces, written, kept } =
            emulator.seed_path(path).await.map_err(|error| format!("seed: {error}"))?;
        let path = path.display();
        output.note(&format!(
            "Seeded {workspaces} workspaces from {path}: {written} resources, {kept} left as they are.\n"
        ));
    }
    faults.into_iter().for_each(|fault| {
        emulator.inject(fault);
    });
    let (listener, address) = bind(args.port)?;
    let tls = match args.tls_port {
        None => None,
        Some(port) => {
            let tls = Tls::open(&certificates(args)).map_err(|error| format!("certificates: {error}"))?;
            let (listener, address) = bind(port)?;
            Some((tls, listener, address))
        }
    };
    let welcome = Welcome {
        address,
        state: args.state.as_deref(),
        strict: args.strict,
        tls: tls.as_ref().map(|(tls, _, address)| (tls.ca_file(), address.port())),
    };
    output.result(&welcome.text());
    let (stop, stopped) = watch::channel(());
    let plain = server::serve(emulator.clone(), listener, until(stopped.clone()));
    let secure = async {
        match tls {
            Some((tls, listener, _)) => server::serve_tls(emulator, listener, &tls, until(stopped)).await,
            None => Ok(()),
        }
    };
    let told = async {
        let mut signals = Signals::new();
        signals.next().await;
        drop(stop);
        tokio::select! {
            () = tokio::time::sleep(GRACE + args.latency) => {}
            () = signals.next() => {}
        }
    };
    tokio::select! {
        served = async { tokio::try_join!(plain, secure) } => served.map(|_| ()).map_err(|error| error.to_string()),
        () = told => Ok(()),
    }
}

fn open(args: &Args) -> Result<Emulator, String> {
    let options = Options {
        page: args.page,
        limits: args.limits == Switch::On,
        queries: args.queries == Switch::On,
        check_etag: args.etag == Etag::Enforce,
        latency: args.latency,
        strict: args.strict,
        throttle: args.throttle,
        token_lifetime: args.token_lifetime,
    };
    match &args.state {
        None => Ok(Emulator::in_memory(options)),
        Some(folder) => Emulator::open(&folder.join("state.db"), options).map_err(|why| why.to_string()),
    }
}

/// The faults that were asked for, those of the file first.
fn faults(args: &Args) -> Result<Vec<Fault>, String> {
    let mut faults = Vec::new();
    if let Some(file) = &args.fault_file {
        for Item { value, line, column } in items(file)? {
            let at = |why: String| format!("{}:{line}:{column}: {why}", file.display());
            faults.push(Fault::read(value).map_err(|why| at(why.to_string()))?);
        }
    }
    faults.extend(args.faults.iter().cloned());
    Ok(faults)
}

fn bind(port: u16) -> Result<(TcpListener, SocketAddr), String> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
        .map_err(|error| format!("port {port}: {error}; give another one, or 0 for any"))
}

/// Beside the state, so that who trusted the authority once need not do it again.
fn certificates(args: &Args) -> PathBuf {
    match &args.state {
        Some(folder) => folder.join("tls"),
        None => std::env::temp_dir().join(format!("palisade-emulator-{}", uuid::Uuid::new_v4())),
    }
}

async fn until(mut stopped: watch::Receiver<()>) {
    // The sender is dropped, and nothing is ever sent.
    let _ = stopped.changed().await;
}
