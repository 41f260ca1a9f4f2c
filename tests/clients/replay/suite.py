"""Recorded traffic against the emulator: the request goes in, the recorded answer is compared with ours."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.http import Client  # noqa: E402
from harness.report import described, step  # noqa: E402
from recordings import recordings  # noqa: E402
from replay import Replay  # noqa: E402


def main() -> None:
    client = Client()
    for recording in recordings(Path(os.environ["CLIENTS_CORPUS"])):
        replay = Replay(recording, client)
        replay.prepare()
        for exchange in recording.exchanges:
            what = replay.what(exchange)
            try:
                replay.run(exchange)
            except Exception as error:  # One exchange that can't be replayed hides no other.
                step(what, described(error))
            else:
                step(what)


main()
