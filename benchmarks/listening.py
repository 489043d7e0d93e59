"""Measure the classifier of posts: seconds for 10,000, and macro-F1 on held-back posts beside its yardsticks.

Beside it: how far the two coders agree, and what lesson 09's first cell takes. Seconds are of the processor.

Run `python benchmarks/listening.py`; it writes `listening.md` beside it.
"""

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd

from opslab.datasets import load
from opslab.listening import compare_labels, label_agreement, train_labels

TABLE = Path(__file__).with_suffix(".md")
MANY, BUDGET = 10_000, 5  # posts, seconds
LESSON = TABLE.parents[1] / "notebooks" / "09-listening.ipynb"
FIRST_CELL, TURNS = 3, 5  # seconds; fresh processes
HEAD = "`opslab.listening.train_labels`; one run of `benchmarks/listening.py`.\n"


def first_cell() -> float:
    """CPU seconds of the lesson's first cell in a fresh process, libraries and data included."""
    cells = nbformat.read(LESSON, as_version=4).cells
    code = next(cell.source for cell in cells if cell.cell_type == "code")
    seconds = []
    for _ in range(TURNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds)


def agreement(once: pd.DataFrame) -> list[str]:
    """Return how far the two coders agree, by label and language."""
    coded = load("mention_labels")
    rows = [
        "",
        "| label | language | alpha of the two coders | of each with the writer |",
        "|---|---|--:|--:|",
    ]
    for label in ("attitude", "theme"):
        table = coded.pivot(index="mention_id", columns="coder", values=label)
        for language, posts in once.groupby("language"):
            one, other = (table.loc[posts["mention_id"], name].to_numpy() for name in table)
            writer = posts[label].to_numpy()
            between = label_agreement(one, other).alpha
            each = [label_agreement(coder, writer).alpha for coder in (one, other)]
            rows.append(f"| {label} | {language} | {between:.3f} | {each[0]:.3f}, {each[1]:.3f} |")
    return rows


def main() -> None:
    """Train, test and write the table."""
    mentions = load("mentions")
    once = mentions[mentions["repost_of"].isna()]
    coder = load("mention_labels").query("coder == 'coder1'").set_index("mention_id").loc[once["mention_id"]]
    coder = coder.set_index(once.index)
    learn, test = once[~once["held_back"]], once[once["held_back"]]
    rows = [
        "| label | language | held-back posts | majority | classifier | coder |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for label in ("attitude", "theme"):
        machine = train_labels(learn["text"], learn[label])
        for language, posts in test.groupby("language"):
            found = machine.test(posts["text"], posts[label])
            person = compare_labels(posts[label], coder.loc[posts.index, label])
            scores = found.majority_f1, found.macro_f1, person.macro_f1
            rows.append(
                f"| {label} | {language} | {found.posts} | " + " | ".join(f"{x:.2f}" for x in scores) + " |"
            )
    rows += agreement(once)
    many = once.sample(MANY, replace=True, random_state=0)
    rows += ["", "| measured | CPU seconds | budget |", "|---|--:|--:|"]
    for label in ("attitude", "theme"):
        began = time.process_time()
        train_labels(many["text"], many[label]).predict(many["text"])
        seconds = time.process_time() - began
        rows.append(f"| trained on and labelled {MANY:,} posts, {label} | {seconds:.1f} | {BUDGET} |")
    rows.append(
        f"| first cell of lesson 09, fresh process, median of {TURNS} | {first_cell():.1f} | {FIRST_CELL} |"
    )
    TABLE.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
