//! An emulator on loopback, and somebody else who writes to it.

use std::net::TcpListener;
use std::path::Path;

use palisade::arm::transport::Transport as _;
use palisade::emulator::{Emulator, Options, server};
use serde_json::Value;
use tokio::runtime::Runtime;

/// The subscription and resource group of every case, and the API version that the portal speaks.
const GROUP: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-security";
const VERSION: &str = "2025-07-01-preview";

/// A served emulator. It ends with this value.
pub(crate) struct Portal {
    emulator: Emulator,
    url: String,
    /// How many requests were told already.
    told: usize,
    runtime: Runtime,
}

impl Portal {
    pub(crate) fn open(flags: &[&str], root: &Path) -> Result<Self, String> {
        let (seeds, flags): (Vec<&[&str]>, Vec<&[&str]>) = flags.chunks(2).partition(|pair| pair[0] == "--seed");
        let emulator = Emulator::in_memory(options(&flags.concat())?);
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let url = format!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        for seed in seeds {
            let path = root.join(seed.get(1).ok_or("--seed takes a file")?);
            runtime.block_on(emulator.seed_path(&path)).map_err(|error| error.to_string())?;
        }
        runtime.spawn(server::serve(emulator.clone(), listener, std::future::pending()));
        Ok(Self { emulator, url, told: 0, runtime })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Writes a rule, or what `WORKSPACE/TYPE/NAME` names, without asking for its etag, as the portal does.
    pub(crate) fn put(&mut self, rule: &str, body: Vec<u8>) -> Result<(), String> {
        self.send("PUT", rule, body).map(drop)
    }

    /// Replaces text in a live rule's JSON, as somebody does who edits a query in the portal.
    pub(crate) fn amend(&mut self, rule: &str, from: &str, to: &str) -> Result<(), String> {
        let live = self.send("GET", rule, Vec::new())?.to_string();
        if !live.contains(from) {
            return Err(format!("the live rule does not hold it: {live}"));
        }
        self.put(rule, live.replace(from, to).into_bytes())
    }

    pub(crate) fn delete(&mut self, rule: &str) -> Result<(), String> {
        self.send("DELETE", rule, Vec::new()).map(drop)
    }

    /// Puts the emulator's clock to a moment, from which it goes on.
    pub(crate) fn clock(&mut self, to: &str) -> Result<(), String> {
        self.emulator.set_clock(to.parse().map_err(|why| format!("{why}"))?);
        Ok(())
    }

    /// What requests meet from here on, as docs/faults.md writes it.
    pub(crate) fn fault(&mut self, words: &str) -> Result<(), String> {
        let fault = words.parse().map_err(|why| format!("{why}"))?;
        self.emulator.inject(fault);
        Ok(())
    }

    /// A part of a live rule as JSON; `nothing` where there is none.
    pub(crate) fn show(&mut self, rule: &str, pointer: &str) -> Result<String, String> {
        let live = self.send("GET", rule, Vec::new())?;
        let part = live.pointer(pointer).map(|part| serde_json::to_string_pretty(part).unwrap());
        Ok(part.unwrap_or_else(|| "nothing".to_owned()))
    }

    /// Every request since the last time, `METHOD workspace/rule status`.
    ///
    /// Requests of two workspaces, and writes of one, are in flight together: they are told by workspace, and
    /// neighbours of one method by name.
    pub(crate) fn requests(&mut self) -> String {
        let all = self.emulator.requests();
        let mut lines: Vec<(String, String, String)> = all[self.told..]
            .iter()
            .map(|logged| {
                let path = short(&logged.path);
                let workspace = path.split('/').next().unwrap_or_default().to_owned();
                (workspace, logged.method.clone(), format!("{} {path} {}", logged.method, logged.status))
            })
            .collect();
        self.told = all.len();
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        lines
            .chunk_by_mut(|a, b| (&a.0, &a.1) == (&b.0, &b.1))
            .flat_map(|run| {
                run.sort();
                run.iter().map(|(_, _, line)| format!("{line}\n"))
            })
            .collect()
    }

    fn send(&mut self, method: &str, rule: &str, body: Vec<u8>) -> Result<Value, String> {
        let (workspace, name) = rule.split_once('/').ok_or("give WORKSPACE/RULE")?;
        let name = if name.contains('/') { name.to_owned() } else { format!("alertRules/{name}") };
        let url = format!(
            "{}{GROUP}/providers/Microsoft.OperationalInsights/workspaces/{workspace}\
             /providers/Microsoft.SecurityInsights/{name}?api-version={VERSION}",
            self.url
        );
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", "Bearer emulator")
            .header("content-type", "application/json")
            .body(body.into())
            .map_err(|error| error.to_string())?;
        let answer = self.runtime.block_on(self.emulator.send(request)).map_err(|error| format!("{error:?}"))?;
        self.told = self.emulator.requests().len();
        let body = String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status().is_success() { Ok(serde_json::from_str(&body).unwrap_or_default()) } else { Err(body) }
    }
}

fn options(flags: &[&str]) -> Result<Options, String> {
    let mut options = Options::default();
    for pair in flags.chunks(2) {
        match pair {
            ["--page", n] => options.page = n.parse().map_err(|_| "--page takes a number")?,
            ["--etag", "ignore"] => options.check_etag = false,
            ["--limits", "off"] => options.limits = false,
            _ => return Err(format!("an emulator takes no {}", pair.join(" "))),
        }
    }
    Ok(options)
}

/// `…/workspaces/law-contoso/providers/Microsoft.SecurityInsights/alertRules/name` as `law-contoso/alertRules/name`.
fn short(path: &str) -> String {
    let path = path.split_once("/workspaces/").map_or(path, |(_, below)| below);
    path.replace("/providers/Microsoft.SecurityInsights/", "/")
}
