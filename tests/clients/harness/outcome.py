"""What a suite found, and the table of all."""

from dataclasses import dataclass, field
from typing import List

from .differences import Finding, summed


@dataclass
class Outcome:
    """One suite's run."""

    suite: str
    seconds: float = 0.0
    installed: float = 0.0
    passed: int = 0
    errors: List[str] = field(default_factory=list)
    exchanges: int = 0
    listed: int = 0  # findings that the list of differences covers
    unlisted: List[Finding] = field(default_factory=list)
    gone: List[str] = field(default_factory=list)
    notes: List[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.errors) + len(self.unlisted) + len(self.gone)

    def report(self) -> str:
        """Everything that failed, and the notes; empty where there is nothing to say."""
        lines = [f"  {error}" for error in self.errors]
        lines += [f"  not in differences.json: {line}" for line in summed(self.unlisted)]
        lines += [f"  in differences.json, and not seen any more: {line}" for line in self.gone]
        lines += [f"  note: {note}" for note in self.notes]
        return f"\n{self.suite}\n" + "\n".join(lines) + "\n" if lines else ""


def table(outcomes: List[Outcome]) -> str:
    """One line a suite."""
    rows = [("suite", "passed", "failed", "exchanges", "differences", "seconds", "installed in")]
    rows += [
        (
            one.suite, str(one.passed), str(one.failed), str(one.exchanges), str(one.listed),
            f"{one.seconds:.1f}", f"{one.installed:.1f}",
        )
        for one in outcomes
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])])
        for row in rows
    )
