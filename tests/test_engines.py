"""The firm's engines give what pandas gives: every function that takes a table, on Spark and on Dask.

The tables and calls are those of `test_forms`, which asks Polars, DuckDB and Arrow the same. One Spark serves
all tests; where Java or a package is absent they are skipped, but never in CI.
"""

import importlib.util
import os
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from opslab import acquisition, community, outreach, retention, targeting
from tests.test_forms import (
    ANSWERED,
    ANSWERS,
    CALLS,
    CONSENT,
    END,
    EVENTS,
    ORDERS,
    PATHS,
    PEOPLE,
    TALK,
    THREADS,
    TICKETS,
    USERS,
    plain,
)

pytestmark = pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support pandas:FutureWarning",
    "ignore:The copy keyword is deprecated:DeprecationWarning",
    "ignore:.*Dask support is moving out of Narwhals:FutureWarning",
)
NEEDED = {"spark": "pyspark", "dask": "dask"}
ABSENT = "no {what} found: make engines, and for Spark a Java (Debian: apt-get install default-jre-headless)"
# Small tables: a query that is planned and interpreted at once beats one that is compiled first.
SETTINGS = {
    "spark.ui.enabled": False,
    "spark.ui.showConsoleProgress": False,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # more is for long runs
    "spark.sql.shuffle.partitions": 1,
    "spark.sql.adaptive.enabled": False,
    "spark.sql.codegen.wholeStage": False,
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.execution.arrow.pyspark.enabled": True,
    "spark.sql.session.timeZone": "America/New_York",
}


def require(engine: str) -> None:
    """Skip where an engine is absent, but never in CI."""
    if importlib.util.find_spec(NEEDED[engine]) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT.format(what=NEEDED[engine]))
    if engine == "spark" and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT.format(what="Java"))


@pytest.fixture(scope="module")
def spark():
    """Yield one Spark on one core for all tests."""
    require("spark")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    if session.sparkContext._gateway.proc.poll() is None:  # the last test here ends it in its own way
        session.stop()


def put_on(name: str, request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], object]:
    """Return the function that puts a pandas table on an engine; all tables on the same one."""
    if name == "polars":
        return lambda frame: pl.from_pandas(frame).lazy()
    if name == "duckdb":
        return duckdb.connect().from_df
    require(name)
    if name == "spark":
        return request.getfixturevalue("spark").createDataFrame
    import dask
    import dask.dataframe as dd

    dask.config.set(
        scheduler="synchronous"
    )  # threads share pandas' tables, and cost more than they bring here
    return lambda frame: dd.from_pandas(frame, npartitions=2)


@pytest.fixture(scope="module", params=["polars", "duckdb", *NEEDED])
def engine(request):
    return put_on(request.param, request)


@pytest.fixture
def left(monkeypatch):
    """Note how many rows leave the engines, table by table: all go through Narwhals' one door."""
    rows: list[int] = []
    collect = nw.LazyFrame.collect

    def counted(self, *args, **kwargs):
        found = collect(self, *args, **kwargs)
        rows.append(len(found))
        return found

    monkeypatch.setattr(nw.LazyFrame, "collect", counted)
    return rows


COPIES = 20
# What these tell is small, however long the log.
SMALL = [
    name
    for name in CALLS
    if name.partition(",")[0]
    in (
        "cohort_table",
        "retention_rate",
        "retention_curve",
        "retention_by",
        "growth_accounting",
        "kpi",
        "channel_plan",
        "early_warning",
        "stage_moves",
        "weekly_activity",
        "renewal_survivors",
        "revenue_retention",
        "worth_by",
        "mean_by",
        "revenue_by_behaviour",
        "exposed",
        "defection",
    )
]
# These need a row a user; of a user's many rows only what counts leaves the engine.
A_ROW_A_USER = [
    "active_days",
    "lifetimes",
    "stages",
    "rfm",
    "hold_out",
    "purchase_summary",
    "revenue_concentration",
    "without_top",
]


# Of these a row leaves the engine for each group, or different row, however often that stands in a table.
EQUAL_ONCE = [
    name
    for name in CALLS
    if name.partition(",")[0]
    in (
        "compare_ratios",
        "desk_report",
        "focus_table",
        "net_sentiment",
        "policy_value",
        "price_sensitivity",
        "prune_tiers",
        "qini",
        "share_of_answers",
        "share_of_voice",
        "source_influence",
        "strong_share",
        "taxonomy_agreement",
        "themes",
        "uplift",
        "voice_ratio",
    )
] + ["affinity_by"]


