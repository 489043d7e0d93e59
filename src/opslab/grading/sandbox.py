"""Run untrusted cells where they can harm nothing: bubblewrap around a process of their own, with limits.

What a submission sees: a read-only Python and this package, the course's data, an empty private folder. What
it does not see: the network, other processes, solutions, other submissions, the instructor's files.
"""

import contextlib
import json
import os
import pickle
import random
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from opslab.exercises.display import UsageError
from opslab.grading.job import Job
from opslab.grading.limits import Limits
from opslab.grading.serialisation import Answers, decode
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

# Python's collector rests while the libraries are loaded: all of them stay.
START = (
    "import gc, runpy; gc.disable(); "
    "runpy.run_module('opslab.grading.forkserver', run_name='__main__', alter_sys=True)"
)
# Process 1 behind the walls: says that they stand, and holds them up until its line is closed. Orphans that
# end are forgotten at once.
HOLD = "trap '' CHLD; echo; read -r line"
STARTUP_SECONDS = 60
MOST_SAID = 5_000_000  # bytes that one run may send
LONGEST_ERROR = 500  # letters kept of why a cell failed
MOST_FUNCTIONS = 20  # that one run may hand over
TICK = 0.25  # seconds between two looks at memory and clock
STUDENT = "student"  # what a submission is told that its account is called
NOBODY = 200_000  # users from here on own nothing; each run of a root grader is one of them


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

    One process, the fork server, loads the libraries, and every worker is forked from it. Workers start
    ahead: while one submission runs, the next one's Python has run the set-up cells of the sheet.

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
        self.limits = limits
        self.safe = safe
        self._ahead = ahead
        self._ready: deque[_Worker] = deque()
        self._starting = threading.Lock()
        self._closed = threading.Event()
        if safe:
            self._require_bubblewrap()
        self.room = tempfile.TemporaryDirectory(prefix="opslab-")
        job = Job(seed, dict(tables or {}), list(setup), limits.hard(), self.environment(), safe)
        self.forkserver = _ForkServer(Path(self.room.name), job)

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
        self.forkserver.close()
        with self._starting:
            while self._ready:
                self._ready.popleft().end()
        self.room.cleanup()

    def _worker(self) -> "_Worker":
        """Return a worker that is ready, or soon will be, and see that others follow."""
        with self._starting:
            while len(self._ready) <= self._ahead:
                self._ready.append(_Worker(self))
            return self._ready.popleft()

    def walls(self, facts: int) -> list[str]:
        """Return the command line that builds a worker's walls, and writes to the open file `facts` where."""
        return [*self._walls(), "--as-pid-1", "--info-fd", str(facts), "sh", "-c", HOLD]

    def folder(self) -> Path:
        """Return the folder in which a worker begins: as in the course, data lie in `../datasets`."""
        if self.safe:
            return course_root() / "exercises"
        folder = Path(tempfile.mkdtemp(dir=self.room.name), "exercises")
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
            # Process 1 is free of limits; where it has the same user, /proc hands it over.
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


class _ForkServer:
    """The process that workers are forked from."""

    def __init__(self, room: Path, job: Job):
        path = room / "job"
        path.write_bytes(pickle.dumps(job))
        self._log = room / "log"
        # Each request is a message of its own.
        self._line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", START, str(far.fileno()), str(path)],
                # Outside the walls nothing is left where everybody may write.
                env=job.environment | dict.fromkeys(("HOME", "IPYTHONDIR", "OPSLAB_HOME"), str(room)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=[far.fileno()],
                start_new_session=True,
                cwd=room,
            )

    def fork(self, files: Sequence[int], folder: Path, user: int | None) -> None:
        """Ask for a worker that begins in a folder, with these open files."""
        request = json.dumps({"folder": str(folder), "user": user}).encode()
        with contextlib.suppress(BrokenPipeError):  # it has died; whoever listens to the worker will notice
            socket.send_fds(self._line, [request], files)

    def complaints(self) -> str:
        """Return what it complained of."""
        return self._log.read_text("utf-8", errors="replace")[-LONGEST_ERROR:].strip()

    def close(self) -> None:
        """End the process."""
        self._line.close()
        self._process.kill()
        self._process.wait()


