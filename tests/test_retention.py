"""Retention is right: published figures, brute force, any engine, and plain words for bad input."""

import datetime
import inspect
import itertools
import math
import warnings
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab import datasets, retention
from opslab.ground import formatting as say
from opslab.retention import (
    ShiftedBetaGeometric,
    active_days,
    active_users,
    active_users_chart,
    churn_mix_chart,
    cohort_chart,
    cohort_table,
    early_warning,
    fit_sbg,
    growth_accounting,
    growth_chart,
    kaplan_meier,
    lifetimes,
    log_rank,
    mean_by,
    median_survival,
    pictures,
    renewal_chart,
    renewal_survivors,
    retention_by,
    retention_chart,
    retention_curve,
    retention_rate,
    revenue_by_behaviour,
    running_warning,
    stage_moves,
    stages,
    survival_chart,
    warning_chart,
    weekly_activity,
)
from opslab.world import truth
from tests.references import CASES

# Fader and Hardie (2007), table 1: per cent of customers still there after 0, 1, ... 12 years.
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
# A Friday, so that weeks do not begin with the log.
ORIGIN = datetime.date(2023, 12, 29)
LARGEST = math.exp(10)  # of alpha + beta, where the search ends
ROOMS = ("cohorts", "behaviour", "survival", "renewals", "growth", "lifecycle", "pictures")
SOME = settings(max_examples=60, deadline=None)


def log(*visits: tuple[object, int]) -> pd.DataFrame:
    """Return a log from (user, day) pairs, days counted from ORIGIN."""
    users, days = zip(*visits, strict=True)
    dates = pd.to_datetime([ORIGIN + datetime.timedelta(days=int(day)) for day in days])
    return pd.DataFrame({"user_id": users, "date": dates})


def on(day: int) -> datetime.date:
    return ORIGIN + datetime.timedelta(days=day)


logs = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 120)), min_size=1, max_size=60)


def period_start(day: datetime.date, period: str) -> datetime.date:
    if period == "M":
        return day.replace(day=1)
    return day - datetime.timedelta(days=day.weekday() if period == "W" else 0)


def next_start(day: datetime.date, period: str) -> datetime.date:
    if period == "M":
        return (day + datetime.timedelta(days=31)).replace(day=1)
    return day + datetime.timedelta(days=7 if period == "W" else 1)


def all_periods(visits, period: str) -> list[datetime.date]:
    days = [on(day) for _, day in visits]
    starts = [period_start(min(days), period)]
    while next_start(starts[-1], period) <= max(days):
        starts.append(next_start(starts[-1], period))
    return starts


def seen_in(visits, period: str) -> dict[object, set[int]]:
    """Return for each user the numbers of the periods in which they were seen."""
    starts = all_periods(visits, period)
    seen = defaultdict(set)
    for user, day in visits:
        seen[user].add(starts.index(period_start(on(day), period)))
    return seen


# Cohorts


@SOME
@given(logs, st.sampled_from("DWM"))
def test_cohorts_agree_with_counting_in_dictionaries(visits, period):
    starts, seen = all_periods(visits, period), seen_in(visits, period)
    table = cohort_table(log(*visits), period=period)
    cohorts = sorted({min(steps) for steps in seen.values()})
    assert list(table.index.date) == [starts[cohort] for cohort in cohorts]
    assert list(table.columns) == list(range(len(starts)))
    for cohort, age in itertools.product(cohorts, range(len(starts))):
        counted = sum(min(steps) == cohort and cohort + age in steps for steps in seen.values())
        cell = table.loc[pd.Timestamp(starts[cohort]), age]
        assert math.isnan(cell) if cohort + age >= len(starts) else cell == counted


def on_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().from_df(frame)


def with_users(change):
    return lambda frame: frame.assign(user_id=change(frame["user_id"]))


ENGINES = {
    "polars": pl.from_pandas,
    "polars lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "polars dates": lambda frame: pl.from_pandas(frame).with_columns(pl.col("date").cast(pl.Date)),
    "polars text ids": lambda frame: pl.from_pandas(frame).with_columns(pl.col("user_id").cast(pl.String)),
    "duckdb": on_duckdb,
    "duckdb dates": lambda frame: on_duckdb(frame).project("user_id, date::date as date"),
    "duckdb text ids": lambda frame: on_duckdb(frame).project("user_id::text as user_id, date"),
    "pyarrow": pa.Table.from_pandas,
    "pandas on arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "pandas with times": lambda frame: frame.assign(date=frame["date"] + pd.Timedelta(hours=23, minutes=59)),
    "pandas with a zone": lambda frame: frame.assign(
        date=(frame["date"] + pd.Timedelta(hours=1)).dt.tz_localize("Asia/Shanghai")
    ),
    "polars with a zone": lambda frame: pl.from_pandas(frame).with_columns(
        pl.col("date").dt.offset_by("1h").dt.replace_time_zone("Asia/Shanghai")
    ),
    "text ids": with_users(lambda ids: "u" + ids.astype("str")),
    "objects": with_users(lambda ids: ids.astype("str").astype(object)),
    "categories": with_users(lambda ids: ids.astype("category")),
    "decimals": with_users(lambda ids: ids / 7),
    "nullable": with_users(lambda ids: ids.astype("Int64")),
    "huge ids": with_users(lambda ids: ids.astype("uint64") * 2**60),
    "small ids": with_users(lambda ids: ids.astype("int8") - 5),
    "other index": lambda frame: frame.set_index(pd.Index([7] * len(frame))),
    "other names": lambda frame: frame.rename(columns={"user_id": "who", "date": "then"}),
}


@pytest.mark.parametrize("period", ["D", "W", "M"])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_and_every_type_of_id_gives_the_same_tables(engine, period):
    rng = np.random.default_rng(5)
    frame = log(*zip(rng.integers(1, 9, 90), rng.integers(0, 800, 90), strict=True))
    names = {"user": "who", "when": "then"} if engine == "other names" else {}
    other = ENGINES[engine](frame)
    for function in (cohort_table, growth_accounting):
        pd.testing.assert_frame_equal(function(frame, period=period), function(other, period=period, **names))
    assert retention_rate(frame, 30, "rolling", until=on(700)) == retention_rate(
        other, 30, "rolling", until=on(700), **names
    )


@pytest.mark.parametrize("year", [1899, 1969, 1970, 2000, 2100])
def test_engines_number_weeks_alike_in_leap_years_and_before_1970(year):
    dates = pd.date_range(f"{year}-12-20", periods=500, freq="D", unit="s")
    frame = pd.DataFrame({"user_id": np.arange(500) % 3, "date": dates})
    for period in "DWM":
        pd.testing.assert_frame_equal(
            cohort_table(frame, period=period), cohort_table(pl.from_pandas(frame).lazy(), period=period)
        )


