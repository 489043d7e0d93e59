"""The firm's engines give what pandas gives: every function that takes a table, on Spark and on Dask.

The tables and calls are those of `test_forms`, which asks Polars, DuckDB and Arrow the same. One Spark serves
all tests; where Java or a package is absent they are skipped, but never in CI.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from opslab import retention, targeting
from tests.test_forms import CALLS, EVENTS, ORDERS, PEOPLE, plain

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
    return lambda frame: dd.from_pandas(frame, npartitions=20)


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
    )
]
# These need a row a user; of a user's many rows only what counts leaves the engine.
A_ROW_A_USER = [
    "active_days",
    "lifetimes",
    "stages",
    "rfm",
    "purchase_summary",
    "revenue_concentration",
    "without_top",
]


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
    return 2 * COPIES * len(PEOPLE) + 10 if name in A_ROW_A_USER else np.inf


@pytest.mark.parametrize("name", CALLS)
def test_an_engine_gives_what_pandas_gives_and_keeps_its_rows(engine, name, left):
    function, frames, others = CALLS[name]
    if name in SMALL + A_ROW_A_USER:  # the more rows a log has, the surer is what has to leave
        frames = {key: longer(frame) for key, frame in frames.items()}
    result = function(**{key: engine(frame) for key, frame in frames.items()}, **others)
    assert 0 < sum(left) <= may_leave(name, result)
    assert plain(result) == plain(function(**{key: frame.copy() for key, frame in frames.items()}, **others))


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
