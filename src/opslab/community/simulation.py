"""A learning community as agents: members who write, read, ask, tire, leave and bring friends.

Each place in each week has its own random numbers, drawn from the seed alone. So two policies meet the same
chance (common random numbers), and what differs between them is their doing. Runs are computed in blocks:
one array cell for each member of each run.

What the model assumes stands in the block of constants below, and in `_urge` and `_payoffs`, which weigh what
moves people. They are guesses with reasons, not measurements: change them, and see which conclusions survive.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from opslab.community.plan import weekly_pay
from opslab.ground.arguments import EXACT, as_choice, as_list, as_number, require_result
from opslab.ground.days import MOST_WEEKS

ROLES = ("big name", "answerer", "asker", "lurker", "moderator")
BIG_NAME, ANSWERER, ASKER, LURKER, MODERATOR = range(len(ROLES))
FAULTS = ("opaque", "no system", "no incentive", "buried", "selfish owner")
PAID_BY = ("quality", "answers")
LAST_WEEK = ("answers", "quality", "threads", "joined", "left")  # what a policy is told of it

# Words
NOT_A_POLICY = (
    "policy is {found!r}; expected a function from State to Decision, or one Decision for all weeks"
)
NOT_A_DECISION = "in week {week} the policy returned {found!r}; expected a Decision"
TOO_LARGE = (
    "{runs:,} runs of {weeks:,} weeks with {places:,} places are too many; at most {most:,} places and weeks "
    "are played in one go, and {total:,} in all runs: take fewer"
)
TOO_MANY = "members is {members}, but there are {places} places; start with at most as many"

# What the model assumes
SHARES = np.array([0.01, 0.09, 0.16, 0.70, 0.04])  # of each role among those who join
WRITES = np.array([0.50, 0.40, 0.06, 0.01, 0.25])  # chance to answer in a week, at the usual reward
SKILL = np.array([3.3, 2.7, 2.3, 2.2, 2.7])  # quality (1 to 5) outside one's strengths
MATCH_GAIN = 0.8  # quality gained on one's own subject: what Lantern's panel sees
HASTE_LOSS, HASTE_SPEED = 0.5, 1.8  # if moderators are paid by the number of answers: as at Lantern
SUBJECTS = 3  # one member in three is at home in the week's subject
ASKS = 0.15  # chance that an asker opens a thread in a week
FAIR_TIP, FAIR_PAY = 25.0, 40.0  # yuan an answer, yuan a moderator's week: half of the pull of money
CROWD = 25.0  # threads a week at which half of what is written is no longer found
MEMORY = 0.15  # weight of this week in a member's satisfaction
AT_EASE = 0.6  # satisfaction on joining
LEAVE, LEAVE_SLOPE, LEAVE_LEAST = 0.066, 0.08, 0.003  # weekly chance to leave: 6.6 % less 8 % × satisfaction
OWNER_TAKES = 0.5  # share of all income that a selfish owner keeps
BLOCK = 50  # runs at a time: small enough for the processor's cache
MOST_RUNS = 10_000
MOST_AT_ONCE, MOST_IN_ALL = 50_000_000, 1_000_000_000  # places times weeks: 800 MB, and two minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a policy knows on Monday morning. Counts are of members, money is yuan.

    Attributes
    ----------
    week, weeks
        This week (from 1), and how many there are.
    members, roles
        Members now, and of each role (as in `ROLES`).
    fund
        Yuan left of the entry fees; it pays the rewards.
    purse
        Yuan left of the dues, this week's included; it pays the moderators.
    answers, quality, threads, joined, left
        Last week's; 0 in week 1 (quality 1 to 5).
    satisfaction
        Mean of the members, 0 to 1.
    """

    week: int
    weeks: int
    members: int
    roles: tuple[int, ...]
    fund: float
    purse: float
    answers: int
    quality: float
    threads: int
    joined: int
    left: int
    satisfaction: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What the owner decides for a week; the defaults are the plan's.

    Attributes
    ----------
    reward
        Yuan shared by those who answer. What the fund does not hold is not paid.
    pay
        Yuan shared by the moderators. What their purse does not hold is not paid.
    threads
        Most new threads that members may open beside the weekly question.
    paid_by
        Moderators' KPI: "quality", or "answers", their number.
    """

    reward: float = 1_923.0
    pay: float = 1_154.0
    threads: int = 10
    paid_by: str = "quality"

    def __post_init__(self):
        """Refuse what nobody could carry out."""
        for name in ("reward", "pay", "threads"):
            value = getattr(self, name)
            # The quick look comes first: a year of a thousand runs makes 52,000 decisions.
            if type(value) not in (int, float) or not 0 <= value <= EXACT or value % 1:
                as_number(value, name, least=0, whole=name == "threads")
        if self.paid_by not in PAID_BY:
            as_choice(self.paid_by, "paid_by", PAID_BY)


Policy = Callable[[State], Decision]


def simulate(
    policy: Policy | Decision,
    seed: int = 0,
    *,
    runs: int = 1,
    members: int = 500,
    places: int = 500,
    entry_fee: float = 200,
    weeks: int = 52,
    dues: float = 10,
    faults: Iterable[str] = (),
    word_of_mouth: float = 0.03,
) -> pd.DataFrame:
    """Run the community under a policy.

    Parameters
    ----------
    policy
        A function from `State` to `Decision`, asked once a week in each run; or one `Decision` for all.
    seed, runs
        Run k of a seed is the same whatever the policy does and however many runs there are.
    members, places
        How many there are at the start, and how many there is room for.
    entry_fee, dues
        Yuan on joining, and yuan a month.
    weeks
        How long.
    faults
        Any of `FAULTS` to switch on.
    word_of_mouth
        Chance that a fully satisfied member brings a new one in a week.

    Returns
    -------
    One row for each run and week: `members`, `joined`, `left`, `answers`, `quality` (mean, 1 to 5),
    `threads`, `reward` and `pay` really paid, `fund` and `purse` (yuan left of the fees and of the dues),
    `satisfaction` (mean, 0 to 1); and for each role `members_...`, `left_...` and `payoff_...` (0 to 1).

    Raises
    ------
    ValueError
        If a number is negative or not finite, nobody is there, a fault is unknown, or the policy returns
        no decision. What the policy itself raises is passed on.

    Examples
    --------
    >>> history = simulate(Decision(), seed=1, weeks=4)
    >>> history.week.to_list(), bool((history.members <= 500).all())
    ([1, 2, 3, 4], True)
    """
    if isinstance(policy, Decision):
        decision = policy

        def policy(_: State) -> Decision:
            return decision

    if not callable(policy):
        raise ValueError(NOT_A_POLICY.format(found=policy))
    seed = as_number(seed, "seed", least=0, whole=True)
    runs = as_number(runs, "runs", least=1, most=MOST_RUNS, whole=True)
    weeks = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    places = as_number(places, "places", least=1, whole=True)
    _require_room(runs, weeks, places)
    members = as_number(members, "members", least=1, whole=True)
    if members > places:
        raise ValueError(TOO_MANY.format(members=members, places=places))
    world = _World(
        weeks=weeks,
        members=members,
        places=places,
        entry_fee=as_number(entry_fee, "entry_fee", least=0),
        weekly_dues=weekly_pay(1, dues),
        faults=frozenset(
            as_choice(fault, "fault", FAULTS)
            for fault in ([faults] if isinstance(faults, str) else as_list(faults, "faults"))
        ),
        word_of_mouth=as_number(word_of_mouth, "word_of_mouth", least=0, most=1),
    )
    blocks = [
        _run(policy, world, seed, range(start, min(start + BLOCK, runs))) for start in range(0, runs, BLOCK)
    ]
    table = {name: np.concatenate([block[name] for block in blocks]).ravel() for name in blocks[0]}
    frame = pd.DataFrame(
        {"run": np.repeat(np.arange(runs), weeks), "week": np.tile(np.arange(weeks) + 1, runs)}
    )
    return frame.assign(**table)


def _require_room(runs: int, weeks: int, places: int) -> None:
    if min(runs, BLOCK) * weeks * places > MOST_AT_ONCE or runs * weeks * places > MOST_IN_ALL:
        words = {"runs": runs, "weeks": weeks, "places": places}
        raise ValueError(TOO_LARGE.format(most=MOST_AT_ONCE, total=MOST_IN_ALL, **words))


def score(history: pd.DataFrame) -> pd.Series:
    """Return one number for each run: satisfied member-weeks, the sum of members × satisfaction.

    Examples
    --------
    >>> score(simulate(Decision(), runs=2, weeks=4)).size
    2
    """
    require_result(history, "history", ["run", "members", "satisfaction"], "simulate")
    worth = history.members * history.satisfaction
    return worth.groupby(history.run).sum().rename("satisfied member-weeks")


def who_leaves(history: pd.DataFrame) -> pd.DataFrame:
    """Return for each role the mean pay-off (0 to 1) and the share that leaves in a week.

    Examples
    --------
    >>> list(who_leaves(simulate(Decision(), weeks=4)).columns)
    ['payoff', 'leave_a_week']
    """
    counted = [f"{what}_{key}" for what in ("payoff", "left", "members") for key in _KEYS]
    require_result(history, "history", counted, "simulate")
    rows = {
        role: {
            "payoff": history[f"payoff_{key}"].mean(),
            "leave_a_week": history[f"left_{key}"].sum() / max(history[f"members_{key}"].sum(), 1),
        }
        for role, key in zip(ROLES, _KEYS, strict=True)
    }
    return pd.DataFrame(rows).T.sort_values("leave_a_week", ascending=False)


_KEYS = tuple(role.replace(" ", "_") for role in ROLES)


@dataclass(frozen=True, slots=True)
class _World:
    weeks: int
    members: int
    places: int
    entry_fee: float
    weekly_dues: float
    faults: frozenset[str]
    word_of_mouth: float

    @property
    def kept(self) -> float:
        """Share of the income that reaches the fund and the purse."""
        return 1 - OWNER_TAKES * ("selfish owner" in self.faults)


def _draws(seed: int, runs: range, world: _World) -> np.ndarray:
    """Return uniforms by run, week (0 is the founding), purpose and place."""
    shape = (world.weeks + 1, 4, world.places)
    return np.stack(
        [np.random.Generator(np.random.PCG64([seed, run])).random(shape, dtype=np.float32) for run in runs]
    )


@dataclass(slots=True)
class _Group:
    """Some runs of the community; every array has the runs as rows, and most have the places as columns."""

    here: np.ndarray  # whether somebody sits at this place
    role: np.ndarray
    strength: np.ndarray  # the subject in which one is at home
    mood: np.ndarray  # satisfaction, 0 to 1
    fund: np.ndarray
    purse: np.ndarray

    def facts(self) -> dict[str, np.ndarray]:
        """Return what an owner sees of each run."""
        size, mood = self.here.sum(axis=1), _mean(self.mood, self.here)
        return {"members": size, "fund": self.fund, "purse": self.purse, "satisfaction": mood}


class _Decisions(NamedTuple):
    """The policy's decisions for one week, an array over the runs each."""

    reward: np.ndarray
    pay: np.ndarray
    threads: np.ndarray
    by_number: np.ndarray


