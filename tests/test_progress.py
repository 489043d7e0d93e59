"""Progress is kept between sessions, whatever happens to its file."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from opslab import check
from opslab.exercises import progress_file
from opslab.exercises.repetition import Record
from opslab.ground import paths

NOW = datetime(2025, 3, 3, 20, tzinfo=UTC)
OLD = {
    "06-tiny": {
        "q1": {
            "attempts": 3,
            "hints": 1,
            "right": True,
            "mistakes": ["sum"],
            "last": "2025-02-20T20:00:00+00:00",
        }
    }
}


@pytest.fixture(autouse=True)
def clock(tiny_course, monkeypatch):
    """Start the tiny lesson at NOW; calling the clock with a number of days moves it there."""

    def move(days: float) -> None:
        monkeypatch.setattr(progress_file, "now", lambda: NOW + timedelta(days=days))

    move(0)
    check.start("06-tiny", seed=0)
    return move


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home/progress.json"


def write(file, content: object) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def test_attempts_and_mistakes_survive_a_new_session():
    check.check("q1", 6)
    check.check("q1", 2)
    check.check("q1", 3)
    record = progress_file.record_of("06-tiny", "q1")
    assert (record.attempts, record.right, record.last) == (3, True, NOW)
    assert record.mistakes == {"sum": NOW, "off-by-one": NOW}


def test_untouched_exercises_count_as_no_attempt(file):
    assert check.check("q1", ...).status == "unanswered"
    assert progress_file.record_of("06-tiny", "q1") == Record()
    assert not file.exists()


def test_an_answer_that_could_not_be_checked_counts_as_no_attempt():
    assert check.check("q1", "two").status == "uncheckable"
    assert progress_file.record_of("06-tiny", "q1") == Record()


def test_a_question_is_mastered_by_emptying_and_answering_it_after_a_week(clock):
    check.check("q1", 2)
    clock(7)
    check.check("q1", 2)
    assert not progress_file.record_of("06-tiny", "q1").mastered
    check.check("q1", ...)
    check.check("q1", 2)
    assert progress_file.record_of("06-tiny", "q1").mastered


@pytest.mark.parametrize("help_", [check.hint, check.solution])
def test_an_answer_after_a_hint_or_the_solution_is_a_helped_one(clock, help_):
    check.check("q1", 2)
    clock(7)
    help_("q1")
    check.check("q1", ...)
    check.check("q1", 2)
    record = progress_file.record_of("06-tiny", "q1")
    assert (record.outcome, record.mastered) == ("helped", False)


def test_a_written_answer_is_done_once_it_is_scored():
    text = "The mean is pulled up by one very large value."
    check.check("q2", text)
    assert not progress_file.record_of("06-tiny", "q2").right
    check.check("q2", text, level=3)
    record = progress_file.record_of("06-tiny", "q2")
    assert (record.right, record.level, record.attempts, record.last) == (True, 3, 2, NOW)


def test_reading_a_written_answer_is_an_attempt_with_its_time():
    check.check("q2", "The mean is pulled up by one very large value.")
    assert progress_file.record_of("06-tiny", "q2").last == NOW


def test_a_file_of_the_first_version_is_read_and_completed(file):
    write(file, OLD)
    check.check("q1", ...)
    check.check("q1", 2)
    record = progress_file.record_of("06-tiny", "q1")
    assert (record.attempts, record.box, record.mistakes) == (4, 2, {"sum": None})


def test_what_is_known_of_a_lesson_or_question_that_is_gone_stays(file):
    gone = {"05-renamed": {"q1": {"from": "another version"}}, "06-tiny": {"q9": OLD["06-tiny"]["q1"]}}
    write(file, gone)
    check.check("q1", 2)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["05-renamed"] == gone["05-renamed"]
    assert kept["06-tiny"]["q9"] == gone["06-tiny"]["q9"]
    assert kept["06-tiny"]["q1"]["right"]


@pytest.mark.parametrize(
    "damage",
    [
        "{not json",
        "[]",
        "null",
        '{"06-tiny": 3}',
        '{"05-\\ud83d": {}}',
        '{"06-tiny": {"q1": []}}',
        '{"06-tiny": {"q1": {"box": 9}}}',
        "[" * 100_000,
        '{"06-tiny": {"q1": ' + '{"a": ' * 990 + "1" + "}" * 990 + "}}",
    ],
)
def test_a_damaged_file_is_set_aside_and_work_goes_on(file, capsys, damage):
    write(file, damage)
    assert check.check("q1", 2).is_right
    first, second = (file.with_name(f"progress.damaged-{number}.json") for number in (1, 2))
    assert f"set aside as {first}" in capsys.readouterr().out
    assert first.read_text(encoding="utf-8") == damage
    assert progress_file.record_of("06-tiny", "q1").attempts == 1
    write(file, "another")
    assert check.check("q1", 2).is_right
    assert (first.read_text(), second.read_text()) == (damage, "another")


def test_a_home_that_cannot_be_written_does_not_stop_the_student(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path / "file"))
    assert check.check("q1", 2).is_right
    assert [check.hint("q1").text[:12] for _ in range(2)] == ["**Hint 1 of ", "**Hint 2 of "]
    assert "One way" in check.solution("q1").text


def test_what_could_not_be_written_is_kept_and_written_as_soon_as_it_can_be(tmp_path, monkeypatch):
    home = tmp_path / "file"
    home.touch()
    monkeypatch.setenv("OPSLAB_HOME", str(home))
    check.check("q1", 6)
    home.unlink()
    check.check("q1", 2)
    stored = json.loads((home / "progress.json").read_text(encoding="utf-8"))
    assert stored["06-tiny"]["q1"]["attempts"] == 2
    (home / "progress.json").write_text("{}", encoding="utf-8")  # from now on the file is what counts
    assert progress_file.record_of("06-tiny", "q1") == Record()


def test_a_damaged_file_that_cannot_be_moved_does_not_stop_the_student(file, monkeypatch):
    write(file, "{not json")
    monkeypatch.setattr("pathlib.Path.rename", lambda *_: (_ for _ in ()).throw(PermissionError()))
    assert progress_file.record_of("06-tiny", "q1") == Record()
    assert check.check("q1", 2).is_right
    assert file.read_text(encoding="utf-8") == "{not json"


# Two kernels

WRITER = """
import sys
from datetime import UTC, datetime
from functools import partial
from opslab.exercises import progress_file, repetition
now = datetime(2025, 3, 3, 20, tzinfo=UTC)
for place in range(60):
    for question in (f"{sys.argv[1]}-{place}", "both"):
        progress_file.update("06-tiny", question, partial(repetition.answered, now=now, right=True))
