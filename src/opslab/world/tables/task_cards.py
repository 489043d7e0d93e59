"""The table of task cards: what people in operations do all day, and where two taxonomies put it.

`task_cards.csv` holds the cards, each written out by hand; many stand on the border between two categories.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text

FILE = Path(__file__).with_suffix(".csv")
LANGUAGES = ("zh", "en")
BRANCHES = ("market", "user", "content", "community", "partnership")
VIEWPOINTS = ("user", "product", "community", "activity")
LINKS = ("find", "attract", "keep", "stay_in_touch")


@cache
def _written() -> pd.DataFrame:
    return pd.read_csv(FILE, dtype="str", encoding="utf-8")


def make(story: Story) -> pd.DataFrame:
    """Return one row for each card, shuffled."""
    cards = _written()
    order = np.argsort(story.chance("task_cards order", len(cards)), kind="stable")
    cards = cards.iloc[order]
    return pd.DataFrame(
        {
            "card_id": np.arange(1, len(cards) + 1),
            "language": choice(LANGUAGES, cards["language"].map(LANGUAGES.index).to_numpy()),
            **{column: text(cards[column].tolist()) for column in ("text", "branch", "viewpoint", "link")},
        }
    )


TABLE = Table(
    name="task_cards",
    meaning=(
        "One row for each card with a task in operations, filed twice: by branch of operations (one "
        "practitioner's five) and by viewpoint (another's four). The two do not agree."
    ),
    columns=(
        Column("card_id", "integer", "The card's number", least=1),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column("text", "string", "What is to be done"),
        Column("branch", "string", "Its branch: the five-branch taxonomy", options=BRANCHES),
        Column("viewpoint", "string", "Its viewpoint: the four-viewpoint taxonomy", options=VIEWPOINTS),
        Column("link", "string", "Which of the four core links it serves", options=LINKS),
    ),
    key=("card_id",),
    make=make,
)