class _Talk(NamedTuple):
    """What one week's talk came to in each run; `wanted` counts threads, those beyond the limit included."""

    answers: np.ndarray
    quality: np.ndarray
    threads: np.ndarray
    wanted: np.ndarray


def _founded(world: _World, chance: np.ndarray) -> _Group:
    runs, places = chance.shape
    here = np.broadcast_to(np.arange(places) < world.members, (runs, places)).copy()
    fund = np.full(runs, world.members * world.entry_fee * world.kept)
    return _Group(here, *_character(chance), np.full(here.shape, AT_EASE), fund, np.zeros(runs))


def _run(policy: Policy, world: _World, seed: int, runs: range) -> dict[str, np.ndarray]:
    """Run one block."""
    chance = _draws(seed, runs, world)
    group = _founded(world, chance[:, 0, 3])
    seen = dict.fromkeys(LAST_WEEK, np.zeros(len(runs)))
    weekly: list[dict[str, np.ndarray]] = []
    for week in range(world.weeks):
        writes, leaves, invites, character = (chance[:, week + 1, purpose] for purpose in range(4))
        roles = _by_role(group.role, group.here)
        group.purse = group.purse + group.here.sum(axis=1) * world.weekly_dues * world.kept
        decided = _decide(policy, week, world.weeks, roles, seen | group.facts())
        reward, pay = _paid(world, group, decided)
        talk = _talked(world, group, week, roles, reward, decided, writes)
        payoff = _payoffs(world, roles, talk, reward, pay)
        gone, left = _parted(group, payoff, leaves)
        joined = _brought(world, group, invites, character)
        facts = group.facts()
        seen = {
            "members": facts.pop("members"),
            "joined": joined,
            "left": left,
            "answers": talk.answers,
            "quality": talk.quality,
            "threads": talk.threads,
            "reward": reward,
            "pay": pay,
            **facts,
        }
        weekly.append(seen | _columns("members", roles) | _columns("left", gone) | _columns("payoff", payoff))
    return {name: np.stack([week[name] for week in weekly], axis=1) for name in weekly[0]}


