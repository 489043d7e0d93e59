"""Tests of tests: published figures, exact looks, planted truth, and what is refused."""

import time

import numpy as np
import pandas as pd
import pytest

from opslab import world
from opslab.experiments import (
    adjust,
    always_valid_p,
    compare_means,
    compare_proportions,
    compare_ratios,
    consent_audit,
    cuped,
    difference_in_differences,
    e_value,
    false_positive_risk,
    ideas_factory,
    peeking_chart,
    peeking_error,
    probability_better,
    regional_hold_out,
    sample_ratio_mismatch,
    sample_size,
    sample_size_means,
    sequential_bounds,
    smallest_visible_lift,
    winners_curse,
)
from tests.references import CASES

SEEDS = range(21)


def case(name):
    return CASES[name]["inputs"], CASES[name]["expected"]


# Published figures


def test_sizes_are_the_published_ones():
    given, known = case("evanmiller_n_20_5")
    assert sample_size(given["p"], given["delta"]).n_per_arm == pytest.approx(known["n_per_arm"], abs=1)
    given, known = case("n_means_z")
    size = sample_size_means(given["delta"], given["sd"])
    assert (int(size), float(size)) == (known["n_per_arm"], pytest.approx(known["raw"], abs=0.001))
    given, known = case("n_props_unpooled")
    size = sample_size(given["p1"], given["p2"] - given["p1"], method="unpooled")
    assert (size.n_per_arm, size.raw) == (known["n_per_arm"], pytest.approx(known["raw"], abs=0.01))
    given, known = case("noninferiority_published")
    size = sample_size(given["p_old"], given["p_new"] - given["p_old"], margin=given["margin"])
    assert (size.n_per_arm, size.raw) == (known["n_per_arm"], pytest.approx(known["raw"], abs=0.01))
    given, known = case("noninferiority_means")
    size = sample_size_means(**given)
    assert (size.n_per_arm, size.raw) == (known["n_per_arm"], pytest.approx(known["raw"], abs=0.01))


def test_the_rule_of_sixteen_is_kohavis():
    given, known = case("kohavi_16")
    a, b = given["a"], given["b"]
    shares = sample_size(a["p"], a["p"] * a["rel_change"], method="sixteen")
    means = sample_size_means(b["mean"] * b["rel_change"], b["sigma"], method="sixteen")
    assert shares.raw == pytest.approx(known["a"])
    assert means.raw == pytest.approx(known["b"], rel=1e-3)


def test_sizes_by_other_methods_are_the_textbooks():
    assert sample_size(0.6, 0.1, method="pooled").n_per_arm == 356  # Fleiss: 60 % against 70 %
    assert sample_size(0.5, 0.2, method="arcsine").raw == pytest.approx(
        2 * (2.80158 / 0.41152) ** 2, rel=1e-3
    )


def test_cookie_cats_gives_its_published_tests():
    given, known = case("cookie_cats")
    first, last = (compare_proportions(given[day], given["n"]) for day in ("ret1", "ret7"))
    assert first.values == pytest.approx(known["rate1"], abs=1e-6)
    assert last.values == pytest.approx(known["rate7"], abs=1e-6)
    assert (first.z, last.z) == pytest.approx((known["z1"], known["z7"]), abs=0.0005)
    assert (first.p, last.p) == pytest.approx((known["p1"], known["p7"]), abs=1e-5)
    assert [100 * last.low, 100 * last.high] == pytest.approx(known["ci7_pp"], abs=0.005)
    split = sample_ratio_mismatch(given["n"])
    assert (split.chi2, split.p) == (pytest.approx(6.902, abs=0.001), pytest.approx(0.0086, abs=0.0001))


def test_looking_costs_what_armitage_found():
    given, known = case("peeking")
    assert [peeking_error(looks) for looks in given["K"]] == pytest.approx(known["p"], abs=0.0006)


