"""Where the course lies on disk, and where a student's own state is kept."""

import os
import tempfile
from pathlib import Path

import platformdirs

# Words
NO_COURSE = (
    "the course folders (lessons/ and datasets/) were not found above {package} or {here}; "
    "open the notebook from inside the cloned repository, or set OPSLAB_COURSE to its folder"
)


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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a killed program or a full disk leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        new = Path(folder, path.name)
        new.write_bytes(content)
        os.replace(new, path)
