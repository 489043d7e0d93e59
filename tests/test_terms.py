"""All Chinese terms stand in one file, and what a lesson calls a thing is what stands there."""

import csv
import re

import pytest

from opslab.authoring.build import FILES
from tests.test_guides import LESSONS, ROOT

TERMS = list(csv.DictReader((ROOT / "lessons" / "terms.csv").open(encoding="utf-8")))
CHINESE = r"[A-Za-z0-9%/–\- ]*[\u4e00-\u9fff][\u4e00-\u9fff（）()A-Za-z0-9%/–\-, ]*"
# In the words of a lesson: **cohort** 同期群.
GLOSSED = rf"\*\*([^*\n]+)\*\*(?: and \*[^*]+\*)?(?: [a-z]+)* ({CHINESE})"
# In its text: *cohort* (同期群).
INTRODUCED = r"(?<!\*)\*([^*\n]+)\*(?: of [a-z]+)? \(([^()\n]*[\u4e00-\u9fff][^()\n]*)\)"
GLOSSARY = "## Words of this lesson"


def forms(chinese: str) -> set[str]:
    """Return a term's Chinese names: the first, and those in parentheses behind it."""
    first, *others = re.split(r"[（(、]", re.sub(r"[）)]", "", chinese))
    return {name.strip().replace(" ", "") for name in (first, *others)} | {chinese.strip().replace(" ", "")}


KNOWN = {name.strip().casefold(): forms(term["zh"]) for term in TERMS for name in term["en"].split(";")}


def disagreements(text: str) -> list[str]:
    """Name the terms with another Chinese name than the list's, and those that the list lacks."""
    text = " ".join(text.split())
    before, _, glossary = text.partition(GLOSSARY)
    given = [*re.findall(GLOSSED, glossary.partition("Sources:")[0]), *re.findall(INTRODUCED, before)]
    return [
        f"{term} {chinese}: the list has {KNOWN.get(term.casefold(), 'no such term')}"
        for term, chinese in given
        if not forms(re.split(r"[,;:] ", chinese)[0]) & KNOWN.get(term.casefold(), set())
    ]


def test_a_term_stands_once_and_has_its_chinese():
    names = [name.strip().casefold() for term in TERMS for name in term["en"].split(";")]
    assert len(names) == len(set(names))
    assert [term["en"] for term in TERMS if not re.search(r"[\u4e00-\u9fff]|NPS|TGI", term["zh"])] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_calls_things_by_the_terms_of_the_list(lesson):
    assert disagreements((ROOT / "lessons" / lesson / "lesson.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_words_of_a_lesson_are_spelt_as_in_the_list(lesson):
    _, _, glossary = (ROOT / "lessons" / lesson / "lesson.md").read_text(encoding="utf-8").partition(GLOSSARY)
    spelt = {name.strip().casefold(): name.strip() for term in TERMS for name in term["en"].split(";")}
    words = re.findall(r"^- \*\*([^*\n]+)\*\*", glossary, re.M)
    assert words == [spelt.get(word.casefold(), word) for word in words]


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_lesson_uses_a_term_that_was_replaced(lesson):
    replaced = [word for term in TERMS for word in term["avoid"].split()]
    texts = [(ROOT / "lessons" / lesson / file).read_text(encoding="utf-8") for file in FILES]
    assert [word for word in replaced for text in texts if word in text] == []


def test_another_name_and_an_unknown_term_are_named():
    words = "- **lurkers**: read.\n- **churn** 走人: gone.\n- **gnome** 矮人: small."
    text = f"A *cohort* (同期组) of users.\n\n{GLOSSARY}\n\n{words}"
    found = disagreements(text)
    assert [line.split(":")[0] for line in found] == ["churn 走人", "gnome 矮人", "cohort 同期组"]
    assert disagreements(f"A *cohort* (同期群).\n\n{GLOSSARY}\n\n- **Precision** 查准率: right.") == []
