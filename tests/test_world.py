"""Lantern's data are the same everywhere, and what the truth says can be found in them, in every world."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest

from opslab import world
from opslab.retention import ShiftedBetaGeometric, fit_sbg, renewal_survivors
from opslab.world import calendar
from opslab.world import random_draws as draw
from opslab.world.activity_log import draw_log
from opslab.world.data_package import as_csv
from opslab.world.people import draw_people
from opslab.world.story import _reversal_shows
from tests.tables import misfits

SMALL = 8_000  # users: enough for the planted effects, quick enough for twenty worlds
SEEDS = range(21)
FIRST_COLUMNS = {  # what the lesson on retention stands on, and its digests in world 7
    "users": (
        ["user_id", "signup_date", "channel", "device", "pushes_per_week", "muted_date"],
        "22aef5c72cad",
    ),
    "activity": (["user_id", "date", "answered"], "6928115eca0d"),
    "orders": (["order_id", "user_id", "date", "product", "amount"], "a9d28685b137"),
}
DIGEST_OF_WORLD_7 = "ea809465c120"  # of the digests of all tables
CHANNELS = ["search_ads", "feed_ads", "seo", "content", "social", "partners", "referral"]


@dataclasses.dataclass(frozen=True)
class Seen:
    """One world's tables as arrays, and who came at which age."""

    users: pd.DataFrame
    activity: pd.DataFrame
    orders: pd.DataFrame
    person: np.ndarray
    age: np.ndarray
    watched: np.ndarray  # days from sign-up to the end of the log

    def came(self, first: int, last: int) -> np.ndarray:
        """Tell which users were active at least once at ages first to last."""
        return self.days(first, last) > 0

    def days(self, first: int, last: int) -> np.ndarray:
        here = (self.age >= first) & (self.age <= last)
        return np.bincount(self.person[here], minlength=len(self.users))

    def rate(self, first: int, last: int) -> float:
        return self.came(first, last)[self.watched >= last].mean()


@lru_cache(maxsize=32)
def see(seed: int, size: int = SMALL) -> Seen:
    users, activity, orders = (world.table(name, seed, size) for name in ("users", "activity", "orders"))
    signup = users["signup_date"].to_numpy()
    person = activity["user_id"].to_numpy() - 1
    age = (activity["date"].to_numpy() - signup[person]) // np.timedelta64(1, "D")
    watched = (calendar.END - signup.astype("datetime64[D]")).astype(int)
    return Seen(users, activity, orders, person, age, watched)


@pytest.fixture(params=SEEDS)
def seen(request):
    return see(request.param)


@pytest.fixture(scope="module")
def full():
    return see(0, world.SIZE)


# The same everywhere


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(as_csv(frame)).hexdigest()[:12]


def digests(seed: int, size: int = SMALL) -> list[str]:
    return [digest(world.table(name, seed, size)) for name in world.TABLES]


@pytest.mark.parametrize("threads", ["1", "7"])
def test_a_world_is_the_same_in_another_process_with_another_hash_seed_and_other_threads(threads):
    code = "from tests.test_world import digests; print(digests(3), digests(0))"
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "7" + threads,
        **{f"{library}_NUM_THREADS": threads for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]),
    }
    other = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert other.stdout.strip() == f"{digests(3)} {digests(0)}"


def test_a_world_is_the_same_on_another_machine_and_with_another_numpy():
    assert hashlib.sha256(" ".join(digests(7)).encode()).hexdigest()[:12] == DIGEST_OF_WORLD_7
    for name, (columns, expected) in FIRST_COLUMNS.items():
        assert digest(world.table(name, 7, SMALL)[columns]) == expected


