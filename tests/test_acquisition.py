"""Acquisition is right: published figures, brute force, recovery of the truth, plain words for bad input."""

import itertools
import math

import duckdb
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab import acquisition, datasets
from opslab.acquisition import (
    MODELS,
    Saturation,
    adstock,
    allocate_budget,
    attribute,
    attribution_chart,
    budget_chart,
    cac,
    calibrate,
    carry_over_chart,
    equal_split,
    evaluate_budget,
    fit_saturation,
    funnel_users,
    growth_paths_chart,
    lifetime_value,
    live_sale,
    marginal_cac,
    payback_chart,
    payback_months,
    profit_interval,
    removal_effects,
    response_chart,
    shapley_values,
    tipping_budget,
    transitions,
    trust_chart,
    trust_policy,
    viral_users,
    worth_by,
)
from opslab.charts import BLUE, GREY
from opslab.world import truth
from tests.references import CASES

SOME = settings(max_examples=60, deadline=None)
PUZYROV = CASES["markov_puzyrov"]["inputs"]["paths"]


def case(name: str) -> tuple[dict, dict]:
    return CASES[name]["inputs"], CASES[name]["expected"]


# Costs and worth


def test_unit_economics_are_those_of_the_reference():
    given, expected = case("unit_economics")
    margin = given["ARPA"] * given["GM"]
    value = lifetime_value(margin, given["monthly_churn"])
    assert value == pytest.approx(expected["LTV"], rel=1e-9)
    assert value / given["CAC"] == pytest.approx(expected["LTV_CAC"], rel=1e-9)
    assert payback_months(given["CAC"], margin) == pytest.approx(expected["payback_months"], rel=1e-9)


@SOME
@given(st.floats(1, 100), st.floats(0.01, 1), st.floats(0, 0.2))
def test_lifetime_value_is_the_sum_of_discounted_margins(margin, churn, discount):
    kept = (1 - churn) / (1 + discount)
    assert lifetime_value(margin, churn, discount) == pytest.approx(
        margin * sum(kept**t for t in range(4000))
    )


@SOME
@given(st.integers(1, 40), st.floats(0.001, 0.9), st.floats(0, 0.2))
def test_the_money_is_back_when_the_margins_add_up_to_the_cost(months, churn, discount):
    kept = (1 - churn) / (1 + discount)
    cost = sum(10 * kept**t for t in range(months))
    if kept**months > 1e-6:  # beyond, rounding decides
        assert payback_months(cost, 10, churn, discount) == pytest.approx(months, rel=1e-6)
    assert payback_months(1.001 * lifetime_value(10, churn, discount), 10, churn, discount) == math.inf


def test_cac_divides_sums_and_keeps_labels():
    spend, won = pd.Series({"a": 100, "b": 900}), pd.Series({"a": 10, "b": 30})
    assert cac(spend.sum(), won.sum()) == 25
    assert cac(spend, won).to_dict() == {"a": 10, "b": 30}
    assert cac([100, 900], [10, 30]).tolist() == [10, 30]


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_worth_agrees_with_counting_user_by_user(engine):
    users = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4],
            "signup_date": pd.to_datetime(["2024-01-01", "2024-01-05", "2024-01-01", "2024-03-20"]),
            "channel": ["a", "a", "b", "b"],
        }
    )
    orders = pd.DataFrame(
        {
            "user_id": [1, 1, 2, 4],
            "date": pd.to_datetime(["2024-01-11", "2024-01-31", "2024-03-31", "2024-03-21"]),
            "amount": [100, 50, 70, 999],
        }
    )
    turn = {"pandas": lambda t: t, "polars": pl.from_pandas, "duckdb": lambda t: duckdb.connect().from_df(t)}
    found = worth_by(turn[engine](users), turn[engine](orders), days=30, margin=0.5, discount=0.02)
    # User 1's second payment falls on day 30, user 2's later; user 4 cannot be watched.
    assert found.users.to_dict() == {"a": 2, "b": 1}
    assert found.worth.to_dict() == pytest.approx({"a": 0.5 * 100 / 1.02 ** (10 / 30) / 2, "b": 0})


def small_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    users = pd.DataFrame(
        {"user_id": [1, 2], "signup_date": pd.to_datetime(["2024-01-01"] * 2), "channel": "a"}
    )
    paid = pd.DataFrame({"user_id": [1], "date": pd.to_datetime(["2024-01-01"]), "amount": [30]})
    return users, paid


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_who_signs_up_in_the_afternoon_and_pays_that_day_is_worth_it(zone):
    users, paid = small_tables()
    users["signup_date"] = (users["signup_date"] + pd.Timedelta(hours=15)).dt.tz_localize(zone)
    assert worth_by(users, paid, days=5, until="2024-01-06").worth.to_dict() == {"a": 15}
    with pytest.raises(ValueError, match="signed up 6 days or more before 2024-01-06"):
        worth_by(users, paid, days=6, until="2024-01-06")


