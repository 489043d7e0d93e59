"""Reading written answers: every key is saved, nothing is lost, and nobody else gets in."""

import csv
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from ast import literal_eval
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from opslab.__main__ import main
from opslab.exercises.display import UsageError
from opslab.grading import batch
from opslab.grading.batch import grade, read_graded
from opslab.grading.results import write_results
from opslab.grading.review import ReviewServer
from opslab.grading.rubric_levels import (
    REVIEWS,
    Review,
    fingerprint,
    in_reading_order,
    keep_review,
    read_reviews,
)
from opslab.grading.sandbox import Outcome, Sandbox
from opslab.grading.serialisation import encode
from opslab.ground.paths import NotWrittenError
from tests.classroom import LESSON, class_course, submit

HOSTILE = '<script>document.title = "run"</script> $x^2$ is what a mean of mine says'
TEXTS = {
    "anna": "The mean moves with every single value.",
    "ben": "平均数会随着每一个数值而变动，一个大户就能改变它。",
    "chen": HOSTILE,
    "dora": "The mean moves  with every\nsingle value. ",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The root of a course with one written question, q2, which the package takes for its own meanwhile."""
    with class_course(tmp_path_factory.mktemp("course")) as root:
        yield root


@pytest.fixture
def class_grade(course, tmp_path, monkeypatch):
    """Return a function that grades a class of these texts; nothing is run, so no sandbox is needed."""
    folder = tmp_path / "grades"

    def graded(**texts):
        for student, text in texts.items():
            submit(course, tmp_path / "submissions" / f"{student}.ipynb", q2=f"check('q2', {text!r})")
        monkeypatch.setattr(Sandbox, "run", lambda _, cells: Outcome(_handed_over(cells)))
        found = grade(LESSON, tmp_path / "submissions", seed=12, output=folder, safe=False)
        write_results(found, folder)
        return folder

    return graded


def _handed_over(cells):
    call = next(source for source in cells.values() if source.startswith("check('q2'"))
    return {"q1": encode(6.0), "q2": encode(literal_eval(call[len("check('q2', ") : -1])), "q3": encode(18)}


@pytest.fixture
def folder(class_grade):
    return class_grade(**TEXTS)


@contextmanager
def serving(folder):
    with ReviewServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(server, body=None, path=None, **headers):
    """Send a request as any program on this machine could; return status, headers and text."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | headers
    connection.request("GET" if body is None else "POST", path or f"/{server.token}/", content, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def review(student, level, comment="", text=None):
    of = fingerprint(TEXTS[student] if text is None else text)
    return {"student": student, "question": "q2", "of": of, "level": level, "comment": comment}


def scores(folder):
    with (folder / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file) if row["question"] == "q2"}


def levels(folder):
    return {answer["student"]: answer["level"] for answer in order(folder)}


def order(folder):
    return in_reading_order(read_graded(folder), read_reviews(folder))


# Who gets in


def test_the_page_is_for_those_who_know_its_token(folder):
    with serving(folder) as server:
        status, headers, page = ask(server)
        assert status == 200
        assert TEXTS["anna"] in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        for path in ("/", "/x/", f"/{server.token}", "/%C3%A9/"):
            for body in (None, review("anna", 4)):
                status, _, text = ask(server, body, path)
                assert status == 403
                assert TEXTS["anna"] not in text
    assert read_reviews(folder) == {}


@pytest.mark.parametrize("host", ["example.org", "example.org:80", "127.0.0.1.example.org:80", "[:1", ""])
def test_a_foreign_name_of_this_machine_is_refused(folder, host):
    with serving(folder) as server:
        for body in (None, review("anna", 4)):
            assert ask(server, body, Host=host)[0] == 403
    assert read_reviews(folder) == {}


BAD = {
    "no JSON": b"{",
    "a list": [1],
    "level 5": review("anna", 5),
    "level true": review("anna", True),
    "level in words": review("anna", "3"),
    "comment of numbers": review("anna", 3, 7),
    "long comment": review("anna", 3, "x" * 2001),
    "huge": review("anna", 3, "x" * 100_000),
    "a field too many": review("anna", 3) | {"score": 1},
    "a field too few": {"student": "anna"},
    "a list for a name": review("anna", 3) | {"student": ["anna"]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_review_is_refused(folder, name):
    with serving(folder) as server:
        assert ask(server, BAD[name])[0] == 400
        assert ask(server, review("anna", 3), **{"Content-Type": "text/plain"})[0] == 400
    assert read_reviews(folder) == {}


def test_an_unknown_student_is_refused(folder):
    with serving(folder) as server:
        assert ask(server, review("anna", 3) | {"student": "../eve"})[0] == 409
    assert read_reviews(folder) == {}


# What is kept


def test_a_level_reaches_scores_the_students_page_and_the_report(folder):
    with serving(folder) as server:
        assert ask(server, review("anna", 3, "Say when. <b>好</b>"))[0] == 204
        assert levels(folder) == {"anna": 3, "ben": None, "chen": None, "dora": None}
        server.write_results()
    row = scores(folder)["anna"]
    assert (row["score"], row["level"], row["finding"]) == ("0.75", "3", "reviewed")
    assert row["comment"] == "Say when. <b>好</b>"
    assert scores(folder)["ben"]["score"] == scores(folder)["ben"]["level"] == ""
    page = (folder / "students" / "anna.html").read_text("utf-8")
    assert "Level 3 of 4: says that it moves. For level 4: says when it misleads." in page
    assert "Say when. &lt;b&gt;好&lt;/b&gt;" in page
    assert "anna: 2 of 2 right" in page
    report = (folder / "report.html").read_text("utf-8")
    assert "3 to be read" in report
    assert "says that it moves" in report


def test_results_are_written_when_the_keys_rest(folder):
    with serving(folder) as server:
        written = threading.Event()
        write = server.write_results
        server.write_results = lambda: (write(), written.set())
        ask(server, review("anna", 4))
        assert written.wait(30)
    assert scores(folder)["anna"]["score"] == "1"


def test_a_level_can_be_taken_back(folder):
    with serving(folder) as server:
        ask(server, review("anna", 3))
        ask(server, review("anna", None))
        server.write_results()
    assert levels(folder)["anna"] is None
    assert scores(folder)["anna"]["finding"] == "written"


def test_grading_again_keeps_levels_and_a_new_text_voids_its_own(folder, class_grade):
    for student in ("anna", "ben"):
        keep_review(folder, student, "q2", Review(fingerprint(TEXTS[student]), 2))
    class_grade(anna=TEXTS["anna"] + "\n", ben="Another text that says a little more.")
    assert levels(folder) == {"anna": 2, "ben": None, "chen": None, "dora": None}
    assert scores(folder)["anna"]["level"] == "2"
    assert scores(folder)["ben"]["level"] == ""


def test_a_level_for_a_text_that_was_replaced_is_refused(folder, class_grade):
    with serving(folder) as server:
        class_grade(ben="Another text that says a little more.")
        status, _, words = ask(server, review("ben", 4))
        assert (status, "handed in another text" in words) == (409, True)
        assert "Another text that says a little more." in ask(server)[2]
    assert levels(folder)["ben"] is None


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"anna": 3}', '{"anna": {"q2": {"of": "x", "level": 9}}}', "[" * 9999]
)
def test_damaged_reviews_are_set_aside_and_never_overwritten(folder, content, capsys):
    for _ in range(2):
        (folder / REVIEWS).write_text(content)
        with serving(folder) as server:
            assert ask(server, review("anna", 1))[0] == 204
        assert "set aside as reviews.damaged-" in capsys.readouterr().err
    kept = [folder / f"reviews.damaged-{number}.json" for number in (1, 2)]
    assert [path.read_text() for path in kept] == [content] * 2
    assert levels(folder)["anna"] == 1


def test_two_readers_at_once_lose_nothing(folder):
    with serving(folder) as one, serving(folder) as other:
        assert one.address != other.address
        ask(one, review("anna", 1))
        ask(other, review("ben", 2))
        ask(one, review("chen", 3))
    assert levels(folder) == {"anna": 1, "ben": 2, "chen": 3, "dora": None}


def test_a_disk_that_is_full_is_told_and_the_server_goes_on(folder, monkeypatch):
    def fail(*_):
        raise NotWrittenError(28, "reviews.json cannot be written (No space left on device)")

    with serving(folder) as server:
        with monkeypatch.context() as patch:
            patch.setattr("opslab.grading.rubric_levels.write_whole", fail)
            status, _, words = ask(server, review("anna", 3))
            assert (status, "No space left" in words) == (507, True)
        assert ask(server, review("anna", 3))[0] == 204


def test_equal_texts_stand_side_by_side_and_names_decide_no_place(folder):
    found = order(folder)
    alike = [place for place, answer in enumerate(found) if answer["alike"] == ["anna", "dora"]]
    assert alike[1] == alike[0] + 1
    assert [answer["student"] for answer in found] != sorted(TEXTS)
    assert order(folder) == found


def test_the_worked_answer_is_that_of_the_graded_world(folder):
    assert read_graded(folder).worked == {"q2": "The mean moves with every value, even with one {whale}."}


def test_what_is_no_letter_breaks_no_page(class_grade):
    folder = class_grade(anna="Half a letter \ud800 is what a mean of mine says.")
    with serving(folder) as server:
        assert ask(server)[0] == 200


# The command


def test_a_folder_without_grades_says_what_to_do(course, tmp_path, capsys):
    assert main(["review", str(tmp_path / "none"), "--no-browser"]) == 2
    assert "opslab grade" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"lesson": "06-tiny"}', '{"marks": []}'])
