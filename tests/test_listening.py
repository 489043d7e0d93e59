"""Listening: published figures, laws of agreement and correction, plain words for bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score

from opslab.listening import (
    alarm_chart,
    alarm_odds,
    answers_chart,
    clustered_share,
    coders_chart,
    cohen_kappa,
    corrected_share,
    expected_agreement,
    fleiss_kappa,
    keywords,
    krippendorff_alpha,
    label_agreement,
    log_likelihood,
    net_sentiment,
    noisy_ear_chart,
    reported_share,
    sentiment_chart,
    share_of_answers,
    share_of_voice,
    source_influence,
    surge,
    themes,
    train_labels,
    unseen_mentions,
    voice_chart,
    voice_ratio,
)
from tests.references import CASES
from tests.strategies import LAW

LABELS = ("positive", "neutral", "negative")
pairs = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=3, max_size=30)
inside = st.floats(0.01, 0.99)


def case(name):
    """Return the inputs, the expected values and the tolerance of a published case."""
    found = CASES[name]
    return found["inputs"], found["expected"], found["tolerance"]


def coded(table):
    """Return two coders' labels from a table of counts."""
    rows = [(a, b) for a, row in enumerate(table) for b, count in enumerate(row) for _ in range(count)]
    return tuple(zip(*rows, strict=True))


def posts_of(counts):
    """Return posts by attitude, so many of each."""
    return pd.DataFrame({"attitude": np.repeat(list(counts), list(counts.values()))})


def words(message):
    return pytest.raises(ValueError, match=message)


# Volume


def test_shares_have_wilsons_interval():
    inputs, expected, tolerance = case("wilson_0")
    for x, n, (low, high) in zip(inputs["x"], inputs["n"], expected["intervals"], strict=True):
        row = share_of_voice({"a": x, "others": n - x}).loc["a"]
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=tolerance)


def test_brand_b_is_louder_for_each_unit_it_sells():
    inputs, expected, tolerance = case("voice_per_sale")
    counts, units = inputs["mentions"], inputs["units"]
    posts = pd.DataFrame({"brand": np.repeat(list(counts), list(counts.values()))})
    sales = pd.DataFrame({"brand": list(units), "units": list(units.values())})
    assert share_of_voice(posts).loc["B", "share"] == expected["share_B"]
    for given_mentions, given_sales in ((counts, units), (posts, sales), (pd.Series(counts), units)):
        found = voice_ratio(given_mentions, given_sales, "B", "C")
        wanted = (expected["ratio_per_unit"], expected["ratio_low"], expected["ratio_high"])
        assert (found.value, found.low, found.high) == pytest.approx(wanted, abs=tolerance)


def test_posts_for_a_unit_have_the_exact_poisson_interval():
    row = share_of_voice({"a": 10, "b": 0}, {"a": 1, "b": 1})
    ends = row[["per_unit_low", "per_unit_high"]].to_numpy()
    assert ends[0] == pytest.approx((4.795389, 18.39036), rel=1e-6)  # Garwood's table for 10
    assert ends[1] == pytest.approx((0, -math.log(0.025)))
    assert row["index"].to_list() == pytest.approx([2, 0])


def test_counted_rows_and_a_column_of_counts_are_the_same():
    rows = pd.DataFrame({"brand": list("aab"), "attitude": ["positive", "negative", "negative"]})
    table = rows.value_counts().rename("posts").reset_index()
    pd.testing.assert_frame_equal(share_of_voice(rows), share_of_voice(table, count="posts"))
    pd.testing.assert_frame_equal(net_sentiment(rows, "brand"), net_sentiment(table, "brand", count="posts"))


def test_a_ratio_needs_both_brands():
    with words("other is 'Q'"):
        voice_ratio({"B": 1, "C": 1}, {"B": 1, "C": 1}, "B", "Q")
    with words("no post of 'C'"):
        voice_ratio({"B": 1, "C": 0}, {"B": 1, "C": 1}, "B", "C")
    with words("sales has nothing for 'C'"):
        share_of_voice({"B": 1, "C": 1}, {"B": 1})
    with words("sales of 'C' are 0"):
        share_of_voice({"B": 1, "C": 1}, {"B": 1, "C": 0})
    with words("add up to 0"):
        share_of_voice({"B": 0})