def test_worth_refuses_users_told_twice_and_orders_of_strangers():
    users, paid = small_tables()
    with pytest.raises(ValueError, match=r"users has 1 row too many: user_id must be unique"):
        worth_by(users.assign(user_id=1), paid, days=5)
    with pytest.raises(
        ValueError, match=r"orders and users have no user_id in common.* has '1', users has 1"
    ):
        worth_by(users, paid.assign(user_id="1"), days=5)
    with pytest.raises(ValueError, match=r"'amount' of orders goes down to -30; .* Refunds"):
        worth_by(users, paid.assign(amount=-30), days=5)


# What spend brings


def test_adstock_carries_over():
    assert adstock([100, 0, 0, 10], 0.5).tolist() == [100, 50, 25, 22.5]
    assert adstock([1.0] + [0.0] * 99, 0.3).sum() == pytest.approx(1 / 0.7)


def test_a_response_halves_bends_and_can_be_turned_round():
    response = Saturation(100, 800, carry_over=0.5)
    assert response(response.half_spend) == 50
    steady = response.weekly([300] * 60)
    assert steady[-1] == pytest.approx(response(300))
    assert response.marginal(300) == pytest.approx((response(300.01) - response(299.99)) / 0.02, rel=1e-5)
    assert response.spend_at(response.marginal(300)) == pytest.approx(300)
    assert response.spend_at(10 * response.marginal(0)) == 0


def test_a_fit_without_noise_finds_the_parameters():
    true = Saturation(200, 3000, 0.4)
    spend = np.random.default_rng(3).uniform(0, 6000, 40)
    fit = fit_saturation(spend, true.weekly(spend))
    assert (fit.top, fit.half, fit.carry_over) == pytest.approx((200, 3000, 0.4), rel=1e-4)
    assert fit_saturation(spend, true.weekly(spend), carry_over=0.4).half == pytest.approx(3000, rel=1e-4)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_fits_recover_what_the_next_user_of_lantern_costs(seed):
    weeks = datasets.load("spend_weekly", seed)
    missed = 0
    for true in truth(seed).market.responses:
        rows = weeks[weeks.channel == true.channel]
        fit, spend = fit_saturation(rows.spend, rows.signups), rows.spend.tail(4).mean()
        cost = marginal_cac(spend, Saturation(true.top, true.half, true.carry_over))
        assert marginal_cac(spend, fit) == pytest.approx(cost, rel=0.2)
        low, high = fit.marginal_cost_interval(spend)
        missed += not low <= cost <= high
    assert missed <= 2


def test_the_next_customer_has_a_price_between_levels_and_on_a_curve():
    assert marginal_cac([100, 200, 400], [10, 15, 20]).tolist() == [20, 40]
    assert marginal_cac(400, lambda x: 3 * math.sqrt(x)) == pytest.approx(2 * 20 / 3)
    response = Saturation(100, 1000)
    assert marginal_cac([0, 1000], response).tolist() == [10, 40]


# Division of a budget


def roots(scales):
    return {name: (lambda x, a=a: a * math.sqrt(x)) for name, a in zip("abcdefgh", scales, strict=False)}


def test_the_budget_matches_the_closed_form():
    given, expected = case("budget_sqrt")
    plan = allocate_budget(roots(given["a"]), given["B"])
    assert plan.spend.tolist() == pytest.approx(expected["x"], rel=1e-3)
    assert plan.result.sum() == pytest.approx(expected["value"], rel=1e-4)
    assert (1 / plan.marginal_cost).tolist() == pytest.approx([expected["marginal"]] * 3, rel=1e-4)
    equal = evaluate_budget(roots(given["a"]), equal_split(list("abc"), given["B"]))
    assert equal.result.sum() == pytest.approx(expected["equal_split_value"], rel=1e-5)


responses = st.lists(
    st.builds(Saturation, st.floats(5, 500), st.floats(50, 9000), st.floats(0, 0.8)), min_size=2, max_size=7
)


