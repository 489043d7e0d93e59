"""Where the course lies on disk, and where a student's own state is kept."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

# Words
NO_COURSE = (
    "the course folders (lessons/ and datasets/) were not found above {package} or {here}; "
    "open the notebook from inside the cloned repository, or set OPSLAB_COURSE to its folder"
)
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


def state_folder() -> Path:
    """Return the folder for progress and answers: `OPSLAB_HOME`, or the platform's user data folder."""
    return Path(os.environ.get("OPSLAB_HOME") or platformdirs.user_data_path("opslab", appauthor=False))


class NotWrittenError(OSError):
    """A file could not be written, and the one that was there before is as it was."""


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
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
        words = NOT_WRITTEN.format(path=path, error=error.strerror or error)
        raise NotWrittenError(error.errno, words) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: see `replaced`."""
    with replaced(path) as new:
        new.write_bytes(content)
