"""What one question's record says, and when it is time to practise it again. Pure: record in, record out.

The method is Leitner's box of cards (Leitner 1972, *So lernt man lernen*): a right answer moves a question
one box up, a mistake moves it back to box one, and each box waits longer than the one before. That spaced
practice stays longer than massed practice, and that the best gap grows with the time one wants to remember,
is the finding of Cepeda, Pashler, Vul, Wixted and Rohrer (2006, Psychological Bulletin 132, 354-380). The
method does not fix the number of days; `INTERVALS` and `APART` are our choice.

A repetition is an answer, not a cell that ran again. The exercise still holds the old answer, and whoever
runs all its cells would seem to practise. So a right answer counts only if the student has emptied the
question since the last right one, that is, has checked `...`, or has meanwhile been wrong. We do not ask
for another world instead: most answers are code, which is right in every world, and a choice is the same
letter in each. Whoever copies the old answer back is not found out. The record is the student's own and
nobody grades it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

INTERVALS = (1, 3, 7, 16, 35)  # days that a question waits in box 1, 2, …
APART = 7  # days between two right answers that show mastery
ENOUGH_TRIES = 3  # different answers that open the solution without a hint

# Words
BAD_RECORD = "a record of progress has box {box!r}, answered {answered!r}; expected a box from 1 to {last}"


@dataclass(frozen=True)
class Record:
    """What is known of one question. All times are aware of their zone."""

    attempts: int = 0
    # By world, since the question was last emptied: how many hints were seen, and which answers were tried.
    hints: Mapping[int, int] = field(default_factory=dict)
    tries: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # digests of different answers
    right: bool = False  # ever right; for a written answer, ever scored
    level: int = 0  # 1 to 4, as the student scored a written answer; 0 where there is none
    mistakes: Mapping[str, datetime | None] = field(default_factory=dict)  # by name, when last met
    last: datetime | None = None  # the last attempt
    box: int = 0  # 0: no answer yet
    answered: datetime | None = None  # the last answer that counted as a repetition
    outcome: str = ""  # of that answer: "right", "helped" (right after a hint) or "wrong"
    helped: datetime | None = None  # the last hint or solution seen
    first: datetime | None = None  # the first right answer without help since the last mistake
    mastered: bool = False
    fresh: bool = True  # the next right answer is a new one, not an old one run again

    def due(self, now: datetime) -> date | None:
        """Return the day from which it is time to practise again, in the zone of `now`; None if untried."""
        if self.answered is None:
            return None
        return _day(self.answered, now) + timedelta(days=INTERVALS[self.box - 1])

    def is_open(self, world: int) -> bool:
        """Whether the solution may be seen: after a right answer, a hint, or enough different answers."""
        tries = self.tries.get(world, ())
        return not self.fresh or self.hints.get(world, 0) > 0 or len(tries) >= ENOUGH_TRIES

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to practise again. What was never answered is not due."""
        due = self.due(now)
        return due is not None and due <= _day(now, now)


def days_since(then: datetime, now: datetime) -> int:
    """Return the days between two times as a calendar counts them, in the zone of `now`; never below 0."""
    return max((_day(now, now) - _day(then, now)).days, 0)


def answered(record: Record, now: datetime, *, right: bool, mistake: str = "") -> Record:
    """Return the record after a checked answer.

    A mistake moves the question to box one whenever it happens. A right answer moves it one box up if it is
    due and fresh, and no hint was seen since it came due; after a hint it waits in the same box once more.

    Parameters
    ----------
    now : time of the answer, with its zone; days are counted by its calendar
    mistake : name of the mistake, where it was recognised
    """
    after = replace(
        record, attempts=record.attempts + 1, right=record.right or right, last=now, fresh=not right
    )
    if not right:
        met = {**record.mistakes, mistake: now} if mistake else record.mistakes
        after = replace(after, mistakes=met, answered=now, outcome="wrong")
        return replace(after, box=1, first=None, mastered=False)
    due = record.due(now)
    if not record.fresh or (due is not None and due > _day(now, now)):
        return after
    if record.helped and (due is None or _day(record.helped, now) >= due):
        return replace(after, box=max(record.box, 1), answered=now, outcome="helped")
    first = record.first or now
    return replace(
        after,
        box=min(record.box + 1, len(INTERVALS)),
        answered=now,
        outcome="right",
        first=first,
        mastered=record.mastered or days_since(first, now) >= APART,
    )


