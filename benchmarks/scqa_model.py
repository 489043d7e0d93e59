"""Learn what words say of a part, and write src/opslab/scqa/clause_model.npz.

    .venv/bin/python -m benchmarks.scqa_model          learn, leaving out each field once, and report
    .venv/bin/python -m benchmarks.scqa_model --keep   learn from all of them and write the weights

The report leaves out each field once, six at a time; what each rule said there, and how often it was right, goes to
scqa_model.json. From what is read of the fields that were left out, `scqa_doubts` learns what speaks for a fault. It learns from the openings of tests/scqa_openings/ but the kept ones, from tests/scqa_texts.toml and scqa_examples.txt (openings
from further fields), and from scqa_clauses.txt: single clauses, each put in the place of its part in some opening. The letters
of a line are those of `opslab.scqa.clause_model.CLASSES`, with O for none of the parts. Each opening is learned from a second
time without each of its parts, so that the model knows what a text looks like that lacks one, and in another order, so that it does not
read by the place alone. A field that is left out
is not read in any of this.
"""

# ruff: noqa: E501

import argparse
import hashlib
import importlib
import json
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks import scqa_doubts
from benchmarks.scqa import LEARNED, OPENINGS, Case, cases, measure, rules, squeezed
from opslab.ground.paths import course_root
from opslab.scqa import clause_model, cues, fault_model
from opslab.scqa.brief import LETTERS, join
from opslab.scqa.splitting import pieces, units

coaching = importlib.import_module("opslab.scqa.coach")  # the package has a function of this name
TESTS = course_root() / "tests"
RESULT = Path(__file__).with_suffix(".md")
STRENGTH = 0.3  # of the penalty: scikit-learn's C
SEEN = 3  # times, that a feature must be met
COUNTED = RESULT.with_suffix(".json")
FOLDS = 8
KEPT_FEATURES = 20_000  # those whose weights differ most between the parts
WITHOUT, HOLLOW, OTHER, NEITHER, SHUFFLED = (
    0.25,
    0.3,
    0.15,
    0.3,
    0.2,
)  # weights of an opening that was changed
NONE_OFTEN = 0.6  # share of openings that get a clause that plays no part
HOLLOWED = {"vague-answer": "A", "no-change": "C", "contested-situation": "S"}

Told = list[tuple[str, str]]  # clauses, each with its letter
Bank = dict[str, list[str]]  # clauses by their letter


@dataclass(frozen=True)
class Rows:
    """What is learned from: the features of pieces, the class of each, its weight."""

    named: list[set[str]]
    classes: list[str]
    weights: list[float]


def told(case: Case) -> Told:
    """Return an opening's clauses; those of a hollow part have a small letter."""
    hollow = HOLLOWED.get(case.fault, "")
    return [(words, part.lower() if part == hollow else part or "O") for words, part in case.clauses]


def written() -> list[Told]:
    """Return the texts of tests/scqa_texts.toml."""
    groups = tomllib.loads((TESTS / "scqa_texts.toml").read_text(encoding="utf-8"))
    found = []
    for entry in (*groups["seen"], *groups["held_back"]):
        lines = [line for line in entry.get("text", "").splitlines() if line.strip()]
        if "misplaced" not in entry.get("faults", ()):
            parts = zip(LETTERS, entry.get("brief", ()), strict=False)
            lines += [f"{part} {words}" for part, words in parts if words.strip()]
        found.append([(cues.SENTENCES["label"].sub("", line[2:]), line[0]) for line in lines])
    return [text for text in found if text]


def examples() -> list[Told]:
    """Return openings from further fields, written for learning alone."""
    blocks = Path(__file__).with_name("scqa_examples.txt").read_text(encoding="utf-8").split("\n\n")
    return [[(line[2:], line[0]) for line in block.splitlines() if line] for block in blocks]