@SOME
@given(responses, st.floats(10, 30_000), st.randoms(use_true_random=False))
def test_no_move_of_money_helps(curves, budget, random):
    worth = [random.uniform(1, 100) for _ in curves]
    floors = {i: random.choice([0, 0.5 * budget / len(curves)]) for i in range(len(curves))}
    caps = {i: random.choice([budget, 1.1 * budget / len(curves)]) for i in range(len(curves))}
    plan = allocate_budget(curves, budget, worth=dict(enumerate(worth)), floors=floors, caps=caps)
    assert plan.spend.sum() == pytest.approx(budget)
    next_yuan = [value * curve.marginal(x) for value, curve, x in zip(worth, curves, plan.spend, strict=True)]
    for source, target in itertools.permutations(range(len(curves)), 2):
        can_give = plan.spend[source] > floors[source] + 1e-6 * budget
        can_take = plan.spend[target] < caps[target] - 1e-6 * budget
        if can_give and can_take:
            assert next_yuan[target] <= next_yuan[source] * (1 + 1e-4)


def test_corners_are_found():
    strong, weak = Saturation(1000, 1000), Saturation(1, 1000)
    assert allocate_budget({"s": strong, "w": weak}, 100).spend.tolist() == pytest.approx([100, 0])
    plan = allocate_budget({"s": strong, "w": weak}, 100, caps={"s": 30}, floors={"w": 10})
    assert plan.spend.tolist() == pytest.approx([30, 70])
    plan = allocate_budget({"s": strong, "w": weak}, 100, floors={"w": 100})
    assert plan.spend.tolist() == pytest.approx([0, 100])


def test_straight_responses_fill_up_in_order():
    lines = {"steep": lambda x: 2 * x, "middle": lambda x: x, "flat": lambda x: 0.5 * x}
    plan = allocate_budget(lines, 100, caps={"steep": 30, "middle": 60})
    assert plan.spend.tolist() == pytest.approx([30, 60, 10], rel=1e-6)
    assert allocate_budget(lines, 100).spend.tolist() == pytest.approx([100, 0, 0])


def test_what_no_channel_can_use_is_shared_out_where_there_is_room():
    full, dead = (lambda x: min(x, 40.0)), (lambda x: 7.0)
    plan = allocate_budget({"full": full, "dead": dead}, 100, caps={"dead": 50})
    assert plan.result.tolist() == [40, 7]
    assert plan.spend.sum() == pytest.approx(100)
    assert (plan.spend <= [100, 50]).all()
    assert allocate_budget({"full": full, "s": Saturation(5, 60)}, 100).spend["full"] == pytest.approx(
        40, rel=1e-4
    )
    assert allocate_budget({"dead": dead, "s": Saturation(5, 60)}, 100).spend["dead"] == 0


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (lambda x: 3.0 * (x >= 61.7), "has no steps"),
        (lambda x: np.floor(x / 7), "has no steps"),
        (lambda x: x + 5 * (x > 99), "has no steps"),
        (lambda x: x * (150 - x), "the response of 'a' falls from"),
        (lambda x: math.nan, "'a' gives nan at spend 0; expected a number"),
        (lambda x: "many", "'a' gives 'many' at spend"),
        (lambda x: [x, x], "'a' gives .* at spend 0; expected a number"),
    ],
)
def test_a_response_that_steps_falls_or_is_none_is_refused(response, words):
    with pytest.raises(ValueError, match=words):
        allocate_budget({"a": response, "b": Saturation(4, 50)}, 100)


def test_a_first_yuan_that_brings_much_is_spent():
    plan = allocate_budget({"club": lambda x: 9.0 * (x > 0), "s": Saturation(4, 50)}, 100)
    assert plan.result["club"] == 9
    assert plan.result["s"] == pytest.approx(4 * 100 / 150)


def test_general_functions_and_saturations_agree():
    curves = [Saturation(50 + i, 500 + 90 * i) for i in range(6)]
    plain = [(lambda x, c=c: c.top * x / (c.half + x)) for c in curves]
    ours, general = allocate_budget(curves, 4000), allocate_budget(plain, 4000)
    assert general.spend.tolist() == pytest.approx(ours.spend.tolist(), rel=1e-3)


def test_the_error_of_curves_and_worths_reaches_the_profit():
    curves = {"a": FITTED, "b": Saturation(40, 300, 0, ((0.01, 0, 0), (0, 0.02, 0), (0, 0, 0)))}
    worth = pd.DataFrame({"worth": [30, 50], "low": [24, 44], "high": [36, 56]}, index=["a", "b"])
    spend, chance = {"a": 150, "b": 400}, np.random.default_rng(3)
    drawn = np.zeros(4000)
    for name, curve in curves.items():
        top, half, carried = chance.multivariate_normal(
            [math.log(curve.top), math.log(curve.half), curve.carry_over], np.array(curve.covariance), 4000
        ).T
        result = np.exp(top) * spend[name] / (np.exp(half) * (1 - carried) + spend[name])
        drawn += result * chance.normal(worth.worth[name], (worth.high - worth.low)[name] / 3.92, 4000)
    found = profit_interval(curves, spend, worth)
    assert found.profit == pytest.approx(evaluate_budget(curves, spend, worth=worth.worth).profit.sum())
    assert (found.high - found.low) / 3.92 == pytest.approx(drawn.std(), rel=0.06)


