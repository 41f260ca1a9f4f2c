"""Asks Microsoft's Kusto.Language whether every query with an exclusion is valid and gives the columns that it gave.

    oracle.py PLACED.jsonl KQL-ORACLE.js KUSTO-LIBRARY [EVERY]

PLACED.jsonl is what `cargo test --test exclusions` wrote. EVERY n-th query is asked about, all of them without. A query
whose rule has errors of its own must have no more of them than before.
"""

import json
import subprocess
import sys


def ask(oracle, library, queries):
    lines = "".join(json.dumps({"id": n, "query": query}) + "\n" for n, query in enumerate(queries))
    answer = subprocess.run(
        ["node", oracle, "--lib", library], input=lines.encode(), stdout=subprocess.PIPE, check=True
    )
    return {one["id"]: one for one in map(json.loads, answer.stdout.decode().splitlines())}


def same(old, new, pair):
    """Whether a result has the columns that it had.

    Where a union reads a table or function that no schema here holds, the result is open, and the parser guesses a column
    of unknown type for each name that the query asks for, ours included. Such a guess is no column of the result.
    """
    if old["open"] != new["open"]:
        return False
    had = {tuple(column) for column in old["columns"] or ()}
    asked = pair["after"].replace(pair["before"], "")
    guess = lambda name, kind: new["open"] and kind == "unknown" and (name, kind) not in had and name in asked
    left = [column for column in new["columns"] or () if not guess(*column)]
    return left == (old["columns"] or [])


def main():
    placed, oracle, library = sys.argv[1:4]
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    pairs = [json.loads(line) for line in open(placed, encoding="utf-8")][::every]
    originals = sorted({pair["before"] for pair in pairs})
    before = ask(oracle, library, originals)
    before = {query: before[n] for n, query in enumerate(originals)}
    after = ask(oracle, library, [pair["after"] for pair in pairs])
    faults = []
    for n, pair in enumerate(pairs):
        old, new = before[pair["before"]], after[n]
        if new["syntax"]:
            faults.append((pair, "syntax", new["syntax"][0]))
        elif len(new["semantic"]) > len(old["semantic"]):
            known = {message for _, message, *_ in old["semantic"]}
            faults.append((pair, "meaning", [one for one in new["semantic"] if one[1] not in known]))
        elif not same(old, new, pair):
            faults.append((pair, "columns", [new["columns"], old["columns"]]))
    for pair, kind, what in faults[:5]:
        print(f"{pair['id']}: {kind}: {str(what)[:2000]}\n{pair['after']}\n")
    print(f"{len(pairs)} queries with exclusions, {len(faults)} of them not valid or with other columns")
    sys.exit(1 if faults or not pairs else 0)


main()
