#!/usr/bin/env python3
"""What `palisade query` says of real queries, against what Microsoft's own parser says. See `run`."""

import argparse
import json
import os
import sys
from pathlib import Path

from judges import Oracle, ours
from mutations import mutations
from queries import by_hand, corpus

SEED = 20261124
MUTATIONS = 1000

NO_OPERATOR = "KS176"
"""`Query operator expected`: inside of `fork` Microsoft finds it only after parsing; it is a fault of syntax."""


class Figure:
    """A count of agreements with its bar, and every disagreement."""

    def __init__(self, name, least):
        self.name = name
        self.least = least
        self.of = 0
        self.disagreements = []

    def count(self, agrees, query, text):
        self.of += 1
        if not agrees:
            self.disagreements.append((query, text))

    @property
    def share(self):
        return 1 if self.of == 0 else 1 - len(self.disagreements) / self.of

    def told(self):
        """Prints the figure and its disagreements. True if the bar holds."""
        fine = self.share >= self.least and self.of > 0
        agreed = self.of - len(self.disagreements)
        bar = f"bar {100 * self.least:.6g} %"
        print(f"  {self.name:45} {agreed:6} of {self.of:6} {100 * self.share:7.2f} %  ({bar}){'' if fine else '  MISSED'}")
        for query, text in self.disagreements:
            print(f"    {query.origin}: {text}")
        return fine


class Guessed:
    """Columns that are missing only since Microsoft guesses; each must be in a query that we refuse for what it guesses
    about."""

    def __init__(self, name):
        self.name = name
        self.found = []

    def count(self, query, column, faults):
        self.found.append((query, column, faults))

    def told(self):
        refused = sum(bool(faults) for _, _, faults in self.found)
        missed = "" if refused == len(self.found) else "  MISSED"
        print(f"  {self.name:45} {len(self.found):6}, {refused} of them in queries that we refuse{missed}")
        for query, column, faults in self.found:
            print(f"    {query.origin}: {column}: {'; '.join(fault[1] for fault in faults)}")
        return not missed


def shown(text, limit=700):
    """A text on one line, as JSON writes it."""
    return json.dumps(text if len(text) <= limit else text[:limit] + "...", ensure_ascii=False)


def around(query, place):
    """The text around a place in UTF-16 code units."""
    units = query.text.encode("utf-16-le", "surrogatepass")
    before = units[max(0, 2 * place - 120) : 2 * place].decode("utf-16-le", "replace")
    after = units[2 * place : 2 * place + 120].decode("utf-16-le", "replace")
    return shown(f"{before}<HERE>{after}")


def syntax(figures, queries, theirs, mine):
    """Compares the verdicts on syntax."""
    accepted, rejected = figures
    for query in queries:
        their, my = theirs[query.key], mine[query.key]["syntax"]
        if "crash" in their:
            continue
        faults = their["syntax"] or [fault for fault in their.get("semantic", []) if fault[0] == NO_OPERATOR]
        if faults:
            _, message, start, _ = faults[0]
            rejected.count(bool(my), query, f"Microsoft refuses: {message} {around(query, start)}")
        else:
            text = f"we refuse: {my[0][1]} {around(query, my[0][2])}" if my else ""
            accepted.count(not my, query, text)


def names(columns):
    return [name for name, _ in columns]


def first_difference(mine, theirs):
    for at in range(max(len(mine), len(theirs))):
        pair = [columns[at] if at < len(columns) else None for columns in (mine, theirs)]
        if pair[0] != pair[1]:
            return f"column {at + 1} is {pair[0]}, Microsoft's is {pair[1]}"
    return "none"


