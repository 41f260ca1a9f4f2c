"""Microsoft's examples against the emulator: the request is taken, and the answer has the shape that is shown."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.http import Client  # noqa: E402
from harness.report import described, step  # noqa: E402
from operations import examples  # noqa: E402
from trial import Trial  # noqa: E402


def main() -> None:
    client = Client()
    for example in examples(Path(os.environ["CLIENTS_CORPUS"])):
        trial = Trial(example, client)
        try:
            trial.run()
        except Exception as error:  # One example that can't be tried hides no other.
            step(trial.what, described(error))
        else:
            step(trial.what)


main()
