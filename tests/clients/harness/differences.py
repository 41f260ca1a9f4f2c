"""The list of known differences: what a finding is matched against, and the page of the docs that it makes."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Dict, List

from .places import DIFFERENCES


@dataclass(frozen=True)
class Finding:
    """One way in which an answer of ours is not the one that a recording, an example or a definition shows."""

    suite: str
    exchange: str  # what was asked: "PUT alertRules/{name} 2022-06-01-preview in <source>"
    at: str  # where in the answer: "status", "header.location", "properties.actions[].order"
    what: str  # "recorded null, ours is absent"

    def __str__(self) -> str:
        return f"{self.exchange}: {self.at}: {self.what}"


@dataclass
class Pattern:
    """What an entry of the list covers; `*` stands for any text in each member."""

    suite: str
    exchange: str
    at: str
    what: str
    matched: int = 0

    def covers(self, finding: Finding) -> bool:
        members = ("suite", "exchange", "at", "what")
        return all(_glob(getattr(self, name), getattr(finding, name)) for name in members)


@dataclass
class Difference:
    """One known difference: what differs, why that is so, and who says that."""

    differs: str
    reason: str
    source: str
    seen: List[Pattern] = field(default_factory=list)


def load() -> List[Difference]:
    """The committed list."""
    entries = json.loads(DIFFERENCES.read_text())
    return [
        Difference(entry["differs"], entry["reason"], entry["source"], [Pattern(**seen) for seen in entry["seen"]])
        for entry in entries
    ]


def unlisted(differences: List[Difference], findings: List[Finding]) -> List[Finding]:
    """The findings that no entry covers; every pattern counts what it covered."""
    left = []
    for finding in findings:
        covering = [seen for one in differences for seen in one.seen if seen.covers(finding)]
        for seen in covering:
            seen.matched += 1
        if not covering:
            left.append(finding)
    return left


def gone(differences: List[Difference], suite: str) -> List[str]:
    """The entries for a suite that was run whole, of which nothing is left to see."""
    return [
        f"{one.differs} [{seen.exchange}: {seen.at}: {seen.what}]"
        for one in differences for seen in one.seen if seen.suite == suite and not seen.matched
    ]


def summed(findings: List[Finding]) -> List[str]:
    """Findings alike in all but their exchange on one line, with the first exchange."""
    alike: Dict[tuple, List[Finding]] = defaultdict(list)
    for finding in findings:
        alike[(finding.at, finding.what)].append(finding)
    return [f"{len(group)} x {at}: {what}   {group[0].exchange}" for (at, what), group in alike.items()]


def page(differences: List[Difference]) -> str:
    """docs/emulator-differences.md"""
    lines = [
        "# How the emulator differs from Azure",
        "",
        "<!-- Made from tests/clients/differences.json by `tests/clients/run --docs`; CI compares the two. -->",
        "",
        "Recorded traffic, Microsoft's own examples and Microsoft's definitions judge the emulator "
        "(`tests/clients/run`). Every difference that they see is here, with its reason; one that is not fails CI, "
        "and so does an entry of which nothing is left.",
        "",
        "| what differs | reason | source | seen by |",
        "|---|---|---|---|",
    ]
    for one in differences:
        suites = ", ".join(sorted({seen.suite for seen in one.seen}))
        lines.append(f"| {_cell(one.differs)} | {_cell(one.reason)} | {_cell(one.source)} | {suites} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _glob(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
