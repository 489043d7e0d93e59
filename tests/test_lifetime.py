"""Lifetime value is right: published figures, known truth, other roads, and plain words for bad input."""

import dataclasses
import warnings
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab import datasets
from opslab.lifetime import (
    BetaGeometricNBD,
    GammaGamma,
    ParetoNBD,
    alive_chart,
    bg_nbd,
    churn_by_cause,
    fit_bg_nbd,
    fit_gamma_gamma,
    hold_out,
    hold_out_chart,
    lifetime_value,
    markov_value,
    points_chart,
    points_ledger,
    prune_tiers,
    purchase_summary,
    residual_value,
    revenue_concentration,
    revenue_retention,
    without_top,
)
from opslab.world import truth
from tests.references import CASES
from tests.strategies import orders_of

CDNOW = BetaGeometricNBD(0.2425982, 4.4136842, 0.7929899, 2.4261667)
LANTERN = BetaGeometricNBD(0.8, 12.0, 0.8, 2.4)
SEEDS = range(21)
Z80 = 1.2815515655446004


def drawn_customers(true: BetaGeometricNBD, size: int, watched: float, seed: int) -> pd.DataFrame:
    """Return histories told by the story of the model: a rate and a chance each, purchase after purchase."""
    rng = np.random.default_rng(seed)
    rate, loss = rng.gamma(true.r, 1 / true.alpha, size), rng.beta(true.a, true.b, size)
    T = rng.uniform(watched / 2, watched, size)
    x, t_x, now = np.zeros(size), np.zeros(size), np.zeros(size)
    there = np.ones(size, dtype=bool)
    while there.any():
        now = now + rng.exponential(1 / rate)
        there &= now <= T
        x, t_x = x + there, np.where(there, now, t_x)
        there &= rng.random(size) >= loss
    return pd.DataFrame({"x": x, "t_x": t_x, "T": T})


@lru_cache(maxsize=2)
def courses(seed: int) -> pd.DataFrame:
    orders = datasets.load("orders", seed=seed)
    return orders[orders["product"] == "course"]


# Published figures


@pytest.mark.parametrize("name", ["bgnbd_cdnow", "gamma_gamma_cdnow"])
def test_cdnow(name):
    """The rows belong to others: they are read from the peer package that ships them, a tool of authors."""
    spec = find_spec("lifetimes")
    assert spec is not None, "lifetimes, which ships CDNOW, is not installed; it stands in requirements.lock"
    assert spec.origin is not None
    case = CASES[name]
    rows = pd.read_csv(Path(spec.origin).parent / "datasets" / Path(case["inputs"]["file"]).name)
    if name == "bgnbd_cdnow":
        model = fit_bg_nbd(rows.frequency, rows.recency, rows["T"])
        found = {**dataclasses.asdict(model), "LL": model.loglik}
    else:
        again = rows[rows.x > 0]
        found = dataclasses.asdict(fit_gamma_gamma(again.x, again.zbar))
    for key, value in case["expected"].items():
        assert found[key] == pytest.approx(value, abs=case["tolerance"].get(key, 0.02))


def test_lanterns_true_parameters():
    case = CASES["bgnbd_lantern"]
    model = BetaGeometricNBD(*case["inputs"]["params"])
    x, t_x, T = zip(*case["inputs"]["customers"], strict=True)
    assert model.expected_purchases(case["inputs"]["t"], x, t_x, T) == pytest.approx(
        case["expected"]["expected"], abs=1e-9
    )
    assert model.probability_alive(x, t_x, T) == pytest.approx(case["expected"]["alive"], abs=1e-9)


def test_pareto_nbd():
    case = CASES["pareto_nbd_more"]
    model = ParetoNBD(*case["inputs"]["params"])
    x, t_x, T = zip(*case["inputs"]["customers"], strict=True)
    assert model.probability_alive(x, t_x, T) == pytest.approx(case["expected"]["alive"], abs=1e-8)
    expected = model.expected_purchases(case["inputs"]["t"], x, t_x, T)
    assert expected == pytest.approx(case["expected"]["expected"], abs=1e-8)


