"""The tables of talk: posts about five brands with their labels, how many there were, and what is sold."""

import numpy as np
import pandas as pd

from opslab.world import calendar, posts
from opslab.world import random_draws as draw
from opslab.world.parameters.voices import SOURCES, THEMES, Brand, Talk
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text, whole_or_empty
from opslab.world.tables import orders
from opslab.world.truth import REFERENCE

ATTITUDES = ("positive", "neutral", "negative")
PHASES = ("before_sale", "after_sale")
LANGUAGES = ("zh", "en")
CODERS = tuple(posts.CODED)
BRANDS = tuple(brand.name for brand in REFERENCE.voices.talk.brands)
FIRST_DAY = calendar.DAYS - 7 * 26  # the last 26 weeks
MONTHS = ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01")

NAMES = {"zh": {"Lantern": "灯塔"}, "en": {}}  # what a brand is called, where not by its own name
STEP = (5**0.5 - 1) / 2  # of the golden section: shares come out even in every stretch of a list
ROUNDS = 50  # of balancing, by when nothing moves any more


def make(story: Story) -> pd.DataFrame:
    """Return one row for each post of the sample, in order of time: every text once, and some reposts."""
    true, texts = story.truth.voices.talk, posts.written()
    count = len(texts)

    def chance(purpose: str, count: int = count) -> np.ndarray:
        return story.chance(f"mentions {purpose}", count)

    brand = _brands(true, texts, chance("order"), story.chance("mentions start", 1)[0])
    rival = (brand + 1 + draw.whole(chance("rival"), len(BRANDS) - 1)) % len(BRANDS)
    day = FIRST_DAY + draw.whole(chance("day"), calendar.DAYS - FIRST_DAY)
    frame = texts.drop(columns="text").assign(
        brand=choice(BRANDS, brand),
        held_back=draw.exactly(chance("held back"), true.held_back),
        text=text(
            [_filled(*row) for row in zip(texts["text"], texts["language"], brand, rival, strict=True)]
        ),
        day=day,
        first=np.arange(count),
        again=False,
    )
    copied = np.flatnonzero(draw.exactly(chance("reposted"), true.reposted) & (day < calendar.DAYS - 1))
    left = calendar.DAYS - 1 - day[copied]
    later = day[copied] + 1 + (chance("reposted when", len(copied)) * left).astype(np.int64)
    frame = pd.concat([frame, frame.iloc[copied].assign(day=later, again=True)], ignore_index=True)
    frame = frame.sort_values(["day", "first"], kind="stable", ignore_index=True)
    frame["mention_id"] = np.arange(1, len(frame) + 1)
    frame["date"] = calendar.dates(frame["day"].to_numpy())
    original = frame[~frame["again"]].set_index("first")["mention_id"]
    frame["repost_of"] = whole_or_empty(
        original.loc[frame["first"]].to_numpy(), ~frame["again"].to_numpy(dtype=bool)
    )
    mean = frame["source"].map(dict(zip(SOURCES, true.readers, strict=True))).to_numpy()
    luck = draw.from_grid(chance("readers", len(frame)), draw.gamma_grid(1.0))
    frame["readers"] = draw.rounded(mean * luck, chance("rounding", len(frame)))
    return frame[["id", *(column.name for column in TABLE.columns)]]


def _brands(true: Talk, texts: pd.DataFrame, order: np.ndarray, start: float) -> np.ndarray:
    """Return the brand of each text, drawn so that every brand gets its own attitudes, themes and sources."""
    attitude, theme, source = (
        texts[label].map(dict(zip(options, range(len(options)), strict=True))).to_numpy()
        for label, options in (("attitude", ATTITUDES), ("theme", THEMES), ("source", SOURCES))
    )
    cells = (attitude * len(THEMES) + theme) * len(SOURCES) + source
    chances = _balanced(true, np.bincount(cells, minlength=len(ATTITUDES) * len(THEMES) * len(SOURCES)))
    standing = np.lexsort((order, cells))
    brand = np.empty(len(texts), dtype=np.int64)
    even = (start + STEP * np.arange(len(texts))) % 1
    brand[standing] = draw.pick_within(even, chances, cells[standing])
    return brand


def _balanced(true: Talk, counts: np.ndarray) -> np.ndarray:
    """Return for each cell of (attitude, theme, source) the chances of the brands.

    What a brand should have of each attitude with its theme, and of each source, is fitted in turn with what
    there is of each cell (iterative proportional fitting: Deming & Stephan 1940).
    """
    shape = (len(ATTITUDES), len(THEMES), len(SOURCES), len(BRANDS))
    there = counts.reshape(shape[:3]).astype(float)
    size = np.array([brand.posts for brand in true.brands], dtype=float)
    size *= counts.sum() / size.sum()
    said = np.stack([_said(brand) for brand in true.brands], axis=-1) * size
    placed = np.stack([np.array(brand.sources) for brand in true.brands], axis=-1) * size
    table = np.repeat(there[..., None], len(BRANDS), axis=-1)
    for _ in range(ROUNDS):
        table *= _ratio(said, table.sum(axis=2))[:, :, None, :]
        table *= _ratio(placed, table.sum(axis=(0, 1)))
        table *= _ratio(there, table.sum(axis=3))[..., None]
    return np.round(table.reshape(-1, len(BRANDS)) + 1e-9, 9)


def _said(brand: Brand) -> np.ndarray:
    """Return a brand's shares of attitude (rows) and theme (columns)."""
    themes = np.array([brand.blame if attitude == "negative" else brand.praise for attitude in ATTITUDES])
    return np.array(brand.attitudes)[:, None] * themes


