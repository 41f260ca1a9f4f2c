#!/usr/bin/env python3
"""CPU time of `palisade check` against PyYAML's C loader on the same files, and start-up against `true`.

    cargo build --release
    PALISADE_CORPUS=<folder> python3 benches/load.py

The corpus is not part of the repository. Without it the repository's own rules are loaded: they are too few for a
verdict, so the ratio is printed and not judged. Everything is measured in one run, A B A B, and reported as medians,
because the load on a shared machine moves single figures. CPU time is what the system says of the ended child
(user and system, wait4). PyYAML pays for reading and loading only: its interpreter and imports are not counted, while
ours is the whole process, checks and JSON included.

Exits with 1 if a bar is missed, and with 2 if nothing could be measured.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent

RATIO = 0.65
"""The bar: our CPU seconds for one of PyYAML's."""
SLACK = 1.2
"""What a shared machine may add to a ratio."""
MEMORY_MB = 150
"""The bar: our peak memory."""
START_MS = 10
"""The bar: CPU time of `palisade --version`, over what `true` takes."""

LOADER = """
import sys, time
from pathlib import Path
import yaml
loader = yaml.CSafeLoader
files = sys.stdin.read().split("\\0")
before = time.process_time()
loaded = 0
for name in files:
    text = Path(name).read_bytes()
    try:
        for _ in yaml.load_all(text, Loader=loader):
            pass
        loaded += 1
    except (yaml.YAMLError, ValueError):
        pass
print(time.process_time() - before, loaded)
"""


class Run:
    """One ended child: wall and CPU seconds, peak memory in MB, exit code, output."""

    def __init__(self, command, **more):
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, **more) as child:
            self.output = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.perf_counter() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        # Bytes on macOS, KiB elsewhere.
        self.peak_mb = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        self.code = child.returncode


def corpus():
    """The folder to load and whether it is large enough to judge."""
    folder = os.environ.get("PALISADE_CORPUS")
    if folder:
        # Relative to the package, as in the tests.
        return ROOT / folder / "rules", True
    print("PALISADE_CORPUS is not set: measured on the repository's own rules, not judged")
    return ROOT / "rules", False


def yaml_files(folder):
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".yaml", ".yml") and path.is_file())
    return [str(path) for path in found if path.stat().st_size <= 2**20]


def load(binary, runs):
    """Measures check against the loader. True if the bars hold or are not judged."""
    folder, judged = corpus()
    files = yaml_files(folder)
    if not files:
        sys.exit(f"{folder} holds no YAML")
    size = sum(os.path.getsize(name) for name in files)
    names = "\0".join(files).encode()
    ours, theirs = [], []
    for _ in range(runs + 1):
        run = Run([binary, "check", "-C", str(folder), "--format", "json"])
        if run.code not in (0, 3):
            sys.exit(f"check ended with {run.code}")
        ours.append(run)
        answer = subprocess.run([sys.executable, "-c", LOADER], input=names, stdout=subprocess.PIPE, check=True)
        theirs.append(float(answer.stdout.split()[0]))
    # The first round warms the page cache.
    ours, theirs = ours[1:], theirs[1:]
    cpu, wall, loader = median([r.cpu for r in ours]), median([r.wall for r in ours]), median(theirs)
    ratio = median([a.cpu / b for a, b in zip(ours, theirs)])
    peak = max(r.peak_mb for r in ours)
    print(f"load: {len(files)} files, {size / 1e6:.2f} MB, medians of {runs} runs")
    rate = "{:8.0f} files a CPU second".format
    print(f"  palisade check   {cpu * 1e3:8.1f} ms CPU {rate(len(files) / cpu)}, {wall * 1e3:.1f} ms wall, {peak:.1f} MB")
    print(f"  PyYAML C loader  {loader * 1e3:8.1f} ms CPU {rate(len(files) / loader)}, loading only")
    print(f"  ratio            {ratio:8.2f}         (bar {RATIO}, fails above {RATIO * SLACK:.2f})")
    if not judged:
        return True
    fine = ratio <= RATIO * SLACK and peak <= MEMORY_MB
    if not fine:
        print(f"  MISSED: ratio {ratio:.2f} of {RATIO * SLACK:.2f}, memory {peak:.1f} of {MEMORY_MB} MB")
    return fine


def start(binary, runs):
    """Measures `palisade --version` against `true`. True if the bar holds."""
    true = shutil.which("true")
    if not true:
        print("start: no `true` here, not measured")
        return True
    ours, theirs = [], []
    for _ in range(max(runs, 21) + 1):
        ours.append(Run([binary, "--version"]))
        theirs.append(Run([true]))
    ours, theirs = ours[1:], theirs[1:]
    extra = median([r.cpu for r in ours]) - median([r.cpu for r in theirs])
    for name, runs_of in (("palisade --version", ours), ("true", theirs)):
        cpu, wall = median([r.cpu for r in runs_of]), median([r.wall for r in runs_of])
        print(f"  {name:18} {cpu * 1e3:6.2f} ms CPU  {wall * 1e3:6.2f} ms wall")
    fine = extra * 1e3 <= START_MS
    print(f"  difference         {extra * 1e3:6.2f} ms CPU  (bar {START_MS} ms){'' if fine else '  MISSED'}")
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9, help="rounds of A B, at least 7")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    parser.add_argument("--binary", default=str(target / "release" / "palisade"), help="the program to measure")
    options = parser.parse_args()
    if not os.access(options.binary, os.X_OK):
        print(f"{options.binary} is missing: cargo build --release", file=sys.stderr)
        return 2
    try:
        import yaml

        yaml.CSafeLoader
    except (ImportError, AttributeError):
        print("PyYAML with its C loader is missing: pip install pyyaml", file=sys.stderr)
        return 2
    runs = max(options.runs, 7)
    fine = load(options.binary, runs)
    print("start:")
    return 0 if start(options.binary, runs) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
