"""Targeting is right: hand cases, pandas' definitions, known truth, any engine, plain words for bad input."""

import itertools
import math
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab import targeting
from opslab.datasets import load
from opslab.ground import formatting as say
from opslab.targeting import (
    affinity,
    affinity_by,
    affinity_chart,
    compare_k,
    concentration,
    current_needs,
    focus_table,
    go_no_go,
    market_chart,
    market_size,
    poststratify,
    price_chart,
    price_interval,
    price_sensitivity,
    price_test,
    rake,
    rfm,
    segment,
    segments_chart,
    still_right,
    strata_chart,
)
from opslab.world import truth

WORLDS = range(5)
DAY = "2025-06-29"


def answered(seed: int = 0) -> pd.DataFrame:
    survey = load("survey", seed)
    return survey[survey["answered"]]


# Market size


def test_ranges_multiply_by_the_squares_of_their_logarithms():
    size = market_size({"people": (100, 400), "share": (0.1, 0.4)})
    assert size.middle == pytest.approx(200 * 0.2)
    assert size.high / size.middle == pytest.approx(2 ** math.sqrt(2))
    assert size.middle / size.low == pytest.approx(2 ** math.sqrt(2))
    assert (size.worst, size.best) == pytest.approx((10, 160))
    assert size.factors["doubt"].tolist() == pytest.approx([0.5, 0.5])


def test_a_simulation_agrees_with_the_range_of_a_product():
    ranges = {"a": (180e6, 260e6), "b": (0.03, 0.10), "c": (0.002, 0.02)}
    size = market_size(ranges)
    rng = np.random.default_rng(0)
    logs = sum(
        rng.normal((math.log(low) + math.log(high)) / 2, math.log(high / low) / (2 * 1.645), 200_000)
        for low, high in ranges.values()
    )
    assert np.exp(np.quantile(logs, [0.05, 0.95])) == pytest.approx([size.low, size.high], rel=0.03)


def test_a_known_factor_adds_no_doubt():
    size = market_size({"known": (50, 50), "share": (0.1, 0.2)})
    assert (size.low, size.high) == pytest.approx((5, 10))
    assert size.factors["doubt"]["known"] == 0
    assert market_size({"known": (50, 50)}).low == pytest.approx(50)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({}, "expected a dictionary"),
        ([(1, 2)], "is list"),
        ({"adults": 5}, "expected a range"),
        ({"adults": (1, 2, 3)}, "expected a range"),
        ({"share": (0, 0.5)}, "above 0"),
        ({"share": (-0.1, 0.5)}, "above 0"),
        ({"share": (math.nan, 0.5)}, "above 0"),
        ({"share": (0.5, 0.1)}, "smaller number first"),
    ],
)
def test_a_market_without_ranges_is_refused(factors, words):
    with pytest.raises(ValueError, match=words):
        market_size(factors)


# Survey


def small_sample() -> pd.DataFrame:
    return pd.DataFrame({"group": ["a", "a", "a", "b"], "value": [1.0, 2.0, 3.0, 10.0], "word": list("xxyy")})


def test_post_stratification_weighs_groups_by_their_people():
    found = poststratify(small_sample(), {"a": 50, "b": 50}, by="group")
    assert found.mean("value").value == pytest.approx((2 + 10) / 2)
    assert found.mean("value").raw == pytest.approx(4)
    assert found.weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert found.weights.mean() == pytest.approx(1)
    assert found.shares("word").corrected.to_dict() == pytest.approx({"x": 1 / 3, "y": 2 / 3})


def test_population_may_be_a_table_a_series_shares_or_polars():
    sample = small_sample()
    table = pd.DataFrame({"group": ["a", "b", "b"], "device": [1, 1, 2], "users": [30, 20, 50]})
    expected = 0.3 * 2 + 0.7 * 10
    for population in (
        table,
        pl.from_pandas(table),
        pd.Series({"a": 30, "b": 70}).rename_axis("group"),
        pd.Series({"a": 0.3, "b": 0.7}).rename_axis("group"),
    ):
        assert poststratify(sample, population).mean("value").value == pytest.approx(expected)
    assert poststratify(pl.from_pandas(sample), table).mean("value").value == pytest.approx(expected)


