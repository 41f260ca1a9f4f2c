//! The state of a server, and what it does with each message.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::Notification as _;
use lsp_types::request::Request as _;
use lsp_types::{
    CodeActionParams, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, ExecuteCommandParams, HoverParams, InitializeParams, PublishDiagnosticsParams,
    notification, request,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::actions::{Can, EXPLAIN, Place, actions};
use super::checked::{Checked, Job};
use super::client::{Client, capabilities};
use super::document::{self, Document};
use super::hover::hover;
use super::project::{Opened, Project, mark};
use super::told::{self, Places};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::diagnostic::Code;
use crate::ops::files::PROJECT_FILE;
use crate::ops::overlay::Overlay;

/// How long nothing is typed before a check begins.
const QUIET: Duration = Duration::from_millis(150);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Running,
    ShutDown,
}

pub(super) struct Server {
    sends: Box<dyn Fn(Message)>,
    jobs: mpsc::Sender<Job>,
    is_busy: bool,
    state: State,
    /// Where the command was told to work: what documents are in that no workspace folder holds.
    folder: PathBuf,
    trusted_hosts: Vec<String>,
    now: Option<jiff::Timestamp>,
    folders: Vec<PathBuf>,
    documents: BTreeMap<PathBuf, Document>,
    projects: BTreeMap<PathBuf, Project>,
    can: Can,
    can_watch: bool,
    asked: i32,
}

impl Server {
    pub(super) fn new(global: &Global, sends: Box<dyn Fn(Message)>, jobs: mpsc::Sender<Job>) -> Self {
        Self {
            sends,
            jobs,
            is_busy: false,
            state: State::New,
            folder: std::path::absolute(&global.folder).unwrap_or_else(|_| global.folder.clone()),
            trusted_hosts: global.trust_endpoint.clone(),
            now: global.now,
            folders: Vec::new(),
            documents: BTreeMap::new(),
            projects: BTreeMap::new(),
            can: Can::default(),
            can_watch: false,
            asked: 0,
        }
    }

    /// How the server ends if the editor is gone.
    pub(super) fn left(&self) -> Exit {
        if self.state == State::ShutDown { Exit::Done } else { Exit::Failed }
    }

    /// When the next check is to begin.
    pub(super) fn due(&self) -> Option<Instant> {
        let dues = self.projects.values().filter_map(|project| project.due.map(|(due, _)| due));
        dues.min().filter(|_| !self.is_busy)
    }

    /// Begins a check that is due, if none is running.
    pub(super) fn start_due(&mut self) {
        let now = Instant::now();
        if self.is_busy {
            return;
        }
        let due = self.projects.iter_mut().find(|(_, project)| project.due.is_some_and(|(due, _)| due <= now));
        let Some((root, project)) = due else { return };
        project.due = None;
        let mut open = Overlay::new();
        let mut versions = BTreeMap::new();
        for (path, document) in &self.documents {
            if let Some(path) = told::relative(root, path) {
                open.insert(path.clone(), document.unmarked().to_owned());
                versions.insert(path, document.version);
            }
        }
        let job = Job {
            root: root.clone(),
            generation: project.generation,
            open,
            versions,
            trusted_hosts: self.trusted_hosts.clone(),
            now: self.now,
        };
        self.is_busy = self.jobs.send(job).is_ok();
    }

    /// Takes in what a check found.
    pub(super) fn checked(&mut self, checked: Checked) {
        self.is_busy = false;
        let root = checked.root.clone();
        let Some(project) = self.projects.get_mut(&root) else { return };
        let is_fresh = checked.generation == project.generation;
        project.checked = Some(checked);
        self.publish(&root);
        if is_fresh {
            let waiting = self.projects.get_mut(&root).map(|project| std::mem::take(&mut project.waiting));
            for (id, params) in waiting.into_iter().flatten() {
                self.code_actions(id, params);
            }
        }
    }

    /// Shows what the last check of a project found.
    fn publish(&mut self, root: &Path) {
        let told = self.projects.get_mut(root).map(|project| project.tell(root, &self.documents));
        for params in told.into_iter().flatten() {
            self.notify(notification::PublishDiagnostics::METHOD, &params);
        }
    }

