"""Drawn bad inputs, for every public function: each is answered in words, or with a number that is one.

`DRAWN=1000 pytest tests/test_drawn_input.py` draws a thousand; here it is fewer, the same each time.
"""

import datetime
import inspect
import math
import os
import traceback
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import opslab
from opslab import (
    acquisition,
    charts,
    community,
    experiments,
    goals,
    lifetime,
    listening,
    outreach,
    retention,
    targeting,
)
from tests.test_bad_input import (
    CHANNELS,
    CURVES,
    FIRMS,
    GOOD,
    GUESSES,
    HISTORY,
    POSTS,
    PRICES,
    TRIAL,
    kind_of,
    name_of,
)
from tests.test_forms import CALLS, FEATURES

SOURCE = str(Path(opslab.__file__).parent)
MANY = settings(
    max_examples=int(os.environ.get("DRAWN", "120")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

CURVE = retention.kaplan_meier([1, 2, 3, 4])
NUMBERS = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 5.0]})
SPLIT = pd.DataFrame({"control": [600, 400], "treatment": [600, 400]}, index=["android", "ios"])
CHARTS = {
    charts.lines: {"table": NUMBERS, "title": "t"},
    charts.bars: {"table": NUMBERS[["a"]], "low": [0, 1, 2], "high": [2, 3, 4]},
    charts.heatmap: {"table": NUMBERS, "top": 9.0},
    charts.dots: {"table": NUMBERS[["a"]], "low": [0, 1, 2], "high": [2, 3, 4], "reference": 2.0},
    charts.slopes: {"table": NUMBERS},
    charts.share_bar: {"table": NUMBERS},
    charts.small_multiples: {"tables": {"one": NUMBERS[["a"]]}, "columns": 2},
    charts.timeline: {"table": NUMBERS, "now": 1},
    charts.mark: {"drawing": charts.figure(), "at": 2.0},
    charts.as_table: {"table": NUMBERS, "units": {"a": "%"}},
    charts.say.number: {"value": 1.5, "digits": 3},
    charts.say.share: {"value": 0.5, "decimals": 1},
    charts.say.points: {"difference": 0.5},
    charts.say.between: {"low": 1, "high": 2},
    charts.say.count: {"value": 2, "noun": "week"},
    charts.say.column: {"values": [1.0, 2.0]},
    retention.active_users_chart: {"weekly_retention": 0.5, "new_per_week": 9, "weeks": 5},
    retention.churn_mix_chart: {"alpha": 1.0, "beta": 2.0, "renewals": 3},
    retention.cohort_chart: {"table": retention.cohort_table(CALLS["cohort_table"][1]["events"])},
    retention.growth_chart: {"table": retention.growth_accounting(CALLS["cohort_table"][1]["events"])},
    retention.renewal_chart: {"survivors": [9, 7, 6, 5], "fitted": 2, "horizon": 4},
    retention.survival_chart: {"curves": CURVE},
    acquisition.budget_chart: {"plans": {"now": acquisition.allocate_budget(CURVES, 100)}},
    acquisition.carry_over_chart: {"decay": 0.5, "weeks": 4},
    acquisition.growth_paths_chart: {"k": 0.5, "budget": 9, "cost": 2, "start": 5, "weeks": 4},
    acquisition.payback_chart: {"cost": 9, "margin": 3, "churn": 0.1, "discount": 0.01, "months": 6},
    acquisition.response_chart: {"response": CURVES["a"], "spend": 5, "most": 90},
    acquisition.trust_chart: {"offer_every": 4},
    lifetime.alive_chart: {
        "model": lifetime.BetaGeometricNBD(0.8, 12, 0.8, 2.4),
        "purchases": [5, 9],
        "today": 20,
        "most": 60,
    },
    lifetime.hold_out_chart: {
        "table": lifetime.hold_out(CALLS["hold_out"][1]["orders"], "2024-04-20"),
        "model": lifetime.BetaGeometricNBD(0.8, 12, 0.8, 2.4),
        "classes": 5,
    },
    lifetime.points_chart: {"ledger": lifetime.points_ledger(10, 0.1, 0.1, 5)},
    goals.calibration_chart: {"found": goals.calibration(GUESSES), "widen": 2},
    goals.generations_chart: {
        "t": range(9),
        "at": 8,
        "p": 0.01,
        "q": 0.4,
        "m1": 9,
        "m2": 5,
        "second_at": 3,
        "m3": 4,
        "third_at": 6,
        "risk": 0.2,
    },
    goals.intake_chart: {"start": 5, "goal": 9, "periods": 3, "retention": 0.9, "capacity": 2},
    goals.kpi_tree_chart: {"name": "referral", "found": {"mau": 9, "referral": 0.1}},
    goals.links_chart: {"reach": 100, "attract": 0.1, "keep": 0.9, "recall": 0.02, "weeks": 5, "lost": 0.1},
    goals.plan_chart: {"plan": goals.channel_plan(CHANNELS), "goal": 60, "most": 90},
    goals.roads_chart: {"start": 5, "goal": 9, "periods": 3},
    goals.weight_chart: {"values": FIRMS, "weights": [1, 2], "criterion": "team", "at": 0.5},
    listening.alarm_chart: {
        "posts": pd.Series([3, 4, 9]),
        "threshold": 5,
        "odds": listening.alarm_odds(3, 2, 5),
        "window": 2,
    },
    listening.answers_chart: {"found": listening.clustered_share(0.4, 40, 10, 0.6)},
    listening.coders_chart: {"accuracy": 0.9, "prevalence": 0.2},
    listening.noisy_ear_chart: {"true": {"a": 0.4}, "sensitivity": {"a": 0.7}, "specificity": 0.9},
    listening.sentiment_chart: {"table": listening.net_sentiment(POSTS, by="brand")},
    listening.voice_chart: {"table": listening.share_of_voice(POSTS)},
    experiments.cuped_chart: {
        "before": [1, 2, 3, 1, 2, 3],
        "after": [2, 4, 6, 4, 6, 9],
        "treated": [0, 0, 0, 1, 1, 1],
        "theta": 1,
    },
    experiments.ideas_chart: {"table": experiments.ideas_factory(0.1, 4_000, ideas=20)},
    experiments.mismatch_chart: {"counts": SPLIT, "loss": 0.1, "device": "ios", "shares": [0.2, 0.5]},
    experiments.peeking_chart: {"looks": 3, "effect": 0.05, "seed": 2},
    experiments.visible_lift_chart: {
        "held_out": 0.5,
        "weeks": 9,
        "signups": 20,
        "lift": 0.1,
        "most": 30,
        "at": 12,
    },
    outreach.people_chart: {"table": outreach.uplift(TRIAL, "group")},
    outreach.qini_chart: {"curves": {"score": outreach.qini(TRIAL, "score")}, "at": 0.5},
    community.history_chart: {"histories": HISTORY},
    community.leavers_chart: {"table": community.who_leaves(HISTORY)},
    community.ledger_chart: {"ledger": community.fund_ledger()},
    community.ties_chart: {"people": community.meetings(people=50)},
    targeting.affinity_chart: {"table": targeting.affinity(list("aab"), list("aabb")), "most": 300},
    targeting.market_chart: {"size": targeting.market_size({"a": (1, 2)}), "needed": 3},
    targeting.price_chart: {"prices": targeting.price_sensitivity(PRICES), "at": 5, "most": 9},
    targeting.segments_chart: {"features": FEATURES, "labels": targeting.segment(FEATURES, 2).labels},
}
CASES = [
    *((function, given) for function, given in GOOD.items() if name_of(function) != "league"),
    *((function, {**tables, **others}) for function, tables, others in CALLS.values()),
    *CHARTS.items(),
]
# Where infinity is the answer: never paid back, never half gone, without end.
ENDLESS = {"payback_months", "median_survival", "ShiftedBetaGeometric.derl"}

