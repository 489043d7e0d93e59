"""The gradebook that a learning platform imports: whose each grade is, who was late, and what is refused."""

import csv
import os
import stat
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opslab.__main__ import main
from opslab.exercises.answer_key import read_questions
from opslab.exercises.display import UsageError
from opslab.exercises.questions import Question
from opslab.grading import archive, batch, deadlines, gradebook
from opslab.grading.archive import unpacked
from opslab.grading.batch import read_graded
from opslab.grading.class_lists import Register, entries
from opslab.grading.deadlines import read_deadline
from opslab.grading.gradebook import EXTRA, find_users, gradebook_csv, grades, open_gradebook
from opslab.grading.hand_in_names import HandIn, hand_in, hand_ins
from opslab.grading.marks import Mark
from opslab.grading.results import gradebook_standing, write_results
from opslab.grading.roster import read_roster
from opslab.grading.rubric_levels import Review, fingerprint, keep_review
from opslab.grading.sandbox import Outcome
from opslab.grading.serialisation import encode
from opslab.grading.submissions import EARLIER, Submission, code_cells, read_class
from tests.classroom import LESSON, bare_notebook, class_course, submit

SEED = 12  # the world that the class is graded in: the mean is 6, the sum 18
TEXT = "One whale moves the whole mean."
PARTICIPANTS = """First name,Last name,ID number,Email address
Anna,Müller,2214,anna@example.edu
Wei,Wang,2215,wei@example.edu
Wei,Wang,2216,wei2@example.edu
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 41,Anna Müller,anna@example.edu,Submitted,,20.00,Yes,"Friday, 27 November 2026, 3:12 PM",-,
Participant 42,Wei Wang,wei@example.edu,Submitted,,20.00,Yes,"Friday, 27 November 2026, 6:30 PM",-,
Participant 43,Wei Wang,wei2@example.edu,No submission,,20.00,Yes,-,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Reading (900),Exercise 06-tiny (901),Current Score
,,,,,,Manual Posting,
    Points Possible,,,,,5.00,20.00,(read only)
"Müller, Anna",41,2214,anna,A,5.00,,90
"Wang, Wei",42,2215,wei,A,,,
"Wang, Wei",43,2216,wei2,B,4.00,12.00,80
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The root of a course with three questions, which the package takes for its own meanwhile."""
    with class_course(tmp_path_factory.mktemp("course")) as root:
        yield root


@pytest.fixture
def listed(tmp_path):
    """Return a function that writes a user list and reads it."""

    def read(text, format="moodle", encoding="utf-8"):
        path = tmp_path / "users.csv"
        path.write_bytes(text.encode(encoding))
        return read_roster(path, format)

    return read


def handed_in(*names, came=0.0):
    """Return submissions of files with these names."""
    return [Submission(one.student, {}, 0, "", came=came, hand_in=one) for one in hand_ins(names).values()]