def test_two_columns_make_groups_together():
    sample = pd.DataFrame({"a": list("xxyy"), "b": [1, 2, 1, 2], "value": [1, 2, 3, 4]})
    population = pd.DataFrame({"a": list("xxyy"), "b": [1, 2, 1, 2], "users": [10, 20, 30, 40]})
    assert poststratify(sample, population).mean("value").value == pytest.approx(3)


@pytest.mark.parametrize("seed", WORLDS)
def test_weighing_by_persona_brings_back_the_price_of_all_users(seed):
    answers = answered(seed)
    careful = answers[answers["too_cheap"] <= answers["too_dear"]]
    weighted = poststratify(careful, load("population", seed), by="persona")
    answering = {one.persona: one for one in truth(seed).trials.survey.answering}
    personas = load("users", seed)["persona"].value_counts(normalize=True)
    known = sum(personas[name] * answering[name].price for name in personas.index)
    found = weighted.mean("too_dear")
    assert abs(found.value - known) < abs(found.raw - known) / 3
    assert found.value == pytest.approx(known, rel=0.05)


def test_intervals_hold_the_truth_about_19_times_in_20():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        group = rng.choice(["a", "b"], 200, p=[0.8, 0.2])
        value = rng.normal(np.where(group == "a", 0, 5), 2)
        sample = pd.DataFrame({"group": group, "value": value})
        found = poststratify(sample, {"a": 0.5, "b": 0.5}, by="group").mean("value")
        held += found.low <= 2.5 <= found.high
    assert 270 <= held <= 297


@pytest.mark.parametrize(
    ("population", "by", "words"),
    [
        ({"a": 0.5, "b": 0.4}, "group", "add up to 0.9"),
        ({"a": 50}, "group", "'b', which population does not have"),
        ({"a": 50, "b": 20, "c": 30}, "group", "no answer came from the group 'c'"),
        ({"a": 50, "b": 0}, "group", "has nobody"),
        ({"a": -1, "b": 2}, "group", "from 0 up"),
        ({"a": 50, "b": 50}, None, "by='persona'"),
        ({"a": 50, "b": 50}, "grop", "did you mean 'group'"),
        (pd.DataFrame({"other": ["a"], "users": [5]}), None, "no column in common"),
        (pd.DataFrame({"group": ["a"]}), None, "no column 'users'"),
        (pd.Series([1, 2], index=["a", "a"]), "group", "twice"),
    ],
)
def test_a_population_that_does_not_fit_is_refused(population, by, words):
    with pytest.raises(ValueError, match=words):
        poststratify(small_sample(), population, by=by)


def test_a_sample_with_gaps_is_refused():
    survey = load("survey")
    with pytest.raises(ValueError, match="missing"):
        poststratify(survey, load("population"), by="persona").mean("too_dear")
    with pytest.raises(ValueError, match="no rows"):
        poststratify(survey.head(0), load("population"), by="persona")


# Prices


def test_the_four_crossings_of_a_case_by_hand():
    # Two people; curves are straight between the prices 2, 4, 6, 8, 10, 12.
    survey = pd.DataFrame({"too_cheap": [2, 4], "cheap": [4, 6], "dear": [6, 8], "too_dear": [10, 12]})
    found = price_sensitivity(survey)
    assert found.curves["too_cheap"].tolist() == [1, 0.5, 0, 0, 0, 0]
    assert found.curves["too_dear"].tolist() == [0, 0, 0, 0, 0.5, 1]
    assert found.indifferent == pytest.approx(6)  # both curves are 0.5 at 6
    assert found.optimal == pytest.approx(7)  # nobody says either between 6 and 8
    assert found.lowest == pytest.approx(5)  # too cheap falls 0.5 to 0, no bargain rises 0 to 0.5
    assert found.highest == pytest.approx(8)  # nobody says not dear or too dear
    assert found.shares(3).to_dict() == {"too_cheap": 0.5, "acceptable": 0.5, "too_dear": 0}