def test_lantern_cohorts_are_the_same_from_pandas_polars_and_duckdb():
    activity = datasets.load("activity")
    ours = cohort_table(activity)
    pd.testing.assert_frame_equal(ours, cohort_table(pl.from_pandas(activity).lazy()))
    pd.testing.assert_frame_equal(ours, cohort_table(duckdb.from_df(activity)))
    idiom = activity.assign(week=activity["date"].dt.to_period("W").dt.start_time)
    idiom["cohort"] = idiom.groupby("user_id")["week"].transform("min")
    idiom["age"] = (idiom["week"] - idiom["cohort"]).dt.days // 7
    idiom = idiom.groupby(["cohort", "age"])["user_id"].nunique().unstack()
    np.testing.assert_array_equal(ours.fillna(0), idiom.fillna(0))


def test_the_input_is_left_as_it_was():
    frame = log((2, 3), (1, 9), (2, 3))
    before = frame.copy()
    for function in (cohort_table, growth_accounting, retention_curve):
        function(frame, **({"days": [0]} if function is retention_curve else {}))
    pd.testing.assert_frame_equal(frame, before)


# Day-N retention


def brute_rate(visits, day: int, kind: str, width: int, until: int) -> float | None:
    days = defaultdict(set)
    for user, when in visits:
        if when <= until:
            days[user].add(when)
    watched = returned = 0
    for seen in days.values():
        target = min(seen) + day
        if target + (width - 1 if kind == "bracket" else 0) <= until:
            watched += 1
            wanted = {
                "classic": [target],
                "bracket": range(target, target + width),
                "rolling": range(target, 999),
            }
            returned += any(when in seen for when in wanted[kind])
    return returned / watched if watched else None


@SOME
@given(
    logs,
    st.integers(0, 60),
    st.sampled_from(["classic", "rolling", "bracket"]),
    st.integers(1, 30),
    st.integers(0, 160),
)
def test_day_n_agrees_with_counting_in_dictionaries(visits, day, kind, width, until):
    if until < min(when for _, when in visits):
        return
    expected = brute_rate(visits, day, kind, width, until)
    if expected is None:
        with pytest.raises(ValueError, match="no user can be watched"):
            retention_rate(log(*visits), day, kind, width, until=on(until))
    else:
        assert retention_rate(log(*visits), day, kind, width, until=on(until)) == pytest.approx(expected)


@SOME
@given(logs, st.integers(0, 60), st.integers(1, 30))
def test_for_the_same_users_rolling_and_bracket_are_never_below_classic(visits, day, width):
    events, late = log(*visits), on(300)
    classic = retention_rate(events, day, until=late)
    assert retention_rate(events, day, "rolling", until=late) >= classic
    assert retention_rate(events, day, "bracket", width, until=late) >= classic
    assert retention_rate(events, day, "bracket", 1, until=late) == classic
    assert retention_rate(events, 0, until=late) == 1


def test_three_definitions_on_one_small_log():
    events = log(("a", 0), ("a", 7), ("b", 0), ("b", 9), ("c", 0), ("c", 40), ("d", 36), ("e", 39))
    # d's and e's day 7 lie after the log (day 40).
    assert retention_rate(events, 7) == pytest.approx(1 / 3)
    assert retention_rate(events, 7, "bracket") == pytest.approx(2 / 3)
    assert retention_rate(events, 7, "rolling") == 1
    assert retention_curve(events, [0, 7]).to_dict("list") == {
        "users": [5, 3],
        "returned": [5, 1],
        "rate": [1.0, pytest.approx(1 / 3)],
    }


@pytest.mark.parametrize("kind", ["classic", "rolling", "bracket"])
def test_day_n_is_the_same_on_lazy_engines(kind):
    activity = datasets.load("activity")
    expected = retention_rate(activity, 28, kind, until="2024-12-31")
    for engine in (pl.from_pandas(activity), pl.from_pandas(activity).lazy(), duckdb.from_df(activity)):
        assert retention_rate(engine, 28, kind, until="2024-12-31") == expected


def test_groups_add_up_to_the_whole():
    activity, users = datasets.load("activity"), datasets.load("users")
    table = retention_by(activity, users, ["channel", "device"], 28, "bracket")
    assert table["returned"].sum() / table["users"].sum() == retention_rate(activity, 28, "bracket")
    assert table.index.names == ["channel", "device"]


def test_each_channel_improves_while_the_blend_falls():
    activity, users = datasets.load("activity"), datasets.load("users")
    late = users["signup_date"] >= pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=39)
    users = users.assign(half=np.where(late, "after", "before"))
    by_channel = retention_by(activity, users, ["half", "channel"], 28, "bracket")["rate"].unstack("half")
    blended = retention_by(activity, users, "half", 28, "bracket")["rate"]
    assert (by_channel["after"] > by_channel["before"]).all()
    assert blended["after"] < blended["before"]


def test_users_who_never_acted_stay_in_the_denominator_when_days_count_from_sign_up():
    answers = log((1, 5), (1, 12), (2, 30))
    users = pd.DataFrame(
        {"user_id": [1, 2, 3], "plan": "x", "signup_date": pd.to_datetime([on(5), on(2), on(2)])}
    )
    from_first = retention_by(answers, users, "plan", 7)
    assert from_first.loc["x"].tolist() == [1, 1, 1.0]
    from_signup = retention_by(answers, users, "plan", 7, since="signup_date")
    assert from_signup.loc["x"].tolist() == [3, 1, pytest.approx(1 / 3)]


def test_active_days_count_from_sign_up_and_weeks_add_up_to_them():
    activity, users = datasets.load("activity"), datasets.load("users")
    counted = active_days(activity, users, 84)
    weekly = weekly_activity(activity, users, "pushes_per_week", 12)
    means = mean_by(counted, "pushes_per_week", "active_days")
    np.testing.assert_allclose(weekly.sum(), means["mean"])
    assert list(weekly.columns) == [0, 1, 3, 7]
    one = counted.iloc[17]
    own = activity[activity["user_id"] == one["user_id"]]["date"] - one["signup_date"]
    assert one["active_days"] == (own.dt.days < 84).sum()
    assert weekly[7].iloc[0] > weekly[3].iloc[0] > weekly[0].iloc[0]
    assert weekly[7].iloc[-1] < weekly[3].iloc[-1]


