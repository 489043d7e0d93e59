"""Where Lantern stands, and what a week does to it.

All arrays have one cell for each run. `Books.live` is the week; each part of it is one method. A single year
is a thousand operations on arrays of one cell, so that their number is its time: what the week does not
change is worked out beforehand, in `__init__` or in `effects`.
"""

import numpy as np

from opslab.ground.estimates import Z95
from opslab.world.draw import Values
from opslab.year import firm as lantern
from opslab.year.effects import USUAL, Decided, Effects, effects
from opslab.year.firm import CURIOUS, MUTED, NEED, UNMUTED, Firm
from opslab.year.luck import scores, uniforms
from opslab.year.plan import BUDGET, WEEKS

EDGE = 1e-9
SEEN = 4  # weeks after which a cohort's retention is read off
ASKED = 100  # users in the survey of trust
QUARTER = 13
OLD = 1 + len(lantern.USERS)  # cohorts before the newcomers of the first week


class Books:
    """The company's stocks, and the luck that awaits it: each run's own, or (`alike`) run 1's for all."""

    def __init__(self, true: Firm, seed: int, runs: int, alike: bool = False):
        self.true, draws = true, 1 if alike else runs
        luck = {name: np.exp(sd * scores(seed, name, draws)) for name, sd in lantern.NOISE.items()}
        self.chance = {name: scores(seed, name, draws).T for name in ("survey", "posts", "trial", "seen")}
        self.character = {
            name: np.exp(sd * scores(seed, f"character {name}", draws)[:, 0])
            for name, sd in lantern.CHARACTER.items()
        }
        shock = _shocks(seed, draws)
        # The year's character times the week's luck, by week and run.
        fate = {name: self.character[name] * luck[name].T for name in ("leaving", "tickets", "sales")}
        self.fate = fate | {
            "tickets": shock["tickets"].T * fate["tickets"],
            "reach": (shock["reach"] * luck["newcomers"]).T,
        }

        def all_runs(value: float) -> Values:
            return np.full(runs, float(value))

        self.users = np.repeat(true.users[None], runs, axis=0)
        self.kinds = self.users.sum(axis=3)  # by kind and muted
        self.there, self.start = self.kinds.sum(axis=(1, 2)), float(true.users.sum())
        self.away = np.tile(np.array(lantern.AWAY, dtype=float), (runs, 1))
        self.members = np.zeros((runs, 1 + WEEKS))
        self.members[:, 0] = lantern.MEMBERS
        self.in_group = self.members.sum(axis=1)
        self.willing = all_runs(lantern.ENTRIES / true.joining)
        self.buyers = all_runs(lantern.BUYERS_TO_BE)
        usual = _mixed(np.array([[USUAL.ads, USUAL.own, USUAL.friends]]), true.split)
        self.carried = np.tile(true.carry * usual / (1 - true.carry), (runs, 1))
        fit = np.stack([self.character[group] for group in lantern.GROUPS], axis=1)
        self.top = true.top * _mixed(fit, (true.split > 0).astype(float))
        sure, persuaded, dogs = true.recall
        of_dogs, of_others = true.unsubscribe
        won = np.minimum(self.character["recall"], 2)[:, None] * persuaded
        # Of those who are away: come back unasked, come back for a message, say no for a message.
        self.recall = (sure + dogs, won - dogs, dogs * of_dogs + of_others)
        self.usual_lift = np.interp(USUAL.pushes, true.pushes, true.lift)
        self.budget, self.cash, self.fund = all_runs(BUDGET), all_runs(0), all_runs(lantern.FUND)
        self.trust, self.warmth = all_runs(lantern.TRUST), all_runs(1)
        self.trusted = self.trust / lantern.TRUST
        self.tickets, self.points = all_runs(0), all_runs(0)
        self.adopted = np.zeros((runs, len(true.tests)))
        self.test, self.since, self.sample = np.zeros(runs, dtype=int), all_runs(0), all_runs(0)
        self.said_no = all_runs(0)
        self.reachable = self.kinds[:, :, UNMUTED].sum(axis=1) + self.away[:, 1:].sum(axis=1)
        self.posts = np.tile(lantern.POSTS * true.attitudes[[0, 2]], (QUARTER, runs, 1))
        self.cohorts = np.full(
            (runs, WEEKS + SEEN), float(lantern.NEWCOMERS)
        )  # who signed up, four weeks before on
        # What a policy may know of the week that is over.
        self.seen: dict[str, Values] = {
            "newcomers": all_runs(lantern.NEWCOMERS),
            "retention": all_runs(lantern.KEPT),
            "tickets": all_runs(0),
            "median_wait": all_runs(0),
            "within_day": all_runs(1),
            "test": np.zeros(runs, dtype=int),
            "test_lift": all_runs(0),
            "test_error": all_runs(0),
            "test_share": all_runs(0.5),
        }
        self._unknown = np.full(runs, np.nan)
        self._plan: Decided = {}
        self._look(0)

    def live(self, week: int, plan: Decided) -> dict[str, Values]:
        """Live through a week (from 0) and return what is written down of it."""
        if plan is not self._plan:
            self._plan, self._does = plan, effects(plan, self.true, self.character)
        does = self._does
        newcomers, need, spent = self._find(week, does)
        came = newcomers.sum(axis=1)
        with_need = need / np.maximum(came, EDGE)
        self.cohorts[:, week + SEEN] = came
        self.reachable += came
        left = self._lose(week, does)
        written, told_no = self._recall(does, left)
        self.kinds = self.users[..., : OLD + week + 1].sum(axis=3)
        self.there = self.kinds.sum(axis=(1, 2))
        joined, due, paid = self._group(week, newcomers)
        late = self._answer(week, does, came)
        negative = self._talk(week, does, late)
        self._trust(does, late, told_no)
        income = self._sell(week, does, newcomers)
        answers = self.kinds[:, NEED].sum(axis=1) * self.true.answers[NEED]
        redeemed = lantern.REDEEMED * self.points
        self.points = self.points + (does.points * answers - redeemed)
        begun = self._try(week, plan["test"], came) if does.tests else self._rest(plan["test"])
        costs = (
            spent + lantern.MESSAGE * written + redeemed + begun + lantern.UPKEEP * self.adopted.sum(axis=1)
            + does.clerks + does.forum
        )  # fmt: skip
        self.cash = self.cash + (income - costs)
        self.seen["newcomers"] = came
        self._look(week + 1)
        return {
            **{name: self.seen[name] for name in RECORDED},
            "users": self.there,
            "away": self.seen["dormant"],
            "need": with_need,
            "true_trust": self.trust,
            "points_owed": self.points,
            "income": income,
            "costs": costs,
            "written": written,
            "told_no": told_no,
            "joined": joined,
            "reward_due": due,
            "unpaid": due - paid,
            "negative": negative,
            "ahead": self._ahead() if week == WEEKS - 1 else self._unknown,
        }

    def _find(self, week: int, does: Effects) -> tuple[Values, Values, Values]:
        """Win newcomers: return them by kind, those with the need, and the yuan spent."""
        true = self.true
        spent = np.minimum(does.total, self.budget)
        self.budget = self.budget - spent
        share = spent / np.maximum(does.total, EDGE)
        level = _mixed(does.wanted * share[:, None], true.split) + self.carried
        self.carried = true.carry * level
        word = self.warmth * self.trusted * does.shared
        users = self.top * level / (level + true.half) * np.where(true.by_word, word[:, None], 1.0)
        users *= (self.fate["reach"][week] * does.reached)[:, None]
        need = _weighed(users, true.with_need)
        newcomers = np.empty((len(need), 2))
        newcomers[:, NEED], newcomers[:, CURIOUS] = need, users.sum(axis=1) - need
        self.users[:, :, UNMUTED, OLD + week] = newcomers
        return newcomers, need, spent

    def _lose(self, week: int, does: Effects) -> Values:
        """Let users mute and leave: return who left, by kind and muted."""
        true, users = self.true, self.users[..., : OLD + week + 1]
        unmuted = users[:, :, UNMUTED, :-1]
        muted = unmuted * does.muting[:, None, None]
        unmuted -= muted
        users[:, :, MUTED, :-1] += muted
        self.said_no += muted.sum(axis=(1, 2))
        factor = does.clings * self.fate["leaving"][week][:, None]
        factor *= (1 + lantern.TRUST - self.trust)[:, None]
        chance = true.leaving[week, ..., : OLD + week + 1] * factor[:, :, None, None]
        if week:  # newcomers of last week meet the end of their free trial
            helped = _weighed(self.adopted, true.tests[:, 3]) * lantern.COMPLETED
            chance[..., OLD + week - 1] -= helped[:, None, None]
        leaving = users * _between(chance, 0, 1)
        users -= leaving
        return leaving.sum(axis=3)

    def _recall(self, does: Effects, left: Values) -> tuple[Values, Values]:
        """Take in who left, bring back who comes: return how many were written to, and who had said no."""
        away, users = self.away, self.users
        away[:, 0] += left[:, :, MUTED].sum(axis=1)
        recent = away[:, 1:4:2]
        recent += left[:, :, UNMUTED]
        older = recent / lantern.LONG_AGO
        recent -= older
        away[:, 2:5:2] += older
        unasked, won, lost = self.recall
        turn = away / lantern.ROUND
        written = turn * does.written
        back = turn * unasked + written * won
        gone = written * lost
        away -= back + gone
        self.said_no += gone.sum(axis=1)
        users[:, NEED, MUTED, 0] += back[:, 0]
        users[:, :, UNMUTED, 0] += back[:, 1:4:2] + back[:, 2:5:2]
        return written.sum(axis=1), written[:, 0]

    def _group(self, week: int, newcomers: Values) -> tuple[Values, Values, Values]:
        """Let members join and leave: return who joined, and the reward that was due and paid."""
        true = self.true
        self.willing += _weighed(newcomers, true.will_join)
        joined = np.minimum(true.joining * self.willing * self.trusted, self.willing)
        self.willing -= joined
        pot = self.fund + joined * true.entry_fee * lantern.TO_FUND
        due = np.full_like(pot, lantern.REWARD)
        paid = np.minimum(pot, due)
        self.fund = pot - paid
        factor = 1 + (lantern.UNPAID - 1) * (1 - paid / due)
        chance = np.minimum(true.members_leaving[week, : week + 1] * factor[:, None], 1)
        self.members[:, : week + 1] *= 1 - chance
        self.members[:, week + 1] = joined
        self.in_group = self.members.sum(axis=1)
        return joined, due, paid

    def _answer(self, week: int, does: Effects, came: Values) -> Values:
        """Work at the desk: return the share of tickets that were not answered within a day."""
        true = self.true
        asking = lantern.ASKING * came / lantern.NEWCOMERS
        come = (
            (asking + (1 - lantern.ASKING) * self.there / self.start)
            * lantern.TICKETS
            * does.asked
            * does.unhelped
        )
        waiting = self.tickets + come * self.fate["tickets"][week]
        load = np.minimum(waiting / does.room, true.loads[-1])
        self.tickets = np.maximum(waiting - does.room, 0.0)
        place = _between((load * 100).astype(int), 1, len(true.loads)) - 1
        behind = self.tickets / does.room * lantern.DAYS  # days of work that lie there
        late, wait = 1 - true.within_day[does.desk, place], true.median_wait[does.desk, place]
        if behind.any():
            late = np.where(behind > 0, _between(behind, 0.1, 1), late)
            wait = wait + behind * lantern.HOURS * lantern.MINUTES
        self.seen["tickets"], self.seen["within_day"] = self.tickets, 1 - late
        self.seen["median_wait"] = wait
        return late

    def _talk(self, week: int, does: Effects, late: Values) -> Values:
        """Hear what is said: return the share of negative posts that anybody can see."""
        good, _, bad = self.true.attitudes
        turned = lantern.UNHAPPY_LATE * late + (lantern.TRUST - self.trust) / 2
        good, bad = _between(good - turned, 0.02, 0.9), _between(bad + turned, 0.02, 0.9)
        count = lantern.POSTS * self.there / self.start
        luck = self.chance["posts"][week] * np.sqrt(count * (good + bad)) / 2
        now = self.posts[week % QUARTER]
        now[:, 0] = np.maximum(count * good + luck, 0)
        now[:, 1] = np.maximum(count * bad * does.seen - luck, 0)
        self.warmth = self.warmth + lantern.FORUM_SPEED * (does.warmth - self.warmth)
        return bad * does.seen

    def _trust(self, does: Effects, late: Values, told_no: Values) -> None:
        """Useful content on one core builds trust; pushing, late answers and writing to a no spend it."""
        spent = does.pushed + lantern.TRUST_WAIT * late + lantern.TRUST_WRITTEN * (told_no > 0)
        built = does.built * (1 - self.trust)
        self.trust = _between(self.trust * (1 - spent) + built - does.chased, 0.01, 1)
        self.trusted = self.trust / lantern.TRUST

    def _sell(self, week: int, does: Effects, newcomers: Values) -> Values:
        """Return the week's income: first courses, repeats and top-ups of the active, dues."""
        true, kinds = self.true, self.kinds
        self.buyers += _weighed(newcomers, true.buys)
        first = true.starting * self.buyers
        self.buyers -= first
        active = kinds[:, :, UNMUTED] * does.lift[:, None] + kinds[:, :, MUTED] * true.muted_activity
        sales = first * true.price + _weighed(active / self.usual_lift, true.spending)
        sales *= 1 + lantern.TRUSTED * (self.trusted - 1)
        return sales * self.fate["sales"][week] + self.in_group * true.dues

    def _try(self, week: int, wanted: Values, came: Values) -> Values:
        """Run the trial: return what it cost to begin one. What wins by its interval is adopted for good."""
        tests = self.true.tests
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
            found = {"test": wanted, "test_lift": lift, "test_error": Z95 * error, "test_share": share}
            for name, values in found.items():
                self.seen[name] = np.where(ends, values, self.seen[name])
        return lantern.TEST_COST * begun

    def _rest(self, wanted: Values) -> float:
        """Try nothing in any run: whatever is tried next begins anew."""
        self.test = wanted
        return 0.0

    def _ahead(self) -> Values:
        """Return what those who are there will bring in the 52 weeks after the year (yuan, lesson 07).

        Their dues depend on the fund: where it cannot pay the reward, with what now joins, members leave.
        """
        true, active = self.true, np.array([1.0, self.true.muted_activity])
        weeks = _weighed((self.users * true.ahead).sum(axis=3), active)
        comes = self.members[:, -1] * true.entry_fee * lantern.TO_FUND
        paid = np.minimum((self.fund / lantern.AHEAD + comes) / lantern.REWARD, 1)
        stay = [(self.members * ahead).sum(axis=1) for ahead in true.members_ahead]
        return _weighed(weeks, true.spending) + (paid * stay[0] + (1 - paid) * stay[1]) * true.dues

    def _look(self, week: int) -> None:
        """Write down what is known on the Monday of `week` (from 0), with the error it is known with."""
        posts = self.posts.sum(axis=0)
        good, bad = posts[:, 0], posts[:, 1]
        count = QUARTER * lantern.POSTS * np.maximum(self.there / self.start, EDGE)
        net, both = (good - bad) / count, (good + bad) / count
        now = min(week, WEEKS - 1)
        asked = np.sqrt(self.trust * (1 - self.trust) / ASKED)
        if week > SEEN:  # the cohort that signed up four weeks ago
            size = np.maximum(self.cohorts[:, week - 1], 1)
            share = _between(self.users[..., OLD + week - 1 - SEEN].sum(axis=(1, 2)) / size, 0, 1)
            error = np.sqrt(share * (1 - share) / size)
            self.seen["retention"] = _between(share + error * self.chance["seen"][now], 0, 1)
        self.seen |= {
            "budget": self.budget,
            "cash": self.cash,
            "active": self.there,
            "dormant": self.away.sum(axis=1),
            "members": self.in_group,
            "fund": self.fund,
            "sentiment": net,
            "sentiment_error": Z95 * np.sqrt(np.maximum(both - net**2, EDGE) / count),
            "trust": _between(self.trust + asked * self.chance["survey"][now], 0, 1),
            "said_no": self.said_no / self.reachable,
        }