    /// Takes a message in. Something if the server is to end.
    pub(super) fn message(&mut self, message: Message) -> Option<Exit> {
        match message {
            Message::Notification(notification) if notification.method == notification::Exit::METHOD => {
                return Some(self.left());
            }
            Message::Notification(notification) => {
                if self.state == State::Running {
                    self.notification(notification);
                }
            }
            Message::Request(request) => self.request(request),
            Message::Response(_) => {}
        }
        None
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        match (self.state, method.as_str()) {
            (State::New, request::Initialize::METHOD) => {
                if let Some(params) = self.params(&id, params) {
                    let answer = self.initialize(params);
                    self.answer(id, answer);
                }
            }
            (State::New, _) => self.refuse(id, ErrorCode::ServerNotInitialized, "initialize comes first"),
            (State::ShutDown, _) => self.refuse(id, ErrorCode::InvalidRequest, "the server is shut down"),
            (State::Running, request::Shutdown::METHOD) => {
                self.state = State::ShutDown;
                self.answer(id, Value::Null);
            }
            (State::Running, request::CodeActionRequest::METHOD) => {
                if let Some(params) = self.params(&id, params) {
                    self.code_actions(id, params);
                }
            }
            (State::Running, request::HoverRequest::METHOD) => {
                if let Some(params) = self.params(&id, params) {
                    let answer = self.hover(&params);
                    self.answer(id, answer);
                }
            }
            (State::Running, request::ExecuteCommand::METHOD) => {
                if let Some(params) = self.params(&id, params) {
                    self.execute(id, &params);
                }
            }
            (State::Running, request::Initialize::METHOD) => {
                self.refuse(id, ErrorCode::InvalidRequest, "the server is initialized already");
            }
            (State::Running, _) => self.refuse(id, ErrorCode::MethodNotFound, &format!("{method} is not supported")),
        }
    }

