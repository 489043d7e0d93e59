"""Goals: what is published comes out, each KPI is its own SQL, and wrong input is answered in words."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats

from opslab import goals
from opslab.datasets import load
from opslab.goals import (
    KPIS,
    calibration,
    channel_plan,
    fermi,
    four_links,
    generations_chart,
    growth_path,
    kpi,
    kpi_tree_chart,
    leverage,
    rank_reversal,
    reach_when_moving,
    required_growth,
    required_intake,
    score_options,
    succession,
    taxonomy_agreement,
    weight_sweep,
)
from tests.references import CASES

BELTON_GEAR = pd.DataFrame({"cases": [1, 9, 1], "team": [9, 1, 1], "growth": [8, 9, 1]}, index=list("ABC"))
THREE = [(1_000, 4_000), (500, 5_000), (2_000, 6_000)]


def case(name: str) -> tuple[dict, dict, float]:
    found = CASES[name]
    tolerance = found["tolerance"]
    within = tolerance if isinstance(tolerance, float) else 1e-6
    return dict(found["inputs"]), found["expected"], within


# What is published


def test_growth_to_the_goals_of_mint():
    given, expected, within = case("required_growth_mint")
    rate = required_growth(given["start"], given["goal"], given["periods"])
    np.testing.assert_allclose(rate, expected["rate"], atol=within)
    assert required_growth(1_000, 1_000_000, 6) == pytest.approx(expected["rate"][1])


@pytest.mark.parametrize("name", ["required_intake_0", "required_intake_1"])
def test_intake_that_makes_up_for_those_who_leave(name):
    given, expected, within = case(name)
    assert required_intake(**given) == pytest.approx(expected["intake"], abs=within)


def test_a_product_of_intervals():
    given, expected, _ = case("fermi_0")
    made = fermi(given["factors"], given["level"])
    for name, value in expected.items():
        assert getattr(made, name) == pytest.approx(value, rel=1e-4)


def test_the_chance_that_three_channels_reach_the_goal():
    given, expected, within = case("plan_probability_0")
    table = pd.DataFrame(given["channels_90pct"], columns=["low", "high"])
    assert channel_plan(table, given["goal"]).probability == pytest.approx(
        expected["probability"], abs=within
    )


def test_the_plan_of_mint():
    given, expected, _ = case("mint_plan")
    table = pd.DataFrame(given["rows"], columns=given["columns"])
    plan = channel_plan(table, given["target"])
    assert plan.total == expected["total_users"]
    assert plan.confirmed == expected["confirmed_users"]
    assert (plan.confirmed >= given["target"]) == expected["confirmed_beats_target"]
    assert plan.table["median"].round(6).to_dict() == dict(zip(table.source, table.total_users, strict=True))


def test_two_stocks_and_four_rates():
    given, expected, within = case("four_links_0")
    new = given.pop("new_per_week")
    made = four_links(reach=10 * new, attract=0.1, **given)
    for name, value in expected.items():
        assert getattr(made, name) == pytest.approx(value, abs=within)


def test_two_filings_of_the_same_cards():
    given, expected, within = case("taxonomies_0")
    cells = [
        (a, b) for a, row in enumerate(given["table"]) for b, count in enumerate(row) for _ in range(count)
    ]
    found = taxonomy_agreement(pd.DataFrame(cells, columns=["branch", "viewpoint"]), "branch", "viewpoint")
    assert found.cramers_v == pytest.approx(expected["cramers_v"], abs=within)
    assert found.adjusted_rand == pytest.approx(expected["adjusted_rand"], abs=within)
    assert found.table.to_numpy().tolist() == given["table"]


def test_substitution_in_shares():
    given, expected, within = case("fisher_pry_0")
    share = succession(given["t"], given["midpoint"], given["takeover"])
    np.testing.assert_allclose(share, expected["share"], atol=within)
    ends = [given["midpoint"] + side * given["takeover"] / 2 for side in (-1, 1)]
    np.testing.assert_allclose(
        succession(ends, given["midpoint"], given["takeover"]), expected["share_10_90"]
    )


def test_two_generations_of_users():
    given, expected, within = case("norton_bass_0")
    made = succession(given.pop("t"), model="norton-bass", **given).iloc[0]
    assert made["first"] == pytest.approx(expected["first"], abs=within)
    assert made["second"] == pytest.approx(expected["second"], abs=within)
    assert made.sum() == pytest.approx(expected["sum"], abs=within)


def test_a_fourth_option_crowns_another_one():
    given, expected, within = case("rank_reversal")
    options = pd.DataFrame(given["three"], list("ABC"), ["cases", "team", "growth"])
    made = score_options(options, [1, 1, 1])
    np.testing.assert_allclose(made.scores[["A", "B", "C"]], expected["three"], atol=within)
    table = rank_reversal(options, [1, 1, 1], like="B", name="D")
    np.testing.assert_allclose(table["with"], expected["four"], atol=within)
    assert (made.winner, table["with"].idxmax()) == ("B", "A")


# What must hold for any numbers


@pytest.mark.parametrize(
    ("start", "goal", "periods", "stay"), [(5, 90, 7, 0.4), (0, 10, 1, 0), (8, 8, 30, 0.99)]
)
def test_all_roads_end_at_the_goal(start, goal, periods, stay):
    users = float(start)
    for _ in range(periods):
        users = stay * users + required_intake(start, goal, periods, stay)
    assert users == pytest.approx(goal)
    if start:
        np.testing.assert_allclose(growth_path(start, goal, periods, stay).iloc[-1], goal)
        np.testing.assert_allclose(growth_path(start, goal, periods, stay).iloc[0], start)


def test_a_product_and_a_plan_agree_with_plain_draws():
    luck = np.random.default_rng(5).normal(size=(400_000, 3))
    ends = np.log([(50, 90), (0.1, 0.9), (3, 4)])
    spreads = (ends[:, 1] - ends[:, 0]) / 2 / stats.norm.ppf(0.95)
    drawn = np.exp(ends.mean(axis=1) + luck * spreads)
    made = fermi({"a": (50, 90), "b": (0.1, 0.9), "c": (3, 4)})
    np.testing.assert_allclose(
        [made.low, made.median, made.high], np.quantile(drawn.prod(axis=1), [0.05, 0.5, 0.95]), rtol=0.02
    )
    assert made.mean == pytest.approx(drawn.prod(axis=1).mean(), rel=0.02)
    assert made.shares.idxmax() == "b"
    assert made.shares.sum() == pytest.approx(1)
    together = np.exp(
        ends.mean(axis=1)
        + spreads * (0.6 * luck[:, :1] + 0.8 * np.random.default_rng(6).normal(size=(400_000, 3)))
    )
    plan = channel_plan([(50, 90), (0.1, 0.9), (3, 4)], goal=80, correlation=0.36)
    assert plan.probability == pytest.approx((together.sum(axis=1) >= 80).mean(), abs=0.005)


def test_errors_in_common_make_the_far_goal_likelier_and_the_near_one_less_likely():
    alone, together = channel_plan(THREE), channel_plan(THREE, correlation=0.6)
    assert together.chance(12_000) > alone.chance(12_000) + 0.02
    assert together.chance(4_500) < alone.chance(4_500) - 0.02
    assert alone.correlated(0.6).chance(9_000) == together.chance(9_000)
    # LESSONS' numbers: the sum of medians is reached in 60 % of draws.
    assert alone.chance(alone.total) == pytest.approx(0.60, abs=0.01)


def test_a_narrower_interval_helps_a_near_goal_and_harms_a_far_one():
    near, far = channel_plan(THREE, 5_000).narrowed(), channel_plan(THREE, 12_000).narrowed()
    assert (near.gain > 0).all()
    assert (far.gain < 0).all()
    same = channel_plan([(100, 900), (400, 400)], 700).narrowed()
    assert same.gain.iloc[1] == 0


def test_factors_with_intervals_of_their_own():
    table = pd.DataFrame(
        {
            "traffic_low": [100],
            "traffic_high": [400],
            "ctr": [0.5],
            "conversion_low": [0.02],
            "conversion_high": [0.1],
        }
    )
    plan, made = channel_plan(table), fermi([(100, 400), (0.5, 0.5), (0.02, 0.1)])
    np.testing.assert_allclose(
        plan.table[["median", "low", "high", "mean"]].iloc[0], [made.median, made.low, made.high, made.mean]
    )


def test_stocks_level_off_where_they_are_said_to():
    rates = {"reach": 300, "attract": 0.2, "keep": 0.8, "recall": 0.1, "lost": 0.15}
    made = four_links(**rates, weeks=400)
    assert made.active == pytest.approx(made.steady_active)
    assert made.dormant == pytest.approx(made.steady_dormant)
    assert four_links(100, 0.1, 0.9, 0.1, lost=0).steady_active == np.inf
    gains = leverage(**rates)
    assert gains.point["keep"] == pytest.approx(
        four_links(**{**rates, "keep": 0.81}).active - four_links(**rates).active
    )
    assert gains.percent["reach"] == pytest.approx(gains.percent["attract"])


def test_intervals_that_hold_too_little_are_told_by_how_much():
    chance = np.random.default_rng(3)
    truth = chance.normal(size=400)
    guesses = pd.DataFrame({"low": truth * 0 - 0.7, "high": 0.7, "truth": truth})
    found = calibration(guesses)
    assert found.hits == (abs(truth) <= 0.7).sum() == found.held()
    assert found.held(found.widen) == 360
    assert found.held(found.widen * 0.999) < 360
    assert found.low < found.share < found.high
    assert calibration(guesses.assign(low=-9, high=9)).widen < 1


def test_fixed_anchors_know_no_rank_reversal_and_the_others_do():
    anchors = (0, 10)
    table = rank_reversal(BELTON_GEAR, [1, 1, 1], anchors, like="B")
    np.testing.assert_allclose(table["with"][:3], table["without"][:3])
    prices = pd.DataFrame({"price": [10, 20], "quality": [5, 6]}, index=["cheap", "dear"])
    assert score_options(prices, [1, 1], {"price": (30, 0), "quality": (0, 10)}).winner == "cheap"
    sweep = weight_sweep(BELTON_GEAR, {"cases": 2, "team": 1, "growth": 1}, criterion="team", steps=5)
    np.testing.assert_allclose(sweep.loc[0.25], score_options(BELTON_GEAR, [2, 1, 1]).scores[["A", "B", "C"]])


def test_generations_add_up_to_their_markets():
    numbers = {"p": 0.02, "q": 0.5, "m1": 100, "m2": 60, "second_at": 6}
    two = succession(range(60), model="norton-bass", **numbers)
    three = succession(range(60), model="norton-bass", **numbers, m3=40, third_at=15)
    assert three.loc[59].sum() == pytest.approx(200, rel=0.01)
    assert two.loc[59].sum() == pytest.approx(160, rel=0.01)
    pd.testing.assert_frame_equal(two.loc[:15], three.loc[:15, ["first", "second"]])


def test_who_moves_reaches_those_who_join_later_as_long_as_they_stay():
    users = pd.DataFrame({"first": [9.0, 8, 7, 6], "second": [0.0, 4, 10, 5]})
    assert reach_when_moving(users, 0).tolist() == [0, 4, 10, 5]
    assert reach_when_moving(users, 1).tolist() == [9, 0, 6, 3]  # of the 10, four were there; then half leave
    assert reach_when_moving(users, 1, risk=0.5).tolist() == [9, 0, 3, 1.5]
    assert reach_when_moving(users, 9).tolist() == [9, 8, 7, 6]


def test_the_title_of_the_generations_says_what_a_move_reaches():
    numbers = {"p": 0.02, "q": 0.6, "m1": 100, "m2": 60, "second_at": 3}
    users = succession(range(13), model="norton-bass", **numbers)
    for at, risk in ((4, 0.2), (9, 0.4)):
        title = generations_chart(range(13), at, risk=risk, **numbers).layout.title.text
        assert f"{reach_when_moving(users, at, risk).mean():.1f} users a year" in title.replace("<br>", " ")
        assert title.endswith(f"{users['first'].mean():.1f}")


def test_one_filing_told_by_another_and_one_by_lot():
    chance = np.random.default_rng(2)
    cards = pd.DataFrame({"a": chance.integers(0, 4, 4_000), "b": chance.integers(0, 3, 4_000)})
    by_lot = taxonomy_agreement(cards, "a", "b")
    assert abs(by_lot.adjusted_rand) < 0.01
    assert by_lot.cramers_v < 0.05
    same = taxonomy_agreement(cards.assign(b=10 - cards.a), "a", "b")
    assert (same.adjusted_rand, round(same.cramers_v, 12)) == (1, 1)


# Each KPI against a query of its own

WINDOW = "between date '2025-03-01' and date '2025-05-31'"
MONTH = "from activity where date::date between date '2025-05-02' and date '2025-05-31'"
FOLLOWED = """
    select avg(case when exists (select 1 from {events} e where e.user_id = u.user_id
        and e.date::date - u.signup_date::date between {first} and {last}) then 1.0 else 0.0 end)
    from users u where u.signup_date::date {window}
        and u.signup_date::date + {last} <= (select max(date)::date from {events})
