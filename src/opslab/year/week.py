"""Where Lantern stands, and what a week does to it.

`Books.live` is the week; each part of it is one method. What is one number in every run is a quantity (see
`arithmetic`); arrays have the runs as their first axis. A year is thousands of operations, so their number is
its time: what the week does not change is worked out beforehand, in `__init__` or in `effects`.
"""

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from opslab.ground.estimates import Z95
from opslab.year import firm as lantern
from opslab.year.arithmetic import Quantity, mixed, of_runs, total, weighed
from opslab.year.common_random_numbers import scores, uniforms
from opslab.year.effects import USUAL, Decided, Effects, effects
from opslab.year.firm import CURIOUS, MUTED, NEED, UNMUTED, Firm
from opslab.year.plan import BUDGET, WEEKS

EDGE = 1e-9
SEEN = 4  # weeks after which a cohort's retention is read off
ASKED = 100  # users in the survey of trust
QUARTER = 13
OLD = 1 + len(lantern.USERS)  # cohorts before the newcomers of the first week


class Books:
    """The company's stocks, and the luck that awaits it: each run's own, or (`alike`) run 1's for all."""

    def __init__(self, true: Firm, seed: int, runs: int, alike: bool = False):
        self.true, self.reckon, draws = true, of_runs(runs), 1 if alike else runs
        all_runs, of = self.reckon.all_runs, self.reckon.of
        luck = {name: np.exp(sd * scores(seed, name, draws)) for name, sd in lantern.NOISE.items()}
        self.chance = {name: of(scores(seed, name, draws)) for name in ("survey", "posts", "trial", "seen")}
        character = {
            name: np.exp(sd * scores(seed, f"character {name}", draws)[:, 0])
            for name, sd in lantern.CHARACTER.items()
        }
        shock = _shocks(seed, draws)
        # The year's character times the week's luck, by week and run.
        fate = {name: character[name] * luck[name].T for name in ("leaving", "tickets", "sales")}
        fate["tickets"] = shock["tickets"].T * fate["tickets"]
        fate["reach"] = (shock["reach"] * luck["newcomers"]).T
        self.fate = {name: of(values.T) for name, values in fate.items()}
        self.character = {name: of(values) for name, values in character.items()}

        self.users = np.repeat(true.users[None], runs, axis=0)
        self.kinds = of(self.users.sum(axis=3))  # by muted and kind
        self.there, self.start = _all_kinds(self.kinds), float(true.users.sum())
        self.away = [all_runs(users) for users in lantern.AWAY]
        self.members = np.zeros((runs, 1 + WEEKS))
        self.members[:, 0] = lantern.MEMBERS
        self.in_group = of(self.members.sum(axis=1))
        self.willing = all_runs(lantern.ENTRIES / true.joining)
        self.buyers = all_runs(lantern.BUYERS_TO_BE)
        usual = mixed(np.array([[USUAL.ads, USUAL.own, USUAL.friends]]), true.split)
        self.carried = np.tile(true.carry * usual / (1 - true.carry), (runs, 1))
        fit = np.stack([character[group] for group in lantern.GROUPS], axis=1)
        self.top = true.top * mixed(fit, (true.split > 0).astype(float))
        self.counted = np.stack([true.with_need, np.ones_like(true.with_need)])
        sure, persuaded, dogs = true.recall
        of_dogs, of_others = true.unsubscribe
        won = np.minimum(character["recall"], 2)[:, None] * persuaded
        # Of those who are away: come back unasked, come back for a message, say no for a message.
        lost = dogs * of_dogs + of_others
        self.recall = list(zip((sure + dogs).tolist(), of(won - dogs), lost.tolist(), strict=True))
        self.usual_lift = float(np.interp(USUAL.pushes, true.pushes, true.lift))
        self.budget, self.cash, self.fund = all_runs(BUDGET), all_runs(0), all_runs(lantern.FUND)
        self.at_least = float(BUDGET)  # of the budget is there in every run
        self.trust, self.warmth = all_runs(lantern.TRUST), all_runs(1)
        self.trusted = self.trust / lantern.TRUST
        self.due = all_runs(lantern.REWARD)
        self.tickets, self.points = all_runs(0), all_runs(0)
        self.adopted = np.zeros((runs, len(true.tests)))
        self.upkeep, self.helped = all_runs(0), None
        self.test = self.nothing = np.zeros(runs, dtype=int)
        self.since, self.sample = np.zeros(runs), np.zeros(runs)
        self.said_no = all_runs(0)
        self.reachable = _sum(self.kinds[UNMUTED]) + _sum(self.away[1:])
        self.attitudes = true.attitudes[[0, 2]].tolist()  # positive, negative
        self.posts = np.tile(lantern.POSTS * true.attitudes[[0, 2]], (QUARTER, runs, 1))
        self.cohorts = np.full(
            (runs, WEEKS + SEEN), float(lantern.NEWCOMERS)
        )  # who signed up, four weeks before on
        self.unknown = all_runs(np.nan)
        # What a policy may know of the week that is over.
        self.seen: dict[str, Quantity] = {
            "newcomers": all_runs(lantern.NEWCOMERS),
            "retention": all_runs(lantern.KEPT),
            "tickets": self.tickets,
            "median_wait": all_runs(0),
            "within_day": all_runs(1),
            "test": all_runs(0),
            "test_lift": all_runs(0),
            "test_error": all_runs(0),
            "test_share": all_runs(0.5),
        }
        self._plan: Decided = {}
        self._look(0)

    def live(self, week: int, plan: Decided) -> list[Quantity]:
        """Live through a week (from 0) and return what is written down of it: see `COLUMNS`."""
        if plan is not self._plan:
            self._plan, self._does = plan, effects(plan, self.true, self.character, self.reckon)
        does = self._does
        need, curious, spent = self._find(week, does)
        came = need + curious
        self.cohorts[:, week + SEEN] = came
        self.reachable = self.reachable + came
        left = self._lose(week, does)
        written, told_no = self._recall(does, left)
        self.kinds = self.reckon.of(total(self.users[..., : OLD + week + 1], 3))
        self.there = _all_kinds(self.kinds)
        joined, paid = self._group(week, need, curious)
        late = self._answer(week, does, came)
        negative = self._talk(week, does, late)
        self._trust(does, late, told_no)
        income = self._sell(week, does, need, curious)
        answers = (self.kinds[UNMUTED][NEED] + self.kinds[MUTED][NEED]) * self.true.answers.item(NEED)
        redeemed = lantern.REDEEMED * self.points
        self.points = self.points + (does.points * answers - redeemed)
        begun = self._try(week, np.atleast_1d(plan["test"]), came) if does.tests else self._rest()
        costs = spent + lantern.MESSAGE * written + redeemed + begun + self.upkeep + does.clerks + does.forum
        self.cash = self.cash + (income - costs)
        self.seen["newcomers"] = came
        self._look(week + 1)
        seen, ahead = self.seen, self._ahead() if week == WEEKS - 1 else self.unknown
        return [
            *[seen[name] for name in RECORDED], self.there, seen["dormant"],
            need / self.reckon.most(came, EDGE), self.trust, self.points, income, costs, written, told_no,
            joined, self.due, self.due - paid, negative, ahead,
        ]  # fmt: skip

    def known(self) -> Iterable[dict[str, float]]:
        """Return what is known on a Monday, run by run."""
        return self.reckon.by_run(self.seen)

    def _find(self, week: int, does: Effects) -> tuple[Quantity, Quantity, Quantity]:
        """Win newcomers: return those with the need, the curious, and the yuan spent."""
        true, column = self.true, self.reckon.column
        self.at_least -= does.most
        spent, bought = does.total, does.bought
        if self.at_least < 0:
            spent = self.reckon.least(does.total, self.budget)
            share = spent / self.reckon.most(does.total, EDGE)
            bought = mixed(does.wanted * column(share), true.split)
        self.budget = self.budget - spent
        level = bought + self.carried
        self.carried = true.carry * level
        users = self.top * level
        users /= level + true.half
        users *= np.where(true.by_word, column(self.warmth * self.trusted * does.shared), 1.0)
        users *= column(self.fate["reach"][week] * does.reached)
        need, all_kinds = self.reckon.of(total(users[:, None] * self.counted, 2))
        curious = all_kinds - need
        self.users[:, NEED, UNMUTED, OLD + week] = need
        self.users[:, CURIOUS, UNMUTED, OLD + week] = curious
        return need, curious, spent

    def _lose(self, week: int, does: Effects) -> Any:
        """Let users mute and leave: return who left, by muted and kind."""
        true, users, column = self.true, self.users[..., : OLD + week + 1], self.reckon.column
        unmuted = users[:, :, UNMUTED, :-1]
        muted = unmuted * does.muting
        unmuted -= muted
        users[:, :, MUTED, :-1] += muted
        self.said_no = self.said_no + self.reckon.of(total(muted, (1, 2)))
        factor = does.clings * column(self.fate["leaving"][week])
        factor *= column(lantern.DOUBT - self.trust)
        chance = true.leaving[week, ..., : OLD + week + 1] * factor[:, :, None, None]
        if self.helped is not None and week:  # newcomers of last week meet the end of their free trial
            chance[..., OLD + week - 1] -= self.helped
            np.maximum(chance, 0.0, out=chance)
        leaving = np.minimum(chance, 1.0, out=chance)
        leaving *= users
        users -= leaving
        return self.reckon.of(total(leaving, 3))

    def _recall(self, does: Effects, left: Any) -> tuple[Quantity, Quantity]:
        """Take in who left, bring back who comes: return how many were written to, and who had said no."""
        away, users, written, back = self.away, self.users, [], []
        away[0] = away[0] + _sum(left[MUTED])
        for kind, who in ((NEED, 1), (CURIOUS, 3)):  # recent; those of long ago stand behind them
            recent = away[who] + left[UNMUTED][kind]
            older = recent / lantern.LONG_AGO
            away[who], away[who + 1] = recent - older, away[who + 1] + older
        said_no = 0.0
        for who, (unasked, won, lost) in enumerate(self.recall):
            turn = away[who] / lantern.ROUND
            written.append(turn * does.written[who])
            gone = written[who] * lost
            back.append(turn * unasked + written[who] * won)
            away[who] = away[who] - (back[who] + gone)
            said_no = said_no + gone
        self.said_no = self.said_no + said_no
        users[:, NEED, MUTED, 0] += back[0]
        users[:, NEED, UNMUTED, 0] += back[1] + back[2]
        users[:, CURIOUS, UNMUTED, 0] += back[3] + back[4]
        return _sum(written), written[0]

    def _group(self, week: int, need: Quantity, curious: Quantity) -> tuple[Quantity, Quantity]:
        """Let members join and leave: return who joined, and the reward that was paid."""
        true, least = self.true, self.reckon.least
        self.willing = self.willing + _kinds(need, curious, true.will_join)
        joined = least(true.joining * self.willing * self.trusted, self.willing)
        self.willing = self.willing - joined
        pot = self.fund + joined * true.entry_fee * lantern.TO_FUND
        paid = least(pot, self.due)
        self.fund = pot - paid
        factor = 1 + (lantern.UNPAID - 1) * (1 - paid / self.due)
        chance = true.members_leaving[week, : week + 1] * self.reckon.column(factor)
        self.members[:, : week + 1] *= 1 - np.minimum(chance, 1.0)
        self.members[:, week + 1] = joined
        self.in_group = self.reckon.of(total(self.members, 1))
        return joined, paid

    def _answer(self, week: int, does: Effects, came: Quantity) -> Quantity:
        """Work at the desk: return the share of tickets that were not answered within a day."""
        true, reckon = self.true, self.reckon
        asking = lantern.ASKING * came / lantern.NEWCOMERS
        come = (
            (asking + (1 - lantern.ASKING) * self.there / self.start)
            * lantern.TICKETS
            * does.asked
            * does.unhelped
        )
        waiting = self.tickets + come * self.fate["tickets"][week]
        load = reckon.least(waiting / does.room, true.most_load)
        self.tickets = reckon.most(waiting - does.room, 0.0)
        place = reckon.between(reckon.whole(load * 100), 1, len(true.loads)) - 1
        late = 1 - reckon.plain(true.within_day[does.desk, place])
        wait = reckon.plain(true.median_wait[does.desk, place])
        if reckon.some(self.tickets):
            behind = self.tickets / does.room * lantern.DAYS  # days of work that lie there
            late = reckon.where(behind > 0, reckon.between(behind, 0.1, 1.0), late)
            wait = wait + behind * lantern.HOURS * lantern.MINUTES
        self.seen["tickets"], self.seen["within_day"] = self.tickets, 1 - late
        self.seen["median_wait"] = wait
        return late

    def _talk(self, week: int, does: Effects, late: Quantity) -> Quantity:
        """Hear what is said: return the share of negative posts that anybody can see."""
        reckon, (good, bad) = self.reckon, self.attitudes
        turned = lantern.UNHAPPY_LATE * late + (lantern.TRUST - self.trust) / 2
        good, bad = reckon.between(good - turned, 0.02, 0.9), reckon.between(bad + turned, 0.02, 0.9)
        count = lantern.POSTS * self.there / self.start
        luck = self.chance["posts"][week] * reckon.root(count * (good + bad)) / 2
        now = self.posts[week % QUARTER]
        now[:, 0] = reckon.most(count * good + luck, 0.0)
        now[:, 1] = reckon.most(count * bad * does.seen - luck, 0.0)
        self.warmth = self.warmth + lantern.FORUM_SPEED * (does.warmth - self.warmth)
        return bad * does.seen

    def _trust(self, does: Effects, late: Quantity, told_no: Quantity) -> None:
        """Useful content on one core builds trust; pushing, late answers and writing to a no spend it."""
        spent = does.pushed + lantern.TRUST_WAIT * late + lantern.TRUST_WRITTEN * (told_no > 0)
        built = does.built * (1 - self.trust)
        self.trust = self.reckon.between(self.trust * (1 - spent) + built - does.chased, 0.01, 1.0)
        self.trusted = self.trust / lantern.TRUST

    def _sell(self, week: int, does: Effects, need: Quantity, curious: Quantity) -> Quantity:
        """Return the week's income: first courses, repeats and top-ups of the active, dues."""
        true, (unmuted, muted) = self.true, self.kinds
        self.buyers = self.buyers + _kinds(need, curious, true.buys)
        first = true.starting * self.buyers
        self.buyers = self.buyers - first
        active = (
            (unmuted[kind] * does.lift + muted[kind] * true.muted_activity) / self.usual_lift
            for kind in (NEED, CURIOUS)
        )
        sales = first * true.price + _kinds(*active, true.spending)
        sales = sales * (1 + lantern.TRUSTED * (self.trusted - 1))
        return sales * self.fate["sales"][week] + self.in_group * true.dues

    def _try(self, week: int, wanted: np.ndarray, came: Quantity) -> Quantity:
        """Run the trial: return what it cost to begin one. What wins by its interval is adopted for good."""
        tests, of = self.true.tests, self.reckon.of
        begun = (wanted != self.test) & (wanted > 0)
        self.since = np.where(wanted == self.test, self.since + 1, 1.0)
        self.sample = np.where(wanted == self.test, self.sample, 0.0) + came
        self.test = wanted
        ends = (wanted > 0) & (self.since == lantern.TEST_WEEKS)
        if ends.any():
            base, shown, share, _ = tests[wanted].T
            spread = np.sqrt(shown * (1 - shown) / share + base * (1 - base) / (1 - share))
            error = spread / np.sqrt(np.maximum(self.sample, 1))
            lift = shown - base + error * self.chance["trial"][week]
            wins = ends & (lift > Z95 * error)
            self.adopted[np.flatnonzero(wins), wanted[wins]] = 1
            self.upkeep = of(lantern.UPKEEP * self.adopted.sum(axis=1))
            helped = weighed(self.adopted, tests[:, 3]) * lantern.COMPLETED
            self.helped = helped[:, None, None] if helped.any() else None
            found = {"test": wanted, "test_lift": lift, "test_error": Z95 * error, "test_share": share}
            for name, values in found.items():
                self.seen[name] = of(np.where(ends, values, self.seen[name]))
        return of(lantern.TEST_COST * begun)

    def _rest(self) -> float:
        """Try nothing in any run: whatever is tried next begins anew."""
        self.test = self.nothing
        return 0.0

    def _ahead(self) -> Quantity:
        """Return what those who are there will bring in the 52 weeks after the year (yuan, lesson 07).

        Their dues depend on the fund: where it cannot pay the reward, with what now joins, members leave.
        """
        true, active, of = self.true, np.array([1.0, self.true.muted_activity]), self.reckon.of
        weeks = weighed((self.users * true.ahead).sum(axis=3), active)
        comes = of(self.members[:, -1]) * true.entry_fee * lantern.TO_FUND
        paid = self.reckon.least((self.fund / lantern.AHEAD + comes) / lantern.REWARD, 1.0)
        stay = [of((self.members * ahead).sum(axis=1)) for ahead in true.members_ahead]
        return of(weighed(weeks, true.spending)) + (paid * stay[0] + (1 - paid) * stay[1]) * true.dues

    def _look(self, week: int) -> None:
        """Write down what is known on the Monday of `week` (from 0), with the error it is known with."""
        reckon, seen = self.reckon, self.seen
        good, bad = reckon.of(total(self.posts, 0))
        count = QUARTER * lantern.POSTS * reckon.most(self.there / self.start, EDGE)
        net, both = (good - bad) / count, (good + bad) / count
        now = min(week, WEEKS - 1)
        asked = reckon.root(self.trust * (1 - self.trust) / ASKED)
        if week > SEEN:  # the cohort that signed up four weeks ago
            size = reckon.most(reckon.of(self.cohorts[:, week - 1]), 1.0)
            stayed = _all_kinds(reckon.of(self.users[..., OLD + week - 1 - SEEN]))
            share = reckon.between(stayed / size, 0.0, 1.0)
            error = reckon.root(share * (1 - share) / size)
            seen["retention"] = reckon.between(share + error * self.chance["seen"][now], 0.0, 1.0)
        seen["budget"], seen["cash"], seen["fund"] = self.budget, self.cash, self.fund
        seen["active"], seen["members"] = self.there, self.in_group
        seen["dormant"] = _sum(self.away)
        seen["sentiment"] = net
        seen["sentiment_error"] = Z95 * reckon.root(reckon.most(both - net * net, EDGE) / count)
        seen["trust"] = reckon.between(self.trust + asked * self.chance["survey"][now], 0.0, 1.0)
        seen["said_no"] = self.said_no / self.reachable


