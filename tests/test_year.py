"""Lantern's year: laws of shared luck, what every lever does, guardrails, and policies that misbehave."""

import contextlib
import dataclasses
import itertools
import json
import os
import re
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.year import GRID, SEARCHED, adaptive, keeps
from opslab import datasets
from opslab.exercises.answer_key import AnswerKey, read_questions, read_solution
from opslab.explore import Choice, explore
from opslab.ground import formatting as say
from opslab.ground.paths import course_root
from opslab.ground.saved_input import keep
from opslab.ground.timed_process import NoResultError, timed_process
from opslab.world import hidden_facts, truth
from opslab.year import (
    NAIVE,
    PAR,
    Plan,
    State,
    compare,
    court_chart,
    debrief,
    league,
    play,
    replay,
    rerun,
    score,
    tree,
    tree_chart,
    year_desk,
)
from opslab.year import firm as lantern
from opslab.year.common_random_numbers import uniforms
from opslab.year.firm import firm
from opslab.year.league import HELD_BACK
from opslab.year.plan import BUDGET, LEVERS, LIMITS, RECALL, TESTS, WEEKS, as_plan
from opslab.year.score import GUARDRAILS
from tests.references import CASES
from tests.strategies import LAW

plans = st.builds(
    Plan,
    ads=st.integers(0, 20_000),
    own=st.integers(0, 20_000),
    friends=st.integers(0, 20_000),
    pushes=st.integers(0, 7),
    recall=st.sampled_from(RECALL),
    clerks=st.integers(1, 5),
    forum=st.booleans(),
    focus=st.floats(0, 1),
    points=st.floats(0, 2),
    test=st.sampled_from(TESTS),
)
seeds = st.integers(0, 2**40)


# Shared luck


@settings(LAW, max_examples=60)
@given(plan=plans, other=plans, seed=seeds, week=st.integers(1, WEEKS), lever=st.sampled_from(LEVERS))
def test_a_replay_is_the_year_itself_up_to_the_change_bit_by_bit(plan, other, seed, week, lever):
    year = play(plan, seed)
    assert replay(year, week).table.equals(year.table)
    again = replay(year, week, **{lever: getattr(other, lever)}).table
    before = year.table.index.get_level_values("week") < week
    assert again[before].equals(year.table[before])


@settings(LAW, max_examples=8)
@given(plan=plans, seed=seeds, runs=st.integers(1, 6))
def test_a_run_does_not_depend_on_how_many_there_are(plan, seed, runs):
    few, many = play(plan, seed, runs), play(plan, seed, 7)
    assert few.table.equals(many.table.loc[1:runs])


def test_a_change_in_what_is_off_changes_nothing():
    spent = play(replace(NAIVE, ads=20_000, own=20_000, friends=20_000), 3)  # the budget is gone in week 10
    first = int(spent.table.budget.to_numpy().argmin()) + 2
    again = replay(spent, first, ads=0, own=5_000)
    told = [column for column in spent.table if column not in LEVERS]
    pd.testing.assert_frame_equal(again.table[told], spent.table[told], check_exact=True)


def test_two_policies_with_the_same_plans_have_the_same_year():
    by_policy = play(lambda state: Plan(pushes=1), 5, 3)
    pd.testing.assert_frame_equal(by_policy.table, play(Plan(pushes=1), 5, 3).table, check_exact=True)


def test_a_replay_of_a_policy_keeps_its_plans():
    year = play(lambda state: Plan(clerks=5 if state.week % 2 else 2), 5)
    assert replay(year, 30, pushes=0).table.clerks.tolist() == year.table.clerks.tolist()


@pytest.mark.parametrize(("change", "week", "least"), [
    ({"pushes": 1}, 26, 20), ({"clerks": 5}, 26, 20), ({"own": 4_500}, 26, 20),
    ({"clerks": 5}, 1, 5), ({"pushes": 7}, 1, 5),  # a large change, for the whole year, has luck of its own
])  # fmt: skip
def test_the_variance_of_a_replayed_difference_is_small(change, week, least):
    ours, theirs = play(NAIVE, 11, 300), play(NAIVE, 12, 300)
    shared = score(replay(ours, week, **change)).worth - score(ours).worth
    apart = score(replay(theirs, week, **change)).worth - score(ours).worth
    assert apart.var() > least * shared.var()


def test_years_are_run_again_from_rows_in_any_order():
    year = play(lambda state: Plan(clerks=1 + state.week % 5), 9, 2)
    shuffled = year.plans.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(rerun(shuffled, 9).table, year.table, check_exact=True)
    pd.testing.assert_frame_equal(rerun(year.plans.reset_index(drop=True), 9).table, year.table)


