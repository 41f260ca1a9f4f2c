#!/usr/bin/env python3
"""Requests a second, durability and memory of `palisade emulator`, against nginx and the disk in the same run.

    cargo build --release
    python3 benches/emulator.py

Needs Linux, and wrk and nginx, which Debian has (`apt-get install wrk nginx-light`).

- GET of one rule over TLS with 10 connections; the peer is nginx with the same certificate, serving the same bytes from
  a file.
- Durable PUTs with 50 connections, beside the GETs. How often one page reaches the disk is printed too: writes that wait
  together share one flush, so there are more PUTs than flushes.
- Memory while 10,000 rules are held.

The server, wrk and the peer share the machine, so figures in themselves say little: what is judged are ratios of one run,
taken A B A B and reported as medians. Exits with 1 if a bar is missed, and with 2 if nothing could be measured.
"""

import argparse
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent

GET_RATIO = 0.70
"""The bar: our GETs a second for one of nginx's."""
PUT_RATIO = 0.12
"""The bar: durable PUTs for one of our GETs over TLS (3,000 for 25,000)."""
MEMORY_MB = 100
"""The bar: resident memory with 10,000 rules."""
SLACK = 1.2
"""What a shared machine may take from a ratio."""
RULES = 10_000
SECONDS = 5

WORKSPACE = (
    "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-soc"
    "/providers/Microsoft.OperationalInsights/workspaces/law-bench"
)
RULE = f"{WORKSPACE}/providers/Microsoft.SecurityInsights/alertRules/%s?api-version=2025-09-01"
BODY = {
    "kind": "Scheduled",
    "properties": {
        "displayName": "Brute force against many accounts",
        "description": "An address that fails to sign in to many accounts.",
        "enabled": True,
        "severity": "Medium",
        "query": "SigninLogs\n| where ResultType == 50126\n| summarize Users = dcount(UserPrincipalName), "
        "Names = make_set(UserPrincipalName, 100) by IPAddress, bin(TimeGenerated, 1h)\n| where Users > 20\n",
        "queryFrequency": "PT1H",
        "queryPeriod": "PT1H",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "suppressionDuration": "PT5H",
        "suppressionEnabled": False,
        "tactics": ["CredentialAccess"],
        "techniques": ["T1110"],
        "entityMappings": [
            {"entityType": "IP", "fieldMappings": [{"identifier": "Address", "columnName": "IPAddress"}]}
        ],
    },
}

GET_SCRIPT = 'wrk.headers["Authorization"] = "Bearer emulator"\n'
PUT_SCRIPT = """
local n, body = 0, %s
local before, after = %s, %s
local headers = { ["Authorization"] = "Bearer emulator", ["Content-Type"] = "application/json" }
function request()
  n = (n + 1) %% %d
  return wrk.format("PUT", before .. "rule-" .. n .. after, headers, body)
end
"""


class Emulator:
    """A served emulator, durable in a folder of its own."""

    def __init__(self, binary, folder):
        command = [binary, "emulator", "--port", "0", "--tls-port", "0", "--state", str(folder), "--limits", "off"]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # An unread line must not keep the server waiting, so the text is read only as far as it is needed.
        self.http = self.https = None
        while not (self.http and self.https):
            line = self.child.stdout.readline()
            if not line:
                sys.exit("the emulator did not start")
            self.http = self.http or found(r"http://127\.0\.0\.1:\d+", line)
            self.https = self.https or found(r"https://localhost:\d+", line)
        self.tls = folder / "tls"

    def memory_mb(self):
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(found(r"VmRSS:\s+\d+", status).split()[1]) / 1024

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()


class Nginx:
    """The peer: one file over TLS."""

    def __init__(self, folder, tls, content, port):
        self.folder = folder
        (folder / "rule.json").write_bytes(content)
        (folder / "nginx.conf").write_text(
            f"""
            user root; daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log stderr crit;
            events {{ worker_connections 256; }}
            http {{
              access_log off; keepalive_requests 100000000; default_type application/json; open_file_cache max=10;
              server {{
                listen 127.0.0.1:{port} ssl;
                ssl_certificate {tls}/leaf.pem; ssl_certificate_key {tls}/leaf.key;
                root {folder};
              }}
            }}
            """
        )
        self.child = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
        self.url = f"https://localhost:{port}/rule.json"
        for _ in range(100):
            try:
                urllib.request.urlopen(self.url, context=ssl._create_unverified_context()).read()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx did not start")

    def stop(self):
        self.child.terminate()
        self.child.wait()


