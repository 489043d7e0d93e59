"""What a plan does by itself, whatever the week: worked out once, for as long as nobody changes the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opslab.world.draw import Values
from opslab.year import firm as lantern
from opslab.year.firm import Firm
from opslab.year.plan import Plan

Decided = Mapping[str, Values]  # each lever of the plan, words as codes

USUAL = Plan()  # last year's
# Which of the groups of those who are away are written to: see `RECALL` and the recall trial's groups.
WRITTEN = np.array([[0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 1, 1], [1, 1, 1, 1, 1]], dtype=float)


@dataclass(frozen=True, eq=False, slots=True)
class Effects:
    """One cell (or row) for each run."""

    wanted: Values  # yuan for each group of channels; in all
    total: Values
    shared: Values  # factors: on word of mouth, on reach
    reached: Values
    muting: Values  # chance in a week
    clings: Values  # by kind: factor on leaving
    lift: Values  # of activity
    written: Values  # by group of those who are away: 1 if it is written to
    asked: Values  # factors on tickets: what the forum leaves, what members leave
    unhelped: Values
    room: Values  # tickets a week
    desk: Values  # row of the table of waits
    seen: Values  # share of unhappy posts that anybody can see; where word of mouth goes
    warmth: Values
    built: Values  # trust: share of the gap closed, share spent, lost
    pushed: Values
    chased: Values
    points: Values  # yuan for an answer
    clerks: Values  # yuan a week
    forum: Values
    tests: bool  # whether any run tries anything


def effects(plan: Decided, true: Firm, character: Mapping[str, Values]) -> Effects:
    """Return what a week's plans do in years of these characters."""
    wanted = np.stack([plan["ads"], plan["own"], plan["friends"]], axis=1)
    forum, focus, points, clerks = plan["forum"], plan["focus"], plan["points"], plan["clerks"]
    # Which share of all the effect that points for answers can have they have.
    pulled = np.minimum(character["points"] * (1 - np.exp(-points / lantern.PULL)), 2)
    clings, gain = 1 - lantern.CLUNG * pulled, true.core_lift - 1
    return Effects(
        wanted=wanted,
        total=wanted.sum(axis=1),
        # What is on the core is passed on more often; who speaks of one thing alone is heard by fewer groups.
        shared=(1 + gain * focus) / (1 + gain * USUAL.focus),
        reached=(1 - lantern.NARROW * focus**2) / (1 - lantern.NARROW * USUAL.focus**2),
        muting=np.interp(plan["pushes"], true.pushes, true.muting) * character["muting"],
        clings=np.stack([clings, np.ones_like(clings)], axis=1),
        lift=np.interp(plan["pushes"], true.pushes, true.lift),
        written=WRITTEN[plan["recall"]],
        asked=(1 - lantern.FORUM_RELIEF * forum) / (1 - lantern.FORUM_RELIEF),
        unhelped=1 - lantern.HELPED * pulled,
        room=clerks * lantern.DAYS * lantern.HOURS * lantern.MINUTES / true.handling,
        desk=clerks.astype(int) - 1,
        seen=1 - lantern.FORUM_HEARD * (1 - forum),
        warmth=1 - lantern.FORUM_WARMTH * (1 - forum),
        built=lantern.TRUST_UP * (1 + focus),
        pushed=lantern.TRUST_PUSHED * (plan["pushes"] / 7) ** 2,
        chased=lantern.CHASE * np.maximum(points - lantern.CHASED_FROM, 0),
        points=points,
        clerks=clerks * lantern.HOUR * lantern.HOURS * lantern.DAYS,
        forum=forum * lantern.FORUM_COST,
        tests=bool((plan["test"] > 0).any()),
    )
