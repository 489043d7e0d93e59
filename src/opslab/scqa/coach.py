"""The coach: rules that point at a place in a brief and say why. It reads form, not truth."""

import re
from collections.abc import Iterator, Mapping
from math import exp

from opslab.scqa.brief import LETTERS, PARTS, Brief
from opslab.scqa.cues import (
    CHECKABLE,
    CONTESTED,
    FIELDS,
    GENERAL,
    NUMBER,
    OPEN,
    QUANTITY,
    STOP,
    UNCERTAIN,
    UNKNOWN,
)  # fmt: skip
from opslab.scqa.reading import PAGE, Opening, is_usual, read_opening, score_parts
from opslab.scqa.remarks import Remark, Remarks

# Words
NOT_A_BRIEF = 'coach received {found}; expected a Brief or a text. Write coach(Brief(...)) or coach("...")'
WHOLE, SENTENCE, FIELD, HEADING = "the whole text", "sentence {number}", "the {part}", "heading {number}"
WHAT = {
    "empty": "There is nothing to read.",
    "too_short": "Too little to judge.",
    "too_long": "Only the first page was read.",
    "missing": "The {part} is missing.",
    "misplaced": "This reads as the {other}, and stands where the {part} belongs.",
    "unusual_order": "The parts come in the order {parts}, which is none of the four.",
    "idle_complication": "The complication changes nothing.",
    "off_question": "The answer does not answer this question.",
    "contested_situation": "Somebody may dispute this situation.",
    "vague_answer": "The answer holds nothing that one could check.",
    "no_number": "The answer has no number.",
    "no_uncertainty": "Nothing says what is uncertain about the answer.",
    "blank_heading": "The heading says nothing.",
}
WHY = {
    "empty": "Write one sentence for each part, or open the desk.",
    "too_short": (
        "{count} word(s) hold no situation, complication, question and answer. Write a sentence for each."
    ),
    "too_long": "A brief takes a minute. {count:,} letters are here; the first {read:,} were read.",
    "misplaced": "Its words ({cue}) are those of the {other}. Move it, or word it as the {part}.",
    "unusual_order": (
        "Orders that listeners follow are SCQA, ASCQ, CSQA and QSCA. Choose one by your audience."
    ),
    "idle_complication": (
        "It names no number, no date, no comparison and no group. Say what changed, for whom, by how much."
    ),
    "off_question": (
        "It speaks of {answer}; the rest of the brief never does. Ask what it answers, "
        "or answer what you ask."
    ),
    "contested_situation": (
        "“{word}” is a judgement or a cause. A situation is what the listener would say "
        "too; move the rest down."
    ),
    "vague_answer": (
        "Nobody could tell in four weeks whether it was done. Say who does what, how much, until when."
    ),
    "no_number": "How much, how many, until when? A number lets the board weigh it.",
    "no_uncertainty": "Give an interval, a condition, or say what would change your mind.",
    "blank_heading": "It would fit any report. Put the finding there, as a sentence.",
}
WHY_MISSING = {
    "situation": (
        "No sentence states what the listener already agrees on. Without it your first step is disputed."
    ),
    "complication": "No sentence says what disturbs the situation. Without it nobody sees a need to act.",
    "question": "No sentence asks. The listener will put a question of their own, perhaps another one.",
    "answer": "No sentence proposes anything. The listener knows your worry and not your advice.",
}
_LETTER = {part: letter for letter, part in LETTERS.items()}
_CLEAR = 2.0  # points by which another part must lead before a filled-in field is called misplaced
_WORD = re.compile(r"[a-z][a-z'’]+|[\u4e00-\u9fff]{2}", re.I)