def bank() -> dict[bool, Bank]:
    """Return single clauses by their language (whether it is Chinese) and letter."""
    found: dict[bool, Bank] = {True: {}, False: {}}
    for line in Path(__file__).with_name("scqa_clauses.txt").read_text(encoding="utf-8").splitlines():
        found[_is_chinese(line[2:])].setdefault(line[0], []).append(line[2:])
    return found


def _is_chinese(text: str) -> bool:
    return len(re.findall(r"[\u4e00-\u9fff]", text)) > len(re.findall(r"[a-z]+", text.lower()))


def changed(text: Told, clauses: dict[bool, Bank], luck: random.Random) -> Iterator[tuple[Told, float]]:
    """Yield an opening, and what becomes of it when a part is left out, another clause plays it, or its parts come in any order."""
    yield text, 1.0
    played = [letter for letter in LETTERS if any(part.upper() == letter for _, part in text)]
    shuffled = luck.sample(played, len(played))
    yield [clause for letter in shuffled for clause in text if clause[1].upper() == letter], SHUFFLED
    for letter in played:
        if rest := [(words, part) for words, part in text if part.upper() != letter]:
            yield rest, WITHOUT
    others = clauses[_is_chinese(join([words for words, _ in text]))]
    whole = all(part in "SCQAO" for _, part in text)
    for letter in ("s", "c", "a", *LETTERS):
        if letter.upper() in played and letter in others and (whole or letter.isupper()):
            yield _replaced(text, letter, luck.choice(others[letter])), HOLLOW if letter.islower() else OTHER
    if luck.random() < NONE_OFTEN:
        none = (luck.choice(others["O"]), "O")
        yield [*text, none] if luck.random() < NONE_OFTEN else [none, *text], NEITHER


def _replaced(text: Told, letter: str, words: str) -> Told:
    first = next(place for place, (_, part) in enumerate(text) if part.upper() == letter.upper())
    return [
        (words, letter) if place == first else clause
        for place, clause in enumerate(text)
        if place == first or clause[1].upper() != letter.upper()
    ]


def rows(texts: Iterable[Told], seed: int = 0) -> Rows:
    """Return what is learned from these openings."""
    luck, clauses = random.Random(seed), bank()
    found = Rows([], [], [])
    for text in texts:
        for one, weight in changed(text, clauses, luck):
            read = pieces(units(join([words for words, _ in one]))[0])
            found.named.extend(clause_model.features(read))
            found.classes.extend(_classes([piece.text for piece in read], one))
            found.weights.extend([weight] * len(read))
    return found


def _classes(read: Sequence[str], text: Told) -> list[str]:
    """Return for each piece the letter that most of its characters were meant to play."""
    meant = [letter for words, letter in text for _ in squeezed(words)]
    whole, at, found = squeezed("".join(words for words, _ in text)), 0, []
    for words in map(squeezed, read):
        start = whole.index(words, at)
        at = start + len(words)
        found.append(Counter(meant[start:at]).most_common(1)[0][0].replace("O", clause_model.CLASSES[0]))
    return found


def learn(parts: Sequence[Rows]) -> tuple[list[str], np.ndarray]:
    """Return the features that say most, the constant "" first, and their weights in whole numbers."""
    times = Counter(name for one in parts for named in one.named for name in named)
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform(
        [{name: 1.0 for name in named if times[name] >= SEEN} for one in parts for named in one.named]
    )
    fitted = LogisticRegression(C=STRENGTH, max_iter=150, tol=2e-3)
    fitted.fit(
        table,
        [letter for one in parts for letter in one.classes],
        sample_weight=[weight for one in parts for weight in one.weights],
    )
    order = [list(fitted.classes_).index(letter) for letter in clause_model.CLASSES]
    found = np.vstack([fitted.intercept_, fitted.coef_.T])[:, order]
    names = ["", *reader.feature_names_]
    spread = np.ptp(found, axis=1) * np.sqrt([times[name] for name in names])
    spread[0] = np.inf
    chosen = np.sort(np.argsort(-spread, kind="stable")[: KEPT_FEATURES + 1])
    most = np.iinfo(np.int8).max
    weights = np.clip(np.rint(clause_model.SCALE * found[chosen]), -most, most).astype(np.int8)
    return [names[place] for place in chosen], weights