def test_means_carry_a_normal_interval():
    table = pd.DataFrame({"arm": ["a", "a", "a", "b", "b"], "value": [1.0, 2.0, 6.0, 5.0, 5.0]})
    result = mean_by(table, "arm", "value")
    half = 1.96 * np.std([1, 2, 6], ddof=1) / math.sqrt(3)
    assert result.loc["a"].tolist() == pytest.approx([3, 3, 3 - half, 3 + half], abs=1e-3)
    assert result.loc["b"].tolist() == [2, 5, 5, 5]


def test_money_counts_only_after_the_behaviour():
    users = pd.DataFrame({"user_id": [1, 2, 3], "signup_date": pd.to_datetime([on(0), on(0), on(95)])})
    answers = log((1, 0), (1, 3), (1, 50), (3, 95), (3, 100))
    orders = log((1, 2), (1, 20), (2, 30), (1, 90), (3, 100)).assign(amount=[500, 7, 3, 900, 900])
    table = revenue_by_behaviour(answers, orders, users, days=10, horizon=60, edges=(0, 1, 3))
    assert list(table.index) == ["0", "1–2"]
    assert table["users"].tolist() == [1, 1]
    assert table["revenue"].tolist() == [3, 7]
    assert table["share"].tolist() == [0.3, 0.7]
    assert table["paying"].tolist() == [1, 1]


# Survival


def test_six_mp_survival_is_as_published():
    case = CASES["gehan_km"]
    time, event = zip(*case["inputs"]["time_event"], strict=True)
    table = kaplan_meier(time, event)
    for moment, survival in case["expected"]["S"].items():
        assert table.loc[float(moment), "survival"] == pytest.approx(survival, abs=case["tolerance"]["S"])
    assert median_survival(table) == case["expected"]["median"]


def test_placebo_against_six_mp_is_as_published():
    case = CASES["gehan_logrank"]
    placebo, six_mp = case["inputs"]["placebo_times_all_events"], case["inputs"]["six_mp"]
    time = placebo + [moment for moment, _ in six_mp]
    event = [True] * len(placebo) + [bool(end) for _, end in six_mp]
    test = log_rank(time, event, ["placebo"] * len(placebo) + ["6-MP"] * len(six_mp))
    assert test.chi2 == pytest.approx(case["expected"]["chi2"], abs=case["tolerance"]["chi2"])
    assert test.table.loc["placebo", "observed"] == case["expected"]["O"]
    assert test.table.loc["placebo", "expected"] == pytest.approx(
        case["expected"]["E"], abs=case["tolerance"]["E"]
    )
    assert test.p == pytest.approx(4.2e-5, rel=0.02)
    assert median_survival(kaplan_meier(placebo)) == case["expected"]["median_placebo"]


times = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


@SOME
@given(times)
def test_kaplan_meier_agrees_with_counting_at_each_time(pairs):
    time, event = zip(*pairs, strict=True)
    table = kaplan_meier(time, event)
    assert list(table.index) == sorted({0, *time})
    left, variance, halved = Fraction(1), Fraction(0), math.inf
    for moment, row in table.iterrows():
        at_risk = sum(other >= moment for other in time)
        ends = sum(other == moment and end for other, end in pairs)
        assert row[:3].tolist() == [at_risk, ends, time.count(moment) - ends]
        left *= 1 - Fraction(ends, at_risk)
        low = high = left
        if 0 < left < 1:
            variance += Fraction(ends, at_risk * (at_risk - ends))
            spread = math.exp(1.959964 * math.sqrt(variance) / math.log(left))
            low, high = float(left) ** (1 / spread), float(left) ** spread
        assert row[3:].tolist() == pytest.approx([left, low, high], abs=1e-6)
        halved = moment if left <= Fraction(1, 2) and halved == math.inf else halved
    assert median_survival(table) == halved


def test_lifelines_neither_warns_nor_changes_what_numpy_warns_of():
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kaplan_meier([1, 2, 3, 3], [1, 0, 1, 1])
        log_rank([1, 2, 3, 3], [1, 0, 1, 1], list("abab"))
    assert np.geterr() == before


@SOME
@given(st.lists(st.floats(0, 50), min_size=1, max_size=30))
def test_without_censoring_survival_is_the_share_still_to_come(durations):
    table = kaplan_meier(durations)
    for moment, survival in table["survival"].items():
        assert survival == pytest.approx(np.mean(np.array(durations) > moment))


def test_log_rank_of_several_groups_agrees_with_counting_at_each_time():
    rng = np.random.default_rng(3)
    time, event, group = rng.integers(1, 15, 120), rng.random(120) < 0.7, rng.choice(list("abc"), 120)
    test = log_rank(time, event, group)
    for name in "abc":
        expected = sum(
            ((time >= moment) & (group == name)).sum()
            * ((time == moment) & event).sum()
            / (time >= moment).sum()
            for moment in range(15)
        )
        assert test.table.loc[name, "expected"] == pytest.approx(expected)
        assert test.table.loc[name, "observed"] == (event & (group == name)).sum()
    assert test.table["expected"].sum() == pytest.approx(event.sum())
    assert test.degrees == 2


def test_lifetimes_stop_where_silence_can_no_longer_be_told():
    # The log ends on day 40; with 10 quiet days the watch ends on day 30.
    events = log(
        ("gone", 0), ("gone", 4), ("there", 0), ("there", 35), ("late", 33), ("edge", 2), ("edge", 30)
    )
    events = pd.concat([events, log(("last", 40))])
    table = lifetimes(events, 10).set_index("user_id")
    assert table["duration"].to_dict() == {"gone": 5, "there": 31, "late": 0, "edge": 29, "last": 0}
    assert table["observed"].to_dict() == {
        "gone": True,
        "there": False,
        "late": False,
        "edge": True,
        "last": False,
    }


def test_survival_from_lifetimes_is_rolling_retention_where_nobody_is_censored():
    activity = datasets.load("activity")
    early = activity.groupby("user_id")["date"].transform("min") < "2024-03-01"
    table = lifetimes(activity[early], 28, until=activity["date"].max())
    curve = kaplan_meier(table["duration"], table["observed"])["survival"]
    for day in (1, 7, 28, 90):
        rolling = retention_rate(activity[early], day, "rolling", until=activity["date"].max())
        assert curve.asof(day) == pytest.approx(rolling, abs=0.005)


# Renewals


def test_regular_customers_give_the_published_parameters():
    case = CASES["sbg_regular_7"]
    model = fit_sbg(case["inputs"]["survival_pct"])
    assert model.alpha == pytest.approx(case["expected"]["alpha"], abs=case["tolerance"]["alpha"])
    assert model.beta == pytest.approx(case["expected"]["beta"], abs=case["tolerance"]["beta"])


