"""The community's plan holds where it holds, its people behave as stated, and no policy breaks the league."""

import math
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
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
    chains_alive,
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
    history_chart,
    introduction_hours,
    league,
    leavers_chart,
    ledger_chart,
    lorenz_chart,
    meetings,
    pairs,
    participation,
    replies_per_thread,
    score,
    simulate,
    strong_share,
    threshold_members,
    ties_chart,
    viral_growth,
    weekly_pay,
    weekly_reward,
    who_leaves,
)
from opslab.community.league import HELD_BACK
from opslab.datasets import load
from opslab.ground import formatting as say
from tests.references import CASES

VCR = [840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890]  # thousands, USA, 1980 to 1989
THREADS = pd.DataFrame(
    {"thread_id": [1, 2], "week": 1, "kind": "side", "topic": list("xy"), "asked_by": [1, 2]}
)
SMALL = {"members": 60, "places": 60, "weeks": 8}


@pytest.fixture(scope="module")
def tables():
    return tuple(load(name) for name in ("members", "threads", "answers"))


@pytest.fixture(scope="module")
def talk(tables):
    members, threads, answers = tables
    return conversations(answers, threads, members)


# The plan


def test_the_figures_of_the_plan():
    assert weekly_reward(500, 200, 52) == pytest.approx(100_000 / 52)
    assert round(weekly_reward(), 2) == 1923.08
    assert round(weekly_pay(), 2) == 1153.85
    assert weekly_pay(52) == 120
    assert introduction_hours(500) == pytest.approx(8 + 20 / 60)
    assert pairs(500) == 124_750
    assert pairs(1) == 0


@given(st.floats(0.01, 1e5), st.integers(1, 300))
def test_the_threshold_is_the_number_of_weeks_whatever_the_fee(fee, weeks):
    members = threshold_members(fee, weeks)
    assert members == weeks
    assert weekly_reward(members, fee, weeks) == pytest.approx(fee)


@pytest.mark.parametrize(("r", "starts"), [(0.5, 1), (1.2, 1), (1.6, 3)])
def test_drawn_chains_die_out_as_often_as_reckoned(r, starts):
    alive = chains_alive(r, starts, runs=4_000, rounds=60, seed=3)
    assert alive.is_monotonic_decreasing
    assert 1 - alive.iloc[-1] / 4_000 == pytest.approx(extinction_probability(r, starts), abs=0.025)


def test_the_fund_ends_at_week_52_unless_enough_join():
    assert fund_ends(fund_ledger()) == 52
    assert break_even_joins() == pytest.approx(500 / 52)
    assert fund_ends(fund_ledger(joins=break_even_joins(), horizon=500)) is None
    assert fund_ledger(joins=break_even_joins(), horizon=500).fund.iloc[-1] == pytest.approx(100_000)
    assert fund_ends(fund_ledger(joins=9, horizon=2_000)) == pytest.approx(
        100_000 / (100_000 / 52 - 1_800), abs=1
    )


@given(st.floats(0, 30), st.floats(0, 0.1), st.floats(0, 5_000))
def test_no_yuan_is_lost_in_the_ledger(joins, churn, spend):
    ledger = fund_ledger(joins=joins, churn=churn, weekly_spend=spend)
    assert (ledger.fund >= 0).all()
    assert 100_000 + ledger.fees.sum() - ledger.reward.sum() == pytest.approx(ledger.fund.iloc[-1], abs=1e-6)


