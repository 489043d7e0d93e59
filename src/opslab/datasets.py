"""The course's data: `load` a table of Lantern 灯塔, `describe` what its columns mean.

`python -m opslab.datasets` writes the folder `datasets/` anew; with `--verify` it only compares.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd

from opslab import world
from opslab.ground.paths import NotWrittenError, course_root, write_whole
from opslab.world import data_package, validation
from opslab.world.story import tell
from opslab.world.strengths import Strengths

# Words
NOT_JSON = "{path} is damaged ({error}); restore it with: git checkout -- datasets"
NO_ENTRY = (
    "{path} does not describe the table {name!r} as it is made; write it anew with: python -m opslab.datasets"
)
TABLES = ("table", "columns", "meaning")
EFFECTS = ("effect", "meaning", "least", "usual", "most")
COLUMNS = ("column", "type", "unit", "allowed", "meaning")
HELP = "Write the course's sample data (the world of seed 0) into datasets/."
VERIFY_HELP = "write nothing, only compare; ends with 1 if a file differs"
WRITTEN, DIFFERENT = "written", "different"
SUMMARY = "{folder}: {changed} of {all} files {state}"

_lent: dict[tuple[str, int], pd.DataFrame] = {}


def load(
    name: str, seed: int = 0, *, size: int = world.SIZE, strength: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return one of the course's tables as a fresh data frame that you may change.

    Seed 0 comes from the committed file, checked against `datasets/datapackage.json`; any other seed is a
    parallel world, made on the spot by the same rules with its own values. So is seed 0 where the package is
    installed without the course's folders.

    Parameters
    ----------
    name
        For example ``"users"``, ``"activity"`` or ``"orders"``; see `describe`.
    seed
        Which world: a whole number from 0, for example a student number.
    size
        Number of users, 4,000 to 200,000; another than the usual 20,000 is made on the spot, for seed 0 too.
    strength
        Planted effects that are not as usual, for example ``{"fatigue": 0}``; see `effects`.

    Raises
    ------
    ValueError
        Unknown name (suggests the nearest), a seed, size or strength outside its limits, or a file that is
        missing, damaged or edited (names line and column, or the checksum).

    Examples
    --------
    >>> load("users", seed=7).columns[0]
    'user_id'
    """
    name, seed, size, strengths = world.which(name, seed, size, strength)
    usual = size == world.SIZE and not strengths
    if usual and (name, seed) in _lent:
        return _lent[name, seed].copy()
    folder = _committed_folder() if seed == 0 and usual else None
    table = _made(name, seed, size, strengths) if folder is None else _committed(name, folder)
    return table.copy()


def lend(tables: Mapping[str, pd.DataFrame], seed: int) -> None:
    """Give `load` tables of world `seed` that another process has made, for this process's lifetime.

    Examples
    --------
    >>> lend({"users": load("users", seed=7)}, seed=7)
    >>> len(load("users", seed=7))
    20000
    """
    _lent.update({(name, seed): table for name, table in tables.items()})


def describe(name: str | None = None) -> pd.DataFrame:
    """Return what there is: all tables, or the columns of one with type, unit, allowed values and meaning.

    Examples
    --------
    >>> describe("users").index[0]
    'user_id'
    """
    if name is None:
        rows = [
            (table.name, ", ".join(column.name for column in table.columns), table.meaning)
            for table in world.TABLES.values()
        ]
        return pd.DataFrame(rows, columns=TABLES).set_index(TABLES[0])
    name, *_ = world.which(name)
    rows = [
        (column.name, column.type, column.unit, data_package.allowed(column), column.meaning)
        for column in world.TABLES[name].columns
    ]
    return pd.DataFrame(rows, columns=COLUMNS).set_index(COLUMNS[0])


def effects() -> pd.DataFrame:
    """Return the planted effects whose strength an instructor may set: what each is, and its limits.

    Examples
    --------
    >>> effects().index[0]      # what an instructor may make stronger or weaker
    'onboarding'
    """
    rows = [(name, effect.meaning, 0, 1, effect.most) for name, effect in world.EFFECTS.items()]
    return pd.DataFrame(rows, columns=EFFECTS).set_index(EFFECTS[0])


def write(folder: Path) -> list[Path]:
    """Write the files of seed 0 into `folder`; return those that changed.

    Everything is made before the first file is touched, and each file is replaced in one step: whoever is
    interrupted keeps whole files.
    """
    changed = _differences(folder)
    for path, content in changed.items():
        write_whole(path, content)
    return list(changed)


def verify(folder: Path) -> list[Path]:
    """Return the files in `folder` that are missing or not as `write` would write them."""
    return list(_differences(folder))


@lru_cache(maxsize=16)
def _committed(name: str, folder: Path) -> pd.DataFrame:
    package = folder / data_package.PACKAGE
    try:
        described = json.loads(validation.contents(package))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(NOT_JSON.format(path=package, error=error)) from error
    entries = described.get("resources") if isinstance(described, dict) else None
    wanted = data_package.schema_of(world.TABLES[name], world.TABLES)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and entry.get("name") == name and entry.get("schema") == wanted:
            return validation.read(folder / f"{name}.csv.gz", entry)
    raise ValueError(NO_ENTRY.format(path=package, name=name))


def _committed_folder() -> Path | None:
    try:
        return course_root() / "datasets"
    except ValueError:  # a package without the course: there is no file, but all that makes one
        return None


@lru_cache(maxsize=16)
def _made(name: str, seed: int, size: int, strengths: Strengths) -> pd.DataFrame:
    return world.TABLES[name].make(tell(seed, size, strengths))


def _differences(folder: Path) -> dict[Path, bytes]:
    """Return the wanted content of every file that differs: tables first, what describes them last."""
    tables = {name: world.table(name) for name in world.TABLES}
    packed = {
        name: _packed(data_package.as_csv(table), folder / f"{name}.csv.gz") for name, table in tables.items()
    }
    rows = {name: len(table) for name, table in tables.items()}
    wanted = {folder / f"{name}.csv.gz": file for name, file in packed.items()}
    wanted[folder / data_package.PACKAGE] = data_package.descriptor(world.TABLES, packed).encode()
    wanted[folder / data_package.DICTIONARY] = data_package.dictionary(world.TABLES, rows).encode()
    return {path: new for path, new in wanted.items() if not path.is_file() or path.read_bytes() != new}


def _packed(text: bytes, path: Path) -> bytes:
    """Return the file there if it holds this text (each zlib packs a little differently), or a new one."""
    try:
        old = path.read_bytes()
        return old if gzip.decompress(old) == text else data_package.packed(text)
    except (OSError, EOFError, zlib.error):
        return data_package.packed(text)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return 1 if `--verify` found a difference, 2 if a file cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m opslab.datasets", description=HELP)
    parser.add_argument("--verify", action="store_true", help=VERIFY_HELP)
    only_compare = parser.parse_args(arguments).verify
    folder = course_root() / "datasets"
    try:
        changed, state = (verify(folder), DIFFERENT) if only_compare else (write(folder), WRITTEN)
    except NotWrittenError as error:
        print(error, file=sys.stderr)
        return 2
    for path in changed:
        print(f"{path.name}: {state}")
    print(SUMMARY.format(folder=folder, changed=len(changed), all=len(world.TABLES) + 2, state=state))
    return int(only_compare and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
