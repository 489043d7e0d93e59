"""The coach: it asks where a listener may stumble, and says why. It reads form, not truth."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from opslab.scqa.brief import LETTERS, ORDER_NAMES, ORDERS, PARTS, Brief
from opslab.scqa.clause_model import CLASSES, features, log_chances
from opslab.scqa.cues import CUES, RULES, word_list
from opslab.scqa.fault_model import MOST, doubts
from opslab.scqa.fault_model import features as read_features
from opslab.scqa.matching import is_strange, unnamed_kind
from opslab.scqa.reading import Opening, is_usual, leads, read_pieces, whole
from opslab.scqa.remarks import MEASURED, STATED, Remark, Remarks
from opslab.scqa.splitting import PAGE, Piece, pieces, units
from opslab.scqa.wording import AND, ASKED_WORDS, DOUBTED, LETTER_WORDS, PLACES, READ, STOP, WORDS, language

# Words
NOT_A_BRIEF = 'coach received {found}; expected a Brief or a text. Write coach(Brief(...)) or coach("...")'

CERTAIN = {"empty", "too_short", "too_long", "other_language", "blank_heading"}
ASKED = "?"  # ends the name of a rule that is not sure enough to state what it found
COUNTS = Path(__file__).with_name("measured.json")  # by rule: how often it was right, and how often it spoke
# In natural logarithms, chosen with each field left out once.
_CLEAR = 2.5  # by which another part must lead before a field is called misplaced
_NOT_ASKED, _ASKING = 2.5, ("Q1", "Q2", "Q3", "Q4")  # a question is marked as one
_HOLLOW = {"s": -0.5, "c": -0.7, "a": -0.7}  # the chance from which a clause is called hollow,
_MOSTLY = -0.5  # if what else plays the part does not outweigh it
_SAYS_NOTHING = {"contested_situation": "s", "idle_complication": "c", "vague_answer": "a"}
Told = dict[str, str]  # words by their part
_WORD = r"(?i:[a-z][a-z'’]+)|[\u4e00-\u9fff]{2}"


def coach(brief: Brief | str) -> Remarks:
    """Return the questions that stand between a brief and its listener, each with its place and reason.

    Give a `Brief`, or a text in English, Chinese or both: its clauses are first given their parts
    (`read_opening`). The text is data: it is never run. Of a long one the first page is read. The questions
    come in the brief's language; of a text in any other the coach says only that it cannot read it.

    The rules (`Remark.code`): empty, other_language, too_short, too_long, missing, misplaced, unusual_order,
    idle_complication, several_questions, contested_situation, question_without_cause, off_question,
    vague_answer, blank_heading. How often each was right on texts written without sight of the rules stands
    in its reason and in `Remark.confidence`. What any answer may be asked (no_number, no_uncertainty), and
    rules that were right less often than three times in four, stand apart in `Remarks.asks`.

    Models say where a part is missing or says nothing, and where a question or an answer does not belong to
    the rest (`opslab.scqa.clause_model`, and of the whole `opslab.scqa.fault_model`); lists of words say the
    rest.

    It judges form. It cannot tell whether a number is true, whether the listener agrees, whether the answer
    is wise, or whether the question is the right one. That the answer answers the question, and that the
    question has a cause, it sees by form and by words in common.

    Raises
    ------
    ValueError
        If it is neither a Brief nor text.

    Examples
    --------
    >>> brief = Brief(
    ...     situation="Lantern has 4,606 active users, more each month.",
    ...     complication="",
    ...     question="Should we stop the new onboarding?",
    ...     answer="No: keep it, and we optimise the experience.",
    ... )
    >>> [remark.what for remark in coach(brief)]
    ['What changed?', 'Who does what, until when?']
    """
    if not isinstance(brief, Brief | str):
        raise ValueError(NOT_A_BRIEF.format(found=type(brief).__name__))
    text = brief if isinstance(brief, str) else brief.arrange()
    tongue = language(text[:PAGE])
    asking = _Asking(tongue or "en")
    if not text.strip():
        found = [asking("empty")]
    elif not tongue:
        found = [asking("other_language")]
    else:
        found = [*asking.of_text(brief)] if isinstance(brief, str) else [*asking.of_brief(brief)]
    stated = [remark for remark in found if remark.code in CERTAIN or remark.confidence >= STATED]
    return Remarks(stated, [remark for remark in found if remark not in stated], asking.tongue)


class _Asking:
    """The rules, in one language. Each yields remarks; calling it makes one."""

    def __init__(self, tongue: str):
        self.tongue = tongue
        self.parts, self.places = LETTER_WORDS[tongue], PLACES[tongue]

    def of_text(self, text: str) -> Iterator[Remark]:
        words = len(re.findall(_WORD, text[:PAGE]))
        opening, found, chances, letters = read_pieces(text)
        yield from self._headings(opening.headings)
        if opening.cut:
            yield self("too_long", count=len(text), read=PAGE)
        if not opening.clauses or (len(opening.clauses) == 1 and words < 4):
            yield self("too_short", quote=text.strip(), count=words)
            return
        hollow = _hollow(found, chances, letters)
        speaks = doubts(read_features(found, chances, letters, leads(found, chances)))
        told = [clause for clause in reversed(opening.clauses) if clause.part in LETTERS]
        places = {
            LETTERS[clause.part]: (self.places["sentence"].format(number=clause.sentence), clause.text)
            for clause in told
        }
        for letter, part in LETTERS.items():
            rule = f"missing_{letter}"
            if part in opening.missing or (rule in speaks and letter.lower() not in hollow):
                place, why = places.get(part, ()), self._reading(opening)
                yield self(
                    "missing", part, *place, why=why, sure=speaks.get(rule, False), doubted=bool(place)
                )
        if opening.parts and not is_usual(opening.parts):
            yield self._order(opening.parts)
        texts = {part: opening.text(part) for part in PARTS}
        yield from self._contents(texts, places, hollow, speaks)

    def of_brief(self, brief: Brief) -> Iterator[Remark]:
        texts = {part: getattr(brief, part).strip() for part in PARTS}
        places = {part: self.places["field"].format(part=self.parts[part[0].upper()]) for part in PARTS}
        if (length := sum(map(len, texts.values()))) > PAGE:
            yield self("too_long", count=length, read=PAGE)
        texts = {part: text[:PAGE] for part, text in texts.items()}
        found, letters = [], ""
        for letter, part in LETTERS.items():
            found += pieces(units(texts[part])[0], before=found[-1].sentence if found else 0)
            letters = letters.ljust(len(found), letter)
        chances = log_chances(features(found))
        for part, text in texts.items():
            if not text:
                yield self("missing", part, places[part], confidence=1.0)
            elif len(re.findall(_WORD, text)) < 2 and not RULES["quantity"].search(text):
                yield self("too_short", part, places[part], text, count=len(text.split()))
            else:
                own = [place for place, letter in enumerate(letters) if LETTERS[letter] == part]
                yield from self._misplaced(part, text, places[part], chances[own])
        # The part is given: only whether it is hollow is open.
        given = whole(chances)[np.arange(len(found)), [CLASSES.index(letter) for letter in letters]]
        told = {part: (place, texts[part]) for part, place in places.items()}
        hollow = _hollow(found, chances - given[:, None], letters)
        named = read_features(found, chances, letters, dict.fromkeys(LETTERS, MOST))
        speaks = doubts(named, given=all(texts.values()))
        speaks = {rule: speaks[rule] for rule in speaks if _SAYS_NOTHING.get(rule, "") in {*hollow, ""}}
        yield from self._contents(texts, told, hollow, speaks)

    def _misplaced(self, part: str, text: str, place: str, chances: np.ndarray) -> Iterator[Remark]:
        if not len(chances):
            return
        points = dict(zip("SCQA", whole(chances)[:, 1:].mean(axis=0), strict=True))
        if not any(CUES[cue].search(text) for cue in _ASKING):
            points["Q"] -= _NOT_ASKED
        letter = max(points, key=lambda one: points[one])
        if points[letter] - points[part[0].upper()] >= _CLEAR:
            yield self("misplaced", part, place, text, other=self.parts[letter])

    def _order(self, parts: str) -> Remark:
        names = ORDER_NAMES if self.tongue == "zh" else {name: name for name in ORDERS}
        orders = AND[self.tongue].join(f"{names[name]} {letters}" for name, letters in ORDERS.items())
        return self("unusual_order", parts="-".join(parts), orders=orders)

    def _contents(
        self, texts: Told, places: dict[str, tuple[str, str]], hollow: Told, speaks: dict[str, bool]
    ) -> Iterator[Remark]:
        def at(code: str, part: str, word: str = "", count: int = 0) -> Remark:
            sure = speaks.get(code, False) or (code == "vague_answer" and "a" in hollow)
            return self(code, part, *places[part], sure=sure, word=word, count=count)

        situation, complication, question, answer = (texts[part] for part in PARTS)
        judged = RULES["contested"].search(situation)
        if situation and ("s" in hollow or judged or "contested_situation" in speaks):
            word = hollow.get("s") or (judged[0] if judged else situation)
            yield at("contested_situation", "situation", word)
        if complication and ("c" in hollow or "idle_complication" in speaks):
            yield at("idle_complication", "complication", hollow.get("c", complication))
        if answer and ("a" in hollow or "vague_answer" in speaks):
            yield at("vague_answer", "answer", hollow.get("a", answer))
        if (count := len(RULES["asked"].findall(question))) > 1:
            yield at("several_questions", "question", count=count)
        strange = complication and "c" not in hollow and is_strange(question, f"{situation} {complication}")
        if question and (strange or "question_without_cause" in speaks):
            yield at("question_without_cause", "question")
        if not answer:
            return
        kind = unnamed_kind(question, answer)
        if question and (kind or "off_question" in speaks):
            yield at("off_question", "answer", ASKED_WORDS[self.tongue][kind])
        if "a" not in hollow and not RULES["quantity"].search(answer):
            yield at("no_number", "answer")
        if not RULES["uncertain"].search(answer) and not any(map(RULES["unknown"].search, texts.values())):
            yield at("no_uncertainty", "answer")

    def _headings(self, headings: tuple[str, ...]) -> Iterator[Remark]:
        for number, heading in enumerate(headings, start=1):
            if is_blank(heading):
                yield self("blank_heading", "", self.places["heading"].format(number=number), heading)

    def _reading(self, opening: Opening) -> str:
        told = [
            READ[self.tongue].format(number=number, part=self.parts[letter])
            for number, sentence in enumerate(opening.sentences[:6], start=1)
            for letter in sentence.part
        ]
        return AND[self.tongue].join(told) + STOP[self.tongue] if told else ""

    def __call__(
        self,
        code: str,
        part: str = "",
        place: str = "",
        quote: str = "",
        why: str = "",
        *,
        sure: bool = True,
        doubted: bool = False,
        confidence: float = 0.0,
        **details: object,
    ) -> Remark:
        rule = f"{code}_{part[0].upper()}" if code == "missing" else code
        what, because = WORDS[self.tongue][rule]
        because = DOUBTED[self.tongue] if doubted else because
        reasons = [because.format(part=self.parts.get(part[:1].upper(), ""), **details), why]
        rule = rule if sure else rule + ASKED
        right, said = counts().get(rule, (0, 0))
        measured = right / said if said else 0.0
        if not confidence and measured >= STATED:
            reasons.append(MEASURED[self.tongue].format(right=right, said=said))
        confidence = confidence or (1.0 if code in CERTAIN else measured)
        told = " ".join(filter(None, reasons))
        return Remark(
            code, what, part, place or self.places["whole"], quote, told, confidence, self.tongue, rule
        )


@cache
def counts() -> dict[str, tuple[int, int]]:
    """Return for each rule how often it was right, and how often it spoke."""
    return json.loads(COUNTS.read_text(encoding="utf-8"))


forget_counts = counts.cache_clear  # after they were measured again


def _hollow(found: Sequence[Piece], chances: np.ndarray, letters: str) -> Told:
    """Return the words of the parts that are there and say nothing, by their small letter."""
    told = {}
    for letter, least in _HOLLOW.items():
        own = [place for place, part in enumerate(letters) if part == letter.upper()]
        if not own:
            continue
        empty, full = (chances[own, CLASSES.index(one)] for one in (letter, letter.upper()))
        sizes = [len(found[place].text) for place in own]
        if empty.max() >= least and np.average(empty - full, weights=sizes) >= _MOSTLY:
            told[letter] = found[own[int(empty.argmax())]].text
    return told


def is_blank(heading: str) -> bool:
    """Whether a heading would fit any report: it is empty, or made of general words only."""
    chinese = sorted((word for word in word_list("general") if word > "\u4e00"), key=len, reverse=True)
    rest = re.sub("|".join(chinese), " ", heading.lower())
    return all(word in word_list("general") or word.isdigit() for word in re.findall(r"\w+", rest))
