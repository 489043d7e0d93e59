"""How often the coach is right on labelled openings, and how long it takes for a page.

    .venv/bin/python benchmarks/scqa.py            measure and print
    .venv/bin/python benchmarks/scqa.py --keep     also write benchmarks/scqa.md and the guide's table

Quality: the openings whose wording is held back, of the committed world; and the freely worded texts of
tests/scqa_texts.toml, with the part of each sentence and the faults of each text. Time: a page of 3,000 letters, the
median of 50 readings. The table in lessons/12-scqa/guide.md is written here; a test keeps it fresh.
"""

# ruff: noqa: E501

import argparse
import re
import statistics
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from opslab.datasets import load
from opslab.ground.paths import course_root
from opslab.scqa import PARTS, Brief, coach, read_opening
from opslab.scqa.brief import LETTERS, join

RESULT = Path(__file__).with_suffix(".md")
GUIDE = course_root() / "lessons" / "12-scqa" / "guide.md"
MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.S)
VAGUE = {"idle_complication", "vague_answer"}
PAGE, READINGS = 3_000, 50
TEXTS = course_root() / "tests" / "scqa_texts.toml"
NAMES = {"seen": "seen while the rules were written", "held_back": "held back"}
FAULTS = (
    "misplaced",
    "unusual_order",
    "contested_situation",
    "off_question",
    "no_number",
    "no_uncertainty",
    "blank_heading",
)
CLOSING = re.compile(r"### The answer in four sentences.*?\n\n\*(?!\*)([^*]+)\*", re.S)
BELOW = "The café opens at nine. Yet a third of its guests come at eight. When should it open? At eight, for four weeks, if two of the cooks agree."


@dataclass(frozen=True)
class Case:
    """What is read, the part that each of its sentences is meant to play, and the faults that it has."""

    told: str | Brief
    parts: tuple[str, ...]
    faults: frozenset[str] = frozenset()


def judged(openings: pd.DataFrame) -> pd.DataFrame:
    """Return true labels and the coach's for each opening: columns (label, "true") and (label, "coach")."""
    rows = []
    for row in openings.itertuples():
        found = coach(row.text)
        missing = {finding.part for finding in found if finding.code == "missing"}
        told = {f"{part} missing": (row.missing == part, part in missing) for part in PARTS}
        told["vague"] = row.vague, bool(found.codes() & VAGUE)
        told["answer beside the question"] = row.off_question, "off_question" in found.codes()
        rows.append(
            {
                (label, who): flag
                for label, pair in told.items()
                for who, flag in zip(("true", "coach"), pair, strict=True)
            }
        )
    table = pd.DataFrame(rows)
    return table.set_axis(pd.MultiIndex.from_tuples(table.columns), axis=1)


def quality(openings: pd.DataFrame) -> pd.DataFrame:
    """Return cases, precision, recall and F1 (shares of 1) for each label."""
    flags = judged(openings)
    rows = {}
    for label in flags.columns.unique(0):
        true, said = flags[label, "true"], flags[label, "coach"]
        hits = (true & said).sum()
        rows[label] = {
            "cases": true.sum(),
            "precision": hits / said.sum(),
            "recall": hits / true.sum(),
            "F1": 2 * hits / (true.sum() + said.sum()),
        }
    return pd.DataFrame(rows).T


def order_accuracy(openings: pd.DataFrame) -> float:
    """Return the share of openings whose order is read as labelled."""
    read = [read_opening(text).order for text in openings.text]
    return (openings.order == read).mean()


def cases(group: str) -> list[Case]:
    """Return the texts written by hand, "seen" or "held_back", headings among them."""
    written = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    read = []
    for entry in written[group]:
        faults = frozenset(entry.get("faults", ()))
        if "brief" in entry:
            read.append(Case(Brief(*entry["brief"]), (), faults))
            continue
        paragraphs = [block.splitlines() for block in entry["text"].strip().split("\n\n")]
        text = "\n\n".join(join([line[2:] for line in lines]) for lines in paragraphs)
        read.append(Case(text, tuple(line[0] for lines in paragraphs for line in lines), faults))
    for heading in written["headings"][group]["blank"]:
        read.append(Case(f"# {heading}\n{BELOW}", (), frozenset({"blank_heading"})))
    read += [Case(f"# {heading}\n{BELOW}", ()) for heading in written["headings"][group]["speaking"]]
    return read


