"""Laws of explaining: no word is lost, no text breaks the coach, and no model leaves its range."""

import contextlib
import itertools
import string
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from opslab.scqa import (
    AUDIENCES,
    ORDERS,
    PARTS,
    Brief,
    Pyramid,
    acting,
    coach,
    desk,
    in_mind,
    mece,
    read_opening,
    recalled,
)
from tests.strategies import LAW, SLOW_LAW, shares, texts

parts_of_text = st.tuples(texts, texts, texts, texts)
# Words without a cue, so that only the label tells the part.
plain = st.lists(st.text("bdfgkmpvz", min_size=3, max_size=7), min_size=4, max_size=9).map(" ".join)
visible = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffd"), max_size=40
).filter(str.strip)
reasons = st.dictionaries(
    texts.filter(str.strip) | visible, st.lists(texts | visible, max_size=4), min_size=1, max_size=4
)
ESSAYS = {
    "prose": "Everyone agrees that dues rose, but members left; so should we lower them? ",
    "chinese": "大家都同意会费涨了，但会员走了两成。我们该不该降？建议先试四周。",
    "no end": "word ",
    "no space": "字",
    "marks": "<b>$x$</b> **a** `b` {c} \\ ",
    "stops": "a. ",
    "spaces": " " * 99 + "\n",
}


def squeezed(text: str) -> str:
    return "".join(text.split())


# The brief


@LAW
@given(parts_of_text)
def test_each_order_tells_the_same_parts_once(written):
    brief = Brief(*written)
    told = {order: brief.sentences(order) for order in ORDERS}
    assert len({tuple(sorted(parts)) for parts in told.values()}) == 1
    for order, letters in ORDERS.items():
        by_letter = {part[0].upper(): getattr(brief, part) for part in PARTS}
        assert squeezed(brief.arrange(order)) == squeezed("".join(by_letter[letter] for letter in letters))
        implied = Counter(told[order]) - Counter(brief.sentences(order, implied=True))
        assert sum(implied.values()) <= 1


@LAW
@given(st.tuples(plain, plain, plain, plain), st.sampled_from(sorted(ORDERS)))
def test_a_labelled_brief_is_read_back_as_it_was_arranged(words, order):
    marks = ("Situation", "Complication", "Question", "Answer")
    labelled = Brief(*(f"{mark}: {text}." for mark, text in zip(marks, words, strict=True)))
    opening = read_opening(labelled.arrange(order))
    assert opening.parts == ORDERS[order]
    assert opening.order == order
    assert [opening.text(part) for part in PARTS] == [f"{text}." for text in words]


@LAW
@given(
    parts_of_text, st.dictionaries(st.sampled_from(["name", "a", "0"]), st.integers() | st.floats() | texts)
)
def test_filling_gives_a_brief_or_says_what_is_wrong(written, values):
    with contextlib.suppress(ValueError):
        assert isinstance(Brief(*written).fill(**values), Brief)


@LAW
@given(st.text("{}ab0.![]:dcs%_ ", max_size=12), st.integers(-9, 9))
def test_no_pair_of_braces_breaks_the_filling(text, value):
    with contextlib.suppress(ValueError):
        Brief(text, "", "", "").fill(a=value, b=value)


@LAW
@given(st.integers(-(10**6), 10**6), parts_of_text)
def test_numbers_stand_where_their_name_stood(number, written):
    plain_text = [text.replace("{", "{{").replace("}", "}}") for text in written]
    brief = Brief(plain_text[0] + " {n}", *plain_text[1:]).fill(n=number)
    assert brief == Brief(f"{written[0]} {number}", *written[1:])


# Reading and the coach


def in_place(findings, text: str) -> None:
    for finding in findings:
        assert finding.what
        assert finding.why
        assert finding.place
        assert 0 < finding.confidence <= 1
        assert all(word in text for word in finding.quote.split())
    confidence = [finding.confidence for finding in findings]
    assert confidence == sorted(confidence, reverse=True)