def keep(names: Sequence[str], weights: np.ndarray) -> None:
    """Write the weights, and what they were learned from."""
    text = np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(
        clause_model.WEIGHTS, names=text, weights=weights, learned_from=np.array(learned_from())
    )


def learned_from() -> str:
    """Return a fingerprint of all texts and cues from which the weights are learned."""
    here = Path(__file__)
    texts = [OPENINGS / f"{field}.json" for field in LEARNED] + [
        TESTS / "scqa_texts.toml",
        here.with_name("scqa_examples.txt"),
        here.with_name("scqa_clauses.txt"),
        Path(cues.__file__).with_suffix(".toml"),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in texts)).hexdigest()


def crossed(parts: Sequence[Rows]) -> tuple[Counter, Counter, scqa_doubts.fault_model.Learned]:
    """Return the counts of each promise and of each rule, each field read without it; and what speaks for a fault.

    `parts` holds the rows of each field, and last those of the further texts.
    """
    *by_field, further = parts
    folds, texts = {}, []
    for fold in range(FOLDS):
        names, learned = learn(
            [further, *(rows for place, rows in enumerate(by_field) if place % FOLDS != fold)]
        )
        folds[fold] = {name: place for place, name in enumerate(names)}, learned / clause_model.SCALE
        clause_model.weights = lambda known=folds[fold]: known
        for field in LEARNED[fold::FOLDS]:
            texts += [scqa_doubts.read(case, fold) for case in cases((field,))]
    without = scqa_doubts.crossed(texts)
    promises, spoken = Counter(), Counter()
    # How often a rule was right decides what it states: it is counted first.
    for total, counted in ((spoken, rules), (promises, measure)):
        for fold in range(FOLDS):
            clause_model.weights = lambda known=folds[fold]: known
            fault_model.learned = lambda known=without[fold]: known
            found = counted(cases(LEARNED[fold::FOLDS])).items()
            total.update({(name, place): count for name, row in found for place, count in enumerate(row)})
        coaching.counts = lambda: right_of_said(spoken)
    return promises, spoken, scqa_doubts.learn(texts, without[0].levels)


def right_of_said(spoken: Counter) -> dict[str, list[int]]:
    """Return for each rule how often it was right, of how often it spoke."""
    return {name: [spoken[name, 0], spoken[name, 1]] for name in dict.fromkeys(name for name, _ in spoken)}


def report(promises: Counter, spoken: Counter) -> str:
    """Return what was counted as Markdown tables."""
    lines = ["| promise | each field left out once |", "|---|---|"]
    for name in dict.fromkeys(name for name, _ in promises):
        hits, whole = promises[name, 0], promises[name, 1]
        lines.append(f"| {name} | {hits} of {whole} ({hits / max(whole, 1):.0%}) |")
    lines += ["", "| rule | right, of the times it spoke | planted faults found |", "|---|---|---|"]
    for name in dict.fromkeys(name for name, _ in spoken):
        right, said, found, planted = (spoken[name, place] for place in range(4))
        lines.append(f"| {name.replace('_', ' ')} | {right} of {said} | {found} of {planted} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Learn, report with each field left out once, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write the weights and scqa_model.md")
    asked = parser.parse_args()
    parts = [rows(map(told, cases((field,))), seed) for seed, field in enumerate(LEARNED)]
    parts.append(rows([*written(), *examples()], len(LEARNED)))
    promises, spoken, speaking = crossed(parts)
    if asked.keep:
        keep(*learn(parts))
        scqa_doubts.keep(speaking)
    table = report(promises, spoken)
    print(table)
    if asked.keep:
        counts = json.dumps(right_of_said(spoken), indent=1) + "\n"
        for path in (COUNTED, coaching.COUNTS):
            path.write_text(counts, encoding="utf-8")
        RESULT.write_text(
            f"# The SCQA coach on fields that its weights were not learned from\n\n{table}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
