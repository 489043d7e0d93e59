"""What a student has tried and mastered, kept between sessions in one small file.

`progress.json` holds a record for each question, by lesson and name; see `repetition.Record`. What it knows
of lessons and questions that are not there any more stays in it.
"""

import json
from datetime import datetime
from pathlib import Path

from opslab.exercises.repetition import Record, from_json, to_json
from opslab.ground.paths import state_folder, write_whole

# Words
DAMAGED = "The saved progress could not be read. It was set aside as {kept}; a new record begins."

Stored = dict[str, dict[str, dict[str, object]]]

# What could not be written, so that hints and solutions open all the same while the kernel runs.
_unwritten: dict[Path, Stored] = {}


def record_of(lesson: str, question: str) -> Record:
    """Return what is known of one question; a new record where it was never tried."""
    return records_of(lesson).get(question, Record())


def records_of(lesson: str) -> dict[str, Record]:
    """Return what is known of a lesson's questions, by name."""
    try:
        return {name: from_json(stored) for name, stored in _read().get(lesson, {}).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        _set_aside()
        return {}


def keep(lesson: str, question: str, record: Record) -> None:
    """Keep one question's record. A home that cannot be written must not stop a student from working."""
    if record == record_of(lesson, question):
        return
    everything = _read()
    everything.setdefault(lesson, {})[question] = to_json(record)
    try:
        write_whole(_path(), json.dumps(everything, ensure_ascii=False, indent=1).encode())
    except OSError:
        _unwritten[_path()] = everything
    else:
        _unwritten.pop(_path(), None)


def now() -> datetime:
    """Return the time on the student's own clock, with its zone."""
    return datetime.now().astimezone()


def _path() -> Path:
    return state_folder() / "progress.json"


def _read() -> Stored:
    """Return the file's content; nothing where there is none that can be read."""
    if _path() in _unwritten:
        return _unwritten[_path()]
    try:
        everything = json.loads(_path().read_text(encoding="utf-8"))
    except OSError:
        return {}
    except ValueError:
        everything = None
    if not isinstance(everything, dict) or not all(isinstance(kept, dict) for kept in everything.values()):
        _set_aside()
        return {}
    return everything


def _set_aside() -> None:
    kept = _path().with_suffix(".damaged.json")
    _unwritten.pop(_path(), None)
    try:
        _path().replace(kept)
    except OSError:
        _unwritten[_path()] = {}
    else:
        print(DAMAGED.format(kept=kept))
