"""Run one submission's cells, inside the sandbox: `python -m opslab.grading.worker PIPE`, job on stdin.

The first line is JSON: limits, the user to become, the seed of the world to run in and the sheet's set-up
cells, which run at once. The second line has the submission's cells. For each of them one line of JSON is
written to the pipe when it begins and one when it has ended, with what the cell handed to `check`. Nothing
that is said here is believed: whoever reads the pipe treats it as data and judges elsewhere.
"""

import json
import os
import resource
import sys
from typing import TextIO

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets.config import Config

from opslab.exercises.answers import CAPTURED
from opslab.grading.values import encode

WORDS_OF_ERROR = 300  # letters kept of an error's text


def main(pipe: int) -> None:
    """Get ready, wait for the cells, shut the door behind them, and run."""
    job = json.loads(sys.stdin.readline())
    _limit(job["limits"])
    _become(job["user"])
    kernel = Kernel(job["seed"])
    for source in job["setup"]:
        kernel.run(source).raise_error()
    cells = json.loads(sys.stdin.readline())["cells"]
    with open(os.devnull, "r+") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    with os.fdopen(pipe, "w", encoding="utf-8") as out:
        report(kernel, cells, out)
    os._exit(0)  # nothing is left to tidy up


class Kernel:
    """One namespace in which cells run as in a notebook, and what they hand to `check`.

    After every cell `seed` is the grader's again, so that later cells load the world they are graded on.
    """

    def __init__(self, seed: int):
        self.captured: dict[str, object] = {}
        self._seed = seed
        self._shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        CAPTURED.set(self.captured)

    def run(self, source: str) -> ExecutionResult:
        """Run one cell; an error ends the cell, not the notebook."""
        self.captured.clear()
        result = self._shell.run_cell(source, store_history=False)
        self._shell.user_ns["seed"] = self._seed
        return result


def report(kernel: Kernel, cells: dict[str, str], out: TextIO) -> None:
    """Run cells in order and tell of each what it handed over, and why it stopped if it did."""
    for place, source in cells.items():
        _tell(out, begins=place)
        result = kernel.run(source)
        error = result.error_before_exec or result.error_in_exec
        _tell(
            out,
            ended=place,
            answers={str(name): encode(value) for name, value in kernel.captured.items()},
            error=f"{type(error).__name__}: {error}"[:WORDS_OF_ERROR] if error else "",
        )


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