# Attitude


@pytest.mark.parametrize("name", ["net_sentiment_0", "net_sentiment_1"])
def test_net_sentiment_and_its_interval(name):
    counts, expected, tolerance = case(name)
    for mentions in (counts, posts_of(counts)):
        found = net_sentiment(mentions)
        assert {key: getattr(found, key) for key in expected} == pytest.approx(expected, abs=tolerance)


def test_without_neutral_posts_below_the_line_it_lies_further_out():
    counts = {"positive": 90, "neutral": 60, "negative": 50}
    found = net_sentiment(counts, of="opinions")
    assert (found.value, found.posts) == (pytest.approx(40 / 140), 140)
    with words("divides by 0"):
        net_sentiment({"neutral": 3}, of="opinions")


@pytest.mark.parametrize("attitude", LABELS)
def test_a_few_posts_that_agree_are_not_certain(attitude):
    found = net_sentiment({attitude: 6})
    assert found.high - found.low > 0.3
    assert found.low <= found.value <= found.high


def test_an_unknown_attitude_is_named():
    with words("'angry'"):
        net_sentiment({"angry": 3})


@LAW
@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=60))
def test_turning_every_post_round_turns_the_sign(labels):
    other = dict(zip(LABELS, LABELS[::-1], strict=True))
    one = net_sentiment(pd.DataFrame({"attitude": labels}))
    two = net_sentiment(pd.DataFrame({"attitude": [other[label] for label in labels]}))
    assert (one.value, one.low, one.high) == pytest.approx((-two.value, -two.high, -two.low))
    assert -1 <= one.low <= one.value <= one.high <= 1


# Theme and source


def test_themes_share_the_posts_of_their_group():
    posts = pd.DataFrame({"brand": list("aaab"), "theme": list("xyyx"), "attitude": ["negative"] * 4})
    assert themes(posts)["share"].to_list() == [0.5, 0.5]
    table = themes(posts, by="brand")
    assert table["share"].groupby(level=0).sum().to_list() == pytest.approx([1, 1])
    assert table.loc[("a", "y"), ["posts", "negative", "net"]].to_list() == [2, 1, -1]


def test_loud_is_not_influential():
    posts = pd.DataFrame({"source": ["forum"] * 9 + ["video"], "readers": [10] * 9 + [910]})
    table = source_influence(posts.assign(attitude=["negative"] * 9 + ["positive"]))
    assert table["share_posts"].to_list() == pytest.approx([0.9, 0.1])
    assert table["share_readers"].to_list() == pytest.approx([0.09, 0.91])
    assert table["influence"].to_list() == pytest.approx([0.1, 9.1])
    with words("add up to 0"):
        source_influence(posts.assign(attitude="neutral", readers=0))


def test_two_lists_tell_of_posts_that_neither_has():
    inputs, expected, tolerance = case("capture_recapture")
    found = unseen_mentions(inputs["a"], inputs["b"], inputs["both"])
    assert found.lincoln_petersen == pytest.approx(expected["lincoln_petersen"], abs=tolerance)
    assert found.chapman == pytest.approx(expected["chapman"], abs=tolerance)
    assert found.unseen == pytest.approx(expected["chapman"] - 160)
    with words("both is 9"):
        unseen_mentions(8, 10, 9)
    with words("both is 0"):
        unseen_mentions(8, 10, 0)


# Coders


@pytest.mark.parametrize("name", ["kappa_0", "kappa_2"])
def test_kappa_of_published_tables(name):
    inputs, expected, tolerance = case(name)
    a, b = coded(inputs["table"])
    found = label_agreement(a, b)
    assert found.kappa == pytest.approx(expected["kappa"], abs=tolerance)
    assert found.agreement == pytest.approx(expected["agreement"], abs=tolerance)
    assert cohen_kappa(a, b) == found.kappa
    assert found.table.to_numpy().tolist() == inputs["table"]


