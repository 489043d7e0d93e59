"""Where the course lies on disk, and where a student's own state is kept."""

import errno
import importlib.util
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import platformdirs

PATIENCE = 5  # seconds to wait for another writer of a file

# Words
NO_COURSE = (
    "the course folders (lessons/ and datasets/) were not found above {package} or {here}; "
    "open the notebook from inside the cloned repository, or set OPSLAB_COURSE to its folder"
)
NO_PACKAGE = "{name} is not installed; README.md names what brings it along"
BUSY = "another program has been writing it for {seconds} seconds"
NOT_WRITTEN = "{path} cannot be written ({error}); what was there before is unchanged"


def course_root() -> Path:
    """Return the repository's folder, the one that holds `lessons/` and `datasets/`.

    Looked for in this order: the environment variable `OPSLAB_COURSE`, the folders above this file
    (an editable installation), the folders above the current one.

    Raises
    ------
    ValueError
        If none of them holds the course.
    """
    package, here = Path(__file__).resolve(), Path.cwd().resolve()
    named = [Path(os.environ["OPSLAB_COURSE"]).resolve()] if os.environ.get("OPSLAB_COURSE") else []
    for folder in [*named, *package.parents, here, *here.parents]:
        if (folder / "lessons").is_dir() and (folder / "datasets").is_dir():
            return folder
    raise ValueError(NO_COURSE.format(package=package.parent, here=here))


def solutions_folder() -> Path:
    """Return the folder of the solutions that answers are checked against.

    While solutions are being built, `OPSLAB_SOLUTIONS` names the folder of those that are not executed yet.
    """
    return Path(os.environ.get("OPSLAB_SOLUTIONS") or course_root() / "solutions")


def package_folder(name: str) -> Path:
    """Return the folder of an installed package, without running its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(NO_PACKAGE.format(name=name), name=name)
    return Path(spec.origin).parent


def state_folder() -> Path:
    """Return the folder for progress and answers: `OPSLAB_HOME`, or the platform's user data folder."""
    return Path(os.environ.get("OPSLAB_HOME") or platformdirs.user_data_path("opslab", appauthor=False))


class NotWrittenError(OSError):
    """A file could not be written, and the one that was there before is as it was."""


@contextmanager
def replaced(path: Path) -> Generator[Path]:
    """Give a file to write that takes the place of `path` in one step, when the block ends.

    Whoever is interrupted keeps the old file whole. The folder is made if need be.

    Raises
    ------
    NotWrittenError
        If the disk is full or the folder may not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
            new = Path(folder, path.name)
            yield new
            os.replace(new, path)
    except NotWrittenError:
        raise
    except OSError as error:
        raise _not_written(path, error) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: see `replaced`."""
    with replaced(path) as new:
        new.write_bytes(content)


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep other writers of a file waiting, in whatever process, while the block reads and writes it.

    Raises
    ------
    NotWrittenError
        If the folder may not be written, or another one does not come to an end.
    """
    from filelock import FileLock, Timeout  # slow to import; who only reads does without

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except NotImplementedError:  # a disk that knows no locks: a single writer is safe there, two are not
        pass
    except Timeout as error:
        raise _not_written(path, OSError(errno.EBUSY, BUSY.format(seconds=PATIENCE))) from error
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        yield
    finally:
        lock.release()


def set_aside(path: Path) -> Path:
    """Move a damaged file out of the way, beside the earlier ones; return where it lies now."""
    names = (path.with_suffix(f".damaged-{number}{path.suffix}") for number in count(1))
    return path.rename(next(name for name in names if not name.exists()))


def _not_written(path: Path, error: OSError) -> NotWrittenError:
    return NotWrittenError(error.errno, NOT_WRITTEN.format(path=path, error=error.strerror or error))