def test_answers_out_of_order_are_left_out_and_counted():
    survey = pd.DataFrame(
        {"too_cheap": [2, 4, 9], "cheap": [4, 6, 7], "dear": [6, 8, 5], "too_dear": [10, 12, 1]}
    )
    found = price_sensitivity(survey)
    assert (found.used, found.dropped) == (2, 1)
    assert found.indifferent == pytest.approx(6)


@pytest.mark.parametrize("seed", WORLDS)
def test_prices_keep_their_order_in_every_world(seed):
    for _, group in answered(seed).groupby("persona"):
        found = price_sensitivity(group)
        assert found.lowest <= found.optimal <= found.highest
        assert found.lowest <= found.indifferent <= found.highest


def test_a_weight_counts_like_copies_of_an_answer():
    answers = answered().head(300)
    weights = np.tile([1, 2, 3], 100)
    copies = answers.loc[answers.index.repeat(weights)]
    one, other = price_sensitivity(answers, weights), price_sensitivity(copies)
    assert one.optimal == pytest.approx(other.optimal)
    assert one.curves.to_numpy() == pytest.approx(other.curves.to_numpy())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"too_cheap": -1}, "goes down to -1"),
        ({"dear": math.nan}, "missing"),
        ({"cheap": "x"}, "expected"),
        ({"too_cheap": 99}, "no answer has its prices in order"),
    ],
)
def test_prices_that_are_none_are_refused(change, words):
    survey = pd.DataFrame({"too_cheap": [2, 4], "cheap": [4, 6], "dear": [6, 8], "too_dear": [10, 12]})
    with pytest.raises(ValueError, match=words):
        price_sensitivity(survey.assign(**change))


def test_prices_come_with_an_interval_that_holds_them_and_shrinks_with_answers():
    answers = answered()
    few = answers[answers.persona == "career_changer"].head(75)
    many = answers[answers.persona == "career_changer"]
    for group in (few, many):
        found = price_interval(group, draws=100)
        points = price_sensitivity(group)
        assert found.price.to_list() == [points.lowest, points.optimal, points.indifferent, points.highest]
        assert (found.low <= found.price).all()
        assert (found.price <= found.high).all()
    wide, narrow = ((t.high - t.low).mean() for t in (price_interval(few), price_interval(many)))
    assert narrow < 0.75 * wide
    assert price_interval(many, draws=50, seed=4).equals(price_interval(many, draws=50, seed=4))


def test_a_price_that_was_asked_earns_what_was_paid():
    trial = pd.DataFrame({"price": [12, 10], "shown": [200, 500], "joined": [40, 125]})
    found = price_test(trial)
    assert found.index.to_list() == [10, 12]
    assert found.share.to_list() == [0.25, 0.2]
    assert found.revenue.to_list() == pytest.approx([2.5, 2.4])
    low, high = targeting.share_interval(125, 500)
    assert found.loc[10, ["low", "high"]].to_list() == pytest.approx([low, high])
    assert found.loc[10, ["revenue_low", "revenue_high"]].to_list() == pytest.approx([10 * low, 10 * high])


