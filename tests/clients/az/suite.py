"""Microsoft's command line against the emulator, over TLS."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from az import Az  # noqa: E402
from harness.report import described, step  # noqa: E402
from steps import STEPS  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as configuration:
        az = Az(Path(configuration))
        for name, run in STEPS:
            try:
                run(az)
            except Exception as error:  # A suite goes on after a step that failed.
                step(name, described(error))
            else:
                step(name)


main()