def test_common_random_numbers_need_fewer_runs():
    case = CASES["common_random_numbers"]
    low, high = case["inputs"]["means"]
    expected = case["expected"]
    demand = -np.log(uniforms(1, "demand", 200_000, 1))[:, 0]
    other = -np.log(uniforms(2, "demand", 200_000, 1))[:, 0]
    shared, apart = high * demand - low * demand, high * other - low * demand
    assert shared.std() == pytest.approx(expected["common"], rel=0.01)
    assert apart.std() == pytest.approx(expected["independent"], rel=0.01)
    assert apart.var() / shared.var() == pytest.approx(expected["variance_ratio"], rel=0.02)


# The company is the one of the course


def truths(true):
    """Return what each parameter of the year is by the world's own story."""
    curves, arms, recall = true.market.responses, true.notifications, true.trials.recall
    kinds, member, courses, desks = (
        (true.need, true.curious),
        true.membership,
        true.courses,
        true.voices.desks,
    )
    coins, tests = true.lives.top_ups, [*true.trials.experiments.tests, true.trials.start_screen]
    price = courses.p * courses.gamma / (courses.q - 1)
    usual, whales = (np.dot(coins.packs, chosen) for chosen in (coins.usual_packs, coins.whale_packs))
    monthly = (1 - coins.whales) * coins.usual_rate * usual + coins.whales * coins.whale_rate * whales
    buying = (coins.need_buys, coins.curious_buys)
    return {
        "top": [curve.top for curve in curves],
        "half": [curve.half for curve in curves],
        "carry": [curve.carry_over for curve in curves],
        "with_need": [channel.with_need for channel in true.channels],
        "exits": [kind.trial_exit_improved for kind in kinds],
        "pushes": arms.per_week,
        "lift": arms.lift,
        "muting": arms.muting,
        "muted_activity": arms.muted_activity,
        "recall": [
            [getattr(group, name) for group in recall.groups]
            for name in ("sure_things", "persuadables", "sleeping_dogs")
        ],
        "unsubscribe": [recall.dogs_unsubscribe, recall.others_unsubscribe],
        "joining": member.joining,
        "entry_fee": member.entry_fee,
        "dues": member.dues * 7 / member.days,
        "buys": [kind.buys for kind in kinds],
        "starting": courses.starting,
        "price": price,
        "spending": [
            kind.buys * courses.r / courses.alpha * price + share * monthly * 7 / member.days
            for kind, share in zip(kinds, buying, strict=True)
        ],
        "answers": [
            7 * kind.answers * np.dot(kind.rhythm, true.daily_rates) for kind in kinds
        ],
        "handling": np.average([d.minutes for d in desks], weights=[d.per_day for d in desks]),
        "attitudes": true.voices.talk.brands[0].attitudes,
        "core_lift": true.voices.content.core_lift,
        "leaving": [  # as the trial ends, and a week later
            [kind.trial_exit_improved, kind.life.alpha / (kind.life.alpha + kind.life.beta + 1)]
            for kind in kinds
        ],
        "members": member.life.alpha / (member.life.alpha + member.life.beta) * 7 / member.days,
        "tests": [[test.completing, test.lift] for name in TESTS[1:] for test in tests if test.name == name],
        "bursts": [factor for _, factor in true.bursts[:2]],
    }  # fmt: skip


@pytest.mark.parametrize("world", [0, 3, 4711])
def test_the_years_parameters_are_the_worlds_truth(world):
    ours = firm(world)
    found = {name: getattr(ours, name) for name in truths(truth(world)) if hasattr(ours, name)}
    found |= {
        "leaving": ours.leaving[[1, 2], :, 0, -WEEKS].T,  # of those who come in the first week
        "members": ours.members_leaving[0, 1],
        "tests": ours.tests[1:, [0, 3]],
        "bursts": lantern.BURST,
    }
    for name, expected in truths(truth(world)).items():
        assert np.shape(found[name]) == np.shape(expected), name
        assert np.allclose(found[name], expected, rtol=1e-9, atol=0), name
    # What is chosen for the year, or follows from what is compared.
    others = {"split", "by_word", "users", "ahead", "members_leaving", "members_ahead", "will_join", "loads",
              "most_load", "median_wait", "within_day"}  # fmt: skip
    fields = {field.name for field in dataclasses.fields(ours)}
    assert fields - others == found.keys() - {"members", "bursts"}


