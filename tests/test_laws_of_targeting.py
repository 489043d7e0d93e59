"""Laws of finding users: scores, groups, prices, weights and ranges are true of any table."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opslab.ground.estimates import share_interval
from opslab.targeting import (
    affinity,
    affinity_by,
    compare_k,
    concentration,
    current_needs,
    focus_table,
    go_no_go,
    market_size,
    poststratify,
    price_sensitivity,
    rfm,
    segment,
    still_right,
)
from tests.strategies import LAW, SLOW_LAW, labels, log, on, orders, orders_of, price_answers, visits

ranges = st.dictionaries(
    st.sampled_from("abcde"),
    st.lists(st.floats(1e-4, 1e6), min_size=2, max_size=2).map(sorted).map(tuple),
    min_size=1,
)
features = st.lists(
    st.tuples(st.integers(-50, 50).map(float), st.integers(-50, 50).map(float)),
    min_size=6,
    max_size=30,
    unique=True,
).filter(lambda rows: all(len(set(column)) > 1 for column in zip(*rows, strict=True)))


# Value


@LAW
@given(orders, st.integers(2, 9), st.randoms(use_true_random=False))
def test_whoever_bought_later_oftener_or_more_never_scores_less(rows, bins, random):
    assume(len({row[0] for row in rows}) >= bins)
    table = rfm(orders_of(rows), on(200), bins)
    assert table[["r", "f", "m"]].isin(range(1, bins + 1)).all(axis=None)
    assert (table["score"] == table["r"].astype(str) + table["f"].astype(str) + table["m"].astype(str)).all()
    for value, score, sign in (("recency", "r", -1), ("frequency", "f", 1), ("monetary", "m", 1)):
        ranked = table.sort_values(value, key=lambda values, sign=sign: sign * values)[score]
        assert (ranked.diff().dropna() >= 0).all()
        assert (table.groupby(value)[score].nunique() == 1).all()
    assert table["frequency"].sum() == len(rows)
    assert table["monetary"].sum() == pytest.approx(sum(row[2] for row in rows))
    pd.testing.assert_frame_equal(rfm(orders_of(random.sample(rows, len(rows))), on(200), bins), table)
    dearer = rfm(orders_of([(user, day, 2 * paid) for user, day, paid in rows]), on(200), bins)
    assert dearer["score"].tolist() == table["score"].tolist()


# Groups


@SLOW_LAW
@given(features, st.integers(2, 4), st.integers(0, 99))
def test_groups_part_everyone_from_the_largest_on_and_know_no_unit(rows, k, seed):
    table = pd.DataFrame(rows, columns=["days", "yuan"])
    found = segment(table, k, seed)
    assert found.sizes.sum() == len(table)
    assert (found.sizes.diff().dropna() <= 0).all()
    assert found.sizes.to_dict() == found.labels.value_counts().to_dict()
    assert -1 <= found.silhouette <= 1
    for group, centre in found.centres.iterrows():
        np.testing.assert_allclose(centre, table[found.labels == group].mean(), atol=1e-5)
    cents = segment(table.assign(yuan=table["yuan"] * 128), k, seed)
    assert cents.labels.tolist() == found.labels.tolist()


@SLOW_LAW
@given(features)
def test_more_groups_never_fit_worse_and_every_answer_is_a_share(rows):
    table = compare_k(pd.DataFrame(rows, columns=["a", "b"]), [2, 3], repeats=2)
    assert table["smallest"].between(0, 0.5).all()
    assert table[["silhouette", "stability"]].le(1).all(axis=None)
    assert table["inertia"][3] <= table["inertia"][2] * (1 + 1e-6)


# Liking and focus


@LAW
@given(labels, labels)
def test_affinity_is_100_on_average_and_for_the_same_people(some, others):
    base = some + others
    table = affinity(some, base)
    assert table["share_sample"].sum() == pytest.approx(1)
    assert table["index"] @ table["share_base"] == pytest.approx(100)
    assert (table["low"] <= table["index"] + 1e-9).all()
    assert (table["index"] <= table["high"] + 1e-9).all()
    np.testing.assert_allclose(affinity(base, base)["index"], 100)
    np.testing.assert_allclose(affinity(some, 3 * base)["index"], table["index"])


@LAW
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("abcd")), min_size=1, max_size=40))
def test_each_group_has_the_affinity_of_its_own_people(rows):
    table = pd.DataFrame(rows, columns=["group", "label"])
    square = affinity_by(table, "group", "label")
    for group, row in square.iterrows():
        alone = affinity(table["label"][table["group"] == group], table["label"])["index"]
        np.testing.assert_allclose(row[alone.index], alone)
    sizes = table["group"].value_counts()[square.index]
    np.testing.assert_allclose(np.average(square, axis=0, weights=sizes), 100)


@LAW
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=20), st.integers(0, 19), st.integers(0, 19))
def test_concentration_rises_when_the_large_take_from_the_small(parts, one, other):
    shares = np.array(parts) / sum(parts)
    index = concentration(shares)
    assert 1 / len(parts) - 1e-12 <= index <= 1 + 1e-12
    small, large = sorted((one % len(parts), other % len(parts)), key=lambda place: shares[place])
    moved = shares.copy()
    moved[large] += moved[small] / 2
    moved[small] /= 2
    if small != large:
        assert concentration(moved) > index
    split = np.repeat(shares / 2, 2)
    assert concentration(split) == pytest.approx(index / 2)


@LAW
@given(st.lists(st.tuples(st.sampled_from("xy"), *[st.sampled_from("abc")] * 3), min_size=1, max_size=30))
def test_a_brand_is_focused_alike_whatever_its_labels_are_called(rows):
    names = ["brand", "target_group", "product_line", "image"]
    table = pd.DataFrame(rows, columns=names).assign(recalled=1)
    focus = focus_table(table, "brand")
    renamed = table.assign(image=table["image"].map({"a": "c", "b": "a", "c": "b"}))
    pd.testing.assert_frame_equal(focus_table(renamed, "brand"), focus)
    for brand, column in itertools.product(focus.index, names[1:]):
        share = table[column][table["brand"] == brand].value_counts(normalize=True)
        assert focus.loc[brand, column] == pytest.approx(concentration(share))


# Prices


def prices_of(table: pd.DataFrame, weights: list | None = None):
    """Return the four prices; None where the answers are too few or too alike to have them."""
    try:
        return price_sensitivity(table, weights)
    except ValueError as error:
        if any(words in str(error) for words in ("do not meet", "in order", "too few or too alike")):
            return None
        raise


@LAW
@given(price_answers, st.integers(1, 210), st.randoms(use_true_random=False))
def test_prices_lie_in_order_and_every_price_parts_the_answers(rows, price, random):
    table = pd.DataFrame(rows, columns=["too_cheap", "cheap", "dear", "too_dear"])
    found = prices_of(table)
    if found is None:
        return
    assert (found.curves[["too_cheap", "cheap"]].diff().dropna() <= 1e-9).all(axis=None)
    assert (found.curves[["dear", "too_dear"]].diff().dropna() >= -1e-9).all(axis=None)
    assert ((found.curves >= 0) & (found.curves <= 1)).all(axis=None)
    assert found.lowest <= found.optimal <= found.highest
    assert found.lowest <= found.indifferent <= found.highest
    parts = found.shares(price)
    assert (parts >= -1e-9).all()
    assert parts.sum() == pytest.approx(1)
    for other, factor in ((random.sample(rows, len(rows)), 1), ([[4 * p for p in row] for row in rows], 4)):
        again = price_sensitivity(pd.DataFrame(other, columns=table.columns))
        for name in ("lowest", "optimal", "indifferent", "highest"):
            assert getattr(again, name) == pytest.approx(factor * getattr(found, name))


@LAW
@given(price_answers, st.data())
def test_a_weight_is_worth_as_many_equal_answers(rows, data):
    table = pd.DataFrame(rows, columns=["too_cheap", "cheap", "dear", "too_dear"])
    times = data.draw(st.lists(st.integers(1, 4), min_size=len(rows), max_size=len(rows)))
    weighed = prices_of(table, times)
    if weighed is None:
        return
    repeated = price_sensitivity(table.loc[table.index.repeat(times)])
    np.testing.assert_allclose(weighed.curves, repeated.curves)
    assert weighed.optimal == pytest.approx(repeated.optimal)


@given(st.lists(st.lists(st.integers(1, 6), min_size=4, max_size=4).map(sorted), min_size=1, max_size=9))
@LAW
def test_no_price_is_too_cheap_and_too_dear_for_one_person(rows):
    table = pd.DataFrame(rows, columns=["too_cheap", "cheap", "dear", "too_dear"])
    found = prices_of(table)
    if found is None:
        return
    assert found.used + found.dropped == len(rows)
    assert found.lowest <= found.optimal + 1e-9 <= found.highest + 2e-9
    assert found.lowest <= found.indifferent + 1e-9 <= found.highest + 2e-9
    for price in range(8):
        assert (found.shares(price) >= -1e-9).all()


# Surveys


@LAW
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=40),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 1000), min_size=3, max_size=3),
)
def test_weighed_answers_have_the_shares_of_the_population(rows, population):
    sample = pd.DataFrame(rows, columns=["group", "answer"])
    sizes = {group: population[group] for group in sorted(set(sample["group"]))}
    weighed = poststratify(sample, sizes, by="group")
    assert weighed.weights.mean() == pytest.approx(1)
    share = weighed.weights.groupby(sample["group"]).sum() / len(sample)
    assert share.to_dict() == pytest.approx({group: n / sum(sizes.values()) for group, n in sizes.items()})
    corrected = weighed.mean("answer")
    assert corrected.value == pytest.approx(np.average(sample["answer"], weights=weighed.weights))
    assert corrected.low <= corrected.value <= corrected.high
    assert sample["answer"].min() - 1e-9 <= corrected.value <= sample["answer"].max() + 1e-9
    assert weighed.shares("answer")["corrected"].sum() == pytest.approx(1)


@LAW
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=40))
def test_a_sample_like_the_population_is_left_as_it_is(rows):
    sample = pd.DataFrame(rows, columns=["group", "answer"])
    weighed = poststratify(sample, sample["group"].value_counts() * 7, by="group")
    np.testing.assert_allclose(weighed.weights, 1)
    assert weighed.mean("answer").value == pytest.approx(weighed.mean("answer").raw)


@LAW
@given(st.integers(0, 500), st.integers(1, 500), st.integers(2, 50))
def test_an_interval_holds_its_share_and_narrows_with_more_trials(hits, more, times):
    trials = hits + more
    low, high = share_interval(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    narrow = share_interval(times * hits, times * trials)
    assert narrow[1] - narrow[0] < high - low
    assert share_interval(trials - hits, trials) == pytest.approx((1 - high, 1 - low))


# Markets and decisions


@LAW
@given(ranges)
def test_a_market_lies_between_its_worst_and_its_best(factors):
    size = market_size(factors)
    ends = [size.worst, size.low, size.middle, size.high, size.best]
    assert all(a <= b * (1 + 1e-9) for a, b in itertools.pairwise(ends))
    assert size.low * size.high == pytest.approx(size.middle**2)
    assert size.factors["doubt"].sum() == pytest.approx(1) or size.low == pytest.approx(size.high)
    turned = market_size(dict(reversed(factors.items())))
    assert (turned.low, turned.high) == pytest.approx((size.low, size.high))
    known = market_size({**factors, "known": (2, 2)})
    assert (known.low, known.high) == pytest.approx((2 * size.low, 2 * size.high))


@LAW
@given(st.dictionaries(st.sampled_from("abc"), st.tuples(*[st.integers(-9, 9)] * 3), min_size=1))
def test_a_higher_limit_never_makes_a_go_and_one_miss_is_enough(rows):
    criteria = {name: (min(a, b), max(a, b), limit) for name, (a, b, limit) in rows.items()}
    found = go_no_go(criteria)
    rank = {"no-go": 0, "not known": 1, "go": 2}
    stricter = go_no_go({name: (low, high, limit + 1) for name, (low, high, limit) in criteria.items()})
    assert rank[stricter.decision] <= rank[found.decision] or found.decision == "not known"
    assert (found.decision == "no-go") == ("no-go" in set(found.sheet["verdict"]))
    assert (found.decision == "go") == (set(found.sheet["verdict"]) == {"go"})
    sure = go_no_go({name: (high, high, limit) for name, (_, high, limit) in criteria.items()})
    assert sure.open == ()


# Needs


@LAW
@given(visits, st.integers(0, 120))
def test_a_need_is_that_of_the_last_event_so_far(rows, until):
    events = log(rows).assign(event=["even" if day % 2 == 0 else "odd" for _, day in rows])
    users = pd.DataFrame({"user_id": range(1, 11), "need": "told"})
    needs = current_needs(users, events, {"even": "E", "odd": "O"}, until=on(until))
    for user, need in needs.items():
        days = [day for who, day in rows if who == user and day <= until]
        assert need == ("told" if not days else "EO"[max(days) % 2])
    answers = needs.rename("need").reset_index()
    signed = users.assign(signup_date=on(0))
    right = still_right(signed, answers, on(200), by=needs)
    assert right["right"] == 1
    told = still_right(signed, answers, on(200))
    assert told["right"] == pytest.approx((needs == "told").mean())
    assert 0 <= told["low"] <= told["right"] <= told["high"] <= 1