def test_members_who_leave_pay_no_dues():
    ledger = fund_ledger(churn=0.5, horizon=3)
    assert ledger.members.to_list() == [500, 250, 125]
    assert ledger.moderators.iloc[1] == pytest.approx(weekly_pay(250))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fund_ledger(entry_fee=-1), "entry_fee"),
        (lambda: fund_ledger(members=0), "members"),
        (lambda: fund_ledger(churn=1.5), "churn"),
        (lambda: fund_ledger(joins=math.nan), "joins"),
        (lambda: fund_ledger(horizon=0), "horizon"),
        (lambda: fund_ends([1]), "fund_ledger"),
        (lambda: threshold_members(0), "entry_fee"),
        (lambda: threshold_members(200, 0), "weeks"),
        (lambda: break_even_joins(entry_fee=0), "entry_fee"),
        (lambda: weekly_pay(dues="10"), "dues"),
        (lambda: pairs(2.5), "members"),
        (lambda: introduction_hours(500, -1), "minutes"),
        (lambda: viral_growth(10, 10, 1.2, 5), "conversion"),
        (lambda: viral_growth(10, 10, 0.2, 5, 0), "cycle_time"),
        (lambda: viral_growth(10, 10, 0.2, [-1]), "time"),
        (lambda: extinction_probability(-1), "r"),
        (lambda: extinction_probability(2, 0), "starts"),
        (lambda: fit_bass([1, 2, 3]), "at least 4"),
        (lambda: fit_bass([0] * 6), "add up to 0"),
        (lambda: fit_bass(VCR, "magic"), "method"),
        (lambda: fit_bass([1, 2, -3, 4]), "sales"),
        (lambda: fit_bass([2.0**n for n in range(12)], "ols"), "does not fit"),
        (lambda: fit_bass([2.0**n for n in range(12)]), "does not fit"),
        (lambda: meetings(effect=-0.1), "effect"),
        (lambda: meetings(chosen_by="me"), "chosen_by"),
        (lambda: complaint_desk(0, 5), "complaints"),
        (lambda: complaint_desk(5, 5, found=2), "found"),
        (lambda: participation([]), "counts"),
        (lambda: participation([1, -1]), "counts"),
    ],
)
def test_bad_numbers_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# Word of mouth


def test_viral_cycles_are_those_of_the_reference():
    case = CASES["skok"]
    start, invites, conversion = (case["inputs"][name] for name in ("custs0", "invites", "conv"))
    assert viral_growth(start, invites, conversion, range(6)).tolist() == case["expected"]["cycles_0_5"]
    assert viral_growth(start, invites, conversion, 20, 2) == case["expected"]["t20_ct2"]
    assert viral_growth(start, invites, conversion, 20, 1) == case["expected"]["t20_ct1"]
    assert viral_growth(10, 5, 0.2, 4) == 50  # K = 1 adds ten each cycle


@given(st.floats(1.01, 20))
def test_extinction_is_the_smallest_fixed_point(r):
    q = extinction_probability(r)
    assert 0 <= q < 1
    assert q == pytest.approx(math.exp(r * (q - 1)), abs=1e-9)


def test_extinction_at_known_means():
    assert extinction_probability(2) == pytest.approx(0.2031879, abs=1e-7)
    assert extinction_probability(1.5) == pytest.approx(0.4171884, abs=1e-7)
    assert extinction_probability(1) == extinction_probability(0) == 1
    assert extinction_probability(2, starts=3) == pytest.approx(0.2031879**3, abs=1e-7)


def test_bass_recovers_what_it_made_without_being_told_how():
    truth = Bass(p=0.03, q=0.38, m=1_000)
    step_by_step = [truth.p * truth.m]
    for _ in range(14):
        adopted = sum(step_by_step)
        step_by_step.append((truth.p + truth.q * adopted / truth.m) * (truth.m - adopted))
    for made in (truth.sales(15), step_by_step):
        fitted = fit_bass(made)
        assert (fitted.p, fitted.q, fitted.m) == pytest.approx((truth.p, truth.q, truth.m), rel=1e-5)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("best", (0.006594, 0.6381, 67_981)),
        ("density", (0.006594, 0.6381, 67_981)),
        ("nls", (0.008789, 0.6422, 67_660)),
        ("ols", (0.02165, 0.6805, 62_665)),
    ],
)
def test_bass_on_published_sales(method, expected):
    # The first two are the textbook's; the sources of the others are named in the docstring.
    fitted = fit_bass(VCR, method)
    assert (fitted.p, fitted.q, fitted.m) == pytest.approx(expected, rel=1e-3)


