#!/usr/bin/env python3
"""Plan and apply against the emulator: against what the network and the throttle allow, and against Microsoft's SDK.

    cargo build --release
    python3 -m venv target/sdk
    target/sdk/bin/python -m pip install -r tests/clients/python/requirements-stable.txt
    target/sdk/bin/python benches/apply.py            a sample, about 4 minutes
    target/sdk/bin/python benches/apply.py --full     every row, about 25 minutes

A floor is computed from the settings that the emulator runs with:

- a list takes its pages one after the other, and lists of several types are read side by side;
- N writes with c in flight take N / c round trips;
- under ARM's documented bucket N writes take (N - 200) / 10 seconds;
- W workspaces that are read c at a time take W / c lists.

The peer does what deployment scripts do: GET a rule, then PUT it, one after the other (sync) or several at once (aio); its
slow rows are measured on fewer rules, and say so. Client and server share the machine, so what is judged are ratios of one
run, with 20 % of slack for a busy machine. Wall time, CPU time and memory are the client's own. Exits with 1 if a bar is
missed, and with 2 if nothing could be measured.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLACK = 1.2
RULES = 500
PAGE = 100
LATENCY = 0.1
PARALLEL = 10
AT_ONCE = 50
READS = 8
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
QUERY = (
    "SigninLogs\n  | where ResultType == {n}\n  | summarize Users = dcount(UserPrincipalName), "
    "Names = make_set(UserPrincipalName, 100) by IPAddress, bin(TimeGenerated, 1h)\n  | where Users > 20\n"
)
PEER = '''
import asyncio, os, sys
from azure.core.credentials import AccessToken
way, parallel, rules = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
place = ("rg", "law-0")
class Token:
    def get_token(self, *_, **__): return AccessToken("emulator", 4102444800)
class AsyncToken:
    async def get_token(self, *_, **__): return AccessToken("emulator", 4102444800)
    async def close(self): pass
    async def __aenter__(self): return self
    async def __aexit__(self, *_): pass
from azure.mgmt.securityinsight import models
from azure.core.exceptions import ResourceNotFoundError
def body(n):
    return models.ScheduledAlertRule(
        display_name=f"Rule {n}", enabled=True, severity="Low", query=os.environ["QUERY"].replace("{n}", str(n)),
        query_frequency="PT1H", query_period="PT1H", trigger_operator="GreaterThan", trigger_threshold=0,
        suppression_duration="PT5H", suppression_enabled=False)
options = dict(base_url=os.environ["ENDPOINT"], credential_scopes=["https://management.azure.com/.default"])
if way == "sync":
    from azure.mgmt.securityinsight import SecurityInsights
    client = SecurityInsights(Token(), os.environ["SUBSCRIPTION"], **options).alert_rules
    for n in range(rules):
        try: client.get(*place, f"peer-{n}")
        except ResourceNotFoundError: pass
        client.create_or_update(*place, f"peer-{n}", body(n))
else:
    from azure.mgmt.securityinsight.aio import SecurityInsights
    async def main():
        async with SecurityInsights(AsyncToken(), os.environ["SUBSCRIPTION"], **options) as whole:
            client, slots = whole.alert_rules, asyncio.Semaphore(parallel)
            async def one(n):
                async with slots:
                    try: await client.get(*place, f"peer-{n}")
                    except ResourceNotFoundError: pass
                    await client.create_or_update(*place, f"peer-{n}", body(n))
            await asyncio.gather(*(one(n) for n in range(rules)))
    asyncio.run(main())
'''


class Emulator:
    """A served emulator in memory."""

    def __init__(self, binary, *flags):
        command = [binary, "emulator", "--port", "0", "--tls-port", "0", "--limits", "off", "--page", str(PAGE), *flags]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.http = self.https = self.ca = None
        while not (self.http and self.https and self.ca):
            line = self.child.stdout.readline()
            if not line:
                sys.exit("the emulator did not start")
            self.http = self.http or found(r"http://127\.0\.0\.1:\d+", line)
            self.https = self.https or found(r"https://localhost:\d+", line)
            self.ca = self.ca or found(r"\S+ca\.pem", line)

    def log(self):
        """Every request since the last call."""
        with urllib.request.urlopen(f"{self.http}/_emulator/requests?top=65536") as answer:
            log = json.loads(answer.read())["value"]
        urllib.request.urlopen(urllib.request.Request(f"{self.http}/_emulator/requests", method="DELETE"))
        return log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()


class Project:
    """Rules and workspaces in a folder."""

    def __init__(self, folder, endpoint, rules=RULES, workspaces=1):
        self.folder = folder
        (folder / "palisade.yaml").write_text("project: bench\n")
        (folder / "rules").mkdir()
        self.rules = rules
        self.write("Low")
        for n in range(workspaces):
            subscription = f"{SUBSCRIPTION[:-4]}{n:04}"
            (folder / f"w{n}.yaml").write_text(
                f"kind: Workspace\nname: w{n}\nsubscription: {subscription}\nresourceGroup: rg\nworkspace: law-{n}\n"
                f"endpoint: {endpoint}\n"
            )

    def write(self, severity):
        for n in range(self.rules):
            (self.folder / "rules" / f"r{n}.yaml").write_text(
                f"id: 00000000-0000-4000-8000-{n:012}\nname: Rule {n}\nkind: Scheduled\nseverity: {severity}\n"
                f"description: A rule of the benchmark.\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\n"
                f"triggerThreshold: 0\ntactics: [CredentialAccess]\nrelevantTechniques: [T1110]\n"
                f"query: |\n  {QUERY.replace('{n}', str(n))}"
            )


class Run:
    """How long a process took, and what of."""

    def __init__(self, command, environment=None, expect=(0,)):
        began = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True
        )
        self.text = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        self.wall = time.perf_counter() - began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024
        if os.waitstatus_to_exitcode(status) not in expect:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{self.text[-3000:]}")


class Bench:
    def __init__(self, options):
        self.options, self.fine, self.rows = options, True, []

    def palisade(self, project, *arguments, expect=(0,)):
        return Run([self.options.binary, "-C", project.folder, *arguments, "--quiet"], expect=expect)

    def row(self, name, run, floor=None, bar=None, note=""):
        ratio = run.wall / floor if floor else None
        missed = bar is not None and ratio is not None and ratio > bar * SLACK
        self.fine &= not missed
        cells = [
            f"{name:46}", f"{run.wall:8.2f} s", f"{run.cpu:7.2f} s", f"{floor:8.2f} s" if floor else " " * 10,
            f"{ratio:6.2f}" if ratio else " " * 6, f"{bar:5}" if bar else " " * 5, note, "MISSED" if missed else "",
        ]
        print(" ".join(cells).rstrip(), flush=True)
        return ratio

    def judge(self, name, value, bar, at_least, unit=""):
        limit = bar / SLACK if at_least else bar * SLACK
        fine = value >= limit if at_least else value <= limit
        self.fine &= fine
        print(f"{name:46} {value:8.2f}{unit} (bar {bar}{unit}){'' if fine else ' MISSED'}", flush=True)

    def peer(self, emulator, way, parallel, rules):
        environment = dict(
            os.environ, ENDPOINT=emulator.https, SSL_CERT_FILE=emulator.ca, REQUESTS_CA_BUNDLE=emulator.ca,
            SUBSCRIPTION=f"{SUBSCRIPTION[:-4]}0000", QUERY=QUERY, NO_PROXY="localhost,127.0.0.1",
        )
        return Run([sys.executable, "-c", PEER, way, parallel, rules], environment)

    def latency(self, seconds, folder):
        """One workspace: create, plan, change; the peers beside it."""
        flag = f"{round(seconds * 1000)}ms"
        with Emulator(self.options.binary, "--latency", flag) as emulator:
            project = Project(folder, emulator.http)
            lists = -(-(RULES + 1) // PAGE) * seconds
            writes = RULES / PARALLEL * seconds
            floor = lambda seconds: seconds or None
            self.palisade(project, "plan", "--out", "plan.json")
            emulator.log()
            create = self.palisade(project, "apply", "plan.json")
            self.row(f"apply {RULES} new, {PARALLEL} at once, {flag}", create, floor(writes), 1.1 if seconds else None)
            self.counted(emulator.log(), RULES)
            plan = self.palisade(project, "plan", "--detailed-exitcode")
            self.row(f"plan {RULES} unchanged, {flag}", plan, floor(lists), 1.3 if seconds else None)
            requests = emulator.log()
            pages = -(-(RULES + 1) // PAGE) + 2
            self.judge("  requests of that plan / pages", len(requests) / pages, 1, at_least=False)
            project.write("High")
            self.palisade(project, "plan", "--out", "plan.json")
            change = self.palisade(project, "apply", "plan.json")
            self.row(f"apply {RULES} changed, {PARALLEL} at once, {flag}", change, floor(writes), 1.1 if seconds else None)
            few = RULES if self.options.full or not seconds else 30
            sync = self.peer(emulator, "sync", 1, few)
            self.row(f"Python SDK, GET then PUT, {few} rules, {flag}", sync)
            if seconds:
                self.judge("  ours / theirs, a rule", sync.wall / few / (change.wall / RULES), 15, at_least=True)
            for parallel in (10, 50):
                aio = self.peer(emulator, "aio", parallel, RULES)
                self.row(f"Python SDK aio, {parallel} at once, {RULES} rules, {flag}", aio)

    def counted(self, log, writes):
        puts = sum(1 for one in log if one["method"] == "PUT")
        self.judge("  writes / rules", puts / writes, 1, at_least=False)

    def throttled(self, parallel, folder):
        """Under ARM's documented bucket."""
        with Emulator(self.options.binary, "--throttle", "arm") as emulator:
            project = Project(folder, emulator.http)
            run = self.palisade(project, "apply", "--auto-approve", "--parallel", parallel)
            log = emulator.log()
            refused = sum(1 for one in log if one["status"] == 429) / len(log)
            floor = (RULES - 200) / 10
            self.row(f"apply {RULES} new, bucket, {parallel} at once", run, floor, 1.05, f"{refused:.1%} of answers 429")
            self.fine &= refused <= 0.02

    def many(self, workspaces, rules, folder):
        """Many workspaces of one project, nothing to do."""
        with Emulator(self.options.binary, "--latency", f"{round(LATENCY * 1000)}ms") as emulator:
            project = Project(folder, emulator.http, rules, workspaces)
            create = self.palisade(project, "apply", "--all", "--auto-approve", "--parallel", AT_ONCE)
            # The plan reads a page of each; the writes follow, and a list at the end.
            floor = -(-workspaces // READS) * LATENCY + workspaces * rules / AT_ONCE * LATENCY + LATENCY
            name = f"apply {workspaces} workspaces of {rules} new, {AT_ONCE} at once"
            self.row(name, create, floor, 1.1 if workspaces == 50 else None)
            emulator.log()
            run = self.palisade(project, "plan", "--all", "--detailed-exitcode")
            pages = -(-(rules + 1) // PAGE)
            floor = -(-workspaces // READS) * pages * LATENCY
            self.row(f"plan {workspaces} workspaces of {rules} unchanged", run, floor, 1.5, f"{run.memory:.0f} MB")
            self.judge("  requests / pages", len(emulator.log()) / (workspaces * (pages + 2)), 1, at_least=False)
            self.judge("  memory", run.memory, 300, at_least=False, unit=" MB")

    def local(self, folder):
        """No network: start-up, and a plan on the emulator in the process."""
        starts = [Run([self.options.binary, "--version"]).wall for _ in range(20)]
        self.judge("cold start", min(starts) * 1000, 10, at_least=False, unit=" ms")
        project = Project(folder, "http://127.0.0.1:1")
        (folder / "w0.yaml").write_text("kind: Workspace\nname: w0\nemulator: state.db\n")
        self.palisade(project, "apply", "--auto-approve")
        runs = [self.palisade(project, "plan", "--detailed-exitcode") for _ in range(5)]
        self.judge(f"plan {RULES} unchanged, in process, CPU", min(run.cpu for run in runs) * 1000, 150, False, " ms")


def found(pattern, text):
    match = re.search(pattern, text)
    return match and match.group(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", default=str(target / "release" / "palisade"), help="the program to measure")
    parser.add_argument("--full", action="store_true", help="every row, and peers on all rules")
    parser.add_argument("--only", choices=["local", "fast", "slow", "bucket", "many"], help="one part")
    options = parser.parse_args()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is missing", file=sys.stderr)
        return 2
    bench = Bench(options)
    wanted = lambda part: options.only in (None, part)
    print(f"{'':46} {'wall':>10} {'CPU':>9} {'floor':>10} {'ratio':>6} {'bar':>5}")

    def fresh(work, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            work(*arguments, Path(folder))

    if wanted("local"):
        fresh(bench.local)
    if wanted("fast"):
        fresh(bench.latency, 0)
    if wanted("slow"):
        fresh(bench.latency, LATENCY)
    if wanted("bucket"):
        for parallel in (1, 10, 50, 200) if options.full else (200,):
            fresh(bench.throttled, parallel)
    if wanted("many"):
        for workspaces, rules in [(50, 100), (200, 500)] if options.full else [(50, 100)]:
            fresh(bench.many, workspaces, rules)
    return 0 if bench.fine else 1


if __name__ == "__main__":
    sys.exit(main())
