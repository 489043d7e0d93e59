"""The forms of lesson 12 that work from what an output stores, too: in Python, in a page and in a deck."""

import json
from types import SimpleNamespace

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.authoring.export.site import FigureRenderer, _adapt
from opslab.ground.forms import FORMS, MARKER, SCRIPTS, script
from opslab.ground.saved_input import keep
from opslab.scqa import Pyramid, coach, mail_desk, pyramid_desk, read_opening
from opslab.scqa.mail_desk import LABELS
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


# A pyramid

PYRAMID = Pyramid(
    "Keep the onboarding.",
    {
        "It keeps more users.": ["25 % came back, before 22 %.", "Each reads more."],
        "It costs little.": ["Two people."],
    },
)


def test_a_pyramid_goes_in_and_comes_out():
    assert pyramid_desk(PYRAMID).pyramid == PYRAMID
    form = pyramid_desk()
    page = form.widget
    assert "no answer yet" in page.said["note"]
    page.typed = {**page.typed, "answer": " Keep it. "}
    assert "no reason yet" in page.said["note"]
    reason = {
        "way": "deduction",
        "noun": "",
        "text": "It works.",
        "lines": ["Sales rose.", " ", "Sales now rose."],
    }
    page.typed = {**page.typed, "reasons": [reason, {**reason, "text": ""}]}
    assert form.pyramid == Pyramid("Keep it.", {"It works.": ["Sales rose.", "Sales now rose."]})
    assert page.said["note"] == ""
    assert [one["what"] for one in page.said["remarks"]] == [one.what for one in form.pyramid.check()]
    page.typed = {**page.typed, "reasons": [reason, reason]}
    assert "same words: 'It works.'" in page.said["note"]
    with pytest.raises(ValueError, match="same words"):
        _ = form.pyramid


def test_what_was_built_is_there_when_the_form_is_opened_again(tmp_path):
    form = pyramid_desk(PYRAMID)
    form.write(question="What now?", way="deduction")
    assert pyramid_desk(PYRAMID).typed == form.typed
    assert pyramid_desk().typed["question"] == ""
    form.write(**form.given)
    assert pyramid_desk(PYRAMID).typed["question"] == ""


@pytest.mark.parametrize(
    "broken",
    [
        3,
        {},
        {"answer": 3},
        {"way": "seduction"},
        {"way": ["deduction"]},
        {"reasons": 5},
        {"reasons": {"a": 1}},
        {"reasons": [{"text": "a"}]},
        {"reasons": [{"text": "a", "way": "induction", "noun": "", "lines": "b"}]},
        {"reasons": [{"text": "a", "way": "induction", "noun": "", "lines": [None]}]},
    ],
)
def test_what_is_no_form_of_a_pyramid_is_left_alone(broken):
    form = pyramid_desk(PYRAMID)
    if isinstance(broken, dict) and broken:
        form.write(**broken)
        assert form.typed == form.given
        broken = {**form.given, **broken}
    keep(form._name, broken)
    assert pyramid_desk(PYRAMID).typed == form.given


@pytest.mark.parametrize("wrong", ["text", 5, {"a": ["b"]}, Pyramid])
def test_what_is_no_pyramid_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="expected a Pyramid"):
        pyramid_desk(wrong)


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
    assert form.get_by_text("1 to go").is_visible() is (exporter is PageExporter)  # a hall sees the rows
    label_by_keys(page, "SC–A")
    assert form.get_by_role("status").filter(has_text="agree on 3 of 4").is_visible()
    assert page.evaluate("document.activeElement.value") == "A"  # the keyboard stays where it answered
    assert "✓ the coach, too" in lines.nth(0).inner_text()
    assert "≠ the coach: Q question" in lines.nth(2).inner_text()
    assert coach(MAIL).asks[0].what in form.inner_text()
    form.get_by_role("button", name="Start again").click()
    form.get_by_role("button", name="Show the coach's reading").click()
    assert "the coach: S situation" in lines.nth(0).inner_text()
    assert form.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    if exporter is PageExporter:
        form.get_by_label("Your mail").fill("Another mail.")
        assert form.get_by_text("open the lesson in JupyterLab").is_visible()
        found = Axe().run(page, context=".opslab-form")
        assert found.violations_count == 0, found.generate_report()
    assert page.strangers == []