def test_bass_sees_the_peak_of_published_sales():
    assert fit_bass(VCR, "nls").sales(10).sum() == pytest.approx(sum(VCR), rel=0.03)
    assert 6 < fit_bass(VCR).peak < 7.2


# The data of a group


def test_few_write_for_many(tables):
    members, _, answers = tables
    wrote = members.user_id.map(answers.user_id.value_counts()).fillna(0)
    table = participation(wrote)
    assert table.members.sum() == len(members)
    assert table.share.sum() == pytest.approx(1)
    assert table.silent.sum() == (wrote == 0).sum()
    assert table.share.iloc[0] > 0.4


def test_talk_knows_whether_the_writer_is_at_home(tables, talk):
    members, _, answers = tables
    assert len(talk) == len(answers)
    row = talk.iloc[0]
    writer = members.set_index("user_id").loc[row.user_id]
    assert row.match == (row.topic in (writer.strength, writer.second_strength))
    assert 0.6 < talk[talk.match].quality.mean() - talk[~talk.match].quality.mean() < 1.0


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("limit", [None, 1, 3])
def test_moved_replies_are_all_still_there(tables, merge, limit):
    _, threads, answers = tables
    table = replies_per_thread(answers, threads, merge=merge, limit=limit)
    side = threads[threads.kind == "side"].thread_id
    assert table.replies.sum() == pytest.approx(answers.thread_id.isin(side).sum())
    if merge:
        assert not table.duplicated(["week", "topic"]).any()
    if limit:
        assert table.groupby("week").size().max() == limit


def test_replies_by_hand():
    topics = {"topic": ["a", "a", "b", "a"], "kind": ["weekly", "side", "side", "side"]}
    threads = pd.DataFrame({"thread_id": [1, 2, 3, 4], "week": 1, **topics})
    answers = pd.DataFrame({"thread_id": [1, 2, 2, 3, 4]})
    assert replies_per_thread(answers, threads).replies.to_list() == [2, 1, 1]
    assert replies_per_thread(answers, threads, merge=True).replies.to_list() == [3, 1]
    assert replies_per_thread(answers, threads, merge=True, limit=1, moved=0.5).replies.to_list() == [3.5]
    assert replies_per_thread(answers, threads, limit=0).empty


def test_the_karate_club_without_weights():
    import networkx as nx

    expected, found = CASES["karate_unweighted"]["expected"], graph_measures(nx.karate_club_graph())
    names = {
        "modularity": "Q_greedy_CNM",
        "transitivity": "transitivity",
        "clustering": "avg_clustering",
        "density": "density",
        "diameter": "diameter",
        "path": "avg_path",
        "assortativity": "assortativity",
        "core": "degeneracy",
    }
    for ours, theirs in names.items():
        assert found[ours] == pytest.approx(expected[theirs], abs=1e-4), ours


@pytest.mark.parametrize("by", ["answers", "pagerank", "betweenness"])
def test_core_users_take_more_along_than_anyone(talk, by):
    core = core_users(answer_graph(talk), 10, by)
    anyone = talk.user_id.drop_duplicates().sample(10, random_state=1)
    assert len(set(core)) == 10
    assert defection(talk, core).answers > 3 * defection(talk, anyone).answers


def test_defection_of_nobody_and_of_all(talk):
    assert (defection(talk, []) == 0).all()
    assert (defection(talk, talk.user_id) == 1).all()


def test_a_roster_exposes_by_hand():
    roster = pd.DataFrame({"job": ["a", "a", "b", "c"], "city": ["x", "x", "x", "y"]})
    assert exposed(roster, ["job"]) == 0.5
    assert exposed(roster, ["city"]) == 0.25
    assert exposed(roster, ["job"], fewer_than=3) == 1
    assert exposed(roster, []) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda talk: core_users("graph"), "networkx"),
        (lambda talk: core_users(answer_graph(talk), 5, "fame"), "by"),
        (lambda talk: defection(talk, [-1]), "never wrote"),
        (lambda talk: defection(talk.drop(columns="quality"), []), "quality"),
        (lambda talk: answer_graph(talk.head(0)), "no rows"),
        (lambda talk: exposed(talk, ["shoe"]), "shoe"),
        (lambda talk: conversations(talk, THREADS, talk), "strength"),
        (lambda talk: conversations(None, talk, talk), "answers"),
        (lambda talk: replies_per_thread(talk, THREADS, limit=-1), "limit"),
        (lambda talk: score(talk), "simulate"),
        (lambda talk: who_leaves([1]), "simulate"),
    ],
)
def test_bad_tables_are_named(talk, call, words):
    with pytest.raises(ValueError, match=words):
        call(talk)


