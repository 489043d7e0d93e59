"""The committed data are what the generator makes, fit their description, and say so when they do not."""

import errno
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import frictionless
import pandas as pd
import pytest

import opslab
from opslab import datasets, world
from opslab.world import validation

FOLDER = Path(__file__).parents[1] / "datasets"
TABLES = list(world.TABLES)


@pytest.fixture(autouse=True)
def _forget():
    """Let no test see what another has loaded."""
    datasets._committed.cache_clear()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Return the datasets folder of a copy of the course that a test may damage."""
    (tmp_path / "lessons").mkdir()
    shutil.copytree(FOLDER, tmp_path / "datasets")
    monkeypatch.setenv("OPSLAB_COURSE", str(tmp_path))
    return tmp_path / "datasets"


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_bytes(gzip.compress(text.encode(), 1))


# Loading


@pytest.mark.parametrize("name", TABLES)
def test_the_committed_file_is_the_generators_world_0(name):
    pd.testing.assert_frame_equal(datasets.load(name), world.table(name))


@pytest.mark.parametrize("name", TABLES)
def test_a_parallel_world_has_the_same_columns_and_types(name):
    other = datasets.load(name, seed=7)
    assert other.dtypes.equals(datasets.load(name).dtypes)
    assert not other.equals(datasets.load(name))
    pd.testing.assert_frame_equal(other, datasets.load(name, seed=7))


@pytest.mark.parametrize("seed", [0, 3])
def test_what_you_do_to_a_table_stays_with_you(seed):
    mine, before = datasets.load("orders", seed), datasets.load("orders", seed)
    mine.loc[:, "amount"] = 0
    del mine["date"]
    pd.testing.assert_frame_equal(datasets.load("orders", seed), before)


def test_tables_load_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(datasets.load("users")) == world.SIZE


def test_another_size_makes_another_world_of_that_size():
    assert len(datasets.load("users", size=4_000)) == 4_000
    assert len(datasets.load("users", 2, size=5_000)) == 5_000


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "user",
            r"there is no table 'user' \(did you mean 'users'\?\); the tables are users, activity, orders, ",
        ),
        ("Orders", r"no table 'Orders' \(did you mean 'orders'\?\)"),
        ("weather", r"no table 'weather'; the tables are"),
        (3, "no table 3; the tables are"),
    ],
)
def test_an_unknown_name_lists_the_tables_and_the_nearest(name, message):
    for call in (datasets.load, datasets.describe):
        with pytest.raises(ValueError, match=message):
            call(name)


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"seed is .*; expected a whole number from 0"):
        datasets.load("users", seed)


def test_a_bad_size_is_refused():
    with pytest.raises(ValueError, match="size is 10; expected a whole number from 4,000 to 200,000"):
        datasets.load("users", size=10)


# Describing


def test_every_table_and_column_is_described():
    assert datasets.describe().index.tolist() == TABLES
    for name in TABLES:
        columns = datasets.describe(name)
        assert columns.index.tolist() == datasets.load(name).columns.tolist()
        assert (columns["meaning"].str.len() > 2).all()
    assert datasets.describe("orders").loc["amount", "unit"] == "yuan"
    assert "entry, dues, course" in datasets.describe("orders").loc["product", "allowed"]


def test_the_data_dictionary_tells_columns_and_known_flaws():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, table in world.TABLES.items():
        part = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert all(f"| `{column.name}` |" in part for column in table.columns)
        assert all(f"- {flaw}" in part for flaw in table.flaws)
    assert sum(bool(table.flaws) for table in world.TABLES.values()) >= 6


def test_the_effects_that_may_be_set_are_described():
    effects = datasets.effects()
    assert effects.index.tolist() == list(world.EFFECTS)
    assert (effects["meaning"].str.len() > 20).all()
    assert ((effects["least"] < effects["usual"]) & (effects["usual"] <= effects["most"])).all()


def test_a_strength_makes_another_world_and_a_wrong_one_is_refused():
    usual, calm = datasets.load("users"), datasets.load("users", strength={"fatigue": 0})
    assert calm["muted_date"].isna().all()
    assert usual["muted_date"].notna().any()
    pd.testing.assert_frame_equal(datasets.load("users", strength={"fatigue": 1}), usual)
    with pytest.raises(ValueError, match=r"strength\['fatigue'\] is 3; expected a number from 0 to 2"):
        datasets.load("users", strength={"fatigue": 3})


def test_the_data_package_is_valid_for_frictionless():
    # Every table whole but the longest, whose other 300,000 rows our own reader checks.
    report = frictionless.validate(str(FOLDER / "datapackage.json"), type="package", limit_rows=40_000)
    assert report.valid, report.flatten(["type", "note"])
    assert [task.name for task in report.tasks] == TABLES


def test_files_are_small_and_carry_no_time():
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.csv.gz")}
    assert len(sizes) == len(TABLES)
    assert max(sizes.values()) < 2_000_000
    assert sum(sizes.values()) < 8_000_000
    assert all(path.read_bytes()[4:8] == b"\0\0\0\0" for path in FOLDER.glob("*.csv.gz"))


# Damaged or edited files


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        (
            "users",
            [("\n3,2024-01-01,", "\n3,2024-13-01,")],
            "line 4, column 'signup_date': '2024-13-01' is not",
        ),
        ("users", [("\n3,2024-01-01,", "\n3,01/01/2024,")], "'01/01/2024' is not a date like 2024-01-31"),
        ("users", [("\n3,2024-01-01,", "\n3,2023-01-01,")], "'2023-01-01' is not 2024-01-01 or more"),
        ("users", [("\n3,2024-01-01,", "\n3,2029-01-01,")], "'2029-01-01' is not 2025-06-29 or less"),
        ("users", [("\n3,2024-01-01,", "\n3,,")], "line 4, column 'signup_date': '' is not a value"),
        (
            "users",
            [("\n3,2024-01-01,", "\n2,2024-01-01,")],
            "line 4: the key user_id = 2 stands on an earlier",
        ),
        ("users", [("\n3,", "\nx,")], "line 4, column 'user_id': 'x' is not a whole number"),
        ("users", [("\n3,", "\n3.5,")], "column 'user_id': '3.5' is not a whole number"),
        ("users", [("\n3,", "\n0,")], "line 4, column 'user_id': '0' is not 1 or more"),
        ("users", [("android,7", "android,2")], "column 'pushes_per_week': '2' is not one of 0, 1, 3, 7"),
        ("users", [(",ios,", ",windows,")], "column 'device': 'windows' is not one of ios, android"),
        ("users", [("user_id,", "id,")], "has the columns id, signup_date.*; expected user_id, signup_date"),
        ("activity", [("True", "yes")], "column 'answered': 'yes' is not True or False"),
        ("orders", [("dues,10,\n", "dues,-10,\n")], "column 'amount': '-10' is not 1 or more"),
        ("orders", [("dues,10,\n", "dues\n")], "column 'amount': .* is not a"),
        ("orders", [("dues,10,\n", "dues,10,,10\n")], "not a table that can be read"),
        ("orders", [("dues,10,\n", "dues,11,\n")], "checksum differs.*git checkout -- datasets"),
        ("orders", [("dues,10,\n", "dues,10,love\n")], "column 'topic': 'love' is not one of career, money"),
        ("orders", [("dues,10,\n", "dues,10\n")], "checksum differs"),
        ("survey", [(",False,,,,,\n", ",False,,x,,,\n")], "column 'too_cheap': 'x' is not a whole number"),
        ("activity", [("True", "False")], "checksum differs"),
    ],
)
def test_an_edited_file_is_refused_by_line_and_column_or_checksum(course, name, changes, message):
    edit(course / f"{name}.csv.gz", *changes)
    with pytest.raises(ValueError, match=message) as error:
        datasets.load(name)
    assert f"{name}.csv.gz" in str(error.value)


@pytest.mark.parametrize("damage", [b"", b"not gzip", None])
def test_a_damaged_file_is_refused(course, damage):
    path = course / "orders.csv.gz"
    path.write_bytes(path.read_bytes()[:50_000] if damage is None else damage)
    with pytest.raises(
        ValueError, match=r"orders.csv.gz (is damaged|is not a table).*git checkout -- datasets"
    ):
        datasets.load("orders")


def test_a_missing_file_says_how_to_get_it_back(course):
    (course / "orders.csv.gz").unlink()
    with pytest.raises(
        ValueError, match=r"orders.csv.gz is missing; restore it with: git checkout -- datasets"
    ):
        datasets.load("orders")
    (course / "datapackage.json").unlink()
    with pytest.raises(ValueError, match=r"datapackage.json is missing"):
        datasets.load("users")


def test_a_table_that_the_package_does_not_describe_is_named(course):
    package = json.loads((course / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [entry for entry in package["resources"] if entry["name"] != "orders"]
    (course / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(ValueError, match="does not describe the table 'orders' as it is made; write it anew"):
        datasets.load("orders")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "datapackage.json is damaged .*git checkout -- datasets"),
        ('{"resources": [', "datapackage.json is damaged"),
        ("[" * 100_000, "datapackage.json is damaged"),
        (b"\xff\xfe", "datapackage.json is damaged"),
        ("[]", "does not describe the table 'tickets'"),
        ("null", "does not describe the table 'tickets'"),
        ('{"resources": {"tickets": 1}}', "does not describe the table 'tickets'"),
        (
            '{"resources": ["tickets", {"name": "tickets", "path": "x"}]}',
            "does not describe the table 'tickets'",
        ),
        ('{"resources": [{"name": "tickets", "schema": {"fields": [{}]}}]}', "does not describe the table"),
    ],
)
def test_a_broken_package_is_told_in_words(course, text, message):
    (course / "datapackage.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        datasets.load("tickets")


def test_an_entry_without_a_checksum_does_not_fit_its_file(course):
    package = json.loads((course / "datapackage.json").read_text(encoding="utf-8"))
    for entry in package["resources"]:
        del entry["hash"]
    (course / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(ValueError, match="checksum differs"):
        datasets.load("tickets")


@pytest.mark.parametrize("name", ["datapackage.json", "dues.csv.gz"])
def test_a_folder_in_place_of_a_file_is_called_a_folder(course, name):
    (course / name).unlink()
    (course / name).mkdir()
    with pytest.raises(ValueError, match=f"{name} is a folder; expected a file"):
        datasets.load("dues")


def test_the_package_alone_makes_the_world_of_seed_0_too(tmp_path):
    shutil.copytree(Path(opslab.__file__).parent, tmp_path / "site" / "opslab")
    code = (
        "import hashlib, opslab; from opslab import datasets; "
        "print(opslab.__file__, hashlib.sha256(datasets.load('dues').to_csv().encode()).hexdigest())"
    )
    own = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "OPSLAB_COURSE": ""}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=True).stdout
    path, digest = told.split()
    assert path.startswith(str(tmp_path))
    assert digest == hashlib.sha256(datasets.load("dues").to_csv().encode()).hexdigest()


# Writing


def test_the_folder_is_fresh_and_a_lost_file_comes_back_byte_for_byte(course, capsys):
    assert datasets.main(["--verify"]) == 0
    for name in ("orders.csv.gz", "README.md"):
        (course / name).unlink()
    (course / "datapackage.json").write_text("{}", encoding="utf-8")
    assert datasets.main(["--verify"]) == 1
    assert "orders.csv.gz: different" in capsys.readouterr().out
    assert datasets.main([]) == 0
    assert datasets.main(["--verify"]) == 0
    assert f"0 of {len(TABLES) + 2} files different" in capsys.readouterr().out
    assert sorted(path.name for path in course.iterdir()) == sorted(path.name for path in FOLDER.iterdir())


def test_a_file_with_the_same_rows_packed_by_another_zlib_is_kept(course):
    path = course / "users.csv.gz"
    other = gzip.compress(gzip.decompress(path.read_bytes()), 1, mtime=0)
    assert other != path.read_bytes()
    path.write_bytes(other)
    assert [changed.name for changed in datasets.write(course)] == ["datapackage.json"]
    assert path.read_bytes() == other
    assert len(datasets.load("users")) == world.SIZE


def test_the_command_says_in_a_line_that_the_disk_is_full(course, monkeypatch, capsys):
    (course / "orders.csv.gz").unlink()

    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", fail)
    assert datasets.main([]) == 2
    assert "orders.csv.gz cannot be written (No space left on device)" in capsys.readouterr().err
    assert len(datasets.load("users")) == world.SIZE


def test_reading_needs_the_file_and_its_entry_only():
    resource = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))["resources"][0]
    assert len(validation.read(FOLDER / resource["path"], resource)) == world.SIZE
