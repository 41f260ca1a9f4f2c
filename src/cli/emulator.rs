//! `palisade emulator`

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::args::{Emulator as Args, Etag, Switch};
use super::exit::Exit;
use super::output::Output;
use crate::emulator::{Emulator, Options, server};

pub(crate) async fn run(args: &Args, output: &Output) -> Exit {
    let options = Options {
        page: args.page,
        limits: args.limits == Switch::On,
        check_etag: args.etag == Etag::Enforce,
        latency: args.latency,
        strict: args.strict,
        throttle: args.throttle,
    };
    let emulator = match &args.state {
        None => Emulator::in_memory(options),
        Some(folder) => match Emulator::open(&folder.join("state.db"), options) {
            Ok(emulator) => emulator,
            Err(why) => {
                output.error(&why.to_string(), None);
                return Exit::Failed;
            }
        },
    };
    let listener = match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))) {
        Ok(listener) => listener,
        Err(error) => {
            output.error(&format!("port {}: {error}", args.port), Some("give another one with --port, or 0 for any"));
            return Exit::Failed;
        }
    };
    let address = match listener.local_addr() {
        Ok(address) => address,
        Err(error) => {
            output.error(&error.to_string(), None);
            return Exit::Failed;
        }
    };
    let kept = args.state.as_ref().map_or("in memory".to_owned(), |folder| format!("in {}", folder.display()));
    output.result(&format!(
        "Emulating Azure at http://{address}, state {kept}. This is not Azure.\n\
         A workspace document reaches it with `endpoint: http://{address}`; any bearer token is taken.\n"
    ));
    match server::serve(emulator, listener, stop()).await {
        Ok(()) => Exit::Done,
        Err(error) => {
            output.error(&error.to_string(), None);
            Exit::Failed
        }
    }
}

/// Ends with Ctrl-C, or SIGTERM where there is one.
async fn stop() {
    let interrupt = async {
        // Without a handler the signal ends the process by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
