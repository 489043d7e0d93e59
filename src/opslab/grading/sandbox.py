"""Run untrusted cells where they can harm nothing: bubblewrap around a process of their own, with limits.

What a submission sees: a read-only Python and this package, the course's data, an empty private folder. What
it does not see: the network, other processes, solutions, other submissions, the instructor's files.
"""

import contextlib
import json
import os
import pickle
import random
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import IO, Any, cast

import pandas as pd
import psutil

from opslab.exercises.messages import UsageError
from opslab.grading.syscalls import seccomp_filter
from opslab.grading.values import Answers, decode
from opslab.ground.paths import course_root

# Words
NO_BUBBLEWRAP = (
    "submissions are programs of other people and run only in a sandbox, and bubblewrap is not installed "
    "here (Debian, Ubuntu: apt-get install bubblewrap). On another system grade inside a Linux container. "
    "Only if you trust every submission, as your own account would run it, add --unsafe-no-sandbox"
)
NOT_WORKING = (
    "bubblewrap is installed and cannot make a sandbox here: {cause}. Version 0.7 or newer is needed, and "
    "permission for user namespaces. Only if you trust every submission add --unsafe-no-sandbox"
)
TOO_LITTLE = "{name} is {found}; expected at least {least}"
NOT_STARTED = "the sandboxed Python did not start: {cause}"
TOO_LONG = "stopped: it ran longer than {seconds:g} seconds"
TOO_MUCH_MEMORY = "stopped: it took more than {gigabytes:g} GB of memory"
TOO_MUCH_SAID = "stopped: it handed over more than {megabytes:g} MB"
ENDED = "it ended the Python process ({how})"
EXIT_CODE = "exit code {code}"
KILLED = "{signal}: it ended itself, or this machine is short of memory"
SILENT = "stopped: it closed the line on which answers are handed over"
NO_MORE = "it said no more when it was asked"
NOT_REACHED = "not run: the whole notebook took longer than {seconds:g} seconds"

# Python's collector rests while a worker loads its libraries: all of them stay.
START = (
    "import gc, runpy; gc.disable(); "
    "runpy.run_module('opslab.grading.worker', run_name='__main__', alter_sys=True)"
)
STARTUP_SECONDS = 60
MOST_SAID = 5_000_000  # bytes that one run may send
LONGEST_ERROR = 500  # letters kept of why a cell failed
MOST_FUNCTIONS = 20  # that one run may hand over
TICK = 0.25  # seconds between two looks at memory and clock
STUDENT = "student"  # what a submission is told that its account is called
NOBODY = 200_000  # users from here on own nothing; each run of a root grader is one of them


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 30
    notebook_seconds: float = 300
    gigabytes: float = 2
    file_megabytes: float = 50
    processes: int = 32
    open_files: int = 256

    def __post_init__(self) -> None:
        for name, least in (("cell_seconds", 0.1), ("notebook_seconds", 1), ("gigabytes", 0.5)):
            if not getattr(self, name) >= least:
                raise UsageError(TOO_LITTLE.format(name=name, found=getattr(self, name), least=least))

    def hard(self) -> dict[str, int]:
        """Return the limits that the kernel keeps, by their names in `resource`."""
        return {
            "RLIMIT_AS": int(2 * self.gigabytes * 1e9),  # address space; half of it is never touched
            "RLIMIT_FSIZE": int(self.file_megabytes * 1e6),
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }


@dataclass
class Outcome:
    """What a run handed over: encoded answers by question, and why a cell failed, by its place.

    `changed` has the questions that were answered in more than one way; `measured` what the grader found of a
    function that was handed over, by asking it: its value, or a fault in words.
    """

    answers: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)


Measure = Callable[[str, Callable[..., object]], dict[str, Any] | None]


class SandboxError(RuntimeError):
    """The sandbox itself failed, before any line of a submission ran."""


