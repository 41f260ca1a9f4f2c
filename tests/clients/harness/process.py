"""A suite as a process: it is told of the emulator in its environment, and reports in files of JSON lines."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Iterator, List

from .differences import Difference, Finding, gone, unlisted
from .emulator import Emulator
from .outcome import Outcome
from .places import INSTALLED, corpus
from .suites import Suite

LIMIT = 600  # seconds


def run_suite(suite: Suite, binary: Path, known: List[Difference]) -> Outcome:
    """Runs a suite against an emulator of its own.

    The suite finds in its environment: CLIENTS_HTTP, CLIENTS_HTTPS, CLIENTS_CA (the emulator), CLIENTS_RESULTS (it
    appends lines there: `{"step", "error"}`, `{"finding": {"exchange", "at", "what"}}`, `{"exchanges": N}`,
    `{"note"}`),
    CLIENTS_TRAFFIC (it appends exchanges there, see `traffic.py`), CLIENTS_ALL_TRAFFIC (the folder of all suites'
    traffic) and CLIENTS_CORPUS. A suite's seeding finds CLIENTS_SEED, the folder that it writes.
    """
    slug = suite.name.replace(" ", "-")
    folder = INSTALLED / "traffic"
    results, traffic, log = (INSTALLED / "traffic" / f"{slug}.{end}" for end in ("results", "jsonl", "log"))
    for file in (results, traffic):
        file.write_text("")
    environment = dict(
        os.environ, CLIENTS_RESULTS=str(results), CLIENTS_TRAFFIC=str(traffic), CLIENTS_ALL_TRAFFIC=str(folder),
        CLIENTS_SEED=str(INSTALLED / "seeds" / slug), CLIENTS_CORPUS=str(corpus() or ""),
        CLIENTS_MODULES=str(suite.needs.folder), PYTHONPYCACHEPREFIX=str(INSTALLED / "bytecode"),
    )
    # az is compiled once and not at each of its starts, whatever the machine says.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    emulator = None
    if suite.flags is not None:
        flags = list(suite.flags)
        if suite.seeding:
            subprocess.run(suite.seeding, env=environment, check=True)
            flags += ["--seed", environment["CLIENTS_SEED"]]
        emulator = Emulator(binary, flags, folder / f"{slug}.emulator.log")
        environment.update(CLIENTS_HTTP=emulator.http, CLIENTS_HTTPS=emulator.https, CLIENTS_CA=emulator.ca)
        environment.update(SSL_CERT_FILE=emulator.ca, REQUESTS_CA_BUNDLE=emulator.ca, NODE_EXTRA_CA_CERTS=emulator.ca)
    begun = time.monotonic()
    try:
        with log.open("w") as output:
            code = subprocess.run(
                suite.command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=LIMIT
            ).returncode
    finally:
        if emulator is not None:
            emulator.stop()
    return _read(suite, code, time.monotonic() - begun, results, traffic, log, known)


def _read(suite, code, seconds, results, traffic, log, known) -> Outcome:
    outcome = Outcome(suite.name, seconds, exchanges=sum(1 for _ in _lines(traffic)))
    findings = []
    for line in _lines(results):
        if "finding" in line:
            findings.append(Finding(suite=suite.group, **line["finding"]))
        elif "exchanges" in line:
            outcome.exchanges = line["exchanges"]
        elif "note" in line:
            outcome.notes.append(line["note"])
        elif line["error"] is None:
            outcome.passed += 1
        else:
            outcome.errors.append(f"{line['step']}: {line['error']}")
    if code != 0:
        outcome.errors.append(f"the suite ended with {code}: {log.read_text()[-2000:]}")
    elif outcome.passed == 0:
        outcome.errors.append("the suite did nothing")
    outcome.unlisted = unlisted(known, findings)
    outcome.listed = len(findings) - len(outcome.unlisted)
    outcome.gone = gone(known, suite.group)
    return outcome


def _lines(file: Path) -> Iterator[dict]:
    with file.open() as lines:
        for line in lines:
            yield json.loads(line)
