"""Laws of a community: money, growth, people and talk add up whatever the plan and the policy."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opslab.community import (
    FAULTS,
    ROLES,
    Bass,
    Decision,
    answer_graph,
    break_even_joins,
    complaint_desk,
    conversations,
    core_users,
    defection,
    exposed,
    extinction_probability,
    fit_bass,
    fund_ends,
    fund_ledger,
    graph_measures,
    introduction_hours,
    league,
    meetings,
    pairs,
    participation,
    replies_per_thread,
    score,
    simulate,
    strong_share,
    threshold_members,
    viral_growth,
    weekly_pay,
    weekly_reward,
    who_leaves,
)
from tests.strategies import LAW, SLOW_LAW, shares, some_amounts

money = st.floats(0.01, 1e4)
KEYS = [role.replace(" ", "_") for role in ROLES]


# The plan


@LAW
@given(st.integers(1, 2_000), money, st.integers(1, 300), money)
def test_the_plan_scales_with_its_members_and_its_threshold_knows_no_fee(members, fee, weeks, other_fee):
    assert weekly_reward(members, fee, weeks) * weeks == pytest.approx(members * fee)
    assert weekly_reward(2 * members, fee, weeks) == pytest.approx(2 * weekly_reward(members, fee, weeks))
    assert weekly_pay(members, fee) * 52 == pytest.approx(members * fee * 12)
    assert threshold_members(fee, weeks) == threshold_members(other_fee, weeks) == weeks
    assert (weekly_reward(members, fee, weeks) >= fee * (1 - 1e-12)) == (members >= weeks)
    assert break_even_joins(members, fee, weeks) == pytest.approx(members / weeks)
    assert introduction_hours(2 * members) == 2 * introduction_hours(members)
    assert pairs(members + 1) == pairs(members) + members


@LAW
@given(
    st.floats(1, 1_000),
    money,
    st.integers(1, 100),
    st.floats(0, 50),
    shares,
    money,
    st.none() | st.floats(0, 1e5),
)
def test_the_ledger_balances_week_by_week(members, fee, weeks, joins, churn, dues, spend):
    plan = {"members": members, "entry_fee": fee, "weeks": weeks, "dues": dues, "weekly_spend": spend}
    ledger = fund_ledger(**plan, joins=joins, churn=churn)
    before = ledger["fund"].shift(fill_value=members * fee)
    np.testing.assert_allclose(ledger["fund"], before + ledger["fees"] - ledger["reward"], atol=1e-6)
    assert (ledger[["members", "fees", "reward", "fund", "moderators"]] >= 0).all(axis=None)
    after = ledger["members"].shift(-1).dropna()
    np.testing.assert_allclose(after, (ledger["members"] * (1 - churn) + joins)[:-1])
    end, end_with_more = fund_ends(ledger), fund_ends(fund_ledger(**plan, joins=joins + 1, churn=churn))
    assert (end_with_more or math.inf) >= (end or math.inf)
    kept = fund_ledger(**plan, joins=break_even_joins(members, fee, weeks, spend))
    assert kept["fund"].iloc[-1] == pytest.approx(members * fee, rel=1e-6)


# Growth


@LAW
@given(st.floats(0, 1e4), st.floats(0, 20), shares, st.floats(0, 20), st.floats(0.5, 10))
def test_viral_cycles_follow_one_from_another_and_level_off_below_one(
    start, invites, conversion, time, cycle
):
    users, k = viral_growth(start, invites, conversion, [time, time + cycle], cycle), invites * conversion
    assert users[1] == pytest.approx(start + k * users[0], rel=1e-6)
    assert viral_growth(start, invites, conversion, 0) == pytest.approx(start)
    if k < 0.999:
        assert users[1] <= start / (1 - k) * (1 + 1e-9)
        assert viral_growth(start, invites, conversion, 1e5) == pytest.approx(start / (1 - k))


@pytest.mark.parametrize("beside", [-1e-6, -1e-12, -2e-16, 0, 2e-16, 1e-12, 1e-6])
def test_nothing_jumps_where_each_brings_one(beside):
    assert viral_growth(10, 2, (1 + beside) / 2, 2.5) == pytest.approx(35, rel=1e-5)
    assert extinction_probability(1 + beside) == pytest.approx(1, abs=1e-5)


@LAW
@given(st.floats(0, 1), st.floats(0, 30), st.floats(0, 30), st.integers(1, 5))
def test_a_chain_dies_out_surely_up_to_one_and_less_surely_beyond(small, one, other, starts):
    assert extinction_probability(small, starts) == 1
    low, high = sorted((one, other))
    q = extinction_probability(high)
    assert 0 <= q <= extinction_probability(low) <= 1
    assert q == pytest.approx(math.exp(high * (q - 1)), abs=1e-9)
    assert extinction_probability(high, starts) == pytest.approx(q**starts)


@LAW
@given(st.floats(1, 3), st.floats(1, 3))
def test_near_the_critical_mean_the_chance_falls_without_a_gap(one, other):
    low, high = sorted(1 + 10.0 ** (-4 * mean) for mean in (one, other))
    assert 1 >= extinction_probability(low) >= extinction_probability(high) - 1e-12 > 0.99


@SLOW_LAW
@given(st.floats(0.005, 0.05), st.floats(0.2, 0.7), st.floats(100, 1e6), st.integers(2, 1_000))
def test_bass_gives_back_its_parameters_in_any_unit(p, q, m, unit):
    truth = Bass(p, q, m)
    sales = truth.sales(16)
    assert (sales > 0).all()
    assert sales.sum() < m
    found, other = fit_bass(sales, "nls"), fit_bass(unit * sales, "nls")
    assert (found.p, found.q, found.m) == pytest.approx((p, q, m), rel=1e-3)
    assert (other.p, other.q, other.m) == pytest.approx((p, q, unit * m), rel=1e-3)
    times = np.linspace(0, 60, 200)
    adopted = truth.adopters(times)
    assert adopted[0] == 0
    assert (np.diff(adopted) >= 0).all()
    speed = np.diff(adopted)
    assert times[speed.argmax()] == pytest.approx(truth.peak, abs=0.5) or truth.peak < 0.5


# Two claims


@LAW
@given(st.floats(0, 0.1), st.floats(0, 0.1), st.sampled_from(["members", "chance"]), st.integers(0, 999))
def test_meetings_that_do_more_make_more_ties_of_the_same_people(one, other, chosen_by, seed):
    low, high = sorted((one, other))
    few, many = (meetings(effect, chosen_by, seed, people=300) for effect in (low, high))
    assert few["meetings"].equals(many["meetings"])
    assert (many["strong"] | ~few["strong"]).all()
    assert few["meetings"].between(0, 6).all()
    assert strong_share(few).between(0, 1).all()
    pd.testing.assert_frame_equal(few, meetings(low, chosen_by, seed, people=300))


@LAW
@given(st.integers(1, 5_000), st.integers(1, 500), shares, shares)
def test_a_forum_never_needs_more_answers_than_a_hotline(complaints, kinds, one, other):
    low, high = sorted((one, other))
    table = complaint_desk(complaints, kinds, found=low)
    assert table.loc["hotline", "answers"] == complaints
    assert table.loc["forum", "answers"] <= complaints * (1 + 1e-9)
    assert complaint_desk(complaints, kinds, found=high).loc["forum", "answers"] <= table.loc[
        "forum", "answers"
    ] * (1 + 1e-9)
    assert complaint_desk(complaints, kinds, found=1).loc["forum", "answers"] <= kinds * (1 + 1e-9)


# Agents


settings_of_a_run = st.fixed_dictionaries(
    {
        "members": st.integers(1, 60),
        "places": st.integers(60, 80),
        "entry_fee": st.floats(0, 500),
        "dues": st.floats(0, 50),
        "word_of_mouth": shares,
        "faults": st.lists(st.sampled_from(FAULTS), unique=True),
    }
)
decisions = st.builds(
    Decision,
    reward=st.floats(0, 1e5),
    pay=st.floats(0, 1e5),
    threads=st.integers(0, 60),
    paid_by=st.sampled_from(["quality", "answers"]),
)


@LAW
@given(decisions, settings_of_a_run, st.integers(0, 10_000), st.integers(1, 15))
def test_members_and_money_are_neither_lost_nor_made(decision, setting, seed, weeks):
    history = simulate(decision, seed, runs=2, weeks=weeks, **setting)
    pd.testing.assert_frame_equal(history, simulate(decision, seed, runs=2, weeks=weeks, **setting))
    kept = 0.5 if "selfish owner" in setting["faults"] else 1
    for _, run in history.groupby("run"):
        start = run["members"].shift(fill_value=setting["members"])
        np.testing.assert_array_equal(run["members"], start + run["joined"] - run["left"])
        np.testing.assert_array_equal(start, run[[f"members_{key}" for key in KEYS]].sum(axis=1))
        np.testing.assert_array_equal(run["left"], run[[f"left_{key}" for key in KEYS]].sum(axis=1))
        fees, dues = setting["entry_fee"] * run["joined"], weekly_pay(1, setting["dues"]) * start
        fund = run["fund"].shift(fill_value=kept * setting["members"] * setting["entry_fee"])
        np.testing.assert_allclose(run["fund"], fund + kept * fees - run["reward"], atol=1e-6)
        purse = run["purse"].shift(fill_value=0)
        np.testing.assert_allclose(run["purse"], purse + kept * dues - run["pay"], atol=1e-6)
        assert (run["answers"] <= start).all()
    assert history["members"].between(0, setting["places"]).all()
    assert (history[["fund", "purse", "reward", "pay", "threads", "joined", "left"]] >= -1e-6).all(axis=None)
    assert (history["reward"] <= decision.reward).all()
    assert (history["pay"] <= decision.pay).all()
    assert (history["threads"] <= decision.threads).all()
    assert history["satisfaction"].between(0, 1).all()
    assert history[[f"payoff_{key}" for key in KEYS]].stack().between(0, 1).all()
    assert history["quality"].between(1, 5).all()
    assert (score(history) <= setting["places"] * weeks).all()
    assert who_leaves(history).stack().between(0, 1).all()


@LAW
@given(decisions, decisions, settings_of_a_run, st.integers(0, 10_000))
def test_a_run_meets_the_same_chance_whatever_the_policy_and_the_company(one, other, setting, seed):
    alone = simulate(one, seed, runs=1, weeks=6, **setting)
    among = simulate(one, seed, runs=3, weeks=9, **setting)
    same = among[(among["run"] == 0) & (among["week"] <= 6)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone)
    switched = simulate(lambda state: one if state.week <= 3 else other, seed, runs=1, weeks=6, **setting)
    pd.testing.assert_frame_equal(switched[:3], alone[:3])


@given(st.dictionaries(st.sampled_from("abc"), decisions, min_size=1), st.integers(0, 99))
@SLOW_LAW
def test_a_league_has_a_leader_behind_nobody(policies, seed):
    table = league(policies, seed, runs=3, weeks=3, members=20, places=30)
    assert set(table.index) == set(policies)
    assert table["behind"].iloc[0] == 0
    assert (table["behind"].diff().dropna() >= -1e-9).all()
    assert (table["score"].max() - table["score"]).tolist() == pytest.approx(table["behind"].tolist())


# Talk


@LAW
@given(some_amounts)
def test_everyone_contributes_in_one_of_three_groups(counts):
    table = participation(counts)
    assert table["members"].sum() == len(counts)
    assert table["share"].sum() == pytest.approx(1)
    assert table["silent"].sum() == counts.count(0)
    per_head = (table["share"] / table["members"])[table["members"] > 0]
    assert (per_head.diff().dropna() <= 1e-12).all()


talks = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 7), st.integers(1, 5)), min_size=1, max_size=40)


def tables_of(rows):
    answers = pd.DataFrame(rows, columns=["user_id", "thread_id", "quality"])
    threads = pd.DataFrame({"thread_id": range(8)}).assign(
        week=lambda table: table.thread_id // 3,
        kind=["question" if thread % 3 == 0 else "side" for thread in range(8)],
        topic=["xyz"[thread % 2] for thread in range(8)],
        asked_by=[thread % 5 + 1 for thread in range(8)],
    )
    members = pd.DataFrame({"user_id": range(1, 7), "strength": list("xyzxyz"), "role": "asker"})
    return answers, threads, members.assign(second_strength=list("yzxyzx"))


@LAW
@given(talks, st.integers(0, 5), shares)
def test_replies_are_kept_by_merging_and_never_made_by_limits(rows, limit, moved):
    answers, threads, _ = tables_of(rows)
    whole = replies_per_thread(answers, threads)["replies"].sum()
    assert whole == answers["thread_id"].isin(threads["thread_id"][threads["kind"] == "side"]).sum()
    assert replies_per_thread(answers, threads, merge=True)["replies"].sum() == whole
    fewer = replies_per_thread(answers, threads, limit=limit, moved=moved)
    assert fewer["replies"].sum() <= whole + 1e-9
    assert fewer.groupby("week").size().max() <= limit or fewer.empty
    if limit:
        all_moved = replies_per_thread(answers, threads, limit=limit, moved=1)
        assert all_moved["replies"].sum() == pytest.approx(whole)


@LAW
@given(talks, st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_more_leavers_never_cost_less(rows, some, others):
    answers, threads, members = tables_of(rows)
    talk = conversations(answers, threads, members)
    assert len(talk) == len(answers)
    writers = set(answers["user_id"])
    few, many = some & writers, (some | others) & writers
    lost, more = defection(talk, few), defection(talk, many)
    assert (lost <= more + 1e-12).all()
    assert ((more >= 0) & (more <= 1)).all()
    assert (defection(talk, []) == 0).all()
    assert defection(talk, writers)[["answers", "threads"]].tolist() == [1, 1]


@LAW
@given(talks, st.permutations(range(6)))
def test_a_graph_is_the_same_whatever_its_people_are_called(rows, names):
    talk = conversations(*tables_of(rows))
    other = talk[talk["user_id"] != talk["asked_by"]]
    graph = answer_graph(talk)
    assert sum(weight for *_, weight in graph.edges(data="weight")) == len(other)
    if graph.number_of_nodes() < 2:
        return
    with np.errstate(all="ignore"):
        measures = graph_measures(graph)
        called = {person: f"p{names[person - 1]}" for person in range(1, 7)}
        renamed = graph_measures(
            answer_graph(talk.assign(user_id=talk.user_id.map(called), asked_by=talk.asked_by.map(called)))
        )
    same = [
        "people",
        "links",
        "density",
        "transitivity",
        "clustering",
        "core",
        "connected",
        "path",
        "diameter",
    ]
    assert renamed[same].tolist() == pytest.approx(measures[same].tolist())
    assert measures[["density", "transitivity", "clustering", "connected"]].between(0, 1).all()
    assert 1 <= measures["path"] <= measures["diameter"] < measures["people"]
    for by in ("answers", "pagerank", "betweenness"):
        people = core_users(graph, 3, by)
        assert len(set(people)) == len(people) == min(3, graph.number_of_nodes())
        assert people == core_users(graph, 6, by)[:3]


@LAW
@given(st.lists(st.tuples(*[st.sampled_from("ab")] * 3), min_size=1, max_size=20), st.integers(1, 5))
def test_more_columns_single_out_more_members(rows, fewer_than):
    roster = pd.DataFrame(rows, columns=["town", "job", "age"])
    told = [exposed(roster, ["town", "job", "age"][:count], fewer_than) for count in range(4)]
    assert told == sorted(told)
    assert 0 <= told[0] <= told[3] <= 1
    assert exposed(roster, ["town", "job"], fewer_than) <= exposed(roster, ["town", "job"], fewer_than + 1)
