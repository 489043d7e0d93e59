"""The learning group that is followed for 52 weeks."""

from dataclasses import dataclass

from opslab.world.parameters import Fixed


@dataclass(frozen=True, slots=True)
class Role:
    """One of the three roles of 90-9-1.

    Attributes
    ----------
    share
        Share of the members.
    sharing
        Chance that what a member wrote on a day goes to the group.
    replies
        Mean of further replies to other threads on such a day.
    """

    name: str
    share: Fixed
    sharing: Fixed
    replies: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What makes an answer good, on a scale of 1 to 5.

    Attributes
    ----------
    base
        Mean quality of an answer outside the member's strengths.
    match
        What it gains if the thread's topic is one of the member's strengths.
    haste
        What it loses from `Group.counted_week` on, when moderators' pay counts answers only.
    spread
        Spread about that mean (standard deviation).
    """

    base: float
    match: float
    haste: float
    spread: float


@dataclass(frozen=True, slots=True)
class Group:
    """What is true about the group.

    Attributes
    ----------
    places
        Members at a time; who pays the entry fee while a place is free gets it.
    roles
        Lurkers, contributors, leaders.
    counted_week
        Week of the group (1 to 52) from which moderators are paid by the number of answers alone.
    hurry
        Factor on further replies from that week on.
    tip_chance
        Chance that an answer of quality 3 is tipped; each point of quality more adds as much again.
    first_factor
        Factor on that chance for the first three answers to a thread: readers seldom scroll down.
    tip
        Coins of a tip (yuan).
    moderators
        Members on the rota in a week.
    weekly_pay
        What they share a week: dues of 500 members in 12 months over 52 weeks (yuan).
    """

    places: int
    roles: tuple[Role, ...]
    quality: Quality
    counted_week: int
    hurry: float
    tip_chance: float
    first_factor: float
    tip: int
    side_threads: int
    moderators: int
    weekly_pay: int


REFERENCE = Group(
    places=500,
    roles=(
        Role("lurker", 0.9, 0.03, 0.0),
        Role("contributor", 0.09, 0.35, 0.1),
        Role("leader", 0.01, 0.9, 2.5),
    ),
    quality=Quality(base=2.6, match=0.8, haste=0.5, spread=0.7),
    counted_week=40,
    hurry=1.8,
    tip_chance=0.15,
    first_factor=2.0,
    tip=6,
    side_threads=5,
    moderators=10,
    weekly_pay=1_154,
)
