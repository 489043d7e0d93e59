"""What a reader found in written answers: levels of the rubric, and comments, kept beside the scores.

`reviews.json` holds them by student and question. A review belongs to the text that was read: whoever hands
in another text is read again. How a text is broken into lines does not count.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from opslab.exercises.questions import Question
from opslab.grading.batch import Graded
from opslab.grading.marks import Mark
from opslab.ground.paths import alone, set_aside, write_whole

REVIEWS = "reviews.json"
HIGHEST = 4
LONGEST = 2_000  # letters of a comment

# Words
BAD_REVIEW = (
    "a review is {found}; expected a level from 1 to 4 or none, a comment of at most {longest:,} letters, "
    "and the fingerprint of the text that was read"
)
SET_ASIDE = "opslab: {path} could not be read. It was set aside as {kept}; reviews begin anew."
REACHED = "Level {level} of 4: {words}."
NEXT = "{reached} For level {level}: {words}."


@dataclass(frozen=True)
class Review:
    """A level from 1 to 4, or None while there is none; a comment; the fingerprint of the text read.

    Raises
    ------
    ValueError
        If one of them is anything else.
    """

    of: str
    level: int | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        level_is_one = self.level is None or (type(self.level) is int and 1 <= self.level <= HIGHEST)
        texts = isinstance(self.of, str) and isinstance(self.comment, str)
        if not (level_is_one and texts and len(self.comment) <= LONGEST):
            raise ValueError(BAD_REVIEW.format(found=str(asdict(self))[:200], longest=LONGEST))


Reviews = dict[str, dict[str, Review]]  # by student and question


def fingerprint(text: str) -> str:
    """Return what tells one text from another; texts that differ in blanks and line ends alone are one."""
    return sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()


def read_reviews(folder: Path) -> Reviews:
    """Return the reviews kept in a folder of results; a damaged file is set aside, never overwritten."""
    path = folder / REVIEWS
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {
            student: {question: Review(**review) for question, review in reviews.items()}
            for student, reviews in stored.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError, RecursionError):
        kept = set_aside(path)
        print(SET_ASIDE.format(path=path, kept=kept.name), file=sys.stderr)
        return {}


def keep_review(folder: Path, student: str, question: str, review: Review) -> None:
    """Keep one review in place of an earlier one, and all others as they are on disk now."""
    with alone(folder / REVIEWS):
        reviews = read_reviews(folder)
        reviews.setdefault(student, {})[question] = review
        stored = {who: {name: asdict(kept) for name, kept in of.items()} for who, of in reviews.items()}
        write_whole(folder / REVIEWS, json.dumps(stored, indent=1).encode())


def review_of(mark: Mark, reviews: Reviews) -> Review:
    """Return the review of the very text of a mark; an empty one where it was not read yet."""
    of = fingerprint(mark.answer)
    kept = reviews.get(mark.student, {}).get(mark.question)
    return kept if kept and kept.of == of else Review(of)


def reviewed(graded: Graded, reviews: Reviews, questions: Mapping[str, Question]) -> Graded:
    """Return the class's marks with the levels that its written answers reached; score is level / 4."""
    marks = [
        _reviewed(mark, review_of(mark, reviews), questions[mark.question])
        if mark.finding == "written"
        else mark
        for mark in graded.marks
    ]
    return replace(graded, marks=marks)


def _reviewed(mark: Mark, review: Review, question: Question) -> Mark:
    level = review.level
    if level is None:
        return mark
    rubric = [words.rstrip(".") for words in question.rubric]
    message = REACHED.format(level=level, words=rubric[level - 1])
    if level < HIGHEST:
        message = NEXT.format(reached=message, level=level + 1, words=rubric[level])
    return replace(
        mark, score=level / HIGHEST, finding="reviewed", message=message, level=level, comment=review.comment
    )


def in_reading_order(graded: Graded, reviews: Reviews) -> list[dict[str, object]]:
    """Return the written answers by question, equal texts side by side, in an order that no name decides."""
    written = [mark for mark in graded.marks if mark.finding == "written"]
    places = list(dict.fromkeys(mark.question for mark in graded.marks))
    alike = defaultdict(list)
    found = []
    for mark in written:
        review = review_of(mark, reviews)
        alike[mark.question, review.of].append(mark.student)
        lot = sha256(f"{review.of} {mark.student}".encode("utf-8", "replace")).hexdigest()
        answer = {"student": mark.student, "question": mark.question, "text": mark.answer, **vars(review)}
        found.append(((places.index(mark.question), review.of, lot), answer))
    return [
        answer | {"alike": alike[answer["question"], answer["of"]]}
        for _, answer in sorted(found, key=lambda item: item[0])
    ]