def zipped(path, files):
    """Write a zip of these contents, by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


# Names


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Anna Müller_41_assignsubmission_file", HandIn("Anna Müller", "41")),
        ("Anna Müller_41_assignsubmission_file_", HandIn("Anna Müller", "41")),
        ("Anna Müller_41_assignsubmission_file_06-tiny", HandIn("Anna Müller", "41")),
        ("O'Brien-王 伟_7_assignsubmission_onlinetext", HandIn("O'Brien-王 伟", "7")),
        ("mülleranna_41_789_06-tiny-1", HandIn("mülleranna", "41", 789)),
        ("mülleranna_LATE_41_789_06-tiny", HandIn("mülleranna", "41", 789, True)),
        ("王伟_late_41_789_a_1_2", HandIn("王伟", "41", 789, True)),
        ("anna", HandIn("anna")),
        ("hw_06_1_anna", HandIn("hw_06_1_anna")),
        ("2214_41", HandIn("2214_41")),
    ],
)
def test_a_name_tells_whose_a_hand_in_is(name, found):
    assert hand_in(name) == found


def test_a_counter_in_names_of_ones_own_is_no_number_of_canvas():
    found = hand_ins(["hw_06_2026_anna", "hw_06_2026_ben", "chen_5_777_hw"])
    assert [one.student for one in found.values()] == ["hw_06_2026_anna", "hw_06_2026_ben", "chen 5"]


@pytest.mark.parametrize(
    "name", ["._anna", "_41_assignsubmission_file", "LATE_41_700_a", " _41_700_a", "a/b_41_700_c"]
)
def test_no_name_of_a_folder_stops_a_class(course, tmp_path, name):
    submit(course, tmp_path / "in" / name / "x.ipynb")
    submit(course, tmp_path / "in" / "ben.ipynb")
    found = class_of(course, tmp_path / "in")
    assert len(found.submissions) == 2
    assert all(one.student for one in found.submissions)


# Zips


def class_of(course, path):
    sheet = code_cells((course / "exercises" / f"{LESSON}.ipynb").read_text("utf-8"))
    with unpacked(path) as folder:
        return read_class(folder, LESSON, sheet)


def test_the_zips_of_both_platforms_are_read_as_they_come(course, tmp_path):
    sheet = (course / "exercises" / f"{LESSON}.ipynb").read_bytes()
    moodle = {
        "Wei Wang_42_assignsubmission_file/mine.ipynb": sheet,
        "Wei Wang_43_assignsubmission_file/mine.ipynb": sheet,
        "Wei Wang_43_assignsubmission_onlinetext/onlinetext.html": b"<p>See the file.",
        "__MACOSX/._x": b"",
    }
    found = class_of(course, zipped(tmp_path / "moodle.zip", moodle))
    assert [one.student for one in found.submissions] == ["Wei Wang 42", "Wei Wang 43"]
    assert "lies beside mine.ipynb" in found.aside["Wei Wang_43_assignsubmission_onlinetext/onlinetext.html"]
    canvas = {
        "wangwei_42_700_a.ipynb": sheet,
        "wangwei_LATE_43_701_a.ipynb": sheet,
        "wangwei_43_702_b.pdf": b"%",
    }
    found = class_of(course, zipped(tmp_path / "canvas.zip", canvas))
    assert [(one.student, one.hand_in.late) for one in found.submissions] == [
        ("wangwei 42", False), ("wangwei 43", True),
    ]  # fmt: skip
    assert list(found.aside) == ["wangwei_43_702_b.pdf"]


def test_of_two_hand_ins_the_later_counts_and_the_earlier_is_told(course, tmp_path):
    # As text 999 comes after 1000.
    submit(course, tmp_path / "in" / "wangwei_42_999_a.ipynb", q1="check('q1', 1)")
    later = submit(course, tmp_path / "in" / "wangwei_42_1000_a.ipynb", q1="check('q1', 2)")
    found = class_of(course, tmp_path / "in")
    assert [one.hand_in.number for one in found.submissions] == [1000]
    assert found.aside == {"wangwei_42_999_a.ipynb": EARLIER.format(later=later.name)}


def test_a_hand_made_zip_keeps_the_time_of_each_file(course, tmp_path):
    path = submit(course, tmp_path / "anna.ipynb")
    came = datetime(2026, 11, 27, 15, 12).timestamp()
    os.utime(path, (came, came))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        file.write(path, "anna.ipynb")
    assert [one.came for one in class_of(course, tmp_path / "all.zip").submissions] == [came]


LINK = zipfile.ZipInfo("anna.ipynb")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
BAD_ZIPS = {
    "up": ({"../../anna.ipynb": b""}, "'../../anna.ipynb', which would be written outside"),
    "up in the middle": ({"a/../../anna.ipynb": b""}, "written outside"),
    "up in Windows": ({"..\\anna.ipynb": b""}, "written outside"),
    "from the root": ({"/anna.ipynb": b""}, "written outside"),
    "a link": ({LINK: b"/etc/passwd"}, "written outside"),
    "another course's": ({"a.docx": b"", "b.docx": b"", "c.pdf": b""}, "no notebook but 2 .docx, 1 .pdf"),
    "empty": ({}, "no notebook but nothing"),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_zip_that_is_no_class_says_so_and_nothing_is_unpacked(tmp_path, name):
    files, words = BAD_ZIPS[name]
    path = zipped(tmp_path / "in" / "class.zip", files)
    with pytest.raises(UsageError, match=r"class\.zip") as refused, unpacked(path):
        pytest.fail("it was unpacked")
    assert words in str(refused.value)
    assert [file.name for file in tmp_path.rglob("*")] == ["in", "class.zip"]


def test_a_broken_a_huge_and_no_zip_are_named(tmp_path, monkeypatch):
    half = zipped(tmp_path / "half.zip", {"anna.ipynb": b"x" * 1000})
    half.write_bytes(half.read_bytes()[:500])
    notebook = tmp_path / "anna.ipynb"
    notebook.write_text(bare_notebook("1"))
    for path in (half, notebook):
        with pytest.raises(UsageError, match="no folder and no whole zip"), unpacked(path):
            pytest.fail("it was unpacked")
    monkeypatch.setattr(archive, "MOST_BYTES", 500)
    with (
        pytest.raises(UsageError, match="is it the zip of one exercise"),
        unpacked(zipped(tmp_path / "bomb.zip", {"anna.ipynb": b"x" * 1000})),
    ):
        pytest.fail("it was unpacked")


# Lists


def test_a_moodle_worksheet_comes_back_with_grades_by_number(listed):
    roster = listed(WORKSHEET)
    hand_ins = handed_in("Wei Wang_42_assignsubmission_file", "Anna Müller_41_assignsubmission_file")
    users, unlisted = find_users(roster, hand_ins)
    book = open_gradebook(roster, LESSON, users)
    rows = list(csv.DictReader(gradebook_csv(book, {"Wei Wang 42": 0.5, "Anna Müller 41": 1}).splitlines()))
    before = list(csv.DictReader(WORKSHEET.splitlines()))
    assert rows == [before[0] | {"Grade": "20.00"}, before[1] | {"Grade": "10.00"}]
    assert unlisted == {}


def test_participants_get_a_column_and_namesakes_are_told_apart_or_named(listed):
    roster = listed(PARTICIPANTS)
    hand_ins = handed_in("Anna Müller_41_assignsubmission_file", "Wei Wang_42_assignsubmission_file", "2216")
    users, unlisted = find_users(roster, hand_ins)
    book = open_gradebook(roster, LESSON, users, "Week 6")
    assert gradebook_csv(book, {"Anna Müller 41": 2 / 3, "2216": 0.0}).splitlines() == [
        "First name,Last name,ID number,Email address,Week 6",
        "Anna,Müller,2214,anna@example.edu,66.67",
        "Wei,Wang,2216,wei2@example.edu,0.00",
    ]
    assert list(unlisted) == ["Wei Wang 42"]
    assert "2 users" in unlisted["Wei Wang 42"]
    assert "Wei · Wang · 2215" in unlisted["Wei Wang 42"]


def test_canvas_gets_its_columns_and_the_line_of_points(listed):
    roster = listed(CANVAS, "canvas")
    users, _ = find_users(roster, handed_in("wangwei_42_700_a", "mülleranna_LATE_41_701_a"))
    book = open_gradebook(roster, LESSON, users)
    assert gradebook_csv(book, {"wangwei 42": 0.25, "mülleranna 41": 1.0}).splitlines() == [
        "Student,ID,SIS User ID,SIS Login ID,Section,Exercise 06-tiny (901)",
        "    Points Possible,,,,,20.00",
        '"Müller, Anna",41,2214,anna,A,20.00',
        '"Wang, Wei",42,2215,wei,A,5.00',
    ]


@pytest.mark.parametrize(
    ("assignment", "column", "points"),
    [("reading", "Reading (900)", 5), ("Exercise 06-tiny", "Exercise 06-tiny (901)", 20)],
)
def test_an_assignment_is_found_by_its_name(listed, assignment, column, points):
    roster = listed(CANVAS, "canvas")
    users, _ = find_users(roster, handed_in("2214"))
    book = open_gradebook(roster, LESSON, users, assignment)
    assert (book.header[-1], book.points) == (column, points)


def test_an_assignment_that_canvas_lacks_is_new_or_an_error(listed):
    roster = listed(CANVAS.replace("06-tiny", "other"), "canvas")
    users, _ = find_users(roster, handed_in("anna"))
    book = open_gradebook(roster, LESSON, users)
    assert (book.header[-1], book.above[0][-1]) == (LESSON, "100")
    with pytest.raises(UsageError, match=r"no assignment 'Quiz'; it has Reading \(900\), Exercise other"):
        open_gradebook(roster, LESSON, users, "Quiz")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CANVAS.replace("Reading (900)", "06-tiny again (900)"), "several assignments for 06-tiny"),
        (CANVAS.replace("5.00,20.00", "5.00,0"), "is worth '0'; expected a number above 0"),
        (CANVAS.replace("5.00,20.00", "5.00,many"), "is worth 'many'"),
    ],
)
def test_an_assignment_that_cannot_be_graded_is_named(listed, text, words):
    roster = listed(text, "canvas")
    users, _ = find_users(roster, handed_in("anna"))
    with pytest.raises(UsageError, match=words):
        open_gradebook(roster, LESSON, users)


@pytest.mark.parametrize(
    "name", ["2214", "Anna Müller", "anna@example.edu", "ANNA", "anna  müller", "Müller Anna"]
)
def test_a_file_under_any_name_of_a_user_is_that_users(listed, name):
    users, _ = find_users(listed(PARTICIPANTS), handed_in(name))
    assert [user.cells["ID number"] for user in users.values()] == ["2214"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_as_spreadsheets_save_it(listed, separator, encoding):
    roster = listed(PARTICIPANTS.replace(",", separator).replace("Müller", "王"), encoding=encoding)
    assert [user.cells["Last name"] for user in roster.users] == ["王", "Wang", "Wang"]


BAD_LISTS = {
    "doubles": (PARTICIPANTS + "Al,Li,2214,al@x.edu\n", "moodle", "'2214' more than once as ID number, in l"),
    "double addresses": (PARTICIPANTS + "Al,Li,9,WEI@example.edu\n", "moodle", "Email address, in lines 3"),
    "double numbers": (CANVAS + '"Li, Al",43,1,al,A,,,\n', "canvas", "'43' more than once as ID, in lines"),
    "the other platform": (CANVAS, "moodle", "expected First name, Last name, Email address"),
    "another language": ("Vorname,Nachname,E-Mail\na,b,c\n", "moodle", "Vorname, Nachname, E-Mail; expected"),
    "nobody": (PARTICIPANTS.partition("\n")[0], "moodle", "nobody below it"),
    "empty": ("", "moodle", "has the columns none"),
    "a workbook": ("PK\x03\x04", "moodle", "is no CSV .*workbook"),
    "not closed": ('First name,Last name,Username\n"a,b,c', "moodle", "is no CSV"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_LISTS)
def test_a_list_that_is_none_is_refused_with_what_was_found(listed, name):
    text, format, words = BAD_LISTS[name]
    with pytest.raises(UsageError, match=words):
        listed(text, format)


def test_a_class_of_which_nobody_is_listed_is_another_course(listed):
    with pytest.raises(UsageError, match=r"none of the 2 hand-ins .* ben and others .* Anna · Müller · 2214"):
        find_users(listed(PARTICIPANTS), handed_in("ben", "chen"))


def test_a_student_not_listed_and_two_of_one_user_are_told_and_the_others_kept(listed):
    hand_ins = handed_in("ben", "anna", "2214", "2215")
    users, unlisted = find_users(listed(PARTICIPANTS), hand_ins)
    assert list(users) == ["2215"]
    assert "is not on the list" in unlisted["ben"]
    assert unlisted["anna"] == unlisted["2214"]
    assert "anna and 2214 are one user" in unlisted["anna"]


# Grades


def test_extra_questions_add_and_are_not_asked_for():
    questions = {name: Question(name, "number", section=section)
                 for name, section in (("q1", "A"), ("q2", "B"), ("q3", EXTRA))}  # fmt: skip

    def share(*scores):
        marks = [Mark("anna", name, score, "", "") for name, score in zip(questions, scores, strict=True)]
        return grades(marks, questions)["anna"]

    assert [share(1, 0.5, 0), share(0, 1, 1), share(1, 1, 1), share(1, None, 0)] == [0.75, 1, 1, None]


def test_a_question_counts_its_marks():
    questions = {"q1": Question("q1", "number", marks=3), "q2": Question("q2", "written", marks=1)}
    marks = [Mark("anna", "q1", 1, "", ""), Mark("anna", "q2", 0.5, "", ""), Mark("ben", "q2", 1, "", "")]
    assert grades(marks, questions) == {"anna": 3.5 / 4, "ben": 1 / 4}


# Deadlines

DUE = "2026-11-27 18:00"
MINUTE = timedelta(minutes=1)


def lateness(tmp_path, submissions, text=None, deadline=DUE, users=WORKSHEET, format="moodle"):
    """Return what is told of lateness, and what of the table belongs to nobody."""
    (tmp_path / "users.csv").write_text(users, encoding="utf-8")
    (tmp_path / "deadlines.csv").write_text(text or "", encoding="utf-8")
    register = Register(
        format, tmp_path / "users.csv", None, deadline, None if text is None else tmp_path / "deadlines.csv"
    )
    found = entries(register, LESSON, submissions)
    return found.lateness, found.stray


MOODLE = ("Anna Müller_41_assignsubmission_file", "Wei Wang_42_assignsubmission_file")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, {"Wei Wang 42": "Handed in 30 minutes after the deadline."}),
        (
            "student,minutes\nwei@example.edu,45\n",
            {"Wei Wang 42": deadlines.IN_EXTENSION.format(late="30 minutes", more="45 minutes")},
        ),
        (
            "Student;Minutes\n42;20\nAnna Müller;1500\n",
            {
                "Wei Wang 42": deadlines.BEYOND.format(late="10 minutes", more="20 minutes"),
                "Anna Müller 41": "You were given 1 day 1 hour more than the class.",
            },
        ),
    ],
)  # fmt: skip
def test_late_and_extended_hand_ins_are_told(tmp_path, text, told):
    assert lateness(tmp_path, handed_in(*MOODLE), text) == (told, [])


def test_a_day_lasts_until_its_end_and_a_file_of_ones_own_has_a_time(tmp_path):
    came = datetime(2026, 11, 27, 23, 30).timestamp()
    on_time, late = handed_in("2214", "2215", came=came)
    late = replace(late, came=came + 3600)
    told, _ = lateness(tmp_path, [on_time, late], deadline="2026-11-27", users=PARTICIPANTS)
    assert told == {"2215": "Handed in 30 minutes after the deadline."}


def test_what_canvas_marks_late_is_told_with_and_without_more_time(tmp_path):
    found = handed_in("wangwei_LATE_42_700_a", "mülleranna_LATE_41_701_a")
    told, stray = lateness(
        tmp_path, found, "student,minutes\n2214,60\nghost,5\n", deadline=None, users=CANVAS, format="canvas"
    )
    assert told == {
        "wangwei 42": deadlines.MARKED,
        "mülleranna 41": f"{deadlines.MARKED} You were given 1 hour more than the class.",
    }
    assert stray == [deadlines.NO_HAND_IN.format(path=tmp_path / "deadlines.csv", student="ghost")]


BAD_DEADLINES = {
    "in the past for everybody": ("2026-11-26", None, r"each of the 2 .* at 2026-11-27 15:12; .*right day"),
    "no time": ("tomorrow", None, "the deadline is 'tomorrow'; expected a day or a time such as 2026-11-27"),
    "other columns": (DUE, "name,hours\nanna,1\n", "columns name, hours; expected student, minutes"),
    "empty": (DUE, "", "columns none; expected student, minutes"),
    "not whole": (DUE, "student,minutes\nanna,1.5\n", "line 2: '1.5' minutes for anna; expected a whole"),
    "less time": (DUE, "student,minutes\nanna,-30\n", "line 2: '-30' minutes"),
    "a year and more": (DUE, "student,minutes\nanna,999999\n", "from 0 to 527,040"),
    "no number": (DUE, "student,minutes\n\nanna\n", "line 3: '' minutes"),
    "twice": (DUE, "student,minutes\nanna,5\nAnna,6\n", "names Anna twice, in lines 2 and 3"),
    "two of the name": (DUE, "student,minutes\nWei Wang,5\n", "Wei Wang may be Wei Wang 42 or Wei Wang 43"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-11-27", 23), ("20261127", 23), ("2026-11-27 18", 18), ("20261127T0700", 7)]
)
def test_only_a_day_alone_lasts_until_its_end(text, hour):
    assert read_deadline(text).hour == hour


@pytest.mark.parametrize("name", BAD_DEADLINES)
def test_a_deadline_that_cannot_be_is_refused_with_what_was_found(tmp_path, name):
    deadline, text, words = BAD_DEADLINES[name]
    found = handed_in(*MOODLE, *(["Wei Wang_43_assignsubmission_file"] if name == "two of the name" else []))
    with pytest.raises(UsageError, match=f"(?i){words}"):
        lateness(tmp_path, found, text, deadline)


def test_a_downloads_time_is_no_hand_ins_time_and_a_foreign_one_is_named(tmp_path):
    found = handed_in("wangwei_42_700_a", came=datetime.now().timestamp())
    with pytest.raises(UsageError, match=r"nothing tells when the 1 hand-ins came.*worksheet"):
        lateness(tmp_path, found, users=CANVAS, format="canvas")
    foreign = WORKSHEET.replace("Friday, 27 November 2026, 3:12 PM", "Freitag, 27. November 2026, 15:12")
    with pytest.raises(UsageError, match=r"Anna Müller 41 handed in 'Freitag, .*Set Moodle to English"):
        lateness(tmp_path, handed_in(*MOODLE), users=foreign)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("moodle", None), r"--format moodle\|canvas needs --users"),
        ((None, "users.csv"), r"--format moodle\|canvas needs --users"),
        (("excel", "users.csv"), "--format is 'excel'; expected moodle or canvas"),
    ],
)
def test_a_list_and_its_form_belong_together(given, told):
    with pytest.raises(UsageError, match=told):
        Register(*given)


# The command


class Room:
    """A sandbox's place, in which every submission answers the same."""

    ran = 0

    def __init__(self, *asked, **options):
        pass

    def run(self, cells):
        Room.ran += 1
        return Outcome({"q1": encode(6.0), "q2": encode(TEXT), "q3": encode(3)})

    def close(self):
        pass


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(batch, "Sandbox", Room)
    monkeypatch.setattr(Room, "ran", 0)


