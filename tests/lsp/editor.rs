//! An editor that speaks to the server.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A rule; `ACCOUNT` stands for the mapping of its entity.
pub(crate) const RULE: &str = "\
id: 6d4cfdf4-90b5-4a1d-8a52-3c9e3ff1a000
kind: Scheduled
name: Many failed sign-ins
description: Somebody guesses a password.
severity: Medium
query: |
  SigninLogs
  | where ResultType == 1
  | project TimeGenerated, UserPrincipalName
queryFrequency: 1h
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
entityMappings:
  - entityType: Account
    fieldMappings:
      - ACCOUNT
";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Editor {
    root: PathBuf,
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What came while something else was waited for.
    kept: VecDeque<Value>,
    asked: i64,
    started: Instant,
}

impl Editor {
    /// A server that knows the project's folder.
    pub(crate) fn start(root: &Path) -> Self {
        let mut editor = Self::start_raw(root);
        editor.initialize();
        editor
    }

    pub(crate) fn start_raw(root: &Path) -> Self {
        let root = root.canonicalize().unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        Self { root, server, input, messages, kept: VecDeque::new(), asked: 0, started: Instant::now() }
    }

    pub(crate) fn initialize(&mut self) {
        let root = url::Url::from_directory_path(&self.root).unwrap();
        let answer = self.ask(
            "initialize",
            json!({
                "processId": null,
                "workspaceFolders": [{"uri": root.as_str(), "name": "project"}],
                "capabilities": {
                    "workspace": {
                        "workspaceEdit": {"documentChanges": true},
                        "didChangeWatchedFiles": {"dynamicRegistration": true},
                    },
                    "window": {"showDocument": {"support": true}},
                },
            }),
        );
        assert_eq!(answer["serverInfo"]["name"], "palisade");
        assert_eq!(answer["capabilities"]["textDocumentSync"]["change"], 2);
        self.notify("initialized", json!({}));
        let watch = self.request_of_server("client/registerCapability");
        assert_eq!(watch["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        url::Url::from_file_path(self.root.join(path)).unwrap().into()
    }

    pub(crate) fn open(&mut self, path: &str, text: &str) -> String {
        let uri = self.uri(path);
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        uri
    }

    pub(crate) fn change(&mut self, uri: &str, version: usize, text: &str) {
        let document = json!({"uri": uri, "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    }

    /// The next problems of a file.
    pub(crate) fn told(&mut self, uri: &str) -> Vec<Value> {
        self.next_told(uri)["diagnostics"].as_array().unwrap().clone()
    }

    /// The problems of a version of a file.
    pub(crate) fn told_of(&mut self, uri: &str, version: usize) -> Vec<Value> {
        loop {
            let told = self.next_told(uri);
            if told["version"] == version {
                return told["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    pub(crate) fn next_told(&mut self, uri: &str) -> Value {
        self.wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri)
            ["params"]
            .clone()
    }

    pub(crate) fn actions(&mut self, uri: &str, range: &Value) -> Vec<Value> {
        let params = json!({"textDocument": {"uri": uri}, "range": range, "context": {"diagnostics": []}});
        self.ask("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// The result of a request.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The code of the error that a request gives.
    pub(crate) fn refused(&mut self, method: &str, params: Value) -> i64 {
        self.answer(method, params)["error"]["code"].as_i64().unwrap()
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The parameters of a request that the server makes.
    pub(crate) fn request_of_server(&mut self, method: &str) -> Value {
        let request = self.wait(|message| message["method"] == method && message.get("id").is_some());
        self.write(&json!({"jsonrpc": "2.0", "id": request["id"], "result": null}));
        request["params"].clone()
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn write(&mut self, message: &Value) {
        let text = message.to_string();
        self.write_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn write_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at).unwrap();
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.messages.recv_timeout(end.saturating_duration_since(Instant::now())).unwrap();
            if wanted(&message) {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// Ends the server as the protocol wants it. Its exit code.
    pub(crate) fn shut_down(&mut self) -> Option<i32> {
        self.ask("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.ended()
    }

    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.server.wait().unwrap().code()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // One that has ended can't be killed.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A text with the edits of an action, places in UTF-16.
pub(crate) fn applied(text: &str, action: &Value, uri: &str) -> String {
    let document = &action["edit"]["documentChanges"][0];
    assert_eq!(document["textDocument"]["uri"], uri);
    let units: Vec<u16> = text.encode_utf16().collect();
    let at = |place: &Value| {
        let (line, character) = (place["line"].as_u64().unwrap(), place["character"].as_u64().unwrap());
        let mut start = 0;
        for _ in 0..line {
            start += units[start..].iter().position(|unit| *unit == u16::from(b'\n')).unwrap() + 1;
        }
        start + usize::try_from(character).unwrap()
    };
    let [edit] = document["edits"].as_array().unwrap().as_slice() else { panic!("{document}") };
    let (start, end) = (at(&edit["range"]["start"]), at(&edit["range"]["end"]));
    let new: Vec<u16> = edit["newText"].as_str().unwrap().encode_utf16().collect();
    String::from_utf16(&[&units[..start], &new, &units[end..]].concat()).unwrap()
}
