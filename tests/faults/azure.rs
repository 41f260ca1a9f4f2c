//! The whole way to Azure, without Azure: a proxy that the program is told of answers as `login.microsoftonline.com` and
//! `management.azure.com`, with certificates of an authority that it trusts, and hands everything to a strict emulator.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use palisade::emulator::audit::audit;
use palisade::emulator::{Emulator, Options, server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::process::reviewed;

const SUBSCRIPTION: &str = "22222222-2222-4222-8222-222222222222";
const LOGIN: &str = "login.microsoftonline.com:443";
const ARM: &str = "management.azure.com:443";
/// What must be in no output.
const SECRET: &str = "canary-5d1f8e-secret";
const RULES: usize = 20;

struct Azure {
    emulator: Emulator,
    proxy: SocketAddr,
    /// Where the program asked to go, in order.
    asked: Arc<Mutex<Vec<String>>>,
    project: tempfile::TempDir,
}

struct Run {
    exit: i32,
    stdout: String,
    stderr: String,
}

impl Azure {
    async fn new(options: Options) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let emulator = Emulator::in_memory(options);
        emulator.seed(SUBSCRIPTION, "rg", "law-one").await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let service = listener.local_addr().unwrap();
        tokio::spawn(server::serve(emulator.clone(), listener, std::future::pending()));
        let project = tempfile::tempdir().unwrap();
        let acceptor = acceptor(&project.path().join("ca.pem"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(relay(stream, service, acceptor.clone(), Arc::clone(&noted)));
            }
        });
        let azure = Self { emulator, proxy, asked, project };
        azure.write();
        azure
    }

    fn write(&self) {
        let file = |name: &str, text: String| std::fs::write(self.project.path().join(name), text).unwrap();
        file("palisade.yaml", "project: fire\n".to_owned());
        let tenant = "00000000-0000-4000-8000-00000000000f";
        file(
            "w.yaml",
            format!(
                "kind: Workspace\nname: w\ntenant: {tenant}\nsubscription: {SUBSCRIPTION}\nresourceGroup: rg\n\
                 workspace: law-one\n"
            ),
        );
        for n in 0..RULES {
            let id = crate::process::id(n);
            file(
                &format!("r{n}.yaml"),
                format!("id: {id}\nname: Rule {n}\nkind: NRT\nseverity: Low\nquery: SecurityEvent\n"),
            );
        }
    }

    /// Runs the program with a client's secret in its environment; in a thread, so that the proxy goes on.
    async fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(crate::process::PALISADE);
        command.arg("-C").arg(self.project.path()).args(arguments).stdin(Stdio::null());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HTTPS_PROXY", format!("http://{}", self.proxy));
        command.env("PALISADE_CA_FILE", self.project.path().join("ca.pem"));
        command.env("AZURE_CLIENT_ID", "33333333-3333-4333-8333-333333333333").env("AZURE_CLIENT_SECRET", SECRET);
        command.env("RUST_BACKTRACE", "1").env("RUST_LOG", "trace");
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let run = Run { exit: output.status.code().unwrap(), stdout, stderr };
        self.nothing_is_told(&run);
        run
    }

    /// No secret and no token (every JSON Web Token begins with `eyJ`) is in what the program wrote anywhere.
    fn nothing_is_told(&self, run: &Run) {
        let mut texts = vec![run.stdout.clone(), run.stderr.clone()];
        let files: Vec<PathBuf> =
            std::fs::read_dir(self.project.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let own = |path: &&PathBuf| path.extension().is_some_and(|kind| kind == "json" || kind == "jsonl");
        texts.extend(files.iter().filter(own).map(|path| std::fs::read_to_string(path).unwrap()));
        for text in texts {
            for canary in [SECRET, "eyJ", "Bearer"] {
                assert!(!text.contains(canary), "{canary} in {text}");
            }
        }
    }

    /// Saves a plan, and returns the state before its apply.
    async fn plan(&self) -> Value {
        let plan = self.run(&["plan", "--out", "plan.json"]).await;
        assert_eq!(plan.exit, 0, "{}", plan.stderr);
        self.asked.lock().unwrap().clear();
        self.emulator.snapshot()
    }

    /// Nothing lost, nothing doubled, nothing written that the saved plan does not name; all of it by one principal.
    #[track_caller]
    fn audited(&self, before: &Value) {
        let log = self.emulator.requests();
        let writers: BTreeSet<&str> =
            log.iter().filter(|one| !one.commits.is_empty()).map(|one| one.principal.as_str()).collect();
        assert_eq!(writers.len(), 1, "{writers:?}");
        let plan = std::fs::read(self.project.path().join("plan.json")).unwrap();
        let plans = [reviewed(&serde_json::from_slice(&plan).unwrap())];
        assert_eq!(plans[0].writes.len(), RULES);
        let findings = audit(before, &log, &self.emulator.snapshot(), writers.first().unwrap(), &plans);
        assert!(findings.is_empty(), "{findings:#?}");
    }

    fn tokens_issued(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|host| *host == LOGIN).count()
    }

    fn written(&self) -> usize {
        self.emulator.requests().iter().filter(|logged| logged.method == "PUT" && logged.status == 201).count()
    }
}

