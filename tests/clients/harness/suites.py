"""The suites: who judges, what they need, how they are started."""

from dataclasses import dataclass
from typing import List, Optional, Union

from .install import NodeModules, Venv
from .places import CLIENTS

STABLE = Venv("python-stable", "python/requirements-stable.txt")
BETA = Venv("python-beta", "python/requirements-beta.txt")
AZ = Venv("az", "az/requirements.txt")
TOOLS = Venv("tools", "harness/requirements.txt")
JAVASCRIPT = NodeModules("javascript", "javascript")
OAV = NodeModules("oav", "swagger")

SEED = ["--seed", str(CLIENTS / "seed.yaml")]


@dataclass(frozen=True)
class Suite:
    """One process that judges one emulator."""

    name: str
    group: str
    needs: Union[Venv, NodeModules]
    command: List[str]
    flags: Optional[List[str]] = None  # of the emulator; none: the suite starts no emulator
    seeding: Optional[List[str]] = None  # makes the seeds that the emulator is started with
    needs_corpus: bool = False
    judges_the_others: bool = False  # by their traffic, when they are through


def _python(environment: Venv, version: str, way: str) -> Suite:
    command = [str(environment.python), str(CLIENTS / "python" / "suite.py"), way]
    return Suite(f"python {version} {way}", "python", environment, command, ["--page", "2", *SEED])


SUITES = [
    # First: it takes longest to install, and to run.
    Suite("az", "az", AZ, [str(AZ.python), str(CLIENTS / "az" / "suite.py")], ["--page", "2", *SEED]),
    Suite("harness", "harness", TOOLS, [str(TOOLS.python), str(CLIENTS / "harness" / "suite.py")]),
    _python(STABLE, "1.0.0", "sync"),
    _python(STABLE, "1.0.0", "aio"),
    _python(BETA, "2.0.0b4", "sync"),
    _python(BETA, "2.0.0b4", "aio"),
    Suite(
        "javascript 1.0.0-beta.6", "javascript", JAVASCRIPT,
        ["node", str(CLIENTS / "javascript" / "suite.mjs")], ["--page", "2", *SEED],
    ),
    Suite(
        "replay", "replay", TOOLS, [str(TOOLS.python), str(CLIENTS / "replay" / "suite.py")], ["--page", "1000"],
        [str(TOOLS.python), str(CLIENTS / "replay" / "seed.py")], needs_corpus=True,
    ),
    Suite(
        "examples", "examples", TOOLS, [str(TOOLS.python), str(CLIENTS / "examples" / "suite.py")], [],
        [str(TOOLS.python), str(CLIENTS / "examples" / "seed.py")], needs_corpus=True,
    ),
    Suite(
        "swagger", "swagger", OAV, ["node", str(CLIENTS / "swagger" / "suite.mjs")], needs_corpus=True,
        judges_the_others=True,
    ),
]
GROUPS = list(dict.fromkeys(suite.group for suite in SUITES))