@pytest.mark.parametrize(
    ("per_cent", "alpha", "beta", "loglik"),
    [(REGULAR, 0.704, 1.182, -1680.27), (HIGH_END, 0.668, 3.806, -1611.16)],
)
def test_both_published_segments_are_fitted_and_projected(per_cent, alpha, beta, loglik):
    # Fader and Hardie fit years 0 to 7 of 1,000 customers and project to year 12.
    model = fit_sbg(np.array(per_cent[:8]) * 10)
    assert (model.alpha, model.beta) == (pytest.approx(alpha, abs=1e-3), pytest.approx(beta, abs=1e-3))
    assert model.loglik == pytest.approx(loglik, abs=0.01)
    np.testing.assert_allclose(100 * model.survival(range(13)), per_cent, atol=1.9)


survivor_tables = st.lists(st.integers(1, 200), min_size=2, max_size=10).map(
    lambda lost: list(np.cumsum([30, *lost])[::-1])
)


@SOME
@given(survivor_tables)
def test_no_other_parameters_are_likelier(survivors):
    model = fit_sbg(survivors)

    def loglik(alpha, beta):
        left = ShiftedBetaGeometric(alpha, beta).survival(range(len(survivors)))
        return -np.diff(survivors) @ np.log(-np.diff(left)) + survivors[-1] * np.log(left[-1])

    assert model.loglik == pytest.approx(loglik(model.alpha, model.beta), rel=1e-6)
    for a, b in itertools.product((0.7, 0.97, 1, 1.03, 1.4), repeat=2):
        if model.alpha * a + model.beta * b < LARGEST:
            assert loglik(model.alpha * a, model.beta * b) <= model.loglik + 1e-6 * abs(model.loglik)


def test_estimates_do_not_depend_on_the_unit():
    counts, shares = fit_sbg([1000, 631, 468, 382]), fit_sbg(pd.Series([1, 0.631, 0.468, 0.382]))
    assert (counts.alpha, counts.beta) == (pytest.approx(shares.alpha), pytest.approx(shares.beta))
    assert counts.loglik == pytest.approx(1000 * shares.loglik)


def test_the_fit_recovers_simulated_parameters():
    rng = np.random.default_rng(11)
    leaves = rng.geometric(rng.beta(0.9, 3.5, 200_000))
    model = fit_sbg([(leaves > t).sum() for t in range(13)])
    assert model.alpha == pytest.approx(0.9, rel=0.03)
    assert model.beta == pytest.approx(3.5, rel=0.03)


def test_constant_churn_is_found_as_such():
    model = fit_sbg(1000 * 0.8 ** np.arange(8))
    assert model.survival(12) == pytest.approx(0.8**12, rel=1e-3)
    assert model.retention([1, 12]) == pytest.approx([0.8, 0.8], rel=1e-3)


@SOME
@given(st.floats(0.05, 50), st.floats(0.05, 50))
def test_survival_is_the_product_of_retention_and_retention_rises(alpha, beta):
    model = ShiftedBetaGeometric(alpha, beta)
    rates, left = model.retention(range(1, 30)), model.survival(range(30))
    np.testing.assert_allclose(left[1:], np.cumprod(rates), rtol=1e-9)
    assert left[0] == 1
    assert (np.diff(left) < 0).all()
    assert (np.diff(rates) > 0).all()
    assert rates[0] == pytest.approx(beta / (alpha + beta))
    assert model.survival(3) == pytest.approx(left[3])
    assert isinstance(model.survival(3), float)


@SOME
@given(st.floats(0.05, 30), st.floats(0.05, 30), st.integers(0, 20), st.floats(0.02, 1))
def test_derl_is_the_discounted_sum_of_survival_to_come(alpha, beta, renewals, discount):
    model = ShiftedBetaGeometric(alpha, beta)
    left = model.survival(np.arange(renewals, renewals + 3000))
    expected = (left[1:] / left[0] * (1 / (1 + discount)) ** np.arange(len(left) - 1)).sum()
    assert model.derl(renewals, discount) == pytest.approx(expected, rel=1e-6)


def test_derl_is_right_at_the_edges():
    model = ShiftedBetaGeometric(3.0, 4.0)
    far = model.survival(np.arange(1, 200_000)).sum()
    assert model.derl(0, 0) == pytest.approx(far, rel=1e-3)
    assert model.derl(0, 0) == pytest.approx(4 / 2)
    assert model.derl(0, 1e-7) == pytest.approx(model.derl(0, 0), rel=1e-5)
    assert ShiftedBetaGeometric(0.7, 1.2).derl(0, 0) == math.inf
    constant = ShiftedBetaGeometric(4000.0, 16000.0).derl(2, 0.1)
    assert constant == pytest.approx(0.8 / (1 - 0.8 / 1.1), rel=1e-3)
    assert model.derl(0, 1e-3) == pytest.approx(
        (model.survival(np.arange(1, 50_000)) / 1.001 ** np.arange(49_999)).sum()
    )
    assert (np.diff(ShiftedBetaGeometric(0.668, 3.806).derl([0, 1, 2, 3], 0.1)) > 0).all()


def test_lanterns_dues_give_back_the_true_renewals():
    # One world has some 500 members watched for so long: pool ten worlds against their mean truth.
    survivors = sum(renewal_survivors(datasets.load("orders", seed=seed), 8) for seed in range(8))
    lives = [truth(seed).membership.life for seed in range(8)]
    expected = np.mean(
        [ShiftedBetaGeometric(life.alpha, life.beta).survival(range(9)) for life in lives], axis=0
    )
    members = survivors[0]
    noise = 4 * np.sqrt(expected * (1 - expected) / members) + 1e-9
    assert (np.abs(survivors / members - expected) <= noise).all()
    assert fit_sbg(survivors).survival(8) == pytest.approx(expected[8], abs=0.05)


def test_a_fit_lies_in_a_corner_where_the_data_know_only_one_thing():
    constant = fit_sbg([1000, 800, 640, 512])
    assert constant.alpha + constant.beta == pytest.approx(np.exp(10))
    assert constant.survival([1, 2, 5]) == pytest.approx([0.8, 0.64, 0.8**5], rel=1e-3)
    at_once = fit_sbg([1000, 700, 700, 700])
    assert at_once.alpha + at_once.beta == pytest.approx(np.exp(-10))
    assert at_once.survival([1, 2, 50]) == pytest.approx([0.7, 0.7, 0.7], rel=1e-3)