def closing_briefs() -> list[Case]:
    """Return the brief that ends each lesson: four sentences in the standard order."""
    lessons = sorted(course_root().glob("lessons/*/lesson.md"))
    found = [CLOSING.search(lesson.read_text(encoding="utf-8")) for lesson in lessons]
    return [Case(" ".join(match[1].split()), tuple("SCQA")) for match in found if match]


def reading(texts: list[Case]) -> dict[str, int]:
    """Count sentences given the part that was meant, whole texts not called incomplete, and gaps that are named."""
    counts = Counter()
    for text in texts:
        if not text.parts:
            continue
        opening = read_opening(text.told)
        read = [sentence.part for sentence in opening.sentences]
        counts["sentences"] += len(text.parts)
        if len(read) == len(text.parts):
            counts["right"] += sum(map(str.__eq__, read, text.parts))
        said, meant = set(opening.missing), {LETTERS[letter] for letter in set(LETTERS) - set(text.parts)}
        kind = "gaps" if meant else "whole"
        counts[kind] += 1
        counts[f"{kind} right"] += said == meant
    return counts


def faults(texts: list[Case]) -> pd.DataFrame:
    """Return cases, precision and recall (shares of 1) for each finding of FAULTS."""
    pairs = [(text.faults, coach(text.told).codes()) for text in texts]
    rows = {}
    for fault in FAULTS:
        true = sum(fault in meant for meant, _ in pairs)
        said = sum(fault in found for _, found in pairs)
        hits = sum(fault in meant & found for meant, found in pairs)
        rows[fault] = {"cases": true, "precision": hits / max(said, 1), "recall": hits / true}
    return pd.DataFrame(rows).T


def milliseconds(openings: pd.DataFrame) -> float:
    """Return the median time for a page made of openings."""
    page = "\n".join(openings.text)[:PAGE]
    times = []
    for _ in range(READINGS):
        start = time.perf_counter()
        coach(page)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def report() -> str:
    """Return the quality on held-back wording as a Markdown table."""
    openings = load("scqa_openings")
    tested = openings[openings.held_back]
    table = quality(tested)
    lines = ["| finding | cases | precision | recall | F1 |", "|---|---|---|---|---|"]
    lines += [
        f"| {label} | {row.cases:.0f} | {row.precision:.2f} | {row.recall:.2f} | {row.F1:.2f} |"
        for label, row in table.iterrows()
    ]
    lines.append(
        f"\nMacro-F1 {table.F1.mean():.3f} on {len(tested)} openings with held-back wording; order read as "
        f"labelled in {order_accuracy(tested):.0%}."
    )
    lines.append("\n" + freely())
    return "\n".join(lines) + "\n"


def freely() -> str:
    """Return the quality on freely worded texts, seen and held back, as two Markdown tables."""
    groups = {name: cases(name) for name in ("seen", "held_back")}
    lines = [
        "| freely worded texts | sentences read as meant | complete texts not called incomplete | gaps named exactly |",
        "|---|---|---|---|",
    ]
    for name, texts in groups.items():
        count = reading(texts)
        share = count["right"] / count["sentences"]
        lines.append(
            f"| {NAMES[name]} | {count['right']} of {count['sentences']} ({share:.0%}) "
            f"| {count['whole right']} of {count['whole']} | {count['gaps right']} of {count['gaps']} |"
        )
    seen, held = (faults(texts) for texts in groups.values())
    lines += [
        "",
        "| finding in them | cases seen | precision | recall | cases held back | precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        cells = [
            f"{row.cases:.0f} | {row.precision:.2f} | {row.recall:.2f}"
            for row in (seen.loc[fault], held.loc[fault])
        ]
        lines.append(f"| {fault.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write scqa.md and the guide's table")
    kept = parser.parse_args().keep
    table = report()
    english = load("scqa_openings").query("language == 'en'")
    speed = f"A page of {PAGE:,} letters: {milliseconds(english):.1f} ms (median of {READINGS})."
    ends = reading(closing_briefs())
    speed += f"\n\nThe briefs that close the lessons: {ends['right']} of {ends['sentences']} sentences read as meant."
    print(table, speed, sep="\n")
    if kept:
        RESULT.write_text(f"# The SCQA coach, measured\n\n{table}\n{speed}\n", encoding="utf-8")
        guide = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(MARKED.sub(lambda part: part[1] + table + part[2], guide), encoding="utf-8")


if __name__ == "__main__":
    main()