def test_a_member_twice_is_refused(tables):
    members, threads, answers = tables
    with pytest.raises(ValueError, match="unique"):
        conversations(answers, threads, pd.concat([members, members.head(1)]))


# Two claims


def test_self_chosen_meetings_seem_to_bind_without_any_effect():
    chosen, drawn = (strong_share(meetings(0, by, people=50_000)) for by in ("members", "chance"))
    assert chosen["more than 3"] - chosen["up to 3"] > 0.05
    assert drawn["more than 3"] - drawn["up to 3"] == pytest.approx(0, abs=0.02)
    # Chance spreads meetings evenly over 0 to 6: five against one and a half of them on average.
    real = strong_share(meetings(0.04, "chance", people=50_000))
    assert real["more than 3"] - real["up to 3"] == pytest.approx(0.04 * 3.5, abs=0.02)


def test_a_forum_writes_fewer_answers():
    desk = complaint_desk(800, 50, found=0.6)
    assert desk.answers.round(1).to_list() == [800, 350]
    assert complaint_desk(800, 50, found=0).answers["forum"] == 800
    assert complaint_desk(1, 50).answers["forum"] == pytest.approx(1)
    assert complaint_desk(10, 5, won=0.01, put_off=0.05).readers_gained["forum"] < 0


# The machine


def test_the_same_seed_is_the_same_year_to_the_last_bit():
    first, again = simulate(Decision(), 3, runs=3, **SMALL), simulate(Decision(), 3, runs=3, **SMALL)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(simulate(Decision(), 4, runs=3, **SMALL))


def test_a_run_does_not_know_how_many_others_there_are():
    many, one = simulate(Decision(), 3, runs=60, **SMALL), simulate(Decision(), 3, runs=1, **SMALL)
    pd.testing.assert_frame_equal(many[many.run == 0], one, check_exact=True)


def test_two_policies_meet_the_same_chance():
    same = simulate(lambda state: Decision(), 3, runs=5, **SMALL)
    pd.testing.assert_frame_equal(same, simulate(Decision(), 3, runs=5, **SMALL), check_exact=True)
    late = simulate(lambda state: Decision(reward=0 if state.week > 4 else 1_923), 3, runs=5, **SMALL)
    early = late.week <= 4
    pd.testing.assert_frame_equal(late[early], same[early], check_exact=True)


@pytest.mark.parametrize("faults", [(), FAULTS])
def test_people_and_yuan_add_up(faults):
    fee, dues = 150, 12
    year = simulate(Decision(), 1, runs=4, entry_fee=fee, dues=dues, places=300, members=280, faults=faults)
    for _, run in year.groupby("run"):
        before = np.concatenate([[280], run.members[:-1]])
        assert (before + run.joined - run.left == run.members).all()
        assert run[[f"members_{role.replace(' ', '_')}" for role in ROLES]].sum(axis=1).to_list() == list(
            before
        )
        assert (run.members <= 300).all()
        kept = 0.5 if faults else 1.0
        fees = kept * fee * (280 + run.joined.sum())
        assert fees - run.reward.sum() == pytest.approx(run.fund.iloc[-1])
        paid_in = kept * weekly_pay(1, dues) * before.sum()
        assert paid_in == pytest.approx(run.pay.sum() + run.purse.iloc[-1])
        assert (run[["fund", "purse"]] >= -1e-9).all(axis=None)
    assert year.satisfaction.between(0, 1).all()


