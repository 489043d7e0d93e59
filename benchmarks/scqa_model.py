"""Learn what words say of a part, and write src/opslab/scqa/parts.json.

    .venv/bin/python -m benchmarks.scqa_model          learn, leaving out each field once, and report
    .venv/bin/python -m benchmarks.scqa_model --keep   learn from all of them and write the weights

It learns from the twelve fields of tests/scqa_openings/ that the rules were made with (LEARNED), from tests/scqa_texts.toml, from
scqa_examples.txt, and, at a lower weight, from the templates of the table scqa_openings. The fields kept for measuring are not
read.
"""

# ruff: noqa: E501

import argparse
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.scqa import LEARNED, cases, measure, rules
from opslab.ground.paths import course_root
from opslab.scqa import model
from opslab.scqa.brief import LETTERS
from opslab.scqa.reading import forget_clauses
from opslab.scqa.splitting import LABELS
from opslab.world.scqa_openings import FRAMES, SUBJECTS

TESTS = course_root() / "tests"
RESULT = Path(__file__).with_suffix(".md")
TEMPLATE = 0.3  # weight of a sentence made from a template
STRENGTH = 0.5  # of the penalty: scikit-learn's C
LEAST = 5  # hundredths: weights below it, for every part, are left out

Labelled = tuple[str, str, float]  # words, letter, weight
Weights = dict[str, list[int]]
Counts = dict[str, tuple[int, ...]]


def written() -> list[Labelled]:
    """Return the clauses of the texts of tests/scqa_texts.toml."""
    groups = tomllib.loads((TESTS / "scqa_texts.toml").read_text(encoding="utf-8"))
    found = []
    for entry in (*groups["seen"], *groups["held_back"]):
        lines = [line for line in entry.get("text", "").splitlines() if line.strip()]
        if "misplaced" not in entry.get("faults", ()):
            lines += [f"{part} {words}" for part, words in zip(LETTERS, entry.get("brief", ()), strict=False)]
        found += [(LABELS.sub("", line[2:]), line[0], 1.0) for line in lines]
    return found


def examples() -> list[Labelled]:
    """Return clauses from further fields, written for learning alone."""
    lines = Path(__file__).with_name("scqa_examples.txt").read_text(encoding="utf-8").splitlines()
    return [(line[2:], line[0], 1.0) for line in lines if line]


def templates() -> list[Labelled]:
    """Return the sentences that the table's templates make."""
    found = []
    for language, subjects in SUBJECTS.items():
        for part, place in (*zip(LETTERS, range(4), strict=True), ("C", 4), ("A", 5)):
            for subject in subjects:
                frames = [frame for kind in (False, True) for frame in FRAMES[language][part][kind]]
                found += [(frame.format(subject[place]), part, TEMPLATE) for frame in frames]
    return found


def openings(fields: Iterable[str]) -> list[Labelled]:
    """Return the clauses of the openings of these fields."""
    return [(words, part, 1.0) for case in cases(tuple(fields)) for words, part in case.clauses if part]


def learn(labelled: Sequence[Labelled]) -> Weights:
    """Return the weight of each feature for each part, in hundredths; that of "" is the constant."""
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform([dict.fromkeys(features(words), 1.0) for words, _, _ in labelled])
    fitted = LogisticRegression(C=STRENGTH, max_iter=2000)
    fitted.fit(table, [part for _, part, _ in labelled], sample_weight=[weight for _, _, weight in labelled])
    order = [list(fitted.classes_).index(letter) for letter in LETTERS]
    rows = np.rint(100 * np.vstack([fitted.intercept_, fitted.coef_.T])[:, order]).astype(int)
    named = zip(["", *reader.feature_names_], rows, strict=True)
    return {name: row.tolist() for name, row in named if not name or abs(row).max() >= LEAST}


features = cache(model.features)  # each clause is learned from many times


def crossed(further: Sequence[Labelled]) -> tuple[Counts, Counts]:
    """Return the counts of each promise and of each rule, each field read with what was learned from the others."""
    promises, spoken = Counter(), Counter()
    for field in LEARNED:
        weights = learn([*further, *openings(set(LEARNED) - {field})])
        model.weights = lambda weights=weights: weights
        forget_clauses()
        read = cases((field,))
        for total, counts in ((promises, measure(read)), (spoken, rules(read))):
            total.update(
                {(name, place): count for name, row in counts.items() for place, count in enumerate(row)}
            )
    return _rows(promises), _rows(spoken)


def _rows(total: Counter) -> Counts:
    names = dict.fromkeys(name for name, _ in total)
    return {name: tuple(count for (one, _), count in total.items() if one == name) for name in names}


def report(promises: Counts, spoken: Counts) -> str:
    """Return what was counted as Markdown tables."""
    lines = ["| promise | each field left out once |", "|---|---|"]
    lines += [
        f"| {name} | {hits} of {whole} ({hits / max(whole, 1):.0%}) |"
        for name, (hits, whole) in promises.items()
    ]
    lines += ["", "| rule | right, of the times it spoke | planted faults found |", "|---|---|---|"]
    for name, (right, said, found, planted) in spoken.items():
        lines.append(f"| {name.replace('_', ' ')} | {right} of {said} | {found} of {planted} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Learn, report with each field left out once, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write the weights and scqa_model.md")
    keep = parser.parse_args().keep
    further = [*written(), *examples(), *templates()]
    table = report(*crossed(further))
    print(table)
    if keep:
        weights = learn([*further, *openings(LEARNED)])
        rows = ",\n".join(
            f"{json.dumps(name, ensure_ascii=False)}: {row}" for name, row in sorted(weights.items())
        )
        model.WEIGHTS.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
        RESULT.write_text(
            f"# The SCQA coach on fields that its weights were not learned from\n\n{table}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
