"""Files are written whole or not at all, and the course is found from anywhere."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from opslab.ground import paths


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "folder" / "notebook.ipynb"
    paths.write_whole(target, b"old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(paths.os, "replace", fail)
    words = r"notebook.ipynb cannot be written \(disk full\); what was there before is unchanged"
    with pytest.raises(paths.NotWrittenError, match=words):
        paths.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["notebook.ipynb"]


def test_a_killed_run_leaves_the_old_file(tmp_path):
    target = tmp_path / "notebook.ipynb"
    target.write_bytes(b"old")
    code = (
        "import os, pathlib, signal\n"
        "from opslab.ground.paths import write_whole\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_whole(pathlib.Path({str(target)!r}), b'new')\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"


def test_a_folder_that_may_not_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(paths.NotWrittenError, match=r"file/new cannot be written \(File exists\)"):
        paths.write_whole(tmp_path / "file" / "new", b"new")


def test_the_course_is_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert paths.course_root() == Path(__file__).parents[1]


def test_a_package_outside_a_clone_looks_above_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "__file__", "/nowhere/opslab/paths.py")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="set OPSLAB_COURSE"):
        paths.course_root()
    for name in ("lessons", "datasets", "notebooks"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert paths.course_root() == tmp_path


def test_progress_lies_where_the_reader_says(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path))
    assert paths.state_folder() == tmp_path
    monkeypatch.delenv("OPSLAB_HOME")
    assert paths.state_folder().name == "opslab"


def test_a_folder_that_may_not_be_locked_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(paths.NotWrittenError, match="file/new cannot be written"),
        paths.alone(tmp_path / "file" / "new"),
    ):
        pytest.fail("nobody can be alone there")


def test_a_disk_without_locks_serves_one_writer(tmp_path, monkeypatch):
    def unknown(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", unknown)
    with paths.alone(tmp_path / "new"):
        paths.write_whole(tmp_path / "new", b"1")
    assert (tmp_path / "new").read_bytes() == b"1"


def test_damaged_files_are_numbered(tmp_path):
    for number in (1, 2, 3):
        (tmp_path / "a.json").write_text(str(number))
        assert paths.set_aside(tmp_path / "a.json") == tmp_path / f"a.damaged-{number}.json"
    assert (tmp_path / "a.damaged-2.json").read_text() == "2"