RECORDED = (
    "budget", "cash", "newcomers", "members", "fund", "retention", "tickets", "median_wait", "within_day",
    "sentiment", "sentiment_error", "trust", "said_no", "test_lift", "test_error",
)  # fmt: skip
COLUMNS = (
    *RECORDED, "users", "away", "need", "true_trust", "points_owed", "income", "costs", "written", "told_no",
    "joined", "reward_due", "unpaid", "negative", "ahead",
)  # fmt: skip


def _shocks(seed: int, runs: int) -> dict[str, np.ndarray]:
    """Return factors on reach and on tickets, by run and week: one shock in one week of each run."""
    week, kind = uniforms(seed, "shock", runs)[:, :2].T
    begins = lantern.SHOCK_FROM + (week * (lantern.SHOCK_TO - lantern.SHOCK_FROM)).astype(int)
    kind = (kind * len(lantern.SHOCKS)).astype(int)
    since = np.arange(WEEKS) - begins[:, None]

    def during(name: str, weeks: int) -> np.ndarray:
        return (kind == lantern.SHOCKS.index(name))[:, None] & (since >= 0) & (since < weeks)

    reach = np.where(during("rival", lantern.RIVAL_WEEKS), lantern.RIVAL_REACH, 1.0)
    for place, factor in enumerate(lantern.BURST):
        reach = np.where(during("burst", place + 1) & (since == place), factor, reach)
    tickets = np.where(during("outage", lantern.OUTAGE_WEEKS), lantern.OUTAGE_TICKETS, 1.0)
    return {"reach": reach, "tickets": tickets}


def _all_kinds(kinds: Any) -> Quantity:
    """Return the sum over kind and muted."""
    unmuted, muted = kinds
    return unmuted[NEED] + muted[NEED] + unmuted[CURIOUS] + muted[CURIOUS]


def _kinds(need: Quantity, curious: Quantity, weights: np.ndarray) -> Quantity:
    """Return the weighted sum of those with the need and the curious."""
    return need * weights.item(NEED) + curious * weights.item(CURIOUS)


def _sum(values: Iterable[Any]) -> Any:
    """Return the sum, rounded at each step as for arrays; from Python 3.12 on `sum` of numbers is not."""
    return reduce(add, values, 0)