def test_a_top_lies_in_its_interval_and_a_calibrated_one_in_a_wider():
    low, high = FITTED.top_interval()
    assert low * high == pytest.approx(FITTED.top**2)
    assert math.log(high / low) == pytest.approx(2 * 1.96 * 0.2, rel=1e-3)
    tested = calibrate(FITTED, 0.6, 0.4, 0.9)
    assert tested(50) == pytest.approx(0.6 * FITTED(50))
    ends = tested.top_interval()
    assert ends[1] / ends[0] > high / low
    assert calibrate(FITTED, 0.6, 0.6, 0.6).covariance == FITTED.covariance


def test_a_live_sale_adds_up():
    sale = live_sale(1_000, **SALE)
    assert sale.to_dict() == pytest.approx(
        {"margin": 270, "commission": -120, "slot fee": -100, "returns": -40, "profit": 10}
    )
    assert live_sale(0, **SALE)["profit"] == -100


def test_the_tipping_budget_is_where_the_next_user_costs_the_worth():
    curves = {"a": Saturation(100, 1000), "b": Saturation(10, 1000)}
    plan = tipping_budget(curves, {"a": 40, "b": 99})
    assert plan.spend.tolist() == pytest.approx([1000, 0])
    assert plan.marginal_cost["a"] == pytest.approx(40)
    profit = [evaluate_budget(curves, [x, 0], worth=40).profit.sum() for x in (900, 1000, 1100)]
    assert max(profit) == profit[1]


def test_equal_parts_stop_at_caps():
    assert equal_split(list("abc"), 90, caps={"a": 10}).tolist() == pytest.approx([10, 40, 40])


# Credit


def test_markov_matches_the_published_example():
    _, expected = case("markov_puzyrov")
    chances = transitions(PUZYROV)
    assert chances.loc["google", "(conversion)"] == expected["transitions"]["google>conv"]
    assert chances.loc["google", "mailing"] == expected["transitions"]["google>mailing"]
    assert chances.loc["(start)", "google"] == expected["transitions"]["start>google"]
    assert removal_effects(PUZYROV).to_dict() == pytest.approx(expected["removal"], rel=1e-9)
    assert attribute(PUZYROV, "markov").to_dict() == pytest.approx(expected["credit"], rel=1e-9)


paths_of_three = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=9,
).filter(lambda rows: sum(row[1] for row in rows) > 0)


@SOME
@given(paths_of_three)
def test_simple_rules_agree_with_counting_by_hand(rows):
    hand = {model: dict.fromkeys("abc", 0.0) for model in ("first", "last", "linear")}
    for path, won, _ in rows:
        hand["first"][path[0]] += won
        hand["last"][path[-1]] += won
        for mark in path:
            hand["linear"][mark] += won / len(path)
    for model, expected in hand.items():
        assert attribute(rows, model, channels="abc").to_dict() == pytest.approx(expected)


@SOME
@given(paths_of_three)
def test_credit_adds_up_and_shapley_is_that_of_its_game(rows):
    conversions = sum(won for _, won, _ in rows)
    for model in MODELS:
        assert attribute(rows, model).sum() == pytest.approx(conversions)

    def game(channels):
        return sum(won for path, won, _ in rows if set(path) <= channels)

    ours = attribute(rows, "shapley", channels="abc")
    assert ours.to_dict() == pytest.approx(shapley_values(game, "abc").values.to_dict())


@SOME
@given(paths_of_three)
def test_removal_agrees_with_walking_the_chain(rows):
    chain = transitions(rows)
    for gone in chain.index[1:]:
        at, reached = chain.loc["(start)"].copy(), 0.0
        for _ in range(3000):
            reached += at["(conversion)"]
            at = sum((at[c] * chain.loc[c] for c in chain.index[1:] if c != gone), 0 * at)
            if at.sum() < 1e-12:
                break
        whole = sum(won for _, won, _ in rows) / sum(won + lost for _, won, lost in rows)
        assert 1 - removal_effects(rows)[gone] == pytest.approx(reached / whole, abs=1e-6)