def test_the_error_of_kappa_is_that_of_many_samples():
    a, b = (np.array(labels) for labels in coded([[20, 5], [10, 15]]))
    rng = np.random.default_rng(0)
    again = [cohen_kappa(a[draw].tolist(), b[draw].tolist()) for draw in rng.integers(0, 50, (400, 50))]
    found = label_agreement(a.tolist(), b.tolist())
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(np.std(again), rel=0.1)


def test_alpha_of_the_published_table_at_each_level():
    inputs, expected, tolerance = case("krippendorff_0")
    for level, value in expected.items():
        assert krippendorff_alpha(inputs["labels"], level) == pytest.approx(value, abs=tolerance)


def test_fleiss_published_table():
    inputs, expected, tolerance = case("fleiss")
    assert fleiss_kappa(inputs["counts"]) == pytest.approx(expected["kappa"], abs=tolerance)
    labels = [np.repeat(range(5), row).tolist() for row in inputs["counts"]]
    alpha = krippendorff_alpha(list(zip(*labels, strict=True)))
    # Alpha takes chance from 140 labels without replacement, Fleiss with.
    assert 1 - alpha == pytest.approx((1 - expected["kappa"]) * 139 / 140, abs=tolerance)


@LAW
@given(pairs)
def test_kappa_is_scikit_learns_and_knows_no_names(labels):
    a, b = zip(*labels, strict=True)
    if len({*a, *b}) > 1:
        found = label_agreement(a, b)
        assert found.kappa == pytest.approx(cohen_kappa_score(a, b))
        assert found.low <= found.kappa <= found.high
        number = {"a": 3, "b": 1, "c": 2}
        renamed = [number[label] for label in a], [number[label] for label in b]
        assert label_agreement(*renamed).kappa == pytest.approx(found.kappa)
        assert label_agreement(b, a).alpha == pytest.approx(found.alpha)
        assert krippendorff_alpha([[*a, "a"], [*b, None]]) == pytest.approx(found.alpha)


def test_agreement_in_theory_is_that_of_many_coders():
    rng = np.random.default_rng(1)
    true = rng.random(40_000) < 0.1
    a, b = (np.where(rng.random(40_000) < 0.9, true, ~true).tolist() for _ in range(2))
    found = label_agreement(a, b)
    assert (found.agreement, found.alpha) == pytest.approx(expected_agreement(0.1, 0.9), abs=0.02)


def test_what_cannot_be_agreed_on_is_said():
    with words("all labels are 'a'"):
        label_agreement(["a", "a"], ["a", "a"])
    with words("all labels are"):
        krippendorff_alpha([["a", None], ["a", "b"]])
    with words("no unit has labels from two"):
        krippendorff_alpha([["a", None], [None, "b"]])
    with words("a has 2 labels and b has 1"):
        label_agreement(["a", "b"], ["a"])
    with words("needs numbers"):
        krippendorff_alpha([["a", "b"], ["b", "a"]], "interval")
    with words("row 1 of counts adds up to 2"):
        fleiss_kappa([[3, 0], [1, 1]])


# From reported to true


def test_rogan_and_gladen():
    inputs, expected, tolerance = case("quantify_binary")
    found = corrected_share(**inputs)
    assert found.share == pytest.approx(expected["share"], abs=tolerance)


@LAW
@given(inside, st.floats(0.55, 1), st.floats(0.55, 1))
def test_the_correction_undoes_the_noise(share, sensitivity, specificity):
    heard = reported_share(share, sensitivity, specificity)
    found = corrected_share(heard, sensitivity=sensitivity, specificity=specificity, posts=500)
    assert found.share == pytest.approx(share)
    assert found.low <= found.share <= found.high


