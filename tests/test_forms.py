"""The same data in another form give the same answer: other engines, types, zones, times of day, orders.

Every public function that takes a table of the user's own is called here with one set of small tables, and
then with the same tables in each form. A test looks that no such function is missing.
"""

import inspect
import uuid
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import duckdb
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from opslab import (
    acquisition,
    community,
    content,
    experiments,
    goals,
    lifetime,
    listening,
    outreach,
    retention,
    targeting,
)
from tests.public import ROOMS, callables

DAYS = pd.Timestamp("2024-02-26")  # a Monday before a leap day


def table(**columns: object) -> pd.DataFrame:
    """Return a table whose columns named `...date` hold days from `DAYS` on."""
    frame = pd.DataFrame(columns)
    dates = [name for name in frame if name.endswith("date")]
    return frame.assign(**{name: DAYS + pd.to_timedelta(frame[name], unit="D") for name in dates})


chance = np.random.default_rng(5)
PEOPLE = np.arange(11, 41)
USERS = table(
    user_id=PEOPLE,
    signup_date=chance.integers(0, 30, 30),
    channel=chance.choice(["ads", "friends", "search"], 30),
    plan=chance.choice(["free", "paid"], 30),
    need=chance.choice(["career", "family"], 30),
)
INVITED = USERS[["user_id", "signup_date"]].assign(invited_by=np.where(PEOPLE % 3, np.nan, PEOPLE - 1))
STARTS = USERS.set_index("user_id")["signup_date"]
WHO = np.concatenate([PEOPLE, chance.choice(PEOPLE, 300)])
EVENTS = pd.DataFrame({"user_id": WHO, "date": STARTS.loc[WHO].to_numpy()})
EVENTS["date"] += pd.to_timedelta(np.append(np.zeros(30), chance.integers(0, 90, 300)), unit="D")
EVENTS = EVENTS.sort_values(["date", "user_id"], ignore_index=True)
ORDERS = EVENTS.iloc[::3].reset_index(drop=True)
ORDERS = ORDERS.assign(
    amount=chance.integers(0, 90, len(ORDERS)), product=np.where(np.arange(len(ORDERS)) % 4, "dues", "course")
)
LIFE = ORDERS.drop_duplicates(["user_id", "date"], ignore_index=True)[["user_id", "date"]].assign(
    event=lambda life: np.where(np.arange(len(life)) % 3, "move", "child")
)
ANSWERED = USERS[["user_id", "need"]].iloc[:20]
PATHS = pd.DataFrame(
    {
        "path_id": np.repeat(np.arange(1, 26), 2),
        "step": np.tile([1, 2], 25),
        "channel": chance.choice(["ads", "friends", "search"], 50),
        "converted": np.repeat(np.arange(25) % 3 == 0, 2),
    }
)
SURVEY = pd.DataFrame(
    np.sort(chance.integers(1, 60, (40, 4)), axis=1), columns=["too_cheap", "cheap", "dear", "too_dear"]
).assign(plan=chance.choice(["free", "paid"], 40))
PRICED = pd.DataFrame({"price": [10, 12], "shown": [500, 500], "joined": [120, 110]})
POPULATION = pd.DataFrame({"plan": ["free", "paid"], "users": [700, 300]})
FEATURES = pd.DataFrame({"days": chance.integers(0, 40, 30), "yuan": np.repeat([10, 500], 15) + PEOPLE})
SWAPS = pd.DataFrame({"place": ["top", "middle", "end"], "clicks": [120, 80, 45], "shown": 600})
MESSAGES = pd.DataFrame(
    {
        "brand": np.repeat(["A", "B"], 12),
        **{name: chance.choice(["x", "y"], 24) for name in ("target_group", "product_line", "image")},
        "recalled": chance.integers(0, 9, 24),
    }
)
THREADS = pd.DataFrame(
    {
        "thread_id": np.arange(1, 13),
        "week": np.repeat([1, 2, 3], 4),
        "kind": np.tile(["question", "side", "side", "side"], 3),
        "topic": chance.choice(["law", "pay"], 12),
        "asked_by": chance.choice(PEOPLE, 12),
    }
)
ANSWERS = pd.DataFrame(
    {
        "thread_id": chance.choice(THREADS["thread_id"], 80),
        "user_id": chance.choice(PEOPLE, 80),
        "quality": chance.integers(1, 6, 80),
    }
)
MEMBERS = pd.DataFrame(
    {
        "user_id": PEOPLE,
        "strength": chance.choice(["law", "pay"], 30),
        "second_strength": chance.choice(["tax", "pay"], 30),
        "role": chance.choice(["leader", "reader"], 30),
    }
)
TALK = community.conversations(ANSWERS, THREADS, MEMBERS)
MET = community.meetings(people=200)
PAYERS = pd.DataFrame({"paid": np.arange(1, 201), "kept": np.arange(200) % 4 > 0})
BUYERS = pd.DataFrame({"frequency": [0, 1, 3], "recency": [0, 5, 36], "T": 40, "value": [0, 50, 90]})
END = "2024-06-20"
TRIAL = pd.DataFrame(
    {
        "plan": np.tile(["free", "paid"], 40),
        "yuan": chance.integers(0, 9, 80),
        "treated": np.repeat([True, False], 40),
        "returned": chance.random(80) < 0.4,
    }
)
TRIAL = TRIAL.assign(rule=TRIAL["plan"] == "paid")
TICKETS = pd.DataFrame(
    {
        "channel": np.tile(["app", "line", "forum"], 20),
        "wait_minutes": chance.integers(0, 90, 60),
        "handling_minutes": chance.integers(1, 60, 60),
    }
)
CONSENT = LIFE[["user_id", "date"]].assign(
    purpose=np.where(np.arange(len(LIFE)) % 2, "marketing", "sharing"), given=np.arange(len(LIFE)) % 3 > 0
)
PLACE = np.arange(60)
POSTS = pd.DataFrame(
    {
        "brand": np.array(["B", "C", "X"])[PLACE % 3],
        "theme": np.array(["price", "staff"])[PLACE % 2],
        "source": np.array(["forum", "video"])[PLACE // 7 % 2],
        "attitude": np.array(["positive", "neutral", "negative"])[PLACE // 4 % 3],
        "readers": PLACE * 3,
    }
)
SALES = pd.DataFrame({"brand": ["B", "C", "X"], "units": [40, 50, 30]})
RUNS = pd.DataFrame({"prompt": PLACE // 6, "mentioned": PLACE % 7 < 2 + PLACE // 20})

CHANNELS = pd.DataFrame(
    {
        "channel": ["ads", "seo", "press"],
        "traffic_low": [900, 400, 2_000],
        "traffic_high": [1_600, 900, 9_000],
        "ctr": [0.5, 0.25, 0.125],
        "conversion": [0.25, 0.5, 0.125],
    }
)
GUESSES = pd.DataFrame({"low": [1, 5, 2], "high": [3, 7, 9], "truth": [2, 8, 2]})
CARDS = pd.DataFrame({"branch": np.tile(["user", "market"], 30), "viewpoint": np.repeat(["a", "b", "c"], 20)})
FILED = CARDS.iloc[15:45].assign(text=[f"card {place}" for place in range(30)]).reset_index(drop=True)
SCORES = pd.DataFrame(
    {
        "user_id": np.arange(40),
        "date": DAYS + pd.to_timedelta(np.arange(40), "D"),
        "score": np.arange(40) % 5 + 1,
    }
)

ARMED = pd.DataFrame({"arm": list("aaabbb"), "clicks": [1, 0, 3, 2, 2, 4], "views": [9, 4, 12, 9, 6, 13]})
REGION_WEEKS = pd.DataFrame({"region": list("aabbccdd"), "spend": [9, 9, 9, 0, 9, 9, 9, 0]})
REGION_WEEKS = REGION_WEEKS.assign(
    week=pd.to_datetime(["2025-01-06", "2025-01-13"] * 4), signups=[50, 66, 40, 48, 30, 39, 20, 25]
)
# Each function that takes such tables, with tables by name and its other arguments.
CALLS: dict[str, tuple[Callable, dict[str, pd.DataFrame], dict[str, object]]] = {
    "active_days": (retention.active_days, {"events": EVENTS, "users": USERS}, {"days": 14}),
    "cohort_table": (retention.cohort_table, {"events": EVENTS}, {}),
    "cohort_table, months": (retention.cohort_table, {"events": EVENTS}, {"period": "M"}),
    "cohort_table, days": (retention.cohort_table, {"events": EVENTS}, {"period": "D"}),
    "early_warning": (
        retention.early_warning, {"events": EVENTS}, {"as_of": "2024-04-20", "quiet_days": [3, 9]}
    ),
    "running_warning": (
        retention.running_warning,
        {"events": EVENTS},
        {"start": "2024-03-01", "end": "2024-04-20", "quiet_days": [3, 9]},
    ),
    "growth_accounting": (retention.growth_accounting, {"events": EVENTS}, {}),
    "lifetimes": (retention.lifetimes, {"events": EVENTS}, {"quiet_days": 14, "until": END}),
    "mean_by": (retention.mean_by, {"table": ORDERS}, {"by": "product", "value": "amount"}),
    "renewal_survivors": (retention.renewal_survivors, {"orders": ORDERS}, {"months": 2}),
    "renewal_survivors, calendar": (
        retention.renewal_survivors, {"orders": ORDERS}, {"months": 2, "month_days": None}
    ),
    "retention_by": (
        retention.retention_by, {"events": EVENTS, "users": USERS}, {"by": ["channel", "plan"], "day": 7}
    ),
    "retention_by, since": (
        retention.retention_by, {"events": EVENTS, "users": USERS},
        {"by": "plan", "day": 7, "kind": "bracket", "since": "signup_date"},
    ),
    "retention_curve": (retention.retention_curve, {"events": EVENTS}, {"days": [0, 7, 28], "until": END}),
    "retention_rate": (retention.retention_rate, {"events": EVENTS}, {"day": 7, "kind": "rolling"}),
    "revenue_by_behaviour": (
        retention.revenue_by_behaviour, {"events": EVENTS, "orders": ORDERS, "users": USERS},
        {"days": 14, "horizon": 60},
    ),
    "stage_moves": (retention.stage_moves, {"events": EVENTS}, {"start": "2024-03-20", "end": "2024-05-01"}),
    "stages": (retention.stages, {"events": EVENTS}, {"as_of": "2024-05-01"}),
    "weekly_activity": (
        retention.weekly_activity, {"events": EVENTS, "users": USERS}, {"by": "plan", "weeks": 6}
    ),
    "affinity_by": (targeting.affinity_by, {"table": USERS}, {"group": "plan", "label": "channel"}),
    "affinity_by, users": (
        targeting.affinity_by, {"table": ORDERS, "users": USERS}, {"group": "plan", "label": "product"}
    ),
    "compare_k": (targeting.compare_k, {"features": FEATURES}, {"ks": [2, 3], "repeats": 2}),
    "current_needs": (
        targeting.current_needs, {"users": USERS, "events": LIFE},
        {"brings": {"move": "career", "child": "family"}, "until": "2024-05-01"},
    ),
    "focus_table": (targeting.focus_table, {"messages": MESSAGES}, {"by": "brand"}),
    "poststratify": (targeting.poststratify, {"sample": SURVEY, "population": POPULATION}, {"by": "plan"}),
    "price_sensitivity": (targeting.price_sensitivity, {"survey": SURVEY}, {}),
    "price_interval": (targeting.price_interval, {"survey": SURVEY}, {"draws": 20}),
    "price_test": (targeting.price_test, {"trial": PRICED}, {}),
    "rake": (targeting.rake, {"sample": SURVEY}, {"margins": {"plan": {"free": 0.7, "paid": 0.3}}}),
    "rfm": (targeting.rfm, {"orders": ORDERS}, {"as_of": "2024-05-20", "bins": 4}),
    "segment": (targeting.segment, {"features": FEATURES}, {"k": 2}),
    "still_right": (
        targeting.still_right, {"users": USERS, "answers": ANSWERED}, {"when": END, "months": 3}
    ),
    **{
        f"attribute, {model}": (
            acquisition.attribute, {"paths": PATHS}, {"model": model, "converted": "converted"}
        )
        for model in acquisition.MODELS
    },
    "removal_effects": (acquisition.removal_effects, {"paths": PATHS}, {"converted": "converted"}),
    "transitions": (acquisition.transitions, {"paths": PATHS}, {"converted": "converted"}),
    "worth_by": (acquisition.worth_by, {"users": USERS, "orders": ORDERS}, {"days": 60, "discount": 0.02}),
    "purchase_summary": (lifetime.purchase_summary, {"orders": ORDERS}, {"until": END}),
    "hold_out": (lifetime.hold_out, {"orders": ORDERS}, {"split": "2024-04-20", "until": END}),
    "revenue_concentration": (lifetime.revenue_concentration, {"payments": ORDERS}, {"tops": [0.1, 0.5]}),
    "revenue_retention": (
        lifetime.revenue_retention, {"payments": ORDERS}, {"first": "2024-03-01", "second": "2024-04-15"}
    ),
    "without_top": (lifetime.without_top, {"payments": ORDERS}, {"top": 0.1, "draws": 20}),
    "prune_tiers": (lifetime.prune_tiers, {"payers": PAYERS}, {"thresholds": {"silver": 100}}),
    "residual_value": (
        lifetime.residual_value, {"summary": BUYERS},
        {"purchases": lifetime.BetaGeometricNBD(0.8, 12, 0.8, 2.4), "spend": lifetime.GammaGamma(6, 4, 60)},
    ),
    "answer_graph": (community.answer_graph, {"talk": TALK}, {}),
    "conversations": (
        community.conversations, {"answers": ANSWERS, "threads": THREADS, "members": MEMBERS}, {}
    ),
    "defection": (community.defection, {"talk": TALK}, {"leavers": []}),
    "exposed": (community.exposed, {"roster": MEMBERS}, {"columns": ["strength", "role"]}),
    "replies_per_thread": (
        community.replies_per_thread, {"answers": ANSWERS, "threads": THREADS}, {"merge": True, "limit": 1}
    ),
    "calibration": (goals.calibration, {"answers": GUESSES}, {"level": 0.5}),
    "channel_plan": (goals.channel_plan, {"table": CHANNELS}, {"goal": 400}),
    **{
        f"kpi, {name}": (goals.kpi, {"events": EVENTS}, {"name": name, "start": "2024-03-01"})
        for name in ("dau", "wau", "mau", "stickiness", "repurchase", "downloads")
    },
    **{
        f"kpi, {name}": (goals.kpi, {"events": EVENTS, "users": USERS}, {"name": name, "days": 20})
        for name in ("activation", "conversion", "retention")
    },
    "kpi, acquisition": (goals.kpi, {"events": USERS}, {"name": "acquisition"}),
    "kpi, referral": (goals.kpi, {"events": INVITED}, {"name": "referral"}),
    "kpi, exposure": (goals.kpi, {"events": SCORES}, {"name": "exposure", "when": "date", "value": "score"}),
    "kpi, satisfaction": (goals.kpi, {"events": SCORES}, {"name": "satisfaction"}),
    "filing_desk": (lambda cards: goals.filing_desk(cards).cards, {"cards": FILED}, {}),
    "taxonomy_agreement": (goals.taxonomy_agreement, {"cards": CARDS}, {"a": "branch", "b": "viewpoint"}),
    "examination": (content.examination, {"swaps": SWAPS}, {}),
    "net_sentiment": (listening.net_sentiment, {"mentions": POSTS}, {"by": ["brand", "theme"]}),
    "share_of_answers": (listening.share_of_answers, {"runs": RUNS}, {}),
    "share_of_voice": (listening.share_of_voice, {"mentions": POSTS, "sales": SALES}, {}),
    "source_influence": (listening.source_influence, {"mentions": POSTS}, {}),
    "themes": (listening.themes, {"mentions": POSTS}, {"by": "brand"}),
    "voice_ratio": (
        listening.voice_ratio, {"mentions": POSTS, "sales": SALES}, {"brand": "B", "other": "C"}
    ),
    "compare_ratios": (
        experiments.compare_ratios, {"data": ARMED},
        {"numerator": "clicks", "denominator": "views", "arm": "arm"}
    ),
    "regional_hold_out": (
        experiments.regional_hold_out, {"region_weeks": REGION_WEEKS}, {"start": "2025-01-13"}
    ),
    "contactable": (outreach.contactable, {"users": USERS, "consent": CONSENT}, {"as_of": "2024-05-20"}),
    "desk_report": (outreach.desk_report, {"tickets": TICKETS}, {"target": 30}),
    "policy_value": (outreach.policy_value, {"trial": TRIAL}, {"rule": "rule", "cost": 0.1}),
    "policy_value, yuan": (outreach.policy_value, {"trial": TRIAL}, {"rule": "rule", "outcome": "yuan"}),
    "qini": (outreach.qini, {"trial": TRIAL}, {"score": "yuan"}),
    "uplift": (outreach.uplift, {"trial": TRIAL}, {}),
    "uplift, yuan": (outreach.uplift, {"trial": TRIAL}, {"by": ["plan", "rule"], "outcome": "yuan"}),
    "strong_share": (community.strong_share, {"people": MET}, {}),
}  # fmt: skip
# Slow, or read by the same lines as another one: these get the engines only.
ENGINES_ONLY = {
    "compare_k",
    *(f"kpi, {name}" for name in goals.KPIS if name not in ("retention", "dau")),
    *(f"attribute, {model}" for model in acquisition.MODELS[1:]),
}
# How arguments that are tables of one's own are called; who has one by this name and takes something else.
TABLES = {name for _, tables, _ in CALLS.values() for name in tables}
OF_SOMETHING_ELSE = {
    "consent_audit",
    "live_sale",
    "affinity",
    "median_survival",
    "resized",
    "fit_bass",
    "clustered_share",
}


FLAGS = ("converted", "strong", "treated", "returned", "rule", "given", "mentioned")


def to_ids(change: Callable[[int], object]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a form in which whole numbers that name someone or something are written otherwise."""

    def form(frame: pd.DataFrame) -> pd.DataFrame:
        names = [name for name in ("user_id", "asked_by", "thread_id", "path_id") if name in frame]
        return frame.assign(**{name: [change(one) for one in frame[name].tolist()] for name in names})

    return form


def of_dates(change: Callable[[pd.Series], pd.Series]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a form in which dates are written otherwise."""

    def form(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{name: change(frame[name]) for name in frame if name.endswith("date")})

    return form


def of_numbers(dtype: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a form in which measured numbers have another type."""

    def form(frame: pd.DataFrame) -> pd.DataFrame:
        names = ["amount", "quality", "recalled", "users", "too_cheap", "cheap", "dear", "too_dear", "step"]
        return frame.astype({name: dtype for name in [*names, "days", "yuan"] if name in frame})

    return form


def of_text(dtype: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return a form in which text has another type."""

    def form(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.astype(dict.fromkeys(frame.select_dtypes(["str", "object"]), dtype))

    return form


def busy(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each date a time of day, from just after midnight to just before the next."""
    times = pd.to_timedelta(np.linspace(1, 86_398, len(frame)).round(), unit="s")
    return of_dates(lambda dates: dates + times)(frame)


def in_zone(zone: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: of_dates(lambda dates: dates.dt.tz_localize(zone))(
        of_dates(lambda dates: dates.dt.floor("D") + pd.Timedelta(hours=4.5))(frame)
    )


def as_polars(frame: pd.DataFrame) -> pl.DataFrame:
    return pl.from_pandas(frame)


def as_arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False)


def as_duckdb(frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    # A connection of its own, with a clock of its own: what two relations share is the asker's business.
    connection = duckdb.connect()
    connection.execute("set timezone = 'America/New_York'")
    return connection.from_arrow(as_arrow(frame))


ENGINES = {
    "polars": as_polars,
    "polars lazy": lambda frame: as_polars(frame).lazy(),
    "duckdb": as_duckdb,
    "arrow": as_arrow,
}
FORMS: dict[str, Callable[[pd.DataFrame], object]] = {
    **ENGINES,
    "text ids": to_ids(lambda one: f"user {one:03}"),
    "float ids": to_ids(float),
    "object ids": lambda frame: to_ids(int)(frame).astype({"user_id": object} if "user_id" in frame else {}),
    "uuids": to_ids(lambda one: uuid.UUID(int=one)),
    "categorical ids": lambda frame: frame.astype({"user_id": "category"} if "user_id" in frame else {}),
    "Int64 ids": lambda frame: frame.astype({"user_id": "Int64"} if "user_id" in frame else {}),
    "far-apart ids": to_ids(lambda one: one * 10**15),
    **{f"dates in {unit}": of_dates(lambda d, unit=unit: d.dt.as_unit(unit)) for unit in ("s", "ms", "ns")},
    "times of day": busy,
    **{
        zone: in_zone(zone)
        for zone in ("America/New_York", "Asia/Hong_Kong", "Etc/GMT-8", "UTC", "Asia/Kathmandu", "+08:00")
    },
    "Int64": of_numbers("Int64"),
    "Float64": of_numbers("Float64"),
    "float32": of_numbers("float32"),
    "int8": lambda frame: frame if {"yuan", "users"} & {*frame} else of_numbers("int8")(frame),
    "uint16": of_numbers("uint16"),
    "object text": of_text(object),
    "string": of_text("string"),
    "categories": of_text("category"),
    "nullable": lambda frame: frame.convert_dtypes(),
    "arrow-backed": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "arrow-backed with a zone": lambda frame: in_zone("America/New_York")(frame).convert_dtypes(
        dtype_backend="pyarrow"
    ),
    "another index": lambda frame: frame.set_axis(np.arange(len(frame))[::-1] * 7 + 100),
    "an index named user_id": lambda frame: frame.rename_axis("user_id"),
    "a repeated index": lambda frame: frame.set_axis(np.zeros(len(frame), dtype=int)),
    "further columns": lambda frame: (
        frame if "yuan" in frame else frame.assign(note="x", other=1.5, when=pd.NaT)
    ),
    "flags as 1 and 0": lambda frame: frame.astype({name: int for name in FLAGS if name in frame}),
    "flags as objects": lambda frame: frame.astype({name: object for name in FLAGS if name in frame}),
    "decimals": lambda frame: pa.Table.from_pandas(
        frame.assign(
            **{
                name: [Decimal(int(one)) for one in frame[name]]
                for name in ("amount", "quality", "recalled", "cheap")
                if name in frame
            }
        ),
        preserve_index=False,
    ),
    "arrow with times and a zone": lambda frame: as_arrow(in_zone("Asia/Hong_Kong")(frame)),
    "polars with times and a zone": lambda frame: as_polars(in_zone("Asia/Hong_Kong")(frame)),
    "lazy with times and a zone": lambda frame: as_polars(in_zone("America/New_York")(frame)).lazy(),
    "polars dates": lambda frame: as_polars(frame).with_columns(pl.selectors.datetime().cast(pl.Date)),
    "polars categories": lambda frame: as_polars(frame).with_columns(
        pl.selectors.string().cast(pl.Categorical)
    ),
    "polars small numbers": lambda frame: as_polars(frame).with_columns(
        pl.selectors.integer().cast(pl.Int16), pl.selectors.float().cast(pl.Float32)
    ),
    "polars text ids": lambda frame: as_polars(to_ids("{:03}".format)(frame)),
    "duckdb with a zone": lambda frame: as_duckdb(in_zone("America/New_York")(frame)),
    "duckdb text ids": lambda frame: as_duckdb(to_ids("{:03}".format)(frame)),
}
# Whose result is in the order of the rows, or starts from a draw of them.
IN_ORDER_OF_ROWS = {
    "price_interval",
    "rake",
    "calibration",
    "channel_plan",
    "contactable",
    "active_days",
    "poststratify",
    "segment",
    "conversations",
    "current_needs",
    "compare_k",
    "residual_value",
    "filing_desk",
}


def plain(result: object) -> object:
    """Return a result as Python numbers and text in nested lists, without the names of people."""
    if isinstance(result, nx.Graph):
        return sorted(weight for *_, weight in result.edges(data="weight"))
    if isinstance(result, pd.DataFrame):
        ids = result.columns.intersection(["user_id", "asked_by", "thread_id"])
        shown = result.drop(columns=[*ids, *result.columns.intersection(["note", "other", "when"])])
        rows = [[plain(value) for value in row] for row in shown.astype(object).to_numpy().tolist()]
        return sorted(rows, key=str) if len(ids) else [*map(str, shown.columns), *rows, *names(shown.index)]
    if isinstance(result, pd.Series):
        return [plain(value) for value in result.to_list()] + names(result.index)
    if hasattr(result, "__dataclass_fields__"):
        return [plain(getattr(result, name)) for name in result.__dataclass_fields__ if name[0] != "_"]
    if isinstance(result, np.ndarray):
        return result.tolist()
    if pd.isna(result):
        return "nothing"
    if isinstance(result, pd.Timestamp):
        return str(result.date())
    number = isinstance(result, int | float | Decimal | np.number | np.bool_)
    return round(float(result), 6) if number else str(result)


def names(index: pd.Index) -> list[str]:
    # Ids differ from form to form, and so do the numbers of rows.
    return [] if index.name in ("user_id", None) else [str(plain(one)) for one in index]


def changed(form: object, frame: pd.DataFrame) -> bool:
    """Tell whether a form has anything to change in a table."""
    if not isinstance(form, pd.DataFrame):
        return True
    alike = form.equals(frame) and form.dtypes.equals(frame.dtypes)
    return not (alike and form.index.equals(frame.index) and form.index.names == frame.index.names)


MADE: dict[tuple[str, int], object] = {}  # CALLS keeps its tables, so their ids stay theirs


def in_form(title: str, frame: pd.DataFrame) -> object:
    """Return a table in a form; it is made once for all functions."""
    key = title, id(frame)
    if key not in MADE:
        MADE[key] = FORMS[title](frame)
    return MADE[key]


def called(name: str, form: Callable[[pd.DataFrame], object]) -> object:
    function, tables, others = CALLS[name]
    return plain(function(**{key: form(frame) for key, frame in tables.items()}, **others))


@pytest.mark.parametrize("name", CALLS)
def test_the_same_data_in_another_form_give_the_same_answer(name):
    _, tables, _ = CALLS[name]
    expected = called(name, lambda frame: frame)
    for title in ENGINES if name in ENGINES_ONLY else FORMS:
        if any(changed(in_form(title, frame), frame) for frame in tables.values()):
            assert called(name, partial(in_form, title)) == expected, title


@pytest.mark.parametrize("name", [name for name in CALLS if name not in IN_ORDER_OF_ROWS])
def test_the_order_of_rows_does_not_matter(name):
    shuffled = called(name, lambda frame: frame.sample(frac=1, random_state=3))
    assert shuffled == called(name, lambda frame: frame)


def test_every_function_that_takes_a_table_of_ones_own_is_here():
    takers = {
        name
        for room in set(ROOMS) - {"world", "datasets", "charts", "explore", "check"}
        for name, one in callables(room).items()
        if inspect.isfunction(one)
        for parameter in inspect.signature(one).parameters.values()
        if parameter.name in TABLES and parameter.default is parameter.empty and "chart" not in name
    }
    assert takers - OF_SOMETHING_ELSE == {name.partition(",")[0] for name in CALLS}