def journeys(converted: list) -> pd.DataFrame:
    return pd.DataFrame({"path_id": range(5), "step": 1, "channel": list("ababb"), "converted": converted})


@pytest.mark.parametrize(
    "converted",
    [
        [True, True, False, False, True],
        [1, 1, 0, 0, 1],
        [1.0, 1.0, 0.0, 0.0, 1.0],
        np.array([True, True, False, False, True], dtype=object),
        [1, 8, None, None, 3],
        ["u1", "u8", None, None, "u3"],
        pd.to_datetime(["2024-01-01", "2024-01-02", None, None, "2024-01-05"]),
    ],
)
def test_a_path_converts_by_a_flag_or_by_what_is_filled(converted):
    found = attribute(journeys(converted), "last", converted="converted")
    assert found.to_dict() == {"a": 1, "b": 2}
    assert transitions(journeys(converted), converted="converted").loc["a", "(conversion)"] == 0.5


@pytest.mark.parametrize(
    ("converted", "found"),
    [
        (["yes", "yes", "no", "no", "yes"], "'yes'"),
        (["u1", "u8", "", "", "u3"], "'u1'"),
        (["u1", "u8", "", None, "u3"], "''"),
        ([1, 1, 0, None, 1], "0.0"),
        ([30, 20, 0, 0, 10], "0"),
        (["TRUE", "TRUE", "FALSE", None, "TRUE"], "'FALSE'"),
    ],
)
def test_what_may_say_no_though_it_is_filled_is_refused(converted, found):
    for function in (attribute, removal_effects, transitions):
        with pytest.raises(ValueError, match=f"'converted' of paths holds {found}; expected True or False"):
            function(journeys(converted), converted="converted")


@pytest.mark.parametrize("model", MODELS)
def test_every_engine_and_form_gives_the_same_credit(model):
    touches = datasets.load("touchpoints")
    ours = attribute(touches, model)
    shuffled = touches.sample(frac=1, random_state=1)
    flagged = touches.assign(done=touches.user_id.notna())
    table = touches.groupby("path_id").agg(path=("channel", ">".join), won=("user_id", "count"))
    rows = [(path, int(won > 0), int(won == 0)) for path, won in zip(table.path, table.won, strict=True)]
    others = [
        attribute(pl.from_pandas(shuffled).lazy(), model),
        attribute(duckdb.connect().from_df(shuffled), model),
        attribute(flagged, model, converted="done"),
        attribute(rows, model),
    ]
    for other in others:
        pd.testing.assert_series_equal(ours, other, check_index_type=False)


def test_removal_recovers_the_truth_of_lantern():
    true = truth()
    last = np.array([channel.mix_after for channel in true.channels])
    effects = true.market.paths.removal_effects(last / last.sum())
    ours = removal_effects(datasets.load("touchpoints"))[[channel.name for channel in true.channels]]
    assert ours.tolist() == pytest.approx(effects.tolist(), abs=0.02)


def test_shapley_values_are_those_of_the_reference():
    given, expected = case("shapley")
    costs = given["airport_costs"]
    airport = shapley_values(lambda s: max((costs[p] for p in s), default=0), list(costs))
    assert airport.values.to_dict() == pytest.approx(expected["airport"], abs=1e-6)
    glove = shapley_values(lambda s: float("R" in s and len(s) > 1), ["L1", "L2", "R"])
    assert glove.values.to_dict() == pytest.approx(expected["glove"], abs=1e-6)
    assert airport.exact
    assert not airport.error.any()


def test_more_than_twelve_players_are_sampled_with_their_error():
    players = list(range(16))
    found = shapley_values(lambda s: max(s, default=0) ** 2, players, permutations=400)
    steps = np.diff(np.square([0, *players]))
    exact = [sum(steps[k] / (16 - k) for k in range(p + 1)) for p in players]
    assert not found.exact
    assert found.values.sum() == pytest.approx(225)
    off = np.abs(found.values - exact) / found.error.where(found.error > 0, 1e-9)
    assert (off < 4).all()
    assert found.error.max() < 3
    again = shapley_values(lambda s: max(s, default=0) ** 2, players, permutations=400)
    pd.testing.assert_series_equal(found.values, again.values)


def test_what_is_there_without_a_player_is_nobodys_share():
    found = shapley_values(lambda team: 100 + 10 * len(team), "xyz").values
    assert found.tolist() == pytest.approx([10, 10, 10])


@pytest.mark.parametrize("bad", [math.nan, math.inf, None, "7", [1]])
@pytest.mark.parametrize("players", ["xy", range(14)])
def test_a_coalition_without_a_value_is_named(bad, players):
    with pytest.raises(ValueError, match=r"value\(.*\) is .*; expected a number"):
        shapley_values(lambda team: bad if len(team) == 2 else 1.0, players, permutations=2)