"""
QUERIES = {
    "exposure": ("spend", f"select sum(impressions) from spend where week::date {WINDOW}"),
    "downloads": ("activity", f"select count(*) from activity where date::date {WINDOW}"),
    "acquisition": ("users", f"select count(distinct user_id) from users where signup_date::date {WINDOW}"),
    "referral": (
        "users",
        f"select avg((invited_by is not null)::int) from users where signup_date {WINDOW}",
    ),
    "activation": ("activity", FOLLOWED.format(events="activity", first=0, last=6, window=WINDOW)),
    "retention": ("activity", FOLLOWED.format(events="activity", first=7, last=7, window=WINDOW)),
    "conversion": ("orders", FOLLOWED.format(events="orders", first=0, last=29, window=WINDOW)),
    "dau": (
        "activity",
        f"select count(*) / 92.0 from (select distinct user_id, date from activity where date {WINDOW})",
    ),
    "wau": (
        "activity",
        "select count(distinct user_id) from activity "
        "where date between date '2025-05-25' and date '2025-05-31'",
    ),
    "mau": ("activity", f"select count(distinct user_id) {MONTH}"),
    "stickiness": (
        "activity",
        f"with d as (select date, count(distinct user_id) as n {MONTH} group by 1) "
        f"select sum(n) / 30.0 / (select count(distinct user_id) {MONTH}) from d",
    ),
    "repurchase": (
        "orders",
        "select avg((n > 1)::int) from "
        f"(select count(*) as n from orders where date {WINDOW} group by user_id)",
    ),
    "satisfaction": ("scores", f"select avg((score >= 4)::int) from scores where date::date {WINDOW}"),
}
ENGINES = ("pandas", "polars", "duckdb")


@pytest.fixture(scope="module")
def tables():
    spend = load("spend_weekly").dropna(subset=["impressions"])
    activity = load("activity")
    scores = activity.head(5_000).assign(
        score=np.random.default_rng(1).integers(1, 6, 5_000),
        date=pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(5_000) % 170, "D"),
    )
    return {
        "users": load("users")[["user_id", "signup_date", "invited_by"]],
        "activity": pd.concat([activity, activity.tail(3_000)])[["user_id", "date"]],
        "orders": load("orders")[["user_id", "date"]],
        "spend": spend[["week", "impressions"]].astype({"impressions": int}),
        "scores": scores[["user_id", "date", "score"]],
    }


@pytest.fixture(scope="module")
def database(tables):
    base = duckdb.connect()
    for name, table in tables.items():
        base.register(f"_{name}", table)
        base.execute(f"create table {name} as select * from _{name}")
    return base


def test_every_kpi_has_a_query():
    assert set(QUERIES) == set(KPIS)
    assert {entry.parent for entry in KPIS.values()} - {None} <= set(KPIS)


@pytest.mark.parametrize("name", KPIS)
def test_a_kpi_is_what_its_query_says_on_every_engine(name, tables, database):
    events, query = QUERIES[name]
    expected = float(database.sql(query).fetchall()[0][0])
    turns = {
        "pandas": lambda one: tables[one],
        "polars": lambda one: pl.from_pandas(tables[one]),
        "duckdb": database.table,
    }
    for engine in ENGINES:
        people = {"users": turns[engine]("users")} if KPIS[name].cohort else {}
        found = kpi(name, turns[engine](events), **people, start="2025-03-01", end="2025-05-31")
        assert found == pytest.approx(expected, rel=1e-9), engine
    assert expected > 0


# Wrong input

PERHAPS = pd.DataFrame({"low": [1], "high": [2], "confirmed": ["perhaps"]})
ALIKE = pd.DataFrame({"a": [1, 1], "b": [1, 2]})
NO_TRAFFIC = pd.DataFrame({"traffic": [5, 0], "ctr": 0.1, "conversion": 0.1})


def guess(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame({"low": [low], "high": [high], "truth": [4]})


SAID = {
    "a goal of nothing": (lambda: required_growth(5, 0, 3), "goal is 0"),
    "a negative goal": (lambda: required_intake(5, -9, 3, 0.5), "goal is -9"),
    "from nothing": (lambda: required_growth(0, 9, 3), "start is 0"),
    "a goal below the start": (lambda: required_growth(9, 5, 3), "exchange"),
    "one goal of two below": (lambda: required_growth(9, [20, 5], 3), "below the start"),
    "an intake to less": (lambda: required_intake(9, 5, 3, 0.5), "below the start"),
    "nobody leaves": (lambda: required_intake(5, 9, 3, 1), "below 1"),
    "retention in per cent": (lambda: required_intake(5, 9, 3, 95), "below 1"),
    "an interval upside down": (lambda: fermi({"price": (9, 5)}), "price.*low end first"),
    "a factor of nothing": (lambda: fermi([(0, 5)]), "above 0"),
    "one end": (lambda: fermi([(5,)]), "low and its high end"),
    "no factors": (lambda: fermi({}), "at least one interval"),
    "a channel upside down": (lambda: channel_plan([(1, 2), (5, 3)]), "row 1.*low end first"),
    "a channel without traffic": (
        lambda: channel_plan(NO_TRAFFIC), "row 1.*leave it out",
    ),
    "a channel that may bring nobody": (lambda: channel_plan([(0, 2)]), "leave it out"),
    "no columns of a plan": (lambda: channel_plan(ALIKE), "neither.*'low'.*'traffic'"),
    "a plan without a goal": (lambda: channel_plan(THREE).narrowed(), "no goal"),
    "a word for yes": (lambda: channel_plan(PERHAPS), "perhaps"),
    "weights that sum to 0": (lambda: score_options(BELTON_GEAR, [0, 0, 0]), "sum to 0"),
    "a weight too few": (lambda: score_options(BELTON_GEAR, {"cases": 1}), "one weight for each"),
    "an unknown scale": (lambda: score_options(BELTON_GEAR, [1, 1, 1], "shares"), "'share', 'range'"),
    "anchors of one height": (lambda: score_options(BELTON_GEAR, [1, 1, 1], (5, 5)), "different anchors"),
    "a column alike": (lambda: score_options(ALIKE, [1, 1], "range"), "every option"),
    "an unknown kpi": (lambda: kpi("retension", pd.DataFrame()), "did you mean 'retention'"),
    "no users": (lambda: kpi("retention", pd.DataFrame()), "needs users"),
    "values without names": (lambda: kpi_tree_chart("mau", [4_656]), "found is a list"),
    "a taxonomy that is missing": (lambda: taxonomy_agreement(pd.DataFrame(), 0, pd.NA), "name of a column"),
    "needless days": (lambda: kpi("dau", pd.DataFrame(), days=3), "no days"),
    "a column that is a list": (lambda: calibration(guess(3, 5), truth=["truth"]), "name of a column"),
    "a guess upside down": (lambda: calibration(guess(5, 3)), "row 0"),
    "a guess without width": (lambda: calibration(guess(3, 3)), "width"),
    "more than all leave": (lambda: four_links(1, 1, 0.5, 0.7, lost=0.6), "at most 1"),
    "a filing of one kind": (lambda: taxonomy_agreement(ALIKE, "a", "b"), "one value"),
    "no generations": (lambda: reach_when_moving(ALIKE, 1), "succession"),
    "no midpoint": (lambda: succession(3), "needs midpoint"),
    "generations out of order": (
        lambda: succession(
            3, model="norton-bass", p=0.1, q=0.1, m1=1, m2=1, second_at=5, m3=1, third_at=2
        ),
        "in order",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_wrong_input_is_answered_in_words(name):
    call, words = SAID[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_a_window_that_holds_nobody_says_what_there_is(tables):
    with pytest.raises(ValueError, match="they run from 2024-01-01 to 2025-06-29"):
        kpi("dau", tables["activity"], start="2026-01-01", end="2026-02-01")
    with pytest.raises(ValueError, match="exchange the two"):
        kpi("dau", tables["activity"], start="2025-02-01", end="2025-01-01")
    with pytest.raises(ValueError, match=r"window runs from 2025-01-01 to 2190-05-06; .* earlier end"):
        kpi("dau", tables["activity"], start="2025-01-01", end="2190-05-06")
    with pytest.raises(ValueError, match=r"window runs from 1850-01-01 to .* later start"):
        kpi("dau", tables["activity"], start="1850-01-01")
    with pytest.raises(ValueError, match="earlier users, or fewer days"):
        kpi("retention", tables["activity"], tables["users"], start="2025-06-29")
    with pytest.raises(ValueError, match="scored from 1 to 5"):
        kpi("satisfaction", tables["scores"].assign(score=9))


def test_pictures_say_what_they_draw():
    assert "4.5" in goals.roads_chart(1_000, 10_000, 52).layout.title.text
    axis = goals.roads_chart(1_000, 10_000, 52, logarithmic=True).layout.yaxis
    assert (axis.type, {1_000, 2_000, 5_000, 10_000} - set(axis.tickvals)) == ("log", set())
    assert "at most 700 do" in goals.intake_chart(5, 9_000, 3, 0.9, capacity=700).layout.title.text.replace(
        "<br>", " "
    )
    drawing = goals.weight_chart(BELTON_GEAR, [1, 1, 1], criterion="team", at=0.9)
    assert drawing.layout.title.text.endswith("A leads")


def test_the_tree_shows_each_kpi_once_and_the_way_of_one():
    drawing = goals.kpi_tree_chart("satisfaction", {"mau": 4_656, "retention": 0.178})
    grey, way, nodes = drawing.data
    assert len(nodes.text) == len(KPIS)
    assert sum(colour == way.line.color for colour in nodes.marker.color) == 3
    assert len(grey.x) == 4 * sum(entry.parent is not None for entry in KPIS.values())
    assert [words for words in nodes.text if "17.8" in words and words.startswith("Retention")]
    assert drawing.layout.title.text.replace("<br>", " ").endswith("it feeds retention and so MAU")
    with pytest.raises(ValueError, match="referral"):
        goals.kpi_tree_chart("referal")
    with pytest.raises(ValueError, match="found"):
        goals.kpi_tree_chart("referral", {"maus": 3})