def test_each_table_draws_from_streams_of_its_own(monkeypatch):
    """So a further table changes no other. What several tell alike (lives, the group) they draw alike."""
    lengths: dict[str, dict[str, int]] = {}
    original = draw.uniforms
    for name in world.TABLES:
        drawn = lengths[name] = {}

        def note(seed, purpose, count, drawn=drawn):
            assert drawn.setdefault(purpose, count) == count
            return original(seed, purpose, count)

        with monkeypatch.context() as patch:
            patch.setattr(draw, "uniforms", note)
            world.table(name, 0, SMALL)
    shared = (
        "lives",
        "group",
        "users device",
        "users region",
        "regions dark",
        "courses",
        "top_ups",
        "threads topic",
        *(f"mentions {part}" for part in ("order", "start", "rival", "day", "held back", "reposted")),
        *(f"mentions {part}" for part in ("readers", "rounding")),
    )
    purposes = {
        purpose: name
        for name, drawn in lengths.items()
        for purpose in drawn
        if not purpose.startswith(shared)
    }
    assert sum(len([p for p in drawn if not p.startswith(shared)]) for drawn in lengths.values()) == len(
        purposes
    )
    everything = {purpose for drawn in lengths.values() for purpose in drawn}
    assert len({crc32(purpose.encode()) for purpose in everything}) == len(everything)
    for purpose in everything:
        assert len({drawn[purpose] for drawn in lengths.values() if purpose in drawn}) == 1


def test_asking_for_another_world_in_between_changes_nothing():
    before = digests(5)
    digests(6)
    assert digests(5) == before


def test_worlds_differ():
    assert len({tuple(digests(seed)) for seed in range(5)}) == 5


def test_a_stream_is_the_generators_own_and_no_two_purposes_share_it():
    u = draw.uniforms(0, "users", 1000)
    assert u.min() >= 0
    assert u.max() < 1
    assert not np.isin(u, draw.uniforms(0, "orders", 1000)).any()
    assert not np.isin(u, draw.uniforms(1, "users", 1000)).any()
    np.testing.assert_array_equal(u[:10], draw.uniforms(0, "users", 10))


# The draws are what they say

MIDDLES = (np.arange(100_000) + 0.5) / 100_000  # uniforms without chance


def test_shares_are_picked_as_stated():
    counts = np.bincount(draw.pick(MIDDLES, [1, 0, 3]), minlength=3)
    np.testing.assert_allclose(counts / len(MIDDLES), [0.25, 0, 0.75], atol=2e-5)
    rows = np.arange(len(MIDDLES)) % 2
    chosen = draw.pick_within(MIDDLES, [[1, 0], [0.5, 0.5]], rows)
    assert chosen[rows == 0].max() == 0
    assert chosen[rows == 1].mean() == pytest.approx(0.5, abs=1e-4)


def test_sbg_lifetimes_follow_fader_and_hardies_survival():
    survival = draw.sbg_survival(0.668, 3.806, 12)
    model = ShiftedBetaGeometric(0.668, 3.806)
    np.testing.assert_allclose(survival, model.survival(np.arange(13)), rtol=1e-12)
    lifetimes = draw.sbg_lifetimes(MIDDLES, 0.668, 3.806, 12)
    assert lifetimes.min() == 1
    for t in (1, 5, 12):
        assert (lifetimes > t).mean() == pytest.approx(survival[t], abs=2e-5)


def test_waiting_times_are_geometric():
    waits = draw.geometric(MIDDLES, 0.3, 50)
    assert (waits == 0).mean() == pytest.approx(0.3, abs=2e-5)
    assert (waits >= 3).mean() == pytest.approx(0.7**3, abs=2e-5)


def test_grids_stand_for_their_distributions():
    assert draw.gamma_grid(0.8).mean() == pytest.approx(0.8, rel=0.01)
    assert draw.beta_grid(0.8, 2.4).mean() == pytest.approx(0.25, rel=0.01)
    assert draw.beta_grid(0.8, 2.4).std() == pytest.approx(np.sqrt(0.25 * 0.75 / 4.2), rel=0.01)


def test_poisson_counts_have_their_mean_and_chance_of_none():
    for mean in (0.0, 0.3, 4.0, 60.0, 400.0):
        counts = draw.poisson(MIDDLES, np.full(len(MIDDLES), mean))
        assert counts.mean() == pytest.approx(mean, rel=1e-3, abs=1e-6)
        assert (counts == 0).mean() == pytest.approx(np.exp(-mean), abs=2e-5)
        assert counts.var() == pytest.approx(mean, rel=2e-3, abs=1e-6)


