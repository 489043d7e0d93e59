"""A world of any size is written part by part: same rules, memory for one part, old files kept on failure."""

import errno
import os
import sys
import tracemalloc

import pandas as pd
import pytest

from opslab import world
from opslab.world import calendar, large

TABLES = ["users", "activity", "orders", "top_ups", "life_events"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Return the tables of a world that was told in five parts."""
    folder = tmp_path_factory.mktemp("large")
    rows = world.stream(folder, 20_000, seed=3, block=4_000)
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    assert rows == {name: len(table) for name, table in tables.items()}
    return tables


def test_a_world_of_one_part_is_the_one_that_is_told_at_once(tmp_path):
    world.stream(tmp_path, 4_000, seed=3)
    for name in TABLES:
        read = pd.read_parquet(tmp_path / f"{name}.parquet")
        told = world.table(name, 3, 4_000)
        pd.testing.assert_frame_equal(read.astype(told.dtypes.to_dict()), told)


def test_parts_make_one_world(parts):
    users = parts["users"]
    assert users["user_id"].tolist() == list(range(1, 20_001))
    assert users["signup_date"].is_monotonic_increasing
    assert users["signup_date"].min() < pd.Timestamp("2024-01-10")
    assert users["signup_date"].max() > pd.Timestamp(str(calendar.END)) - pd.Timedelta(days=3)
    assert parts["orders"]["order_id"].tolist() == list(range(1, len(parts["orders"]) + 1))
    for name in TABLES[1:]:
        assert parts[name]["user_id"].isin(users["user_id"]).all()
    assert not parts["activity"].duplicated(["user_id", "date"]).any()
    inviter = users.dropna(subset="invited_by")
    assert (inviter["invited_by"] < inviter["user_id"]).all()


def test_parts_follow_the_same_truth(parts):
    whole = {name: world.table(name, 3) for name in TABLES}
    for name in TABLES:
        assert len(parts[name]) == pytest.approx(len(whole[name]), rel=0.2)
    shares = [tables["users"]["channel"].value_counts(normalize=True) for tables in (parts, whole)]
    assert (shares[0] - shares[1]).abs().max() < 0.02
    months = [t["users"]["signup_date"].dt.to_period("M").value_counts() for t in (parts, whole)]
    assert (months[0] / months[1]).between(0.8, 1.25).all()
    assert not parts["users"].iloc[:4_000]["persona"].equals(parts["users"].iloc[4_000:8_000]["persona"])


def test_memory_is_that_of_one_part(tmp_path):
    world.stream(tmp_path, 4_000, block=4_000)  # what stays in memory once
    peaks, rows = [], []
    for size in (8_000, 32_000):
        tracemalloc.start()
        rows.append(sum(world.stream(tmp_path, size, block=4_000).values()))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert rows[1] == pytest.approx(4 * rows[0], rel=0.1)
    assert peaks[1] < 1.6 * peaks[0]


def test_another_run_writes_the_same_rows(tmp_path, parts):
    world.stream(tmp_path, 20_000, seed=3, block=4_000)
    for name in TABLES:
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{name}.parquet"), parts[name])


def test_a_full_disk_leaves_the_old_files_and_no_rubbish(tmp_path, monkeypatch):
    old = tmp_path / "users.parquet"
    old.write_bytes(b"old")

    class Full:
        def __init__(self, *_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    import pyarrow.parquet

    monkeypatch.setattr(pyarrow.parquet, "ParquetWriter", Full)
    with pytest.raises(OSError, match=r"users.parquet cannot be written \(No space left on device\)"):
        world.stream(tmp_path, 4_000)
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_run_that_breaks_off_in_a_later_part_leaves_the_old_files(tmp_path, monkeypatch):
    def two_parts(*arguments):
        yield from list(parts_of(*arguments))[:1]
        raise KeyboardInterrupt

    parts_of = large.tell_in_parts
    monkeypatch.setattr(large, "tell_in_parts", two_parts)
    (tmp_path / "orders.parquet").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        world.stream(tmp_path, 4_000)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.parquet"]
    assert (tmp_path / "orders.parquet").read_bytes() == b"old"


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="needs the library pyarrow; install it with: pip install pyarrow"):
        world.stream(tmp_path, 4_000)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"size": 100}, "size is 100; expected a whole number from 4,000 to 20,000,000"),
        ({"size": 30_000_000}, "size is 30000000; expected a whole number"),
        ({"size": 4_000, "seed": -1}, "seed is -1; expected a whole number from 0"),
        ({"size": 4_000, "block": 10}, "block is 10; expected a whole number from 1,000 up"),
        ({"size": 4_000, "strength": {"fatigue": 9}}, r"strength\['fatigue'\] is 9"),
    ],
)
def test_bad_knobs_are_refused_before_anything_is_written(tmp_path, knobs, message):
    with pytest.raises(ValueError, match=message):
        world.stream(tmp_path, **knobs)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"gone is not a folder; make it first"):
        world.stream(tmp_path / "gone", 4_000)