/// One certificate for both hosts, by an authority whose certificate is written to a file.
fn acceptor(ca: &Path) -> TlsAcceptor {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(ca, issuer.pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = [LOGIN, ARM].map(|host| host.trim_end_matches(":443").to_owned());
    let leaf = CertificateParams::new(names.to_vec()).unwrap().signed_by(&key, &issuer).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    TlsAcceptor::from(Arc::new(config.with_single_cert(vec![leaf.der().clone()], private).unwrap()))
}

/// Answers `CONNECT host:443` as that host.
async fn relay(mut stream: TcpStream, service: SocketAddr, acceptor: TlsAcceptor, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let host = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(host.clone());
    if ![LOGIN, ARM].contains(&host.as_str()) {
        let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await;
        return;
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let (Ok(mut inside), Ok(mut outside)) = (acceptor.accept(stream).await, TcpStream::connect(service).await) else {
        return;
    };
    let _ = copy_bidirectional(&mut inside, &mut outside).await;
}

fn strict() -> Options {
    Options { strict: true, ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_asked_for_once_and_told_nobody() {
    let azure = Azure::new(strict()).await;
    let run = azure.run(&["apply", "--auto-approve", "--journal", "j.jsonl", "--format", "json"]).await;
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(azure.written(), RULES);
    let tokens: Vec<_> = azure.emulator.requests().into_iter().filter(|one| one.path.ends_with("/token")).collect();
    assert!(tokens.len() <= 1, "{tokens:?}");
    assert_eq!(azure.tokens_issued(), 1, "{:?}", azure.asked);
    let run = azure.run(&["plan", "--out", "plan.json", "--detailed-exitcode"]).await;
    assert_eq!(run.exit, 0, "{}", run.stderr);
}

/// Many workspaces of one tenant, read and written at once, share one token.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_workspaces_ask_for_one_token() {
    let azure = Azure::new(strict()).await;
    let first = std::fs::read_to_string(azure.project.path().join("w.yaml")).unwrap();
    for n in 1..20 {
        let name = format!("law-{n}");
        azure.emulator.seed(SUBSCRIPTION, "rg", &name).await.unwrap();
        let text = first.replace("name: w\n", &format!("name: w{n}\n")).replace("law-one", &name);
        std::fs::write(azure.project.path().join(format!("w{n}.yaml")), text).unwrap();
    }
    let run = azure.run(&["apply", "--all", "--auto-approve", "--quiet"]).await;
    assert_eq!((run.exit, azure.written()), (0, 20 * RULES), "{}", run.stderr);
    assert_eq!(azure.tokens_issued(), 1, "{:?}", azure.asked);
    // Without HTTP/2 a connection carries one request at a time: as many as are under way, and used again.
    let asked = azure.asked.lock().unwrap().iter().filter(|host| *host == ARM).count();
    assert!(asked <= 40, "{asked} connections for {} requests", azure.emulator.requests().len());
}

/// Row 10, the token's end: turned away in the middle, each with one try with a new token, asked for once.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_in_the_middle_is_replaced_once() {
    let azure = Azure::new(strict()).await;
    let before = azure.plan().await;
    azure.emulator.inject("PUT alertRules/* nth=9 revoke=issued".parse().unwrap());
    let run = azure.run(&["apply", "plan.json", "--journal", "j.jsonl"]).await;
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(azure.written(), RULES);
    let journal = std::fs::read_to_string(azure.project.path().join("j.jsonl")).unwrap();
    let refused = journal.lines().filter(|line| line.contains("\"status\":401")).count();
    let logged = azure.emulator.requests().iter().filter(|one| one.status == 401).count();
    assert!(refused >= 1 && refused == logged, "{refused} told of {logged}");
    assert!(azure.tokens_issued() <= 2, "{:?}", azure.asked);
    azure.audited(&before);
}

/// Row 10, the endpoint of tokens down: nothing is written with a token that is not there, and the run can go on.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_new_token_it_stops_and_can_go_on() {
    let azure = Azure::new(strict()).await;
    let before = azure.plan().await;
    azure.emulator.inject("PUT alertRules/* nth=9 revoke=issued".parse().unwrap());
    azure.emulator.inject("POST /*/oauth2/v2.0/token after=1 status=503".parse().unwrap());
    let run = azure.run(&["apply", "plan.json", "--format", "json", "--parallel", "2"]).await;
    assert_eq!(run.exit, 1, "{}{}", run.stdout, run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    // The list at the end needs a token too: what was written is told as written, and that nothing confirmed it.
    assert!(report["workspaces"][0]["failure"].as_str().is_some(), "{}", run.stdout);
    assert_eq!(report["summary"]["applied"], azure.written());
    assert!(run.stdout.contains("fails as a whole"), "{}", run.stdout);
    assert!(azure.written() < RULES);
    azure.audited(&before);
    azure.emulator.clear_faults();
    let run = azure.run(&["apply", "plan.json"]).await;
    assert_eq!((run.exit, azure.written()), (0, RULES), "{}", run.stderr);
    azure.audited(&before);
}

/// Row 20: an authority that nobody trusts gets no token, and neither does any other host.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_authority_gets_nothing() {
    let azure = Azure::new(strict()).await;
    let _ = acceptor(&azure.project.path().join("ca.pem"));
    let run = azure.run(&["apply", "--auto-approve"]).await;
    assert_eq!(run.exit, 1, "{}", run.stderr);
    assert!(azure.emulator.requests().is_empty());
}
