"""Fork a worker for each submission from one process that has loaded the libraries, which takes longest.

Started by `opslab.grading.sandbox` with LINE, a socket, and JOB, a file of the grader's own. It stands
outside the walls and runs no cell: it imports what the sheet's set-up cells import. For each request on LINE,
which brings open files, a *guard* is forked. It waits until bubblewrap's walls stand, goes behind them and
forks the worker, which so stands where a program stands that bubblewrap starts. The guard says outside which
process that is, and how it ended.
"""

import ast
import contextlib
import gc
import importlib
import json
import os
import pickle
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from opslab import datasets
from opslab.grading.job import Job
from opslab.grading.syscalls import enter
from opslab.grading.worker import work

LONGEST = 10_000  # bytes of a request
MOST_FILES = 6


def main(line: int, path: str) -> None:
    """Get ready, and fork a guard for each request until nobody asks any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a guard
    job: Job = pickle.loads(Path(path).read_bytes())
    datasets.lend(job.tables, job.seed)
    for name in imported(job.setup):
        with contextlib.suppress(Exception):  # the cell itself will tell
            importlib.import_module(name)
    gc.freeze()  # what the collector touches, every worker would have to copy
    with socket.socket(fileno=line) as asked:
        while True:
            request, files, *_ = socket.recv_fds(asked, LONGEST, MOST_FILES)
            if not request:
                return
            if os.fork() == 0:
                asked.detach()
                guard(job, files, **json.loads(request))
            for file in files:
                os.close(file)


def imported(sources: list[str]) -> Iterator[str]:
    """Yield the modules that cells import; a cell that is more than Python is passed over."""
    for source in sources:
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Import):
                    yield from (one.name for one in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module


def guard(job: Job, files: list[int], folder: str, user: int | None) -> NoReturn:
    """Fork the worker behind its walls; tell on the file `news` its number and, once it has ended, how."""
    said, cells, complaints, news, *walls = files
    os.dup2(cells, 0)
    os.dup2(complaints, 2)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        if walls:
            enter(built(*walls))
        os.chdir(folder)
        worker = os.fork()
        if worker == 0:
            work(job, said, user)
        for file in (said, cells, complaints, 0, 2):
            os.close(file)
        os.write(news, worker.to_bytes(4, "little"))
        code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        os.write(news, code.to_bytes(4, "little", signed=True))
    except EOFError:
        pass  # bubblewrap has told why there are no walls
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def built(facts: int, ready: int) -> int:
    """Return the process behind the walls, once they stand.

    Raises
    ------
    EOFError
        If they do not.
    """
    if not os.read(ready, 1):
        raise EOFError
    return json.loads(os.read(facts, LONGEST))["child-pid"]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