def test_who_never_missed_a_month_is_never_lost_whenever_the_log_ends():
    # Each payment a month after the first: on the same day, or on the last one of a shorter month.
    starts = pd.to_datetime(["2023-08-31", "2024-01-30", "2024-05-15"])
    days = [start + pd.DateOffset(months=made) for start in starts for made in range(30)]
    dues = pd.DataFrame({"user_id": np.repeat([7, 8, 9], 30), "date": days, "product": "dues"})
    # No length and a mean one both stand for calendar months: they take turns.
    for end, length in zip(pd.date_range(days[5], days[-10]), itertools.cycle([None, 30.44]), strict=False):
        left = renewal_survivors(dues, 5, month_days=length, until=end)
        assert left.tolist() == [left[0]] * 6, end
    assert left[0] == 3
    with pytest.raises(ValueError, match="nobody can be watched for 5 renewals"):
        renewal_survivors(dues, 5, month_days=length, until=days[5] - pd.Timedelta(days=1))


def test_a_payment_belongs_to_the_renewal_whose_day_is_nearest():
    # Due on 31 May, 30 June, 31 July: paid early, late, and then no more.
    days = pd.to_datetime(["2024-04-30", "2024-05-28", "2024-07-04", "2024-12-31"])
    dues = pd.DataFrame({"user_id": [1, 1, 1, 2], "date": days, "product": "dues"})
    assert renewal_survivors(dues, 4, month_days=None).tolist() == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("length", [7.5, 31.2, 0])
def test_a_part_of_a_day_is_no_billing_month(length):
    with pytest.raises(ValueError, match=f"month_days is {length}"):
        renewal_survivors(log((1, 0), (1, 40)).assign(product="dues"), 1, month_days=length)


def test_only_members_watched_to_the_end_count_as_survivors():
    dues = log((1, 0), (1, 30), (1, 60), (2, 0), (2, 30), (3, 10), (4, 45), (4, 75)).assign(product="dues")
    orders = pd.concat([dues, log((9, 80)).assign(product="course")])
    assert renewal_survivors(orders, 2).tolist() == [3, 2, 1]
    assert renewal_survivors(orders, 1).tolist() == [4, 3]


# Growth accounting


def test_growth_accounting_gives_the_hand_made_case():
    case = CASES["growth_accounting"]
    months = ["2024-01-10", "2024-02-20", "2024-03-05"]
    rows = [
        (user, month) for month, names in zip(months, case["inputs"]["active"], strict=True) for user in names
    ]
    events = pd.DataFrame(rows, columns=["user_id", "date"]).astype({"date": "datetime64[s]"})
    table = growth_accounting(events, "M")
    for period, name in ((1, "t2"), (2, "t3")):
        for column, value in case["expected"][name].items():
            assert table[column].iloc[period] == pytest.approx(value, abs=case["tolerance"]["all"])


@SOME
@given(logs, st.sampled_from("DWM"))
def test_growth_accounts_balance_and_agree_with_sets(visits, period):
    table, seen = growth_accounting(log(*visits), period), seen_in(visits, period)
    before = table["active"].shift(fill_value=0)
    assert (table["active"] == table["new"] + table["retained"] + table["resurrected"]).all()
    assert (before == table["retained"] + table["churned"]).all()
    assert (
        table["active"].diff().dropna() == (table["new"] + table["resurrected"] - table["churned"])[1:]
    ).all()
    assert table["new"].sum() == len(seen)
    for step in range(len(table)):
        here = {user for user, steps in seen.items() if step in steps}
        was = {user for user, steps in seen.items() if step - 1 in steps}
        ever = {user for user, steps in seen.items() if min(steps) < step}
        row = table.iloc[step]
        counted = [len(here), len(here - ever), len(here & was), len((here & ever) - was), len(was - here)]
        assert row[:5].tolist() == counted
    np.testing.assert_array_equal(
        cohort_table(log(*visits), period=period)[0], table["new"][table["new"] > 0]
    )


@given(st.floats(0, 500), st.floats(0, 1), st.integers(0, 150))
def test_steady_arrivals_add_up_week_by_week(arrivals, stay, weeks):
    active = 0.0
    for _ in range(weeks):
        active = active * stay + arrivals
    assert active_users(arrivals, stay, weeks) == pytest.approx(active, rel=1e-6, abs=1e-6)


def test_nobody_lost_makes_the_quick_ratio_infinite_and_an_empty_month_is_there():
    table = growth_accounting(log((1, 5), (1, 35), (2, 35), (1, 95)), "M")
    assert math.isnan(table["quick_ratio"].iloc[0])
    assert table["quick_ratio"].iloc[1] == math.inf
    assert table["active"].tolist() == [1, 2, 0, 1]
    assert table["resurrected"].tolist() == [0, 0, 0, 1]


# Stages and warnings


def test_stages_follow_from_quiet_days():
    visits = {
        "new": [95, 98],
        "returned": [10, 60, 97],
        "active": [10, 80, 95],
        "at risk": [10, 90],
        "dormant": [10, 60],
        "lost": [3],
        "unborn": [101],
    }
    events = log(*((user, day) for user, days in visits.items() for day in days))
    table = stages(events, on(100)).set_index("user_id")
    assert table["stage"].astype(str).to_dict() == {name: name for name in visits if name != "unborn"}
    assert table["quiet_days"].to_dict() == {
        "new": 2,
        "returned": 3,
        "active": 5,
        "at risk": 10,
        "dormant": 40,
        "lost": 97,
    }
    assert table.loc["active", "active_days"] == 2
    assert list(table["stage"].cat.categories) == list(retention.STAGES)


def test_the_day_a_stage_ends_is_its_limit():
    events = pd.concat(
        [log(*((f"q{quiet}", 200 - quiet) for quiet in (6, 7, 27, 28, 83, 84))), log(("end", 200))]
    )
    events = pd.concat([events, log(*((f"q{quiet}", 0) for quiet in (6, 7, 27, 28, 83, 84)))])
    stage = stages(events, on(200)).set_index("user_id")["stage"]
    assert [stage[f"q{quiet}"] for quiet in (6, 7, 27, 28, 83, 84)] == [
        "returned",
        "at risk",
        "at risk",
        "dormant",
        "dormant",
        "lost",
    ]


def test_moves_between_stages_count_every_user_of_the_first_day_once():
    activity = datasets.load("activity")
    moves = stage_moves(activity, "2025-02-01", "2025-03-01")
    before = stages(activity, "2025-02-01")["stage"].value_counts()
    assert moves.sum(axis=1).to_dict() == before.to_dict()
    assert list(moves.index) == list(moves.columns) == list(retention.STAGES)
    assert moves.loc["lost", "dormant"] == 0