def test_rewards_never_take_the_moderators_money_nor_pay_the_fund():
    nothing, all_rewards, all_pay = (
        simulate(decision, 1, word_of_mouth=0, **SMALL)
        for decision in (Decision(reward=0, pay=0), Decision(reward=1e9, pay=0), Decision(reward=0, pay=1e9))
    )
    assert nothing.fund.iloc[-1] == all_pay.fund.iloc[-1] == all_rewards.reward.iloc[0] == 60 * 200
    assert all_rewards.purse.iloc[0] == nothing.purse.iloc[0] == all_pay.pay.iloc[0]
    assert all_pay.pay.iloc[0] == pytest.approx(weekly_pay(60))


def test_a_policy_sees_what_happened():
    seen = []

    def watch(state):
        seen.append(state)
        return Decision()

    year = simulate(watch, 2, **SMALL)
    assert [state.week for state in seen] == list(range(1, 9))
    assert [state.members for state in seen[1:]] == year.members[:-1].to_list()
    assert [state.answers for state in seen[1:]] == year.answers[:-1].to_list()
    assert [state.fund for state in seen[1:]] == year.fund[:-1].to_list()
    purse = (year.purse + year.pay).to_numpy()  # on Monday, before the week's pay
    assert [state.purse for state in seen] == pytest.approx(list(purse))
    assert all(sum(state.roles) == state.members for state in seen)
    with pytest.raises(FrozenInstanceError):
        seen[0].fund = 1e6


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_costs_members_and_satisfaction(fault):
    sound, faulty = (simulate(Decision(), 0, runs=20, faults=faults) for faults in ((), fault))
    assert score(faulty).mean() < score(sound).mean()
    assert faulty[faulty.week == 52].members.mean() < sound[sound.week == 52].members.mean()


def test_who_is_not_paid_leaves_first():
    table = who_leaves(simulate(Decision(), 0, runs=20, faults=["no incentive"]))
    assert table.index[0] == "moderator"
    assert who_leaves(simulate(Decision(threads=0), 0, runs=20)).index[0] == "asker"


def test_the_lesson_tells_what_its_rules_cost_the_askers():
    def played(policy):
        runs = simulate(policy, HELD_BACK, runs=50, weeks=260)  # as in the league
        return 100 * who_leaves(runs).leave_a_week["asker"], runs[runs.week == 260].members_asker.mean()

    leave, stay = played(lambda state: Decision(reward=state.fund / 52, threads=3))
    usual, usual_stay = played(Decision())
    leaving = f"of a hundred, {leave:.1f} leave in a week instead of {usual:.1f}"
    staying = f"after five years {stay:.0f} of them are in the group instead of {usual_stay:.0f}"
    lesson = Path(__file__).parents[1].joinpath("lessons/11-community/lesson.md").read_text("utf-8")
    assert f"{leaving}, and {staying}." in " ".join(lesson.split())


def test_pay_by_number_brings_more_answers_and_worse_ones():
    by_quality, by_number = (simulate(Decision(paid_by=kpi), 0, runs=20) for kpi in ("quality", "answers"))
    assert by_number.answers.mean() > 1.2 * by_quality.answers.mean()
    assert by_number.quality.mean() < by_quality.quality.mean() - 0.3
    assert score(by_number).mean() < score(by_quality).mean()


def test_a_group_without_word_of_mouth_wins_nobody():
    year = simulate(Decision(), 0, word_of_mouth=0, **SMALL)
    assert year.joined.sum() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"policy": "plan"}, "policy"),
        ({"policy": lambda state: 7}, "returned 7"),
        ({"policy": lambda state: None}, "returned None"),
        ({"policy": lambda state: Decision(reward=-1)}, "reward"),
        ({"policy": lambda state: Decision(reward=math.inf)}, "reward"),
        ({"policy": lambda state: Decision(threads=2.5)}, "threads"),
        ({"policy": lambda state: Decision(pay="all")}, "pay"),
        ({"policy": lambda state: Decision(paid_by="mood")}, "paid_by"),
        ({"members": 0}, "members"),
        ({"members": 501}, "places"),
        ({"entry_fee": -200}, "entry_fee"),
        ({"dues": -1}, "dues"),
        ({"weeks": 0}, "weeks"),
        ({"runs": 1.5}, "runs"),
        ({"seed": -1}, "seed"),
        ({"faults": ["opake"]}, "opaque"),
        ({"word_of_mouth": 2}, "word_of_mouth"),
    ],
)
def test_a_group_that_cannot_be_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        simulate(**{"policy": Decision(), **arguments})


