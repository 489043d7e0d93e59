"""Measure the classifier of posts: seconds for 10,000, and macro-F1 on held-back posts beside its yardsticks.

Run `python benchmarks/listening.py`; it writes `listening.md` beside it.
"""

import time
from pathlib import Path

from opslab.datasets import load
from opslab.listening import compare_labels, train_labels

TABLE = Path(__file__).with_suffix(".md")
MANY, BUDGET = 10_000, 5  # posts, seconds
HEAD = "`opslab.listening.train_labels`; one run of `benchmarks/listening.py`.\n"


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
    many = once.sample(MANY, replace=True, random_state=0)
    rows += ["", "| measured | seconds | budget |", "|---|--:|--:|"]
    for label in ("attitude", "theme"):
        began = time.perf_counter()
        train_labels(many["text"], many[label]).predict(many["text"])
        seconds = time.perf_counter() - began
        rows.append(f"| trained on and labelled {MANY:,} posts, {label} | {seconds:.1f} | {BUDGET} |")
    TABLE.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
