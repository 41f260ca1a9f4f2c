"""Runs suites and sums them up."""

import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import List

from . import differences, suites
from .emulator import binary
from .install import ensure
from .outcome import Outcome, table
from .places import DOCS_PAGE, INSTALLED, corpus
from .process import run_suite


def main(arguments: List[str], usage: str) -> int:
    """Returns the exit code: 0, 1 where a suite failed, 64 for wrong usage."""
    if arguments == ["--list"]:
        print("\n".join(suites.GROUPS))
        return 0
    if arguments == ["--docs"]:
        DOCS_PAGE.write_text(differences.page(differences.load()))
        return 0
    unknown = [name for name in arguments if name not in suites.GROUPS]
    if unknown:
        print(f"{', '.join(unknown)}: no such suite\n\n{usage}", file=sys.stderr)
        return 64
    chosen = [suite for suite in suites.SUITES if not arguments or suite.group in arguments]
    for suite in chosen:
        if suite.needs_corpus and corpus() is None:
            print(f"{suite.name}: PALISADE_CORPUS is not set: skipped")
    return _run([suite for suite in chosen if not suite.needs_corpus or corpus() is not None])


def _run(chosen: List[suites.Suite]) -> int:
    begun = time.monotonic()
    known = differences.load()
    traffic = INSTALLED / "traffic"
    if len(chosen) == len(suites.SUITES):
        # Nothing of a suite that is no more is judged.
        shutil.rmtree(traffic, ignore_errors=True)
    traffic.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as installers, ThreadPoolExecutor(2) as lanes:
        environments = dict.fromkeys(suite.needs for suite in chosen)
        installing = {environment: installers.submit(ensure, environment) for environment in environments}
        emulator = binary()

        def judge(suite: suites.Suite) -> Outcome:
            print(f"{suite.name} …", flush=True)
            try:
                installed = installing[suite.needs].result()
                outcome = run_suite(suite, emulator, known)
                outcome.installed = installed
            except Exception as error:  # A suite that can't even start is one that failed.
                outcome = Outcome(suite.name, errors=[str(error)])
            return outcome

        outcomes = list(lanes.map(judge, [suite for suite in chosen if not suite.judges_the_others]))
        outcomes += map(judge, [suite for suite in chosen if suite.judges_the_others])
    print(table(outcomes))
    failed = sum(outcome.failed for outcome in outcomes)
    for outcome in outcomes:
        print(outcome.report(), end="")
    if not DOCS_PAGE.is_file() or DOCS_PAGE.read_text() != differences.page(known):
        print("docs/emulator-differences.md is not what differences.json makes: run tests/clients/run --docs")
        failed += 1
    passed = sum(outcome.passed for outcome in outcomes)
    print(f"{passed} passed, {failed} failed")
    print(f"in {time.monotonic() - begun:.0f} s")
    return int(failed > 0)
