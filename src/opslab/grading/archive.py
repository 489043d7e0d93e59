"""A zip of hand-ins, as a learning platform gives it: looked through first, then unpacked aside."""

import os
import time
import zlib
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_ISLNK
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo

from opslab.exercises.display import UsageError

MOST_FILES = 20_000
MOST_BYTES = 2_000_000_000  # unpacked
NOTEBOOK = ".ipynb"
SHOWN = 80  # letters of a name in a message

# Words
NO_ZIP = (
    "{path} is no folder and no whole zip ({cause}); give the folder of hand-ins, or download the zip again"
)
OUTSIDE = (
    "{path} holds {name!r}, which would be written outside the folder that it is unpacked to; no learning "
    "platform writes such names. Nothing was unpacked. Download it again, and ask who made it"
)
TOO_MUCH = (
    "{path} unpacks to {size:.0f} MB in {count:,} files, where {most:.0f} MB in {files:,} are the most; "
    "is it the zip of one exercise's hand-ins?"
)
NO_NOTEBOOK = (
    "{path} holds no notebook but {kinds}; expected the hand-ins of one exercise ({ending}). Download all "
    "submissions of that assignment"
)
NOTHING = "nothing"


@contextmanager
def unpacked(path: Path) -> Generator[Path]:
    """Give the folder of hand-ins: the path itself, or a zip's content for as long as the block runs.

    Raises
    ------
    UsageError
        If a zip is broken, far too large, holds no notebook, or a name that leads out of its folder.
    """
    if not path.is_file():
        yield path
        return
    with TemporaryDirectory(prefix="opslab-") as name:
        try:
            with ZipFile(path) as file:
                _look_through(path, file)
                for member in file.infolist():
                    _unpack(file, member, Path(name))
        except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
            raise UsageError(NO_ZIP.format(path=path, cause=error)) from error
        yield Path(name)


def _look_through(path: Path, file: ZipFile) -> None:
    members = [member for member in file.infolist() if not member.is_dir()]
    for member in file.infolist():
        if _leads_out(member):
            raise UsageError(OUTSIDE.format(path=path, name=member.filename[:SHOWN]))
    size = sum(member.file_size for member in members)
    if size > MOST_BYTES or len(members) > MOST_FILES:
        raise UsageError(
            TOO_MUCH.format(
                path=path, size=size / 1e6, count=len(members), most=MOST_BYTES / 1e6, files=MOST_FILES
            )
        )
    kinds = Counter(PurePosixPath(member.filename).suffix.lower() for member in members)
    if NOTEBOOK not in kinds:
        found = ", ".join(f"{count} {kind or '?'}" for kind, count in kinds.most_common(4)) or NOTHING
        raise UsageError(NO_NOTEBOOK.format(path=path, kinds=found, ending=NOTEBOOK))


def _leads_out(member: ZipInfo) -> bool:
    """Whether a member is a link, or its name is no plain way down from the folder."""
    name = member.filename.replace("\\", "/")
    return ".." in name.split("/") or name.startswith("/") or S_ISLNK(member.external_attr >> 16)


def _unpack(file: ZipFile, member: ZipInfo, folder: Path) -> None:
    """Unpack one member, with the time that it has in the zip."""
    to = file.extract(member, folder)
    came = time.mktime((*member.date_time, 0, 0, -1))
    os.utime(to, (came, came))
