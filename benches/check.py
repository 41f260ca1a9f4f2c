#!/usr/bin/env python3
"""CPU time of the whole `palisade check`, queries included, against three that do less, on the same rules.

    cargo build --release
    PALISADE_CORPUS=<folder> python3 benches/check.py

- PyYAML's C loader only loads the files: at most 0.65 of its time (measured by `load.py` in the same way).
- Microsoft's own parser, in node, only analyses their queries: at least 20 times faster. It takes a minute for all of
  them, so it gets one in eight, after a start that is taken off, and its time is multiplied.
- `ajv-cli` only validates them against a small schema: at least 3 times faster.

All are measured in one run and reported as medians, with 20 % slack for a shared machine; ours is the whole process,
theirs too but for what is taken off above. Exits with 1 if a bar is missed, and with 2 if nothing could be measured.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import yaml
from load import LOADER, ROOT, SLACK, Run, yaml_files

LOAD_RATIO = 0.65
"""The bar: our CPU seconds for one of PyYAML's."""
ORACLE_TIMES = 20
"""The bar: the oracle's CPU seconds for one of ours."""
AJV_TIMES = 3
"""The bar: ajv-cli's CPU seconds for one of ours."""
SAMPLE = 8
"""The oracle gets one query in so many."""

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "description": {"type": "string"},
        "severity": {"type": "string"},
        "query": {"type": "string"},
        "tactics": {"type": ["array", "null"], "items": {"type": "string"}},
        "relevantTechniques": {"type": ["array", "null"], "items": {"type": "string"}},
        "entityMappings": {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "properties": {
                    "entityType": {"type": "string"},
                    "fieldMappings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"identifier": {"type": "string"}, "columnName": {"type": "string"}},
                            "required": ["identifier", "columnName"],
                        },
                    },
                },
            },
        },
        "customDetails": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
    },
}
"""What ajv-cli validates against: far less than `check` looks at."""


def rules(files):
    """The files that hold one mapping, and their queries."""
    good, queries = [], []
    for name in files:
        try:
            documents = list(yaml.load_all(Path(name).read_bytes(), Loader=yaml.CSafeLoader))
        except (yaml.YAMLError, ValueError):
            continue
        if len(documents) == 1 and isinstance(documents[0], dict):
            good.append(name)
            if isinstance(documents[0].get("query"), str):
                queries.append(documents[0]["query"])
    return good, queries


def oracle_cpu(script, package, queries):
    """CPU seconds of the oracle on some queries, its start included."""
    with tempfile.TemporaryFile("w+") as given:
        given.write("".join(json.dumps({"id": n, "query": query}) + "\n" for n, query in enumerate(queries)))
        given.seek(0)
        schema = script.with_name("tables.json")
        run = Run(["node", str(script), "--lib", str(package), "--schema", str(schema)], stdin=given)
    if run.code != 0:
        sys.exit(f"the oracle ended with {run.code}")
    return run.cpu


def ajv_cpu(cli, folder, schema):
    """CPU seconds of ajv-cli on all files of a folder. That it refuses some is no matter here."""
    run = Run(["node", str(cli), "validate", "--strict=false", "-s", str(schema), "-d", f"{folder}/*.yaml"],
              stderr=subprocess.DEVNULL)
    judged = run.output.count(b"\n")
    return run.cpu, judged


def npm(folder, package, version):
    """Installs a package into a folder of its own: npm takes away from it what else it finds there."""
    place = folder / "node_modules" / package
    if not (place / "package.json").exists():
        command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*command, "--prefix", str(folder), f"{package}@{version}"], check=True)
    return place


def judged(name, value, bar, least):
    """Prints a ratio and its bar. True if it holds."""
    fine = value * SLACK >= bar if least else value <= bar * SLACK
    sign, slack = (">=", bar / SLACK) if least else ("<=", bar * SLACK)
    print(f"  {name:44} {value:8.2f}  (bar {sign} {bar}, with slack {slack:.2f}){'' if fine else '  MISSED'}")
    return fine


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--binary", default=str(target / "release" / "palisade"))
    options = parser.parse_args()
    root = os.environ.get("PALISADE_CORPUS")
    if not root or not os.access(options.binary, os.X_OK):
        print("PALISADE_CORPUS is not set, or the program is not built: nothing was measured", file=sys.stderr)
        return 2
    root = (ROOT / root).resolve()
    folder, script = root / "rules", root.parent / "oracle" / "kql-oracle.js"
    files = yaml_files(folder)
    good, queries = rules(files)
    package = npm(target / "oracle", "@kusto/language-service-next", "12.4.1")
    cli = npm(target / "ajv", "ajv-cli", "5.0.0") / "dist" / "index.js"

    names = "\0".join(files).encode()
    ours, loader, ajv = [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        schema = Path(temporary) / "schema.json"
        schema.write_text(json.dumps(SCHEMA))
        copies = Path(temporary) / "rules"
        copies.mkdir()
        for n, name in enumerate(good):
            (copies / f"{n}.yaml").symlink_to(name)
        for n in range(options.runs + 1):
            run = Run([options.binary, "check", "-C", str(folder), "--format", "json"])
            if run.code not in (0, 3):
                sys.exit(f"check ended with {run.code}")
            ours.append(run.cpu)
            answer = subprocess.run([sys.executable, "-c", LOADER], input=names, stdout=subprocess.PIPE, check=True)
            loader.append(float(answer.stdout.split()[0]))
            if n < 4:
                cpu, _ = ajv_cpu(cli, copies, schema)
                ajv.append(cpu)
    # The first round warms the page cache.
    ours, loader, ajv = ours[1:], loader[1:], ajv[1:]
    sample = queries[::SAMPLE]
    # Twice the sample less the sample: what is left is free of the start and of the first calls' compilation.
    once, twice = oracle_cpu(script, package, sample), oracle_cpu(script, package, sample + sample)
    oracle = (twice - once) * len(queries) / len(sample)

    own = median(ours)
    print(f"check: {len(files)} files, {len(queries)} queries, CPU seconds, medians of {options.runs} runs")
    print(f"  palisade check, all of it   {own:8.3f}")
    print(f"  PyYAML C loader, loading    {median(loader):8.3f}")
    print(f"  ajv-cli, a small schema     {median(ajv):8.3f}  ({len(good)} files that it can read)")
    print(f"  Microsoft's analysis        {oracle:8.3f}  (from {len(sample)} queries, its start not counted)")
    fine = [
        judged("ours for one of PyYAML's", median([a / b for a, b in zip(ours, loader)]), LOAD_RATIO, False),
        judged("Microsoft's for one of ours", oracle / own, ORACLE_TIMES, True),
        judged("ajv-cli's for one of ours", median(ajv) / own, AJV_TIMES, True),
    ]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
