"""What a plan does by itself, whatever the week: worked out once, for as long as nobody changes the plan."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from opslab.year import firm as lantern
from opslab.year.arithmetic import Arithmetic, Quantity, mixed, rows
from opslab.year.firm import Firm
from opslab.year.plan import Plan

Decided = Mapping[str, Quantity]  # each lever of the plan, words as codes

USUAL = Plan()  # last year's
# Each group of those who are away (see the recall trial): 1 where it is written to, by the codes of `RECALL`.
WRITTEN = tuple(np.array([[0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]], dtype=float))


class Effects(NamedTuple):
    """Quantities of all runs; arrays have one row for each."""

    wanted: np.ndarray  # yuan for each group of channels; for each channel
    bought: np.ndarray
    total: Quantity  # yuan in all; in the run with the most
    most: float
    shared: Quantity  # factors: on word of mouth, on reach
    reached: Quantity
    muting: Any  # chance in a week
    clings: np.ndarray  # by kind: factor on leaving
    lift: Quantity  # of activity
    written: list[Quantity]  # by group of those who are away: 1 if it is written to
    asked: Quantity  # factors on tickets: what the forum leaves, what members leave
    unhelped: Quantity
    room: Quantity  # tickets a week
    desk: Quantity  # row of the table of waits
    seen: Quantity  # share of unhappy posts that anybody can see; where word of mouth goes
    warmth: Quantity
    built: Quantity  # trust: share of the gap closed, share spent, lost
    pushed: Quantity
    chased: Quantity
    points: Quantity  # yuan for an answer
    clerks: Quantity  # yuan a week
    forum: Quantity
    tests: bool  # whether any run tries anything


def effects(plan: Decided, true: Firm, character: Mapping[str, Quantity], reckon: Arithmetic) -> Effects:
    """Return what a week's plans do in years of these characters."""
    plain, column = reckon.plain, reckon.column
    focus, points, pushes = plan["focus"], plan["points"], plan["pushes"]
    clerks, forum = plan["clerks"], plan["forum"]
    wanted = rows(plan["ads"], plan["own"], plan["friends"])
    # Which share of all the effect that points for answers can have they have.
    pulled = reckon.least(character["points"] * (1 - plain(np.exp(-points / lantern.PULL))), 2)
    gain, daily = true.core_lift - 1, pushes / 7
    muting = plain(np.interp(pushes, true.pushes, true.muting)) * character["muting"]
    total = plan["ads"] + plan["own"] + plan["friends"]
    return Effects(
        wanted=wanted,
        bought=mixed(wanted, true.split),
        total=total,
        most=max(reckon.each(total)),
        # What is on the core is passed on more often; who speaks of one thing alone is heard by fewer groups.
        shared=(1 + gain * focus) / (1 + gain * USUAL.focus),
        reached=(1 - lantern.NARROW * (focus * focus)) / (1 - lantern.NARROW * USUAL.focus**2),
        muting=column(column(muting)),
        clings=rows(1 - lantern.CLUNG * pulled, reckon.all_runs(1)),
        lift=plain(np.interp(pushes, true.pushes, true.lift)),
        written=[plain(group[plan["recall"]]) for group in WRITTEN],
        asked=(1 - lantern.FORUM_RELIEF * forum) / (1 - lantern.FORUM_RELIEF),
        unhelped=1 - lantern.HELPED * pulled,
        room=clerks * lantern.DAYS * lantern.HOURS * lantern.MINUTES / true.handling,
        desk=reckon.whole(clerks) - 1,
        seen=1 - lantern.FORUM_HEARD * (1 - forum),
        warmth=1 - lantern.FORUM_WARMTH * (1 - forum),
        built=lantern.TRUST_UP * (1 + focus),
        pushed=lantern.TRUST_PUSHED * (daily * daily),
        chased=lantern.CHASE * reckon.most(points - lantern.CHASED_FROM, 0.0),
        points=points,
        clerks=clerks * lantern.CLERK,
        forum=forum * lantern.FORUM_COST,
        tests=bool(reckon.some(plan["test"])),
    )