def test_shrinkage():
    case = CASES["gamma_gamma_shrink_0"]
    given_ = case["inputs"]
    model = GammaGamma(given_["p"], given_["q"], given_["gamma"])
    times, mean = zip(*given_["customers"], strict=True)
    assert model.expected_value(times, mean) == pytest.approx(case["expected"]["expected"], abs=1e-7)
    assert model.mean == pytest.approx(case["expected"]["population_mean"], abs=1e-7)


def test_margin_multiple():
    case = CASES["margin_multiple"]
    found = [
        lifetime_value(1, 1 - kept, case["inputs"]["discount"], timing="end")
        for kept in case["inputs"]["retention"]
    ]
    assert found == pytest.approx(case["expected"]["multiple"], abs=1e-8)


@pytest.mark.parametrize(("margin", "churn", "discount"), [(40, 0.05, 0.01), (7, 0.4, 0), (3, 1, 0.2)])
def test_the_two_timings_lie_one_margin_apart(margin, churn, discount):
    start, end = (lifetime_value(margin, churn, discount, timing=when) for when in ("start", "end"))
    assert start - end == pytest.approx(margin)


def test_markov_value():
    case = CASES["markov_clv"]
    transitions, rewards, discount = (case["inputs"][name] for name in ("transitions", "rewards", "discount"))
    some = markov_value(transitions, rewards, discount, periods=4)
    assert some == pytest.approx(case["expected"]["value_4_periods"], abs=1e-7)
    for_ever = markov_value(transitions, rewards, discount)
    assert for_ever == pytest.approx(case["expected"]["value_for_ever"], abs=1e-7)
    assert markov_value(transitions, rewards, discount, 400) == pytest.approx(for_ever)


@pytest.mark.parametrize("name", ["points_0", "points_1"])
def test_points(name):
    case = CASES[name]
    given_ = case["inputs"]
    ledger = points_ledger(
        given_["issued_per_week"],
        given_["redeemed_rate"],
        given_["expiry_rate"],
        given_["weeks"],
        given_["start"],
    )
    for key, value in case["expected"].items():
        assert getattr(ledger, key) == pytest.approx(value, abs=1e-3)


# Known truth


def test_parameters_of_lantern_are_found_in_every_world():
    """4 standard errors; days are whole, so that a week of the model is not quite Lantern's."""
    for seed in SEEDS:
        orders, true = courses(seed), truth(seed).courses
        history = purchase_summary(orders, until="2025-06-29")
        model = fit_bg_nbd(history.frequency, history.recency, history["T"])
        assert model.converged
        error = np.sqrt(np.diag(model.covariance))
        known = np.log([true.r, true.alpha, true.a, true.b])
        # Price and purchase days are whole numbers: a small bias is left beside chance.
        assert (np.abs(np.log([model.r, model.alpha, model.a, model.b]) - known) < 4 * error + 0.05).all()
        spend = fit_gamma_gamma(history.frequency, history.value)
        assert spend.mean == pytest.approx(true.p * true.gamma / (true.q - 1), rel=0.1)


def test_80_per_cent_intervals_hold_about_80_per_cent():
    """A quick version of the 200 worlds in benchmarks/lifetime.py: wrong by half would be found."""
    held, totals = [], []
    true = [LANTERN.r, LANTERN.alpha, LANTERN.a, LANTERN.b]
    for seed in range(24):
        people = drawn_customers(LANTERN, 1_500, 78, seed)
        model = fit_bg_nbd(people.x, people.t_x, people["T"])
        found = model.parameter_intervals(0.8)
        held.append((found.low <= true) & (true <= found.high))
        # One possible future under the truth, against the interval that the fit gives.
        future = LANTERN.draw_purchases(26, people.x, people.t_x, people["T"], seed=1000 + seed).sum()
        low, high = model.total_interval(26, people.x, people.t_x, people["T"], draws=60, seed=seed)
        totals.append(low <= future <= high)
    assert 0.65 < np.mean(held) < 0.92
    assert 0.6 < np.mean(totals) < 0.96


def test_drawn_futures_have_the_expected_mean():
    for x, t_x in ((0, 0), (1, 5), (3, 36), (20, 30)):
        columns = np.full(60_000, x), np.full(60_000, t_x), np.full(60_000, 40)
        drawn = LANTERN.draw_purchases(52, *columns)
        expected = LANTERN.expected_purchases(52, x, t_x, 40)
        assert drawn.mean() == pytest.approx(expected, abs=5 * drawn.std() / np.sqrt(len(drawn)))