def _decide(policy: Policy, week: int, weeks: int, roles: np.ndarray, seen: dict) -> _Decisions:
    """Ask the policy once for each run."""
    counts = ("members", "answers", "threads", "joined", "left")
    known = {name: seen[name].astype(int).tolist() for name in counts}
    known |= {name: seen[name].tolist() for name in ("fund", "purse", "quality", "satisfaction")}
    decisions = []
    for values in zip(roles.astype(int).tolist(), *known.values(), strict=True):
        facts = dict(zip(known, values[1:], strict=True))
        decision = policy(State(week=week + 1, weeks=weeks, roles=tuple(values[0]), **facts))
        if not isinstance(decision, Decision):
            raise ValueError(NOT_A_DECISION.format(week=week + 1, found=decision))
        decisions.append((decision.reward, decision.pay, decision.threads, decision.paid_by == "answers"))
    return _Decisions(*np.array(decisions, dtype=float).T)


def _paid(world: _World, group: _Group, decided: _Decisions) -> tuple[np.ndarray, np.ndarray]:
    """Pay what the fund and the purse hold; return reward and pay."""
    given = 0 if "no incentive" in world.faults else 1
    reward = np.minimum(given * decided.reward, group.fund)
    pay = np.minimum(given * decided.pay, group.purse)
    group.fund, group.purse = group.fund - reward, group.purse - pay
    return reward, pay