SINGLE = [
    *(0, -0.0, 5e-324, 1e-300, 1e308, -1e308, 2**53 + 1, 1e30, 10**400, -1, 0.5, 2, 7, 1000, math.inf),
    *(-math.inf, math.nan, True, "5", "", None, Decimal(2), Decimal("NaN"), Fraction(1, 3), np.int8(3)),
    *(np.float32(0.3), np.float64("nan"), np.array(5), pd.NA, pd.NaT, pd.Timestamp("2024-01-01"), 1j, b"5"),
    *(pd.Timedelta(days=1), np.timedelta64(1, "D"), np.datetime64("2024-01-01"), datetime.date(2024, 1, 1)),
    *([], [1], {}, {1}, (1, 2), range(3), object(), len),
]
MOMENTS = [
    *("1970-01-01", "0001-01-01", "9999-12-31", "-5000-01-01", "2024-13-01", "", "NaT", None, pd.NaT, pd.NA),
    *(5, 1e308, np.int64(5), True, datetime.date(2024, 3, 1), datetime.time(3), "2024-03-01T00:00:00+08:00"),
    *(pd.Timestamp("2024-03-01 23:00", tz="America/New_York"), np.datetime64("NaT", "D")),
    *(np.datetime64(10**15, "D"), pd.Period("2024-03"), b"2024-03-01", [], ["2024-03-01"], {}, object()),
]
CELLS = [
    *SINGLE,
    *("2024-01-01", "x", [1], 10**18, 2**63 - 1, 1e15, -5, pd.Timestamp("0001-01-01")),
    *(pd.Timestamp("9999-12-31"), pd.Timestamp("1970-01-01"), np.datetime64("NaT", "D")),
]


