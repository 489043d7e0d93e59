"""The filing desk of lesson 01: what is filed on it, in Python, in a page and in a deck."""

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.goals import filing_desk, taxonomy_agreement
from opslab.ground.forms import MARKER
from opslab.ground.saved_input import keep
from tests.test_scqa_forms import exported, stored

CARDS = pd.DataFrame(
    {
        "text": ["call the lost", "post notes", "mend the menu", "<b>hi</b>", "print a map", "plan fair"],
        "branch": ["user", "market", "content", "user", "content", "market"],
        "viewpoint": ["user", "activity", "product", "user", "product", "product"],
    }
)  # fmt: skip
OURS = dict(zip(CARDS.text, CARDS[["branch", "viewpoint"]].to_numpy().tolist(), strict=True))


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("OPSLAB_HOME", str(tmp_path / "home"))


def test_what_is_filed_is_a_table_with_its_agreement():
    desk = filing_desk(CARDS)
    assert (len(desk.own), desk.agreement) == (0, None)
    desk.write({**OURS, "post notes": ["market", ""]})
    assert desk.own.text.tolist() == CARDS.text.drop(1).tolist()
    expected = taxonomy_agreement(CARDS.drop(1), "branch", "viewpoint")
    assert desk.agreement.cramers_v == expected.cramers_v


def test_the_page_files_and_it_is_there_when_the_form_is_opened_again():
    desk = filing_desk(CARDS)
    desk.widget.typed = {"filed": OURS, "shown": True}
    again = filing_desk(CARDS)
    pd.testing.assert_frame_equal(again.own, CARDS)
    assert again.shown
    assert stored(again)[MARKER]["state"]["typed"] == {"filed": OURS, "shown": True}
    assert filing_desk(CARDS.head(4)).own.empty
    again.write({})
    assert filing_desk(CARDS).own.empty


@pytest.mark.parametrize(
    "kept",
    [
        3,
        {"filed": [1]},
        {"filed": {"x": ["user", "user"]}},
        {"filed": {"print a map": ["user", "lunch"]}},
        {"filed": {"print a map": ["user"]}},
        {"filed": {"print a map": 5}},
    ],
)
def test_what_was_kept_and_is_no_filing_is_left_alone(kept):
    keep(filing_desk(CARDS)._name, kept)
    assert filing_desk(CARDS).own.empty


@pytest.mark.parametrize(
    ("cards", "words"),
    [
        (CARDS.head(1), "2 to 60"),
        (pd.concat([CARDS] * 2), "each text may be there once"),
        (CARDS.assign(branch="user"), "2 or more in each"),
        (CARDS.assign(branch=list("abcdef"), viewpoint=list("abcdef")), "12 categories in all"),
        (CARDS.drop(columns="viewpoint"), "viewpoint"),
    ],
)
def test_cards_that_no_form_can_show_are_refused_in_words(cards, words):
    with pytest.raises(ValueError, match=words):
        filing_desk(cards)


@pytest.mark.browser
@pytest.mark.parametrize("exporter", [PageExporter, SlidesExporter])
def test_cards_are_filed_by_keys_and_the_agreement_grows_without_a_kernel(page, tmp_path, exporter):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(exported(exporter, tmp_path, filing=stored(filing_desk(CARDS))))
    page.wait_for_selector("html[data-opslab=ready]", state="attached")
    if exporter is SlidesExporter:
        page.keyboard.press("ArrowRight")
    form = page.get_by_role("group", name="File the cards")
    assert form.locator(".opslab-filing-tables table").count() == 1
    assert form.get_by_text("0 of 6 filed; an agreement needs two kinds").is_visible()
    form.get_by_role("button", name="3 user").focus()
    mine = {**OURS, "plan fair": ["market", "activity"]}
    sides = [sorted(CARDS.branch.unique()), sorted(CARDS.viewpoint.unique())]
    for place, (text, (branch, viewpoint)) in enumerate(mine.items(), start=1):
        assert form.get_by_text(text, exact=True).is_visible()
        page.keyboard.press(str(1 + sides[0].index(branch)))
        page.keyboard.press(str(4 + sides[1].index(viewpoint)))
        filed = pd.DataFrame([(text, *both) for text, both in mine.items()][:place], columns=CARDS.columns)
        if place > 1:
            found = taxonomy_agreement(filed, "branch", "viewpoint")
            told = f"Cramér's V {found.cramers_v:.2f}, adjusted Rand {found.adjusted_rand:.2f}".replace(
                "-", "−"
            )
            assert form.get_by_text(f"{place} of 6 filed; {told}.").is_visible()
    ours = taxonomy_agreement(CARDS, "branch", "viewpoint")
    assert form.get_by_text(f"The authors' filing: Cramér's V {ours.cramers_v:.2f}").is_visible()
    assert form.get_by_text("Viewpoint: you and the authors agree on 5 of 6").is_visible()
    assert form.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    if exporter is PageExporter:
        form.get_by_text("file apart: 1").click()
        assert form.get_by_role("row", name="plan fair market, activity market, product").is_visible()
        found = Axe().run(page, context=".opslab-form")
        assert found.violations_count == 0, found.generate_report()
        form.get_by_role("button", name="Card before").click()
        form.get_by_role("button", name="1 content").click()
        assert form.get_by_text("Card 5 of 6").is_visible()  # mended, not led on
        page.reload()
        assert form.get_by_text("6 of 6 filed").is_visible()
        form.get_by_role("button", name="Start again").click()
        assert form.get_by_text("0 of 6 filed").is_visible()
    assert page.strangers == []
