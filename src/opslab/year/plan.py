"""What is decided for a week, and what is known when it is decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from opslab.ground.arguments import as_choice, as_flags, as_number, nearest

# Words
NO_LEVER = "Plan has no {name!r}{nearest}; its fields are {names}"
NOT_A_PLAN = "{name} is {found!r}; expected a Plan, or a dictionary of its fields"

WEEKS = 52
BUDGET = 600_000  # yuan for a year of spend on all channels
MOST_SPEND = 20_000  # yuan a week on one group of channels
MOST_PUSHES = 7
MOST_CLERKS = 5
MOST_POINTS = 2  # yuan for an answer
RECALL = ("nobody", "answered", "not muted", "all")
TESTS = ("none", "welcome_tour", "reminder_text", "start_screen")


@dataclass(frozen=True, slots=True)
class Plan:
    """What Lantern does in a week; the defaults are last year's.

    Attributes
    ----------
    ads, own, friends
        Yuan on search and feed ads; on search engines' free results and content; on partners, social media
        and gifts for invitations. Each 0 to 20,000. The year has 600,000 in all.
    pushes
        Notifications to each user, 0 to 7.
    recall
        Whom to write to of those who are away, each once a quarter: "nobody"; those who once "answered"; all
        who are "not muted"; "all", who said no as well.
    clerks
        Places at the desk, each filled round the clock, 1 to 5.
    forum
        True if questions and answers stand where everyone can read them. Word of mouth follows within a
        quarter.
    focus
        Share of messages on one image (0 to 1). More builds more trust and is passed on more often; it
        reaches fewer. Between 0.3 and 0.7 it takes a year to tell.
    points
        Yuan in points for an answer, 0 to 2. Above 0.5 some answer for the points, and trust falls.
    test
        Which trial newcomers are split for, or "none". A trial takes the first four weeks of the same test;
        if its interval lies above 0, what was tried is given to all newcomers from then on.

    Raises
    ------
    ValueError
        A value outside its limits.

    Examples
    --------
    >>> Plan(clerks=5).clerks, Plan().recall
    (5, 'all')
    """

    ads: float = 8_800.0
    own: float = 700.0
    friends: float = 1_600.0
    pushes: float = 3.0
    recall: str = "all"
    clerks: int = 2
    forum: bool = True
    focus: float = 0.3
    points: float = 0.0
    test: str = "none"

    def __post_init__(self) -> None:
        """Refuse what nobody could carry out."""
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if not limit.holds(value):
                object.__setattr__(self, name, limit.read(value, name))


class Limit(NamedTuple):
    """What a field of a plan may be: a number between two ends, one of some options, or True or False."""

    most: float = 0
    least: float = 0
    whole: bool = False
    options: tuple[str, ...] = ()

    def holds(self, value: Any) -> bool:
        """Tell at a glance if a value is as the simulation wants it: a league makes thousands of plans."""
        if self.options:
            return value in self.options
        if not self.most:
            return isinstance(value, bool)
        return type(value) is (int if self.whole else float) and self.least <= value <= self.most

    def read(self, value: Any, name: str) -> Any:
        """Return the value as the simulation wants it."""
        if self.options:
            return as_choice(value, name, self.options)
        if not self.most:
            return bool(as_flags([value], name)[0])
        number = as_number(value, name, least=self.least, most=self.most, whole=self.whole)
        return number if self.whole else float(number)


LIMITS = {
    "ads": Limit(MOST_SPEND),
    "own": Limit(MOST_SPEND),
    "friends": Limit(MOST_SPEND),
    "pushes": Limit(MOST_PUSHES),
    "recall": Limit(options=RECALL),
    "clerks": Limit(MOST_CLERKS, least=1, whole=True),
    "forum": Limit(),
    "focus": Limit(1),
    "points": Limit(MOST_POINTS),
    "test": Limit(options=TESTS),
}
LEVERS = tuple(field.name for field in fields(Plan))


def as_plan(found: Any, name: str) -> Plan:
    """Return a plan, or a dictionary of its fields, as a Plan whose every field lies within its limits.

    Raises
    ------
    ValueError
        Anything else, a field that Plan does not have, or a value outside its limits.

    Examples
    --------
    >>> as_plan({"clerks": 5}, "plan").clerks
    5
    """
    if isinstance(found, Plan):
        return Plan(**_fields(found))
    if not isinstance(found, Mapping):
        raise ValueError(NOT_A_PLAN.format(name=name, found=found))
    for lever in found:
        if not isinstance(lever, str) or lever not in LEVERS:
            raise ValueError(
                NO_LEVER.format(name=lever, nearest=nearest(lever, LEVERS), names=", ".join(LEVERS))
            )
    return Plan(**found)


def _fields(plan: Plan) -> dict[str, Any]:
    """Return what a plan holds: whoever goes round its checks may have put anything in, or nothing."""
    return {lever: getattr(plan, lever, None) for lever in LEVERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What Lantern knows on Monday morning: a copy, so that writing into it changes nothing.

    Counts are of users, money is yuan, shares are of 1. What happened is last week's; in week 1 it is that of
    the last week of last year.

    Attributes
    ----------
    week
        This week, 1 to 52.
    budget
        Yuan left for ads, own and friends.
    cash
        Yuan earned less yuan spent since the year began.
    newcomers, active, dormant
        Who signed up; who is there; who is away and might come back.
    members, fund
        Of the paid groups, and what is left of their entry fees, which pays the weekly reward.
    retention
        Share still there of those who signed up four weeks before: it tells what was done a month ago.
    tickets, median_wait, within_day
        Waiting at the desk; minutes to the first answer; share of tickets answered within a day.
    sentiment, sentiment_error
        Net sentiment of the last 13 weeks' posts (positive less negative, a share), and half the width of its
        95 % interval.
    trust
        By a survey of 100 users (0 to 1), so with an error of about 0.05.
    said_no
        Share of all who could be written to who muted or unsubscribed since the year began.
    test, test_lift, test_error, test_share
        The trial that ended last ("none" before); the lift it measured in newcomers who complete their
        profile (a share), half its 95 % interval, and the share of its records that are of the treated arm.
    """

    week: int
    budget: float
    cash: float
    newcomers: float
    active: float
    dormant: float
    members: float
    fund: float
    retention: float
    tickets: float
    median_wait: float
    within_day: float
    sentiment: float
    sentiment_error: float
    trust: float
    said_no: float
    test: str
    test_lift: float
    test_error: float
    test_share: float


Policy = Callable[[State], Plan | Mapping[str, Any]]