def test_hold_out_beats_the_mean_in_total():
    for seed in range(3):
        table = hold_out(courses(seed), "2024-12-29", "2025-06-29")
        model = fit_bg_nbd(table.frequency, table.recency, table["T"])
        ahead = table.ahead.iloc[0]
        foretold = model.expected_purchases(ahead, table.frequency, table.recency, table["T"])
        past_rate = table.frequency.sum() / table["T"].sum()
        off = abs(foretold.sum() - table.actual.sum())
        assert ahead == 26
        assert off < abs(past_rate * ahead * len(table) - table.actual.sum())


# Other roads to the same number


def brute_loglik(model: BetaGeometricNBD, x: float, t_x: float, T: float) -> float:
    """Integrate the likelihood of one history over rates and chances on a grid of quantiles."""
    from scipy.stats import beta, gamma

    grid = (np.arange(2_000) + 0.5) / 2_000
    rate = gamma.ppf(grid, model.r, scale=1 / model.alpha)
    loss = beta.ppf(grid, model.a, model.b)
    by_rate = (rate**x * np.exp(-rate * T)).mean() * ((1 - loss) ** x).mean()
    if x:
        by_rate += (rate**x * np.exp(-rate * t_x)).mean() * (loss * (1 - loss) ** (x - 1)).mean()
    return float(np.log(by_rate))


def test_loglik_is_the_integral_over_customers():
    x, t_x, T = [0, 1, 3, 2, 1, 0], [0, 3, 30, 11, 39, 0], [40, 40, 35, 20, 40, 10]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = fit_bg_nbd(x * 20, t_x * 20, T * 20)
    model_at = dataclasses.replace(model, r=max(model.r, 0.3))
    assert model_at.loglik == model.loglik
    by_hand = 20 * sum(brute_loglik(model, *one) for one in zip(x, t_x, T, strict=True))
    assert model.loglik == pytest.approx(by_hand, rel=0.01)


