"""Run somebody's code in a process of its own, with a time limit; its faults stay its own."""

import contextlib
import io
import json
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# Words
TOO_SLOW = "no result after {seconds:g} seconds: does it loop for ever?"
DIED = "its process ended without a result"
RAISED = "{kind}: {message}"
NOT_DATA = "it gave {found}; expected numbers, text, True, False or None, and lists and dictionaries of these"
FENCED = "it may not use files, programs or the network ({event})"

LONGEST = 3_600  # seconds
PATIENCE = 6  # times as long may a child take that waits for the processor, or sleeps
LETTERS = 200  # kept of an error's text
ALARM = getattr(signal, "SIGPROF", 0)  # ends a child whose work took too long; not on Windows
MOST_BYTES = 10_000_000  # of one answer
# What Python tells of itself (audit events) before code reaches out of its process.
REACHES_OUT = ("open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.")


class NoResultError(Exception):
    """Why somebody's code has no result, in words."""


@contextmanager
def timed_process(
    task: Callable[..., Any], *, seconds: float, fence: bool = False
) -> Generator[Callable[..., Any]]:
    """Start a child process and give a function that asks it for `task(*given)`, as often as one likes.

    The child cannot change this process. It is ended after `seconds` of work in all by the processor's clock:
    on a busy machine these last longer. One that sleeps is ended after six times as long. What it prints is
    dropped. Its answers come as data, in JSON (so a tuple comes as a list): nothing of them runs here. With a
    `fence` it opens no files, programs or connections, and writes to none. That guards against mistakes, not
    against malice: a child may know what this process knew when it began.

    Raises
    ------
    NoResultError
        By the function that asks, if there is no result, or one that is no such data.

    Examples
    --------
    >>> with timed_process(len, seconds=10) as ask:
    ...     ask("four"), ask("seven")
    (4, 5)
    """
    import multiprocessing as mp  # few who import a subject play a league

    # A forked child knows functions that were written in a notebook; where there is no fork they must be
    # importable.
    forks = "fork" in mp.get_all_start_methods()
    context = mp.get_context("fork") if forks else mp.get_context()
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, task, seconds, fence), daemon=True)
    process.start()
    theirs.close()
    end = time.monotonic() + PATIENCE * seconds

    def ask(*given: Any) -> Any:
        try:
            ours.send(given)
            if not ours.poll(max(end - time.monotonic(), 0)):
                raise NoResultError(TOO_SLOW.format(seconds=seconds))
            fault, result = json.loads(ours.recv_bytes(MOST_BYTES))
        except (EOFError, ConnectionError) as error:  # the child has ended, or is about to
            process.join(1)
            too_slow = ALARM and process.exitcode == -ALARM
            raise NoResultError(TOO_SLOW.format(seconds=seconds) if too_slow else DIED) from error
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise NoResultError(DIED) from error
        if fault:
            raise NoResultError(str(result))
        return result

    try:
        yield ask
    finally:
        process.kill()
        process.join()
        ours.close()


def _child(pipe: "Connection", task: Callable[..., Any], seconds: float, fence: bool) -> None:
    if ALARM:
        signal.signal(ALARM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
    if fence:
        sys.addaudithook(_fence)
        _write_nothing()
    while True:
        given = pipe.recv()
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                answer = _as_data(task(*given))
        except BaseException as error:  # whatever somebody's code throws is a reason, even SystemExit
            answer = json.dumps([True, RAISED.format(kind=type(error).__name__, message=_text(error))])
        pipe.send_bytes(answer.encode())


def _as_data(result: Any) -> str:
    try:
        return json.dumps([False, result])
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(NOT_DATA.format(found=type(result).__name__)) from error


def _text(error: BaseException) -> str:
    try:
        return str(error)[:LETTERS]
    except Exception:  # somebody's error may have no text
        return ""


def _write_nothing() -> None:
    """Let no file grow by a byte, whoever opens it: databases open theirs without telling Python."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an error, then, and not the child's end
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _fence(event: str, given: tuple[Any, ...]) -> None:
    if not event.startswith(REACHES_OUT):
        return
    # Python reads its own modules when they are first imported.
    if event == "open" and str(given[0]).endswith((".py", ".pyc", ".so")) and given[1] in (None, "r", "rb"):
        return
    if event in ("os.listdir", "os.scandir"):
        return
    raise PermissionError(FENCED.format(event=event))