# Growth


def test_viral_growth_is_that_of_the_reference():
    given, expected = case("skok")
    k = given["invites"] * given["conv"]
    assert viral_users(given["custs0"], k, range(6)).tolist() == expected["cycles_0_5"]
    assert viral_users(given["custs0"], k, 10) == expected["t20_ct2"]
    assert viral_users(given["custs0"], k, 20) == expected["t20_ct1"]
    assert viral_users(10, 1, 4) == 50
    assert viral_users(10, 0.5, 60) == pytest.approx(20)


def test_a_funnel_grows_evenly_and_faster_with_invitations():
    assert funnel_users(1000, 20, 3).tolist() == [0, 50, 100, 150]
    assert funnel_users(1000, 20, 3, k=0.5).tolist() == [0, 50, 125, 212.5]


def test_trust_is_built_spent_and_missed():
    never = trust_policy(None)
    assert never.income.eq(0).all()
    assert never.members.eq(500).all()
    assert never.trust.is_monotonic_increasing
    hard, patient = trust_policy(1), trust_policy(4)
    assert hard.income.iloc[-1] < patient.income.iloc[-1]
    assert hard.members.iloc[-1] < patient.members.iloc[-1]


def test_trust_in_a_shop_settles_where_what_is_built_meets_what_lapses_take():
    shop = trust_policy(None, weeks=400, asking=0.1, opens=5, lapse=0.2, fee=10, built=0.1, spent=0.5)
    assert shop.trust.iloc[-1] == pytest.approx(0.8 * 0.1 / (0.8 * 0.1 + 0.2 * 0.5))
    assert shop.income.iloc[:4].tolist() == [-10, -20, -30, -40]
    weekly = shop.income.diff().iloc[-1]
    assert weekly == pytest.approx(500 * shop.trust.iloc[-1] * 0.1 * 30 - 10)


def test_who_meets_a_firm_in_a_tenth_of_the_weeks_learns_at_a_tenth_of_the_pace():
    rare, often = trust_policy(None, seen=0.1, lapse=0.1), trust_policy(None, lapse=0.1)
    first = [table.trust.iloc[0] - 0.2 for table in (rare, often)]
    assert first[0] == pytest.approx(first[1] / 10)
    assert trust_policy(2, seen=0).trust.eq(0.2).all()


# Pictures