    fn initialize(&mut self, params: InitializeParams) -> Value {
        let client = Client::of(params);
        self.can = client.can;
        self.can_watch = client.can_watch;
        self.folders = client.folders;
        self.state = State::Running;
        capabilities()
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            notification::Initialized::METHOD if self.can_watch => self.watch(),
            notification::DidOpenTextDocument::METHOD => {
                let Some(DidOpenTextDocumentParams { text_document }) = read(params) else { return };
                let Some(path) = document::path(&text_document.uri) else { return };
                let document =
                    Document { uri: text_document.uri, version: text_document.version, text: text_document.text };
                self.documents.insert(path.clone(), document);
                self.changed(&path, Duration::ZERO);
            }
            notification::DidChangeTextDocument::METHOD => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params) else { return };
                let Some(path) = document::path(&text_document.uri) else { return };
                let Some(document) = self.documents.get_mut(&path) else { return };
                document.change(text_document.version, content_changes);
                self.changed(&path, QUIET);
            }
            notification::DidCloseTextDocument::METHOD => {
                let Some(DidCloseTextDocumentParams { text_document }) = read(params) else { return };
                let Some(path) = document::path(&text_document.uri) else { return };
                self.documents.remove(&path);
                self.changed(&path, Duration::ZERO);
                self.forget_unused();
            }
            // The text of one that is saved is known; files that no editor holds may be others now.
            notification::DidSaveTextDocument::METHOD | notification::DidChangeWatchedFiles::METHOD => {
                self.all_changed();
            }
            notification::DidChangeWorkspaceFolders::METHOD => {
                let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) else { return };
                let removed: Vec<PathBuf> =
                    event.removed.iter().filter_map(|folder| document::path(&folder.uri)).collect();
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(event.added.iter().filter_map(|folder| document::path(&folder.uri)));
                self.all_changed();
            }
            _ => {}
        }
    }

    /// Asks to be told of files that change without the editor.
    fn watch(&mut self) {
        let watchers = ["**/*.yaml", "**/*.yml", "**/.gitignore"].map(|glob| json!({ "globPattern": glob }));
        let registration = json!({
            "id": "files",
            "method": notification::DidChangeWatchedFiles::METHOD,
            "registerOptions": { "watchers": watchers },
        });
        self.ask(request::RegisterCapability::METHOD, json!({ "registrations": [registration] }));
    }

    /// The folder of the project that a file is in: the nearest with a `palisade.yaml`, else the workspace folder.
    fn root(&self, path: &Path) -> Option<PathBuf> {
        let folders = self.folders.iter().chain([&self.folder]).filter(|folder| path.starts_with(folder));
        let around = folders.max_by_key(|folder| folder.as_os_str().len());
        let mut above =
            path.parent()?.ancestors().take_while(|above| around.is_none_or(|folder| above.starts_with(folder)));
        above.find(|folder| folder.join(PROJECT_FILE).is_file()).map(Path::to_owned).or_else(|| around.cloned())
    }

    /// A file is another now: its project is to be checked.
    fn changed(&mut self, path: &Path, after: Duration) {
        let Some(root) = self.root(path) else { return };
        self.projects.entry(root).or_default().change(after);
    }

    fn all_changed(&mut self) {
        let paths: Vec<PathBuf> = self.documents.keys().cloned().collect();
        for path in paths {
            self.changed(&path, QUIET);
        }
        self.forget_unused();
    }

    /// Forgets the projects that have no open document, and takes their problems back.
    fn forget_unused(&mut self) {
        let used: BTreeSet<PathBuf> = self.documents.keys().filter_map(|path| self.root(path)).collect();
        let unused: Vec<PathBuf> = self.projects.keys().filter(|root| !used.contains(*root)).cloned().collect();
        for root in unused {
            let Some(project) = self.projects.remove(&root) else { continue };
            for path in project.told {
                let place = Opened { root: &root, documents: &self.documents }.place(&path);
                let Some((uri, _)) = place else { continue };
                let params = PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None };
                self.notify(notification::PublishDiagnostics::METHOD, &params);
            }
            for (id, _) in project.waiting {
                self.answer(id, Value::Null);
            }
        }
    }

    fn code_actions(&mut self, id: RequestId, params: CodeActionParams) {
        let path = document::path(&params.text_document.uri).filter(|path| self.documents.contains_key(path));
        let root = path.as_deref().and_then(|path| self.root(path));
        let (Some(path), Some(root)) = (path, root) else { return self.answer(id, Value::Null) };
        let Some(project) = self.projects.get_mut(&root) else { return self.answer(id, Value::Null) };
        let fresh = project.checked.as_ref().filter(|checked| checked.generation == project.generation);
        let (Some(checked), Some(document)) = (fresh, self.documents.get(&path)) else {
            if let Some((due, _)) = &mut project.due {
                *due = Instant::now();
            }
            project.waiting.push((id, params));
            return;
        };
        let Some(relative) = told::relative(&root, &path) else { return self.answer(id, Value::Null) };
        let place =
            Place { checked, path: &relative, uri: &document.uri, version: document.version, mark: mark(document) };
        let places = Opened { root: &root, documents: &self.documents };
        let all = actions(&place, params.range, self.can, &places);
        self.answer(id, json!(all));
    }

    fn hover(&self, params: &HoverParams) -> Value {
        let place = &params.text_document_position_params;
        let shown = || {
            let path = document::path(&place.text_document.uri)?;
            let document = self.documents.get(&path)?;
            let root = self.root(&path)?;
            let checked = self.projects.get(&root)?.checked.as_ref()?;
            hover(checked, &told::relative(&root, &path)?, mark(document), &document.text, place.position)
        };
        shown().map_or(Value::Null, |hover| json!(hover))
    }

    fn execute(&mut self, id: RequestId, params: &ExecuteCommandParams) {
        let code = params.arguments.first().and_then(Value::as_str).and_then(Code::named);
        match code.filter(|_| params.command == EXPLAIN) {
            Some(code) => {
                self.ask(request::ShowDocument::METHOD, json!({ "uri": code.help_uri(), "external": true }));
                self.answer(id, Value::Null);
            }
            None => self.refuse(id, ErrorCode::InvalidParams, "palisade.explain takes a code"),
        }
    }

    /// The parameters of a request, which is refused if they have another form.
    fn params<P: DeserializeOwned>(&self, id: &RequestId, params: Value) -> Option<P> {
        serde_json::from_value(params)
            .map_err(|why| self.refuse(id.clone(), ErrorCode::InvalidParams, &why.to_string()))
            .ok()
    }

    fn answer(&self, id: RequestId, result: Value) {
        self.send(Message::Response(Response::new_ok(id, result)));
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, why: &str) {
        self.send(Message::Response(Response::new_err(id, code as i32, why.to_owned())));
    }

    fn notify(&self, method: &str, params: &impl serde::Serialize) {
        self.send(Message::Notification(Notification::new(method.to_owned(), params)));
    }

    fn ask(&mut self, method: &str, params: Value) {
        self.asked += 1;
        self.send(Message::Request(Request::new(self.asked.into(), method.to_owned(), params)));
    }

    fn send(&self, message: Message) {
        (self.sends)(message);
    }
}

/// What a notification says; nothing if it has another form.
fn read<P: DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
