"""Laws of winning users: costs, carry-over, budgets and credit obey them whatever the numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opslab.acquisition import (
    MODELS,
    Saturation,
    adstock,
    allocate_budget,
    attribute,
    cac,
    equal_split,
    evaluate_budget,
    fit_saturation,
    funnel_users,
    lifetime_value,
    marginal_cac,
    payback_months,
    removal_effects,
    shapley_values,
    tipping_budget,
    transitions,
    trust_policy,
    viral_users,
    worth_by,
)
from tests.strategies import (
    LAW,
    SLOW_LAW,
    amounts,
    on,
    orders,
    orders_of,
    paths,
    responses,
    shares,
    some_amounts,
    users_of,
    visits,
)

decays = st.floats(0, 0.95)


# Costs and worth


@LAW
@given(st.lists(st.tuples(st.floats(0.01, 1e6), st.integers(1, 10_000)), min_size=1, max_size=8))
def test_blended_cost_lies_between_the_channels_and_is_their_weighted_mean(rows):
    spend, won = map(pd.Series, zip(*rows, strict=True))
    each, blended = cac(spend, won), cac(float(spend.sum()), int(won.sum()))
    assert each.min() * (1 - 1e-9) <= blended <= each.max() * (1 + 1e-9)
    assert blended == pytest.approx(np.average(each, weights=won))


@LAW
@given(amounts, st.floats(0.001, 1), st.floats(0.001, 1), st.floats(0, 1), st.floats(0, 1))
def test_worth_falls_with_churn_and_discount(margin, churn, other_churn, discount, other_discount):
    (low, high), (near, far) = sorted((churn, other_churn)), sorted((discount, other_discount))
    worth = lifetime_value(margin, low, near)
    assert lifetime_value(margin, high, near) <= worth * (1 + 1e-9)
    assert lifetime_value(margin, low, far) <= worth * (1 + 1e-9)
    assert lifetime_value(2 * margin, low, near) == pytest.approx(2 * worth)
    assert worth >= margin * (1 - 1e-9)  # the first payment comes at once


@LAW
@given(st.floats(1, 1e4), st.floats(1, 500), shares, shares, st.floats(0, 1))
def test_payback_is_later_for_dearer_customers_who_leave_sooner(cost, margin, one, other, discount):
    low, high = sorted((one, other))
    months = payback_months(cost, margin, low, discount)
    # Within a month the exponent decides, so whole months are compared.
    assert whole(payback_months(cost, margin, high, discount)) >= whole(months)
    assert whole(months) >= whole(payback_months(cost, margin))
    assert payback_months(2 * cost, margin, low, discount) >= months
    assert payback_months(cost, 2 * margin, low, discount) <= months
    if low + discount > 0 and not math.isclose(cost, lifetime_value(margin, low, discount)):
        assert (months == math.inf) == (cost > lifetime_value(margin, low, discount))


def whole(months: float) -> float:
    return months if months == math.inf else math.ceil(months - 1e-6)


@LAW
@given(visits, orders, st.integers(1, 60), shares)
def test_worth_counts_each_early_yuan_once(seen, rows, days, margin):
    users, bought = users_of(seen), orders_of(rows)
    assume(bought["user_id"].isin(users["user_id"]).any())
    table = worth_by(users, bought, "group", days=days, margin=margin, until=on(400))
    age = (bought["date"] - bought["user_id"].map(users.set_index("user_id")["signup_date"])).dt.days
    early = bought["amount"][(age >= 0) & (age < days)].sum()
    assert table["users"].sum() == len(users)
    assert table["users"] @ table["worth"] == pytest.approx(margin * early)
    later = worth_by(users, bought, "group", days=days, margin=margin, discount=0.1, until=on(400))
    assert (later["worth"] <= table["worth"] + 1e-9).all()


# What spend brings


@LAW
@given(some_amounts, decays, st.floats(0, 100))
def test_carry_over_is_linear_and_adds_up_to_all_effects(spend, decay, factor):
    zeros = [0.0] * 800
    works = adstock([*spend, *zeros], decay)
    assert works.sum() == pytest.approx(sum(spend) / (1 - decay))
    assert (works[: len(spend)] >= np.array(spend)).all()
    np.testing.assert_allclose(adstock(factor * np.array(spend), decay), factor * works[: len(spend)])
    twice = adstock(np.array(spend) + spend[::-1], decay)
    np.testing.assert_allclose(twice, adstock(spend, decay) + adstock(spend[::-1], decay), atol=1e-6)
    np.testing.assert_array_equal(adstock([0.0, *spend], decay)[1:], adstock(spend, decay))


@LAW
@given(st.floats(1, 1e4), st.floats(1, 1e6), decays, st.lists(amounts, min_size=3, max_size=3, unique=True))
def test_more_spend_brings_more_and_each_yuan_less(top, half, carry_over, levels):
    response, (low, middle, high) = Saturation(top, half, carry_over), sorted(levels)
    signups = [response(level) for level in (low, middle, high)]
    assert 0 <= signups[0] <= signups[1] <= signups[2] <= top
    assert response.marginal(low) >= response.marginal(middle) >= response.marginal(high) > 0
    assert response.marginal(low) * (middle - low) >= (signups[1] - signups[0]) * (1 - 1e-6) - 1e-9
    assert response(response.half_spend) == pytest.approx(top / 2)
    assert response.spend_at(response.marginal(high)) == pytest.approx(high, rel=1e-6, abs=1e-6 * half)
    assert marginal_cac(high, response) == pytest.approx(1 / response.marginal(high))
    steady = response.weekly([high] * 500)[-1]
    assert steady == pytest.approx(response(high))


@LAW
@given(st.floats(20, 2_000), st.floats(0.2, 5), st.floats(0, 0.8), st.integers(0, 99), st.floats(0.1, 10))
def test_exact_weeks_give_back_the_response_in_any_currency(top, half, carry_over, seed, rate):
    spend = np.random.default_rng(seed).uniform(0, 4_000, 30)
    truth = Saturation(top, 1_000 * half, carry_over)
    found = fit_saturation(spend, truth.weekly(spend))
    assert (found.top, found.half) == pytest.approx((truth.top, truth.half), rel=1e-3)
    assert found.carry_over == pytest.approx(carry_over, abs=1e-3)
    other = fit_saturation(rate * spend, truth.weekly(spend))
    assert (other.top, other.half) == pytest.approx((top, rate * truth.half), rel=1e-3)


@LAW
@given(st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0.01, 100)), min_size=2, max_size=8))
def test_costs_between_levels_add_up_to_the_whole_cost(steps):
    spend, won = np.cumsum(steps, axis=0).T
    each = marginal_cac(spend, won)
    assert each @ np.diff(won) == pytest.approx(spend[-1] - spend[0])


# Budgets


@LAW
@given(responses, st.floats(1, 1e6), st.randoms(use_true_random=False))
def test_the_best_division_spends_all_and_no_other_brings_more(curves, budget, random):
    best = allocate_budget(curves, budget)
    assert best["spend"].sum() == pytest.approx(budget)
    assert (best["spend"] >= 0).all()
    used = best[best["spend"] > 1e-6 * budget]
    assert used["marginal_cost"].max() <= used["marginal_cost"].min() * (1 + 1e-3)
    most = best["result"].sum() * (1 + 1e-9)
    parts = [random.random() + 1e-9 for _ in curves]
    others = [[budget * part / sum(parts) for part in parts], equal_split(range(len(curves)), budget)]
    for spend in others:
        assert evaluate_budget(curves, list(spend))["result"].sum() <= most
    assert allocate_budget(curves, 1.1 * budget)["result"].sum() >= best["result"].sum() * (1 - 1e-9)
    order = dict(reversed(dict(enumerate(curves)).items()))
    turned = allocate_budget(order, budget)["spend"]
    np.testing.assert_allclose(turned[best.index], best["spend"], rtol=1e-4, atol=1e-6 * budget)


def stairs(gains: list[int]):
    """Return a response of straight pieces, ten yuan long: what each piece brings."""
    return lambda x: float(np.interp(x, 10 * np.arange(len(gains) + 1), np.append(0, np.cumsum(gains))))


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=2, max_size=4), st.integers(1, 20)
)
def test_whatever_the_curves_no_division_in_tens_beats_the_answer(gains, tens):
    curves = [stairs(one) for one in gains]
    if any(np.diff(one[:tens]).max(initial=0) > 0 for one in gains):
        with pytest.raises(ValueError, match="give a response that bends down"):
            allocate_budget(curves, 10 * tens)
        return
    best = allocate_budget(curves, 10 * tens)["result"].sum()
    # Bellman: the most that so many tens bring in the channels so far.
    most = np.zeros(tens + 1)
    for one in gains:
        here = np.append(0, np.cumsum(one))[np.minimum(np.arange(tens + 1), len(one))]
        most = np.array([max(most[: now + 1] + here[now::-1]) for now in range(tens + 1)])
    # At an edge of a step the slope is taken over a millionth of the budget.
    assert best == pytest.approx(most[tens], rel=1e-5)


@LAW
@given(responses, st.floats(0.01, 1e6), st.sampled_from(["floors", "caps"]))
def test_equal_floors_or_caps_that_leave_no_choice_are_the_division(curves, budget, limit):
    part = budget / len(curves)
    plan = allocate_budget(curves, budget, **{limit: part})
    assert plan["spend"].tolist() == pytest.approx([part] * len(curves))
    assert equal_split(range(len(curves)), budget, caps=part).tolist() == pytest.approx([part] * len(curves))


@LAW
@given(responses, st.floats(0.1, 1e3), st.floats(1, 3))
def test_a_result_that_is_worth_more_is_bought_up_to_a_higher_cost(curves, worth, more):
    plan, richer = (tipping_budget(curves, value, most=1e9) for value in (worth, worth * more))
    assert (richer["spend"] >= plan["spend"] * (1 - 1e-9)).all()
    bought = plan[plan["spend"] > 0]
    assert bought["marginal_cost"].tolist() == pytest.approx([worth] * len(bought))
    assert (plan.loc[plan["spend"] == 0, "marginal_cost"] >= worth * (1 - 1e-9)).all()
    assert (bought["average_cost"] <= bought["marginal_cost"] * (1 + 1e-9)).all()


# Credit


@LAW
@given(paths, st.integers(2, 5), st.randoms(use_true_random=False))
def test_credit_is_fair_whatever_the_rule(rows, times, random):
    won = sum(count for _, count, _ in rows)
    touched = {mark for path, count, _ in rows if count for mark in path}
    swap = str.maketrans("abcd", "badc")
    for model in MODELS:
        credit = attribute(rows, model, channels="abcde")
        assert credit.sum() == pytest.approx(won)
        assert (credit >= -1e-9).all()
        if model != "markov":  # its chain joins the start of one path to the end of another
            assert not credit[[mark for mark in "abcde" if mark not in touched]].any()
        renamed = [(tuple(mark.translate(swap) for mark in path), a, b) for path, a, b in rows]
        other = attribute(renamed, model, channels="abcde")
        assert other["b"] == pytest.approx(credit["a"])
        # Paths that say the same with each two channels exchanged treat these alike.
        both = attribute([*rows, *renamed], model, channels="abcde")
        assert both["a"] == pytest.approx(both["b"])
        more = [(path, times * a, times * b) for path, a, b in random.sample(rows, len(rows))]
        np.testing.assert_allclose(attribute(more, model, channels="abcde"), times * credit, atol=1e-9)


@LAW
@given(paths, st.integers(2, 5))
def test_removal_is_a_share_and_knows_no_scale(rows, times):
    effect = removal_effects(rows)
    assert ((effect >= -1e-9) & (effect <= 1 + 1e-9)).all()
    more = [(path, times * won, times * lost) for path, won, lost in rows]
    np.testing.assert_allclose(removal_effects(more), effect, atol=1e-9)
    entries = {path[0] for path, won, lost in rows if won + lost}
    if len(entries) == 1:
        assert effect[entries.pop()] == pytest.approx(1)
    chances = transitions(rows)
    assert ((chances >= 0) & (chances <= 1)).all(axis=None)
    touched = {mark for path, won, lost in rows if won + lost for mark in path}
    np.testing.assert_allclose(chances.sum(axis=1)[["(start)", *touched]], 1)


games = st.lists(st.floats(-100, 100), min_size=16, max_size=16)


@LAW
@given(games, games)
def test_shapley_values_have_the_four_properties_that_define_them(one, two):
    def game(table):
        return lambda team: table[sum(1 << "abcd".index(player) for player in team)] - table[0]

    values = shapley_values(game(one), "abcd").values
    assert values.sum() == pytest.approx(one[15] - one[0], abs=1e-9)
    added = shapley_values(lambda team: game(one)(team) + game(two)(team), "abcd").values
    np.testing.assert_allclose(added, values + shapley_values(game(two), "abcd").values, atol=1e-9)
    idle = shapley_values(lambda team: game(one)(team - {"z"}), "abcdz").values
    np.testing.assert_allclose(idle, [*values, 0], atol=1e-9)
    alike = shapley_values(lambda team: game(one)(team) + game(one)(exchanged(team)), "abcd").values
    assert alike["a"] == pytest.approx(alike["b"], abs=1e-9)


def exchanged(team: frozenset) -> frozenset:
    return frozenset({"a": "b", "b": "a"}.get(player, player) for player in team)


@SLOW_LAW
@given(st.lists(st.floats(0, 10), min_size=13, max_size=15), st.integers(0, 9))
def test_sampled_shares_still_add_up_and_are_exact_where_nobody_depends_on_others(worth, seed):
    found = shapley_values(
        lambda team: sum(worth[place] for place in team), range(len(worth)), permutations=3, seed=seed
    )
    assert not found.exact
    assert found.values.tolist() == pytest.approx(worth, abs=1e-9)
    assert found.error.max() == pytest.approx(0, abs=1e-9)
    joint = shapley_values(lambda team: len(team) ** 2, range(13), permutations=2, seed=seed)
    assert joint.values.sum() == pytest.approx(169)


# Growth


@LAW
@given(st.floats(0, 1e4), st.floats(0, 1.5), st.integers(0, 60))
def test_invitations_add_up_cycle_by_cycle(start, k, cycles):
    users = viral_users(start, k, range(cycles + 1))
    assert users[0] == pytest.approx(start)
    np.testing.assert_allclose(users[1:], start + k * users[:-1], rtol=1e-6)
    if k < 0.999:
        assert (users <= start / (1 - k) * (1 + 1e-9)).all()


@LAW
@given(st.floats(1, 1e4), st.floats(0.5, 100), st.integers(1, 60), st.floats(0, 0.9), st.floats(0, 0.9))
def test_invitations_only_add_to_what_the_funnel_buys(budget, cost, weeks, one, other):
    low, high = sorted((one, other))
    fewer, more = (funnel_users(budget, cost, weeks, k=k) for k in (low, high))
    assert (np.diff(fewer) >= 0).all()
    assert (fewer <= more * (1 + 1e-9)).all()
    np.testing.assert_allclose(
        funnel_users(budget, cost, weeks), budget / cost * np.arange(weeks + 1), rtol=1e-9
    )
    assert more[-1] <= budget / cost * weeks / (1 - high) * (1 + 1e-9)


@LAW
@given(st.none() | st.integers(1, 20), st.integers(1, 80), shares, shares, shares, shares)
def test_trust_stays_a_share_and_nobody_joins_a_closed_community(every, weeks, built, spent, buying, leaving):
    table = trust_policy(every, weeks=weeks, built=built, spent=spent, buying=buying, leaving=leaving)
    assert table["trust"].between(0, 1).all()
    assert (table["members"].diff().dropna() <= 0).all()
    assert (table["income"].diff().dropna() >= 0).all()
    assert every is not None or (table["income"] == 0).all()
    dearer = trust_policy(
        every, weeks=weeks, price=60, built=built, spent=spent, buying=buying, leaving=leaving
    )
    np.testing.assert_allclose(dearer["income"], 2 * table["income"])
