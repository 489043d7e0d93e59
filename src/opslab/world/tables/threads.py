"""The tables of talk in the group: threads, and the answers to them."""

import numpy as np
import pandas as pd

from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.group import FIRST_PLACES, OPENS, WEEKS, ToldGroup, tell_group, written
from opslab.world.parameters.lives import NEEDS
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice

KINDS = ("weekly", "side")
LEAST_WORDS, USUAL_WORDS = 12, 60


def make(story: Story) -> pd.DataFrame:
    """Return one row for each thread, in order of time: the week's question first, then members' own."""
    each = 1 + story.truth.group.side_threads
    week, place = np.divmod(np.arange(WEEKS * each), each)
    return pd.DataFrame(
        {
            "thread_id": np.arange(1, len(week) + 1),
            "week": week + 1,
            "date": calendar.dates(OPENS + 7 * week),
            "kind": choice(KINDS, (place > 0).astype(int)),
            "topic": choice(NEEDS, _topics(story)),
            "asked_by": _askers(story, tell_group(story), week),
        }
    )


def _topics(story: Story) -> np.ndarray:
    count = WEEKS * (1 + story.truth.group.side_threads)
    return draw.whole(story.chance("threads topic", count), len(NEEDS))


def _askers(story: Story, group: ToldGroup, week: np.ndarray) -> np.ndarray:
    u = story.chance("threads asker", len(week))
    asker = np.empty(len(week), dtype=np.int64)
    for number in range(WEEKS):
        there, here = group.present(OPENS + 7 * number), week == number
        asker[here] = group.person[there[draw.whole(u[here], len(there))]]
    return asker + story.first_id


def make_answers(story: Story) -> pd.DataFrame:
    """Return one row for each answer, in order of time."""
    true, group = story.truth.group, tell_group(story)
    member, day, thread = _written(story, group)
    week = (day - OPENS) // 7 + 1

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"answers {purpose}", len(day))

    topic = _topics(story)[thread]
    matches = (group.strengths[member] == topic[:, None]).any(axis=1)
    hasty = week >= true.counted_week
    quality = true.quality.base + true.quality.match * matches - true.quality.haste * hasty
    quality = quality + true.quality.spread * draw.from_grid(chance("quality"), draw.normal_grid())
    quality = np.clip(draw.rounded(quality, chance("rounding")), 1, 5)
    tip = true.tip_chance * np.maximum(quality - 2, 0)
    tip = tip * np.where(_place_in(thread) < FIRST_PLACES, true.first_factor, 1.0)
    words = LEAST_WORDS + USUAL_WORDS * quality / 3 * draw.from_grid(
        chance("words"), draw.lognormal_grid(0.5)
    )
    return pd.DataFrame(
        {
            "answer_id": np.arange(1, len(day) + 1),
            "thread_id": thread + 1,
            "user_id": group.person[member] + story.first_id,
            "date": calendar.dates(day),
            "words": draw.rounded(words, chance("rounding words")),
            "quality": quality,
            "tip": np.where(chance("tip") < tip, true.tip, 0),
        }
    )


def _written(story: Story, group: ToldGroup) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return member, day and thread (from 0) of each answer, in order of time."""
    true = story.truth.group
    member, day = written(story, group.person, group.joined, group.left)
    role = group.role[member]
    shares = story.chance("answers shared", len(day)) < np.array([r.sharing for r in true.roles])[role]
    member, day, role = member[shares], day[shares], role[shares]
    hurry = np.where((day - OPENS) // 7 + 1 >= true.counted_week, true.hurry, 1.0)
    mean = np.array([r.replies for r in true.roles])[role] * hurry
    replies = draw.poisson(story.chance("answers replies", len(day)), mean)
    owner, place = draw.spread(1 + replies)
    # The first answer goes to the week's question, any further one to a side thread of that week.
    side = 1 + draw.whole(story.chance("answers side", len(owner)), true.side_threads)
    thread = (day[owner] - OPENS) // 7 * (1 + true.side_threads) + np.where(place == 0, 0, side)
    order = np.lexsort((story.chance("answers order", len(owner)), day[owner]))
    return member[owner][order], day[owner][order], thread[order]


def _place_in(thread: np.ndarray) -> np.ndarray:
    """Return the place of each answer within its thread, from 0."""
    order = np.argsort(thread, kind="stable")
    place = np.empty(len(thread), dtype=np.int64)
    place[order] = draw.spread(np.bincount(thread))[1]
    return place


_FIRST, _LAST = "2024-07-01", str(calendar.END)
TABLE = Table(
    name="threads",
    meaning="One row for each thread in the group: each Monday the week's question and some by members.",
    columns=(
        Column("thread_id", "integer", "The thread's number, by time", least=1),
        Column("week", "integer", "Week of the group; 1 begins on 2024-07-01", least=1, most=WEEKS),
        Column("date", "date", "Day on which it was opened", least=_FIRST, most=_LAST),
        Column("kind", "string", "The week's question, or a member's own", options=KINDS),
        Column("topic", "string", "What it is about", options=NEEDS),
        Column("asked_by", "integer", "Who asked", least=1),
    ),
    key=("thread_id",),
    make=make,
    refers={"asked_by": "members"},
    flaws=("Members open several threads on one subject in the same week; nobody merged them.",),
)
ANSWERS = Table(
    name="answers",
    meaning=(
        "One row for each written answer in the group, in order of time. All were written on days with "
        "`answered` in the table activity."
    ),
    columns=(
        Column("answer_id", "integer", "The answer's number, by time", least=1),
        Column("thread_id", "integer", "To which thread", least=1),
        Column("user_id", "integer", "Who wrote", least=1),
        Column("date", "date", "The day", least=_FIRST, most=_LAST),
        Column("words", "integer", "Length", unit="words", least=1),
        Column(
            "quality",
            "integer",
            "Rated by a panel that does not know the writer",
            unit="points",
            least=1,
            most=5,
        ),
        Column("tip", "integer", "Coins given by readers", unit="yuan", least=0),
    ),
    key=("answer_id",),
    make=make_answers,
    refers={"thread_id": "threads", "user_id": "members"},
)