def _ratio(wanted: np.ndarray, found: np.ndarray) -> np.ndarray:
    return np.divide(wanted, found, out=np.zeros_like(found), where=found > 0)


def _filled(post: str, language: str, brand: int, rival: int) -> str:
    for slot, number in zip(posts.SLOTS, (brand, rival), strict=True):
        name = BRANDS[number]
        post = post.replace(slot, NAMES[language].get(name, name))
    return post


def make_counts(story: Story) -> pd.DataFrame:
    """Return how many posts there were, for each day, brand, phase and source with any."""
    counted = pd.concat([_counted(story, brand) for brand in story.truth.voices.talk.brands])
    columns = list(counted.columns)
    return counted.assign(posts=1).groupby(columns, as_index=False)["posts"].sum()


def _counted(story: Story, brand: Brand) -> pd.DataFrame:
    """Return one row for each post about a brand: its date, brand, phase and source."""

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"mentions {brand.name} {purpose}", brand.posts)

    after = draw.exactly(chance("phase"), story.truth.voices.talk.after_sales)
    return pd.DataFrame(
        {
            "date": calendar.dates(FIRST_DAY + draw.whole(chance("day"), calendar.DAYS - FIRST_DAY)),
            "brand": text(np.full(brand.posts, brand.name)),
            "phase": choice(PHASES, after.astype(int)),
            "source": choice(SOURCES, draw.pick(chance("source"), brand.sources)),
        }
    )


def make_labels(story: Story) -> pd.DataFrame:
    """Return one row for each post that is no repost and each coder."""
    sample = make(story)
    numbers = sample[sample["repost_of"].isna()][["id", "mention_id"]]
    labels = numbers.merge(posts.coded(), on="id").sort_values(["mention_id", "coder"], ignore_index=True)
    return labels[[column.name for column in LABELS.columns]]


def make_sales(story: Story) -> pd.DataFrame:
    """Return one row for each month and brand: what it sold. The rivals go up and down together."""
    brands = story.truth.voices.talk.brands
    season = 95 + draw.whole(story.chance("sales season", len(MONTHS)), 11)
    _, day, _, product = orders.payments(story)
    months = np.array(MONTHS, dtype="datetime64[M]")
    joined = calendar.dates(day[product == orders.ENTRY]).astype("datetime64[M]")
    own = (joined[:, None] == months).sum(axis=0)
    units = [own if brand.units is None else season * brand.units // 100 for brand in brands]
    return pd.DataFrame(
        {
            "month": np.repeat(months.astype("datetime64[us]"), len(brands)),
            "brand": choice(BRANDS, np.tile(np.arange(len(brands)), len(MONTHS))),
            "units": np.column_stack(units).ravel(),
        }
    )


TABLE = Table(
    name="mentions",
    meaning=(
        "One row for each post of a sample about Lantern and the rivals B, C, X and Y in the last 26 weeks, "
        "labelled by what its author meant; `mention_counts` says how many posts there were in all."
    ),
    columns=(
        Column("mention_id", "integer", "The post's number, by time", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("brand", "string", "Which brand it is about", options=BRANDS),
        Column("phase", "string", "Whether a customer writes, or somebody who asks around", options=PHASES),
        Column("source", "string", "Where it was posted", options=SOURCES),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column("attitude", "string", "Gold label: what the writer thinks of the brand", options=ATTITUDES),
        Column("theme", "string", "Gold label: what the post is about", options=THEMES),
        Column("readers", "integer", "Who have seen it", unit="people", least=0),
        Column("held_back", "boolean", "True for a quarter of the texts: to test on, never to learn from"),
        Column(
            "repost_of", "integer", "The post it repeats; empty if it is no repost", required=False, least=1
        ),
        Column("text", "string", "The post"),
    ),
    key=("mention_id",),
    make=lambda story: make(story).drop(columns="id"),
    refers={"repost_of": "mentions"},
    flaws=("About 4 % of the texts stand there a second time, as a repost on a later day.",),
)
COUNTS = Table(
    name="mention_counts",
    meaning="One row for each day, brand, phase and source with any posts in the last 26 weeks: how many.",
    columns=(
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("brand", "string", "Which brand they are about", options=BRANDS),
        Column("phase", "string", "Whether customers write, or people who ask around", options=PHASES),
        Column("source", "string", "Where they were posted", options=SOURCES),
        Column("posts", "integer", "How many posts", least=1),
    ),
    key=("date", "brand", "phase", "source"),
    make=make_counts,
)
LABELS = Table(
    name="mention_labels",
    meaning=(
        "One row for each post that is no repost and each coder: labels given from the text alone, by the "
        "code book `opslab/world/posts/codebook.md`."
    ),
    columns=(
        Column("mention_id", "integer", "The post", least=1),
        Column("coder", "string", "Who gave the labels", options=CODERS),
        Column("attitude", "string", "What the writer thinks of the brand", options=ATTITUDES),
        Column("theme", "string", "What the post is about", options=THEMES),
    ),
    key=("mention_id", "coder"),
    make=make_labels,
    refers={"mention_id": "mentions"},
    flaws=(
        "The coders agree almost always (alpha about 0.99), and on themes more with each other than with the"
        " gold label: they share mistakes, are hardly independent, and do not show how well people agree.",
    ),
)
SALES = Table(
    name="brand_sales",
    meaning="One row for each month and brand: memberships sold; Lantern's are the entry fees in orders.",
    columns=(
        Column("month", "date", "First day of the month", least=MONTHS[0], most=MONTHS[-1]),
        Column("brand", "string", "Who sold", options=BRANDS),
        Column("units", "integer", "Memberships sold", least=0),
    ),
    key=("month", "brand"),
    make=make_sales,
)