def test_the_year_begins_where_the_data_end():
    users, hidden = datasets.load("users"), hidden_facts(0)
    end = datasets.load("activity").date.max()
    there = hidden.exit_date.isna() | (hidden.exit_date > end)
    told = np.array(list(lantern.USERS.values())).sum(axis=0)  # by kind, unmuted and muted
    muted = users.muted_date.notna().to_numpy()
    for kind, need in enumerate((True, False)):
        for place, is_muted in enumerate((False, True)):
            count = int((there & (hidden.need == need) & (muted == is_muted)).sum())
            assert told[kind][place] == pytest.approx(count, rel=0.15, abs=40)
    dues = datasets.load("orders").query("product == 'dues'")
    paying = dues[dues.date > end - pd.Timedelta(days=30)].user_id.nunique()
    assert paying == lantern.MEMBERS
    spend = datasets.load("spend_weekly")
    last = spend[spend.week > spend.week.max() - pd.Timedelta(weeks=13)].groupby("channel").spend.sum()
    for name, channels in lantern.GROUPS.items():
        assert getattr(NAIVE, name) == pytest.approx(last[list(channels)].sum() / 13, rel=0.05)
        for channel in channels:
            assert lantern.SPLIT[channel] == pytest.approx(
                last[channel] / last[list(channels)].sum(), abs=0.01
            )
    trial = datasets.load("recall_trial")
    assert sum(lantern.AWAY) == pytest.approx(len(trial) / truth(0).trials.recall.sampled, rel=0.05)


# The game


def worth(plan: Plan, runs: int = 60, seed: int = 31) -> pd.Series:
    return score(play(plan, seed, runs)).worth


@pytest.mark.parametrize(
    ("lever", "value"),
    [("ads", 0), ("own", 3_000), ("friends", 0), ("pushes", 0), ("recall", "nobody"), ("clerks", 5),
     ("forum", False), ("focus", 0.0), ("points", 0.2), ("test", "welcome_tour")],
)  # fmt: skip
def test_every_lever_matters(lever, value):
    gap = worth(replace(NAIVE, **{lever: value})) - worth(NAIVE)
    assert abs(gap.mean()) > 2 * gap.std() / np.sqrt(len(gap))


OTHERS = GRID | {
    "pushes": (0.5, 1, 3), "recall": ("nobody", "not muted", "all"), "forum": (False,), "test": TESTS,
    "clerks": (3, 4), "ads": (1_000, 2_000, 8_800),
}  # fmt: skip


def test_par_lies_within_its_grid_or_at_the_ends_of_what_can_be_done():
    for lever, values in GRID.items():
        here, limit = getattr(PAR, lever), LIMITS[lever]
        assert here in values
        assert min(values) < here < max(values) or here in (limit.least, limit.most)


@pytest.mark.parametrize(("seed", "world"), SEARCHED)
def test_no_plan_beside_par_is_worth_more_and_keeps_the_guardrails(seed, world):
    assert keeps(PAR, seed, world)
    best = score(play(PAR, seed, 50, world=world)).worth.mean()
    for lever, values in OTHERS.items():
        for value in values:
            plan = replace(PAR, **{lever: value})
            more = score(play(plan, seed, 50, world=world)).worth.mean() > best
            assert not more or not keeps(plan, seed, world), (lever, value)


def test_no_constant_plan_is_best():
    table = league({"adaptive": adaptive, "par": PAR})
    assert table.index[0] == "adaptive"
    assert table.low["adaptive"] > 1


def test_ranks_of_single_runs_agree_and_not_wholly():
    grid = itertools.product((0, 8_800), (700, 3_500), (0, 3), ("all", "answered"), (2, 4), (0, 0.2))
    table = np.array([
        worth(Plan(ads=a, own=o, pushes=p, recall=r, clerks=c, points=q), runs=40)
        for a, o, p, r, c, q in grid
    ])  # fmt: skip
    ranks = pd.DataFrame(table).corr("spearman").to_numpy()
    mean = ranks[np.triu_indices(40, 1)].mean()
    assert 0.7 < mean < 0.9


def test_the_third_push_wins_for_a_quarter_and_loses_by_week_26():
    few, many = (play(Plan(pushes=pushes), HELD_BACK, 100) for pushes in (1, 3))
    ahead = compare(few, many)["mean"]
    assert ahead.loc[[2, 6, 9]].gt(0).all()
    assert ahead.loc[26] < 0


def test_ads_lift_users_and_lower_what_they_are_worth():
    usual, more = (play(Plan(ads=ads), HELD_BACK, 100) for ads in (4_000, 8_800))
    assert compare(usual, more, "newcomers")["mean"].loc[13] > 0
    assert compare(usual, more, "need")["mean"].loc[13] < 0
    assert score(more).worth.mean() < score(usual).worth.mean()


def test_closing_the_forum_quiets_complaints_at_once_and_costs_word_of_mouth_later():
    usual, closed = (play(Plan(forum=forum), HELD_BACK, 100) for forum in (True, False))
    assert compare(usual, closed, "negative")["mean"].loc[1] < 0
    newcomers = compare(usual, closed, "newcomers")["mean"]
    assert newcomers.loc[26] < newcomers.loc[2] <= 0