def tried(record: Record, world: int, digest: str) -> Record:
    """Return the record after an answer, known by its digest, was given in a world."""
    known = record.tries.get(world, ())
    if digest in known or len(known) >= ENOUGH_TRIES:
        return record
    return replace(record, tries={**record.tries, world: (*known, digest)})


def emptied(record: Record, world: int) -> Record:
    """Return the record after `...` was checked: the next answer is a new one, and hints begin again."""
    if record.fresh:
        return record
    hints, tries = ({w: kept for w, kept in by.items() if w != world} for by in (record.hints, record.tries))
    return replace(record, fresh=True, hints=hints, tries=tries)


def helped(record: Record, now: datetime, world: int, hint: int = 0) -> Record:
    """Return the record after a hint (its number) or the solution (0) was seen in a world."""
    seen = max(hint, record.hints.get(world, 0))
    return replace(record, hints={**record.hints, world: seen} if seen else record.hints, helped=now)


def scored(record: Record, now: datetime, level: int = 0) -> Record:
    """Return the record after a written answer was read (0) or given a level from 1 to 4 by the student.

    No machine checked it: it is done at any level, is never mastered, and does not come back.
    """
    return replace(
        record,
        attempts=record.attempts + 1,
        right=record.right or level > 0,
        level=level or record.level,
        last=now,
    )


def to_json(record: Record) -> dict[str, object]:
    """Return a record as JSON keeps it; times are in UTC."""
    values = {name: _as_stored(value) for name, value in vars(record).items()}
    mistakes = {name: _as_stored(when) for name, when in record.mistakes.items()}
    worlds = {name: {str(world): kept for world, kept in values[name].items()} for name in ("hints", "tries")}
    return values | worlds | {"mistakes": mistakes}


def from_json(stored: Mapping[str, Any]) -> Record:
    """Return a record that JSON kept, by this version or an earlier one.

    The first knew no boxes; until the second, hints were counted for all worlds together.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError
        If it is not a record.
    """
    if "box" not in stored:
        stored = _first_version(stored)
    record = Record(
        attempts=int(stored["attempts"]),
        hints={int(world): int(seen) for world, seen in _by_world(stored["hints"]).items()},
        tries={int(world): tuple(map(str, kept)) for world, kept in stored.get("tries", {}).items()},
        right=bool(stored["right"]),
        level=int(stored["level"]),
        mistakes={name: _time(when) for name, when in stored["mistakes"].items()},
        last=_time(stored["last"]),
        box=int(stored["box"]),
        answered=_time(stored["answered"]),
        outcome=str(stored["outcome"]),
        helped=_time(stored["helped"]),
        first=_time(stored["first"]),
        mastered=bool(stored["mastered"]),
        fresh=bool(stored["fresh"]),
    )
    if not 0 <= record.box <= len(INTERVALS) or (record.box == 0) != (record.answered is None):
        raise ValueError(BAD_RECORD.format(box=record.box, answered=record.answered, last=len(INTERVALS)))
    return record


def _first_version(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a record of attempts, hints, right, mistakes (names) and last: it begins in box one."""
    right, last = stored["right"], stored["last"] or None
    tried = last if stored["attempts"] else None
    return vars(Record()) | {
        **{name: stored[name] for name in ("attempts", "hints", "right")},
        "mistakes": dict.fromkeys(stored["mistakes"]),  # when they were met was not kept
        "last": last,
        "box": 1 if tried else 0,
        "answered": tried,
        "outcome": ("right" if right else "wrong") if tried else "",
        "first": tried if right and stored["attempts"] == 1 and not stored["hints"] else None,
        "fresh": not right,
    }


def _by_world(hints: Any) -> Mapping[str, int]:
    return hints if isinstance(hints, Mapping) else {"0": int(hints)} if hints else {}


def _day(moment: datetime, now: datetime) -> date:
    return moment.astimezone(now.tzinfo).date()


def _as_stored(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