class _Worker:
    """A process for one submission: behind its walls, set up by itself, and waiting for cells."""

    def __init__(self, sandbox: Sandbox):
        self.said, said = os.pipe()
        cells, self._cells = os.pipe()
        self._complaints, complaints = os.pipe()
        self._news, news = os.pipe()
        self._forkserver = sandbox.forkserver
        self._pid: int | None = None  # as it is known outside
        self.code: int | None = None
        self._walls, facts = _built(sandbox, complaints) if sandbox.safe else (None, [])
        files = [said, cells, complaints, news, *facts]
        sandbox.forkserver.fork(files, sandbox.folder(), _nobody() if sandbox.safe else None)
        for file in files:
            os.close(file)

    def begin(self, cells: Mapping[str, str]) -> None:
        """Hand over the cells to run."""
        self.tell(cells=dict(cells))

    def wait(self, seconds: float = 0) -> int | None:
        """Return how the process has ended, as `subprocess` counts; None if it has not by then."""
        self._pid = self._pid or self._told(seconds)
        if self.code is None and self._pid:
            self.code = self._told(seconds)
        return self.code

    def _told(self, seconds: float) -> int | None:
        """Return the next number that the guard tells, if it comes in time."""
        told = os.read(self._news, 4) if select.select([self._news], [], [], seconds)[0] else b""
        return int.from_bytes(told, "little", signed=True) if told else None

    def end(self) -> str:
        """End the process with all that it started; return what it complained of before any cell ran."""
        self.was_running = self.wait() is None
        if leader := self._walls.pid if self._walls else self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)
        # Killed in its first moments bubblewrap leaves its child behind, which then ends for want of a line.
        os.close(self._cells)
        if self._walls:
            self._walls.communicate()
        os.close(self.said)
        os.close(self._news)
        with os.fdopen(self._complaints, errors="replace") as complaints:
            return complaints.read(1000).strip() or self._forkserver.complaints()

    def tell(self, **job: object) -> None:
        """Hand over one line."""
        with contextlib.suppress(BrokenPipeError):  # it has died; whoever listens to it will notice
            left = json.dumps(job).encode() + b"\n"
            while left:
                left = left[os.write(self._cells, left) :]

    def takes_more_than(self, most: float) -> bool:
        """Whether the process, what it started and what it left behind hold more memory than `most` bytes.

        Resident memory counts what processes share for each of them; each one's part of it (PSS) takes longer
        to find out, and is asked for only when the quick count is too high.
        """
        self.wait()
        walls = self._walls.pid if self._walls else None
        family = [*_family(self._pid), *_family(walls)]
        resident = [_bytes(one, lambda one: one.memory_info().rss, 0) for one in family]
        if sum(resident) <= most:
            return False
        parts = (
            _bytes(one, lambda one: one.memory_full_info().pss, whole)
            for one, whole in zip(family, resident, strict=True)
        )
        return sum(parts) > most


def _built(sandbox: Sandbox, complaints: int) -> tuple[subprocess.Popen[bytes], list[int]]:
    """Begin to build walls; return who builds, and the files that tell where they are and when they stand."""
    facts, telling = os.pipe()
    ready, standing = os.pipe()
    walls = subprocess.Popen(
        sandbox.walls(telling),
        env=sandbox.environment(),
        stdin=subprocess.PIPE,
        stdout=standing,
        stderr=complaints,
        pass_fds=[telling],
        start_new_session=True,
        cwd=tempfile.gettempdir(),
    )
    os.close(telling)
    os.close(standing)
    return walls, [facts, ready]


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
            self._conclude(complaints)

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
        rest, said = b"", 0
        while not closed.is_set():
            if selector.select(TICK):
                chunk = os.read(self._worker.said, 1 << 16)
                if not chunk:
                    self._worker.wait(seconds=1)  # it has said all: how it ends then tells why
                    return
                said += len(chunk)
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
            self.cause = self._excess(said)
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

    def _excess(self, said: int) -> str:
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
            if self._worker.takes_more_than(limits.gigabytes * 1e9):
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

    def _conclude(self, complaints: str) -> None:
        code = self._worker.code
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


def _how(code: int | None) -> str:
    """Return in words how a process ended."""
    if code is None or -code not in {*signal.Signals}:
        return EXIT_CODE.format(code=code)
    name = signal.Signals(-code).name
    return KILLED.format(signal=name) if code == -signal.SIGKILL else name


def _separation() -> list[str]:
    """Return bubblewrap's options for namespaces and rights.

    Root needs no user namespace, and would keep root's freedom from the limit on processes; the worker
    therefore becomes a user that owns nothing.
    """
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        return [*spaces, "--cap-drop", "ALL"]
    return [*spaces, "--unshare-user", "--cap-drop", "ALL"]


def _nobody() -> int | None:
    """Return the user that a worker started by root becomes: another one for each run side by side."""
    return NOBODY + random.randrange(100_000) if os.geteuid() == 0 else None


def _family(pid: int | None) -> list[psutil.Process]:
    """Return a process and its descendants, or nothing if it is gone."""
    if pid is None:
        return []
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def _bytes(process: psutil.Process, count: Callable[[psutil.Process], int], unknown: int) -> int:
    try:
        return count(process)
    except psutil.Error:
        return unknown