def test_normal_and_lognormal_grids_have_their_spread():
    assert draw.normal_grid().mean() == pytest.approx(0, abs=1e-9)
    assert draw.normal_grid().std() == pytest.approx(1, rel=0.01)
    assert np.log(draw.lognormal_grid(0.5)).std() == pytest.approx(0.5, rel=0.01)


def test_rounding_by_chance_keeps_the_mean():
    assert draw.rounded(np.full(len(MIDDLES), 2.3), MIDDLES).mean() == pytest.approx(2.3, abs=1e-4)


def test_an_exact_share_is_exact():
    chosen = draw.exactly(draw.uniforms(0, "test", 1000), 0.65)
    assert chosen.sum() == 650
    assert 400 < chosen[:700].sum() < 500


def test_spreading_counts_numbers_each_owners_places():
    owner, place = draw.spread(np.array([2, 0, 3]))
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]


# The truth


def test_the_truth_can_be_written_down():
    told = world.truth(0).as_dict()
    assert json.loads(json.dumps(told))["need"]["life"] == {"alpha": 0.7, "beta": 10.3}
    with pytest.raises(dataclasses.FrozenInstanceError):
        world.truth(0).seed = 1


def leaves(part, path=()):
    if isinstance(part, dict):
        items = part.items()
    elif isinstance(part, list | tuple):
        items = enumerate(part)
    else:
        return {path: part}
    return {place: leaf for key, value in items for place, leaf in leaves(value, (*path, key)).items()}


def test_other_worlds_lie_within_the_stated_distance_of_the_reference():
    reference = leaves(world.truth(0).as_dict())
    moved = set()
    for seed in range(1, 100):
        for place, value in leaves(world.truth(seed).as_dict()).items():
            if place == ("seed",) or not isinstance(value, int | float):
                continue
            if place[-1] == "with_need" or "trial_exit" in str(place):
                assert abs(value - reference[place]) <= 0.0201
            else:
                assert abs(value / reference[place] - 1) <= 0.0801 if reference[place] else value == 0
            moved |= {place[0]} if value != reference[place] else set()
    assert moved >= {"channels", "need", "curious", "notifications", "membership", "courses", "weekdays"}


def test_channels_keep_their_order_of_quality_and_probabilities_stay_probabilities():
    best_first = sorted(CHANNELS, key=lambda name: -quality(0)[name])
    for seed in range(100):
        assert sorted(CHANNELS, key=lambda name: -quality(seed)[name]) == best_first
        true = world.truth(seed)
        assert sum(true.weekdays) == pytest.approx(7, abs=0.001)
        for kind in (true.need, true.curious):
            assert sum(kind.rhythm) == pytest.approx(1)
            assert 0 < kind.trial_exit_improved < kind.trial_exit < 1
            assert 0 < kind.joins < 1


def quality(seed: int) -> dict[str, float]:
    return {channel.name: channel.with_need for channel in world.truth(seed).channels}


# Tables hang together


def test_every_row_has_its_user_and_its_place_in_time(seen):
    assert seen.users["user_id"].tolist() == list(range(1, SMALL + 1))
    assert seen.users["signup_date"].is_monotonic_increasing
    for table in (seen.activity, seen.orders):
        assert table["user_id"].between(1, SMALL).all()
        assert table["date"].between(str(calendar.START), str(calendar.END)).all()
    assert not seen.activity.duplicated(["user_id", "date"]).any()
    assert seen.orders["order_id"].tolist() == list(range(1, len(seen.orders) + 1))
    assert seen.orders["date"].is_monotonic_increasing
    for name in ("users", "activity", "orders"):
        assert not misfits(name, getattr(seen, name))