RECORDED = (
    "budget", "cash", "newcomers", "members", "fund", "retention", "tickets", "median_wait", "within_day",
    "sentiment", "sentiment_error", "trust", "said_no", "test_lift", "test_error",
)  # fmt: skip


def _shocks(seed: int, runs: int) -> dict[str, Values]:
    """Return factors on reach and on tickets, by run and week: one shock in one week of each run."""
    week, kind = uniforms(seed, "shock", runs)[:, :2].T
    begins = lantern.SHOCK_FROM + (week * (lantern.SHOCK_TO - lantern.SHOCK_FROM)).astype(int)
    kind = (kind * len(lantern.SHOCKS)).astype(int)
    since = np.arange(WEEKS) - begins[:, None]

    def during(name: str, weeks: int) -> Values:
        return (kind == lantern.SHOCKS.index(name))[:, None] & (since >= 0) & (since < weeks)

    reach = np.where(during("rival", lantern.RIVAL_WEEKS), lantern.RIVAL_REACH, 1.0)
    for place, factor in enumerate(lantern.BURST):
        reach = np.where(during("burst", place + 1) & (since == place), factor, reach)
    tickets = np.where(during("outage", lantern.OUTAGE_WEEKS), lantern.OUTAGE_TICKETS, 1.0)
    return {"reach": reach, "tickets": tickets}


def _weighed(values: Values, weights: Values) -> Values:
    """Return the weighted sum over the last axis. A matrix product rounds each run by how many there are."""
    return (values * weights).sum(axis=-1)


def _mixed(values: Values, weights: Values) -> Values:
    """Return for each run the weighted sums, one for each column of `weights`; see `_weighed`."""
    return (values[:, :, None] * weights).sum(axis=1)


def _between(values: Values, least: float, most: float) -> Values:
    """Return what `np.clip` does, in a third of its time on short arrays."""
    return np.minimum(np.maximum(values, least), most)