def coach(brief: Brief | str) -> Remarks:
    """Return what stands in the way of a listener, each with its place, reason and confidence.

    Give a `Brief`, or a text in English, Chinese or both: its sentences are first given their parts
    (`read_opening`). The text is data: it is never run. Of a long one the first page is read.

    The rules (`Remark.code`): empty, too_short, too_long, missing, misplaced, unusual_order,
    idle_complication, off_question, contested_situation, vague_answer, no_number, no_uncertainty,
    blank_heading.

    A question may be indirect ("The board has to decide where the money goes"). It judges form. It cannot
    tell whether a number is true, whether the listener agrees, whether the answer is wise, or the question
    the right one; irony and fields it has no words for escape it. In a text of at most six sentences it
    expects each to play a part of its own, and may overlook that one is missing.

    Raises
    ------
    ValueError
        If it is neither a Brief nor text.

    Examples
    --------
    >>> brief = Brief(
    ...     situation="Lantern has 4,606 active users, more each month.",
    ...     complication="Of new users 22.3 % came back in the fifth week, against 25.2 % before.",
    ...     question="Should we stop the new onboarding?",
    ...     answer="No: keep it and halve the spend on feed ads until June.",
    ... )
    >>> [remark.code for remark in coach(brief)]
    ['off_question', 'no_number', 'no_uncertainty']
    """
    if isinstance(brief, Brief):
        return Remarks(_of_brief(brief))
    if isinstance(brief, str):
        return Remarks(_of_text(brief))
    raise ValueError(NOT_A_BRIEF.format(found=type(brief).__name__))


def _of_text(text: str) -> Iterator[Remark]:
    words = len(_WORD.findall(text[:PAGE]))
    if not text.strip():
        yield _remark("empty", "", WHOLE, "", 1.0)
        return
    opening = read_opening(text)
    yield from _headings(opening.headings)
    if opening.cut:
        yield _remark("too_long", "", WHOLE, "", 1.0, count=len(text), read=PAGE)
    if not opening.sentences or (len(opening.sentences) == 1 and words < 4):
        yield _remark("too_short", "", WHOLE, text.strip(), 1.0, count=words)
        return
    for part in opening.missing:
        sure = _sure(opening.lead(lambda parts, letter=_LETTER[part]: letter in parts))
        yield _remark("missing", part, WHOLE, "", sure)
    if not opening.order:
        sure = _sure(opening.lead(is_usual))
        yield _remark("unusual_order", "", WHOLE, "", sure, parts="-".join(opening.parts))
    yield from _misplaced_sentences(opening)
    yield from _contents({part: opening.text(part) for part in PARTS}, _places(opening))


def _sure(lead: float) -> float:
    """Return the confidence in a reading that leads by so many points: a share of 1, in a tie 0.5."""
    return min(0.95, 1 - 0.5 * exp(-lead / 2))


def _of_brief(brief: Brief) -> Iterator[Remark]:
    texts = {part: getattr(brief, part).strip() for part in PARTS}
    if not any(texts.values()):
        yield _remark("empty", "", WHOLE, "", 1.0)
        return
    places = {part: FIELD.format(part=part) for part in PARTS}
    length = sum(map(len, texts.values()))
    if length > PAGE:
        yield _remark("too_long", "", WHOLE, "", 1.0, count=length, read=PAGE)
    texts = {part: text[:PAGE] for part, text in texts.items()}
    for part, text in texts.items():
        if not text:
            yield _remark("missing", part, places[part], "", 1.0)
        elif len(_WORD.findall(text)) < 2 and not QUANTITY.search(text):
            yield _remark("too_short", part, places[part], text, 0.9, count=len(text.split()))
        else:
            yield from _misplaced_field(part, text, places[part])
    yield from _contents(texts, places)


def _misplaced_field(part: str, text: str, place: str) -> Iterator[Remark]:
    scores = score_parts(text)
    own = scores.pop(_LETTER[part])
    letter, most = max(scores.items(), key=lambda item: item[1])
    if most - own >= _CLEAR:
        confidence = 0.9 if "Q" in (letter, _LETTER[part]) else 0.7
        yield _misplaced(part, LETTERS[letter], place, text, confidence)