def test_bounds_are_pococks_and_obrien_and_flemings():
    given, known = case("pocock")
    assert [sequential_bounds(looks)[-1] for looks in given["K"]] == pytest.approx(known["c"], abs=0.001)
    last = [sequential_bounds(looks, "obrien-fleming")[-1] for looks in (2, 3, 4, 5, 10)]
    assert last == pytest.approx([1.977, 2.004, 2.024, 2.040, 2.087], abs=0.001)  # Jennison, Turnbull 2.3
    five = sequential_bounds(5, "obrien-fleming")
    assert five == pytest.approx(five[-1] * np.sqrt(5 / np.arange(1, 6)))


def test_looks_are_reckoned_fast():
    sequential_bounds(3)
    start = time.process_time()
    peeking_error(50)
    assert time.process_time() - start < 0.05


def test_more_nodes_change_nothing(monkeypatch):
    before = peeking_error(40)
    monkeypatch.setattr("opslab.experiments.sequential.NODES", 160)
    assert peeking_error(40) == pytest.approx(before, abs=1e-8)


def test_ratios_are_compared_by_users():
    given, known = case("ratio_delta_0")
    data = pd.concat([pd.DataFrame(rows).assign(arm=arm) for arm, rows in given.items()])
    found = compare_ratios(data, "clicks", "views", "arm")
    assert found.values == pytest.approx((known["ratio_A"], known["ratio_B"]))
    assert found.ses == pytest.approx((known["se_A"], known["se_B"]))
    assert (found.difference, found.z, found.p) == pytest.approx(
        (known["difference"], known["z"], known["p"]), abs=2e-6
    )
    other = compare_ratios(data, "clicks", "views", "arm", control="B")
    assert other.difference == pytest.approx(-found.difference)


@pytest.mark.parametrize("name", ["bayes_ab_0", "bayes_ab_2"])
def test_beliefs_are_the_closed_form(name):
    given, known = case(name)
    belief = probability_better(
        [given["successes_A"], given["successes_B"]], [given["trials_A"], given["trials_B"]]
    )
    assert belief.probability == pytest.approx(known["probability"], abs=1e-6)
    assert belief.expected_loss == pytest.approx(known["expected_loss"], abs=1e-6)


def test_false_positive_risk_is_the_published_table():
    given, known = case("false_positive_risk")
    assert false_positive_risk(given["success_rate"]) == pytest.approx(known["risk"], abs=0.0005)
    assert isinstance(false_positive_risk(0.1), float)


def test_corrections_are_benjamini_and_hochbergs():
    given, known = case("bh_1995")
    adjusted = adjust(given["p"])
    assert adjusted == pytest.approx(known["adjusted"], abs=4e-6)
    assert ((adjusted <= given["q"]).sum(), (adjust(given["p"], "bonferroni") <= given["q"]).sum()) == (
        known["bh"],
        known["bonferroni"],
    )
    assert adjust([0.01, 0.04, 0.03], "holm") == pytest.approx([0.03, 0.06, 0.06])


def test_evidence_at_any_time_is_the_published_one():
    given, known = case("evalue_0")
    assert e_value(**given) == pytest.approx(known["e"], abs=1e-5)
    given, known = case("msprt_more")
    for difference, n, ratio in zip(given["difference"], given["n_per_arm"], known["ratio"], strict=True):
        found = always_valid_p(difference, n, given["sd"], given["tau"])
        assert found.ratio == pytest.approx(ratio, abs=1e-4)
        assert found.p == pytest.approx(min(1, 1 / ratio), rel=1e-5)


@pytest.mark.parametrize("name", ["winners_curse_1", "winners_curse_2"])
def test_winners_are_cursed_as_published(name):
    given, known = case(name)
    found = winners_curse(given["true_effect"], given["se"])
    assert (found.power, found.wrong_sign, found.exaggeration) == pytest.approx(
        (known["power"], known["wrong_sign"], known["exaggeration"]), abs=0.005
    )