def graded(tmp_path, path, *more):
    return main(
        [
            "grade",
            LESSON,
            str(path),
            "--seed",
            str(SEED),
            "--output",
            str(tmp_path / "grades"),
            *map(str, more),
        ]
    )


def test_from_a_zip_to_the_file_to_import(course, room, tmp_path, capsys):
    sheet = submit(course, tmp_path / "sheet.ipynb").read_bytes()
    files = {f"{name}/x.ipynb": sheet for name in (*MOODLE, "Ghost_99_assignsubmission_file")}
    hand_ins = zipped(tmp_path / "class.zip", files)
    (tmp_path / "users.csv").write_text(WORKSHEET, encoding="utf-8")
    (tmp_path / "more.csv").write_text("student,minutes\nwei@example.edu,45\n", encoding="utf-8")
    options = ("--format", "moodle", "--users", tmp_path / "users.csv", "--deadline", DUE)
    assert graded(tmp_path, hand_ins, *options, "--deadlines", tmp_path / "more.csv") == 1
    out = capsys.readouterr().out
    assert "0 of 3 users. 2 wait for `opslab review`, which adds them. 1 handed in nothing" in out
    assert "1 graded, and not in the gradebook:\n  Ghost 99: is not on the list" in out
    results = tmp_path / "grades"
    told = deadlines.IN_EXTENSION.format(late="30 minutes", more="45 minutes")
    page = (results / "students" / "Wei Wang 42.html").read_text("utf-8")
    report = (results / "report.html").read_text("utf-8")
    assert told.replace("'", "&#39;") in page
    assert all(words in report for words in ("Not in the gradebook: 1", "Late or extended: 1"))
    for student, level in (("Anna Müller 41", 4), ("Wei Wang 42", 2)):
        keep_review(results, student, "q2", Review(fingerprint(TEXT), level))
    write_results(read_graded(results), results)
    rows = list(csv.DictReader((results / "gradebook-moodle.csv").read_text("utf-8").splitlines()))
    assert [(row["Identifier"], row["Grade"]) for row in rows] == [
        ("Participant 41", "13.33"), ("Participant 42", "10.00"),  # of q1, q2 and q3 two or one and a half
    ]  # fmt: skip
    assert "2 of 3 users. 1 handed in nothing" in gradebook_standing(results)
    assert len(read_questions(LESSON)) == 3