@given(st.floats(0.1, 5), st.floats(0.5, 20), st.floats(0.1, 5), st.floats(0.2, 8), st.integers(0, 30))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_expected_purchases_are_those_of_the_paper(r, alpha, a, b, x):
    """Equation 10 as it is printed, where it can be computed, is what the transformed one gives."""
    from scipy.special import hyp2f1

    t_x, T, t = 20.0 * (x > 0), 30.0, 13.0
    if min(abs(a - 1), abs(a + b + x - 1)) < 1e-3:
        return
    model = BetaGeometricNBD(r, alpha, a, b)
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    inside = 1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series
    printed = (a + b + x - 1) / (a - 1) * inside * model.probability_alive(x, t_x, T)
    assert model.expected_purchases(t, x, t_x, T) == pytest.approx(printed, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize(("a", "b", "x"), [(1.0, 2.4, 0), (1.0, 2.4, 3), (0.4, 0.6, 0)])
def test_the_holes_of_the_formula_are_bridged(a, b, x):
    t_x = 20.0 * (x > 0)
    at = BetaGeometricNBD(0.8, 12, a, b).expected_purchases(26, x, t_x, 40)
    beside = [BetaGeometricNBD(0.8, 12, a + d, b).expected_purchases(26, x, t_x, 40) for d in (-1e-3, 1e-3)]
    assert at == pytest.approx(np.mean(beside), rel=1e-5)


@pytest.mark.parametrize(
    "model", [LANTERN, CDNOW, BetaGeometricNBD(2, 5, 3, 1), BetaGeometricNBD(0.5, 9, 40, 300)]
)
def test_the_integral_is_the_series(model):
    x = np.array([0.0, 1, 4, 30])
    expected = model.expected_purchases(26, x, 20 * (x > 0), 40) / model.probability_alive(
        x, 20 * (x > 0), 40
    )
    integral = bg_nbd._integrated(model.r, model.a, model.b, x, np.full(4, 26 / (model.alpha + 40)))
    assert integral == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("a", [1e-5, 1, 1e5])
@pytest.mark.parametrize("b", [1e-5, 1, 1e5])
@pytest.mark.parametrize("r", [1e-5, 1, 1e5])
def test_parameters_at_the_edge_give_numbers(r, a, b):
    x = np.array([0.0, 1, 500])
    found = BetaGeometricNBD(r, 10, a, b).expected_purchases(26, x, 20 * (x > 0), 40)
    assert (found >= 0).all()
    assert (found <= (r + x) * 26 / 50 * (1 + 1e-4)).all()  # the most, if nobody could be lost


def test_frequent_buyers_are_no_trouble():
    busy = LANTERN.expected_purchases(52, 2_000, 78, 78.5)
    assert 0 < busy < 2_000


def test_pareto_nbd_is_smooth_where_its_formula_is_not():
    near = [ParetoNBD(0.5, 10, s, 12).expected_purchases(39, 2, 30, 38) for s in (1 - 1e-5, 1, 1 + 1e-5)]
    assert near[1] == pytest.approx(np.mean([near[0], near[2]]), rel=1e-6)


def test_one_without_repeats_is_alive_in_one_model_and_not_in_the_other():
    assert CDNOW.probability_alive(0, 0, 38.86) == 1
    assert ParetoNBD(0.553, 10.578, 0.606, 11.669).probability_alive(0, 0, 38.86) < 0.3


def test_the_better_customer_can_be_the_deader_one():
    """Increasing-frequency paradox: same last date, more purchases, less alive."""
    alive = LANTERN.probability_alive([2, 8], [20, 20], [40, 40])
    assert alive[1] < alive[0]


def test_value_is_purchases_times_value():
    summary = pd.DataFrame({"frequency": [0, 3], "recency": [0, 36.0], "T": 40.0, "value": [0, 90.0]})
    spend = GammaGamma(6, 4, 60)
    columns = summary.frequency, summary.recency, summary["T"]
    by_hand = LANTERN.expected_purchases(52, *columns) * spend.expected_value(
        summary.frequency, summary.value
    )
    assert residual_value(LANTERN, spend, summary, 52).to_numpy() == pytest.approx(by_hand)
    half = residual_value(LANTERN, spend, summary, 52, margin=0.5, discount=0.01)
    assert (half < 0.5 * by_hand).all()
    assert (half > 0.5 * by_hand / 1.01**52).all()


def test_a_fit_knows_no_unit_and_no_order():
    people = drawn_customers(LANTERN, 800, 78, 3)
    weeks = fit_bg_nbd(people.x, people.t_x, people["T"])
    days = fit_bg_nbd(people.x[::-1], 7 * people.t_x[::-1], 7 * people["T"][::-1])
    assert (days.r, days.alpha / 7, days.a) == pytest.approx((weeks.r, weeks.alpha, weeks.a), rel=1e-5)
    assert days.loglik == pytest.approx(weeks.loglik - people.x.sum() * np.log(7))


# Tables


def pandas_idiom(orders: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    seen = orders[orders.date <= until]
    days = seen.groupby(["user_id", "date"], as_index=False).amount.sum()
    first = days.groupby("user_id").date.transform("min")
    later = days[days.date > first].groupby("user_id").amount.agg(["size", "mean"])
    ends = days.groupby("user_id").date.agg(["min", "max"])
    table = pd.DataFrame({"frequency": later["size"], "value": later["mean"]}).reindex(ends.index).fillna(0)
    table["recency"] = (ends["max"] - ends["min"]).dt.days / 7
    table["T"] = (until - ends["min"]).dt.days / 7
    return table[["frequency", "recency", "T", "value"]]


drawn_orders = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 90), st.integers(1, 500).map(float)), min_size=1, max_size=40
)


@given(drawn_orders, st.integers(0, 100))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_purchase_summary_is_what_pandas_gives(rows, day):
    orders = orders_of(rows)
    until = orders.date.min() + pd.Timedelta(days=day)
    pd.testing.assert_frame_equal(
        purchase_summary(orders, until), pandas_idiom(orders, until), check_dtype=False
    )


def test_orders_of_one_day_are_one_purchase():
    orders = orders_of([(1, 0, 10.0), (1, 0, 20.0), (1, 14, 5.0), (1, 14, 7.0)])
    assert purchase_summary(orders).iloc[0].to_list() == [1, 2.0, 2.0, 12.0]