def test_activity_begins_with_the_day_of_sign_up(seen):
    first = seen.activity.groupby("user_id")["date"].min()
    assert (first.to_numpy() == seen.users["signup_date"].to_numpy()).all()
    muted = seen.users[seen.users["muted_date"].notna()]
    assert (muted["muted_date"] > muted["signup_date"]).all()


def test_members_pay_entry_once_and_dues_every_30_days_without_a_gap(seen):
    orders = seen.orders
    entry, dues = orders[orders["product"] == "entry"], orders[orders["product"] == "dues"]
    assert set(entry["amount"]) == {200}
    assert set(dues["amount"]) == {10}
    assert entry["user_id"].is_unique
    first = dues.groupby("user_id")["date"].min()
    assert first.equals(entry.set_index("user_id")["date"].sort_index())
    assert (dues.groupby("user_id")["date"].diff().dropna() == pd.Timedelta(days=30)).all()


# Planted effects, in every world


def test_onboarding_lifts_day_28_in_every_channel_while_it_falls_in_all(seen):
    after = (seen.users["signup_date"] >= "2024-09-30").to_numpy()
    channel = seen.users["channel"].to_numpy()
    counted = seen.watched >= 34
    for last in (34, 600):  # days 28 to 34; 28 or later
        came = pd.Series(seen.came(28, last))[counted]
        change = came.groupby([channel[counted], after[counted]]).mean().unstack()
        assert (change[True] - change[False] > 0).all()
        assert len(change) == 7
        assert came[~after[counted]].mean() - came[after[counted]].mean() > 0


def test_the_reversal_is_the_truths_doing_and_seldom_needs_a_second_draw():
    truths = [world.truth(seed) for seed in range(20)]
    drawn = [(who := draw_people(true, world.SIZE, "0"), draw_log(true, who, "0")) for true in truths]
    assert sum(_reversal_shows(who, log) for who, log in drawn) >= 15


def test_the_end_of_the_trial_is_a_cliff_at_day_7(seen):
    day = [seen.rate(age, age) for age in range(10)]
    assert 0.38 < day[1] < 0.46
    assert day[7] < 0.65 * day[6]
    assert min(day[5] / day[4], day[6] / day[5], day[8] / day[7], day[9] / day[8]) > 0.85
    assert 0.085 < seen.rate(30, 30) < 0.15


def test_better_channels_keep_more_users(seen):
    came = pd.Series(seen.came(28, 34))[seen.watched >= 34]
    rates = came.groupby(seen.users["channel"]).mean()
    assert rates.corr(pd.Series(quality(0)), method="spearman") > 0.9
    assert rates[["content", "referral"]].min() > 1.5 * rates[["feed_ads", "search_ads"]].max()


def test_more_notifications_bring_days_first_and_cost_them_by_week_12(seen):
    arm = seen.users["pushes_per_week"].to_numpy()
    first = pd.Series(seen.days(1, 6))[seen.watched >= 6].groupby(arm[seen.watched >= 6]).mean()
    late = pd.Series(seen.days(84, 90))[seen.watched >= 90].groupby(arm[seen.watched >= 90]).mean()
    muted = seen.users.groupby("pushes_per_week")["muted_date"].apply(lambda dates: dates.notna().mean())
    assert first[7] > max(first[0], first[1], first[3])
    assert late[7] < min(late[0], late[1], late[3])
    assert muted.is_monotonic_increasing
    assert muted[7] > 1.5 * muted[3]


def test_notifications_are_assigned_at_random(seen):
    counts = seen.users["pushes_per_week"].value_counts()
    assert abs(counts / SMALL - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / SMALL)
    ads = seen.users["channel"].isin(["feed_ads", "search_ads"])
    assert np.ptp(ads.groupby(seen.users["pushes_per_week"]).mean()) < 0.06


def test_answers_tell_who_will_pay_better_than_visits_do(seen):
    early = seen.age < 14
    answered = np.bincount(seen.person[early & seen.activity["answered"].to_numpy()], minlength=SMALL) > 0
    regular = seen.days(0, 13) >= 5
    paid = np.isin(seen.users["user_id"], seen.orders["user_id"])[seen.watched >= 90]
    share = pd.Series(paid).groupby([regular[seen.watched >= 90], answered[seen.watched >= 90]]).mean()
    assert share[(False, True)] > 1.5 * share[(True, False)]
    assert share[(True, True)] > 3 * share[(True, False)]


