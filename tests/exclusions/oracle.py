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


KNOWN = {
    # A union over tables that no schema here holds: their columns are guessed from the query, DNSName among them once a
    # condition names it, and then split by type. With a schema of these tables nothing is split.
    ("677da133-e487-4108-a150-5b926591a92b", "columns"),
}
"""Rules whose verdict Microsoft's parser changes with the guess that it makes of unknown tables."""


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
        elif (new["columns"], new["open"]) != (old["columns"], old["open"]):
            faults.append((pair, "columns", [new["columns"], old["columns"]]))
    known = [fault for fault in faults if (fault[0]["id"], fault[1]) in KNOWN]
    faults = [fault for fault in faults if fault not in known]
    for pair, kind, what in faults[:5]:
        print(f"{pair['id']}: {kind}: {str(what)[:2000]}\n{pair['after']}\n")
    print(
        f"{len(pairs)} queries with exclusions, {len(faults)} of them not valid or with other columns, "
        f"and {len(known)} that are known to be"
    )
    sys.exit(1 if faults or not pairs else 0)


main()
