"""Run one submission's cells, inside the sandbox, in a process that `opslab.grading.forkserver` has forked.

The sheet's set-up cells run at once, in the world that is graded. One line of JSON on stdin then has the
submission's cells. For each of them one line of JSON is written to a pipe when it begins and one when it has
ended, with what the cell handed to `check`. Functions that were handed over then wait to be asked: each
further line on stdin asks one, and a line answers it. Nothing that is said here is believed: whoever reads
the pipe treats it as data and judges elsewhere.
"""

import asyncio
import builtins
import gc
import getpass
import importlib
import json
import os
import re
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any, NoReturn, TextIO

import numpy as np
import psutil
from ipykernel.inprocess.ipkernel import InProcessInteractiveShell, InProcessKernel
from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionResult
from traitlets.config import Config

from opslab.exercises.answer_key import CAPTURED
from opslab.exercises.judge import is_unanswered
from opslab.grading.job import Job
from opslab.grading.serialisation import Answers, encode
from opslab.grading.syscalls import give_up_rights

WORDS_OF_ERROR = 300  # letters kept of an error's text
_SEED = re.compile(r"^(seed\s*=\s*)\d+\b", re.MULTILINE)
INLINE = "inline"  # where a picture goes that nobody looks at


def work(job: Job, pipe: int, user: int | None) -> NoReturn:
    """Be a worker from now on: shut every other door, give up what a submission may not have, and run."""
    try:
        os.closerange(3, pipe)
        os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
        os.set_inheritable(pipe, False)
        sys.argv[1:] = [str(pipe)]
        os.environ |= job.environment
        os.setsid()
        _limit(job.limits)
        if user is not None or job.safe:
            give_up_rights(user)
        np.random.seed()  # a fork has its parent's luck
        # A loop of its own, not asyncio.run, which would take Ctrl+C for a wish to end it.
        asyncio.new_event_loop().run_until_complete(main(job, pipe))
        os._exit(0)  # nothing is left to tidy up
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


async def main(job: Job, pipe: int) -> None:
    """Get ready, wait for the cells, shut the last doors behind them, and run."""
    kernel = Kernel(job.seed)
    for source in job.setup:
        (await kernel.run(source)).raise_error()
    gc.freeze()  # what is loaded stays: the collector, asleep so far, need not look at it
    gc.enable()
    cells = json.loads(sys.stdin.readline())["cells"]
    asks = os.fdopen(os.dup(0), encoding="utf-8")
    with open(os.devnull, "r+") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    with os.fdopen(pipe, "w", encoding="utf-8") as out:
        await report(kernel, cells, out)
        if kernel.captured.functions:
            answer_asks(kernel.captured.functions, asks, out)


class Shell(InProcessInteractiveShell):
    """The shell of a kernel; a way to show pictures that is not installed here costs nobody an answer."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """Show pictures as the cell asks, or else inline."""
        try:
            return super().enable_matplotlib(gui)
        except (ImportError, RuntimeError, KeyError, UsageError):
            return super().enable_matplotlib(INLINE)


def _enter(prompt: object = "", *_: object, **__: object) -> str:
    """Answer what a cell asks its reader with the Enter key: nobody sits before this kernel."""
    print(prompt)
    return ""


class _Captured(dict[str, object]):
    """Where `check` puts what it is handed: each answer is written down before the cell can change it."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.functions: dict[str, Callable[..., object]] = {}

    def __setitem__(self, question: str, answer: object) -> None:
        if callable(answer):
            self.functions[str(question)] = answer
        elif not is_unanswered(answer):
            self.functions.pop(str(question), None)
        self.answers.take(str(question), encode(answer))


class Kernel:
    """A notebook's kernel in this process, with no keyboard; and what the cells hand to `check`.

    The student's number becomes the grader's seed, within a cell and after it, so that the answers are those
    of the world that is graded.
    """

    def __init__(self, seed: int):
        self.captured = _Captured()
        self._seed = seed
        config = Config({"HistoryManager": {"enabled": False}})
        modules: dict[str, Any] = sys.modules  # ty knows no None in it; Python takes it for "not there"
        modules["debugpy"] = None  # it starts longer than all the rest
        kernel = InProcessKernel.instance(config=config, shell_class=Shell)
        del sys.modules["debugpy"]
        self._shell: Any = kernel.shell
        for module, name in ((builtins, "input"), (getpass, "getpass"), (kernel, "raw_input")):
            setattr(module, name, _enter)
        CAPTURED.set(self.captured)

    async def run(self, source: str) -> ExecutionResult:
        """Run one cell inside a running loop, as a kernel does; an error ends the cell, not the notebook."""
        self.captured.answers = Answers()
        source = _SEED.sub(rf"\g<1>{self._seed}", source)
        shell = self._shell
        try:
            plain = shell.transform_cell(source)
            awaits = shell.should_run_async(source, transformed_cell=plain)
        except SyntaxError:  # which run_cell tells of
            awaits = False
        if awaits:
            result = await shell.run_cell_async(source, store_history=True, transformed_cell=plain)
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        else:
            result = shell.run_cell(source, store_history=True)
        shell.user_ns["seed"] = self._seed
        return result


async def report(kernel: Kernel, cells: dict[str, str], out: TextIO) -> None:
    """Run cells in order and tell of each what it handed over, and why it stopped if it did."""
    for place, source in cells.items():
        _tell(out, begins=place)
        result = await kernel.run(source)
        error = result.error_before_exec or result.error_in_exec
        if error:
            _end_children()
        _tell(
            out,
            ended=place,
            answers=kernel.captured.answers,
            changed=sorted(kernel.captured.answers.changed),
            error=f"{type(error).__name__}: {error}"[:WORDS_OF_ERROR] if error else "",
        )


def answer_asks(functions: dict[str, Callable[..., object]], asks: TextIO, out: TextIO) -> None:
    """Say which functions can be asked; then answer line by line what each returns, until nobody asks."""
    _tell(out, functions=sorted(functions))
    for line in asks:
        ask = json.loads(line)
        try:
            told = functions[ask["function"]](*map(_argument, ask["given"]))
            record = asdict(told) if is_dataclass(told) and not isinstance(told, type) else told
            _tell(out, told=encode(record))
        except BaseException as error:  # whatever somebody's code throws is a reason
            _tell(out, raised=f"{type(error).__name__}: {error}"[:WORDS_OF_ERROR])


def _argument(given: Any) -> Any:
    """Return an argument: a record is made again as its own class, which the grader names."""
    if not isinstance(given, dict):
        return given
    kind = getattr(importlib.import_module(given["module"]), given["name"])
    return kind(**given["fields"])


def _end_children() -> None:
    """End the processes that a failed cell left behind: what they take would count against the next cell."""
    children = psutil.Process().children(recursive=True)
    for child in children:
        child.kill()
    psutil.wait_procs(children, timeout=1)


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