def empty_in(plan: Plan, runs: int = 200) -> pd.Series:
    """Return the week in which each year's fund is spent; 53 where it is not."""
    fund = play(plan, HELD_BACK, runs).table.fund.unstack("week")
    return (fund <= 1).idxmax(axis=1).where((fund <= 1).any(axis=1), WEEKS + 1)


def test_the_fund_ends_in_week_52_under_last_years_plan():
    spent = empty_in(NAIVE)
    assert spent.median() in (51, 52, 53)
    assert (spent < 45).mean() < 0.05
    assert empty_in(Plan(own=0, friends=0)).median() < 45
    assert (empty_in(PAR) > WEEKS).mean() > 0.9


def test_dues_to_come_depend_on_the_fund(monkeypatch):
    spent = empty_in(NAIVE, 40) <= WEEKS
    ahead = play(NAIVE, HELD_BACK, 40).end.ahead
    monkeypatch.setattr(lantern, "FUND", 2e6)
    gained = play(NAIVE, HELD_BACK, 40).end.ahead - ahead
    assert (gained[spent] > 0).all()


def test_guardrails_name_who_paid():
    told = score(play(Plan(pushes=7, recall="all", clerks=1), 5, 5))
    assert all({"said_no", "wrote_to_no", "within_day"} <= set(names) for names in told.broken)
    kept = score(play(PAR, 5, 5))
    assert kept.wrote_to_no.eq(0).all()
    assert kept.said_no.lt(0.12).all()


def test_a_broken_guardrail_caps_the_grade():
    greedy = replace(PAR, recall="all")
    table = league({"greedy": greedy, "par": PAR}, runs=20)
    assert table.grade["greedy"] <= 0.6 < table.on_par["greedy"]
    assert "wrote_to_no" in table.broken["greedy"]


def test_par_is_one_and_last_year_is_nought():
    table = league({"par": PAR, "last year": NAIVE}, runs=10)
    assert table.on_par.to_dict() == {"par": 1.0, "last year": 0.0}


def test_the_court_finds_what_a_change_gained():
    court = debrief(play(Plan(pushes=7), 7, runs=20), 1, [{"pushes": 1}, {"test": "none"}])
    assert court.low["pushes=1"] > 0
    assert court.loc["test=none"].tolist() == [0, 0, 0]


def test_a_compared_year_shares_its_luck():
    with pytest.raises(ValueError, match="same seed"):
        compare(play(NAIVE, 1), play(NAIVE, 2))


def test_money_adds_up():
    table = play(PAR, 9, 4).table
    assert np.allclose((table.income - table.costs).groupby("run").cumsum(), table.cash)
    spent = BUDGET - table.budget
    assert np.allclose(spent.xs(WEEKS, level="week"), WEEKS * (PAR.ads + PAR.own + PAR.friends))


@settings(LAW, max_examples=25)
@given(plan=plans, seed=seeds)
def test_shares_stay_shares_and_counts_stay_counts(plan, seed):
    table = play(plan, seed).table
    for name in ("need", "true_trust", "trust", "within_day", "retention", "said_no", "negative"):
        assert table[name].between(0, 1).all(), name
    for name in (
        "users",
        "away",
        "members",
        "newcomers",
        "fund",
        "budget",
        "tickets",
        "written",
        "points_owed",
    ):
        assert (table[name] >= -1e-6).all(), name
    assert np.isfinite(table.drop(columns=["ahead", "recall", "test"]).to_numpy(float)).all()


# Who plays


def reads_the_future(state):
    import sys

    frame = sys._getframe(1)
    while frame:
        if "books" in frame.f_locals:
            return Plan(ads=float(frame.f_locals["books"].luck["newcomers"][0, state.week]))
        frame = frame.f_back
    raise LookupError("there is no future here")


def opens_files(state):
    with open("policy.txt", "w") as file:
        file.write("mine")
    return Plan()


def writes_into_the_state(state):
    state.cash = 1e9
    return Plan()


def loops(state):
    while True:
        pass


def test_a_policy_that_misbehaves_loses_its_turn_and_says_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = league(
        {
            "future": reads_the_future,
            "file": opens_files,
            "state": writes_into_the_state,
            "nonsense": lambda state: 3,
            "raises": lambda state: 1 / 0,
            "number": 3,
            "limits": lambda state: Plan(pushes=8),
            "plays": lambda state: Plan(),
        },
        runs=2,
    )
    reasons = table.reason
    assert "no future here" in reasons["future"]
    assert "files" in reasons["file"]
    assert not (tmp_path / "policy.txt").exists()
    assert "FrozenInstanceError" in reasons["state"]
    assert "expected a Plan" in reasons["nonsense"]
    assert "ZeroDivisionError" in reasons["raises"]
    assert "expected a function" in reasons["number"]
    assert "pushes is 8" in reasons["limits"]
    assert reasons["plays"] == ""
    assert table.index[0] == "plays"


