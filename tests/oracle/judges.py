"""The two that give their verdict: Microsoft's parser in node, and ours."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROCESSES = 2
"""Node processes at a time: each has one thread that matters."""


def lines(queries):
    return "".join(json.dumps({"id": q.key, "query": q.text}) + "\n" for q in queries)


def read(text):
    """Answers by key. What a killed process left at the end is passed over; whoever asked misses it."""
    answers = {}
    # Not splitlines(): the texts in the answers hold line separators of Unicode.
    for line in text.split("\n"):
        try:
            answer = json.loads(line)
        except json.JSONDecodeError:
            continue
        answers[answer.pop("id")] = answer
    return answers


def ask(command, queries):
    """The answers of a program that reads and writes JSON lines, by key."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as given:
        given.write(lines(queries))
        given.seek(0)
        run = subprocess.run(command, stdin=given, stdout=subprocess.PIPE)
    answers = read(run.stdout.decode("utf-8"))
    if run.returncode != 0 or len(answers) != len({q.key for q in queries}):
        sys.exit(f"{command[0]} ended with {run.returncode} after {len(answers)} of {len(queries)} answers")
    return answers


def ours(binary, schema, queries):
    started = time.perf_counter()
    answers = ask([binary, "query", "--schema", str(schema)], queries)
    print(f"  palisade: {len(queries)} queries in {time.perf_counter() - started:.2f} s")
    return answers


class Oracle:
    """Microsoft's verdicts. What was asked before is read from a file: a verdict depends on query and version alone."""

    def __init__(self, name, command, version, target):
        self.name = name
        self.command = command
        scripts = b"".join(Path(part).read_bytes() for part in command[1:] if Path(part).is_file())
        salt = hashlib.sha256(scripts + version.encode()).hexdigest()[:16]
        self.file = target / f"{name}-{salt}.jsonl"
        self.known = {}
        if self.file.exists():
            self.known.update(read(self.file.read_text(encoding="utf-8")))

    def answers(self, queries):
        missing = list({q.key: q for q in queries if q.key not in self.known}.values())
        started = time.perf_counter()
        if missing:
            self.run(missing)
        took = time.perf_counter() - started
        print(f"  Microsoft, {self.name}: {len(queries)} queries, {len(missing)} asked now in {took:.1f} s")
        return {q.key: self.known[q.key] for q in queries}

    def run(self, queries):
        # Ten rounds keep what is done if the run is stopped.
        rounds = max(1, len(queries) // 400)
        for at in range(rounds):
            part = queries[at::rounds]
            children = []
            for share in (part[n::PROCESSES] for n in range(PROCESSES)):
                given = tempfile.TemporaryFile("w+", encoding="utf-8")
                given.write(lines(share))
                given.seek(0)
                output = tempfile.TemporaryFile("w+", encoding="utf-8")
                children.append((subprocess.Popen(self.command, stdin=given, stdout=output), share, output))
            for child, share, output in children:
                if child.wait() != 0:
                    sys.exit(f"{' '.join(self.command)} ended with {child.returncode}")
                output.seek(0)
                text = output.read()
                with self.file.open("a", encoding="utf-8") as kept:
                    kept.write(text)
                self.known.update(read(text))
            lost = [q.origin for q in part if q.key not in self.known]
            if lost:
                sys.exit(f"no answer for {lost[:5]}")
