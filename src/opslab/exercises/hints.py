"""What helps with one question in one world: hints, the solution once it is open, and what comes next.

The verbs of `opslab.check` and the buttons below a reply both ask here, so that they always agree.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opslab.exercises import answer_key, progress_file, repetition
from opslab.exercises.comparisons import UncheckableError, comparison_of, is_number, short
from opslab.exercises.display import to_html
from opslab.exercises.questions import Question
from opslab.exercises.repetition import ENOUGH_TRIES, Record

# Words
HINT = "**Hint {step} of {count}.** {text}"
CLOSED = "The solution opens after a hint, or after {enough} different answers{so_far}."
CLOSED_WRITTEN = "The solution opens after a hint, or after an answer of your own."
SO_FAR = " ({count} so far)"
SOLUTION = "**One way to do it**\n\n```python\n{code}\n```"
WHY = "**Why?** {because}"
WHY_NOT = "**Why not the others?**\n\n{others}"
OTHER = "- `{value}`: {message}"
NEXT = "Next: {heading}"
LAST = "That was the last question of this sheet."
HINT_BUTTON, SOLUTION_BUTTON = "Hint {step} of {count}", "Solution"
ALL_READ = "You have read all {count} hints."
SHOWN = "The solution stands below."
DONE, NOT_YET, UNTRIED = "{name}: done", "{name}: tried, not done yet", "{name}: not tried"
DOTS = "{done} of {count} questions done"
READ = "Hints that you have read"
LAST_HINT = "That was the last hint. The solution is open now."


@dataclass(frozen=True)
class Asked:
    """A question of a lesson as a student meets it in a world, with what is known of their answers."""

    lesson: str
    world: int
    question: Question

    @property
    def record(self) -> Record:
        """What is known of the question."""
        return progress_file.record_of(self.lesson, self.question.name)

    @property
    def is_open(self) -> bool:
        """Whether the solution may be seen; a written answer was compared with others at its first check."""
        record = self.record
        return record.is_open(self.world) or (self.question.kind == "written" and record.attempts > 0)

    def hint(self) -> str:
        """Return the next hint, after the last one the last again, and keep that it was read."""
        step = min(self.record.hints.get(self.world, 0) + 1, len(self.question.hints))
        self._keep_help(hint=step)
        return self.hint_text(step)

    def solution(self) -> str:
        """Return one way to answer and why the options beside it fail, or what opens it."""
        if not self.is_open:
            return self.closed_text()
        self._keep_help()
        parts = [SOLUTION.format(code=self.question.solution)]
        if self.question.because:
            parts.append(WHY.format(because=self.question.because))
        if self.question.kind in ("choice", "ordering"):
            _, mistakes = answer_key.read_key(self.lesson, self.world)[self.question.name]
            others = sorted((" ".join(mistakes[wrong.name]), wrong.message) for wrong in self.question.wrongs)
            lines = [OTHER.format(value=value, message=message) for value, message in others]
            parts.append(WHY_NOT.format(others="\n".join(lines)))
        return "\n\n".join(parts)

    def hint_text(self, step: int) -> str:
        """Return one of the hints, counted from 1."""
        count = len(self.question.hints)
        text = HINT.format(step=step, count=count, text=self.question.hints[step - 1])
        return text if step < count else f"{text}\n\n{LAST_HINT}"

    def closed_text(self) -> str:
        """Say what opens the solution."""
        if self.question.kind == "written":
            return CLOSED_WRITTEN
        count = len(self.record.tries.get(self.world, ()))
        return CLOSED.format(enough=ENOUGH_TRIES, so_far=SO_FAR.format(count=count) if count else "")

    def next_text(self) -> str:
        """Name the question that follows on the sheet, with its heading."""
        headings = answer_key.read_headings(self.lesson)
        following = list(headings)[list(headings).index(self.question.name) + 1 :]
        if not following:
            return LAST
        heading = headings[following[0]].text
        return NEXT.format(heading=heading if heading.endswith(("?", "!", ".")) else f"{heading}.")

    def keep(self, change: Callable[[Record], Record]) -> None:
        """Change what is known of the question."""
        progress_file.update(self.lesson, self.question.name, change)

    def _keep_help(self, hint: int = 0) -> None:
        told = {"now": progress_file.now(), "world": self.world, "hint": hint}
        self.keep(functools.partial(repetition.helped, **told))

    def state(self, solution_shown: bool) -> dict[str, Any]:
        """Return what the buttons, the dots and the line beside them say, as plain JSON."""
        read, count = self.record.hints.get(self.world, 0), len(self.question.hints)
        closed = SHOWN if solution_shown else "" if self.is_open else self.closed_text()
        dots = self._dots()
        done = sum(dot["status"] == "done" for dot in dots)
        return {
            "hint": {
                "label": HINT_BUTTON.format(step=min(read + 1, count), count=count),
                "closed": ALL_READ.format(count=count) if read >= count else "",
            },
            "solution": {"label": SOLUTION_BUTTON, "closed": closed},
            "dots": dots,
            "done": DOTS.format(done=done, count=len(dots)),
            "next": self.next_text(),
        }

    def read_before(self) -> dict[str, object]:
        """Return the hints that have been read so far in this world, and the words that fold them."""
        read = self.record.hints.get(self.world, 0)
        return {"label": READ, "hints": [to_html(self.hint_text(step + 1)) for step in range(read)]}

    def _dots(self) -> list[dict[str, object]]:
        records = progress_file.records_of(self.lesson)
        return [
            {"status": status, "label": words.format(name=name), "here": name == self.question.name}
            for name in answer_key.read_questions(self.lesson)
            for status, words in [_standing(records.get(name, Record()))]
        ]


def digest(asked: Question, received: object, expected: object, mistakes: Mapping[str, object]) -> str:
    """Return a few letters that are the same for answers that are read as the same."""
    try:
        read, _ = comparison_of(asked, expected, mistakes).read(received)
    except UncheckableError:
        read = short(received)
    return hashlib.sha256(repr(_plain(read)).encode()).hexdigest()[:8]


def _plain(read: object) -> object:
    """Return what was read without the digits in which two roads to one number differ."""
    if isinstance(read, Mapping):
        return sorted((str(label), _plain(cell)) for label, cell in read.items())
    return f"{read:.9g}" if is_number(read) else read


def _standing(record: Record) -> tuple[str, str]:
    if record.right:
        return "done", DONE
    return ("tried", NOT_YET) if record.attempts else ("untried", UNTRIED)
