"""Content is measured as defined; published figures and planted truth come back; bad values are named."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opslab import datasets, world
from opslab.content import (
    best_order,
    clicks,
    examination,
    feed_life,
    followers,
    gini,
    half_life,
    life_chart,
    lorenz,
    page_chart,
    quality_chart,
    tail_exponent,
    top_share,
    unpredictability,
    unseen,
    views_chart,
    worlds,
    zero_share,
)
from tests.references import CASES
from tests.strategies import LAW

POSITIVE = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=50)


@pytest.mark.parametrize("name", ["equal", "one_of_ten", "ramp"])
def test_gini_of_the_reference_cases(name):
    case = CASES["gini"]
    assert gini(case["inputs"][name]) == pytest.approx(case["expected"][name], abs=1e-6)


def test_the_lorenz_curve_goes_from_nothing_to_all():
    curve = lorenz([3, 1])
    assert curve.index.to_list() == [0, 0.5, 1]
    assert curve.to_list() == [0, 0.25, 1]


@given(POSITIVE)
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    array = np.array(values)
    pairwise = np.abs(array[:, None] - array).mean() / (2 * array.mean())
    assert gini(values) == pytest.approx(pairwise, abs=1e-9)


@given(POSITIVE, st.floats(0.1, 100))
def test_gini_knows_no_unit_and_no_order(values, factor):
    assert gini([factor * value for value in reversed(values)]) == pytest.approx(gini(values), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "values"),
        ([0, 0], "nothing to share"),
        ([1, -1], "values"),
        ([1, float("nan")], "values"),
        ("12", "values"),
        (None, "values"),
    ],
)
@pytest.mark.parametrize("function", [gini, lorenz])
def test_values_that_cannot_be_shared_are_refused(function, values, words):
    with pytest.raises(ValueError, match=words):
        function(values)


# Published figures


def case(name: str) -> tuple[dict, dict, float]:
    found = CASES[name]
    return found["inputs"], found["expected"], found["tolerance"]


def test_the_top_of_a_zipf_law():
    given_, expected, within = case("zipf_0")
    views = 1 / np.arange(1, given_["items"] + 1) ** given_["s"]
    assert top_share(views, given_["top"]) == pytest.approx(expected["top_share"], abs=within)
    assert top_share(views, given_["top"] / given_["items"]) == pytest.approx(
        expected["top_share"], abs=within
    )
    assert gini(views) == pytest.approx(expected["gini"], abs=within)


def test_the_exponent_of_a_tail():
    given_, expected, within = case("power_law")
    tail = tail_exponent(given_["values"], given_["least"])
    assert (tail.alpha, tail.se) == pytest.approx((expected["alpha"], expected["se"]), abs=within)


def test_no_views_have_two_causes():
    given_, expected, within = case("zero_inflated")
    mean, shape, never = given_["mean"], given_["shape"], given_["never_shown"]
    assert zero_share(mean, shape) == pytest.approx(expected["p0_counts"], abs=within)
    assert zero_share(mean, shape, never) == pytest.approx(expected["unseen"], abs=within)
    assert zero_share(mean, 1e9) == pytest.approx(expected["poisson_p0"], abs=within)


def test_the_half_life_of_counts_and_of_single_views():
    given_, expected, within = case("half_life_0")
    life = half_life(given_["hours"], given_["views"], given_["total"])
    assert (life.half_life, life.half_of_window) == pytest.approx(
        (expected["half_life"], expected["half_of_24h"]), abs=within
    )
    given_, expected, within = case("half_life_truncated")
    life = half_life(given_["times"], window=given_["window"])
    assert (life.rate, life.half_life, life.naive) == pytest.approx(
        (expected["rate"], expected["half_life"], expected["naive_half_life"]), abs=within
    )


def test_the_life_of_a_post_in_a_feed():
    given_, expected, within = case("feed_life")
    contacts, posts, depth = given_["contacts"], given_["posts_per_day"], given_["depth"]
    assert feed_life(contacts, posts, depth) == pytest.approx(expected["hours"], abs=within)
    assert feed_life(2 * contacts, posts, depth) == pytest.approx(expected["hours_600_contacts"], abs=within)


def test_clicks_of_two_readers_and_the_best_order():
    given_, expected, within = case("position_based")
    attraction, looked_at = given_["attraction"], given_["examination"]
    assert clicks([0, 1, 2], attraction, looked_at).to_list() == pytest.approx(expected["ctr"], abs=within)
    assert best_order(attraction, looked_at) == expected["best_order"]
    best = clicks(expected["best_order"], attraction, looked_at)
    assert best.sum() == pytest.approx(expected["best_total"], abs=within)
    given_, expected, within = case("dbn")
    reader = {"satisfaction": given_["satisfaction"], "perseverance": given_["perseverance"]}
    found = clicks([0, 1, 2], given_["attraction"], model="dbn", **reader)
    assert found.to_list() == pytest.approx(expected["ctr"], abs=within)


def test_the_swap_test():
    given_, expected, within = case("swap_test")
    found = examination({1: given_["place_1"], 3: given_["place_3"]}).loc[3]
    assert found[["relative", "low", "high"]].to_list() == pytest.approx(
        [expected[name] for name in ("relative_examination", "low", "high")], abs=within
    )


# What holds by definition

SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=5)


@settings(LAW, max_examples=100)
@given(SHARES, st.data())
def test_no_other_order_brings_more_clicks(pull, data):
    places = data.draw(st.lists(st.floats(0, 1), min_size=len(pull), max_size=len(pull)))
    pleased = data.draw(st.lists(st.floats(0, 1), min_size=len(pull), max_size=len(pull)))
    readers = (
        {"examination": places},
        {"model": "cascade"},
        {"model": "dbn", "satisfaction": pleased, "perseverance": data.draw(st.floats(0, 1))},
    )
    for reader in readers:
        best = clicks(best_order(pull, **reader), pull, **reader).sum()
        others = [clicks(order, pull, **reader).sum() for order in itertools.permutations(range(len(pull)))]
        assert best == pytest.approx(max(others))
        if reader.get("model") == "cascade":
            assert min(others) == pytest.approx(max(others))


@pytest.mark.parametrize("life", [1.5, 6.0, 48.0])
def test_a_window_that_ends_too_soon_still_tells_the_half_life(life):
    times = np.random.default_rng(0).exponential(life / np.log(2), 20_000)
    within = times[times <= 12]
    edges = [1, 3, 6, 12]
    so_far = [(times <= edge).sum() for edge in edges]
    for found in (
        half_life(within, window=12),
        half_life(edges, so_far),
        half_life(edges, so_far, len(times)),
    ):
        assert found.low < life < found.high
        assert found.half_of_window < 6 + 1e-9
        assert found.naive < found.half_life or life < 2


@pytest.mark.parametrize(("life", "total"), [(50_000, 1e5), (800_000, 1e6)])
def test_a_few_views_of_a_great_many_tell_a_long_half_life(life, total):
    hours = np.array([2, 9, 30])
    found = half_life(hours, total * -np.expm1(-hours * np.log(2) / life), total)
    assert found.half_life == pytest.approx(life, rel=1e-3)
    assert found.low < life < found.high


def test_a_share_of_the_items_is_one_item_at_least():
    assert top_share([1, 2, 5], 1e-12) == top_share([1, 2, 5], 1) == 5 / 8


def test_the_model_of_views_finds_what_was_planted():
    rng = np.random.default_rng(4)
    shown = rng.random(20_000) > 0.4
    views = np.where(shown, rng.poisson(rng.gamma(0.8, 30 / 0.8, shown.size)), 0)
    found = unseen(views)
    assert found.share == pytest.approx((views == 0).mean())
    assert (found.never_shown, found.mean, found.shape) == pytest.approx((0.4, 30, 0.8), rel=0.05)
    assert zero_share(found.mean, found.shape, found.never_shown) == pytest.approx(found.share, abs=1e-6)


@pytest.mark.parametrize("seed", range(0, 21, 5))
def test_a_place_s_half_life_is_found_in_each_world(seed):
    items = datasets.load("content_items", seed=seed)
    for place in world.truth(seed).voices.content.places:
        views = items.loc[items.place == place.name, ["views_1h", "views_6h", "views_24h", "views"]].sum()
        found = half_life([1, 6, 24], views.iloc[:3], views.iloc[3])
        assert found.low * 0.97 < place.half_life < found.high * 1.03


# Parallel worlds

QUALITY = np.linspace(1, 4, 12)


def test_without_influence_worlds_differ_by_sampling_alone():
    alone = worlds(QUALITY, 4_000, influence=0, worlds=6)
    assert (alone.sum() == 4_000).all()
    expected = 4_000 * QUALITY / QUALITY.sum()
    assert (np.abs(alone.sub(expected, axis=0)) < 5 * np.sqrt(expected)[:, None]).all(axis=None)


def test_influence_and_a_ranked_list_make_a_hit_a_matter_of_luck():
    def apart(**how):
        return unpredictability(worlds(QUALITY, 1_000, worlds=40, **how)).mean()

    assert apart(influence=0) < apart(influence=0.8, ranked=False) < apart(influence=0.8, ranked=True)


def test_a_world_does_not_depend_on_how_many_there_are():
    few, many = (worlds(QUALITY, 200, 0.7, count, seed=3) for count in (2, 5))
    pd.testing.assert_frame_equal(few, many[[1, 2]])
    assert not many.equals(worlds(QUALITY, 200, 0.7, 5, seed=4))


def test_unpredictability_is_the_mean_difference_over_all_pairs():
    table = worlds(QUALITY, 300, 0.5, 5)
    shares = table / table.sum()
    pairs = [(shares[a] - shares[b]).abs() for a, b in itertools.combinations(shares, 2)]
    assert unpredictability(table).to_list() == pytest.approx((sum(pairs) / len(pairs)).to_list())


# Words

LIVES = pd.DataFrame({"half_life": [2, 48], "views": [80, 300]}, index=["moments", "app"])

BAD = {
    "falls": (lambda: half_life([1, 2], [5, 4], 9), "falls at place 1"),
    "order": (lambda: half_life([2, 1], [5, 6], 9), "rising hours"),
    "late": (lambda: half_life([1, 7], window=6), "after the window"),
    "no end": (lambda: half_life([1, 2], [1, 2]), "watch longer"),
    "late views": (lambda: half_life([4, 5], window=6), "watch longer"),
    "total": (lambda: half_life([1, 2], [5, 6], 3), "at least as large"),
    "neither": (lambda: half_life([1, 2]), "needs either views"),
    "none": (lambda: half_life([1, 2], [0, 0], 5), "needs views"),
    "hours": (lambda: feed_life(300, -2, 30), "posts_per_day"),
    "counts": (lambda: unseen([0, 1.5, 2]), "whole numbers"),
    "too few": (lambda: unseen([0, 0, 1, 2]), "at least 5"),
    "empty": (lambda: unseen([]), "views"),
    "tail": (lambda: tail_exponent([1, 1, 1], 1), "needs two"),
    "top": (lambda: top_share([1, 2], 3), "at most so many"),
    "nothing": (lambda: top_share([0, 0], 1), "add up to 0"),
    "reader": (lambda: clicks([0, 1], [0.5, 0.2], model="positions"), "did you mean 'position'"),
    "longer order": (lambda: clicks([0, 1, 2], [0.5, 0.2], [1, 1]), "each item of attraction once"),
    "page of one": (lambda: clicks([0], [0.5], [1]), "1 item.s.; a page whose order"),
    "best of one": (lambda: best_order([0.5], model="cascade"), "1 item.s.; a page whose order"),
    "picture of one": (lambda: page_chart(["a"], pd.Series([0.5], ["a"]), [1]), "1 item.s.; a page"),
    "twins": (lambda: best_order(pd.Series([0.1, 0.2], ["a", "a"]), [1, 1]), "names 'a' twice"),
    "clicks alone": (lambda: examination({"top": 5, "end": 4}), "swaps.'top'. must be a sequence"),
    "three numbers": (lambda: examination({1: (3, 9), 2: (3, 9, 4)}), "swaps.2. has 3 values; expected 2"),
    "life below 0": (lambda: life_chart(LIVES.assign(half_life=[3, -2]), 6), "half_life.1. is -2"),
    "life missing": (lambda: life_chart(LIVES.assign(half_life=[np.nan, 4]), 6), "half_life"),
    "views missing": (lambda: life_chart(LIVES.assign(views=[9, np.nan]), 6), "views"),
    "all at once": (lambda: half_life([2, 8, 30], [7, 7, 7], 7), "no half-life .* count sooner"),
    "at once, cut": (lambda: half_life([2, 8, 30], [7, 7, 7]), "no half-life .* count sooner"),
    "all at hour 0": (lambda: half_life([0, 0], window=9), "no half-life .* count sooner"),
    "hardly slower": (lambda: half_life([0.1, 4.899], window=5), "no half-life .* watch longer"),
    "one of a great many": (lambda: half_life([24], [3], 1e12), "no half-life"),
    "places": (lambda: clicks([0, 1], [0.5, 0.2]), "needs examination"),
    "needless": (lambda: best_order([0.5, 0.2], [1, 1], "cascade"), "belongs to the model 'position'"),
    "satisfied": (lambda: best_order([0.5, 0.2], model="dbn"), "needs satisfaction"),
    "one place": (lambda: examination({1: (3, 9)}), "two places"),
    "no place": (lambda: examination({}), "0 place"),
    "no click": (lambda: examination({1: (3, 9), 2: (0, 9)}), "no click at place 2"),
    "first": (lambda: examination({"top": (3, 9), "end": (2, 9)}, first="tip"), "did you mean 'top'"),
    "more clicks": (lambda: examination({1: (3, 9), 2: (10, 9)}), "at most shown"),
    "one item": (lambda: worlds([1]), "give two"),
    "no quality": (lambda: worlds([0, 0]), "nobody would choose"),
    "one world": (lambda: unpredictability(worlds([1, 2], 5, worlds=1)), "two worlds"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_measured_is_said_in_words(name):
    call, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_pictures_say_their_result():
    views = datasets.load("content_items").views
    assert views_chart(views, 1.0).layout.title.text.startswith("The top 100")
    pull = pd.Series({"price": 0.2, "proof": 0.5})
    assert page_chart(["proof", "price"], pull, model="cascade").layout.title.text == (
        "60 clicks of 100 readers; the best order brings 60"
    )
    one, other = (quality_chart(QUALITY, 0.9, ranked=True, seed=seed) for seed in (0, 1))
    assert one.layout.title.text != other.layout.title.text


# An official account


def test_an_account_settles_where_those_who_come_are_as_many_as_those_who_leave():
    table = followers(posts=4, reads=2, need=10, passed=0.05, weeks=500, found=30, wins=0.2, tired=0.01)
    leaving = 1 - 0.9 * 0.99**2
    assert table.followers.iloc[-1] == pytest.approx(30 / (leaving - 2 * 0.05 * 0.2))
    assert table.won.iloc[-1] == pytest.approx(table.left.iloc[-1])


def test_followers_are_those_before_and_who_came_less_who_left():
    table = followers(posts=5, reads=3, need=40, passed=0.03, start=700)
    np.testing.assert_allclose(table.followers, 700 + (table.won - table.left).cumsum())
    assert followers(0, 3, 1, 0.5, found=0).followers.eq(0).all()


def test_as_many_posts_as_are_read_keep_the_most_followers():
    year = {
        posts: followers(posts, reads=3, need=100, passed=0.03).followers.iloc[-1] for posts in range(1, 8)
    }
    assert max(year, key=year.get) == 3


def test_an_account_larger_than_mankind_is_refused():
    with pytest.raises(ValueError, match="more followers than people; give a lower passed"):
        followers(posts=100, reads=100, need=100, passed=1, wins=5)
