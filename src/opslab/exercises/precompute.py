"""Work out answers ahead, while the kernel has nothing to do: a check then replies at once."""

import asyncio
from contextlib import suppress

from opslab.exercises import answer_key

IDLE = 2.0  # seconds after a cell until work begins, so that cells run in a row do not wait for it

_waiting: list[asyncio.TimerHandle] = []  # at most one


def work_ahead(lesson: str, seed: int) -> None:
    """Work out the lesson's answers and mistakes one question at a time, whenever nothing else runs."""
    with suppress(RuntimeError):  # no loop runs, where no kernel waits for a next cell
        _wait(asyncio.get_running_loop(), lesson, seed)


def _wait(loop: asyncio.AbstractEventLoop, lesson: str, seed: int) -> None:
    while _waiting:
        _waiting.pop().cancel()
    _waiting.append(loop.call_later(IDLE, _work, loop, lesson, seed))


def _work(loop: asyncio.AbstractEventLoop, lesson: str, seed: int) -> None:
    """Work out the next question, if there is one; what fails will say so when it is checked."""
    with suppress(Exception):
        if answer_key.read_key(lesson, seed).advance():
            _wait(loop, lesson, seed)