class Sandbox:
    """A way to run cells; `safe=False` leaves the walls out and keeps the limits.

    Workers are started ahead: while one submission runs, the next one's Python has loaded the libraries and
    the set-up cells of the sheet.

    Parameters
    ----------
    limits : what one submission may use
    setup : sources of the set-up cells that every submission begins with, as they were handed out
    seed : the world to run in
    tables : tables of that world, so that not every worker makes them again
    ahead : how many workers to keep ready
    safe : whether submissions are walled in
    measure : given a question and the function that was handed over, what the grader finds of it; it runs out
        here, and what it asks the function goes into the sandbox one call at a time
    """

    def __init__(
        self,
        limits: Limits,
        setup: Sequence[str],
        seed: int,
        *,
        tables: Mapping[str, pd.DataFrame] | None = None,
        ahead: int = 0,
        safe: bool = True,
        measure: Measure | None = None,
    ):
        self.measure = measure
        self._room = tempfile.TemporaryDirectory(prefix="opslab-")
        self.tables = Path(self._room.name, "tables")
        self.tables.write_bytes(pickle.dumps(dict(tables or {})))
        self.limits = limits
        self.safe = safe
        self.setup = list(setup)
        self.seed = seed
        self._ahead = ahead
        self._ready: deque[_Worker] = deque()
        self._starting = threading.Lock()
        self._closed = threading.Event()
        if safe:
            self._require_bubblewrap()

    def run(self, cells: Mapping[str, str]) -> Outcome:
        """Run cells, given by place; one that ends the process is left out, and the rest runs again."""
        outcome = Outcome()
        left = dict(cells)
        deadline = time.monotonic() + self.limits.notebook_seconds
        while left and not self._closed.is_set():
            attempt = _Attempt(self._worker(), left, self.limits, deadline, self.measure)
            attempt.watch(self._closed)
            outcome.answers |= attempt.answers
            if sum(map(len, outcome.answers.values())) + sum(map(len, outcome.answers)) > MOST_SAID:
                outcome.answers = attempt.answers  # each run said something else: the last word counts
            outcome.errors |= attempt.errors
            outcome.measured |= attempt.measured
            outcome.changed = sorted({*outcome.changed, *attempt.answers.changed})
            if attempt.culprit is None:
                break
            outcome.errors[attempt.culprit] = attempt.cause
            del left[attempt.culprit]
            if time.monotonic() > deadline:
                late = NOT_REACHED.format(seconds=self.limits.notebook_seconds)
                outcome.errors |= dict.fromkeys(attempt.not_begun, late)
                break
        return outcome

    def close(self) -> None:
        """End every worker, those that run and those that wait."""
        self._closed.set()
        with self._starting:
            while self._ready:
                self._ready.popleft().end()
        self._room.cleanup()

    def _worker(self) -> "_Worker":
        """Return a worker that is ready, or soon will be, and see that others follow."""
        with self._starting:
            while len(self._ready) <= self._ahead:
                self._ready.append(_Worker(self))
            return self._ready.popleft()

    def command(self, pipe: int, tables: int, rules: int) -> list[str]:
        """Return the command line of a worker that reports on the open file `pipe` and reads from `tables`.

        From the open file `rules` bubblewrap reads which calls to the kernel it refuses.
        """
        worker = [sys.executable, "-P", "-s", "-c", START, str(pipe), str(tables)]
        refusing = ["--seccomp", str(rules)] if seccomp_filter() else []
        return [*self._walls(), *refusing, *worker] if self.safe else worker

    def folder(self) -> Path:
        """Return the folder in which a worker begins: as in the course, data lie in `../datasets`."""
        if self.safe:
            return course_root() / "exercises"
        folder = Path(tempfile.mkdtemp(dir=self._room.name), "exercises")
        folder.mkdir()
        (folder.parent / "datasets").symlink_to(course_root() / "datasets")
        return folder

    def _walls(self) -> list[str]:
        root, package = course_root(), Path(__file__).parents[1]
        system = [Path(name) for name in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache")]
        python = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]]
        shown = dict.fromkeys([*system, *python, package, root / "datasets"])
        # Made first, and readable by every user: bubblewrap would make them for their owner alone.
        above = dict.fromkeys(folder for path in shown for folder in reversed(path.parents))
        memory = str(int(self.limits.file_megabytes * 1e6))
        return [
            "bwrap", "--die-with-parent", "--new-session", *_separation(),
            # Process 1 is bubblewrap, free of limits; where it has the same user, /proc hands it over.
            "--proc", "/proc", "--tmpfs", "/proc/1", "--dev", "/dev",
            "--size", memory, "--perms", "1777", "--tmpfs", "/dev/shm",
            "--size", memory, "--perms", "1777", "--tmpfs", "/tmp",
            *(word for path in [*above, root / "lessons"] for word in ("--dir", str(path))),
            *(word for path in shown for word in ("--ro-bind-try", str(path), str(path))),
            "--size", memory, "--perms", "1777", "--tmpfs", str(root / "exercises"),
            "--remount-ro", "/proc/1", "--remount-ro", "/dev", "--remount-ro", "/",
            "--chdir", str(self.folder()),
        ]  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Return the whole environment of a worker; nothing of the instructor's is passed on."""
        home = "/tmp" if self.safe else tempfile.gettempdir()
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return threads | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "HOME": home, "IPYTHONDIR": f"{home}/ipython", "OPSLAB_HOME": f"{home}/opslab",
            "OPSLAB_COURSE": str(course_root()), "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "USER": STUDENT, "LOGNAME": STUDENT,
            "PYTHONHASHSEED": "0",  # what a cell makes of a set is the same at each grading
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as in a kernel
            "PIP_RETRIES": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1",  # there is no network to wait for
        }  # fmt: skip

    def _require_bubblewrap(self) -> None:
        if shutil.which("bwrap") is None:
            raise UsageError(NO_BUBBLEWRAP)
        tried = subprocess.run(
            [*self._walls(), "true"], env=self.environment(), capture_output=True, text=True, check=False
        )
        if tried.returncode:
            raise UsageError(NOT_WORKING.format(cause=tried.stderr.strip() or tried.returncode))