def test_sign_ups_grow_with_bursts(seen):
    week = (seen.users["signup_date"] - pd.Timestamp(str(calendar.START))).dt.days // 7
    counts = np.bincount(week, minlength=calendar.WEEKS)
    assert counts[39:].mean() > 1.8 * counts[:39].mean()
    assert counts[[9, 26, 57]].min() > 1.2 * np.median(counts[:39])


def test_silence_for_weeks_is_not_the_end(seen):
    gap = seen.activity.groupby("user_id")["date"].diff().dt.days
    back_after = [((gap > 7 * weeks) & (gap <= 7 * (weeks + 1))).sum() for weeks in range(1, 4)]
    assert min(back_after) > 0.01 * SMALL


# Truth recovered by the natural estimator


@lru_cache(maxsize=1)
def renewal_fits() -> pd.DataFrame:
    """Return for twenty full worlds the sBG fitted to six months of renewals, and the truth."""
    rows = []
    for seed in range(20):
        true, orders = world.truth(seed).membership.life, world.table("orders", seed)
        fit = fit_sbg(renewal_survivors(orders, 6))
        year = ShiftedBetaGeometric(true.alpha, true.beta).survival(12)
        rows.append((fit.alpha / true.alpha, fit.beta / true.beta, fit.survival(12) - year))
    return pd.DataFrame(rows, columns=["alpha", "beta", "survival"])


def test_renewals_give_back_alpha_and_beta():
    fits = renewal_fits()
    # One world: about 1,500 members fix alpha to 14 %, beta to 18 % (one standard error).
    assert fits["alpha"].between(0.55, 1.6).all()
    assert fits["beta"].between(0.45, 1.75).all()
    assert fits["survival"].abs().max() < 0.05
    # Twenty worlds together: no bias beyond their standard error.
    assert fits["alpha"].mean() == pytest.approx(1, abs=0.1)
    assert fits["beta"].mean() == pytest.approx(1, abs=0.13)
    assert fits["survival"].mean() == pytest.approx(0, abs=0.012)


def test_the_committed_world_is_typical_for_renewals():
    reference = renewal_fits().iloc[0]
    assert reference["alpha"] == pytest.approx(1, abs=0.1)
    assert reference["beta"] == pytest.approx(1, abs=0.1)


def test_weekdays_show_in_the_share_of_activity(full):
    later = full.activity[full.age > 0]
    seen_factors = later["date"].dt.day_of_week.value_counts(normalize=True).sort_index() * 7
    # Days on which the chance would pass 1 are lost, hence a little less on Sundays.
    np.testing.assert_allclose(seen_factors, world.truth(0).weekdays, atol=0.04)
    assert seen_factors.idxmax() == 6


def test_the_share_that_leaves_at_the_trials_end_is_the_true_one(full):
    true, facts = world.truth(0), world.hidden_facts(0)
    exit_age = (facts["exit_date"] - full.users["signup_date"]).dt.days
    improved = full.users["signup_date"] >= "2024-09-30"
    counted = full.watched >= 8
    for need, kind in ((True, true.need), (False, true.curious)):
        reach = draw.sbg_survival(kind.life.alpha, kind.life.beta, 1)[1]
        for late, share in ((False, kind.trial_exit), (True, kind.trial_exit_improved)):
            group = (facts["need"] == need) & (improved == late) & counted
            stayed = ~(exit_age[group] <= 7)
            expected = reach * (1 - share)
            assert stayed.mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / group.sum()))


def test_channels_bring_the_stated_share_with_the_need(full):
    facts = world.hidden_facts(0)
    for name, share in quality(0).items():
        here = facts["need"][full.users["channel"] == name]
        assert here.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(here)))


def test_nobody_comes_after_leaving(full):
    gone = world.hidden_facts(0)["exit_date"].to_numpy()[full.person]
    assert not (full.activity["date"].to_numpy() >= gone).any()