def test_raked_weights_meet_every_margin():
    answers = answered().merge(load("users")[["user_id", "device"]])
    population = load("population")
    known = {column: population.groupby(column).users.sum() for column in ("persona", "device")}
    weights = rake(answers, known)
    assert weights.mean() == pytest.approx(1)
    for column, sizes in known.items():
        got = weights.groupby(answers[column]).sum() / weights.sum()
        assert got.to_numpy() == pytest.approx((sizes / sizes.sum()).reindex(got.index).to_numpy())
    alone = rake(answers, {"persona": known["persona"]})
    assert alone.to_numpy() == pytest.approx(poststratify(answers, known["persona"], "persona").weights)
    assert rake(pl.from_pandas(answers), known).to_numpy() == pytest.approx(weights.to_numpy())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rake(answered(), {}), "margins is a dict"),
        (lambda: rake(answered(), {"persona": {"student": 5}}), "which population does not have"),
        (
            lambda: rake(pd.DataFrame({"a": [1, 2], "b": [1, 2]}), {"a": {1: 1, 2: 3}, "b": {1: 3, 2: 1}}),
            "settled",
        ),
        (lambda: price_test(pd.DataFrame({"price": [5, 5], "shown": 9, "joined": 1})), "price 5 twice"),
        (lambda: price_test(pd.DataFrame({"price": [5], "shown": [2], "joined": [3]})), "3 who joined of 2"),
        (lambda: price_test(pd.DataFrame({"price": [5], "shown": [0], "joined": [0]})), "at least 1"),
        (lambda: price_interval(answered().head(9)), "needs at least 20"),
        (lambda: price_interval(answered(), draws=2), "draws is 2"),
    ],
)
def test_bad_margins_and_price_tests_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_other_bad_input_of_prices_is_refused():
    survey = pd.DataFrame({"too_cheap": [2, 4], "cheap": [4, 6], "dear": [6, 8], "too_dear": [10, 12]})
    for wrong, words in (
        ({"weights": [1]}, "1 values; expected 2"),
        ({"weights": [0, 0]}, "all 0"),
        ({"weights": [-1, 1]}, "from 0 up"),
        ({"columns": ["too_cheap"]}, "four names"),
    ):
        with pytest.raises(ValueError, match=words):
            price_sensitivity(survey, **wrong)
    with pytest.raises(ValueError, match="no column 'too_dear'"):
        price_sensitivity(survey.drop(columns="too_dear"))
    with pytest.raises(ValueError, match="from 0 up"):
        price_sensitivity(survey).shares(-1)


# RFM


def few_orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": [7, 7, 3, 9, 9, 9],
            "date": pd.to_datetime(
                ["2025-01-01", "2025-01-10", "2025-01-05", "2025-01-02", "2025-01-03", "2025-02-01"]
            ),
            "amount": [10, 20, 5, 1, 1, 50],
        }
    )


def test_recency_frequency_and_value_by_hand():
    table = rfm(few_orders(), "2025-01-20", bins=2)  # the order of February lies ahead
    assert table[["recency", "frequency", "monetary"]].to_numpy().tolist() == [
        [15, 1, 5],
        [10, 2, 30],
        [17, 2, 2],
    ]
    assert table.index.tolist() == [3, 7, 9]
    assert table["score"].tolist() == ["211", "212", "111"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 10_000), min_size=10, max_size=200, unique=True), st.integers(2, 9))
def test_scores_are_the_quantiles_of_pandas(paid, bins):
    orders = pd.DataFrame({"user_id": range(len(paid)), "date": pd.Timestamp("2025-01-01"), "amount": paid})
    found = rfm(orders, "2025-01-02", bins)["m"]
    below = pd.Series(paid).rank() - 1
    exact = [max(1, math.ceil(Fraction(int(rank) * bins, len(paid) - 1))) for rank in below]
    assert found.tolist() == exact


def test_five_scores_are_those_of_pandas():
    values = np.random.default_rng(0).permutation(997)
    orders = pd.DataFrame({"user_id": range(997), "date": pd.Timestamp("2025-01-01"), "amount": values})
    expected = 1 + pd.qcut(pd.Series(values), 5, labels=False)
    assert rfm(orders, "2025-01-02")["m"].tolist() == expected.tolist()


def test_the_best_are_555_and_equals_score_alike():
    orders = load("orders")
    table = rfm(orders, DAY)
    assert table[["r", "f", "m"]].stack().between(1, 5).all()
    assert table.groupby("recency")["r"].nunique().max() == 1
    assert table.groupby("frequency")["f"].nunique().max() == 1
    assert table.sort_values("recency")["r"].is_monotonic_decreasing
    assert table.sort_values("monetary")["m"].is_monotonic_increasing
    assert (table["score"] == table["r"].astype(str) + table["f"].astype(str) + table["m"].astype(str)).all()