def numeric(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce")


def with_cell(frame: pd.DataFrame, name: object, cell: object) -> pd.DataFrame:
    column = frame[name].astype(object).reset_index(drop=True)
    column[len(column) // 2] = cell
    return frame.assign(**{name: column.infer_objects().array})


# What may be done to a table, of which one column is chosen; a change that cannot be made is none.
CHANGES = {
    "no rows": lambda frame, name, cell: frame.head(0),
    "one row": lambda frame, name, cell: frame.head(1),
    "twice": lambda frame, name, cell: pd.concat([frame, frame]),
    "without": lambda frame, name, cell: frame.drop(columns=name),
    "renamed": lambda frame, name, cell: frame.rename(columns={name: cell}),
    "in capitals": lambda frame, name, cell: frame.rename(columns={name: str(name).upper()}),
    "two of a name": lambda frame, name, cell: pd.concat([frame, frame[[name]]], axis=1),
    "several levels": lambda frame, name, cell: frame.set_axis(
        pd.MultiIndex.from_product([["a"], frame.columns]), axis=1
    ),
    "a cell": with_cell,
    "another cell": with_cell,
    "all cells": lambda frame, name, cell: frame.assign(**{name: [cell] * len(frame)}),
    "alike": lambda frame, name, cell: frame.assign(**{name: frame[name].iloc[0]}),
    "text": lambda frame, name, cell: frame.astype({name: str}),
    "category": lambda frame, name, cell: frame.astype({name: "category"}),
    "complex": lambda frame, name, cell: frame.astype({name: complex}),
    "nullable": lambda frame, name, cell: frame.convert_dtypes(),
    "arrow-backed": lambda frame, name, cell: frame.convert_dtypes(dtype_backend="pyarrow"),
    "negative": lambda frame, name, cell: frame.assign(**{name: -numeric(frame[name])}),
    "huge": lambda frame, name, cell: frame.assign(**{name: numeric(frame[name]) * 1e300}),
    "sparse": lambda frame, name, cell: frame.assign(**{name: pd.arrays.SparseArray(numeric(frame[name]))}),
    "days as objects": lambda frame, name, cell: frame.assign(**{name: frame[name].dt.date}),
    "periods": lambda frame, name, cell: frame.assign(**{name: frame[name].dt.to_period("D")}),
    "a zone": lambda frame, name, cell: frame.assign(**{name: frame[name].dt.tz_localize("Asia/Tokyo")}),
    "lengths of time": lambda frame, name, cell: frame.assign(
        **{name: pd.to_timedelta(np.arange(len(frame)), unit="D")}
    ),
    "intervals": lambda frame, name, cell: frame.assign(**{name: pd.interval_range(0, len(frame))}),
    "an index": lambda frame, name, cell: frame.set_index(name),
    "two indexes": lambda frame, name, cell: frame.set_index([name], append=True),
    "an index of its name": lambda frame, name, cell: frame.rename_axis(name),
    "no table": lambda frame, name, cell: cell,
    "an array": lambda frame, name, cell: frame.to_numpy(),
}
ENGINES = [
    lambda frame: frame,
    lambda frame: frame,
    pl.from_pandas,
    lambda frame: pl.from_pandas(frame).lazy(),
    lambda frame: duckdb.connect().from_df(frame),
    lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
]


@st.composite
def bad_tables(draw, frame: pd.DataFrame) -> object:
    change, name = draw(st.sampled_from(list(CHANGES.values()))), draw(st.sampled_from(list(frame.columns)))
    cell, engine = draw(st.sampled_from(CELLS)), draw(st.sampled_from(ENGINES))
    try:
        changed = change(frame, name, cell)
        return engine(changed) if isinstance(changed, pd.DataFrame) else changed
    except Exception:  # such a table is not to be had: leave it as it is
        return frame


@st.composite
def bad_lists(draw, values: list) -> object:
    kind = draw(st.sampled_from(["one", "all", "none", "first", "array", "set", "iterator"]))
    if kind == "one":
        place = draw(st.integers(0, len(values) - 1))
        return [*values[:place], draw(st.sampled_from(SINGLE)), *values[place + 1 :]]
    if kind == "all":
        return [draw(st.sampled_from(SINGLE)) for _ in values]
    if kind in ("none", "first"):
        return values[: kind == "first"]
    if any(isinstance(one, list | dict) for one in values):
        return values
    return {"array": np.array, "set": set, "iterator": iter}[kind](values)


@st.composite
def bad_calls(draw):
    """Draw a public function, and arguments of which one to three are bad."""
    function, good = draw(st.sampled_from(CASES))
    arguments = dict(good)
    for name in draw(st.lists(st.sampled_from(list(good)), min_size=1, max_size=3, unique=True)):
        value = good[name]
        if isinstance(value, pd.DataFrame):
            arguments[name] = draw(bad_tables(value))
        elif kind_of(value) == "day":
            arguments[name] = draw(st.sampled_from(MOMENTS))
        elif isinstance(value, list | tuple) and value:
            arguments[name] = draw(bad_lists(list(value)) | st.sampled_from(SINGLE))
        else:
            arguments[name] = draw(st.sampled_from(SINGLE))
    names = [
        name
        for name, one in inspect.signature(function).parameters.items()
        if isinstance(one.default, str) and name not in arguments
    ]
    if names and draw(st.integers(0, 9)) == 0:
        arguments[draw(st.sampled_from(names))] = draw(st.sampled_from([*SINGLE, "nope", ("a", "b")]))
    return function, arguments


def raised_here(error: BaseException) -> bool:
    """Tell whether an error was raised by the package and not below it."""
    where = traceback.extract_tb(error.__traceback__)[-1].filename
    return where.startswith(SOURCE) or where == "<string>"  # where a dataclass is made


@MANY
@given(bad_calls())
def test_a_bad_input_is_answered_in_words_or_with_a_number(call):
    function, arguments = call
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            result = function(**arguments)
        except ValueError as error:
            told, words = error, str(error)
        else:
            told, words = None, ""
    if told is not None:
        if not raised_here(told):
            raise told
        assert len(words) > 15
        assert " " in words
    elif isinstance(result, float) and name_of(function) not in ENDLESS:
        assert math.isfinite(result)


def test_an_error_from_below_would_be_seen():
    with pytest.raises(ValueError) as below:  # noqa: PT011 - pandas' own words do not matter
        pd.Series([1]).groupby([])
    assert not raised_here(below.value)
    with pytest.raises(ValueError, match="weeks is -1") as ours:
        community.fund_ledger(weeks=-1)
    assert raised_here(ours.value)