"""


def test_two_kernels_keep_each_others_records():
    kernels = [subprocess.Popen([sys.executable, "-c", WRITER, name]) for name in ("one", "two")]
    assert [kernel.wait(120) for kernel in kernels] == [0, 0]
    records = progress_file.records_of("06-tiny")
    assert len(records) == 2 * 60 + 1
    assert records["both"].attempts == 2 * 60


def test_what_another_kernel_saved_meanwhile_is_not_overwritten(file, monkeypatch):
    check.check("q1", 6)

    def full(*_):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(progress_file, "write_whole", full)
        check.check("q1", 6)
        assert progress_file.record_of("06-tiny", "q1").attempts == 2
        stored = json.loads(file.read_text(encoding="utf-8"))
        stored["06-tiny"]["q1"]["attempts"] = 10
        write(file, stored | {"05-other": {"q3": OLD["06-tiny"]["q1"]}})  # as a second kernel does
        assert progress_file.record_of("06-tiny", "q1").attempts == 11
    check.hint("q2")
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert (stored["06-tiny"]["q1"]["attempts"], stored["06-tiny"]["q2"]["hints"]) == (11, {"0": 1})
    assert stored["05-other"]["q3"] == OLD["06-tiny"]["q1"]


def test_a_kernel_that_hangs_while_it_writes_does_not_hold_up_the_other(file, monkeypatch):
    monkeypatch.setattr(paths, "PATIENCE", 0.2)
    check.check("q1", 6)
    with paths.alone(file):
        began = time.monotonic()
        check.check("q1", 6)
        assert time.monotonic() - began < 5
        assert progress_file.record_of("06-tiny", "q1").attempts == 2
    check.check("q1", 2)
    assert json.loads(file.read_text(encoding="utf-8"))["06-tiny"]["q1"]["attempts"] == 3
