"""Laws of retention: what is true of every log, however it is written down."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opslab.retention import (
    STAGES,
    ShiftedBetaGeometric,
    active_days,
    active_users,
    cohort_table,
    early_warning,
    fit_sbg,
    growth_accounting,
    kaplan_meier,
    lifetimes,
    log_rank,
    mean_by,
    median_survival,
    renewal_survivors,
    retention_by,
    retention_curve,
    retention_rate,
    revenue_by_behaviour,
    stage_moves,
    stages,
    weekly_activity,
)
from tests.strategies import LAW, lifetimes_seen, log, on, orders, orders_of, shares, users_of, visits

periods = st.sampled_from("DWM")
LATE = on(400)  # so late that everyone's days lie inside the log


def later(events: pd.DataFrame, period: str, steps: int) -> pd.DataFrame:
    unit = {"D": "days", "W": "weeks", "M": "months"}[period]
    return events.assign(date=events.date + pd.DateOffset(**{unit: steps}))


@LAW
@given(visits, periods, st.randoms(use_true_random=False))
def test_order_and_repeats_in_a_log_do_not_matter(visits, period, random):
    again = [*visits, *random.choices(visits, k=5)]
    random.shuffle(again)
    one, other = log(visits), log(again)
    for count in (
        lambda events: cohort_table(events, period=period),
        lambda events: growth_accounting(events, period),
        lambda events: retention_curve(events, [0, 1, 7], until=LATE),
        lambda events: stages(events, on(90) if visits[0][1] <= 90 else LATE),
        lambda events: lifetimes(events, 1, until=LATE),
    ):
        pd.testing.assert_frame_equal(count(one), count(other))


@LAW
@given(visits, periods, st.integers(-40, 40))
def test_a_log_some_periods_later_tells_the_same_that_much_later(visits, period, steps):
    events = log(visits)
    moved = later(events, period, steps)
    for count in (lambda log: cohort_table(log, period=period), lambda log: growth_accounting(log, period)):
        here, there = count(events), count(moved)
        np.testing.assert_array_equal(here.to_numpy(), there.to_numpy())
        starts = later(pd.DataFrame({"date": here.index}), period, steps).date
        assert list(starts) == list(there.index)


@LAW
@given(visits, periods)
def test_cohorts_begin_whole_and_their_diagonals_are_the_active_users(visits, period):
    events = log(visits)
    table = cohort_table(events, period=period)
    assert table[0].sum() == len({user for user, _ in visits})
    assert not table.gt(table[0], axis=0).any(axis=None)
    active = growth_accounting(events, period)["active"]
    place = active.index.get_indexer(table.index)
    sums = np.zeros(len(active))
    for row, start in zip(table.to_numpy(), place, strict=True):
        sums[start:] += row[: len(active) - start]
        assert np.isnan(row[len(active) - start :]).all()
    np.testing.assert_array_equal(sums, active)


@LAW
@given(visits, st.integers(0, 40), st.integers(1, 20), st.sampled_from(["classic", "rolling", "bracket"]))
def test_rates_are_shares_and_groups_make_up_the_whole(visits, day, width, kind):
    events = log(visits)
    whole = retention_rate(events, day, kind, width, until=LATE)
    groups = retention_by(events, users_of(visits), "group", day, kind, width, until=LATE)
    assert 0 <= whole <= 1
    assert groups["rate"].between(0, 1).all()
    assert np.average(groups["rate"], weights=groups["users"]) == pytest.approx(whole)
    assert retention_rate(events, day, "bracket", width + 1, until=LATE) >= retention_rate(
        events, day, "bracket", width, until=LATE
    )
    assert retention_rate(events, day + 1, "rolling", until=LATE) <= retention_rate(
        events, day, "rolling", until=LATE
    )


@LAW
@given(visits, periods)
def test_active_users_change_by_who_came_less_who_went(visits, period):
    table = growth_accounting(log(visits), period)
    assert (table >= 0).to_numpy()[1:, :5].all()
    moved = table["new"] + table["resurrected"] - table["churned"]
    np.testing.assert_array_equal(table["active"], moved.cumsum())
    assert table["retention"].dropna().between(0, 1).all()


@LAW
@given(st.floats(0, 1e4), shares, shares, st.integers(0, 200))
def test_better_retention_never_means_fewer_active_users(arrivals, one, other, weeks):
    worse, better = sorted((one, other))
    low, high = active_users(arrivals, worse, weeks), active_users(arrivals, better, weeks)
    assert low <= high * (1 + 1e-6)
    assert high <= arrivals * weeks * (1 + 1e-9)


@pytest.mark.parametrize("below", [1e-6, 1e-9, 1e-12, 1e-15])
def test_active_users_have_no_step_where_nobody_leaves(below):
    assert active_users(10, 1 - below, 50) == pytest.approx(500, rel=1e-4)


# Survival


@LAW
@given(lifetimes_seen)
def test_survival_never_rises_and_lies_in_its_interval(pairs):
    time, seen = zip(*pairs, strict=True)
    table = kaplan_meier(time, seen)
    left = table["survival"].to_numpy()
    assert (np.diff(left) <= 1e-12).all()
    assert ((left >= 0) & (left <= 1)).all()
    known = table.dropna()
    assert (known["low"] <= known["survival"] + 1e-9).all()
    assert (known["survival"] <= known["high"] + 1e-9).all()
    assert table["events"].sum() + table["censored"].sum() == len(pairs)
    half = median_survival(table)
    assert (table["survival"][table.index < half] > 0.5).all()


@LAW
@given(lifetimes_seen, st.integers(2, 9))
def test_survival_knows_no_unit_of_time(pairs, factor):
    time, seen = map(np.array, zip(*pairs, strict=True))
    one, other = kaplan_meier(time, seen), kaplan_meier(factor * time, seen)
    np.testing.assert_allclose(one["survival"], other["survival"])
    assert median_survival(other) == factor * median_survival(one)


@LAW
@given(lifetimes_seen, st.integers(2, 3))
def test_groups_that_are_alike_do_not_differ_and_expected_ends_add_up(pairs, times):
    time, seen = map(list, zip(*pairs, strict=True))
    if not any(seen) or max(time) == 0:
        return
    copies = log_rank(time * times, seen * times, sorted(list(range(times)) * len(time)))
    assert copies.chi2 == pytest.approx(0, abs=1e-6)
    assert copies.table["observed"].sum() == pytest.approx(copies.table["expected"].sum())
    assert copies.degrees == times - 1


@LAW
@given(visits, st.integers(1, 60))
def test_a_lifetime_ends_where_the_quiet_begins(visits, quiet):
    events = log(visits)
    table = lifetimes(events, quiet, until=on(200))
    assert (table["last"][table["observed"]] <= on(200 - quiet)).all()
    assert (table["last"][~table["observed"]] > on(200 - quiet)).all()
    stayed = (table["last"] - table["first"]).dt.days + 1
    assert (table["duration"] <= stayed).all()
    np.testing.assert_array_equal(table["duration"][table["observed"]], stayed[table["observed"]])
    patient = lifetimes(events, quiet + 5, until=on(200))
    assert patient["observed"].sum() <= table["observed"].sum()


# Renewals


@LAW
@given(st.floats(0.2, 6), st.floats(0.3, 12))
def test_exact_survivors_give_back_their_parameters(alpha, beta):
    truth = ShiftedBetaGeometric(alpha, beta)
    found = fit_sbg(1000 * truth.survival(range(13)))
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta), rel=0.02)
    np.testing.assert_allclose(found.survival(range(25)), truth.survival(range(25)), rtol=1e-3)


@LAW
@given(st.floats(0.1, 20), st.floats(0.1, 20), st.integers(0, 20), st.floats(0.01, 1), st.floats(0.01, 1))
def test_residual_life_falls_with_discount_and_rises_with_renewals_made(alpha, beta, made, one, other):
    model = ShiftedBetaGeometric(alpha, beta)
    low, high = sorted((one, other))
    assert model.derl(made, high) <= model.derl(made, low) * (1 + 1e-9)
    assert model.derl(made, low) <= model.derl(made + 1, low) * (1 + 1e-9)
    assert 0 < model.derl(made, high) < 1 + 1 / high


@LAW
@given(visits, st.integers(1, 3))
def test_members_only_grow_fewer_with_each_renewal(visits, months):
    dues = log(visits).assign(product="dues")
    left = renewal_survivors(dues, months, until=LATE)
    assert left[0] == len({user for user, _ in visits})
    assert (np.diff(left) <= 0).all()
    further = renewal_survivors(dues, months + 1, until=LATE)
    assert further[:months].tolist() == left[:months].tolist()


# Stages and warnings


@LAW
@given(visits, st.integers(0, 150), st.integers(1, 20), st.integers(1, 40), st.integers(1, 60))
def test_each_user_seen_has_one_stage_and_patience_loses_nobody(visits, today, soon, more, most):
    seen = {user for user, day in visits if day <= today}
    if not seen:
        return
    limits = (soon, soon + more, soon + more + most)
    table = stages(log(visits), on(today), limits)
    assert set(table["user_id"]) == seen
    assert len(table) == len(seen)
    quiet = table.groupby("stage", observed=True)["quiet_days"]
    assert (quiet.max()[lambda stage: stage.index.isin(STAGES[:3])] < soon).all()
    lost = table["stage"] == "lost"
    assert (table["quiet_days"][lost] >= limits[2]).all()
    patient = stages(log(visits), on(today), (*limits[:2], limits[2] + 10))
    assert (patient["stage"] == "lost").sum() <= lost.sum()


@LAW
@given(visits, st.integers(0, 100), st.integers(1, 60))
def test_moves_count_everyone_who_was_there_at_the_start(visits, start, length):
    there = {user for user, day in visits if day <= start}
    if not there:
        return
    moves = stage_moves(log(visits), on(start), on(start + length))
    assert moves.to_numpy().sum() == len(there)
    before = stages(log(visits), on(start))["stage"].value_counts()
    assert moves.sum(axis=1).to_dict() == before.to_dict()
    assert moves.loc["lost", ["at risk", "dormant"]].sum() <= moves.loc["lost"].sum()


@LAW
@given(visits, st.integers(0, 90), st.integers(1, 28), st.lists(st.integers(0, 40), min_size=2, max_size=5))
def test_a_stricter_warning_flags_fewer_and_catches_fewer(visits, today, horizon, rules):
    events = log([*visits, (99, 0), (99, 120)])
    table = early_warning(events, on(today), sorted(rules), horizon, watch=200)
    for column in ("flagged", "hits", "recall"):
        assert (table[column].dropna().diff().dropna() <= 0).all()
    assert (table["hits"] <= table[["flagged", "lost"]].min(axis=1)).all()
    everyone = early_warning(events, on(today), 0, horizon, watch=200).iloc[0]
    assert everyone["flagged"] == everyone["watched"]
    assert everyone["hits"] == everyone["lost"]


# Behaviour


@LAW
@given(visits, st.integers(1, 30), st.integers(1, 8))
def test_active_days_are_counted_once_and_weeks_add_up_to_them(visits, days, weeks):
    events, users = log(visits), users_of(visits)
    counts = active_days(events, users, days, until=LATE)["active_days"]
    assert counts.between(1, days).all()  # the day of sign-up is a day of the log
    longer = active_days(events, users, days + 3, until=LATE)["active_days"]
    assert (longer >= counts).all()
    by_week = weekly_activity(events, users, "group", weeks, until=LATE)
    assert ((by_week >= 0) & (by_week <= 7)).all(axis=None)
    total = active_days(events, users, 7 * weeks, until=LATE).groupby("group")["active_days"].mean()
    np.testing.assert_allclose(by_week.sum(), total)


@LAW
@given(orders)
def test_group_means_make_up_the_mean_and_lie_in_their_intervals(rows):
    table = orders_of(rows)
    means = mean_by(table, "user_id", "amount")
    assert np.average(means["mean"], weights=means["users"]) == pytest.approx(table["amount"].mean())
    known = means.dropna()
    assert (known["low"] <= known["mean"]).all()
    assert (known["mean"] <= known["high"]).all()


@LAW
@given(visits, orders, st.integers(1, 20), st.integers(1, 60))
def test_revenue_by_behaviour_counts_each_user_and_each_later_yuan_once(visits, rows, days, more):
    users, bought = users_of(visits), orders_of(rows)
    assume(bought["user_id"].isin(users["user_id"]).any())
    table = revenue_by_behaviour(log(visits), bought, users, days, days + more, until=LATE)
    assert table["users"].sum() == len(users)
    age = (bought["date"] - bought["user_id"].map(users.set_index("user_id")["signup_date"])).dt.days
    expected = bought["amount"][(age >= days) & (age < days + more)].sum()
    assert table["revenue"].sum() == pytest.approx(expected)
    assert table["paying"].between(0, 1).all()
    assert math.isclose(table["share"].sum(), 1) or expected == 0
