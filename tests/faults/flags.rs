//! `palisade emulator --fault` and `--faults`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use palisade::emulator::faults::Fault;
use serde_json::{Value, json};

use crate::process::PALISADE;
use crate::world::{VERSION, path, rule};

/// A running server. It is killed when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut child = Command::new(PALISADE)
            .arg("-C")
            .arg(folder)
            .args(["emulator", "--port", "0"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(',').next()).unwrap().to_owned();
        Self { child, address }
    }

    /// Status and JSON of an answer; `None` if the connection broke.
    fn send(&self, method: &str, target: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = std::net::TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).unwrap_or_default()))
    }

    fn put(&self, name: &str) -> Option<u16> {
        let target = format!("{}?{VERSION}", path(name));
        self.send("PUT", &target, &rule(name).to_string()).map(|(status, _)| status)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn faults_of_flags_and_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("faults.yaml"),
        "- PUT alertRules/a reset\n- {method: PUT, path: '*/b', status: 503}\n",
    )
    .unwrap();
    let server =
        Server::start(folder.path(), &["--faults", "faults.yaml", "--fault", "PUT alertRules/* nth=2 status=429"]);
    let statuses = ["a", "b", "c", "d", "e"].map(|name| server.put(name));
    assert_eq!(statuses, [None, Some(503), Some(201), Some(429), Some(201)]);
    let (_, faults) = server.send("GET", "/_emulator/faults", "").unwrap();
    let asked: Vec<&Value> = faults["value"].as_array().unwrap().iter().map(|one| &one["fault"]).collect();
    assert_eq!(asked[1], &json!({"method": "PUT", "path": "*/b", "status": 503}));
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_fault_that_makes_no_sense_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "- PUT reset\n-\n  method: PUT\n  statuss: 503\n").unwrap();
    std::fs::write(folder.path().join("worse.json"), "[{\"reset\": true,}\n").unwrap();
    for (flags, exit, told) in [
        (["--fault", "PUT statuss=503"], 64, "unknown field `statuss`"),
        (["--fault", "PUT"], 64, "a fault needs an effect"),
        (["--faults", "bad.yaml"], 1, "bad.yaml:3:3: unknown field `statuss`"),
        (["--faults", "worse.json"], 1, "worse.json:"),
        (["--faults", "none.yaml"], 1, "none.yaml: can't be read"),
    ] {
        let mut command = Command::new(PALISADE);
        let output =
            command.arg("-C").arg(folder.path()).args(["emulator", "--port", "0"]).args(flags).output().unwrap();
        let why = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(exit), "{flags:?}: {why}");
        assert!(why.contains(told), "{flags:?}: {why}");
    }
}

/// Every fault on the page is one, and every key and effect that there is stands on the page.
#[test]
fn the_page_tells_the_truth() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md")).unwrap();
    let blocks = page.split("```fault\n").skip(1).map(|rest| rest.split("```").next().unwrap().trim());
    let (_, effects) = page.split_once("| fault | what happens |").unwrap();
    let rows =
        effects.lines().take_while(|line| line.starts_with('|') || line.trim().is_empty() || line.contains("what"));
    let first = rows.filter_map(|row| row.strip_prefix("| `")?.split(" | ").next());
    let spans: Vec<&str> =
        first.flat_map(|cell| cell.split('`').filter(|text| !text.trim().is_empty() && *text != ", ")).collect();
    assert!(spans.len() > 15, "{spans:?}");
    for fault in blocks.chain(spans.iter().copied()).filter(|text| !text.contains('…')) {
        fault.parse::<Fault>().unwrap_or_else(|why| panic!("{fault}: {why}"));
    }
    let unknown = "nothing=1".parse::<Fault>().unwrap_err().to_string();
    let keys: Vec<&str> = unknown.split('`').skip(3).step_by(2).collect();
    assert!(keys.len() > 25, "{unknown}");
    for key in keys {
        let mut dashed = String::new();
        for c in key.chars() {
            if c.is_ascii_uppercase() {
                dashed.push('-');
            }
            dashed.push(c.to_ascii_lowercase());
        }
        assert!(page.contains(&format!("`{key}")) || page.contains(&dashed), "{key} is not on the page");
    }
}