@pytest.mark.browser
def test_a_pyramid_is_built_and_read_by_keyboard_without_a_kernel(page, tmp_path):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(exported(PageExporter, tmp_path, pyramid=stored(pyramid_desk(PYRAMID))))
    page.wait_for_selector("html[data-opslab=ready]", state="attached")
    form = page.get_by_role("group", name="Build a pyramid")
    assert form.get_by_text("This reason stands on fewer than two lines.").is_visible()
    form.get_by_role("textbox", name="Line 2.1").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("No new server.")
    page.keyboard.press("Alt+ArrowUp")
    assert form.get_by_role("textbox", name="Line 2.1").input_value() == "No new server."
    assert form.get_by_text("open the lesson in JupyterLab").is_visible()
    press(page, form, "So what? Line 2.1")
    steps = form.locator(".opslab-ladder:not([hidden])").inner_text().splitlines()
    places = [steps.index(words) for words in ("No new server.", "It costs little.", "Keep the onboarding.")]
    assert places == sorted(places)
    press(page, form, "Add a reason")
    page.keyboard.type("It can be undone")
    form.get_by_label("The reasons: how they lead up").select_option("deduction")
    assert form.get_by_role("textbox", name="Reason 3: conclusion").input_value() == "It can be undone"
    press(page, form, "Move up: Reason 3: conclusion")
    assert form.get_by_role("textbox", name="Reason 2: case").input_value() == "It can be undone"
    press(page, form, "Remove: Line 1.1")
    assert form.get_by_role("textbox", name="Line 1.1").input_value() == "Each reads more."
    assert page.evaluate("document.activeElement.dataset.id") == "r0-0"
    press(page, form, "Titles alone")
    titles = form.locator(".opslab-titles :is(p, li)").all_inner_texts()
    assert titles == ["Keep the onboarding.", "It keeps more users.", "It can be undone.", "It costs little."]
    press(page, form, "Issue tree")
    assert form.get_by_text("It can be undone: yes or no?").is_visible()
    form.get_by_label("Of which whole").fill("what an onboarding does")
    assert form.get_by_text("Does each part of “what an onboarding does” stand").is_visible()
    for view in ("Issue tree", "Build"):
        press(page, form, view)
        assert form.evaluate("e => e.scrollWidth - e.clientWidth") == 0
        found = Axe().run(page, context=".opslab-form")
        assert found.violations_count == 0, found.generate_report()
    assert page.strangers == []


def reloaded(page, exporter, name: str):
    """Load a page of one form again and return the form."""
    page.reload()
    page.wait_for_selector("html[data-opslab=ready]", state="attached")
    if exporter is SlidesExporter:
        page.keyboard.press("ArrowRight")
    return page.get_by_role("group", name=name)


@pytest.mark.browser
@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
def test_labels_are_there_after_a_reload_without_a_kernel(page, tmp_path, exporter):
    page.goto(exported(exporter, tmp_path, mail=stored(mail_desk(MAIL))))
    form = reloaded(page, exporter, "Paste a mail")
    assert "4 to go" in form.text_content()
    label_by_keys(page, "SC–")
    form = reloaded(page, exporter, "Paste a mail")
    assert "1 to go" in form.text_content()
    assert form.locator("input:checked").evaluate_all("all => all.map(({ value }) => value)") == [
        "S",
        "C",
        "–",
    ]
    form.get_by_role("button", name="Show the coach's reading").click()
    form = reloaded(page, exporter, "Paste a mail")
    assert "≠ the coach: Q question" in form.locator(".opslab-lines > li").nth(2).inner_text()
    if exporter is PageExporter:
        form.get_by_label("Your mail").fill("Another mail.")
        form = reloaded(page, exporter, "Paste a mail")
        assert form.get_by_label("Your mail").input_value() == "Another mail."
        assert form.get_by_text("open the lesson in JupyterLab").is_visible()
    form.get_by_role("button", name="Start again").click()
    form = reloaded(page, exporter, "Paste a mail")
    assert form.locator("input:checked").count() == 0
    assert form.get_by_label("Your mail").input_value() == MAIL
    page.goto(exported(exporter, tmp_path, mail=stored(mail_desk(CHINESE))))
    assert "4 to go" in reloaded(page, exporter, "Paste a mail").text_content()


@pytest.mark.browser
@pytest.mark.parametrize("kept", ["", "null", "3", '{"answer": 3}', '{"reasons": {}, "answer": "a"}'])
def test_a_pyramid_is_there_after_a_reload_without_a_kernel_and_what_is_none_is_left_alone(
    page, tmp_path, kept
):
    page.goto(exported(PageExporter, tmp_path, pyramid=stored(pyramid_desk(PYRAMID))))
    form = reloaded(page, PageExporter, "Build a pyramid")
    form.get_by_role("textbox", name="Line 2.1").fill("One person.")
    form = reloaded(page, PageExporter, "Build a pyramid")
    assert form.get_by_role("textbox", name="Line 2.1").input_value() == "One person."
    assert form.get_by_text("open the lesson in JupyterLab").is_visible()
    page.evaluate("kept => { for (const key of Object.keys(localStorage)) localStorage[key] = kept }", kept)
    form = reloaded(page, PageExporter, "Build a pyramid")
    assert form.get_by_role("textbox", name="Line 2.1").input_value() == "Two people."


def press(page, form, name: str):
    form.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


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
