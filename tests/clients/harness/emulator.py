"""`palisade emulator` as a process of a suite."""

import os
import re
import subprocess
import threading
from pathlib import Path
from typing import List

from .places import ROOT

START = 30  # seconds


class Emulator:
    """A running emulator, on ports of its own, with a state that ends with it."""

    def __init__(self, binary: Path, flags: List[str], log: Path):
        self.log = log
        self.process = subprocess.Popen(
            [str(binary), "emulator", "--port", "0", "--tls-port", "0", *flags],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=log.open("w"), text=True,
        )
        watchdog = threading.Timer(START, self.process.kill)
        watchdog.start()
        text = self._until_it_serves()
        watchdog.cancel()
        self.http = _find(r"http://127\.0\.0\.1:\d+", text, log)
        self.https = _find(r"https://localhost:\d+", text, log)
        self.ca = _find(r"certificate authority (.+)\.", text, log)

    def _until_it_serves(self) -> str:
        """The start-up text; its last thing that we need is the authority's file."""
        text = ""
        for line in self.process.stdout:
            text += line
            if "certificate authority" in line:
                return text
        raise RuntimeError(f"the emulator did not start: {text}{self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise RuntimeError("the emulator did not stop within ten seconds of SIGTERM")


def binary() -> Path:
    """The binary that PALISADE_BIN names, or the one that cargo builds."""
    if "PALISADE_BIN" in os.environ:
        return Path(os.environ["PALISADE_BIN"]).resolve()
    subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return target / "debug" / "palisade"


def _find(pattern: str, text: str, log: Path) -> str:
    found = re.search(pattern, text)
    if not found:
        raise RuntimeError(f"the start-up text has no {pattern}: {text}{log.read_text()}")
    return found.group(found.re.groups)