def _misplaced_sentences(opening: Opening) -> Iterator[Remark]:
    """Yield the sentences whose words speak for another part than the one that their place gives them."""
    for number, sentence in enumerate(opening.sentences, start=1):
        scores = score_parts(sentence.text)
        letter, most = max(scores.items(), key=lambda item: item[1])
        if most - scores[sentence.part] >= _CLEAR:
            place = SENTENCE.format(number=number)
            yield _misplaced(LETTERS[sentence.part], LETTERS[letter], place, sentence.text, 0.5)


def _misplaced(part: str, other: str, place: str, text: str, confidence: float) -> Remark:
    start = " ".join(text.split()[:4]) if " " in text else text[:6]
    return _remark("misplaced", part, place, text, confidence, other=other, cue=f"“{start} …”")


def _contents(texts: Mapping[str, str], places: Mapping[str, str]) -> Iterator[Remark]:
    complication, answer = texts["complication"], texts["answer"]
    if (found := CONTESTED.search(texts["situation"])) and texts["situation"]:
        part = "situation"
        yield _remark("contested_situation", part, places[part], texts[part], 0.6, word=found[0])
    if complication and not _checkable(complication):
        yield _remark("idle_complication", "complication", places["complication"], complication, 0.75)
    if not answer:
        return
    yield from _beside_the_question(texts, places["answer"])
    if not _checkable(answer):
        yield _remark("vague_answer", "answer", places["answer"], answer, 0.75)
    elif not QUANTITY.search(answer):
        yield _remark("no_number", "answer", places["answer"], answer, 0.6)
    if not UNCERTAIN.search(answer) and not any(map(UNKNOWN.search, texts.values())):
        yield _remark("no_uncertainty", "answer", places["answer"], answer, 0.6)


def _checkable(text: str) -> bool:
    return bool(NUMBER.search(text) or CHECKABLE.search(text))


def _beside_the_question(texts: Mapping[str, str], place: str) -> Iterator[Remark]:
    """Compare the fields and the words of the answer with those of the rest.

    A question that names no field ("What should we do?") may be answered from any; one that asks for a way
    ("How do we keep them?") often is, so there the remark is a perhaps.
    """
    question, answer = texts["question"], texts["answer"]
    rest = " ".join(texts[part] for part in PARTS if part != "answer")
    fields = _fields(answer)
    if not fields or not _fields(question) or fields & _fields(rest):
        return
    shared = len(_content(answer) & _content(rest))
    if shared <= 1:
        confidence = 0.5 if OPEN.search(question) else 0.75 if shared == 0 else 0.6
        named = " and ".join(sorted(fields))
        yield _remark("off_question", "answer", place, answer, confidence, answer=named)


def _fields(text: str) -> set[str]:
    return {name for name, words in FIELDS.items() if words.search(text)}


def _content(text: str) -> set[str]:
    """Return the words that carry meaning, in English with their endings cut off."""
    return {word[:5] for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in STOP}


def _headings(headings: tuple[str, ...]) -> Iterator[Remark]:
    for number, heading in enumerate(headings, start=1):
        if is_blank(heading):
            place = HEADING.format(number=number)
            yield _remark("blank_heading", "", place, heading, 0.85)


def is_blank(heading: str) -> bool:
    """Whether a heading would fit any report: it is empty, or made of general words only."""
    chinese = sorted((word for word in GENERAL if word > "\u4e00"), key=len, reverse=True)
    rest = re.sub("|".join(chinese), " ", heading.lower())
    return all(word in GENERAL or word.isdigit() for word in re.findall(r"\w+", rest))


def _places(opening: Opening) -> dict[str, str]:
    numbers = {
        LETTERS[sentence.part]: number
        for number, sentence in reversed(list(enumerate(opening.sentences, start=1)))
    }
    return {part: SENTENCE.format(number=numbers.get(part, 0)) for part in PARTS}


def _remark(code: str, part: str, place: str, quote: str, confidence: float, **details: object) -> Remark:
    why = WHY_MISSING[part] if code == "missing" else WHY[code]
    return Remark(
        code,
        WHAT[code].format(part=part, **details),
        part,
        place,
        quote,
        why.format(part=part, **details),
        round(confidence, 2),
    )