@pytest.mark.parametrize("ids", ["whole", "text", "far apart"])
def test_every_engine_gives_the_same_scores(ids):
    orders = load("orders")[["user_id", "date", "amount"]]
    if ids == "text":
        orders["user_id"] = "u" + orders["user_id"].astype(str)
    if ids == "far apart":
        orders["user_id"] *= 10**12
    expected = rfm(orders, "2025-03-31")
    for other in (pl.from_pandas(orders), pl.from_pandas(orders).lazy(), duckdb.sql("select * from orders")):
        found = rfm(other, "2025-03-31")
        pd.testing.assert_frame_equal(found, expected, check_index_type=False, check_dtype=False)
    shuffled = rfm(orders.sample(frac=1, random_state=1), "2025-03-31")
    pd.testing.assert_frame_equal(shuffled, expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"orders": few_orders().head(0)}, "no rows"),
        ({"orders": few_orders().drop(columns="amount")}, "no column 'amount'"),
        ({"orders": few_orders().assign(amount=-1)}, "goes down to -1"),
        ({"orders": few_orders().assign(amount=math.nan)}, "missing"),
        ({"orders": few_orders().assign(date="today")}, "expected dates"),
        ({"orders": 5}, "expected a table"),
        ({"as_of": "2024-12-01"}, "before the first order"),
        ({"as_of": "soon"}, "expected a date"),
        ({"bins": 1}, "from 2 to 9"),
        ({"bins": 4}, "only 3 customers"),
        ({"orders": pl.from_pandas(few_orders()), "as_of": "2024-12-01"}, "before the first order"),
    ],
)
def test_bad_orders_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        rfm(**{"orders": few_orders(), "as_of": "2025-03-01", "bins": 2} | change)


# Clusters


def blobs(k: int = 3, rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    middle = 10 * np.arange(k)[:, None] * np.array([1, -1])
    points = np.concatenate(
        [rng.normal(one, 0.5, (rows * (place + 1), 2)) for place, one in enumerate(middle)]
    )
    return pd.DataFrame(points, columns=["a", "b"], index=np.arange(len(points)) + 100)


def test_groups_that_are_apart_are_found_largest_first():
    found = segment(blobs(), 3)
    assert found.sizes.tolist() == [180, 120, 60]
    assert found.silhouette > 0.8
    assert found.centres.loc[0, "a"] == pytest.approx(20, abs=0.2)
    assert found.labels.index.tolist() == blobs().index.tolist()


def test_the_same_seed_gives_the_same_groups_whatever_the_unit():
    one, other = segment(blobs(), 3), segment(blobs() * [1000, 1], 3)
    assert one.labels.equals(other.labels)
    assert segment(pl.from_pandas(blobs()), 3).labels.tolist() == one.labels.tolist()


def test_the_comparison_finds_k_and_sees_through_shuffled_data():
    table = compare_k(blobs(), range(2, 6), repeats=4)
    assert table["silhouette"].idxmax() == 3
    assert table.loc[3, "stability"] > 0.99 > table.loc[5, "stability"]
    assert table["inertia"].is_monotonic_decreasing
    assert table.loc[3, "silhouette"] > table.loc[3, "silhouette_shuffled"] + 0.1
    assert table.loc[3, "smallest"] == pytest.approx(60 / 360)


@pytest.mark.parametrize(
    ("features", "k", "words"),
    [
        (blobs(), 1, "from 2 up"),
        (blobs(), 2.5, "whole number"),
        (blobs().head(4), 5, "only 4 different rows"),
        (pd.DataFrame({"a": [1, 1, 1, 2, 2, 2]}), 3, "only 2 different rows"),
        (blobs().assign(c=1), 2, "'c' of features is the same for everybody"),
        (blobs().assign(c=math.nan), 2, "missing"),
        (blobs().assign(c="x"), 2, "expected finite numbers"),
        (blobs().head(0), 2, "no rows"),
        (blobs()[[]], 2, "no columns"),
    ],
)
def test_features_that_make_no_groups_are_refused(features, k, words):
    with pytest.raises(ValueError, match=words):
        segment(features, k)
    with pytest.raises(ValueError, match=words):
        compare_k(features, [k], repeats=1)


# Affinity


def test_affinity_is_a_ratio_of_shares():
    table = affinity(list("aab"), list("aabbbb"))
    assert table["index"].to_dict() == pytest.approx({"a": 200, "b": 50})
    assert table["share_sample"].sum() == pytest.approx(1)
    assert ((table["low"] <= table["index"]) & (table["index"] <= table["high"])).all()
    counts = affinity({"a": 2, "b": 1}, pd.Series({"a": 2, "b": 4}))
    assert counts["index"].to_dict() == table["index"].to_dict()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=50))