@LAW
@given(st.lists(inside, min_size=3, max_size=3), st.integers(0, 10**6))
def test_a_table_of_labels_undoes_the_noise_too(weights, seed):
    true = np.array(weights) / sum(weights)
    counts = np.random.default_rng(seed).integers(1, 20, (3, 3)) + 60 * np.eye(3, dtype=int)
    table = pd.DataFrame(counts, LABELS, LABELS)
    heard = true @ (counts / counts.sum(axis=1, keepdims=True))
    found = corrected_share(dict(zip(LABELS, 1000 * heard, strict=True)), table)
    assert found["share"].to_numpy() == pytest.approx(true)
    both = pd.DataFrame([[40, 10], [5, 95]], list("yn"), list("yn"))
    one = corrected_share({"y": 300, "n": 700}, both).loc["y"]
    other = corrected_share(0.3, both, posts=1000)
    assert (one["share"], one["se"]) == pytest.approx((other.share, other.se))


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(600):
        found, spared = rng.binomial(80, 0.75) / 80, rng.binomial(160, 0.9) / 160
        heard = rng.binomial(400, reported_share(0.3, 0.75, 0.9)) / 400
        one = corrected_share(heard, sensitivity=found, specificity=spared, posts=400, labelled=(80, 160))
        held += one.low <= 0.3 <= one.high
    assert held / 600 == pytest.approx(0.95, abs=0.025)


def test_a_classifier_that_tells_nothing_is_refused():
    with words("nothing can be undone"):
        corrected_share(0.4, sensitivity=0.4, specificity=0.6)
    with words("cannot be inverted"):
        corrected_share({"a": 3, "b": 4, "c": 1}, pd.DataFrame(np.ones((3, 3)), list("abc"), list("abc")))
    with words("no post that is truly 'b'"):
        corrected_share(0.4, pd.DataFrame([[3, 1], [0, 0]], list("ab"), list("ab")))
    with words("both sensitivity and specificity"):
        corrected_share(0.4, sensitivity=0.8)
    with words("predicted has 'c'"):
        corrected_share({"c": 3}, pd.DataFrame([[3, 1], [0, 2]], list("ab"), list("ab")))


# Wording


def test_keyness_of_the_published_counts():
    inputs, expected, tolerance = case("keyness")
    g2, ratio = log_likelihood(**inputs)
    assert (g2, ratio) == pytest.approx((expected["G2"], expected["ratio"]), abs=tolerance)
    counts = [{"word": inputs[x], "other": inputs[f"n_{x}"] - inputs[x]} for x in "ab"]
    assert keywords(*counts).loc["word", "G2"] == pytest.approx(expected["G2"], abs=tolerance)


def test_words_of_both_languages_are_counted():
    table = keywords(["退款 refund！Refund", "要退款", "ＲＥＦＵＮＤ"], ["不错 good", "good"], least=2)
    assert table["a"].to_dict() == {"refund": 3, "退款": 2}
    assert np.isinf(table["ratio"]).all()
    with words("no words"):
        keywords(["🫠🫠"], ["good"])


# Alarms


def test_a_surge_of_twenty_where_ten_are_usual():
    inputs, expected, tolerance = case("alert")
    found = surge(inputs["count"], inputs["baseline"])
    assert found.p == pytest.approx(expected["p"], abs=tolerance)
    assert found.false_alarms == pytest.approx(expected["expected_false_alarms_91_days"], abs=tolerance)
    assert surge([0, 20], 10).p.tolist() == pytest.approx([1, expected["p"]], abs=tolerance)
    with words("whole number"):
        surge([2.5], 10)


def test_false_alarms_are_those_of_simulated_quarters_and_delays_geometric():
    rng = np.random.default_rng(5)
    quiet = rng.poisson(10, (20_000, 91)) >= 17
    odds = alarm_odds(baseline=10, crisis=1.5, threshold=17)
    assert odds.false_alarms == pytest.approx(quiet.sum(axis=1).mean(), rel=0.03)
    assert odds.days_to_detect == pytest.approx(1 / surge(17, 15).p, rel=0.1)
    wide = alarm_odds(baseline=10, crisis=1.5, threshold=88, window=7)
    assert wide.false_alarms < odds.false_alarms
    assert alarm_odds(baseline=1, crisis=1, threshold=50).heard == 0


# Answers


def test_ten_runs_of_a_prompt_are_not_ten_questions():
    inputs, expected, tolerance = case("answer_share")
    found = clustered_share(inputs["share"], inputs["prompts"], inputs["runs"], inputs["icc"])
    wanted = {"design_effect": 6.4, "effective": expected["effective_n"]}
    wanted |= {"se": expected["se"], "se_naive": expected["se_naive"]}
    assert {key: getattr(found, key) for key in wanted} == pytest.approx(wanted, abs=tolerance)