def forged(**fields):
    """Return a plan that went round the checks."""
    plan = Plan()
    for name, value in fields.items():
        object.__setattr__(plan, name, value)
    return plan


FORGED = {
    "an unknown field": ({"push": 1}, "no 'push' .did you mean 'pushes'"),
    "a field without a name": ({1: 1}, "no 1; its fields are"),
    "pandas' gap for a name": ({pd.NA: 1}, "its fields are"),
    "money from ads": (forged(ads=-1e6), "ads is -1"),
    "fewer than no clerks": (forged(clerks=-50), "clerks is -50"),
    "points that are no number": (forged(points=float("nan")), "points is nan"),
    "a list for a word": (forged(recall=["all"]), "recall is"),
    "an empty plan": (object.__new__(Plan), "ads is None"),
}


@pytest.mark.parametrize("found", FORGED)
def test_a_forged_plan_loses_its_turn_and_the_others_go_on(found):
    plan, words = FORGED[found]
    table = league({"policy": lambda state: plan, "plan": plan, "usual": NAIVE}, runs=2)
    assert re.search(words, table.reason["policy"])
    assert table.reason["plan"]
    assert table.on_par["usual"] == 0
    assert table.on_par.drop("usual").isna().all()
    with pytest.raises(ValueError, match=words):
        play(lambda state: plan)
    with pytest.raises(ValueError, match=words):
        year_desk().run(plan, SAID, "To see.")
    with pytest.raises(ValueError, match=words):
        debrief(play(Plan()), 1, [plan])


@given(answer=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(LEVERS), inner),
    max_leaves=8,
))  # fmt: skip
def test_whatever_is_no_plan_is_refused_in_words(answer):
    with contextlib.suppress(ValueError):
        assert isinstance(as_plan(answer, "answer"), Plan)


def test_one_change_instead_of_a_list_of_them_is_refused_in_words():
    with pytest.raises(ValueError, match=r"changes.0. is 'pushes'; expected a Plan, or a dictionary"):
        debrief(play(Plan()), 1, {"pushes": 1})