def test_everybody_has_an_index_of_100(labels):
    assert affinity(labels, labels)["index"].tolist() == pytest.approx([100] * len(set(labels)))


def test_affinity_by_group_is_the_pandas_idiom_on_every_engine():
    bought = load("orders").merge(load("users")[["user_id", "persona"]])[["persona", "topic"]]
    full = bought.dropna()
    expected = 100 * pd.crosstab(full["persona"], full["topic"], normalize="index")
    expected /= full["topic"].value_counts(normalize=True)
    for form in (
        bought,
        pl.from_pandas(bought),
        pl.from_pandas(bought).lazy(),
        duckdb.sql("select * from bought"),
    ):
        found = affinity_by(form, "persona", "topic")
        np.testing.assert_allclose(found, expected)
        assert found.index.tolist() == expected.index.tolist()
    one = affinity(full["topic"][full["persona"] == "parent"], full["topic"])
    assert one["index"].to_numpy() == pytest.approx(expected.loc["parent"].to_numpy())
    assert affinity(pl.Series(list("ab")), list("ab"))["index"].tolist() == [100, 100]


@pytest.mark.parametrize(
    ("sample", "base", "words"),
    [
        ([], list("ab"), "sample has no labels"),
        (list("ab"), [], "base has no labels"),
        (list("abc"), list("ab"), "'c', which base does not have"),
        (["a", None], list("ab"), "sample has 1 missing"),
        (5, list("ab"), "sample is a int"),
        ({"a": -1}, {"a": 1}, "from 0 up"),
        ({"a": 0}, {"a": 1}, "sample has no labels"),
    ],
)
def test_labels_that_cannot_be_compared_are_refused(sample, base, words):
    with pytest.raises(ValueError, match=words):
        affinity(sample, base)


@pytest.mark.parametrize("spread", [1, 10**9])
def test_groups_may_stand_in_the_table_of_users(spread):
    users = load("users")[["user_id", "persona"]]
    orders = load("orders")[["user_id", "topic"]].dropna()
    users["user_id"] *= spread
    orders["user_id"] *= spread
    expected = affinity_by(orders.merge(users), "persona", "topic")
    pd.testing.assert_frame_equal(affinity_by(orders, "persona", "topic", users=users), expected)
    found = affinity_by(pl.from_pandas(orders), "persona", "topic", users=pl.from_pandas(users))
    np.testing.assert_allclose(found, expected)
    with pytest.raises(ValueError, match="whom users does not have"):
        affinity_by(orders, "persona", "topic", users=users.tail(500))
    with pytest.raises(ValueError, match="too many"):
        affinity_by(orders, "persona", "topic", users=pd.concat([users, users]))


def test_a_table_without_groups_is_refused():
    with pytest.raises(ValueError, match="no column 'group'"):
        affinity_by(pd.DataFrame({"a": ["x"]}), "group", "a")
    with pytest.raises(ValueError, match="no labels"):
        affinity_by(pd.DataFrame({"g": ["x", None], "a": [None, "y"]}), "g", "a")


# Needs


def lives() -> tuple[pd.DataFrame, pd.DataFrame]:
    users = pd.DataFrame(
        {
            "user_id": [1, 2, 3],
            "need": ["career", "career", "money"],
            "signup_date": pd.to_datetime(["2024-01-01", "2024-12-01", "2025-05-01"]),
        }
    )
    events = pd.DataFrame(
        {"user_id": [1, 1], "date": pd.to_datetime(["2025-03-01", "2024-06-01"]), "event": ["house", "child"]}
    )
    return users, events


BRINGS = {"house": "home", "child": "family"}


def test_the_last_event_moves_the_need():
    users, events = lives()
    assert current_needs(users, events, BRINGS).to_dict() == {1: "home", 2: "career", 3: "money"}
    assert current_needs(users, events, BRINGS, until="2024-12-31")[1] == "family"
    assert current_needs(users, events, BRINGS, until="2024-01-31")[1] == "career"


