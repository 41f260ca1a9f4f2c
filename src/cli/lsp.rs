//! `palisade lsp`: a language server over stdin and stdout (LSP 3.17), which writes no file.
//!
//! One thread answers the editor, another checks. What is typed is gathered until nothing came for a moment; a change
//! during a check leads to one more check, however many changes there were.

mod actions;
mod checked;
mod client;
mod document;
mod hover;
mod project;
mod server;
mod text;
mod told;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use lsp_server::{Connection, Message};

use super::args::Global;
use super::exit::Exit;
use super::output::Output;
use super::session;
use checked::{Checked, Job};
use server::Server;

/// What happens to the server.
enum Event {
    Message(Message),
    Checked(Box<Checked>),
    /// The editor is gone, or wrote what is no message.
    Closed,
}

/// How long nothing may happen before the server looks around.
const IDLE: Duration = Duration::from_secs(3600);

pub(crate) fn run(global: &Global, output: &Output) -> Exit {
    if let Err(exit) = session::folder(&global.folder, output) {
        return exit;
    }
    let (connection, threads) = Connection::stdio();
    let Connection { sender, receiver } = connection;
    let (events, inbox) = mpsc::channel();
    let (jobs, work) = mpsc::channel::<Job>();
    let messages = events.clone();
    std::thread::spawn(move || {
        for message in receiver {
            if messages.send(Event::Message(message)).is_err() {
                return;
            }
        }
        // Whoever would hear it may be gone.
        let _ = messages.send(Event::Closed);
    });
    std::thread::spawn(move || {
        for job in work {
            if events.send(Event::Checked(Box::new(job.run()))).is_err() {
                return;
            }
        }
    });
    // An editor that is gone hears nothing.
    let sends = Box::new(move |message| drop(sender.send(message)));
    let mut server = Server::new(global, sends, jobs);
    let exit = serve(&mut server, &inbox);
    drop(server);
    match threads.join() {
        Ok(()) => exit,
        Err(why) => {
            output.error(&format!("what the editor wrote is no message of a language server: {why}"), None);
            Exit::Failed
        }
    }
}

fn serve(server: &mut Server, inbox: &mpsc::Receiver<Event>) -> Exit {
    loop {
        let wait = server.due().map_or(IDLE, |due| due.saturating_duration_since(Instant::now()));
        match inbox.recv_timeout(wait) {
            Ok(Event::Message(message)) => {
                if let Some(exit) = server.message(message) {
                    return exit;
                }
            }
            Ok(Event::Checked(checked)) => server.checked(*checked),
            Ok(Event::Closed) | Err(RecvTimeoutError::Disconnected) => return server.left(),
            Err(RecvTimeoutError::Timeout) => {}
        }
        server.start_due();
    }
}
