"""How often the coach is right on labelled openings, and how long it takes for a page.

    .venv/bin/python benchmarks/scqa.py            measure and print
    .venv/bin/python benchmarks/scqa.py --keep     also write benchmarks/scqa.md and the guide's table

Quality: the openings whose wording is held back, of the committed world. Time: a page of 3,000 letters, the
median of 50 readings. The table in lessons/12-scqa/guide.md is written here; a test keeps it fresh.
"""

# ruff: noqa: E501

import argparse
import re
import statistics
import time
from pathlib import Path

import pandas as pd

from opslab.datasets import load
from opslab.paths import course_root
from opslab.scqa import PARTS, coach, read_opening

RESULT = Path(__file__).with_suffix(".md")
GUIDE = course_root() / "lessons" / "12-scqa" / "guide.md"
MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.S)
VAGUE = {"idle_complication", "vague_answer"}
LETTERS, READINGS = 3_000, 50
# Openings worded freely, by hand, after the lists of words were written; and the part that each sentence plays.
FREE = (
    (
        "A ticket for the workshop costs 90 yuan. Half of those who book do not turn up. Would a deposit help? Ask for 30 yuan in advance at the next three workshops.",
        "SCQA",
    ),
    (
        "Which city comes next? Our meetings fill every room in Chengdu. Elsewhere fewer than five people sign up. Begin in Chongqing with one meeting a month.",
        "QSCA",
    ),
    (
        "The app crashes on every tenth phone. Most of our members read on old phones. How do we reach them? Ship the light version before the holidays.",
        "CSQA",
    ),
    (
        "Let members pay by quarter. They pay every month today. One card in eight is refused. How can we spare them the trouble?",
        "ASCQ",
    ),
    (
        "读书会每周四晚上举行。一半的人来自外地，赶上加班就缺席。能不能换个办法？周日上午线上办两期看看。",
        "SCQA",
    ),
    (
        "为什么新人不发言？群里的话题由老会员定。新人一个月平均说不到一句话。每周留一个话题由新人来定。",
        "QSCA",
    ),
    (
        "Our mentors answer within a day. Mentors in the evening group take four. Move two of them to the evening for May.",
        "SCA",
    ),
    ("Guests may read the forum. Do they become members? Count them for eight weeks.", "SQA"),
    ("Everybody gets the same newsletter. Parents open it half as often as students.", "SC"),
    ("付费课程有四十门。下半年还要做多少门？先做六门，卖不到五十份就停。", "SQA"),
)


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


def read_freely() -> tuple[int, int]:
    """Return how many sentences of FREE are given the part that their author meant, and how many there are."""
    pairs = [
        (sentence.part, meant)
        for text, parts in FREE
        for sentence, meant in zip(read_opening(text).sentences, parts, strict=True)
    ]
    return sum(read == meant for read, meant in pairs), len(pairs)


def milliseconds(openings: pd.DataFrame) -> float:
    """Return the median time for a page made of openings."""
    page = "\n".join(openings.text)[:LETTERS]
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
    right, sentences = read_freely()
    lines.append(
        f"\nOn {len(FREE)} freely worded openings {right} of {sentences} sentences are given the part that was meant."
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="write scqa.md and the guide's table")
    kept = parser.parse_args().keep
    table = report()
    english = load("scqa_openings").query("language == 'en'")
    speed = f"A page of {LETTERS:,} letters: {milliseconds(english):.1f} ms (median of {READINGS})."
    print(table, speed, sep="\n")
    if kept:
        RESULT.write_text(f"# The SCQA coach, measured\n\n{table}\n{speed}\n", encoding="utf-8")
        guide = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(MARKED.sub(lambda part: part[1] + table + part[2], guide), encoding="utf-8")


if __name__ == "__main__":
    main()