def test_damaged_grades_say_what_to_do(folder, content):
    (folder / batch.GRADED).write_text(content)
    with pytest.raises(UsageError, match="run `opslab grade` again"):
        ReviewServer(folder)


def test_nothing_written_is_said(class_grade):
    with pytest.raises(UsageError, match="holds no written answer to read"):
        ReviewServer(class_grade(anna="short"))


def test_a_folder_that_cannot_be_written_is_found_out_first(folder, monkeypatch):
    def fail(path, content):
        raise NotWrittenError(30, f"{path} cannot be written (Read-only file system)")

    monkeypatch.setattr("opslab.grading.results.write_whole", fail)
    assert main(["review", str(folder), "--no-browser"]) == 2


def test_the_command_prints_the_address_and_ends_by_ctrl_c(course, folder):
    command = [sys.executable, "-m", "opslab", "review", str(folder), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for left, student in ((4, "anna"), (3, "ben")):
        run = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        first = run.stdout.readline()
        assert first.startswith(f"{left} of 4 written answers to read")
        _, _, host, path = first.split()[-1].removesuffix("/").split("/")
        connection = http.client.HTTPConnection(host, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"/{path}/", json.dumps(review(student, left)), headers)
        assert connection.getresponse().status == 204
        connection.close()
        run.send_signal(signal.SIGINT)
        last = run.communicate(timeout=60)[0].splitlines()[-1]
        assert last.startswith(f"{left - 1} of 4 left to read")
        assert run.returncode == 1
    assert [scores(folder)[student]["level"] for student in ("anna", "ben")] == ["4", "3"]


def test_a_page_left_open_finds_the_next_server(folder):
    addresses = []
    for _ in range(2):
        with serving(folder) as server:
            addresses.append(server.address)
    assert addresses[0] == addresses[1]
    assert (folder / ".review-address").stat().st_mode & 0o077 == 0


# The page


@pytest.fixture
def reading(page, folder):
    """Yield a page that shows the first answer, and its server."""
    with serving(folder) as server:
        page.goto(server.address)
        yield page, server


def shows(page, selector, words):
    page.locator(selector, has_text=words).wait_for()


def saved(page, words):
    shows(page, "#saved", f"{words} · saved")


@pytest.mark.browser
def test_three_answers_are_scored_by_keys_and_a_reload_goes_on(reading, folder):
    page, _ = reading
    in_order = [answer["student"] for answer in order(folder)]
    for place, key in enumerate("314", start=1):
        shows(page, "#progress", f"{place} of 4 · {5 - place} to read")
        page.keyboard.press(key)
        saved(page, f"Answer {place}: level {key}")
    page.reload()
    shows(page, "#progress", "4 of 4 · 1 to read")
    assert levels(folder) == dict(zip(in_order, [3, 1, 4, None], strict=True))
    page.keyboard.press("2")
    shows(page, "#progress", "4 of 4 · all read")
    saved(page, "Answer 4: level 2")
    assert page.complaints == page.strangers == []


@pytest.mark.browser
def test_keys_go_back_undo_comment_and_show_names(reading, folder):
    page, _ = reading
    first, second = (answer["student"] for answer in order(folder)[:2])
    page.keyboard.press("4")
    saved(page, "Answer 1: level 4")
    page.keyboard.press("u")
    saved(page, "Answer 1: no level")
    shows(page, "#progress", "1 of 4 · 4 to read")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    page.keyboard.type("4 jk 好")
    page.keyboard.press("Escape")
    saved(page, "Answer 2: comment")
    assert first not in page.inner_text("body")
    page.keyboard.press("n")
    shows(page, "#whose", second)
    page.keyboard.press("3")
    saved(page, "Answer 2: level 3")
    page.keyboard.press("k")
    page.keyboard.press("k")
    shows(page, "#whose", first)
    kept = read_reviews(folder)
    assert (kept[first]["q2"].level, kept[second]["q2"].level) == (None, 3)
    assert kept[second]["q2"].comment == "4 jk 好"


@pytest.mark.browser
def test_a_key_held_down_scores_once(reading, folder):
    page, _ = reading
    for _ in range(3):
        page.keyboard.down("2")
    page.keyboard.up("2")
    saved(page, "Answer 1: level 2")
    assert list(levels(folder).values()).count(2) == 1


@pytest.mark.browser
def test_buttons_do_what_keys_do(reading, folder):
    page, _ = reading
    page.get_by_role("button", name="names the mean").click()
    saved(page, "Answer 1: level 2")
    page.get_by_role("button", name="previous").click()
    shows(page, "#progress", "1 of 4 · 3 to read")
    assert page.get_by_role("button", name="names the mean").get_attribute("aria-pressed") == "true"


@pytest.mark.browser
def test_a_text_is_shown_as_text_and_equal_ones_are_flagged(reading, folder):
    page, _ = reading
    seen = []
    for _ in TEXTS:
        seen.append((page.inner_text("#text"), page.locator("#alike").is_visible()))
        page.keyboard.press("j")
    assert (HOSTILE, False) in seen
    assert (TEXTS["anna"], True) in seen
    assert page.title() == f"Review · {LESSON}"


@contextmanager
def cut_off(page):
    """Let the page reach nothing; the browser's own switch may stay off for the tests that follow."""
    page.route("**", lambda route: route.abort())
    yield
    page.unroute("**")


@pytest.mark.browser
def test_a_score_that_cannot_be_saved_is_told_and_kept(reading, folder):
    page, _ = reading
    with cut_off(page):
        page.keyboard.press("3")
        shows(page, "#alarm", "1 not saved yet")
        page.keyboard.press("4")
        shows(page, "#alarm", "2 not saved yet")
        assert read_reviews(folder) == {}
    saved(page, "Answer 2: level 4")
    page.locator("#alarm").wait_for(state="hidden")
    assert sorted(filter(None, levels(folder).values())) == [3, 4]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_raises_no_barrier_by_day_or_night(reading, scheme, width):
    page, _ = reading
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.keyboard.press("2")
    page.keyboard.press("k")
    for keys in ("n", "?"):
        page.keyboard.press(keys)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    across = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(across) == 0


# Two readers

READER = """
import sys
from pathlib import Path
from opslab.grading.rubric_levels import Review, keep_review
for place in range(60):
    keep_review(Path(sys.argv[1]), f"{sys.argv[2]}-{place}", "q2", Review("x", 1 + place % 4))
"""


def test_two_readers_of_one_folder_keep_each_others_levels(tmp_path):
    readers = [subprocess.Popen([sys.executable, "-c", READER, tmp_path, name]) for name in ("one", "two")]
    assert [reader.wait(120) for reader in readers] == [0, 0]
    assert len(read_reviews(tmp_path)) == 2 * 60


def test_two_open_reviews_of_one_folder_end_with_the_scores_of_both(folder):
    with serving(folder) as one, serving(folder) as other:
        assert one.server_port != other.server_port
        assert ask(one, review("anna", 4))[0] == ask(other, review("ben", 2))[0] == 204
        other.write_results()
        one.write_results()
    assert [scores(folder)[student]["level"] for student in ("anna", "ben")] == ["4", "2"]
