"""A step: a few calls that belong together, and what must be true of their answers."""

from dataclasses import dataclass
from typing import Any, Awaitable, Callable, List

from azure.core.exceptions import HttpResponseError


@dataclass(frozen=True)
class Step:
    name: str
    run: Callable[[Any], Awaitable[None]]
    beta_only: bool = False  # the stable package has no such operation or model


def collect(steps: List[Step], name: str, beta_only: bool = False) -> Callable:
    """A decorator that adds a coroutine to a module's list of steps."""
    def add(run: Callable) -> Callable:
        steps.append(Step(name, run, beta_only))
        return run
    return add


def same(actual: Any, expected: Any, what: str = "") -> None:
    if actual != expected:
        raise AssertionError(f"{what or 'got'}: {actual!r}, and not {expected!r}")


async def raises(kind: type, code: str, call: Awaitable) -> HttpResponseError:
    """The call must raise the SDK's own exception of this kind, with ARM's code in it."""
    try:
        answer = await call
    except kind as error:
        same(error.error and error.error.code, code, "the code of the error")
        return error
    raise AssertionError(f"{kind.__name__} was expected, and the call gave {answer!r}")