def _talked(
    world: _World,
    group: _Group,
    week: int,
    roles: np.ndarray,
    reward: np.ndarray,
    decided: _Decisions,
    chance: np.ndarray,
) -> _Talk:
    """Let members answer and ask."""
    at_home = group.strength == week % SUBJECTS
    wrote = group.here & (chance < _urge(world, group.role, at_home, roles, reward, decided.by_number))
    skill = SKILL[group.role] + MATCH_GAIN * at_home
    quality = np.clip(_mean(skill, wrote) - HASTE_LOSS * decided.by_number, 1, 5)
    # Answers use the low end of a draw, questions the high end: one draw serves both, nobody does both.
    wanted = (group.here & (group.role == ASKER) & (chance > 1 - ASKS)).sum(axis=1)
    return _Talk(wrote.sum(axis=1), quality, np.minimum(wanted, decided.threads), wanted)


def _parted(group: _Group, payoff: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let moods follow what the week was worth, and members leave; return how many, by role and in all."""
    rows = np.arange(len(payoff))[:, None]
    group.mood += MEMORY * (payoff[rows, group.role] - group.mood)
    going = group.here & (chance < np.maximum(LEAVE - LEAVE_SLOPE * group.mood, LEAVE_LEAST))
    group.here &= ~going
    return _by_role(group.role, going), going.sum(axis=1)


def _brought(world: _World, group: _Group, chance: np.ndarray, character: np.ndarray) -> np.ndarray:
    """Let members bring others, who take the first free places and pay; return how many."""
    bringing = (group.here & (chance < world.word_of_mouth * group.mood)).sum(axis=1)
    free = ~group.here
    new = free & (np.cumsum(free, axis=1) <= bringing[:, None])
    joined = new.sum(axis=1)
    role, strength = _character(character)
    group.role, group.strength = np.where(new, role, group.role), np.where(new, strength, group.strength)
    group.mood[new] = AT_EASE
    group.here |= new
    group.fund = group.fund + joined * world.entry_fee * world.kept
    return joined


def _urge(
    world: _World,
    role: np.ndarray,
    at_home: np.ndarray,
    roles: np.ndarray,
    reward: np.ndarray,
    by_number: np.ndarray,
) -> np.ndarray:
    """Return each member's chance to answer this week."""
    expected = np.maximum(roles @ WRITES, 1)
    tip = reward / expected
    pull = 0.5 + tip / (tip + FAIR_TIP)  # 1 at a fair tip
    pull = pull * np.where(by_number, HASTE_SPEED, 1.0)
    if "no system" in world.faults:
        pull = pull * 0.5
    urge = WRITES[role] * pull[:, None]
    # Who is known to be at home in the subject is asked by name; without profiles nobody is.
    return urge if "opaque" in world.faults else urge * np.where(at_home, 1.6, 0.7)


def _payoffs(
    world: _World, roles: np.ndarray, talk: _Talk, reward: np.ndarray, pay: np.ndarray
) -> np.ndarray:
    """Return what the week was worth to each role, about 0 to 1; columns as in `ROLES`."""
    answers, quality, threads, wanted = talk
    level = (quality - 1) / 4
    found = CROWD / (CROWD + threads) * (0.55 if "buried" in world.faults else 1.0)
    variety = 0.6 + 0.4 * threads / (threads + 2)
    reading = 2.65 * found * variety * level * answers / (answers + 20)
    if "no system" in world.faults:
        reading = 0.6 * reading  # no summary of what was said
    audience = roles.sum(axis=1) / world.places
    replies = answers / (1 + threads)
    served = threads / np.maximum(wanted, 1) * replies / (replies + 3)
    tip = reward / np.maximum(answers, 1)
    wage = pay / np.maximum(roles[:, MODERATOR], 1)
    payoff = np.stack(
        [
            1.5 * audience * level * (0.4 + 0.6 * found),
            0.3 * reading + 0.4 * tip / (tip + FAIR_TIP) + 0.45 * audience * found,
            0.5 * reading + 0.6 * served,
            reading,
            0.3 * reading + 0.8 * wage / (wage + FAIR_PAY),
        ],
        axis=1,
    )
    trust = 0.85 if "selfish owner" in world.faults else 1.0
    return np.clip(trust * payoff, 0, 1)


def _character(uniform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return role and strength of each place's next member; the later digits of the draw give the second."""
    role = np.searchsorted(np.cumsum(SHARES)[:-1], uniform, side="right")
    return role, (uniform * 1000 % 1 * SUBJECTS).astype(np.int64)


def _by_role(role: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return how many of the chosen have each role: one row for each run."""
    count, kinds = len(role), len(ROLES)
    cell = (role + kinds * np.arange(count)[:, None])[chosen]
    return np.bincount(cell, minlength=count * kinds).reshape(count, kinds)


def _mean(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    return (values * chosen).sum(axis=1) / np.maximum(chosen.sum(axis=1), 1)


def _columns(what: str, table: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{what}_{key}": table[:, place] for place, key in enumerate(_KEYS)}