def test_a_note_is_right_or_wrong_by_age():
    users, events = lives()
    told = pd.DataFrame({"user_id": [1, 2, 3], "need": ["home", "career", "money"]})
    assert still_right(users, told, DAY)["right"] == pytest.approx(2 / 3)
    assert still_right(users, told, DAY, months=6)["right"] == pytest.approx(1 / 2)
    updated = current_needs(users, events, BRINGS)
    assert still_right(users, told, DAY, months=6, by=updated)["right"] == 1


@pytest.mark.parametrize("seed", WORLDS)
def test_frozen_notes_mislead_and_life_events_mend_them(seed):
    users, answers, events = load("users", seed), answered(seed), load("life_events", seed)
    last = events.sort_values("date").drop_duplicates("user_id", keep="last")
    told = answers.merge(last[["user_id", "event"]], on="user_id")
    brings = pd.crosstab(told["event"], told["need"]).idxmax(axis=1)
    known = {event.name: event.need for event in truth(seed).lives.events}
    common = [name for name, count in told["event"].value_counts().items() if count >= 20]
    assert {name: brings[name] for name in common} == {name: known[name] for name in common}
    frozen = [still_right(users, answers, DAY, months)["right"] for months in (0, 6, 12)]
    assert frozen[0] > frozen[1] > frozen[2]
    updated = current_needs(users, events, brings)
    assert still_right(users, answers, DAY, 12, by=updated)["right"] > frozen[2] + 0.02


def test_bad_lives_are_refused():
    users, events = lives()
    told = pd.DataFrame({"user_id": [1], "need": ["home"]})
    for call, words in (
        (lambda: current_needs(users, events, {"house": "home"}), "'child'"),
        (lambda: current_needs(users, events, ["home"]), "brings is a list"),
        (lambda: current_needs(pd.concat([users, users]), events, BRINGS), "3 rows too many"),
        (lambda: current_needs(users.drop(columns="need"), events, BRINGS), "no column 'need'"),
        (lambda: current_needs(users, events, BRINGS, until=3), "expected a date"),
        (lambda: still_right(users, told, DAY, months=100), "nobody in answers"),
        (lambda: still_right(users, told, DAY, months=-1), "from 0 up"),
        (lambda: still_right(users, told.assign(need=None), DAY), "missing"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


# Focus and decision


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_concentration_lies_between_equal_parts_and_one(parts):
    shares = np.array(parts) / sum(parts)
    assert 1 / len(parts) - 1e-9 <= concentration(shares) <= 1 + 1e-9


def test_concentration_by_hand():
    assert concentration([0.25] * 4) == pytest.approx(0.25)
    assert concentration({"a": 0.6, "b": 0.3, "c": 0.1}) == pytest.approx(0.46)
    assert concentration(pd.Series([1.0])) == 1


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([0.5, 0.4], "add up to 0.9"),
        ([60, 40], "divide by 100"),
        ([3, 4], "divide counts by their sum"),
        ([1.5, -0.5], "from 0 up"),
        ([], "empty"),
        ([math.nan, 1], "nan"),
        ("half", "sequence of numbers"),
    ],
)
def test_shares_that_are_none_are_refused(shares, words):
    with pytest.raises(ValueError, match=words):
        concentration(shares)


@pytest.mark.parametrize("seed", WORLDS)
def test_focus_lifts_recall_and_the_rival_stays(seed):
    messages = load("brand_messages", seed)
    messages["late"] = messages["date"] >= "2024-09-30"
    table = focus_table(messages, ["brand", "late"])
    change = table.xs(True, level="late") - table.xs(False, level="late")
    assert (change.loc["Lantern", ["target_group", "product_line", "image"]] > 0.15).all()
    assert change.loc["Lantern", "recalled"] > 8
    assert abs(change.loc["C", "recalled"]) < 3
    with pytest.raises(ValueError, match="no column 'recalled'"):
        focus_table(messages.drop(columns="recalled"), "brand")