@SOME
@given(logs, st.integers(0, 100), st.integers(1, 40), st.integers(1, 40))
def test_warnings_agree_with_counting_in_dictionaries(visits, as_of, horizon, watch):
    end = max(day for _, day in visits)
    origin = min(day for _, day in visits)
    last, comes = {}, set()
    for user, day in visits:
        if day <= as_of:
            last[user] = max(day, last.get(user, -1))
        elif day <= as_of + horizon:
            comes.add(user)
    watched = {user for user, day in last.items() if as_of - day < watch}
    if as_of < origin or as_of + horizon > end or not watched:
        with pytest.raises(ValueError, match=r"as_of|nobody was seen"):
            early_warning(log(*visits), on(as_of), 7, horizon, watch)
        return
    table = early_warning(log(*visits), on(as_of), range(9), horizon, watch)
    for quiet, row in table.iterrows():
        flagged = {user for user in watched if as_of - last[user] >= quiet}
        lost = watched - comes
        assert row[:4].tolist() == [len(watched), len(flagged), len(lost), len(flagged & lost)]
    assert (table["flagged"].diff().dropna() <= 0).all()
    assert (table["recall"].diff().dropna() <= 0).all()
    assert table.loc[0, "recall"] == 1 or table.loc[0, "lost"] == 0


def test_warning_earlier_catches_more_and_errs_more():
    table = early_warning(datasets.load("activity"), "2025-03-31", [3, 7, 14, 21])
    assert table["precision"].is_monotonic_increasing
    assert table["recall"].is_monotonic_decreasing
    one = early_warning(datasets.load("activity"), "2025-03-31", 7)
    pd.testing.assert_frame_equal(one, table.loc[[7]])


@SOME
@given(logs, st.integers(0, 60), st.integers(0, 60), st.integers(1, 20))
def test_a_running_rule_agrees_with_waiting_day_by_day(visits, start, length, horizon):
    days = sorted({day for _, day in visits})
    if start < days[0] or start + length + horizon > days[-1]:
        with pytest.raises(ValueError, match=r"start|end"):
            running_warning(log(*visits), on(start), on(start + length), 7, horizon)
        return
    table = running_warning(log(*visits), on(start), on(start + length), range(9), horizon)
    for quiet, row in table.iterrows():
        sent, hits = 0, 0
        for user in {user for user, _ in visits}:
            seen = {day for who, day in visits if who == user}
            for today in range(start, start + length + 1):
                if today - quiet in seen and not seen & set(range(today - quiet + 1, today + 1)):
                    sent += 1
                    hits += not seen & set(range(today + 1, today + horizon + 1))
        assert row[:2].tolist() == [sent, hits]


def test_a_rule_that_runs_is_right_less_often_than_one_send_to_all_who_are_quiet():
    activity = datasets.load("activity")
    rule = running_warning(activity, "2025-03-01", "2025-05-25", 10).loc[10]
    once = early_warning(activity, "2025-05-25", 10).loc[10]
    assert rule.precision < once.precision - 0.1


# Pictures


def curve(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns, index=pd.RangeIndex(3))


def test_every_chart_is_a_figure_with_its_title_and_named_axes():
    activity = datasets.load("activity")
    life = lifetimes(activity)
    km = kaplan_meier(life["duration"], life["observed"])
    classic = retention_curve(activity, range(10))
    for drawing in (
        cohort_chart(cohort_table(activity, period="M"), "A finding", period="M"),
        retention_chart(classic, "A finding"),
        retention_chart(
            {"classic": classic, "rolling": retention_curve(activity, range(10), "rolling")}, "A finding"
        ),
        survival_chart(km, "A finding"),
        survival_chart({"all": km, "again": km}, "A finding"),
        renewal_chart(REGULAR, 5, 12, "A finding"),
        churn_mix_chart(0.7, 1.2, 4, "A finding"),
        growth_chart(growth_accounting(activity), "A finding"),
        warning_chart(early_warning(activity, "2025-03-31", range(28)), "A finding"),
    ):
        assert isinstance(drawing, go.Figure)
        assert drawing.layout.title.text == "A finding"
        assert drawing.layout.yaxis.title.text
        assert drawing.data


def test_a_chart_without_a_title_says_what_it_shows_now():
    activity = datasets.load("activity", seed=3)
    life = lifetimes(activity)
    groups = {name: kaplan_meier(g["duration"], g["observed"]) for name, g in life.groupby(life.index % 2)}
    named = {"even_ids": groups[0], "odd_ids": groups[1]}
    warned = early_warning(activity, "2025-03-31", range(28))
    growth = growth_accounting(activity)
    active = growth["active"]
    shown = [
        (survival_chart(named, at=28), [curve.survival[28] for curve in groups.values()]),
        (warning_chart(warned, at=9), warned.loc[9, ["precision", "recall"]]),
        (renewal_chart(REGULAR, 4, 12), [fit_sbg(REGULAR[:5]).survival(12), REGULAR[12] / REGULAR[0]]),
        (churn_mix_chart(2.0, 6.0, 8), [0.25, 0.125]),
        (retention_chart(retention_curve(activity, range(10))), [retention_rate(activity, 9)]),
    ]
    for drawing, values in shown:
        assert all(say.share(value) in drawing.layout.title.text for value in values)
    assert "even ids" in survival_chart(named, at=28).layout.title.text
    assert warning_chart(warned, at=9).layout.title.text != warning_chart(warned, at=10).layout.title.text
    ends = [say.number(active.iloc[place]) for place in (0, -1)]
    assert "From {} to {} active users".format(*ends) in growth_chart(growth).layout.title.text
    table = cohort_table(activity, period="M")
    assert say.share((table[1] / table[0]).max()) in cohort_chart(table, period="M").layout.title.text
    assert "truth" not in renewal_chart(REGULAR, 4, 20).layout.title.text


def test_the_renewal_chart_shows_model_data_and_what_came_later():
    drawing = renewal_chart(REGULAR, 4, 12)
    by_name = {trace.name: trace for trace in drawing.data}
    assert list(by_name[pictures.DATA_USED].x) == [0, 1, 2, 3, 4]
    assert list(by_name[pictures.DATA_LATER].x) == list(range(5, 13))
    model = fit_sbg(REGULAR[:5])
    np.testing.assert_allclose(by_name[pictures.MODEL].y, model.survival(range(13)))
    assert by_name[pictures.CONSTANT].y[12] < 0.5 * by_name[pictures.MODEL].y[12]


def test_growth_chart_puts_the_lost_below_zero():
    drawing = growth_chart(growth_accounting(datasets.load("activity")))
    assert all(value <= 0 for value in drawing.data[-1].y)


# Bad input