def test_hold_out_leaves_out_whom_nobody_knew():
    table = hold_out(orders_of([(1, 0, 5.0), (1, 30, 5.0), (2, 40, 5.0)]), "2024-01-10", "2024-02-20")
    assert table.index.to_list() == [1]
    assert table.actual.to_list() == [1]


def test_revenue_retention_adds_up():
    orders = datasets.load("orders")
    kept = revenue_retention(orders, "2025-03-01", "2025-05-01")
    assert kept.net == pytest.approx(1 + kept.expansion - kept.contraction - kept.churned)
    assert kept.gross == pytest.approx(1 - kept.contraction - kept.churned)
    assert kept.gross <= min(kept.net, 1)


def test_whales():
    for seed in SEEDS:
        coins = datasets.load("top_ups", seed=seed)
        table = revenue_concentration(coins)
        test = without_top(coins, 0.01, draws=50, seed=seed)
        assert test.lost == pytest.approx(table.share[0.01])
        assert test.low < test.high
        assert table.share.is_monotonic_increasing
        assert 0.1 < test.lost < 0.7  # a few whales bring most of the money
    assert revenue_concentration(datasets.load("top_ups")).share.round(2).to_list()[:3:2] == [0.42, 0.70]


def test_tiers_that_change_nothing_are_found():
    """`truth()` says that tiers change nothing: few gaps may look real, 5 % of them on each side."""
    rng = np.random.default_rng(5)
    paid = np.exp(rng.uniform(0, 8, 200_000))
    stays = rng.random(len(paid)) < 0.2 + 0.08 * np.log(paid)  # who pays more stays more
    found = prune_tiers(pd.DataFrame({"paid": paid, "kept": stays}), {"silver": 250, "gold": 600})
    assert found.prune.all()
    helped = stays | ((paid >= 600) & (rng.random(len(paid)) < 0.5))
    found = prune_tiers(pd.DataFrame({"paid": paid, "kept": helped}), {"silver": 250, "gold": 600})
    assert found.prune.to_list() == [True, False]
    assert found.low["gold"] > 0.05


def test_churn_by_cause_adds_up():
    churn = churn_by_cause(0.05, 0.04, 0.5)
    assert churn.total == pytest.approx(1 - 0.95 * 0.98)
    assert churn.total == churn.chosen + churn.failed


# Fits that fail say so


def test_a_fit_without_information_says_so():
    with pytest.warns(UserWarning, match=r"did not converge: .* edge of the search"):
        model = fit_bg_nbd([1, 1, 1, 1], [5, 6, 7, 8], [10, 10, 10, 10])
    assert not model.converged
    with pytest.warns(UserWarning, match="did not converge"):
        assert not fit_gamma_gamma([1, 1, 1], [5, 6, 7]).converged