@LAW
@given(texts)
def test_the_coach_answers_any_text_with_words_that_stand_in_it(text):
    findings = coach(text)
    in_place(findings, text)
    assert list(coach(text)) == list(findings)
    assert "<script" not in findings._repr_html_()
    opening = read_opening(text)
    assert set(opening.parts) <= set("SCQA")
    assert set(opening.missing) | {part for part in PARTS if opening.text(part)} == set(PARTS)
    assert "".join(squeezed(sentence.text) for sentence in opening.sentences) != "" or not opening.parts


@LAW
@given(parts_of_text)
def test_the_coach_answers_any_brief_with_words_that_stand_in_it(written):
    in_place(coach(Brief(*written)), " ".join(written))


@pytest.mark.parametrize("name", sorted(ESSAYS))
def test_of_a_book_the_first_page_is_read(name):
    book = ESSAYS[name] * (100_000 // len(ESSAYS[name]))
    findings = coach(book)
    in_place(findings, book)
    assert findings.codes() & {"too_long", "empty"}
    in_place(coach(Brief(book, book, book, book)), book)


@SLOW_LAW
@given(parts_of_text, st.sampled_from(sorted(ORDERS)))
def test_the_desk_holds_what_was_written(written, order):
    form = desk(Brief(*written), order)
    assert form.brief == Brief(*written)
    assert "<script" not in "".join(form.answer.values())


# The pyramid


class Words(HTMLParser):
    """The text of a page, element by element."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@LAW
@given(texts.filter(str.strip) | visible, reasons)
def test_an_exported_pyramid_reads_as_it_was_written(answer, reasons):
    pyramid = Pyramid(answer, reasons)
    written = squeezed(answer + "".join(reason + "".join(lines) for reason, lines in reasons.items()))
    assert written in squeezed("".join(Words(pyramid.to_slide()).found))
    assert "<script" not in pyramid.to_slide()
    in_place(pyramid.check(), written)


@LAW
@given(visible, st.dictionaries(visible, st.lists(visible, max_size=4), min_size=1, max_size=4))
def test_markdown_reads_as_it_was_written(answer, reasons):
    page = MarkdownIt("commonmark").render(Pyramid(answer, reasons).to_markdown())
    written = answer + "".join(reason + "".join(lines) for reason, lines in reasons.items())
    assert squeezed("".join(Words(page).found)) == squeezed(written)
    assert page.count("<h2>") == 1
    assert page.count("<strong>") == len(reasons)
    assert page.count("<li>") == len(reasons) + sum(map(len, reasons.values()))


@LAW
@given(
    st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(0, 9), max_size=6), min_size=1),
    st.sets(st.integers(0, 9), min_size=1),
)
def test_each_thing_is_left_out_once_or_several_times_and_no_other(groups, whole):
    found = mece(groups, sorted(whole))
    times = Counter(item for items in groups.values() for item in set(items))
    assert set(found.left_out) == {item for item in whole if not times[item]}
    assert set(found.twice) == {item for item in whole if times[item] > 1}
    assert set(found.foreign) == times.keys() - whole
    assert found.is_mece == (not found.findings())


# Memory and audience


@LAW
@given(st.text(string.digits, max_size=20), st.text(string.digits + " -", max_size=20))
def test_recall_counts_digits_up_to_the_first_error(shown, written):
    count = recalled(shown, written)
    assert 0 <= count <= min(len(shown), len(written))
    assert recalled(written, shown) == count
    assert recalled(shown, shown + written) == recalled(shown, " - ".join(shown)) == len(shown)


@pytest.mark.parametrize(("breadth", "depth"), [*itertools.product(range(2, 9), range(1, 4))])
def test_a_wider_or_deeper_pyramid_is_never_easier_to_hold(breadth, depth):
    held = in_mind(breadth, depth)
    assert (held <= in_mind(breadth + 1, depth)).all()
    assert (held <= in_mind(breadth, depth + 1)).all()
    assert held["no groups"] >= held["groups, answer last"] or depth == 1


@LAW
@given(st.sampled_from(sorted(ORDERS)), st.sampled_from(sorted(AUDIENCES)), shares, shares)
def test_those_who_can_act_are_a_share_that_grows_with_patience(order, audience, one, other):
    low, high = sorted((one, other))
    assert 0 <= acting(order, audience, low) <= acting(order, audience, high) <= 1
    assert acting(order, audience, 1) == 1