def meaning(queries, theirs, mine):
    """Compares what valid queries mean."""
    tables = Figure("tables", 1)
    operators = Figure("operators", 1)
    columns = Figure("columns of closed results", 0.96)
    types = Figure("  and their types", 0.96)
    claims = Figure("columns where we call the result closed", 1)
    openness = Figure("open where Microsoft's is", 0.995)
    recall = Figure("missing mapped columns found", 0.99)
    alarms = Figure("columns that are there, not reported", 1999 / 2000)
    guessed = Guessed("missing only by Microsoft's guess")
    faults = Figure("faults of meaning that Microsoft reports too", 1)
    for query in queries:
        their, my = theirs[query.key], mine[query.key]
        if "crash" in their or their["syntax"]:
            continue
        for figure, key in ((tables, "tables"), (operators, "operators")):
            figure.count(my[key] == their[key], query, f"{my[key]}, Microsoft {their[key]}")
        for _, message, start, length in my.get("semantic", []):
            text = f"we report: {message} {around(query, start)}"
            faults.count(any(overlap(start, length, fault) for fault in their["semantic"]), query, text)
        if their["columns"] is None:
            continue
        if their["open"] and not their["semantic"]:
            openness.count(my["open"] or my["columns"] is None, query, f"closed: {shown(query.text)}")
        elif not their["open"] and not their["semantic"]:
            exact = not my["open"] and my["columns"] is not None and names(my["columns"]) == names(their["columns"])
            difference = first_difference(names(my["columns"] or []), names(their["columns"]))
            if my["open"]:
                difference = f"we say open; {difference}"
            columns.count(exact, query, f"{difference} {shown(query.text)}")
            if my["columns"] is not None and not my["open"]:
                claims.count(exact, query, f"{difference} {shown(query.text)}")
            if exact:
                difference = first_difference(my["columns"], their["columns"])
                types.count(my["columns"] == their["columns"], query, difference)
        for column in sorted(query.mapped):
            missing = not their["open"] and column not in names(their["columns"])
            reported = my["columns"] is not None and not my["open"] and column not in names(my["columns"])
            figure = recall if missing else alarms
            text = f"{column}: Microsoft's columns are {shown(' '.join(names(their['columns'])))}"
            # A name that the schema lacks has no type, and Microsoft's `union` splits a column by it: `a_string`,
            # `a_unknown`. No service does: it refuses the query for that name, and so do we.
            if missing and not reported and f"{column}_unknown" in names(their["columns"]):
                guessed.count(query, column, my.get("semantic", []))
            else:
                figure.count(reported == missing, query, text)
    return [tables, operators, claims, openness, columns, types, recall, alarms, guessed, faults]


def overlap(start, length, fault):
    """Whether a fault of Microsoft's lies where ours does."""
    _, _, their_start, their_length = fault
    return their_start <= start + length and start <= their_start + their_length


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--package", type=Path, required=True, help="the folder of @kusto/language-service-next")
    parser.add_argument("--target", type=Path, required=True, help="where verdicts are kept")
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="every Nth query of the corpus")
    options = parser.parse_args()
    root = Path(os.environ["PALISADE_CORPUS"])
    folder = root.parent / "oracle"
    version = json.loads((options.package / "package.json").read_text())["version"]
    script, schema = str(folder / "kql-oracle.js"), str(folder / "tables.json")
    analysis = Oracle("analysis", ["node", script, "--lib", str(options.package), "--schema", schema], version, options.target)
    parsing = Oracle("syntax", ["node", str(Path(__file__).parent / "syntax.js"), str(options.package)], version, options.target)

    everything = corpus(root)
    queries = everything[:: options.one_in]
    written = by_hand()
    print(f"{len(queries)} of {len(everything)} queries of the corpus, {len(written)} by hand")
    theirs = analysis.answers(queries + written)
    mine = ours(options.binary, schema, queries + written)
    crashed = [q.origin for q in queries + written if "crash" in theirs[q.key]]
    print(f"  Microsoft crashes on {len(crashed)}, which are not compared: {', '.join(crashed)}")
    valid = [q for q in queries if q.mapped and theirs[q.key].get("syntax") == []]
    mutated = mutations(valid, MUTATIONS, SEED)
    their_mutated = parsing.answers(mutated)
    my_mutated = ours(options.binary, schema, mutated)

    def pair(name, least_accepted, least_rejected):
        return (
            Figure(f"{name}: accepted by Microsoft", least_accepted),
            Figure(f"{name}: refused by Microsoft", least_rejected),
        )

    figures = [*pair("corpus", 0.995, 0.97)]
    syntax(figures, queries, theirs, mine)
    hand = pair("by hand", 1, 1)
    syntax(hand, written, theirs, mine)
    changed = Figure("one-token mutations", 0.985)
    syntax((changed, changed), mutated, their_mutated, my_mutated)
    figures += [*hand, changed, *meaning(queries, theirs, mine)]
    print("agreement, corpus")
    fine = [figure.told() for figure in figures]
    # Operators that rules hardly use may give an open result; what is said of the others has to be right.
    print("agreement, by hand: what the valid ones mean")
    fine += [figure.told() for figure in meaning(written, theirs, mine)[:4]]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