BAD = {
    "last purchase after the end": (
        lambda: fit_bg_nbd([1, 0], [50, 0], [40, 40]),
        r"recency\[0\] is 50, but T\[0\] is 40",
    ),
    "one purchase a customer only": (
        lambda: fit_bg_nbd([0, 0], [0, 0], [9, 9]),
        "nobody in frequency bought again",
    ),
    "purchases, not repeats": (
        lambda: fit_bg_nbd([1, 2], [0, 5], [9, 9]),
        r"frequency\[0\] is 1 and recency\[0\] is 0",
    ),
    "half a purchase": (lambda: fit_bg_nbd([0.5], [1], [9]), "whole numbers of repeat purchases"),
    "lengths": (lambda: fit_bg_nbd([1, 2], [1], [9, 9]), "recency has 1 values; expected 2"),
    "negative spend": (
        lambda: fit_gamma_gamma([1, 2], [5, -1]),
        r"value\[1\] is -1; expected a number from 0",
    ),
    "nothing paid": (lambda: fit_gamma_gamma([1, 2], [5, 0]), r"value\[1\] is 0 although"),
    "all values equal": (lambda: fit_gamma_gamma([1, 2], [5, 5]), "all values are 5"),
    "nobody again": (lambda: fit_gamma_gamma([0, 0], [0, 0]), "no row of frequency is above 0"),
    "no mean": (lambda: GammaGamma(6, 0.9, 5).expected_value(0, 0), "q is 0.9: .* infinite"),
    "no fit": (lambda: LANTERN.parameter_intervals(), "were given, not fitted"),
    "no fit, total": (lambda: LANTERN.total_interval(5, [1], [2], [9]), "were given, not fitted"),
    "split at the end": (
        lambda: hold_out(orders_of([(1, 0, 5.0), (1, 30, 5.0)]), "2024-01-28"),
        "leave at least one day after the split",
    ),
    "log ends before it begins": (
        lambda: purchase_summary(orders_of([(1, 0, 5.0)]), "2023-01-01"),
        "before the first order",
    ),
    "negative order": (lambda: purchase_summary(orders_of([(1, 0, -5.0)])), "Refunds"),
    "one payer": (lambda: without_top(orders_of([(1, 0, 5.0)])), "has 1 payer; a top share needs at least 2"),
    "no money": (lambda: without_top(orders_of([(1, 0, 0.0)])), "adds up to 0"),
    "periods overlap": (
        lambda: revenue_retention(orders_of([(1, 0, 5.0)]), "2023-12-29", "2024-01-05"),
        "second begins 2024-01-05, within the 30 days",
    ),
    "nobody paid": (
        lambda: revenue_retention(orders_of([(1, 0, 5.0)]), "2022-12-29", "2024-01-05"),
        "there is no revenue to retain",
    ),
    "too much leaves": (lambda: points_ledger(1, 0.7, 0.7, 3), "more points would leave"),
    "rows of no chances": (
        lambda: markov_value([[0.5, 0.4], [0, 1]], [1, 0], 0.1),
        "row 0 of transitions adds up",
    ),
    "not square": (lambda: markov_value([[0.5, 0.5]], [1], 0.1), "expected a square table"),
    "no end": (lambda: markov_value([[1.0]], [1]), "give one of the two"),
    "no tier": (
        lambda: prune_tiers(pd.DataFrame({"paid": [1.0], "kept": [True]}), {"gold": 5}),
        "at least 20",
    ),
    "later than today": (lambda: alive_chart(LANTERN, [30], today=20), "after today"),
    "no model": (lambda: alive_chart(GammaGamma(6, 4, 60), [3], today=20), "result of fit_bg_nbd"),
    "no ledger": (lambda: points_chart(pd.DataFrame()), "result of points_ledger"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_answered_in_words(name):
    call, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        call()


# Pictures


def test_alive_chart_says_what_it_draws():
    picture = alive_chart(LANTERN, [10, 20], today=30)
    assert picture.layout.title.text.startswith("P(alive) 66.5")
    line = picture.data[0]
    assert line.y[-1] == pytest.approx(LANTERN.probability_alive(2, 20, 30))
    assert list(picture.data[-1].x) == [0, 10, 20]
    assert "without a repeat" in alive_chart(LANTERN, [], today=30).layout.title.text


def test_hold_out_chart_draws_what_was_bought():
    table = hold_out(courses(0), "2024-12-29", "2025-06-29")
    picture = hold_out_chart(table, fit_bg_nbd(table.frequency, table.recency, table["T"]))
    assert f"In truth {table.actual.sum():,.0f} purchases" in picture.layout.title.text
    assert picture.data[0].y[0] == pytest.approx(table.actual[table.frequency == 0].mean())


def test_points_chart_says_what_it_draws():
    now, before = points_ledger(1_000, 0.02, 0.01, 52), points_ledger(1_000, 0.02, 0, 52)
    picture = points_chart(now, other=before, names=("with expiry", "for ever"))
    assert "26,500" in picture.layout.title.text
    assert picture.data[0].y[-1] == now.outstanding


@pytest.mark.parametrize("read", [purchase_summary, lambda orders: hold_out(orders, "2024-01-20")])
def test_the_date_that_is_far_from_the_rest_is_the_one_that_is_named(read):
    dates = np.array(["1802-05-01", "2024-01-05", "2024-01-31", "2024-02-01"], dtype="datetime64[s]")
    orders = pd.DataFrame({"user_id": [1, 2, 2, 3], "date": dates, "amount": 3.0})
    with pytest.raises(ValueError, match="Is 1802-05-01 a date that was never filled in"):
        read(orders)
