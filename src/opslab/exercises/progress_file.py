"""What a student has tried and mastered, kept between sessions in one small file.

`progress.json` holds a record for each question, by lesson and name; see `repetition.Record`. What it knows
of lessons and questions that are not there any more stays in it.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from opslab.exercises.repetition import Record, from_json, to_json
from opslab.ground.paths import alone, set_aside, state_folder, write_whole

# Words
DAMAGED = "The saved progress could not be read. It was set aside as {kept}; a new record begins."

Stored = dict[str, dict[str, dict[str, object]]]
Change = tuple[str, str, Callable[[Record], Record]]  # of a lesson's question

# What could not be written, so that hints and solutions open all the same while the kernel runs.
_waiting: dict[Path, list[Change]] = {}


class _DamagedError(ValueError):
    """The file holds something else than progress."""


def record_of(lesson: str, question: str) -> Record:
    """Return what is known of one question; a new record where it was never tried."""
    return records_of(lesson).get(question, Record())


def records_of(lesson: str) -> dict[str, Record]:
    """Return what is known of a lesson's questions, by name."""
    try:
        return _records(lesson)
    except _DamagedError:
        with suppress(OSError), alone(_path()):
            _set_aside_damaged(lesson)
    return {}


def update(lesson: str, question: str, change: Callable[[Record], Record]) -> None:
    """Change one question's record, and no other that a second kernel has written meanwhile.

    A home that cannot be written must not stop a student from working: the change waits, and is made upon
    whatever the file holds as soon as it can be.
    """
    before = record_of(lesson, question)
    path = _path()
    waiting = _waiting.get(path, [])
    if change(before) == before and not waiting:
        return
    waiting = _waiting[path] = [*waiting, (lesson, question, change)]
    with suppress(OSError), alone(path):
        _set_aside_damaged(lesson)
        write_whole(path, _text(_changed(_read(), waiting)).encode())
        del _waiting[path]


def now() -> datetime:
    """Return the time on the student's own clock, with its zone."""
    return datetime.now().astimezone()


def _path() -> Path:
    return state_folder() / "progress.json"


def _records(lesson: str) -> dict[str, Record]:
    """Return a lesson's records with the changes that wait; a _DamagedError if the file is damaged."""
    try:
        stored = _changed(_read(), _waiting.get(_path(), []))
        return {name: from_json(record) for name, record in stored.get(lesson, {}).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _DamagedError from error


def _read() -> Stored:
    """Return the file's content; nothing where there is none."""
    try:
        stored = json.loads(_path().read_text(encoding="utf-8"))
        _text(stored).encode()  # what could not be written again is no progress
    except OSError:
        return {}
    except (RecursionError, UnicodeEncodeError) as error:
        raise _DamagedError from error
    if not isinstance(stored, dict) or not all(isinstance(kept, dict) for kept in stored.values()):
        raise _DamagedError
    return stored


def _text(stored: Stored) -> str:
    return json.dumps(stored, ensure_ascii=False, indent=1)


def _changed(stored: Stored, changes: list[Change]) -> Stored:
    for lesson, question, change in changes:
        records = stored.setdefault(lesson, {})
        before = from_json(records[question]) if question in records else Record()
        records[question] = to_json(change(before))
    return stored


def _set_aside_damaged(lesson: str) -> None:
    """Set the file aside if it is damaged still, now that nobody else writes."""
    try:
        _records(lesson)
    except _DamagedError:
        kept = set_aside(_path())
        print(DAMAGED.format(kept=kept))