def test_differences_are_card_and_kruegers():
    given, known = case("did_card_krueger")
    found = difference_in_differences(*given["treated"], *given["control"])
    assert found.effect == pytest.approx(known["effect"], abs=0.011)


def test_cuped_is_dengs():
    given, known = case("cuped_two_arms")
    found = cuped(given["y"], given["x"], given["arm"])
    for name, value in known.items():
        assert getattr(found, name) == pytest.approx(value, abs=3e-6), name


# Laws


def test_an_e_value_is_fair_and_a_mixture_near_a_half_sees_a_small_mismatch():
    from scipy.stats import binom

    chances = binom.pmf(np.arange(51), 50, 0.3)
    assert sum(p * e_value(k, 50, 0.3) for k, p in enumerate(chances)) == pytest.approx(1)
    users = (10_240, 20_000)
    assert e_value(*users) < 20 < e_value(*users, prior=(500, 500))


def test_means_are_welchs():
    from scipy.stats import ttest_ind

    a, b = [1.0, 2, 3, 4, 9], [2.0, 3, 4, 7]
    found, known = compare_means(a, b), ttest_ind(b, a, equal_var=False)
    assert (found.z, found.p) == pytest.approx((known.statistic, known.pvalue))
    assert [found.low, found.high] == pytest.approx(list(known.confidence_interval()))


def test_a_correct_test_has_its_power():
    """The closed form of the winner's curse gives the size's own power back."""
    size = sample_size_means(0.1, 1)
    assert winners_curse(0.1, np.sqrt(2 / size.raw)).power == pytest.approx(0.8, abs=1e-4)


def test_the_factory_ships_as_the_risk_says():
    table = ideas_factory(0.1, 6_000, ideas=20_000, lift=0.02)
    wins = table[table["shipped"]]
    power = table["shipped"][table["effect"] > 0].mean()
    assert (wins["effect"] == 0).mean() == pytest.approx(false_positive_risk(0.1, power=power), abs=0.03)
    real = wins[wins["effect"] > 0]
    assert real["estimate"].mean() > real["effect"].mean()  # the winner's curse
    assert ideas_factory(0.1, 6_000, runs=2)["shipped"].sum() < ideas_factory(0.1, 6_000)["shipped"].sum()


def test_a_picture_of_looks_keeps_to_its_bound():
    shares = [
        float(peeking_chart(40, bound).layout.title.text.replace("<br>", " ").split("(")[1].split("%")[0])
        for bound in ("none", "pocock", "obrien-fleming", "e-value")
    ]
    assert shares[0] > 20
    assert max(shares[1:]) < 9  # 5 % of 200 paths, give or take


def test_books_read_without_a_word_ask_nobody():
    found = consent_audit(100, 50, asked=1, agreeing=0.2, joining=0.01, annoyed=0.1, leaving=0.05)
    assert (found["books"], found["without_consent"], found["strangers"], found["left"]) == (20, 0, 1000, 0)