class _Worker:
    """A worker process: started, set up by itself, and waiting for the cells of one submission."""

    def __init__(self, sandbox: Sandbox):
        self.said, telling = os.pipe()
        rules, writing = os.pipe()
        os.write(writing, seccomp_filter())  # short enough to wait in the pipe
        os.close(writing)
        tables = os.open(sandbox.tables, os.O_RDONLY)
        self.process = subprocess.Popen(
            sandbox.command(telling, tables, rules),
            env=sandbox.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(telling, tables, rules),
            start_new_session=True,
            cwd=tempfile.gettempdir() if sandbox.safe else sandbox.folder(),
            text=True,
            errors="replace",
        )
        for passed in (telling, tables, rules):
            os.close(passed)
        self._cells = cast("IO[str]", self.process.stdin)  # both are pipes
        self._complaints = cast("IO[str]", self.process.stderr)
        user = _nobody() if sandbox.safe else None
        self.tell(limits=sandbox.limits.hard(), user=user, seed=sandbox.seed, setup=sandbox.setup)

    def begin(self, cells: Mapping[str, str]) -> None:
        """Hand over the cells to run."""
        self.tell(cells=dict(cells))

    def end(self) -> str:
        """End the process with all that it started; return what it complained of before any cell ran."""
        self.was_running = self.process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        # Killed in its first moments bubblewrap leaves its child behind, which then ends for want of cells.
        with contextlib.suppress(BrokenPipeError):
            self._cells.close()
        os.close(self.said)
        with self.process:
            return self._complaints.read(1000).strip()

    def tell(self, **job: object) -> None:
        """Hand over one line."""
        with contextlib.suppress(BrokenPipeError):  # it has died; whoever listens to it will notice
            self._cells.write(json.dumps(job) + "\n")
            self._cells.flush()