CURVE = Saturation(100, 1000)
WEEKS = pd.DataFrame({"spend": [100, 900], "signups": [9, 50]})
PICTURES = {
    "response": lambda: response_chart(CURVE, 500, 2000, weeks=WEEKS),
    "payback": lambda: payback_chart(100, 10, 0.02, 0.01),
    "carry over": lambda: carry_over_chart(0.5),
    "budget": lambda: budget_chart({"now": allocate_budget({"a": CURVE, "b": CURVE}, 100)}, "Even"),
    "credit": lambda: attribution_chart(attribute(PUZYROV, "linear"), "Linear"),
    "growth": lambda: growth_paths_chart(0.5),
    "trust": lambda: trust_chart(4),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_carry_a_title_and_units(name):
    drawing = PICTURES[name]()
    assert isinstance(drawing, go.Figure)
    assert drawing.layout.title.text
    assert drawing.layout.yaxis.title.text or drawing.layout.xaxis.title.text


def test_titles_tell_the_number_that_is_asked_for():
    assert "next one 22.5\u00a0yuan" in response_chart(CURVE, 500, 2000).layout.title.text
    assert "never" in payback_chart(2000, 10, 0.1, 0).layout.title.text.lower()
    assert "work like 2,000" in carry_over_chart(0.5).layout.title.text
    assert trust_chart(1).layout.title.text.startswith("One offer every week: ")
    best = max(range(1, 27), key=lambda rhythm: trust_policy(rhythm).income.iloc[-1])
    sweep = trust_chart(best).data[0]
    assert sweep.x[np.argmax(sweep.y)] == best


def test_credit_is_compared_from_rule_to_rule():
    both = pd.DataFrame({"last": {"ads": 9, "seo": 5, "news": 1}, "first": {"ads": 2, "seo": 7, "news": 6}})
    drawing = attribution_chart(both)
    assert drawing.layout.title.text == "From last to first: ads from 9 to 2, the largest step"
    assert [trace.line.color for trace in drawing.data] == [BLUE, GREY, GREY]
    assert attribution_chart(both[["last"]]).layout.title.text == "Most credit: ads, 9 sign-ups"
    still = attribution_chart(pd.concat([both["last"], both["last"].rename("last again")], axis=1))
    assert still.layout.title.text == "Credit by last: most to ads, 9 sign-ups"
    with pytest.raises(ValueError, match="credits is a list; expected the result of attribute"):
        attribution_chart([1, 2])


# Bad input

USERS = pd.DataFrame({"user_id": [1], "signup_date": pd.to_datetime(["2024-01-01"]), "channel": ["a"]})
ORDERS = pd.DataFrame({"user_id": [1], "date": pd.to_datetime(["2024-09-01"]), "amount": [5.0]})
TOUCHES = pd.DataFrame(
    {"path_id": [1, 1], "step": [1, 2], "channel": ["a", "b"], "user_id": pd.array([7, 7], dtype="Int64")}
)
S = Saturation(10, 100)
FITTED = Saturation(10, 100, 0.2, ((0.04, 0.03, 0), (0.03, 0.09, 0), (0, 0, 0.001)))
WORTH = pd.DataFrame({"worth": [30], "low": [20], "high": [40]}, index=["a"])
SALE = {"returns": 0.4, "commission": 0.2, "slot_fee": 100, "margin": 0.45, "return_cost": 0.1}
BAD = {
    "zero customers": (lambda: cac(100, 0), "customers is 0"),
    "zero customers of a channel": (lambda: cac(pd.Series({"x": 1}), pd.Series({"x": 0})), "'x'"),
    "zero spend": (lambda: cac(0, 10), "spend is 0"),
    "negative spend": (lambda: cac(-1, 10), "spend"),
    "other labels": (lambda: cac(pd.Series({"x": 1}), pd.Series({"y": 1})), "different labels"),
    "other length": (lambda: cac([1, 2], [1]), "customers has 1"),
    "negative margin": (lambda: lifetime_value(-5, 0.1), "margin is -5"),
    "churn in per cent": (lambda: lifetime_value(5, 10), "churn is 10"),
    "endless": (lambda: lifetime_value(5, 0), "no end"),
    "no margin": (lambda: payback_months(100, 0), "margin is 0"),
    "negative cost": (lambda: payback_months(-1, 5), "cac is -1"),
    "missing column": (lambda: worth_by(USERS, ORDERS.drop(columns="amount")), "amount"),
    "negative payment": (lambda: worth_by(USERS, ORDERS.assign(amount=-5.0)), "amount"),
    "nobody watched": (lambda: worth_by(USERS, ORDERS, days=999), "999 days"),
    "no users": (lambda: worth_by(USERS.head(0), ORDERS), "no rows"),
    "decay of 1": (lambda: adstock([1, 2], 1), "decay is 1"),
    "gap": (lambda: adstock([1, math.nan], 0.5), r"x\[1\]"),
    "negative top": (lambda: Saturation(-1, 5), "top is -1"),
    "few weeks": (lambda: fit_saturation([1, 2], [1, 2]), "2 weeks"),
    "channel without data": (lambda: fit_saturation(range(9), [0] * 9), "all 0"),
    "same spend": (lambda: fit_saturation([5] * 9, range(9)), "same|every week"),
    "not fitted": (lambda: S.marginal_cost_interval(5), "not fitted"),
    "top not fitted": (lambda: S.top_interval(), "not fitted"),
    "result not fitted": (lambda: S.result_error(5), "not fitted"),
    "calibrate no curve": (lambda: calibrate(len, 1, 1, 1), "response is a builtin"),
    "calibrate not fitted": (lambda: calibrate(S, 0.5, 0.4, 0.6), "not fitted"),
    "calibrate turned": (lambda: calibrate(FITTED, 0.5, 0.6, 0.4), "low is 0.6"),
    "profit of no table": (lambda: profit_interval({"a": FITTED}, {"a": 5}, 30), "worth_by"),
    "profit of no curve": (lambda: profit_interval({"a": math.sqrt}, {"a": 5}, WORTH), "'a'"),
    "returns in per cent": (lambda: live_sale(9, **dict(SALE, returns=40)), "returns is 40"),
    "negative fee": (lambda: live_sale(9, **dict(SALE, slot_fee=-1)), "slot_fee is -1"),
    "levels fall": (lambda: marginal_cac([2, 1], [1, 2]), r"spend\[1\]"),
    "nobody more": (lambda: marginal_cac([1, 2], [5, 5]), "do not rise"),
    "not a response": (lambda: marginal_cac(5, 7), "customers is a int"),
    "flat response": (lambda: marginal_cac(5, lambda x: 3.0), "does not rise"),
    "no responses": (lambda: allocate_budget({}, 100), "empty"),
    "no function": (lambda: allocate_budget({"a": 5}, 100), "'a'"),
    "zero budget": (lambda: allocate_budget({"a": S}, 0), "budget is 0"),
    "no worth": (lambda: allocate_budget({"a": S}, 9, worth={"b": 1}), "'a'"),
    "negative worth": (lambda: allocate_budget({"a": S}, 9, worth=-1), "worth is -1"),
    "floors too high": (lambda: allocate_budget({"a": S}, 9, floors=10), "floors add up"),
    "caps too low": (lambda: allocate_budget({"a": S}, 9, caps=5), "caps add up"),
    "crossed": (
        lambda: allocate_budget({"a": S, "b": S}, 9, floors={"a": 5}, caps={"a": 4}),
        "above its cap",
    ),
    "unknown channel": (lambda: allocate_budget({"ads": S}, 9, caps={"adds": 5}), "did you mean 'ads'"),
    "rising returns": (lambda: allocate_budget({"a": lambda x: x**2, "b": S}, 9), "bends down"),
    "no spend": (lambda: evaluate_budget({"a": S}, {"b": 5}), "'a'"),
    "tipping without worth": (lambda: tipping_budget({"a": S}, 0), "worth is 0"),
    "unknown model": (lambda: attribute(PUZYROV, "lats"), "did you mean 'last'"),
    "unknown marks": (lambda: attribute(PUZYROV, channels=["google"]), "mailing"),
    "empty mark": (lambda: attribute([("a>>b", 1, 0)]), "empty mark"),
    "reserved mark": (lambda: attribute([("(null)", 1, 0)]), "rename it"),
    "bad row": (lambda: attribute(["a>b"]), r"paths\[0\]"),
    "bad count": (lambda: attribute([("a", -1, 0)]), "-1"),
    "no paths": (lambda: attribute([]), "no rows"),
    "no table": (lambda: attribute(5), "int"),
    "no conversions": (lambda: attribute([("a", 0, 4)]), "no path ends"),
    "missing mark": (lambda: attribute(TOUCHES.assign(channel=["a", None])), "missing"),
    "step twice": (lambda: attribute(TOUCHES.assign(step=1)), "unique"),
    "half a conversion": (
        lambda: attribute(TOUCHES.assign(user_id=pd.array([7, None], dtype="Int64"))),
        "both",
    ),
    "no players": (lambda: shapley_values(len, []), "empty"),
    "player twice": (lambda: shapley_values(len, ["a", "a"]), "twice"),
    "no game": (lambda: shapley_values(5, ["a"]), "int"),
    "negative k": (lambda: viral_users(10, -1, 5), "k is -1"),
    "half a cycle": (lambda: viral_users(10, 1, 0.5), "cycles"),
    "free users": (lambda: funnel_users(100, 0, 5), "cost is 0"),
    "never offered": (lambda: trust_policy(0), "offer_every is 0"),
    "a shop that lets down more than all": (lambda: trust_policy(None, lapse=20), "lapse is 20"),
    "a shop before the first week": (lambda: trust_policy(None, opens=0), "opens is 0"),
    "picture of nothing": (lambda: response_chart(S, 0, 100), "spend is 0"),
    "picture of no plan": (lambda: budget_chart({"a": pd.DataFrame()}), "'a'"),
    "equal parts of nothing": (lambda: equal_split(["a"], 0), "budget is 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_answered_clearly(name):
    call, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_everything_public_is_documented():
    assert all(getattr(acquisition, name).__doc__ for name in acquisition.__all__ if name != "MODELS")


def test_players_by_the_hundred_are_shared_without_keeping_every_coalition():
    shares = shapley_values(len, range(300), permutations=2)
    assert shares.values.to_numpy() == pytest.approx(1)


def test_more_orders_than_so_many_players_can_have_are_refused_in_words():
    with pytest.raises(ValueError, match="permutations is 2,000 for 800 players; at most 781 for so many"):
        shapley_values(len, range(800))


def test_a_mark_that_is_a_list_is_refused_in_words():
    with pytest.raises(ValueError, match="paths holds list and str"):
        attribute([("ads > seo", 1, 0), (["ads", ["seo"]], 1, 2)], "first")


@pytest.mark.parametrize("no", ["否", "n/a", "Lost"])
def test_a_no_in_words_beside_a_gap_is_refused(no):
    with pytest.raises(ValueError, match="expected True or False"):
        attribute(journeys(["yes", no, None, None, "yes"]), "last", converted="converted")