def test_more_regions_show_smaller_lifts():
    seen = [smallest_visible_lift(count, count // 2, 12, 20) for count in (4, 20, 60)]
    assert seen == sorted(seen, reverse=True)


# Planted truth


def found_in(seed):
    """Return the tour and the regional hold-out of a world: estimate, standard error, truth."""
    true = world.truth(seed).trials
    tests = world.table("experiments", seed)
    tour = tests[tests["experiment"] == "welcome_tour"].groupby("arm")["completed"].agg(["sum", "size"])
    shares = compare_proportions(tour["sum"], tour["size"])
    hold_out = regional_hold_out(world.table("region_weekly", seed), "2025-04-07")
    se = (np.log1p(hold_out.high) - np.log1p(hold_out.low)) / (2 * 2.1)
    return (
        (shares.difference, shares.se, true.experiments.tests[0].lift),
        (np.log1p(hold_out.lift), se, np.log1p(true.regions.lift)),
    )


@pytest.fixture(scope="module")
def worlds():
    return [found_in(seed) for seed in SEEDS]


@pytest.mark.parametrize("which", [0, 1])
def test_planted_effects_lie_in_the_intervals_of_nearly_all_worlds(worlds, which):
    away = np.array([abs(one[which][0] - one[which][2]) / one[which][1] for one in worlds])
    assert (away < 1.96).sum() >= 17  # 20 expected of 21
    assert away.max() < 4.2


def test_a_platform_that_claims_a_quarter_is_refuted(worlds):
    for _, (estimate, se, _) in worlds:
        assert estimate + 1.96 * se < np.log1p(0.25 / 0.75)


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare_proportions([1], [2]), "trials has 1 arms; expected two"),
        (lambda: compare_proportions([0, 1], [0, 5]), r"trials\[0\] is 0; expected at least one trial"),
        (lambda: compare_proportions([1, 6], [2, 5]), r"successes\[1\] is 6, of 5 trials"),
        (lambda: compare_proportions([0, 0], [2, 5]), "a test needs some, and some failures"),
        (lambda: probability_better([1, 6], [2, 5]), r"successes\[1\] is 6"),
        (
            lambda: sample_ratio_mismatch([5, 5], [0.5, 0.6]),
            "adds up to 1.1; expected shares that add up to 1",
        ),
        (lambda: sample_ratio_mismatch([5]), "counts has 1 arm"),
        (lambda: sample_ratio_mismatch([0, 0]), "adds up to 0"),
        (lambda: compare_means([1, 1], [1, 1]), "has no variance"),
        (lambda: cuped([1, 2, 3, 4], [2, 2, 2, 2], [0, 0, 1, 1]), "x has no variance"),
        (lambda: cuped([1, 2, 3, 4], [1, 2, 2, 2], [0, 0, 0, 0]), "arm has 1 arms"),
        (lambda: sample_size(0.2, 0), "lift is 0"),
        (lambda: sample_size(0.9, 0.2), r"baseline \+ lift is 1.1"),
        (lambda: sample_size(0.5, -0.2, margin=0.1), "needs it above 0"),
        (lambda: e_value(3, 2), "successes is 3, of 2 trials"),
        (lambda: winners_curse(0, 1), "true_effect is 0"),
        (lambda: difference_in_differences([1, 2], [1], [1, 2], [1, 2]), "after_treated has 1 values"),
        (lambda: difference_in_differences(1, [1], [1, 2], [1, 2]), "before_treated is one number"),
    ],
)
def test_bad_input_is_answered_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_regions_that_are_all_or_none_held_out_are_refused():
    weeks = pd.DataFrame({"region": list("aabb"), "week": pd.to_datetime(["2025-01-06", "2025-01-13"] * 2)})
    weeks = weeks.assign(signups=5, spend=[9, 9, 9, 9])
    with pytest.raises(ValueError, match="0 of 2 regions are held out"):
        regional_hold_out(weeks, "2025-01-13")
    with pytest.raises(ValueError, match="2 of 2 regions are held out"):
        regional_hold_out(weeks.assign(spend=[9, 0, 9, 0]), "2025-01-13")
    with pytest.raises(ValueError, match="spend"):
        regional_hold_out(weeks.assign(spend=-1), "2025-01-13")
    with pytest.raises(ValueError, match="all weeks lie after"):
        regional_hold_out(weeks, "2025-01-06")


def test_a_size_beyond_all_numbers_is_refused_in_words():
    with pytest.raises(ValueError, match="the size is inf"):
        sample_size_means(1e-90, 1e90)
    for too_small in (lambda: sample_size_means(-1e-200, 3), lambda: sample_size(0.4, 0, margin=1e-180)):
        with pytest.raises(ValueError, match=r"the size is .* to 1e"):
            too_small()


def test_a_lift_too_small_beside_the_baseline_is_refused_in_words():
    with pytest.raises(ValueError, match="lift is 3e-18; expected a difference that is to be seen"):
        sample_size(0.3, 3e-18)