class _Attempt:
    """One run of cells in a worker."""

    def __init__(
        self,
        worker: _Worker,
        cells: Mapping[str, str],
        limits: Limits,
        deadline: float,
        measure: Measure | None = None,
    ):
        self.answers = Answers()
        self.measured: dict[str, dict[str, Any]] = {}
        self._measure = measure
        self.errors: dict[str, str] = {}
        self.not_begun = dict.fromkeys(cells)
        self.culprit: str | None = None  # the cell that brought the process down, and why
        self.cause = ""
        self._worker = worker
        self._cells = cells
        self._limits = limits
        self._deadline = deadline
        self._next_look = time.monotonic() + TICK
        self._open: str | None = None  # the cell that has begun and not ended
        self._cell_deadline = time.monotonic() + STARTUP_SECONDS

    def watch(self, closed: threading.Event) -> None:
        """Hand the cells over, collect what the worker says, and end it when a limit is passed."""
        try:
            self._worker.begin(self._cells)
            self._listen(closed)
        finally:
            complaints = self._worker.end()
        if not closed.is_set():
            self._conclude(self._worker.process.returncode, complaints)

    def _listen(self, closed: threading.Event) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._worker.said, selectors.EVENT_READ)
            lines = self._lines(selector, closed)
            for line in lines:
                functions = self._hear(line)
                if functions:
                    self._ask_them(functions, lines)
                    return

    def _lines(self, selector: selectors.BaseSelector, closed: threading.Event) -> Iterator[bytes]:
        """Yield what the worker says, line by line, until it ends or a limit is passed."""
        rest, said, process = b"", 0, self._worker.process
        while not closed.is_set():
            if selector.select(TICK):
                chunk = os.read(self._worker.said, 1 << 16)
                if not chunk:
                    self._let_end(process)
                    return
                said += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
            self.cause = self._excess(process, said)
            if self.cause:
                return

    def _ask_them(self, functions: list[str], lines: Iterator[bytes]) -> None:
        """Measure the functions that were handed over: what is measured asks, and the worker answers."""
        for name in functions if self._measure else []:
            self._cell_deadline = time.monotonic() + self._limits.cell_seconds

            def ask(*given: object, name: str = name) -> object:
                self._worker.tell(function=name, given=[_as_data(one) for one in given])
                line = next(lines, None)
                if line is None:
                    raise ValueError(self.cause or NO_MORE)
                return _decoded(line)

            found = self._measure(name, ask) if self._measure else None
            if found is not None:
                self.measured[name] = found

    @staticmethod
    def _let_end(process: subprocess.Popen) -> None:
        """Give a worker that has said all a moment to end by itself: its exit code then tells why."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)

    def _excess(self, process: subprocess.Popen, said: int) -> str:
        """Return which limit is passed, in words, or nothing."""
        limits, now = self._limits, time.monotonic()
        if said > MOST_SAID:
            return TOO_MUCH_SAID.format(megabytes=MOST_SAID / 1e6)
        if now > self._cell_deadline:
            return TOO_LONG.format(seconds=limits.cell_seconds)
        if now > self._deadline:
            return NOT_REACHED.format(seconds=limits.notebook_seconds)
        if now > self._next_look:
            self._next_look = now + TICK
            if _takes_more_than(limits.gigabytes * 1e9, process):
                return TOO_MUCH_MEMORY.format(gigabytes=limits.gigabytes)
        return ""

    def _hear(self, line: bytes) -> list[str]:
        """Take one line from the worker, which may have been written by the submission itself.

        Return the functions that wait to be asked, once all cells have ended.
        """
        try:
            said = json.loads(line)
            if "functions" in said and self._open is None and not self.not_begun:
                return [str(name) for name in said["functions"]][:MOST_FUNCTIONS]
            if said.get("begins") in self.not_begun:
                self._open = said["begins"]
                del self.not_begun[self._open]
                self._cell_deadline = time.monotonic() + self._limits.cell_seconds
            elif self._open is not None and said.get("ended") == self._open:
                for name, text in said["answers"].items():
                    self.answers.take(str(name), str(text))
                self.answers.changed |= {str(name) for name in said["changed"]} & self.answers.keys()
                if said["error"]:
                    self.errors[self._open] = str(said["error"])[:LONGEST_ERROR]
                self._open = None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass  # not a line of the worker's: whatever it was meant to forge, it says nothing
        return []

    def _conclude(self, code: int, complaints: str) -> None:
        nothing_begun = self._open is None and len(self.not_begun) == len(self._cells)
        if nothing_begun and time.monotonic() <= self._deadline:
            raise SandboxError(NOT_STARTED.format(cause=complaints or self.cause or code))
        self.culprit = self._open or next(iter(self.not_begun), None)
        self.cause = self.cause or (SILENT if self._worker.was_running else ENDED.format(how=_how(code)))


def _as_data(given: object) -> object:
    """Return an argument as JSON has it; a record with the name of its class."""
    if not is_dataclass(given) or isinstance(given, type):
        return given
    kind = type(given)
    return {"module": kind.__module__, "name": kind.__qualname__, "fields": asdict(given)}


def _decoded(line: bytes) -> object:
    """Return what a function answered, as data.

    Raises
    ------
    ValueError
        What it raised instead, or that the line is no answer.
    """
    said = json.loads(line)
    if not isinstance(said, dict) or not isinstance(said.get("told"), str):
        raised = said.get("raised") if isinstance(said, dict) else None
        raise ValueError(str(raised or NO_MORE)[:LONGEST_ERROR])
    return decode(said["told"])


def _how(code: int) -> str:
    """Return in words how a process ended; bubblewrap adds 128 to the signal that ended its own."""
    number = -code if code < 0 else code - 128
    if number not in {*signal.Signals}:
        return EXIT_CODE.format(code=code)
    name = signal.Signals(number).name
    return KILLED.format(signal=name) if number == signal.SIGKILL else name


def _separation() -> list[str]:
    """Return bubblewrap's options for namespaces and rights.

    Root needs no user namespace, and would keep root's freedom from the limit on processes; the worker
    therefore becomes a user that owns nothing, and may change to that user alone.
    """
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        return [*spaces, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*spaces, "--unshare-user", "--cap-drop", "ALL"]


def _nobody() -> int | None:
    """Return the user that a worker started by root becomes: another one for each run side by side."""
    return NOBODY + random.randrange(100_000) if os.geteuid() == 0 else None


def _takes_more_than(most: float, process: subprocess.Popen) -> bool:
    """Whether a process and its descendants hold more memory than `most` bytes.

    Resident memory counts what processes share for each of them; each one's part of it (PSS) takes longer to
    find out, and is asked for only when the quick count is too high.
    """
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.Error:
        return False
    resident = [_bytes(one, lambda one: one.memory_info().rss, 0) for one in family]
    if sum(resident) <= most:
        return False
    parts = (
        _bytes(one, lambda one: one.memory_full_info().pss, whole)
        for one, whole in zip(family, resident, strict=True)
    )
    return sum(parts) > most


def _bytes(process: psutil.Process, count: Callable[[psutil.Process], int], unknown: int) -> int:
    try:
        return count(process)
    except psutil.Error:
        return unknown
