"""The year as its manager lives it: a plan, a forecast and a reason for each quarter, then 13 weeks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from opslab.goals import Calibration, calibration
from opslab.ground import formatting as say
from opslab.ground.arguments import as_number
from opslab.ground.saved_input import keep, recall
from opslab.year.dashboard import Reading, known, readings
from opslab.year.firm import TEST_WEEKS
from opslab.year.plan import WEEKS, Plan, State, as_plan
from opslab.year.score import GUARDRAILS, NAIVE, PAR, score
from opslab.year.simulation import QUARTERS, History, play

# Words
DESK_TEXT = (
    "[form] A year of Lantern: for each quarter a plan, a forecast and a reason, then 13 weeks; at the end "
    "what the year was worth, who paid, and how many forecasts held."
)
YEAR_IS_OVER = "the year is over: all four quarters were run; begin it again"
NO_WHY = "say in one sentence why: what do you expect this plan to do?"
NO_INTERVAL = "forecast has no {name!r}; give its low and its high end, two numbers such as 100 and 400"
IN_YUAN = "the forecast of cash goes from {low:g} to {high:g}; give thousand yuan: 30 for 30,000 yuan"
UPSIDE_DOWN = (
    "the forecast of {name} goes from {low:g} to {high:g}; the high end has to lie above the low end"
)
QUARTER = "Quarter {number} of {all}: weeks {first} to {last}"
IS_OVER = "The year is over"
HELD = "{name}: {truth}, your forecast {interval} held."
MISSED = "{name}: {truth}, your forecast {interval} did not hold."
SPENT = (
    "At this pace the budget is gone in week {week}; from then on nothing is spent on ads, own and friends."
)
TRIED = (
    "The trial, {test}: {lift} {more} of 100 newcomers complete their profile ({interval}); {share} of "
    "its records are of those who had it. {verdict}"
)
WON, LOST, OPEN = (
    "Its interval lies above 0: all newcomers have it now.",
    "Its interval lies below 0: it does harm, and nothing changes.",
    "Its interval holds 0: nothing changes.",
)
ODD_SPLIT = (
    " But it was to be half of them: records are missing, so do not believe the lift, whatever became of it "
    "(lesson 05)."
)
TRIED_BEFORE = "{test} has had its four weeks: the same trial is not begun again."
OVER = (
    "Your year was worth {worth} thousand yuan. As last year it would have been {usual}; with par, the best "
    "plan found that never changes, {par}."
)
ALL_KEPT = "All guardrails held."
BROKE = "Guardrails broken: {payers}."
PAR_BROKE = "Par broke some in this year as well: {names}."
FORECASTS = (
    "{hits} of {asked} intervals held; at 80 % it should be about {expected}, but those of one year miss "
    "together. They were {width} wide on the average for cash, {users} for users."
)
WIDER = "Had they been {widen} times as wide, as many as promised would have held."
BEFORE = "Played before, time {number}. {said}"
SAME_LUCK = (
    "You know this luck now, so a forecast that holds proves less: year_desk({other}) is a year that you "
    "do not know."
)
PAID_BY = {
    "said_no": "{said_no} of those who could be written to said no",
    "within_day": "in the mean week {late} of the tickets waited longer than a day",
    "wrote_to_no": "{wrote_to_no} messages went to people who had said no",
    "sentiment": "those who speak of Lantern are not surely content",
    "reward": "members missed {missed} of their reward: the fund lives on the fees of those who join",
}

NO_CHANCE = 3.29  # standard errors: p = 0.001
SURE = 0.8  # how many of the intervals are to hold
MOST_CASH = 15_000  # thousand yuan: no year comes near
LONGEST = 600  # letters of a reason
WEEKS_EACH = WEEKS // QUARTERS
# What is foretold for a quarter's end: the field of `State`, and how much of it is 1.
FORETOLD = {"cash": ("cash", 1_000.0), "users": ("active", 1.0)}
NAMES = {"cash": "Cash, 1,000 yuan", "users": "Active users"}


@dataclass(frozen=True)
class Quarter:
    """What was decided for 13 weeks, what was foretold for their end, and why."""

    plan: Plan
    forecast: dict[str, tuple[float, float]]
    why: str


class Played(NamedTuple):
    """A year, what a policy was told on each of its Mondays, and what of it is shown, by weeks gone by."""

    history: History
    told: list[State]
    mondays: pd.DataFrame


class YearDesk:
    """The form; it is shown when it ends a cell. What was played on it is kept.

    Attributes
    ----------
    seed, world
        Whose luck, and in which of the parallel worlds.
    quarters
        What was decided so far, by quarter.
    draft
        What is typed for the quarter to come.
    before
        What was said at the end each time that this year was played and begun again.
    """

    def __init__(self, seed: int, world: int):
        self.seed, self.world = seed, world
        self.quarters, self.draft, self.before = _kept(self._name)

    @property
    def plans(self) -> list[Plan]:
        """One plan for each quarter that was run."""
        return [quarter.plan for quarter in self.quarters]

    @property
    def history(self) -> History:
        """The year: the quarters that were run, and last year's plan in those that were not."""
        return self._played.history

    @property
    def forecasts(self) -> pd.DataFrame:
        """The intervals and what came: columns quarter, of (cash in 1,000 yuan, users), low, high, truth."""
        mondays, rows = self._played.mondays, []
        for number, quarter in enumerate(self.quarters, start=1):
            end = mondays.loc[number * WEEKS_EACH]
            for name, (low, high) in quarter.forecast.items():
                field, scale = FORETOLD[name]
                rows.append((number, name, low, high, end[field] / scale))
        return pd.DataFrame(rows, columns=["quarter", "of", "low", "high", "truth"])

    @property
    def calibration(self) -> Calibration | None:
        """How many of the intervals held; None while no quarter was run."""
        return calibration(self.forecasts, level=SURE) if self.quarters else None

    @property
    def dashboard(self) -> list[Reading]:
        """What Lantern knows on the Monday after the last quarter that was run."""
        return readings(self._played.mondays, len(self.quarters) * WEEKS_EACH)

    def run(
        self, plan: Plan | Mapping[str, Any], forecast: Mapping[str, tuple[float, float]], why: str
    ) -> list[str]:
        """Run the next 13 weeks, as the button does; return what is said of the forecast.

        Parameters
        ----------
        plan
            A `Plan`, or its fields.
        forecast
            Intervals that you are 80 % sure of, for the quarter's end: `cash` (thousand yuan) and `users`
            (active ones), each a low and a high end.
        why
            One sentence.

        Raises
        ------
        ValueError
            A plan outside its limits, an interval upside down, no reason, or no quarter left.

        Examples
        --------
        >>> year = YearDesk(7, world=0)
        >>> said = year.run({}, {"cash": (-100, 200), "users": (4_000, 6_000)}, "As last year.")
        >>> said[1]
        'Active users: 5,361, your forecast 4,000 to 6,000 held.'
        """
        if len(self.quarters) == QUARTERS:
            raise ValueError(YEAR_IS_OVER)
        plan = as_plan(plan, "plan")
        intervals = {name: _interval(forecast, name) for name in FORETOLD}
        if not isinstance(why, str) or not why.strip():
            raise ValueError(NO_WHY)
        self.quarters = [*self.quarters, Quarter(plan, intervals, why.strip()[:LONGEST])]
        self.draft = {}
        self._keep()
        if "widget" in self.__dict__:  # called from a cell: the form that is shown goes on as well
            self.widget.answer = self._answer()
        return self.told

    def note(self, draft: Mapping[str, Any]) -> None:
        """Keep what is typed for the quarter to come.

        Examples
        --------
        >>> year = YearDesk(7, world=0)
        >>> year.note({"why": "More for search."})
        >>> year.draft
        {'why': 'More for search.'}
        """
        self.draft = dict(draft)
        self._keep()

    def again(self) -> None:
        """Begin the year again, with the same luck. What came of it, and of the forecasts, stays.

        Examples
        --------
        >>> year = YearDesk(7, world=0)
        >>> year.again()
        >>> len(year.quarters)
        0
        """
        if self.quarters:
            over = len(self.quarters) == QUARTERS
            self.before = [*self.before, " ".join(self._end() if over else self._held())]
        self.quarters, self.draft = [], {}
        self._keep()

    @property
    def told(self) -> list[str]:
        """What came of the last quarter's forecast and of the whole year; before both, of earlier times."""
        if not self.quarters:
            return self._remembered()
        last = self.forecasts[lambda table: table.quarter == len(self.quarters)]
        found = [
            (HELD if row.low <= row.truth <= row.high else MISSED).format(
                name=NAMES[row.of],
                truth=say.number(round(row.truth)),
                interval=say.between(row.low, row.high),
            )
            for row in last.itertuples()
        ]
        return found + self._monday() + (self._end() if len(self.quarters) == QUARTERS else [])

    def _monday(self) -> list[str]:
        """Say what else a manager has to know: what the last trial found, and how long the money lasts."""
        week, found, played = len(self.quarters) * WEEKS_EACH, [], self._played
        now, plan = played.told[min(week, WEEKS - 1)], self.plans[-1]
        before = played.told[week - WEEKS_EACH]
        if (now.test, now.test_lift) != (before.test, before.test_lift):
            lift, reach = 100 * now.test_lift, 100 * now.test_error
            found.append(
                TRIED.format(
                    test=now.test.replace("_", " "), lift=say.number(abs(lift)),
                    more="more" if lift > 0 else "fewer",
                    interval=say.between(round(lift - reach, 1), round(lift + reach, 1)),
                    share=say.share(now.test_share),
                    verdict=(WON if lift > reach else LOST if lift < -reach else OPEN)
                    + (ODD_SPLIT if self._odd(week) else ""),
                )
            )  # fmt: skip
        elif plan.test == now.test != "none":
            found.append(TRIED_BEFORE.format(test=plan.test.replace("_", " ").capitalize()))
        pace, left = plan.ads + plan.own + plan.friends, played.mondays.budget[week]
        if left < pace * (WEEKS - week):
            found.append(SPENT.format(week=week + 1 + int(left // pace)))
        return found

    def _remembered(self) -> list[str]:
        """Say what came of this year when it was played before."""
        said = [BEFORE.format(number=place, said=said) for place, said in enumerate(self.before, start=1)]
        return [*said, SAME_LUCK.format(other=self.seed + 1)] if said else []

    def _end(self) -> list[str]:
        year = score(self.history).iloc[0]
        usual, par = (score(play(plan, self.seed, world=self.world)).iloc[0] for plan in (NAIVE, PAR))
        words = {
            "said_no": say.share(year.said_no), "late": say.share(1 - year.within_day),
            "wrote_to_no": say.number(year.wrote_to_no), "missed": say.share(1 - year.reward),
        }  # fmt: skip
        payers = "; ".join(f"{GUARDRAILS[name]} ({PAID_BY[name].format(**words)})" for name in year.broken)
        of_par = ", ".join(GUARDRAILS[name] for name in par.broken)
        return [
            OVER.format(
                worth=say.number(year.worth / 1_000), usual=say.number(usual.worth / 1_000),
                par=say.number(par.worth / 1_000),
            ),
            BROKE.format(payers=payers) if year.broken else ALL_KEPT,
            *([PAR_BROKE.format(names=of_par)] if of_par else []),
            *self._held(),
        ]  # fmt: skip

    def _held(self) -> list[str]:
        """Say how many forecasts held, and how wide they were."""
        held, widths = calibration(self.forecasts, level=SURE), self.forecasts.groupby("of")
        width = {of: (part.high - part.low).mean() for of, part in widths}
        return [
            FORECASTS.format(
                hits=held.hits, asked=held.asked, expected=say.number(SURE * held.asked),
                width=say.number(width["cash"], "thousand yuan"), users=say.number(width["users"]),
            ),
            *([WIDER.format(widen=widen)] if (widen := say.number(held.widen, digits=2)) != "1" else []),
        ]  # fmt: skip

    def _odd(self, week: int) -> bool:
        """Tell if the trial's split is no chance any more, by its newcomers and p = 0.001 as in lesson 05."""
        now, first = self._played.told[min(week, WEEKS - 1)], week - WEEKS_EACH
        came = self.history.table.loc[1].newcomers[first : first + TEST_WEEKS].sum()
        return bool(abs(now.test_share - 0.5) > NO_CHANCE * 0.5 / came**0.5)

    @property
    def _played(self) -> Played:
        """The year, and what is known on each of its Mondays."""
        plans = [*self.plans, *[Plan()] * (QUARTERS - len(self.quarters))]
        told: list[State] = []

        def policy(state: State) -> Plan:
            told.append(state)
            return plans[(state.week - 1) // WEEKS_EACH]

        history = play(policy, self.seed, world=self.world)
        return Played(history, told, known(told[0], history))

    @cached_property
    def widget(self) -> Any:
        """The form as a widget."""
        from opslab.year.desk_widget import YearForm  # heavy, and only a form needs it

        return YearForm(self._take, self.note, draft=self.draft, answer=self._answer())

    def _take(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Run a quarter or begin the year again, as the form asks; what cannot be done is said instead."""
        try:
            if asked.get("again"):
                self.again()
            else:
                self.run(asked["plan"], asked["forecast"], asked["why"])
        except (ValueError, TypeError) as error:
            return self._answer(str(error), asked.get("number", ""))
        return self._answer(number=asked.get("number", ""))

    def _answer(self, fault: str = "", number: str = "") -> dict[str, Any]:
        """Return what the form shows: a new answer to each number, even where it says the same again."""
        done = len(self.quarters)
        first = done * WEEKS_EACH + 1
        title = QUARTER.format(number=done + 1, all=QUARTERS, first=first, last=first + WEEKS_EACH - 1)
        return {
            "title": IS_OVER if done == QUARTERS else title,
            "over": done == QUARTERS,
            "done": done,
            "plan": asdict(self.plans[-1] if done else Plan()),
            "readings": [reading._asdict() for reading in self.dashboard],
            "told": self.told,
            "reasons": [quarter.why for quarter in self.quarters],
            "fault": fault,
            "of": number,
        }

    @property
    def _name(self) -> str:
        return f"year: {self.seed} {self.world}"

    def _keep(self) -> None:
        quarters = [asdict(quarter) for quarter in self.quarters]
        keep(self._name, {"quarters": quarters, "draft": self.draft, "before": self.before})

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Return the form for a running kernel, and one sentence for everything else."""
        data, metadata = self.widget._repr_mimebundle_()
        return {**data, "text/plain": DESK_TEXT}, metadata


def year_desk(seed: int = 0, *, world: int = 0) -> YearDesk:
    """Open the form on which a year is run quarter by quarter; what was played on it before is there again.

    A quarter run here is the same, bit by bit, as in `play` with the same plans and seed.

    Parameters
    ----------
    seed
        Which luck.
    world
        Which of the parallel worlds' truth.

    Raises
    ------
    ValueError
        A seed or a world that is no whole number from 0.

    Examples
    --------
    >>> year_desk(7).history.seed
    7
    """
    seed = as_number(seed, "seed", least=0, whole=True)
    return YearDesk(int(seed), int(as_number(world, "world", least=0, whole=True)))


def _interval(forecast: Mapping[str, tuple[float, float]], name: str) -> tuple[float, float]:
    pair = forecast.get(name) if isinstance(forecast, Mapping) else None
    if not isinstance(pair, list | tuple) or len(pair) != 2 or None in pair:
        raise ValueError(NO_INTERVAL.format(name=name))
    low, high = (as_number(end, f"the forecast of {name}") for end in pair)
    if low >= high:
        raise ValueError(UPSIDE_DOWN.format(name=name, low=low, high=high))
    if name == "cash" and max(abs(low), abs(high)) > MOST_CASH:
        raise ValueError(IN_YUAN.format(low=low, high=high))
    return float(low), float(high)


def _kept(name: str) -> tuple[list[Quarter], dict[str, Any], list[str]]:
    """Return what was played, typed and said under a name: nothing where nothing can be read."""
    kept = recall(name)
    try:
        quarters = [
            Quarter(Plan(**one["plan"]), {of: _interval(one["forecast"], of) for of in FORETOLD}, one["why"])
            for one in kept["quarters"][:QUARTERS]
        ]
        return quarters, dict(kept["draft"]), [str(said) for said in kept.get("before", [])]
    except (TypeError, KeyError, ValueError):
        return [], {}, []
