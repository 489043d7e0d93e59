"""Outreach: published figures, laws, planted truths, and the queue's formulas against a simulated desk."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from opslab import outreach, world
from opslab.outreach import (
    complaint_weeks,
    contact_stock,
    contact_worth,
    contactable,
    desk_report,
    people_chart,
    policy_value,
    qini,
    qini_chart,
    resized,
    trial_size,
    uplift,
    waiting,
)
from tests.references import CASES

SEEDS = range(21)


def trial_of(counts):
    """Return a trial from {group: (treated, of them returned, held out, of them returned)}."""
    rows = [
        (group, arm, place < won)
        for group, (sent, won_sent, held, won_held) in counts.items()
        for arm, size, won in ((True, sent, won_sent), (False, held, won_held))
        for place in range(size)
    ]
    return pd.DataFrame(rows, columns=["group", "treated", "returned"])


def recall(seed):
    """Return the win-back trial of a world, its groups beside it."""
    table = world.table("recall_trial", seed)
    long_quiet = table["days_quiet"] >= world.truth(seed).trials.recall.long_quiet_days
    group = np.where(table["muted"], 0, np.where(table["answered_before"], 1, 3) + long_quiet)
    return table.assign(treated=table["arm"] == "message", group=group)


# What a message adds


def test_hillstroms_published_counts():
    case = CASES["hillstrom_mens"]
    treated, control = (case["inputs"]["counts"][arm] for arm in case["inputs"]["pair"])
    for what in ("visits", "purchases"):
        trial = trial_of({"all": (treated["n"], treated[what], control["n"], control[what])})
        found = uplift(trial).loc["everyone", ["uplift", "low", "high"]]
        assert found.to_list() == pytest.approx(case["expected"][what], abs=case["tolerance"])


def test_the_four_kinds_of_people():
    case = CASES["sleeping_dogs"]
    groups, expected = case["inputs"]["groups_s_p_d_w"], case["expected"]
    size = 100_000
    counts = {
        place: (int(size * w), round(size * w * (s + p)), int(size * w), round(size * w * (s + d)))
        for place, (s, p, d, w) in enumerate(groups)
    }
    trial = trial_of(counts)
    found = uplift(trial, by="group")
    for column in ("with", "without", "uplift"):
        assert found[column].to_list() == pytest.approx(expected[column], abs=case["tolerance"])
    total = sum(w for *_, w in groups)
    everyone = policy_value(trial, [True] * len(trial))
    chosen = policy_value(trial, found["uplift"].gt(0).loc[trial["group"]].to_numpy())
    assert total * everyone.gain == pytest.approx(expected["all"], abs=case["tolerance"])
    assert total * chosen.gain == pytest.approx(expected["only_positive"], abs=case["tolerance"])
    assert everyone.value == pytest.approx(chosen.everyone)
    assert chosen.value > chosen.everyone > chosen.nobody


def test_an_interval_of_amounts_is_that_of_two_means():
    rng = np.random.default_rng(3)
    trial = pd.DataFrame({"treated": np.arange(60) % 3 > 0, "yuan": rng.exponential(20, 60)})
    one, other = (trial.loc[trial["treated"] == arm, "yuan"] for arm in (True, False))
    error = math.sqrt(one.var() / len(one) + other.var() / len(other))
    found = uplift(trial, outcome="yuan").loc["everyone"]
    assert found["uplift"] == pytest.approx(one.mean() - other.mean())
    assert found["high"] - found["low"] == pytest.approx(2 * 1.959964 * error, rel=1e-6)


def test_an_interval_shrinks_with_the_root_of_the_people():
    table = uplift(trial_of({"a": (50, 20, 40, 10), "b": (30, 9, 60, 30)}), "group")
    larger = resized(table, 9 * 180)
    widths = [(one["high"] - one["low"]).to_numpy() for one in (table, larger)]
    assert widths[0] == pytest.approx(3 * widths[1])
    assert larger["uplift"].equals(table["uplift"])
    assert larger["treated"].to_list() == [450, 270]


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_effects_are_found(seed):
    true = world.truth(seed).trials.recall
    trial = recall(seed)
    found = uplift(trial, "group")
    widest = 2 * (found["high"] - found["low"])  # about four standard errors each way
    assert (found["uplift"] - [one.uplift for one in true.groups]).abs().lt(widest / 2).all()
    assert found.loc[0, "uplift"] < 0  # sleeping dogs
    assert found["uplift"].idxmax() == 1
    send = (trial["group"] != 0).to_numpy()
    rule = policy_value(trial, send)
    assert rule.value > rule.everyone > rule.nobody


# How far down a ranking


def test_qini_by_hand():
    case = CASES["qini_hand"]
    trial = pd.DataFrame(case["inputs"]["rows"], columns=case["inputs"]["columns"])
    for order in (trial, trial[::-1], trial.sample(frac=1, random_state=4)):
        found = qini(order, "score", "treated", "returned")
        assert found.x.tolist() == case["expected"]["x"]
        assert found.y == pytest.approx(case["expected"]["y"], abs=1e-12)
        assert found.area_over_random == pytest.approx(case["expected"]["area_over_random"])
        assert found.normalised == pytest.approx(0.37037037037037035)  # as scikit-uplift 0.5 has it
        assert found.best == 4


def test_tied_scores_share_a_point_whatever_the_order_of_rows():
    rng = np.random.default_rng(8)
    trial = pd.DataFrame(
        {
            "score": rng.integers(0, 5, 500),
            "treated": rng.random(500) < 0.5,
            "returned": rng.random(500) < 0.2,
        }
    )
    curves = [qini(trial.sample(frac=1, random_state=draw), "score") for draw in range(5)]
    assert {len(curve.x) for curve in curves} == {6}
    assert len({tuple(curve.y) for curve in curves}) == 1
    assert tuple(qini(trial, trial["score"].to_numpy()).y) == tuple(curves[0].y)


def test_the_curve_ends_where_everyone_is_written_to():
    trial = trial_of({"a": (50, 20, 50, 10), "b": (50, 5, 50, 20)})
    whole = uplift(trial).loc["everyone", "uplift"] * 100
    good, bad = (qini(trial, trial["group"].map(score)) for score in ({"a": 1, "b": 0}, {"a": 0, "b": 1}))
    assert good.y[-1] == bad.y[-1] == pytest.approx(whole)
    assert good.best == 100
    assert good.normalised > 0 > bad.normalised  # Qini is no share: worse than by lot is below 0
    assert good.area_over_random == pytest.approx(-bad.area_over_random)


def test_the_ranking_of_hindsight_scores_one():
    trial = trial_of({"a": (60, 20, 60, 10)})
    hindsight = np.where(trial["returned"], np.where(trial["treated"], 1, -1), 0)
    assert qini(trial, hindsight).normalised == pytest.approx(1)


def test_hindsight_can_be_passed_where_few_are_treated():
    pilot = trial_of({"a": (20, 4, 180, 36)})
    silent_treated_last = np.where(
        pilot["treated"], np.where(pilot["returned"], 4, 1), np.where(pilot["returned"], 2, 3)
    )
    assert qini(pilot, silent_treated_last).normalised == pytest.approx(1.027, abs=0.001)


def test_a_curve_begins_without_anyone_held_out():
    trial = pd.DataFrame({"score": [9, 8, 2, 2, 1], "treated": [1, 1, 1, 0, 0], "returned": [1, 0, 0, 1, 0]})
    assert qini(trial, "score").y.tolist() == [0.0, 1.0, 1.0, -2.0, -0.5]


@pytest.mark.parametrize("seed", [0, 7, 16])
def test_a_score_from_one_half_ranks_the_other_half(seed):
    trial = recall(seed)
    learn = np.random.default_rng(seed).random(len(trial)) < 0.5
    score = uplift(trial[learn], "group")["uplift"]
    judged = trial[~learn]
    assert qini(judged, judged["group"].map(score)).area_over_random > 0


# The value of a rule


def test_the_value_of_a_rule_by_hand():
    case = CASES["policy_value"]
    trial = pd.DataFrame(case["inputs"]["rows"], columns=case["inputs"]["columns"])
    found = policy_value(trial, "rule", treated="message")
    for name, value in case["expected"].items():
        assert getattr(found, name) == pytest.approx(value, abs=case["tolerance"])
    dear = policy_value(trial, "rule", cost=0.1, treated="message")
    assert dear.value == pytest.approx(found.value - 0.1 * found.sent)
    assert dear.everyone == pytest.approx(found.everyone - 0.1)
    assert dear.nobody == found.nobody


def test_a_rule_that_sends_to_all_or_none_is_the_trials_arm():
    trial = trial_of({"a": (50, 20, 40, 10), "b": (30, 3, 60, 30)})
    arms = uplift(trial).loc["everyone"]
    everyone, nobody = (policy_value(trial, [says] * len(trial)) for says in (True, False))
    assert everyone.value == everyone.everyone == pytest.approx(arms["with"])
    assert nobody.value == nobody.nobody == pytest.approx(arms["without"])
    assert (everyone.gain_low, everyone.gain_high) == pytest.approx((arms["low"], arms["high"]))
    assert (nobody.gain, nobody.gain_low, nobody.gain_high) == (0, 0, 0)


def test_the_intervals_of_a_rule_are_those_of_its_means():
    trial = trial_of({"a": (50, 20, 40, 10), "b": (30, 3, 60, 30)})
    found = policy_value(trial, (trial["group"] == "a").to_numpy())
    value = 0.5 * 20 / 50 + 0.5 * 30 / 60
    error = 0.5 * math.sqrt(0.4 * 0.6 / 50 + 0.5 * 0.5 / 60)
    gain_error = 0.5 * math.sqrt(0.4 * 0.6 / 50 + 0.25 * 0.75 / 40)
    assert found.value == pytest.approx(value)
    assert found.high - found.value == pytest.approx(1.959964 * error, rel=1e-6)
    assert found.gain == pytest.approx(0.5 * (0.4 - 0.25))
    assert found.gain_high - found.gain == pytest.approx(1.959964 * gain_error, rel=1e-6)


def test_a_trial_of_the_size_asked_for_sees_the_uplift_as_often_as_it_says():
    size = trial_size(without=0.1, uplift=0.04, held_out=0.3)
    rng, seen = np.random.default_rng(2), 0
    held = round(0.3 * size)
    for _ in range(2_000):
        back, anyway = rng.binomial(size - held, 0.14), rng.binomial(held, 0.1)
        p, q = back / (size - held), anyway / held
        error = math.sqrt(p * (1 - p) / (size - held) + q * (1 - q) / held)
        seen += abs(p - q) > 1.959964 * error
    assert seen / 2_000 == pytest.approx(0.8, abs=0.035)


def test_half_held_out_needs_fewest_people():
    sizes = [trial_size(0.1, 0.01, held_out=share) for share in (0.1, 0.3, 0.5, 0.9)]
    assert min(sizes) == sizes[2]
    assert trial_size(0.16, -0.094) < 500  # sleeping dogs are few, and loud


# The desk


@pytest.mark.parametrize("name", ["erlang_c_0", "erlang_c_1", "erlang_c_2"])
def test_erlangs_queue(name):
    case = CASES[name]
    given = case["inputs"]
    found = waiting(
        given["arrivals_per_unit"], 1 / given["served_per_unit"], given["clerks"], given["target"]
    )
    for measure, value in case["expected"].items():
        assert getattr(found, measure) == pytest.approx(value, rel=case["tolerance"])


def test_uneven_work_makes_waits():
    case = CASES["mg1"]
    load, handling = case["inputs"]["load"], case["inputs"]["handling"]
    found = [waiting(load / handling, handling, variation=cv).mean_wait for cv in case["inputs"]["cv"]]
    assert found == pytest.approx(case["expected"]["mean_wait"], rel=1e-4)


def test_one_pool_waits_less_than_two_desks():
    case = CASES["pooling"]
    rate, served = case["inputs"]["arrivals_per_unit"], case["inputs"]["served_per_unit"]
    assert waiting(rate, 1 / served).mean_wait == pytest.approx(case["expected"]["separate"], rel=1e-4)
    assert waiting(2 * rate, 1 / served, 2).mean_wait == pytest.approx(case["expected"]["pooled"], rel=1e-4)


def waits_of(arrivals, work, clerks):
    """Return each ticket's wait, first come, first served (Kiefer and Wolfowitz)."""
    free, waits = [0.0] * clerks, np.empty(len(arrivals))
    for place, (came, takes) in enumerate(zip(arrivals.tolist(), work.tolist(), strict=True)):
        first = free.index(min(free)) if clerks > 1 else 0
        start = max(came, free[first])
        waits[place] = start - came
        free[first] = start + takes
    return waits


