"""The firm's engines give what pandas gives: every function that takes a table, on Spark and on Dask.

The tables and calls are those of `test_forms`, which asks Polars, DuckDB and Arrow the same. One Spark serves
all tests; where Java or a package is absent they are skipped, but never in CI.
"""

import importlib.util
import os
import shutil

import pandas as pd
import pytest

from tests.test_forms import CALLS, called

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
    session.stop()


@pytest.fixture(scope="module", params=NEEDED)
def engine(request):
    """Return the function that puts a pandas table on an engine, once for each table."""
    require(request.param)
    if request.param == "spark":
        return request.getfixturevalue("spark").createDataFrame
    import dask.dataframe as dd

    return lambda frame: dd.from_pandas(frame, npartitions=2)


@pytest.mark.parametrize("name", CALLS)
def test_an_engine_gives_what_pandas_gives(engine, name):
    assert called(name, engine) == called(name, pd.DataFrame.copy)
