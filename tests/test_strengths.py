"""The instructor's knobs: an effect can be taken away or made stronger, and nothing else changes."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from opslab import world
from tests.tables import misfits

SMALL = 8_000
FRACTIONS = ("muting", "trial_exit", "moves", "carry_over", "quality_fall", "lost", "response", "sharing")


def leaves(part, path=""):
    if dataclasses.is_dataclass(part):
        return {
            place: leaf
            for field in dataclasses.fields(part)
            for place, leaf in leaves(getattr(part, field.name), f"{path}.{field.name}").items()
        }
    if isinstance(part, tuple):
        return {
            place: leaf
            for number, member in enumerate(part)
            for place, leaf in leaves(member, f"{path}.{number}").items()
        }
    return {path: part}


def test_the_usual_strength_is_1():
    usual = dict.fromkeys(world.EFFECTS, 1)
    assert world.truth(5, usual) == world.truth(5)
    assert world.truth(5, {}) == world.truth(5, None) == world.truth(5)


@pytest.mark.parametrize("name", world.EFFECTS)
@pytest.mark.parametrize("seed", [0, 4])
def test_each_effect_changes_the_truth_and_keeps_it_possible(name, seed):
    usual = leaves(world.truth(seed))
    for strength in (0, world.EFFECTS[name].most):
        other = leaves(world.truth(seed, {name: strength}))
        assert other.keys() == usual.keys()
        assert strength == 1 or other != usual
    for other_seed in range(30):
        for place, value in leaves(world.truth(other_seed, {name: world.EFFECTS[name].most})).items():
            if place.split(".")[-1] in FRACTIONS or "muting" in place or "mix_after" in place:
                assert 0 <= value <= 1, (other_seed, place)


@pytest.mark.parametrize("name", world.EFFECTS)
def test_every_table_can_be_told_at_both_limits(name):
    for strength in {0, world.EFFECTS[name].most} - {1}:
        for table in world.TABLES:
            frame = world.table(table, 3, 4_000, {name: strength})
            assert len(frame)
            assert not misfits(table, frame)


def test_only_what_the_effect_touches_changes():
    for table in ("users", "activity", "orders", "tickets", "mentions", "survey"):
        without = world.table(table, 2, SMALL, {"focus_gain": 0, "sleeping_dogs": 0, "haste": 0})
        pd.testing.assert_frame_equal(without, world.table(table, 2, SMALL))


def test_without_the_mix_shift_there_is_no_reversal():
    users = world.table("users", 0, world.SIZE, {"mix_shift": 0})
    after = users["signup_date"] >= "2024-09-30"
    ads = users["channel"].isin(["search_ads", "feed_ads"])
    assert ads[after].mean() == pytest.approx(ads[~after].mean(), abs=0.03)


def test_without_the_effect_the_estimator_finds_none():
    nothing = {"sleeping_dogs": 0, "test_lift": 0, "broken_split": 0, "non_response": 0, "unevenness": 0}
    tests = world.table("experiments", 0, world.SIZE, nothing)
    by_arm = tests.groupby(["experiment", "arm"])["completed"].agg(["mean", "size"]).unstack()
    assert abs(by_arm["mean"]["treatment"] - by_arm["mean"]["control"]).max() < 0.04
    assert (abs(by_arm["size"]["treatment"] / by_arm["size"]["control"] - 1) < 0.1).all()
    trial = world.table("recall_trial", 0, world.SIZE, nothing)
    muted = trial[trial["muted"]].groupby("arm")["returned"].mean()
    assert muted["message"] > muted["hold_out"] - 0.05
    survey = world.table("survey", 0, world.SIZE, nothing)
    assert np.ptp(survey.groupby("persona")["answered"].mean()) < 0.12
    answers = world.table("answers", 0, world.SIZE, nothing)["user_id"].value_counts()
    assert answers.iloc[:10].sum() < 0.2 * answers.sum()


@pytest.mark.parametrize(
    ("strength", "message"),
    [
        ({"fatigue": -0.1}, r"strength\['fatigue'\] is -0.1; expected a number from 0 to 2"),
        ({"mix_shift": 1.5}, r"strength\['mix_shift'\] is 1.5; expected a number from 0 to 1.25"),
        ({"fatigue": "strong"}, r"strength\['fatigue'\] is 'strong'; expected a number"),
        ({"fatigue": float("nan")}, r"strength\['fatigue'\] is nan"),
        ({"fatige": 0}, r"effect is 'fatige' \(did you mean 'fatigue'\?\); expected one of 'onboarding', "),
        (0.5, r"strength is 0.5; expected effects and their strengths"),
    ],
)
def test_a_strength_outside_its_limits_is_refused(strength, message):
    for call in (world.truth, lambda **knobs: world.table("users", **knobs), world.hidden_facts):
        with pytest.raises(ValueError, match=message):
            call(strength=strength)
