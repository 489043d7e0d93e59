"""Where Lantern stands, and what a week does to it.

All arrays have one cell for each run. `Books.live` is the week; each part of it is one method.
"""

from collections.abc import Mapping

import numpy as np

from opslab.ground.estimates import Z95
from opslab.world.draw import Values
from opslab.year import firm as lantern
from opslab.year.firm import CURIOUS, MUTED, NEED, UNMUTED, Firm
from opslab.year.luck import scores, uniforms
from opslab.year.plan import BUDGET, WEEKS, Plan

Decided = Mapping[str, Values]  # each lever of the plan, words as codes

EDGE = 1e-9
USUAL = Plan()  # last year's
SEEN = 4  # weeks after which a cohort's retention is read off
ASKED = 100  # users in the survey of trust
QUARTER = 13
OLD = 1 + len(lantern.USERS)  # cohorts before the newcomers of the first week
# Which of the groups of those who are away are written to: see `RECALL` and the recall trial's groups.
WRITTEN = np.array([[0, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 1, 1], [1, 1, 1, 1, 1]], dtype=float)


class Books:
    """The company's stocks, and the luck that awaits it: each run's own, or (`alike`) run 1's for all."""

    def __init__(self, true: Firm, seed: int, runs: int, alike: bool = False):
        self.true, draws = true, 1 if alike else runs
        self.luck = {name: np.exp(sd * scores(seed, name, draws)) for name, sd in lantern.NOISE.items()}
        self.chance = {name: scores(seed, name, draws) for name in ("survey", "posts", "trial", "seen")}
        self.character = {
            name: np.exp(sd * scores(seed, f"character {name}", draws)[:, 0])
            for name, sd in lantern.CHARACTER.items()
        }
        self.shock = _shocks(seed, draws)

        def all_runs(value: float) -> Values:
            return np.full(runs, float(value))

        self.users = np.repeat(true.users[None], runs, axis=0)
        self.kinds = self.users.sum(axis=3)  # by kind and muted
        self.there, self.start = self.kinds.sum(axis=(1, 2)), float(true.users.sum())
        self.away = np.tile(np.array(lantern.AWAY, dtype=float), (runs, 1))
        self.members = np.zeros((runs, 1 + WEEKS))
        self.members[:, 0] = lantern.MEMBERS
        self.willing = all_runs(lantern.ENTRIES / true.joining)
        self.buyers = all_runs(lantern.BUYERS_TO_BE)
        usual = _mixed(np.array([[USUAL.ads, USUAL.own, USUAL.friends]]), true.split)
        self.carried = np.tile(true.carry * usual / (1 - true.carry), (runs, 1))
        fit = np.stack([self.character[group] for group in lantern.GROUPS], axis=1)
        self.top = true.top * _mixed(fit, (true.split > 0).astype(float))
        self.budget, self.cash, self.fund = all_runs(BUDGET), all_runs(0), all_runs(lantern.FUND)
        self.trust, self.warmth = all_runs(lantern.TRUST), all_runs(1)
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
        self._look(0)

    def live(self, week: int, plan: Decided) -> dict[str, Values]:
        """Live through a week (from 0) and return what is written down of it."""
        newcomers, with_need, spent = self._find(week, plan)
        left = self._lose(week, plan)
        written, told_no = self._recall(plan, left)
        self.kinds = self.users[..., : OLD + week + 1].sum(axis=3)
        self.there = self.kinds.sum(axis=(1, 2))
        joined, due, paid = self._group(week, plan, newcomers)
        late = self._answer(week, plan, newcomers)
        negative = self._talk(week, plan, late)
        self._trust(plan, late, told_no)
        income = self._sell(week, plan, newcomers)
        answers = self.kinds[:, NEED].sum(axis=1) * self.true.answers[NEED]
        redeemed = lantern.REDEEMED * self.points
        self.points += plan["points"] * answers - redeemed
        begun = self._try(week, plan, newcomers)
        costs = (
            spent + lantern.MESSAGE * written + redeemed + begun + lantern.UPKEEP * self.adopted.sum(axis=1)
            + plan["clerks"] * lantern.HOUR * lantern.HOURS * lantern.DAYS
            + plan["forum"] * lantern.FORUM_COST
        )  # fmt: skip
        self.cash += income - costs
        self.seen["newcomers"] = newcomers.sum(axis=1)
        self._look(week + 1)
        return {
            **{name: self.seen[name] for name in RECORDED},
            "users": self.seen["active"],
            "away": self.seen["dormant"],
            "need": with_need,
            "true_trust": self.trust.copy(),
            "points_owed": self.points.copy(),
            "income": income,
            "costs": costs,
            "written": written,
            "told_no": told_no,
            "joined": joined,
            "reward_due": due,
            "unpaid": due - paid,
            "negative": negative,
            "ahead": self._ahead() if week == WEEKS - 1 else np.full_like(income, np.nan),
        }

    def _find(self, week: int, plan: Decided) -> tuple[Values, Values, Values]:
        """Win newcomers: return them by kind, the share with the need, and the yuan spent."""
        true = self.true
        wanted = np.stack([plan["ads"], plan["own"], plan["friends"]], axis=1)
        total = wanted.sum(axis=1)
        spent = np.minimum(total, self.budget)
        self.budget -= spent
        level = _mixed(wanted * (spent / np.maximum(total, EDGE))[:, None], true.split) + self.carried
        self.carried = true.carry * level
        word = self.warmth * (self.trust / lantern.TRUST) * self._shared(plan)
        reach = self.shock["reach"][:, week] * self.luck["newcomers"][:, week] * _reached(plan)
        users = self.top * level / (level + true.half) * np.where(true.by_word, word[:, None], 1.0)
        users *= reach[:, None]
        need = _weighed(users, true.with_need)
        newcomers = np.stack([need, users.sum(axis=1) - need], axis=1)
        self.users[:, :, UNMUTED, OLD + week] = newcomers
        self.cohorts[:, week + SEEN] = newcomers.sum(axis=1)
        self.reachable += newcomers.sum(axis=1)
        return newcomers, need / np.maximum(newcomers.sum(axis=1), EDGE), spent

    def _shared(self, plan: Decided) -> Values:
        """What is on the core is passed on more often: a factor on word of mouth, 1 at last year's focus."""
        gain = self.true.core_lift - 1
        return (1 + gain * plan["focus"]) / (1 + gain * USUAL.focus)

    def _lose(self, week: int, plan: Decided) -> Values:
        """Let users mute and leave: return who left, by kind and muted."""
        true, there = self.true, slice(0, OLD + week + 1)
        muting = np.interp(plan["pushes"], true.pushes, true.muting)
        muting *= self.character["muting"]
        muted = self.users[:, :, UNMUTED, : OLD + week] * muting[:, None, None]
        self.users[:, :, UNMUTED, : OLD + week] -= muted
        self.users[:, :, MUTED, : OLD + week] += muted
        self.said_no += muted.sum(axis=(1, 2))
        clings = 1 - lantern.CLUNG * self._pulled(plan)
        factor = np.stack([clings, np.ones_like(clings)], axis=1) * self._fate("leaving", week)[:, None]
        factor *= (1 + lantern.TRUST - self.trust)[:, None]
        chance = true.leaving[week][None, :, :, there] * factor[:, :, None, None]
        if week:  # newcomers of last week meet the end of their free trial
            helped = _weighed(self.adopted, true.tests[:, 3]) * lantern.COMPLETED
            chance[..., OLD + week - 1] -= helped[:, None, None]
        leaving = self.users[..., there] * _between(chance, 0, 1)
        self.users[..., there] -= leaving
        return leaving.sum(axis=3)

    def _recall(self, plan: Decided, left: Values) -> tuple[Values, Values]:
        """Take in who left, bring back who comes: return how many were written to, and who had said no."""
        self.away[:, 0] += left[:, :, MUTED].sum(axis=1)
        self.away[:, 1] += left[:, NEED, UNMUTED]
        self.away[:, 3] += left[:, CURIOUS, UNMUTED]
        older = self.away[:, [1, 3]] / lantern.LONG_AGO
        self.away[:, [1, 3]] -= older
        self.away[:, [2, 4]] += older
        sure, persuaded, dogs = self.true.recall
        of_dogs, of_others = self.true.unsubscribe
        turn = self.away / lantern.ROUND
        written = turn * WRITTEN[plan["recall"]]
        won = np.minimum(self.character["recall"], 2)[:, None] * persuaded
        back = turn * (sure + dogs) + written * (won - dogs)
        gone = written * (dogs * of_dogs + of_others)
        self.away -= back + gone
        self.said_no += gone.sum(axis=1)
        self.users[:, NEED, MUTED, 0] += back[:, 0]
        self.users[:, NEED, UNMUTED, 0] += back[:, 1] + back[:, 2]
        self.users[:, CURIOUS, UNMUTED, 0] += back[:, 3] + back[:, 4]
        return written.sum(axis=1), written[:, 0]

    def _group(self, week: int, plan: Decided, newcomers: Values) -> tuple[Values, Values, Values]:
        """Let members join and leave: return who joined, and the reward that was due and paid."""
        true = self.true
        self.willing += _weighed(newcomers, (1 - true.exits) * true.joins)
        joined = true.joining * self.willing * (self.trust / lantern.TRUST)
        joined = np.minimum(joined, self.willing)
        self.willing -= joined
        pot = self.fund + joined * true.entry_fee
        due = np.full_like(pot, lantern.REWARD)
        paid = np.minimum(pot, due)
        self.fund = pot - paid
        factor = 1 + (lantern.UNPAID - 1) * (1 - paid / due)
        chance = np.minimum(true.members_leaving[week, : week + 1] * factor[:, None], 1)
        self.members[:, : week + 1] *= 1 - chance
        self.members[:, week + 1] = joined
        return joined, due, paid

    def _answer(self, week: int, plan: Decided, newcomers: Values) -> Values:
        """Work at the desk: return the share of tickets that were not answered within a day."""
        true, clerks = self.true, plan["clerks"]
        asking = lantern.ASKING * newcomers.sum(axis=1) / lantern.NEWCOMERS
        helped = lantern.HELPED * self._pulled(plan)
        relief = (1 - lantern.FORUM_RELIEF * plan["forum"]) / (1 - lantern.FORUM_RELIEF)
        come = (
            (asking + (1 - lantern.ASKING) * self.there / self.start)
            * lantern.TICKETS
            * relief
            * (1 - helped)
        )
        come *= self.shock["tickets"][:, week] * self._fate("tickets", week)
        room = clerks * lantern.DAYS * lantern.HOURS * lantern.MINUTES / true.handling
        load = np.minimum((self.tickets + come) / room, true.loads[-1])
        self.tickets = np.maximum(self.tickets + come - room, 0.0)
        desk, place = clerks.astype(int) - 1, (load * 100).astype(int).clip(1, len(true.loads)) - 1
        behind = self.tickets / room * lantern.DAYS  # days of work that lie there
        late = np.where(behind > 0, _between(behind, 0.1, 1), 1 - true.within_day[desk, place])
        self.seen["tickets"], self.seen["within_day"] = self.tickets.copy(), 1 - late
        self.seen["median_wait"] = true.median_wait[desk, place] + behind * lantern.HOURS * lantern.MINUTES
        return late

    def _talk(self, week: int, plan: Decided, late: Values) -> Values:
        """Hear what is said: return the share of negative posts that anybody can see."""
        good, _, bad = self.true.attitudes
        turned = lantern.UNHAPPY_LATE * late + (lantern.TRUST - self.trust) / 2
        good, bad = _between(good - turned, 0.02, 0.9), _between(bad + turned, 0.02, 0.9)
        seen = 1 - lantern.FORUM_HEARD * (1 - plan["forum"])
        count = lantern.POSTS * self.there / self.start
        luck = self.chance["posts"][:, week] * np.sqrt(count * (good + bad)) / 2
        now = np.stack([np.maximum(count * good + luck, 0), np.maximum(count * bad * seen - luck, 0)], axis=1)
        self.posts[week % QUARTER] = now
        away = 1 - lantern.FORUM_WARMTH * (1 - plan["forum"])
        self.warmth += lantern.FORUM_SPEED * (away - self.warmth)
        return bad * seen

    def _trust(self, plan: Decided, late: Values, told_no: Values) -> None:
        """Useful content on one core builds trust; pushing, late answers and writing to a no spend it."""
        built = lantern.TRUST_UP * (1 + plan["focus"]) * (1 - self.trust)
        spent = lantern.TRUST_PUSHED * (plan["pushes"] / 7) ** 2 + lantern.TRUST_WAIT * late
        spent = spent + lantern.TRUST_WRITTEN * (told_no > 0)
        chased = lantern.CHASE * np.maximum(plan["points"] - lantern.CHASED_FROM, 0)
        self.trust = _between(self.trust * (1 - spent) + built - chased, 0.01, 1)

    def _sell(self, week: int, plan: Decided, newcomers: Values) -> Values:
        """Return the week's income: first courses, repeats and top-ups of the active, dues."""
        true = self.true
        self.buyers += _weighed(newcomers, true.buys)
        first = true.starting * self.buyers
        self.buyers -= first
        lift = np.interp(plan["pushes"], true.pushes, true.lift)
        usual = np.interp(USUAL.pushes, true.pushes, true.lift)
        active = (
            self.kinds[:, :, UNMUTED] * lift[:, None] + self.kinds[:, :, MUTED] * true.muted_activity
        ) / usual
        sales = first * true.price + _weighed(active, true.spending)
        sales *= 1 + lantern.TRUSTED * (self.trust / lantern.TRUST - 1)
        return sales * self._fate("sales", week) + self.members.sum(axis=1) * true.dues

    def _try(self, week: int, plan: Decided, newcomers: Values) -> Values:
        """Run the trial: return what it cost to begin one. What wins by its interval is adopted for good."""
        tests, wanted = self.true.tests, plan["test"]
        begun = (wanted != self.test) & (wanted > 0)
        self.since = np.where(wanted == self.test, self.since + 1, 1.0)
        self.sample = np.where(wanted == self.test, self.sample, 0.0) + newcomers.sum(axis=1)
        self.test = wanted
        ends = (wanted > 0) & (self.since == lantern.TEST_WEEKS)
        if ends.any():
            base, shown, share, _ = tests[wanted].T
            spread = np.sqrt(shown * (1 - shown) / share + base * (1 - base) / (1 - share))
            error = spread / np.sqrt(np.maximum(self.sample, 1))
            lift = shown - base + error * self.chance["trial"][:, week]
            wins = ends & (lift > Z95 * error)
            self.adopted[np.flatnonzero(wins), wanted[wins]] = 1
            found = {"test": wanted, "test_lift": lift, "test_error": Z95 * error, "test_share": share}
            for name, values in found.items():
                self.seen[name] = np.where(ends, values, self.seen[name])
        return lantern.TEST_COST * begun

    def _fate(self, name: str, week: int) -> Values:
        """Return the year's character times the week's luck."""
        return self.character[name] * self.luck[name][:, week]

    def _pulled(self, plan: Decided) -> Values:
        """Return which share of all the effect that points for answers can have they have (0 to 1)."""
        return np.minimum(self.character["points"] * (1 - np.exp(-plan["points"] / lantern.PULL)), 2)

    def _ahead(self) -> Values:
        """Return what those who are there will bring in the 52 weeks after the year (yuan, lesson 07)."""
        true, active = self.true, np.array([1.0, self.true.muted_activity])
        weeks = _weighed((self.users * true.ahead).sum(axis=3), active)
        return _weighed(weeks, true.spending) + (self.members * true.members_ahead).sum(axis=1) * true.dues

    def _look(self, week: int) -> None:
        """Write down what is known on the Monday of `week` (from 0), with the error it is known with."""
        posts = self.posts.sum(axis=0)
        count = QUARTER * lantern.POSTS * np.maximum(self.there / self.start, EDGE)
        net, both = (posts[:, 0] - posts[:, 1]) / count, posts.sum(axis=1) / count
        now = min(week, WEEKS - 1)
        asked = np.sqrt(self.trust * (1 - self.trust) / ASKED)
        if week > SEEN:  # the cohort that signed up four weeks ago
            born = OLD + week - 1 - SEEN
            size = np.maximum(self.cohorts[:, week - 1], 1)
            share = _between(self.users[..., born].sum(axis=(1, 2)) / size, 0, 1)
            error = np.sqrt(share * (1 - share) / size)
            self.seen["retention"] = _between(share + error * self.chance["seen"][:, now], 0, 1)
        self.seen |= {
            "budget": self.budget.copy(),
            "cash": self.cash.copy(),
            "active": self.there,
            "dormant": self.away.sum(axis=1),
            "members": self.members.sum(axis=1),
            "fund": self.fund.copy(),
            "sentiment": net,
            "sentiment_error": Z95 * np.sqrt(np.maximum(both - net**2, EDGE) / count),
            "trust": _between(self.trust + asked * self.chance["survey"][:, now], 0, 1),
            "said_no": self.said_no / self.reachable,
        }


RECORDED = (
    "budget", "cash", "newcomers", "members", "fund", "retention", "tickets", "median_wait", "within_day",
    "sentiment", "sentiment_error", "trust", "said_no", "test_lift", "test_error",
)  # fmt: skip


def _reached(plan: Decided) -> Values:
    """Who speaks of one thing alone is heard by fewer groups: a factor on reach, 1 at last year's focus."""
    return (1 - lantern.NARROW * plan["focus"] ** 2) / (1 - lantern.NARROW * USUAL.focus**2)


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