class Runs:
    """A thing that would run code where it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("run",)


class SilentError(Exception):
    """An error that has no text."""

    def __str__(self):
        raise RuntimeError


def silent():
    raise SilentError


def deep():
    found = []
    for _ in range(100_000):
        found = [found]
    return found


NO_DATA = {"runs": Runs, "plan": Plan, "set": lambda: {1, 2}, "code": lambda: len, "deep": deep}


@pytest.mark.parametrize("fence", [True, False])
def test_what_a_child_answers_is_data_and_runs_nowhere(fence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make = NO_DATA | {"silent": silent, "data": lambda: {"a": [1.5, None]}}
    with timed_process(lambda name: make[name](), seconds=20, fence=fence) as ask:
        for name in NO_DATA:
            with pytest.raises(NoResultError, match="expected numbers, text"):
                ask(name)
        with pytest.raises(NoResultError, match="SilentError"):
            ask("silent")
        assert ask("data") == {"a": [1.5, None]}
    assert not any(tmp_path.iterdir())


def test_a_child_that_waits_for_its_turn_is_not_ended_and_one_that_sleeps_for_good_is():
    with timed_process(time.sleep, seconds=0.2) as ask:
        assert ask(0.4) is None
        with pytest.raises(NoResultError, match="loop for ever"):
            ask(20)


def by_sqlite(state):
    import sqlite3

    sqlite3.connect("mine.db").execute("create table mine (a)")
    return Plan()


def by_duckdb(state):
    import duckdb

    duckdb.sql("copy (select 1) to 'mine.csv'")
    return Plan()


def by_arrow(state):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), "mine.parquet")
    return Plan()


@pytest.mark.parametrize("policy", [by_sqlite, by_duckdb, by_arrow])
def test_no_library_writes_from_behind_the_fence(policy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert league({"writes": policy}, runs=1).reason["writes"]
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


def test_a_policy_that_loops_is_ended():
    assert "loop" in league({"loops": loops}, runs=1, seconds=0.5).reason["loops"]


def test_a_league_of_nobody_is_refused():
    for nobody in ({}, [Plan()], None):
        with pytest.raises(ValueError, match="policies is"):
            league(nobody)


def test_a_policy_sees_no_more_than_is_known():
    seen = []
    play(lambda state: seen.append(state) or Plan(), 5)
    fields = {field.name for field in dataclasses.fields(State)}
    assert not fields & {"need", "true_trust", "points_owed"}
    assert [state.week for state in seen] == list(range(1, WEEKS + 1))
    table = play(Plan(), 5).table
    assert [state.active for state in seen[1:]] == table.users.to_list()[:-1]
    assert [state.cash for state in seen[1:]] == table.cash.to_list()[:-1]


@pytest.mark.parametrize("lever", LEVERS)
def test_a_plan_outside_its_limits_is_refused(lever):
    limit = LIMITS[lever]
    for bad in (None, "often", float("nan"), -1, limit.most + 1 if limit.most else 7):
        with pytest.raises(ValueError, match=lever):
            Plan(**{lever: bad})


@pytest.mark.parametrize(
    ("change", "words"), [({"push": 1}, "pushes"), ({"pushes": 9}, "pushes is 9"), ({"recall": "al"}, "all")]
)
def test_a_replay_says_what_it_does_not_know(change, words):
    with pytest.raises(ValueError, match=words):
        replay(play(Plan()), 3, **change)


# Pictures

QUARTERLY = {"as last year": Plan(), "buy": Plan(ads=14_000), "press": Plan(pushes=7), "care": PAR}


def test_the_tree_holds_every_year_and_all_share_their_luck():
    years = tree(QUARTERLY, seed=4)
    assert len(years) == 4**4 * WEEKS
    years = years.sort_index()
    leaf = years.loc[("press",) * 4]
    alone = play(QUARTERLY["press"], 4).table.loc[1]
    assert leaf.cash.to_list() == pytest.approx(alone.cash.to_list(), rel=1e-12)
    shared = years.loc[("buy", "care", "press", "care")].iloc[:26].cash.to_list()
    assert shared == years.loc[("buy", "care", "care", "buy")].iloc[:26].cash.to_list()


def test_the_tree_is_small_enough_to_travel():
    years, options = tree(QUARTERLY, seed=4), Choice(list(QUARTERLY))
    picture = explore(
        lambda first, second, third, fourth: tree_chart(years, (first, second, third, fourth)),
        first=options, second=options, third=options, fourth=options, alt="Four curves of a year.",
    )  # fmt: skip
    assert len(picture.bundle["frames"]) == 256
    assert len(json.dumps(picture.bundle)) <= 300_000


def test_a_trees_title_tells_its_worth():
    years = tree(QUARTERLY, seed=4)
    gap = (score(play(PAR, 4)).worth - score(play(Plan(), 4)).worth).iloc[0] / 1000
    title = tree_chart(years, ["care"] * 4).layout.title.text.replace("<br>", " ").replace("\xa0", " ")
    assert f"{abs(round(gap)):,} {'more' if gap > 0 else 'less'} than the grey year" in title
    usual = tree_chart(years, [next(iter(QUARTERLY))] * 4).layout.title.text.replace("<br>", " ")
    assert "still to come, as in the grey year;" in usual
    with pytest.raises(ValueError, match="four names"):
        tree_chart(years, ["care"] * 3)


def test_pictures_tell_what_they_draw():
    year = play(Plan(), 7, runs=10)
    other = replay(year, 20, pushes=0)
    gap = compare(year, other, "users")["mean"].iloc[-1]
    title = court_chart(year, other, "users").layout.title.text.replace("<br>", " ")
    assert title.startswith("By week 52 the change makes a difference of")
    assert say.number(gap) in title
    assert "are the same" in court_chart(year, year).layout.title.text


# The form

MONTHS = (Plan(pushes=1), Plan(pushes=1, clerks=4), Plan(ads=2_000, recall="answered"), PAR)
SAID = {"cash": (20, 100), "users": (3_000, 5_000)}


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path))


@pytest.mark.parametrize("seed", [0, 7, 123_456_789])
def test_quarters_of_the_desk_are_those_of_the_year_bit_by_bit(seed, at_home):
    desk = year_desk(seed)
    for plan in MONTHS:
        desk.run(plan, SAID, "To see.")
    year = play(lambda state: MONTHS[(state.week - 1) // 13], seed)
    assert desk.history.table.equals(year.table)
    assert desk.plans == list(MONTHS)
    cash, users = (desk.forecasts[lambda table, of=of: table.of == of].truth.tolist() for of in SAID)
    assert cash == (year.table.cash.loc[1, [13, 26, 39, 52]] / 1_000).tolist()
    assert users == year.table.users.loc[1, [13, 26, 39, 52]].tolist()
    held = sum(20 <= truth <= 100 for truth in cash) + sum(3_000 <= truth <= 5_000 for truth in users)
    assert (desk.calibration.hits, desk.calibration.asked) == (held, 8)
    told = " ".join(desk.told).replace("\xa0", " ")
    assert f"{held} of 8" in told
    assert say.number(score(year).worth.iloc[0] / 1_000) in told
    for name in score(year).broken.iloc[0]:
        assert GUARDRAILS[name] in told


def test_a_quarter_that_was_not_run_has_last_years_plan(at_home):
    desk = year_desk(4)
    assert desk.history.table.equals(play(Plan(), 4).table)
    assert desk.calibration is None
    assert desk.forecasts.empty
    desk.run(PAR, SAID, "To see.")
    assert desk.history.table.equals(play(lambda state: PAR if state.week <= 13 else Plan(), 4).table)


def test_the_dashboard_shows_what_a_policy_is_told_and_no_more(at_home):
    seen = []
    play(lambda state: seen.append(state) or Plan(), 5)
    desk = year_desk(5)
    assert desk.dashboard[0].weeks == [0]
    desk.run(Plan(), SAID, "To see.")
    now = {reading.name: reading for reading in desk.dashboard}
    assert now["Active users"].now == say.number(round(seen[13].active))
    assert now["Trust, asked of 100"].now == say.share(seen[13].trust)
    low, high = (seen[13].sentiment + sign * seen[13].sentiment_error for sign in (-1, 1))
    assert now["Net sentiment, its 95 % interval"].now == say.between(low, high, "%")
    assert now["Still there after four weeks"].before == say.share(seen[0].retention)
    assert len(now["Members"].weeks) == 14
    assert now["Tickets waiting"].now == say.number(round(seen[13].tickets))
    so_far = np.mean([state.within_day for state in seen[1:14]])
    assert now["Answered within a day, mean week so far"].now == say.share(so_far)


@pytest.mark.parametrize("seed", [3, 8])
def test_the_desk_tells_what_the_last_trial_found_and_when_the_money_ends(seed, at_home):
    plans = (Plan(), Plan(test="welcome_tour"), Plan(test="none", friends=15_000), Plan())
    seen: list[State] = []
    play(lambda state: seen.append(state) or plans[(state.week - 1) // 13], seed)
    desk, told = year_desk(seed), []
    for plan in plans:
        told.append(" ".join(desk.run(plan, SAID, "To see.")).replace("\xa0", " "))
    assert "trial" not in told[0]
    assert "budget" not in told[0]
    found = seen[26]
    low, high = (100 * (found.test_lift + sign * found.test_error) for sign in (-1, 1))
    assert f"welcome tour: {say.number(100 * found.test_lift)} more of 100" in told[1]
    assert say.between(round(low, 1), round(high, 1)).replace("\xa0", " ") in told[1]
    assert ("all newcomers have it" in told[1]) == (low > 0)
    spent = sum(getattr(plans[2], group) for group in ("ads", "own", "friends"))
    gone = next(week for week in range(40, WEEKS + 1) if seen[39].budget < spent * (week - 39))
    assert f"gone in week {gone};" in told[2]
    assert "budget" not in told[3]


def test_a_trial_that_is_not_tried_again_is_told(at_home):
    desk, trial = year_desk(3), Plan(test="welcome_tour")
    first, second = (" ".join(desk.run(trial, SAID, "To see.")) for _ in range(2))
    assert "has had its four weeks" not in first
    assert "Welcome tour has had its four weeks" in second
    assert "four weeks" not in " ".join(desk.run(Plan(), SAID, "To see."))


def test_what_was_played_and_typed_is_there_again_until_the_year_begins_anew(at_home):
    desk = year_desk(6)
    desk.run(PAR, SAID, "To see.")
    desk.note({"why": "Because"})
    again = year_desk(6)
    assert again.quarters == desk.quarters
    assert again.draft == {"why": "Because"}
    assert not year_desk(7).quarters
    again.again()
    assert (year_desk(6).quarters, year_desk(6).draft) == ([], {})


def test_what_came_of_a_year_is_told_when_it_begins_again(at_home):
    desk = year_desk(43)
    assert desk.told == []
    desk.again()
    assert desk.told == []
    desk.run(PAR, {"cash": (-1, 0), "users": (1, 99_999)}, "To see.")
    desk.again()
    assert "Played before, time 1. 1 of 2 intervals held" in year_desk(43).told[0]
    assert "year_desk(44)" in year_desk(43).told[1]
    for plan in MONTHS:
        desk.run(plan, SAID, "To see.")
    end = " ".join(desk._end())
    assert desk.told[-1] in end
    desk.again()
    assert year_desk(43).told[1] == f"Played before, time 2. {end}"
    assert year_desk(43).widget.answer["told"] == desk.told


@pytest.mark.parametrize("runs", [1, 3])
def test_a_policy_is_told_numbers_of_python(runs):
    told = []
    play(lambda state: told.append(state) or Plan(points=1, test="welcome_tour"), 4, runs)
    kinds = {field.name: field.type for field in dataclasses.fields(State)}
    for state in told:
        assert {name: type(getattr(state, name)) for name in kinds} == kinds


def test_the_wrongs_that_are_numbers_of_the_lesson_stand_in_it():
    wrongs = {wrong.name: wrong.source for wrong in read_questions("13-capstone")["q3"].wrongs}
    lesson = (course_root() / "notebooks" / "13-capstone.ipynb").read_text(encoding="utf-8")
    for name, said in (("lessons-number", "{}000 yuan, from"), ("briefs-number", ": {} thousand yuan (")):
        number = re.search(r"gain = (\d+)$", wrongs[name])[1]
        assert said.format(f"{number}," if "000" in said else number) in lesson.replace("\xa0", " ")


@pytest.mark.parametrize("kept", [3, {}, {"quarters": [{"plan": {"pushes": 9}}], "draft": {}}])
def test_what_cannot_be_read_again_is_a_new_year(kept, at_home):
    keep("year: 6 0", kept)
    assert year_desk(6).quarters == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (({"pushes": 9}, SAID, "So."), "pushes is 9"),
        (({"ads": None}, SAID, "So."), "ads is None"),
        ((PAR, {"cash": (1, 2)}, "So."), "no 'users'"),
        ((PAR, {**SAID, "cash": (5, 5)}, "So."), "cash goes from 5 to 5"),
        ((PAR, {**SAID, "cash": (None, 5)}, "So."), "no 'cash'; give its low and its high end"),
        ((PAR, SAID, " "), "one sentence why"),
    ],
)
def test_the_desk_runs_nothing_of_which_it_cannot_say_what(given, words, at_home):
    desk = year_desk(8)
    with pytest.raises(ValueError, match=words):
        desk.run(*given)
    assert desk.quarters == []
    desk.widget.asked = dict(zip(("plan", "forecast", "why"), given, strict=True)) | {
        "plan": given[0] if isinstance(given[0], dict) else dataclasses.asdict(given[0])
    }
    assert words in desk.widget.answer["fault"].replace("\\", "")
    assert year_desk(8).quarters == []


def test_a_trial_is_told_once_and_an_odd_split_is_named(at_home):
    desk, plan = year_desk(41), {"test": "reminder_text"}
    assert "records are missing" in " ".join(desk.run(plan, SAID, "To see."))
    assert "The trial" not in " ".join(desk.run(plan, SAID, "The same test goes on."))
    assert "records are missing" not in " ".join(desk.run({"test": "welcome_tour"}, SAID, "To see."))
    assert "The trial" not in " ".join(desk.run(Plan(), SAID, "No test."))


def test_a_quarter_run_from_a_cell_moves_the_form_on(at_home):
    desk = year_desk(42)
    assert desk.widget.answer["done"] == 0
    desk.run(PAR, SAID, "To see.")
    assert desk.widget.answer["done"] == 1
    with pytest.raises(ValueError, match="thousand yuan"):
        desk.run(PAR, {**SAID, "cash": (-30_000, 110_000)}, "In yuan.")


def test_a_fifth_quarter_is_refused(at_home):
    desk = year_desk(9)
    for plan in MONTHS:
        desk.run(plan, SAID, "To see.")
    with pytest.raises(ValueError, match="the year is over"):
        desk.run(PAR, SAID, "To see.")
    desk.widget.asked = {"again": True}
    assert desk.widget.answer["done"] == 0


def test_the_sheets_marks_are_40_for_the_policy_20_for_forecasts_40_for_the_brief():
    marks = {name: question.marks for name, question in read_questions("13-capstone").items()}
    parts = (("q1", "q2", "q6", "q8", "q9", "q10"), ("q11", "q12"), ("q3", "q4", "q5", "q7", "q13", "q14"))
    assert [sum(marks.pop(name) for name in part) for part in parts] == [40, 20, 40]
    assert not marks


def test_whoever_knows_the_sheets_luck_does_not_know_the_graders():
    solution = read_solution("13-capstone")
    usual, graded = AnswerKey(solution, 3), AnswerKey(solution, 3, held_back=987_654_321)
    told: list[State] = []
    play(lambda state: told.append(state) or PAR, 1_000_003 + 3, runs=20)  # as the sheet names it
    foreseen = {(state.week, state.cash) for state in told}
    question = read_questions("13-capstone")["q10"]
    for key in (usual, graded):
        assert key.expected("q10") == pytest.approx(0.6)
    seen, unseen = (set(), set())
    for key, weeks in ((usual, seen), (graded, unseen)):
        key.measured(question, lambda state, weeks=weeks: weeks.add((state.week, state.cash)) or PAR)
    assert seen == foreseen
    assert {week for week, _ in unseen & foreseen} == {1}
