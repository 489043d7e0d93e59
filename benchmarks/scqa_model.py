"""Learn what words say of a part, and write src/opslab/scqa/parts.json.

    .venv/bin/python -m benchmarks.scqa_model          learn and report, each field left out once
    .venv/bin/python -m benchmarks.scqa_model --keep   also write the weights

It learns from the development fields of tests/scqa_openings/, from tests/scqa_texts.toml, from scqa_examples.txt, and, at a lower weight, from the
templates of the table scqa_openings. The kept half is not read.
"""

# ruff: noqa: E501
# A list of words is read as one line for each kind.

import argparse
import json
import tomllib
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.scqa import DEVELOPMENT, cases
from opslab.ground.paths import course_root
from opslab.scqa.model import LETTERS, WEIGHTS, features
from opslab.scqa.splitting import LABELS
from opslab.world.scqa_openings import FRAMES, SUBJECTS

TESTS = course_root() / "tests"
TEMPLATE = 0.3  # weight of a sentence made from a template
STRENGTH = 0.5  # of the penalty: scikit-learn's C
LEAST = 0.05  # weights below it, for every part, are left out

Labelled = tuple[str, str, float, str]  # words, letter, weight, field


def written() -> list[Labelled]:
    """Return the clauses of the texts written by hand."""
    groups = tomllib.loads((TESTS / "scqa_texts.toml").read_text(encoding="utf-8"))
    found = []
    for group in ("seen", "held_back"):
        for number, entry in enumerate(groups[group]):
            lines = [line for line in entry.get("text", "").splitlines() if line.strip()]
            lines += [
                f"{part} {words}"
                for part, words in zip(LETTERS, entry.get("brief", ()), strict=False)
                if "misplaced" not in entry.get("faults", ())
            ]
            found += [(LABELS.sub("", line[2:]), line[0], 1.0, f"{group} {number}") for line in lines]
    return found


def examples() -> list[Labelled]:
    """Return clauses from further fields, written for learning alone."""
    blocks = Path(__file__).with_name("scqa_examples.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [
        (line[2:], line[0], 1.0, f"example {number}")
        for number, block in enumerate(blocks)
        for line in block.splitlines()
    ]


def templates() -> list[Labelled]:
    """Return the sentences that the table's templates make."""
    found = []
    for language, subjects in SUBJECTS.items():
        for part, place in (*zip(LETTERS, range(4), strict=True), ("C", 4), ("A", 5)):
            for subject in subjects:
                frames = [frame for kind in (False, True) for frame in FRAMES[language][part][kind]]
                found += [(frame.format(subject[place]), part, TEMPLATE, "table") for frame in frames]
    return found


def development() -> list[Labelled]:
    """Return the clauses of the fields that the rules were made with."""
    return [
        (words, part, 1.0, case.field) for case in cases(DEVELOPMENT) for words, part in case.clauses if part
    ]


def learn(labelled: list[Labelled]) -> dict[str, list[int]]:
    """Return the weight of each feature for each part, in hundredths; that of "" is the constant."""
    reader = DictVectorizer(dtype=np.float32)
    table = reader.fit_transform([dict.fromkeys(features(words), 1.0) for words, *_ in labelled])
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(
        table, [part for _, part, *_ in labelled], sample_weight=[weight for _, _, weight, _ in labelled]
    )
    order = [list(model.classes_).index(letter) for letter in LETTERS]
    weights = {
        "": model.intercept_[order],
        **dict(zip(reader.feature_names_, model.coef_[order].T, strict=True)),
    }
    return {
        name: np.rint(100 * row).astype(int).tolist()
        for name, row in weights.items()
        if not name or abs(row).max() >= LEAST
    }


def main() -> None:
    """Learn, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write the weights")
    kept = parser.parse_args().keep
    labelled = [*written(), *examples(), *templates(), *development()]
    weights = learn(labelled)
    print(f"{len(labelled)} clauses, {len(weights)} features")
    if kept:
        lines = ",\n".join(
            f"{json.dumps(name, ensure_ascii=False)}: {row}" for name, row in sorted(weights.items())
        )
        WEIGHTS.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