@pytest.mark.parametrize(
    ("load", "clerks", "variation"), [(0.6, 1, 1), (0.85, 1, 1), (0.8, 3, 1), (0.7, 1, 0), (0.7, 1, 2)]
)
def test_formulas_against_a_desk_of_a_hundred_thousand_tickets(load, clerks, variation):
    rng, count = np.random.default_rng(11), 100_000
    handling = 10.0
    arrivals = np.cumsum(rng.exponential(handling / (load * clerks), count))
    shape = 1 / variation**2 if variation else 0
    work = rng.gamma(shape, handling / shape, count) if variation else np.full(count, handling)
    waits = waits_of(arrivals, work, clerks)
    expected = waiting(load * clerks / handling, handling, clerks, target=handling, variation=variation)
    batches = waits[: count // 50 * 50].reshape(50, -1)  # waits hang together: batch means do hardly

    def agree(measure, value):
        error = measure(batches, axis=1).std(ddof=1) / math.sqrt(50)
        assert value == pytest.approx(measure(waits[None], axis=1)[0], abs=3.5 * error)

    agree(np.mean, expected.mean_wait)
    agree(lambda some, axis: (some > 0).mean(axis=axis), expected.p_wait)
    if variation == 1:  # beyond that the spread of waits is an approximation
        agree(lambda some, axis: (some <= handling).mean(axis=axis), expected.within_target)
        agree(lambda some, axis: np.quantile(some, 0.9, axis=axis), expected.p90_wait)


def test_wait_of_work_without_spread():
    at_the_minute = waiting(0.5, 1, variation=0, arrival_variation=0, target=0)
    assert (at_the_minute.mean_wait, at_the_minute.p90_wait, at_the_minute.within_target) == (0, 0, 1)
    assert math.isnan(waiting(0.5, 1).within_target)
    assert waiting(0.5, 1).in_line == pytest.approx(0.5)  # load^2 / (1 - load)
    assert waiting(900, 1, 1_000).p_wait < 0.01  # and no overflow


@pytest.mark.parametrize("seed", SEEDS)
def test_lanterns_desks_wait_as_the_queue_says(seed):
    tickets = world.table("tickets", seed)
    report = desk_report(tickets)
    for desk in world.truth(seed).voices.desks:
        row = report.loc[desk.channel]
        model = waiting(row["tickets"] / (26 * 7 * 720), row["handling"], variation=row["variation"])
        assert row["mean"] == pytest.approx(model.mean_wait, rel=0.5)
        assert row["at_once"] == pytest.approx(1 - model.p_wait, abs=0.12)
        assert row["median"] < row["mean"] < row["p90"]
    assert (report["recorded"] <= report["tickets"]).all()


def test_a_report_counts_what_was_not_written_down():
    tickets = pd.DataFrame({"channel": ["app", "app", "line"], "wait_minutes": [None, 60, 0]})
    report = desk_report(tickets.assign(handling_minutes=[5, 15, 30]))
    assert report.loc["app", ["tickets", "recorded", "mean", "handling"]].to_list() == [2, 1, 60, 10]
    assert report["within_target"].to_list() == [1, 1]
    assert report.loc["line", "variation"] == 0


# Hotline or forum, contacts, consent


def test_a_forum_costs_at_first_and_pays_later():
    forum, hotline = complaint_weeks("forum"), complaint_weeks("hotline")
    gap = forum["users"] - hotline["users"]
    assert gap[1] < 0 < gap[52]
    assert (hotline["visible"] == 0).all()
    assert forum["hidden"][52] < hotline["hidden"][52]
    assert forum["answers"][52] < hotline["answers"][52] / 2  # old answers help those who come later


def test_fewer_answers_are_enough_for_a_year_than_for_a_quarter():
    def least(week):
        hotline = complaint_weeks("hotline").users[week]
        shares = np.arange(0, 101) / 100
        return next(share for share in shares if complaint_weeks("forum", share).users[week] > hotline)

    assert least(52) < least(13) < 1


def test_a_forum_without_readers_or_answers_is_no_better_than_no_line():
    silent = complaint_weeks("forum", answered=0, readers=0)
    assert silent["users"][52] < complaint_weeks("hotline")["users"][52]
    assert silent["known"].eq(0).all()


def test_a_contacts_worth_has_a_top():
    worth = [contact_worth(messages) for messages in range(13)]
    assert worth[0] == 0
    assert 0 < int(np.argmax(worth)) < 12
    assert contact_worth(4, mute=0, delete=0) > contact_worth(4)


def test_a_stock_without_new_contacts_earns_what_each_is_worth():
    stock = contact_stock(3, months=1200, contacts=100, added=0)
    assert stock["income"].iloc[-1] == pytest.approx(100 * contact_worth(3), rel=1e-6)
    assert stock[["reachable", "muted", "gone"]].sum(axis=1).eq(100).sum() >= 1
    assert stock[["reachable", "muted", "gone"]].sum(axis=1).to_numpy() == pytest.approx(100)


def consent_of(*words):
    table = pd.DataFrame(words, columns=["user_id", "purpose", "given", "date"])
    return table.assign(date=pd.to_datetime(table["date"]))


PEOPLE = pd.DataFrame({"user_id": [1, 2, 3, 4], "name": list("abcd")})


def test_silence_is_no_objection_to_messages_and_no_consent_to_sharing():
    found = contactable(PEOPLE, consent_of((4, "marketing", True, "2025-01-01")))
    assert found["may_message"].to_list() == [True] * 4
    assert found["may_share"].to_list() == [False] * 4
    assert found["name"].to_list() == list("abcd")


def test_the_last_word_counts_and_of_one_day_the_no():
    words = consent_of(
        (1, "marketing", True, "2025-02-01"), (1, "marketing", False, "2025-01-01"),
        (2, "marketing", True, "2025-01-01"), (2, "marketing", False, "2025-02-01"),
        (3, "marketing", False, "2025-01-01"), (3, "marketing", True, "2025-01-01"),
        (4, "sharing", True, "2025-01-01"), (4, "marketing", False, "2025-03-01"),
    )  # fmt: skip
    found = contactable(PEOPLE, words)
    assert found["may_message"].to_list() == [True, False, False, False]
    assert found["may_share"].to_list() == [False, False, False, True]
    then = contactable(PEOPLE, words, as_of="2025-02-15")
    assert then["may_message"].to_list() == [True, False, False, True]


# Bad input


BOTH = trial_of({"a": (20, 9, 20, 4)})
TICKETS = pd.DataFrame({"channel": ["app"] * 3, "wait_minutes": [1, 2, 3], "handling_minutes": [9, 9, 9]})
REFUSED = {
    "one arm": (lambda: uplift(BOTH[BOTH.treated]), "20 people with the message and 0 without"),
    "an arm of one": (lambda: uplift(BOTH.iloc[:21]), "at least 2"),
    "one arm in a group": (lambda: uplift(BOTH.assign(g=BOTH.treated), "g"), "the group (True|False) has"),
    "one arm to rank": (lambda: qini(BOTH[~BOTH.treated], range(20)), "0 people with the message"),
    "no score": (lambda: qini(BOTH.assign(score=2.5), "score"), "same value, 2.5, for everyone"),
    "scores too few": (lambda: qini(BOTH, [1, 2]), "score has 2 values; expected 40"),
    "a rule that is none": (lambda: policy_value(BOTH, [0.5] * 40), "expected True or False"),
    "one arm under a rule": (lambda: policy_value(BOTH, BOTH.treated.to_numpy()), "rule (sends|does not)"),
    "full load": (lambda: waiting(1, 1), "a load of 1"),
    "over load": (lambda: waiting(3, 1, 2), "2 clerks can answer 2 tickets where 3 come: a load of 1.5"),
    "taken up early": (lambda: desk_report(TICKETS.assign(wait_minutes=[1, -4, 3])), "-4.*before it came"),
    "closed early": (
        lambda: desk_report(TICKETS.assign(handling_minutes=[1, 2, -7])), "-7.*before it was opened"
    ),
    "no waits": (lambda: desk_report(TICKETS.assign(wait_minutes=[np.nan] * 3)), "app|no rows"),
    "a sale": (lambda: contactable(PEOPLE, consent_of((1, "sale", True, "2025-01-01"))), "'marketing'"),
    "strangers": (lambda: contactable(PEOPLE, consent_of((9, "sharing", True, "2025-01-01"))), "in common"),
    "too early": (
        lambda: contactable(PEOPLE, consent_of((1, "sharing", True, "2025-01-01")), "2024-01-01"), "first"
    ),
    "twice": (
        lambda: contactable(PEOPLE.iloc[[0, 0]], consent_of((1, "sharing", True, "2025-01-01"))), "unique"
    ),
    "another channel": (lambda: complaint_weeks("form"), "did you mean 'forum'"),
    "no uplift": (lambda: trial_size(0.1, 0), "uplift is 0"),
    "beyond all": (lambda: trial_size(0.9, 0.2), "1.1"),
    "all are lost": (lambda: contact_worth(1, mute=0.6, delete=0.4), "below 1"),
    "no curve": (lambda: qini_chart({"a": 5}, 0.5), "result of qini"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_answered_in_words(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# Pictures and the house


def test_a_group_is_coloured_by_what_is_seen():
    table = uplift(
        trial_of({"up": (200, 90, 200, 30), "down": (200, 20, 200, 80), "no": (9, 3, 9, 3)}), "group"
    )
    drawing = people_chart(table)
    assert len(set(drawing.data[1].marker.color)) == 3
    assert "up (+30.0" in drawing.layout.title.text


def test_no_name_of_a_group_stands_on_its_interval():
    groups = {
        "few and long named": (20, 18, 20, 2),
        "seldom back and with a very long name": (20, 4, 20, 2),
        "down": (200, 20, 200, 80),
    }
    _, dots, names = people_chart(uplift(trial_of(groups), "group")).data
    ends = dict(zip(dots.hovertext, dots.x + dots.error_x.array, strict=True))
    for name, place, side in zip(names.text, names.x, names.textposition, strict=True):
        assert side.startswith(("top", "bottom")) or place == pytest.approx(ends[name])
    assert names.textposition[names.text.index("Down")] == "middle right"
    assert {side.split()[0] for side in names.textposition} >= {"top", "middle"}


def test_results_are_frozen():
    for result in (waiting(0.1, 1), policy_value(BOTH, [True] * 40)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.x = 1


def test_every_name_of_the_design_is_there():
    names = {"uplift", "qini", "policy_value", "waiting", "desk_report", "contactable"}
    assert names <= set(outreach.__all__)