EVENTS = log((1, 0), (1, 8), (2, 3), (2, 40))
USERS = pd.DataFrame(
    {"user_id": [1, 2], "plan": ["a", "b"], "signup_date": pd.to_datetime(["2023-12-29", "2024-01-01"])}
)
ORDERS = EVENTS.assign(product="dues", amount=10.0)
CALLS = {
    "cohort_table": lambda events: cohort_table(events),
    "retention_rate": lambda events: retention_rate(events, 1),
    "retention_curve": lambda events: retention_curve(events, [1]),
    "retention_by": lambda events: retention_by(events, USERS, "plan", 1),
    "active_days": lambda events: active_days(events, USERS, 7),
    "weekly_activity": lambda events: weekly_activity(events, USERS, "plan", 1),
    "revenue_by_behaviour": lambda events: revenue_by_behaviour(events, ORDERS, USERS, 7, 20),
    "lifetimes": lambda events: lifetimes(events, 7),
    "growth_accounting": lambda events: growth_accounting(events),
    "stages": lambda events: stages(events, "2024-01-20"),
    "stage_moves": lambda events: stage_moves(events, "2024-01-10", "2024-01-20"),
    "early_warning": lambda events: early_warning(events, "2024-01-02", 2, 7),
    "running_warning": lambda events: running_warning(events, "2024-01-02", "2024-01-03", 2, 7),
}
BAD_EVENTS = {
    "not a table": ([1, 2], "list; expected a table"),
    "no rows": (EVENTS.head(0), "has no rows"),
    "no user": (EVENTS.rename(columns={"user_id": "userid"}), "no column 'user_id'.*did you mean 'userid'"),
    "no date": (EVENTS.drop(columns="date"), "no column 'date'"),
    "dates as text": (EVENTS.assign(date=EVENTS["date"].astype("str")), "expected dates.*to_datetime"),
    "a date missing": (
        EVENTS.assign(date=EVENTS["date"].where(EVENTS.index > 0)),
        "'date'.* 1 missing value",
    ),
    "a user missing": (EVENTS.assign(user_id=[1, None, 2, 2]), "'user_id'.* 1 missing value"),
}


@pytest.mark.parametrize("bad", BAD_EVENTS)
@pytest.mark.parametrize("function", CALLS)
def test_bad_events_are_answered_in_words(function, bad):
    CALLS[function](EVENTS)
    events, words = BAD_EVENTS[bad]
    with pytest.raises(ValueError, match=words):
        CALLS[function](events)


