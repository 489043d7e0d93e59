"""Run one submission's cells, inside the sandbox: `python -m opslab.grading.worker PIPE` with a job on stdin.

The job is JSON: the cells' sources and the seed of the world to run in. For each cell one line of JSON is
written to the pipe when it begins and one when it has ended, with what the cell handed to `check`. Nothing
that is said here is believed: whoever reads the pipe treats it as data and judges elsewhere.
"""

import json
import os
import resource
import sys
from typing import TextIO

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from opslab.answers import CAPTURED
from opslab.grading.values import encode

WORDS_OF_ERROR = 300  # letters kept of an error's text


def main(pipe: int) -> None:
    """Read the job, shut the door behind it, and run."""
    job = json.load(sys.stdin)
    _limit(job["limits"])
    _become(job["user"])
    with open(os.devnull, "r+") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    with os.fdopen(pipe, "w", encoding="utf-8") as out:
        run(job["cells"], job["seed"], out)


def run(cells: dict[str, str], seed: int, out: TextIO) -> None:
    """Run cells in order in one namespace, as a notebook does; an error ends its cell, not the run.

    After every cell `seed` is the grader's again, so that later cells load the world they are graded on.
    """
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    captured: dict[str, object] = {}
    CAPTURED.set(captured)
    for place, source in cells.items():
        _tell(out, begins=place)
        captured.clear()
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        _tell(
            out,
            ended=place,
            answers={str(name): encode(value) for name, value in captured.items()},
            error=f"{type(error).__name__}: {error}"[:WORDS_OF_ERROR] if error else "",
        )
        shell.user_ns["seed"] = seed


def _tell(out: TextIO, **what: object) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


def _limit(limits: dict[str, int]) -> None:
    """Set hard limits that this process and its children cannot raise again."""
    for name, most in limits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _become(user: int | None) -> None:
    """Give up root's rights for good, where the grader is root."""
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)


if __name__ == "__main__":
    main(int(sys.argv[1]))
