"""Records what a Python program sends with `requests`: az has no hook of its own. Python imports this at its start."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from requests.adapters import HTTPAdapter  # noqa: E402

from harness.traffic import record  # noqa: E402

_send = HTTPAdapter.send


def _recording(self, request, **options):
    response = _send(self, request, **options)
    record(
        request.method, request.url, request.headers, request.body, response.status_code, response.headers,
        response.content,
    )
    return response


HTTPAdapter.send = _recording