BAD_CALLS = {
    "unknown period": (lambda: cohort_table(EVENTS, period="week"), "period is 'week'.*'D', 'W', 'M'"),
    "unknown growth period": (lambda: growth_accounting(EVENTS, "Q"), "period is 'Q'"),
    "negative day": (lambda: retention_rate(EVENTS, -1), "day is -1; expected a whole number from 0"),
    "half a day": (lambda: retention_rate(EVENTS, 1.5), "day is 1.5"),
    "day as text": (lambda: retention_rate(EVENTS, "7"), "day is '7'"),
    "missing day": (lambda: retention_rate(EVENTS, math.nan), "day is nan"),
    "a day among days": (lambda: retention_curve(EVENTS, [1, -2]), "day is -2"),
    "unknown kind": (lambda: retention_rate(EVENTS, 1, "clasic"), "kind is 'clasic'.*did you mean 'classic'"),
    "no width": (lambda: retention_rate(EVENTS, 1, "bracket", 0), "width is 0"),
    "day beyond the log": (
        lambda: retention_rate(EVENTS, 41),
        "no user can be watched for 41 days.*2024-02-07",
    ),
    "bracket beyond the log": (lambda: retention_rate(EVENTS, 36, "bracket"), "watched for 42 days"),
    "until too early": (lambda: retention_rate(EVENTS, 1, until="2020-01-01"), "until is 2020-01-01, before"),
    "until is no date": (lambda: retention_rate(EVENTS, 1, until="soon"), "until is 'soon'; expected a date"),
    "until is a number": (lambda: retention_rate(EVENTS, 1, until=20240101), "until is 20240101"),
    "users twice": (lambda: retention_by(EVENTS, pd.concat([USERS, USERS]), "plan", 1), "2 rows too many"),
    "no such group": (lambda: retention_by(EVENTS, USERS, "plans", 1), "no column 'plans'.*'plan'"),
    "group missing": (
        lambda: retention_by(EVENTS, USERS.assign(plan=["a", None]), "plan", 1),
        "'plan'.*1 missing",
    ),
    "strange users": (
        lambda: retention_by(EVENTS, USERS.assign(user_id=[8, 9]), "plan", 1),
        "users and events have no user_id in common",
    ),
    "no sign-up": (lambda: active_days(EVENTS, USERS, since="joined"), "no column 'joined'"),
    "no days": (lambda: active_days(EVENTS, USERS, 0), "days is 0"),
    "watched too short": (
        lambda: active_days(EVENTS, USERS, 7, 3),
        "watched is 3; expected a whole number from 7",
    ),
    "too many weeks": (lambda: weekly_activity(EVENTS, USERS, "plan", 12), "watched for 83 days"),
    "mean of text": (lambda: mean_by(USERS, "plan", "plan"), "expected finite numbers"),
    "no orders": (lambda: revenue_by_behaviour(EVENTS, ORDERS.head(0), USERS, 7, 20), "orders has no rows"),
    "negative money": (
        lambda: revenue_by_behaviour(EVENTS, ORDERS.assign(amount=-1.0), USERS, 7, 20),
        "'amount'.*goes down to -1",
    ),
    "horizon in the behaviour": (lambda: revenue_by_behaviour(EVENTS, ORDERS, USERS, 7, 7), "horizon is 7"),
    "edges fall": (
        lambda: revenue_by_behaviour(EVENTS, ORDERS, USERS, 7, 20, edges=(0, 3, 2)),
        "edges is .*rising",
    ),
    "edges from 1": (lambda: revenue_by_behaviour(EVENTS, ORDERS, USERS, 7, 20, edges=(1, 3)), "start at 0"),
    "quiet for ever": (lambda: lifetimes(EVENTS, 99), "quiet_days is 99 but the log has only 41 days"),
    "never quiet": (lambda: lifetimes(EVENTS, 0), "quiet_days is 0"),
    "no durations": (lambda: kaplan_meier([]), "durations is empty"),
    "negative duration": (lambda: kaplan_meier([1, -1]), r"durations\[1\] is -1"),
    "missing duration": (lambda: kaplan_meier([1, math.nan]), r"durations\[1\] is nan"),
    "durations as text": (lambda: kaplan_meier(["a"]), "durations must be a sequence of numbers"),
    "too few ends": (lambda: kaplan_meier([1, 2], [True]), "observed has 1 values; expected 2"),
    "an end of 2": (lambda: kaplan_meier([1, 2], [1, 2]), r"observed\[1\] is 2"),
    "an end missing": (lambda: kaplan_meier([1, 2], [True, None]), r"observed\[1\] is None"),
    "no survival": (lambda: median_survival(EVENTS), "without the column 'survival'.*kaplan_meier"),
    "one group": (lambda: log_rank([1, 2], None, ["a", "a"]), "group has one value"),
    "too few groups": (lambda: log_rank([1, 2], None, ["a"]), "group has 1 values"),
    "a group missing": (lambda: log_rank([1, 2, 3], None, ["a", "b", None]), "1 missing"),
    "nobody ends": (lambda: log_rank([1, 2], [0, 0], ["a", "b"]), "no end was observed"),
    "survivors rise": (lambda: fit_sbg([100, 60, 70, 50]), "rise from 60 to 70 at place 2"),
    "two survivors": (lambda: fit_sbg([100, 60]), "survivors has 2 values"),
    "no survivors": (lambda: fit_sbg([]), "survivors is empty"),
    "negative survivors": (lambda: fit_sbg([100, 50, -1]), r"survivors\[2\] is -1"),
    "missing survivors": (lambda: fit_sbg([100, math.nan, 10]), r"survivors\[1\] is nan"),
    "survivors as text": (lambda: fit_sbg("100"), "survivors must be a sequence"),
    "nobody started": (lambda: fit_sbg([0, 0, 0]), "starts at 0"),
    "nobody left": (lambda: fit_sbg([9, 9, 9]), "nobody left"),
    "no alpha": (lambda: ShiftedBetaGeometric(0, 1), "alpha is 0"),
    "beta missing": (lambda: ShiftedBetaGeometric(1, math.nan), "beta is nan"),
    "negative time": (lambda: ShiftedBetaGeometric(1, 1).survival(-1), "t is -1"),
    "half a renewal": (lambda: ShiftedBetaGeometric(1, 1).survival([1, 2.5]), "t holds 2.5; expected whole"),
    "retention of the start": (lambda: ShiftedBetaGeometric(1, 1).retention(0), "t is 0"),
    "negative renewals": (lambda: ShiftedBetaGeometric(1, 1).derl(-1, 0.1), "renewals is -1"),
    "negative discount": (lambda: ShiftedBetaGeometric(1, 1).derl(0, -0.1), "discount is -0.1"),
    "no such product": (lambda: renewal_survivors(ORDERS, 1, value="fee"), "product = 'fee'; it has 'dues'"),
    "no months": (lambda: renewal_survivors(ORDERS, 0), "months is 0"),
    "too many months": (lambda: renewal_survivors(ORDERS, 2), "nobody can be watched for 2 renewals"),
    "as_of too early": (lambda: stages(EVENTS, "2020-01-01"), "as_of is 2020-01-01, before the first event"),
    "as_of missing": (lambda: stages(EVENTS, None), "as_of is None; expected a date"),
    "two limits": (lambda: stages(EVENTS, "2024-01-20", (7, 28)), "limits has 2 values"),
    "limits fall": (lambda: stages(EVENTS, "2024-01-20", (7, 3, 28)), "limits is .*rising"),
    "end before start": (lambda: stage_moves(EVENTS, "2024-01-20", "2024-01-10"), "must lie after"),
    "no future": (lambda: early_warning(EVENTS, "2024-02-01", 7), "choose 2024-01-10 or earlier"),
    "no past": (lambda: early_warning(EVENTS, "2020-01-01", 7), "as_of is 2020-01-01, before"),
    "nobody watched": (lambda: early_warning(EVENTS, "2024-01-20", 1, 7, 3), "nobody was seen in the 3 days"),
    "negative quiet days": (
        lambda: early_warning(EVENTS, "2024-01-02", [1, -1], 7),
        r"quiet_days\[1\] is -1",
    ),
    "rule without a future": (
        lambda: running_warning(EVENTS, "2024-01-02", "2024-02-01", 7),
        "end is 2024-02-01, but .*choose 2024-01-10 or earlier",
    ),
    "rule without a past": (lambda: running_warning(EVENTS, "2020-01-01", "2024-01-02", 7), "start is 2020"),
    "rule backwards": (lambda: running_warning(EVENTS, "2024-01-05", "2024-01-02", 7), "must not lie before"),
    "no horizon": (lambda: early_warning(EVENTS, "2024-01-02", 1, 0), "horizon is 0"),
    "half a week": (lambda: active_users(100, 0.9, 1.5), "weeks is 1.5"),
    "retention in per cent": (
        lambda: active_users_chart(90),
        "weekly_retention is 90; expected a number from 0 to 1",
    ),
    "chart of events": (
        lambda: cohort_chart(EVENTS),
        "without the column 0; expected the result of cohort_table",
    ),
    "chart of nothing": (lambda: retention_chart({}), "no tables to draw.*retention_curve"),
    "curve without rate": (
        lambda: retention_chart({"x": EVENTS}),
        "'x' is a table without the column 'rate'",
    ),
    "survival of a list": (lambda: survival_chart([1, 2]), "kaplan_meier"),
    "fitted too few": (
        lambda: renewal_chart(REGULAR, 1),
        "fitted is 1; expected a whole number from 2 to 12",
    ),
    "fitted too many": (lambda: renewal_chart(REGULAR, 13), "fitted is 13"),
    "horizon too near": (lambda: renewal_chart(REGULAR, 7, 6), "horizon is 6"),
    "chart without churn": (lambda: growth_chart(EVENTS), "growth_accounting"),
    "chart without recall": (lambda: warning_chart(EVENTS), "early_warning"),
    "mix of nobody": (lambda: churn_mix_chart(-1, 1), "alpha is -1"),
}


@pytest.mark.parametrize("bad", BAD_CALLS)
def test_bad_values_are_answered_in_words(bad):
    call, words = BAD_CALLS[bad]
    with pytest.raises(ValueError, match=words):
        call()


def test_every_public_function_has_a_bad_call_here():
    public = {name for name in retention.__all__ if inspect.isfunction(getattr(retention, name))}
    source = Path(__file__).read_text("utf-8")
    bad = source[source.index("CALLS = {") :]
    assert [name for name in sorted(public) if f"{name}(" not in bad] == []


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_offers_is_offered_by_the_package(room):
    module = getattr(retention, room)
    offered = {
        name
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__ and not name.startswith("_")
    }
    assert offered
    assert offered <= set(retention.__all__)