def found(pattern, text):
    match = re.search(pattern, text)
    return match and match.group(0)


def wrk(url, script, connections):
    """Requests a second; no answer may be an error."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", str(script), url]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    if "Non-2xx" in answer or "Socket errors" in answer:
        sys.exit(f"wrk met errors:\n{answer}")
    return float(found(r"Requests/sec:\s+[\d.]+", answer).split()[1])


def flushes(folder):
    """How often a second one page, written where the last one was, reaches the disk."""
    handle = os.open(folder / "page", os.O_CREAT | os.O_WRONLY)
    page, done, started = os.urandom(4096), 0, time.perf_counter()
    while time.perf_counter() - started < 1:
        os.pwrite(handle, page, 0)
        os.fdatasync(handle)
        done += 1
    os.close(handle)
    return done / (time.perf_counter() - started)


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def put_all(emulator, folder):
    """Makes every rule, so that what is measured next are updates of a full workspace."""
    before, after = RULE.split("%s")
    script = folder / "put.lua"
    script.write_text(PUT_SCRIPT % (json.dumps(json.dumps(BODY)), json.dumps(before), json.dumps(after), RULES))
    target = emulator.http + WORKSPACE
    made = 0
    while made < RULES:
        made += wrk(target, script, 50) * SECONDS
    return script, target


def judge(name, value, bar, unit="", at_least=True):
    limit = bar / SLACK if at_least else bar
    fine = value >= limit if at_least else value <= limit
    side = "fails below" if at_least else "at most"
    print(f"  {name:34} {value:8.2f}{unit} (bar {bar}, {side} {limit:.2f}){'' if fine else '  MISSED'}")
    return fine


def measure(binary, runs, folder):
    state = folder / "state"
    emulator = Emulator(binary, state)
    get_script = folder / "get.lua"
    get_script.write_text(GET_SCRIPT)
    put_script, put_url = put_all(emulator, folder)
    puts, disk = [], []
    for _ in range(runs):
        disk.append(flushes(folder))
        puts.append(wrk(put_url, put_script, 50))
    url = emulator.https + RULE % "rule-1"
    request = urllib.request.Request(url, headers={"Authorization": "Bearer emulator"})
    trust = ssl.create_default_context(cafile=str(emulator.tls / "ca.pem"))
    content = urllib.request.urlopen(request, context=trust).read()
    nginx = Nginx(folder, emulator.tls, content, free_port())
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(wrk(url, get_script, 10))
        theirs.append(wrk(nginx.url, get_script, 10))
    nginx.stop()
    emulator.stop()

    # Memory as a server has it that was started on 10,000 rules and has shown each of them.
    emulator = Emulator(binary, state)
    listed, link = 0, emulator.http + WORKSPACE + "/providers/Microsoft.SecurityInsights/alertRules?api-version=2025-09-01"
    while link:
        request = urllib.request.Request(link, headers={"Authorization": "Bearer emulator"})
        page = json.loads(urllib.request.urlopen(request).read())
        listed, link = listed + len(page["value"]), page.get("nextLink")
    memory = emulator.memory_mb()
    emulator.stop()

    print(f"emulator: medians of {runs} rounds of {SECONDS} s, {listed} rules, a rule of {len(content)} bytes")
    print(f"  GET over TLS, 10 connections       {median(ours):8.0f} a second; nginx {median(theirs):.0f}")
    print(f"  durable PUT, 50 connections        {median(puts):8.0f} a second; the disk flushes {median(disk):.0f}")
    fine = judge("GET, ours / nginx's", median(a / b for a, b in zip(ours, theirs)), GET_RATIO)
    fine &= judge("PUT / GET", median(a / b for a, b in zip(puts, ours)), PUT_RATIO)
    return judge("memory", memory, MEMORY_MB, " MB", at_least=False) and fine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="rounds of A B")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", default=str(target / "release" / "palisade"), help="the program to measure")
    options = parser.parse_args()
    missing = [name for name in ("wrk", "nginx") if not shutil.which(name)]
    if missing or not os.access(options.binary, os.X_OK):
        why = f"{' and '.join(missing)} missing: apt-get install wrk nginx-light" if missing else f"{options.binary} is missing"
        print(why, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(options.binary, options.runs, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