def test_the_honest_error_is_that_of_new_prompts():
    rng = np.random.default_rng(7)
    shares, errors, alike = [], [], []
    for _ in range(60):
        chance = rng.beta(0.3, 0.5, 40)
        runs = pd.DataFrame(
            {"prompt": np.repeat(range(40), 10), "mentioned": rng.random(400) < chance.repeat(10)}
        )
        found = share_of_answers(runs)
        shares.append(found.share)
        errors.append(found.se)
        alike.append(found.icc)
    assert np.mean(alike) == pytest.approx(1 / 1.8, abs=0.03)  # of a beta distribution, 1 / (1 + a + b)
    assert np.mean(errors) == pytest.approx(np.std(shares), rel=0.25)
    with words("one run of each prompt"):
        share_of_answers(runs.drop_duplicates("prompt"))
    with words("one prompt"):
        share_of_answers(runs[runs["prompt"] == 0])


# The classifier

GOOD = ["课讲得真好", "good course", "真好，推荐", "so good, stay", "good 老师", "好"]
BAD = ["课太差了", "bad course", "太差，想退", "so bad, leave", "bad 客服", "差"]


@pytest.fixture(scope="module")
def labeller():
    return train_labels(GOOD + BAD, ["+"] * 6 + ["-"] * 6)


def test_it_reads_both_languages_and_full_width_letters(labeller):
    assert labeller.predict(["老师真好", "客服太差", "ＧＯＯＤ", "bad 课"]).tolist() == ["+", "-", "+", "-"]


def test_its_test_counts_as_scikit_learn_does(labeller):
    texts, true = ["真好", "bad", "good", "好", "差"], ["+", "-", "-", "+", "-"]
    found = labeller.test(texts, true)
    assert found.macro_f1 == pytest.approx(f1_score(true, labeller.predict(texts), average="macro"))
    assert found.confusion.to_numpy().sum() == found.posts == 5
    assert found.accuracy == 0.8
    assert found.majority == 0.6
    assert found.majority_f1 == pytest.approx(f1_score(true, ["-"] * 5, average="macro"))


def test_odd_posts_are_answered_in_words(labeller):
    with words("hold nothing that the training posts have"):
        labeller.predict(["good", "🫠🫠"])
    with words(r"texts\[1\] is empty"):
        labeller.predict(["good", "  "])
    with words("has 100,000 letters"):
        labeller.predict(["good" * 25_000])
    with words("'maybe'"):
        labeller.test(["good"], ["maybe"])
    with words("label 'b' occurs once"):
        train_labels(["x", "y", "z"], ["a", "a", "b"])
    with words("nothing to tell apart"):
        train_labels(["x", "y"], ["a", "a"])
    with words("give each post its label"):
        train_labels(["x", "y"], ["a"])


# Pictures


def titles(drawing):
    return drawing.layout.title.text.replace("<br>", " ").replace("\xa0", " ")


def test_titles_say_the_result():
    voice = share_of_voice({"B": 650, "C": 650}, {"B": 400, "C": 500})
    assert titles(voice_chart(voice, "per_unit")).startswith("Loudest: B, 1.62")
    drawing = noisy_ear_chart({"B": 0.4, "C": 0.25}, {"B": 0.8, "C": 0.8}, 0.9)
    assert titles(drawing).endswith("same order as the truth")
    assert "alpha 0.3" in titles(coders_chart(0.05, 0.95)) or "alpha 0.4" in titles(coders_chart(0.05, 0.95))
    odds = alarm_odds(10, 2, 20)
    days = pd.Series([9, 30, 12])
    assert titles(alarm_chart(days, 20, odds)).startswith("0.314 false alarms a quarter; a real crisis")
    assert "not heard" in titles(alarm_chart(days, 20, alarm_odds(1, 1, 20)))
    assert "37.0 % name it" in titles(answers_chart(clustered_share(0.37, 40, 10, 0.6)))
    table = net_sentiment(
        pd.DataFrame({"brand": ["B"] * 90 + ["C"] * 90, "attitude": ["positive"] * 90 + ["negative"] * 90}),
        "brand",
    )
    assert titles(sentiment_chart(table)).startswith("Of 1 pair of brands, 1")
