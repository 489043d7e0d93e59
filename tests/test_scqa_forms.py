"""The forms of lesson 12 that work from what an output stores, too: in Python, in a page and in a deck."""

import json
from types import SimpleNamespace

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.authoring.export.site import FigureRenderer, _adapt
from opslab.scqa import coach, mail_desk, read_opening
from opslab.scqa.forms import FORMS, MARKER, SCRIPTS, script
from opslab.scqa.mail import LABELS
from opslab.scqa.splitting import PAGE

MAIL = (
    "Dear Ms Chen,\nOur four kitchens cook 1,900 lunches a day. Since March vegetables cost 22 % more. "
    "Should we change the menu? Yes: two days a week without meat until September.\nBest regards\nLi Wei"
)
RUSSIAN = "Мы держим два магазина. С мая приходит меньше людей. Что делать?"
CHINESE = (
    "我们食堂每天做一千九百份午餐。可是三月以来菜价涨了22%。该不该换菜单？建议到九月为止每周两天不用肉。"
)


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path / "home"))


def stored(form) -> dict:
    """Return what an output stores of a form, as JSON brings it back."""
    return json.loads(json.dumps(form._repr_mimebundle_()[0]))


# A mail


@pytest.mark.parametrize("text", [MAIL, CHINESE])
def test_an_output_stores_the_coachs_reading_of_its_mail(text):
    said = stored(mail_desk(text))[MARKER]["state"]["said"]
    clauses = read_opening(text).clauses
    assert [(one["text"], one["part"]) for one in said["clauses"]] == [
        (one.text, one.part) for one in clauses
    ]
    assert [one["part"] for one in said["clauses"]] == ["S", "C", "Q", "A"]
    assert [one["what"] for one in said["remarks"]] == [one.what for one in coach(text)]
    assert [one["what"] for one in said["asks"]] == [one.what for one in coach(text).asks]


def test_a_mail_is_read_anew_while_somebody_types():
    form = mail_desk(MAIL)
    page = form.widget
    page.typed = {**page.typed, "text": "We run two shops. Should we close one?"}
    assert [one["part"] for one in page.said["clauses"]] == ["S", "Q"]
    assert [one["what"] for one in page.said["asks"]] == [one.what for one in form.remarks.asks]
    assert form.opening.missing == ["complication", "answer"]


def test_text_and_labels_are_there_when_the_form_is_opened_again():
    mail_desk(MAIL).write("We run two shops.", {"We run two shops.": "S"}, asked=True)
    again = mail_desk(MAIL)
    assert (again.text, again.labels, again.asked) == ("We run two shops.", {"We run two shops.": "S"}, True)
    assert mail_desk().typed == {"text": "", "labels": {}, "asked": False}
    again.write(MAIL, {})
    assert mail_desk(MAIL).typed == {"text": MAIL, "labels": {}, "asked": False}


@pytest.mark.parametrize(
    "kept",
    [
        "3",
        '{"text": 3}',
        '{"text": "a"}',
        '{"text": "a", "labels": {"a": "X"}}',
        '{"text": "a", "labels": [1]}',
    ],
)
def test_what_was_kept_and_is_no_label_is_left_alone(tmp_path, kept):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "kept.json").write_text(f'{{"mail: {CHINESE}": {kept}}}', encoding="utf-8")
    assert mail_desk(CHINESE).text == CHINESE


def test_of_a_book_the_first_page_is_read_and_that_is_said():
    said = stored(mail_desk("We sell bread in two shops. " * 4_000))[MARKER]["state"]["said"]
    assert f"{PAGE:,}" in said["note"]
    assert 0 < len(said["clauses"]) <= 80


def test_another_language_is_split_and_not_judged():
    said = stored(mail_desk(RUSSIAN))[MARKER]["state"]["said"]
    assert "English and Chinese" in said["note"]
    assert {one["part"] for one in said["clauses"]} == {""}
    assert said["remarks"] == []
    assert said["nothing"] == ""


@pytest.mark.parametrize("wrong", [None, 5, b"text", ["a"]])
def test_what_is_no_mail_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="expected the mail as text"):
        mail_desk(wrong)


# Scripts, pages and slides


def test_scripts_say_the_same_as_the_package():
    assert f'letters: "{LABELS}"' in script("mail")
    remote = (SCRIPTS / "remote.js").read_text(encoding="utf-8")
    assert MARKER in remote
    for form in FORMS:
        assert "import " not in script(form).replace("import(", "")
        assert f"{form}.js" in remote


def exported(exporter, folder, **cells: str) -> str:
    """Return the address of a file made of a notebook in which forms were shown and nothing else was run."""
    book = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    book.cells = [nbformat.v4.new_markdown_cell("# Forms")]
    for name, bundle in cells.items():
        output = nbformat.v4.new_output("execute_result", bundle, execution_count=1)
        book.cells.append(nbformat.v4.new_markdown_cell(f"## A claim about {name}"))
        book.cells.append(nbformat.v4.new_code_cell(name, outputs=[output], execution_count=1))
    file = folder / f"{exporter.__name__}.html"
    file.write_text(exporter().from_notebook_node(book)[0], encoding="utf-8")
    return file.as_uri()


def label_by_keys(page, letters: str):
    page.locator("[role=radiogroup] input").first.focus()
    for letter in letters:
        page.keyboard.press(str(LABELS.index(letter) + 1))


@pytest.mark.browser
@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
def test_a_mail_is_labelled_first_and_compared_then_without_a_kernel(page, tmp_path, exporter):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(exported(exporter, tmp_path, mail=stored(mail_desk(MAIL))))
    page.wait_for_selector("html[data-opslab=ready]", state="attached")
    if exporter is SlidesExporter:
        page.keyboard.press("ArrowRight")
    form = page.get_by_role("group", name="Paste a mail")
    lines = form.locator(".opslab-lines > li")
    assert lines.count() == 4
    assert "coach" not in lines.first.inner_text()
    label_by_keys(page, "SC–")
    assert form.get_by_text("1 to go").is_visible()
    label_by_keys(page, "SC–A")
    assert form.get_by_role("status").filter(has_text="agree on 3 of 4").is_visible()
    assert "✓ the coach, too" in lines.nth(0).inner_text()
    assert "≠ the coach: Q question" in lines.nth(2).inner_text()
    assert coach(MAIL).asks[0].what in form.inner_text()
    form.get_by_role("button", name="Start again").click()
    form.get_by_role("button", name="Show the coach's reading now").click()
    assert "the coach: S situation" in lines.nth(0).inner_text()
    assert form.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    if exporter is PageExporter:
        form.get_by_label("Your mail").fill("Another mail.")
        assert form.get_by_text("open the lesson in JupyterLab").is_visible()
        found = Axe().run(page, context=".opslab-form")
        assert found.violations_count == 0, found.generate_report()
    assert page.strangers == []


def test_the_site_keeps_of_a_form_its_state_and_its_sentence():
    cell = nbformat.v4.new_code_cell("mail_desk(mail)")
    cell.outputs = [nbformat.v4.new_output("execute_result", stored(mail_desk(MAIL)), execution_count=1)]
    _adapt(cell, fold=True)
    assert set(cell.outputs[0].data) == {MARKER}
    data = SimpleNamespace(mime_type=MARKER, content=cell.outputs[0].data[MARKER])
    [place] = FigureRenderer.handle_mime(None, data, inline=False)
    div = BeautifulSoup(place.astext(), "html.parser").div
    assert json.loads(div["data-state"])["given"] == MAIL
    assert "Paste a mail" in div.get_text()