def rows_of(result: object) -> int:
    """Return a result's rows; of a cohort table its values: a query has one row for each cohort and age."""
    if isinstance(result, pd.DataFrame):
        return int(result.notna().to_numpy().sum()) if result.columns.name == "age" else len(result)
    return len(result.table) if hasattr(result, "table") else 1


def longer(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of as many users again, and again, who did the same."""
    if "user_id" not in frame:
        return frame
    return pd.concat([frame.assign(user_id=frame["user_id"] + 1000 * copy) for copy in range(COPIES)])


def may_leave(name: str, result: object) -> float:
    """Return how many rows a call may pull out of an engine: ten times those of its result, or two a user."""
    if name in SMALL:
        return 10 * rows_of(result)
    if name in EQUAL_ONCE:
        return 2 * max(map(len, CALLS[name][1].values())) + 10
    return 2 * COPIES * len(PEOPLE) + 10 if name in A_ROW_A_USER else np.inf


@pytest.mark.parametrize("name", CALLS)
def test_an_engine_gives_what_pandas_gives_and_keeps_its_rows(engine, name, left):
    function, frames, others = CALLS[name]
    if name in SMALL + A_ROW_A_USER:  # the more rows a log has, the surer is what has to leave
        frames = {key: longer(frame) for key, frame in frames.items()}
    if name in EQUAL_ONCE:
        frames = {key: pd.concat([frame] * COPIES, ignore_index=True) for key, frame in frames.items()}
    result = function(**{key: engine(frame) for key, frame in frames.items()}, **others)
    assert 0 < sum(left) <= may_leave(name, result)
    assert plain(result) == plain(function(**{key: frame.copy() for key, frame in frames.items()}, **others))


def test_equal_paths_leave_an_engine_once(engine, left):
    paths = pd.concat([PATHS.assign(path_id=PATHS["path_id"] + 1000 * copy) for copy in range(COPIES)])
    table, different = engine(paths), 2 * 3**2  # two steps in three channels, won or lost
    whole = acquisition.transitions(paths, converted="converted")
    assert plain(acquisition.transitions(table, converted="converted")) == plain(whole)
    assert 0 < sum(left) <= different + 10


def test_equal_answers_leave_an_engine_once(left):
    connection = duckdb.connect()
    answers, threads, talk = (
        connection.from_df(pd.concat([frame] * copies))
        for frame, copies in ((ANSWERS, 9), (THREADS, 1), (TALK, 9))
    )
    once = sorted(community.replies_per_thread(ANSWERS, THREADS).replies)
    pairs = {tuple(pair): weight for *pair, weight in community.answer_graph(TALK).edges(data="weight")}
    left.clear()
    assert sorted(community.replies_per_thread(answers, threads).replies / 9) == once
    assert sum(left) <= 2 * len(THREADS) + 10
    left.clear()
    graph = community.answer_graph(talk)
    assert {tuple(pair): weight / 9 for *pair, weight in graph.edges(data="weight")} == pairs
    assert sum(left) <= len(TALK) + 5


def test_of_a_person_s_words_and_of_all_users_what_counts_leaves_an_engine(left):
    connection = duckdb.connect()
    put = lambda frame: connection.from_df(frame)  # noqa: E731
    again = [CONSENT.assign(date=CONSENT["date"] - pd.Timedelta(days=day)) for day in range(COPIES)]
    consent, users = pd.concat(again), USERS[["user_id"]]
    found = outreach.contactable(put(users), put(consent), "2024-05-20")
    assert plain(found) == plain(outreach.contactable(users, consent, "2024-05-20"))
    assert sum(left) <= 5 * len(USERS) + 10
    left.clear()
    whole = targeting.still_right(USERS, ANSWERED, END, months=3)
    assert plain(targeting.still_right(put(longer(USERS)), put(ANSWERED), END, months=3)) == plain(whole)
    assert sum(left) <= 2 * len(ANSWERED) + 10


def test_of_orders_beside_users_a_row_for_each_user_and_label_leaves_an_engine(left):
    connection = duckdb.connect()
    often = pd.concat([ORDERS] * COPIES)
    given = {"group": "plan", "label": "product"}
    found = targeting.affinity_by(connection.from_df(often), users=connection.from_df(USERS), **given)
    assert plain(found) == plain(targeting.affinity_by(often, users=USERS, **given))
    assert 0 < sum(left) <= len(ORDERS[["user_id", "product"]].drop_duplicates()) + len(USERS) + 10


def test_a_wait_that_was_not_written_down_counts_on_an_engine_as_in_pandas(engine):
    waits = TICKETS["wait_minutes"].where(TICKETS.index % 7 > 0).astype("Int64")
    tickets = TICKETS.assign(wait_minutes=waits)
    expected = outreach.desk_report(tickets, target=30)
    assert (expected["recorded"] < expected["tickets"]).all()
    assert plain(outreach.desk_report(engine(tickets), target=30)) == plain(expected)


CREDITS = plain(acquisition.attribute(PATHS, converted="converted"))
PAID = np.repeat(np.where(np.arange(25) % 3, np.nan, np.arange(100, 125)), 2)
TOLD = {
    "1 and 0": PATHS["converted"].astype(int),
    "who": PAID,
    "what": [None if who != who else "order" for who in PAID],
    "when": pd.to_datetime(np.where(np.isnan(PAID), "NaT", "2024-03-01")),
}
NOT_TOLD = {
    "in some rows": (np.arange(50) % 5 == 0, "path .* has both a conversion and none"),
    "0 for nobody": (np.where(np.isnan(PAID), 0, PAID), "holds 0.0; expected True or False"),
    "words": (np.where(np.isnan(PAID), "no", "yes"), "'converted' of paths holds '(no|yes)'; expected True"),
    "False or nothing": ([False, None] * 25, "holds False; expected True or False"),
}


@pytest.mark.parametrize("put", [duckdb.from_df, lambda frame: pl.from_pandas(frame).lazy()])
@pytest.mark.parametrize("end", ["2024-04-20", "2024-05-23"])
def test_a_running_warning_is_counted_in_one_row(put, end, left):
    given = {"start": "2024-03-05", "end": end, "quiet_days": range(70), "horizon": 3}
    whole = retention.running_warning(EVENTS, **given)
    assert plain(retention.running_warning(put(longer(EVENTS)), **given)) == plain(
        whole.assign(sent=whole["sent"] * COPIES, hits=whole["hits"] * COPIES)
    )
    assert 0 < sum(left) <= 5


@pytest.mark.parametrize("put", [duckdb.from_df, lambda frame: pl.from_pandas(frame).lazy()])
@pytest.mark.parametrize("case", [*TOLD, *NOT_TOLD])
def test_an_engine_reads_a_conversion_as_pandas_does(put, case):
    paths = PATHS.assign(converted=TOLD[case] if case in TOLD else NOT_TOLD[case][0])
    if case in TOLD:
        assert plain(acquisition.attribute(put(paths), converted="converted")) == CREDITS
        return
    for table in (paths, put(paths)):
        with pytest.raises(ValueError, match=NOT_TOLD[case][1]):
            acquisition.attribute(table, converted="converted")


@pytest.mark.parametrize("step", [PATHS["step"] * 1000, PATHS["step"] / 2])
def test_paths_with_steps_of_another_kind_are_read_whole(step):
    paths = PATHS.assign(step=step)
    assert plain(acquisition.attribute(duckdb.from_df(paths), converted="converted")) == CREDITS


PARTS = {
    "ids": lambda frame: frame.assign(user_id="user " + frame["user_id"].astype(str)),
    "dates": lambda frame: frame.assign(date=frame["date"].dt.strftime("%d.%m.%Y")),
    "amounts": lambda frame: frame.assign(amount=frame["amount"].astype(str) + " yuan"),
    "a column less": lambda frame: frame.drop(columns="amount"),
}


def read_parts(name: str, folder: Path, request: pytest.FixtureRequest) -> object:
    """Return a folder of Parquet as one table of an engine."""
    if name == "polars":
        return pl.scan_parquet(folder / "*.parquet")
    if name == "duckdb":
        return duckdb.connect().read_parquet(f"{folder}/*.parquet")
    require(name)
    if name == "spark":
        return request.getfixturevalue("spark").read.parquet(str(folder))
    import dask.dataframe as dd

    return dd.read_parquet(folder)


@pytest.mark.parametrize("name", ["polars", "duckdb", *NEEDED])
@pytest.mark.parametrize("drift", PARTS)
def test_parts_whose_types_drift_are_told_in_words(name, drift, tmp_path, request):
    ORDERS.iloc[:60].to_parquet(tmp_path / "1.parquet")
    PARTS[drift](ORDERS.iloc[60:]).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ValueError, match=r"(orders cannot be read|the result cannot be computed|orders has)"):
        targeting.rfm(read_parts(name, tmp_path, request), "2024-06-20")


WITH_KEYS = {
    "visits": lambda table: retention.cohort_table(table),
    "curve": lambda table: retention.retention_curve(table, [0, 7], until=END),
    "growth": lambda table: retention.growth_accounting(table),
    "warning": lambda table: retention.early_warning(table, as_of="2024-04-20", quiet_days=[3, 9]),
}


@pytest.mark.parametrize("call", WITH_KEYS)
def test_a_dask_part_whose_ids_are_text_makes_no_other_people_of_them(call, tmp_path, request):
    EVENTS.iloc[:45].to_parquet(tmp_path / "1.parquet")
    rest = EVENTS.iloc[45:]
    rest.assign(user_id=rest.user_id.astype(str)).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ValueError, match=r"events cannot be read: .*the same columns and types\?"):
        WITH_KEYS[call](read_parts("dask", tmp_path, request))


def test_spark_tells_the_cause_that_java_tells_last(tmp_path, request):
    ORDERS.iloc[:60].to_parquet(tmp_path / "1.parquet")
    ORDERS.iloc[60:].assign(amount=0.5).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ValueError, match=r"amount") as told:
        targeting.rfm(read_parts("spark", tmp_path, request), "2024-06-20")
    assert "An error occurred while calling" not in str(told.value)


def test_dask_s_first_part_does_not_make_whole_numbers_of_the_others(tmp_path, request):
    ORDERS.iloc[:60].to_parquet(tmp_path / "1.parquet")
    ORDERS.iloc[60:].assign(amount=0.5).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ValueError, match="said to hold Int64 and holds Float64"):
        targeting.rfm(read_parts("dask", tmp_path, request), "2024-06-20")


def test_a_table_whose_engine_lacks_a_package_is_told_in_words(monkeypatch):
    def fail(self, *args, **kwargs):
        raise ModuleNotFoundError("No module named 'pyarrow'")

    monkeypatch.setattr(nw.LazyFrame, "collect", fail)
    with pytest.raises(ValueError, match="events cannot be read: its engine says: No module named 'pyarrow'"):
        retention.cohort_table(pl.from_pandas(EVENTS).lazy())


def test_a_spark_that_ends_half_way_is_told_in_words(monkeypatch):
    """Half-way is after the first answer: what comes then finds no Java."""
    collect = nw.LazyFrame.collect

    def gone(self, *args, **kwargs):
        raise ConnectionRefusedError("[Errno 111] Connection refused")

    def last(self, *args, **kwargs):
        monkeypatch.setattr(nw.LazyFrame, "collect", gone)
        return collect(self, *args, **kwargs)

    monkeypatch.setattr(nw.LazyFrame, "collect", last)
    events = pl.from_pandas(EVENTS).lazy()
    for _ in range(2):  # half-way, and from the beginning on
        with pytest.raises(
            ValueError, match=r"engine has stopped .* start it, read the table and call again"
        ):
            retention.retention_rate(events, day=7)


ROOT = Path(__file__).parent.parent


def test_a_benchmark_of_another_size_has_a_table_of_its_own():
    script = runpy.run_path(str(ROOT / "benchmarks" / "engines.py"))
    sizes = (script["MILLIONS"], 4, 7, 40)
    assert len({script["table_of"](millions) for millions in sizes}) == len(sizes)
    for path in (ROOT / "benchmarks").glob("engines*.md"):
        (millions,) = re.findall(r"`benchmarks/engines\.py (\d+)`", path.read_text("utf-8"))
        assert script["table_of"](int(millions)) == path


def test_a_call_that_is_stopped_takes_no_other_call_with_it(monkeypatch):
    script = runpy.run_path(str(ROOT / "benchmarks" / "engines.py"))
    first, second, *_ = script["calls"](lambda name: None)
    asked = []

    def run(engine, folder, lines):
        asked.append(list(lines))
        todo = [name for name in ("to start", *script["calls"](lambda name: None)) if name not in lines]
        done = todo[: todo.index(second)] if second in todo else todo
        lines |= {name: {"call": name} for name in done}
        return "stopped" if second in todo else ""

    monkeypatch.setitem(script["watched"].__globals__, "_run", run)
    lines = script["watched"]("spark", ROOT)
    assert asked == [[], ["to start", first, second]]
    assert [name for name, line in lines.items() if "why" in line] == [second]


EARLY, LATE = "2023-01-01", "2024-12-01"
STRANGERS = "have no user_id in common"
# What is refused, with the words that say it: the same on an engine as in pandas.
REFUSED = {
    "early_warning": ({"as_of": LATE}, "or earlier"),
    "early_warning, before": ({"as_of": EARLY}, "before the first event"),
    "early_warning, nobody": (
        {"as_of": "2024-05-20", "watch": 1, "horizon": 1, "events": EVENTS[EVENTS["date"] != "2024-05-20"]},
        "nobody was seen in the 1 days before 2024-05-20",
    ),
    "stage_moves": ({"start": EARLY}, "start is 2023-01-01, before the first event"),
    "stage_moves, turned": ({"start": LATE}, "must lie after"),
    "running_warning": ({"end": LATE}, "or earlier"),
    "running_warning, turned": ({"start": "2024-04-10", "end": "2024-04-09"}, "must not lie before"),
    "revenue_by_behaviour": ({"horizon": 400}, "no user can be watched for 399 days"),
    "revenue_by_behaviour, strangers": (
        {"orders": ORDERS.assign(user_id=ORDERS["user_id"] + 1000)}, f"orders and users {STRANGERS}"
    ),
    "stages": ({"as_of": EARLY}, "as_of is 2023-01-01, before the first event"),
    "lifetimes": ({"quiet_days": 1000}, "the log has only 116 days"),
    "weekly_activity": ({"weeks": 60}, "no user can be watched for 419 days"),
    "active_days": ({"days": 400}, "no user can be watched for 399 days"),
    "active_days, strangers": (
        {"events": EVENTS.assign(user_id=EVENTS["user_id"] + 1000)}, f"users and events {STRANGERS}"
    ),
    "renewal_survivors": ({"value": "fees"}, "no rows with product = 'fees'; it has 'course', 'dues'"),
    "renewal_survivors, before": ({"until": EARLY}, "until is 2023-01-01, before the first event"),
    "renewal_survivors, young": ({"months": 40}, "nobody can be watched for 40 renewals"),
    "worth_by": ({"days": 400}, "no user of users signed up 400 days or more before"),
    "worth_by, strangers": (
        {"orders": ORDERS.assign(user_id=ORDERS["user_id"] + 1000)}, f"orders and users {STRANGERS}"
    ),
    "worth_by, twice": ({"users": pd.concat([CALLS["worth_by"][1]["users"]] * 2)}, "30 rows too many"),
    "revenue_retention": ({"first": EARLY, "second": LATE}, "nobody of payments paid between 2023-01-01"),
    "revenue_concentration": ({"payments": ORDERS.assign(amount=0)}, "adds up to 0"),
    "without_top": ({"payments": ORDERS[ORDERS["user_id"] == 11]}, "payments has 1 payer"),
    "mean_by": ({"table": ORDERS.assign(amount=-np.inf)}, "goes down to -inf"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_an_engine_refuses_what_pandas_refuses(case):
    changed, words = REFUSED[case]
    function, frames, others = CALLS[case.partition(",")[0]]
    connection = duckdb.connect()
    for put in (pd.DataFrame.copy, lambda frame: pl.from_pandas(frame).lazy(), connection.from_df):
        given = {
            name: put(value) if isinstance(value, pd.DataFrame) else value
            for name, value in {**frames, **others, **changed}.items()
        }
        with pytest.raises(ValueError, match=words):
            function(**given)


def test_a_spark_whose_java_is_killed_half_way_is_told_in_words(spark, monkeypatch):
    """The first answer comes, then the machine under it is gone: the last test of all."""
    java, collect = spark.sparkContext._gateway.proc, nw.LazyFrame.collect

    def last(self, *args, **kwargs):
        monkeypatch.setattr(nw.LazyFrame, "collect", collect)
        found = collect(self, *args, **kwargs)
        java.kill()
        java.wait()
        return found

    events = spark.createDataFrame(EVENTS.head(20))
    monkeypatch.setattr(nw.LazyFrame, "collect", last)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"engine has stopped .* call again"):
            retention.retention_rate(events, day=7)


@pytest.mark.parametrize("ids", ["{}", "user {}"])
def test_duckdb_finds_no_number_in_an_id_that_is_text(ids):
    put = put_on("duckdb", None)
    told = EVENTS.assign(user_id=[ids.format(number) for number in EVENTS.user_id])
    with pytest.raises(ValueError, match=STRANGERS):
        retention.weekly_activity(put(told), put(USERS), "channel", 2)