@pytest.mark.parametrize(("then", "left"), [((), []), (("canvas",), ["gradebook-canvas.csv"])])
def test_no_gradebook_of_an_earlier_run_stands_beside_new_scores(course, room, tmp_path, then, left):
    (tmp_path / "hand-ins").mkdir()
    submit(course, tmp_path / "hand-ins" / "wangwei_42_900_x.ipynb")
    (tmp_path / "users.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "gradebook-moodle.csv").write_text("Identifier,Grade\nParticipant 42,0.00\n")
    options = ("--format", *then, "--users", tmp_path / "users.csv") if then else ()
    graded(tmp_path, tmp_path / "hand-ins", *options)
    assert (tmp_path / "grades" / "scores.csv").exists()
    assert [path.name for path in (tmp_path / "grades").glob("gradebook-*.csv")] == left


REFUSALS = {
    "doubles": (lambda users: users + users.splitlines()[1] + "\n", (), "more than once"),
    "past": (lambda users: users, ("--deadline", "2025-01-01"), "right day"),
    "another course's": (lambda users: users.replace("Anna Müller", "A").replace("41", "5"), (), "none of"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_runs_nothing_and_leaves_what_was_written(course, room, tmp_path, capsys, name):
    change, options, words = REFUSALS[name]
    folder = submit(course, tmp_path / "in" / MOODLE[0] / "x.ipynb").parents[1]
    users = tmp_path / "users.csv"
    users.write_text(WORKSHEET, encoding="utf-8")
    listed = ("--format", "moodle", "--users", users)
    assert graded(tmp_path, folder, *listed) == 0
    before = {path: path.read_bytes() for path in (tmp_path / "grades").rglob("*") if path.is_file()}
    users.write_text(change(WORKSHEET), encoding="utf-8")
    ran = Room.ran
    submit(course, tmp_path / "in" / MOODLE[0] / "x.ipynb", q1="check('q1', 1)")
    assert graded(tmp_path, folder, *listed, *options) == 2
    assert words in capsys.readouterr().err
    assert Room.ran == ran
    assert before == {path: path.read_bytes() for path in (tmp_path / "grades").rglob("*") if path.is_file()}


def test_a_zip_of_another_courses_notebooks_is_refused_with_examples(course, room, tmp_path, capsys):
    files = {f"{name}/x.ipynb": bare_notebook("1 + 1", 'grader.check("q1")') for name in MOODLE}
    assert graded(tmp_path, zipped(tmp_path / "other.zip", files)) == 2
    words = capsys.readouterr().err
    assert "none of the 2 hand-ins in" in words
    assert "Anna Müller 41: holds no call of check(…): is it the exercise notebook of 06-tiny?" in words
    assert not (tmp_path / "grades").exists()


def test_a_gradebook_is_written_whole_or_not_at_all(course, room, tmp_path, monkeypatch):
    folder = submit(course, tmp_path / "in" / "2214.ipynb").parent
    users = tmp_path / "users.csv"
    users.write_text(PARTICIPANTS, encoding="utf-8")
    assert graded(tmp_path, folder, "--format", "moodle", "--users", users) == 0
    path = tmp_path / "grades" / "gradebook-moodle.csv"
    before = path.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "disk full")))
    keep = read_graded(tmp_path / "grades")
    with pytest.raises(OSError, match="what was there before is unchanged"):
        write_results(keep, tmp_path / "grades")
    assert path.read_bytes() == before
    assert gradebook.GRADEBOOK.format(format="moodle") == path.name
