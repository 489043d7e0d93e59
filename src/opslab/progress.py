"""What a student has tried and mastered, kept between sessions in one small file."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

from opslab.paths import state_folder, write_whole

# Words
DAMAGED = "The saved progress could not be read. It was set aside as {kept}; a new record begins."

# One record for each question: attempts, hints seen, whether it was ever right, the mistakes that came up.
Record = dict[str, object]


def record_of(lesson: str, question: str) -> Record:
    """Return what is known of one question; a fresh record where it was never tried."""
    return _read().get(lesson, {}).get(question, _fresh())


def note_attempt(lesson: str, question: str, *, right: bool, mistake: str = "") -> None:
    """Keep one checked attempt."""
    record = record_of(lesson, question)
    record["attempts"] += 1
    record["right"] = record["right"] or right
    record["last"] = datetime.now(UTC).isoformat(timespec="seconds")
    if mistake and mistake not in record["mistakes"]:
        record["mistakes"].append(mistake)
    _keep(lesson, question, record)


def note_hint(lesson: str, question: str, step: int) -> None:
    """Keep how many hints have been seen."""
    record = record_of(lesson, question)
    record["hints"] = max(step, record["hints"])
    _keep(lesson, question, record)


def _fresh() -> Record:
    return {"attempts": 0, "hints": 0, "right": False, "mistakes": [], "last": ""}


def _path() -> Path:
    return state_folder() / "progress.json"


def _read() -> dict[str, dict[str, Record]]:
    path = _path()
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        kept = path.with_suffix(".damaged.json")
        path.replace(kept)
        print(DAMAGED.format(kept=kept))
        return {}


def _keep(lesson: str, question: str, record: Record) -> None:
    """Write atomically. A read-only home must not stop a student from working: progress is then not kept."""
    everything = _read()
    everything.setdefault(lesson, {})[question] = record
    with contextlib.suppress(OSError):
        write_whole(_path(), json.dumps(everything, ensure_ascii=False, indent=1).encode())