def test_answers_are_written_at_the_stated_rates(full):
    need = world.hidden_facts(0)["need"].to_numpy()[full.person]
    rates = full.activity["answered"].groupby(need).mean()
    assert rates[True] == pytest.approx(world.truth(0).need.answers, rel=0.03)
    assert rates[False] == pytest.approx(world.truth(0).curious.answers, rel=0.06)


def test_muting_takes_the_stated_chance_a_week(full):
    arms = world.truth(0).notifications
    exit_age = (
        (world.hidden_facts(0)["exit_date"] - full.users["signup_date"]).dt.days.fillna(9999).to_numpy()
    )
    mute_age = (full.users["muted_date"] - full.users["signup_date"]).dt.days.fillna(9999).to_numpy()
    for pushes, chance in zip(arms.per_week, arms.muting, strict=True):
        # Those still there after the second week, by the end of which the first chance has passed.
        there = (full.users["pushes_per_week"] == pushes) & (full.watched > 14) & (exit_age > 14)
        muted = (mute_age[there] <= 14).mean()
        assert muted == pytest.approx(chance, abs=0.35 * chance + 0.004)


def test_courses_repeat_and_cost_as_stated(full):
    true = world.truth(0).courses
    courses = full.orders[full.orders["product"] == "course"]
    first = courses.groupby("user_id")["date"].transform("min")
    weeks = (courses["date"] - first).dt.days / 7
    watched = (pd.Timestamp(str(calendar.END)) - first).dt.days / 7 >= 4
    buyers = (weeks[watched] == 0).sum()
    repeats = ((weeks[watched] > 0) & (weeks[watched] <= 4)).sum()
    # Poisson with mean r / alpha a week, less the few who are lost at their first repeat.
    assert repeats / buyers / 4 == pytest.approx(true.r / true.alpha, rel=0.12)
    assert courses["amount"].mean() == pytest.approx(true.p * true.gamma / (true.q - 1), rel=0.05)


def test_an_early_warning_has_something_to_trade_off(full):
    as_of = pd.Timestamp("2025-05-25")
    dates = full.activity.set_index("user_id")["date"]
    quiet = (as_of - dates[dates <= as_of].groupby("user_id").max()).dt.days
    quiet = quiet[quiet <= 28]
    gone = ~quiet.index.isin(dates[(dates > as_of) & (dates <= as_of + pd.Timedelta(days=28))].index)
    rules = {days: quiet >= days for days in (7, 14, 21)}
    precision = [gone[flag].mean() for flag in rules.values()]
    recall = [(flag & gone).sum() / gone.sum() for flag in rules.values()]
    assert 0.6 < precision[0] < precision[1] < precision[2] < 0.95
    assert 0.85 > recall[0] > recall[1] > recall[2] > 0.15


# What may be asked for


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None, True, 10**15, np.nan])
def test_a_seed_is_a_whole_number_from_0(seed):
    with pytest.raises(
        ValueError, match=r"seed is .*; expected a whole number from 0 to 999,999,999,999,999"
    ):
        world.table("users", seed)
    with pytest.raises(ValueError, match=r"seed is .*; expected a whole number from 0"):
        world.truth(seed)


@pytest.mark.parametrize("size", [0, 3_999, 200_001, "many", None])
def test_a_size_lies_between_its_limits(size):
    with pytest.raises(ValueError, match=r"size is .*; expected a whole number from 4,000 to 200,000"):
        world.table("users", 0, size)


def test_the_smallest_world_and_a_long_student_number_work():
    assert len(world.table("users", 202_412_345_678, world.SMALLEST)) == world.SMALLEST
    assert world.table("users", np.int64(4), world.SMALLEST).equals(world.table("users", 4, world.SMALLEST))


def test_an_unknown_table_suggests_the_nearest():
    with pytest.raises(
        ValueError, match=r"no table 'order' \(did you mean 'orders'\?\); the tables are users"
    ):
        world.table("order")