def test_the_sheet_has_three_verdicts():
    found = go_no_go({"met": (5, 9, 5), "open": (1, 9, 5)})
    assert found.sheet["verdict"].to_dict() == {"met": "go", "open": "not known"}
    assert (found.decision, found.open) == ("not known", ("open",))
    assert go_no_go({"met": (5, 9, 5)}).decision == "go"
    assert go_no_go({"met": (5, 9, 5), "open": (1, 9, 5), "missed": (1, 4, 5)}).decision == "no-go"


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({}, "expected a dictionary"),
        ([1], "is list"),
        ({"a": (1, 2)}, "three numbers"),
        ({"a": 5}, "three numbers"),
        ({"a": (1, math.nan, 2)}, "three numbers"),
        ({"a": (2, 1, 0)}, "smaller number first"),
    ],
)
def test_a_sheet_without_ranges_is_refused(criteria, words):
    with pytest.raises(ValueError, match=words):
        go_no_go(criteria)


# Pictures


def test_every_picture_is_a_figure_with_named_axes_and_the_numbers_in_its_title():
    answers = answered()
    weighted = poststratify(answers, load("population"), by="persona")
    prices = price_sensitivity(answers)
    features = blobs()
    pictures = [
        market_chart(market_size({"a": (100, 400), "b": (0.1, 0.4)}), needed=50),
        strata_chart(weighted, "Who answers"),
        price_chart(prices, at=10),
        affinity_chart(affinity(list("aab"), list("aabbbb")), "a leads"),
        segments_chart(features, segment(features, 3).labels, compare_k(features, [3], repeats=2)),
    ]
    assert all(isinstance(picture, go.Figure) and picture.layout.title.text for picture in pictures)
    assert "Between 15 and 107" in pictures[0].layout.title.text
    assert "; the 50 needed lie in between" in pictures[0].layout.title.text
    assert f"fine for {say.share(prices.shares(10).acceptable)}" in pictures[2].layout.title.text
    assert "3\u00a0groups: silhouette" in pictures[4].layout.title.text


def test_a_market_says_on_which_side_of_it_the_number_needed_lies():
    size = market_size({"a": (100, 400)})
    told = {needed: market_chart(size, needed).layout.title.text for needed in (50, 200, 900)}
    assert [text.split("; ")[1] for text in told.values()] == [
        "the 50 needed lie below", "the 200 needed lie in between", "900 are needed",
    ]  # fmt: skip
    both = market_chart(size, before=market_size({"a": (10, 900)})).data[0]
    assert both.y == ("Now", "First guesses")
    assert np.allclose(np.add(both.x, both.error_x.array), [400, 900])


def test_the_group_that_answers_least_or_most_is_the_one_that_the_picture_names():
    sample = pd.DataFrame({"persona": ["a"] * 5 + ["b"] * 4 + ["c"], "dues": 1})
    drawing = strata_chart(poststratify(sample, {"a": 30, "b": 50, "c": 20}, by="persona"))
    assert drawing.layout.title.text == "a: 30.0\u00a0% of all users, 50.0\u00a0% of the answers"
    strongest = affinity_chart(affinity(list("aab"), list("aabbbb")))
    assert strongest.layout.title.text.startswith("Highest index: a, 200")
    assert strongest.data[0].y == ("a", "b")


def test_a_picture_of_something_else_is_refused():
    for chart, maker in itertools.product(
        [market_chart, strata_chart, price_chart, affinity_chart], [pd.DataFrame({"a": [1]})]
    ):
        with pytest.raises(ValueError, match="expected the result of"):
            chart(maker)


def test_every_public_name_is_documented():
    for name in targeting.__all__:
        assert getattr(targeting, name).__doc__


def test_answers_too_alike_for_a_range_are_told_so():
    rows = [[20, 20, 20, 50]] * 4 + [[20, 20, 20, 30]]
    alike = pd.DataFrame(rows, columns=["too_cheap", "cheap", "dear", "too_dear"])
    with pytest.raises(ValueError, match=r"upside down .* 5 answers are too few or too alike"):
        price_sensitivity(alike)


def test_counts_under_names_of_two_kinds_are_refused_in_words():
    with pytest.raises(ValueError, match="sample holds int and str"):
        affinity({"ads": 2, 7: 4}, {"ads": 2, 7: 4})