# The league


def test_a_policy_that_fails_loses_its_turn_and_the_others_go_on():
    def loops(state):
        while True:
            pass

    def stubborn(state):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                continue

    def leaves(state):
        raise SystemExit

    def dies(state):
        import os

        os._exit(1)

    def sound(state):
        print("noise")
        return Decision(threads=4)

    table = league(
        {
            "sound": sound,
            "plan": Decision(),
            "raises": lambda state: 1 / 0,
            "nonsense": lambda state: "yes",
            "loops": loops,
            "stubborn": stubborn,
            "leaves": leaves,
            "dies": dies,
        },
        runs=5,
        seconds=2,
    )
    assert table.index[:2].to_list() == ["sound", "plan"]
    assert table.reason[:2].to_list() == ["", ""]
    assert table.score[2:].isna().all()
    assert "ZeroDivisionError" in table.reason["raises"]
    assert "expected a Decision" in table.reason["nonsense"]
    assert "loop" in table.reason["loops"]
    assert "loop" in table.reason["stubborn"]
    assert "SystemExit" in table.reason["leaves"]
    assert "without a result" in table.reason["dies"]


def test_the_league_compares_run_by_run():
    table = league(
        {"plan": Decision(), "same": Decision(), "none": Decision(reward=0, pay=0)}, runs=8, **SMALL
    )
    assert table.behind["same"] == table.behind["plan"] == 0
    assert 0 < table.low["none"] < table.behind["none"] < table.high["none"]
    alone = score(simulate(Decision(), 1_000, runs=8, **SMALL)).mean()
    assert table.score["plan"] == pytest.approx(alone)


def test_a_league_of_nobody_is_refused():
    for nobody in ({}, [Decision()], None):
        with pytest.raises(ValueError, match="dictionary"):
            league(nobody)


# Pictures


def test_pictures_say_what_the_tables_say():
    year = simulate(Decision(), 0, runs=2, **SMALL)
    assert "ends in week 52" in ledger_chart(fund_ledger()).layout.title.text
    for joins, trend in ((9, "falling"), (break_even_joins(), "steady"), (10, "growing")):
        title = ledger_chart(fund_ledger(joins=joins)).layout.title.text
        assert say.count(104, "week") in title
        assert title.endswith(trend)
    assert len(history_chart({"a": year, "b": year}, "fund").data) == 2
    assert history_chart(year).data[0].y.tolist() == year.groupby("week").members.mean().to_list()
    assert list(leavers_chart(who_leaves(year)).data[0].y) == [say.name(role) for role in ROLES]
    assert isinstance(lorenz_chart({"answers": [1, 2, 3]}), go.Figure)
    for effect in (0.0, 0.04):
        people = meetings(effect, "members", seed=3)
        few, many = strong_share(people)
        drawing = ties_chart(people)
        title = drawing.layout.title.text.replace("<br>", " ")
        assert f"{say.share(many)} have strong ties, {say.points(many - few)} above" in title
        assert np.all(np.array(drawing.data[0].error_x.array) > 0)
    leaving = who_leaves(year).leave_a_week
    title = leavers_chart(who_leaves(year)).layout.title.text
    assert title.startswith(say.name(leaving.idxmax()))
    assert say.share(leaving.max()) in title
    counts = [0] * 89 + [1] * 10 + [30]
    assert say.share(30 / 40) in lorenz_chart({"answers": counts}).layout.title.text
    assert history_chart(year).layout.title.text.endswith(
        f"{year.groupby('week').members.mean().iloc[-1]:.0f} members"
    )
    with pytest.raises(ValueError, match="column"):
        history_chart(year, "joy")
    with pytest.raises(ValueError, match="simulate"):
        history_chart({"a": pd.DataFrame()})
