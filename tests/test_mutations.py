"""The laws of checks have teeth: a swapped comparison, a dropped wrong, a loosened tolerance breaks one."""

import ast
import re
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from unittest import mock

import jupytext
import numpy as np
import pandas as pd
import pytest

from opslab.authoring.build import stale
from opslab.authoring.sheets import compile_sheet
from opslab.authoring.syntax import BELOW
from opslab.exercises import common_mistakes, comparisons, judge
from opslab.exercises.answer_key import read_key, read_questions
from opslab.exercises.questions import Question, Wrong, read_sheet, tags
from tests.exercise_laws import prompts, unoffered, unsaid
from tests.test_common_mistakes import (
    FORM_SLIPS,
    GROUPS,
    LIKES,
    LOOK_ALIKES,
    NEAR,
    NEAR_MISTAKES,
    NO_SLIPS,
    NUMBER_SLIPS,
    ODD_TABLES,
    ORDER_SLIPS,
    OTHER_ANSWERS,
    OTHER_FORMS,
    OTHERS,
    ROUNDINGS,
    SAID,
    SHARE,
    TABLE_SLIPS,
    UNREADABLE,
    YUAN,
    Scores,
)
from tests.test_common_mistakes import (
    TABLE as SLIPS_TABLE,
)

ROOT = Path(__file__).parents[1]
LESSONS = sorted(folder.name for folder in (ROOT / "lessons").iterdir() if folder.is_dir())


def ask(kind: str, tolerance: str = "0", wrongs: str = "") -> Question:
    named = tuple(Wrong(name, f"You made the mistake {name}.", "") for name in wrongs.split())
    return Question("q1", kind, tolerance, least_words=3, wrongs=named)


# Law (a): each answer earns its finding.

NUMBER = ask("number", "0.001", "percent blended"), 0.4, {"percent": 40.0, "blended": 0.25}
EXACT = ask("number"), 0.3, {}
LARGE = ask("number", "1%"), 1000.0, {}
MONTHS = Question("q1", "number", "0.01", "months"), 6.2, {}
PER_CENT = Question("q1", "number", "0.1", "per cent"), 64, {}
NEVER = ask("number", "0.01", "never"), 6.2, {"never": np.inf}
TABLE = ask("table", "0.001", "swapped"), {"ads": 0.2, "seo": 0.5}, {"swapped": {"ads": 0.5, "seo": 0.2}}
SERIES = ask("table", "0.001"), pd.Series({"ads": 0.2, "seo": 0.5}), {}
STRETCHES = (
    ask("table", "0.1", "early late"),
    {"days": 11, "then": 50, "later": 30},
    {"early": {"days": 11, "then": 50, "later": 50}, "late": {"days": 11, "then": 44, "later": 30}},
)
LOSSES = (
    ask("table", "0.1", "no-losses"),
    {"ads": -12, "seo": 67, "social": 30},
    {"no-losses": {"ads": 12, "seo": 67, "social": 30}},
)
GAPS = ask("table"), {"ads": np.nan, "seo": np.inf, "note": "a", "open": True}, {}
CHOICE = ask("choice", "", "guess rumour"), "b", {"guess": "a", "rumour": "c"}
ORDER = ask("ordering", "", "backwards"), ["c", "a", "b"], {"backwards": ["b", "a", "c"]}
WRITTEN = ask("written"), ..., {}

FINDINGS = [
    (NUMBER, 0.4, "right"),
    (NUMBER, 0.4009, "right"),
    (NUMBER, 0.3991, "right"),
    (NUMBER, 0.4011, "different"),
    (NUMBER, 0.3989, "different"),
    (NUMBER, 40.0009, "percent"),
    (NUMBER, 0.25, "blended"),
    (NUMBER, "0.4", "right"),
    (NUMBER, np.nan, "missing-value"),
    (NUMBER, np.array([0.4]), "right"),
    (NUMBER, np.array([0.4, 0.4]), "whole-table"),
    (NUMBER, ..., "unanswered"),
    (NUMBER, None, "unanswered"),
    (NUMBER, " ... ", "unanswered"),
    (EXACT, 0.1 + 0.2, "right"),
    (EXACT, 0.3 + 1e-8, "different"),
    (LARGE, 1010, "right"),
    (LARGE, 1010.05, "different"),
    (LARGE, 990, "right"),
    (LARGE, 989.95, "different"),
    (MONTHS, "6.2 months", "right"),
    (MONTHS, "6.2 days", "in-words"),
    (PER_CENT, "64 %", "right"),
    (NEVER, np.inf, "never"),
    (NEVER, -np.inf, "infinite"),
    (NEVER, 6.2, "right"),
    (NUMBER, np.inf, "infinite"),
    (TABLE, {"ADS": 0.2009, "seo": 0.4991}, "right"),
    (TABLE, {"ads": 0.2, "seo": 0.5011}, "different"),
    (TABLE, {"ads": 0.5, "seo": 0.2}, "swapped"),
    (TABLE, {"ads": 0.2}, "group-missing"),
    (TABLE, {"ads": 0.2, "seo": np.nan}, "missing-value"),
    (TABLE, {"ads": 0.2, "seo": np.inf}, "infinite"),
    (TABLE, Scores({"ads": 0.2, "seo": 0.5}), "whole-result"),
    (TABLE, Scores({"ads": 0.2, "seo": 0.4}), "uncheckable"),
    (TABLE, Scores({"ads": 0.2}), "uncheckable"),
    (TABLE, {"ads": 0.2, "seo": ...}, "unanswered"),
    (TABLE, 0.2, "one-value"),
    (SERIES, [0.2, 0.5], "right"),
    (SERIES, pd.DataFrame({"share": [0.5, 0.2]}, ["seo", "ads"]), "right"),
    (SERIES, np.array([0.2, 0.5]), "right"),
    (SERIES, [0.2, 0.6], "different"),
    (SERIES, [0.2, 0.5, 0.3], "another-length"),
    (SERIES, [0.2, ...], "unanswered"),
    (STRETCHES, {"days": 11, "then": 30, "later": 50}, "swapped-names"),
    (STRETCHES, {"days": 9, "then": 47, "later": 50}, "early"),
    (STRETCHES, {"days": 9, "then": 44, "later": 30}, "late"),
    (LOSSES, {"ads": 12, "seo": -67, "social": -30}, "turned-sign"),
    (GAPS, {"ads": np.nan, "seo": np.inf, "note": "a", "open": True}, "right"),
    (GAPS, {"ads": np.nan, "seo": np.inf, "note": "b", "open": True}, "different"),
    (GAPS, {"ads": np.nan, "seo": 10**400, "note": "a", "open": True}, "right"),
    (GAPS, {"ads": 1.0, "seo": np.inf, "note": "a", "open": True}, "different"),
    (GAPS, {"ads": np.nan, "seo": np.inf, "note": "a", "open": 1}, "different"),
    (CHOICE, " B", "right"),
    (CHOICE, "a", "guess"),
    (CHOICE, "c", "rumour"),
    (CHOICE, "d", "words-for-letter"),
    (ORDER, "cab", "right"),
    (ORDER, ["b", "a", "c"], "backwards"),
    (ORDER, ["c", "b", "a"], "exchanged"),
    (ORDER, ["c", "a"], "letter-missing"),
    (WRITTEN, "three words here", "written"),
    (WRITTEN, "two words", "uncheckable"),
    (WRITTEN, "", "unanswered"),
]
LETTERS = ask("ordering")
SLIPS = [
    *(((question, truth, {}), received, slip) for question, truth, received, slip in NUMBER_SLIPS),
    *(((question, truth, {}), received, "different") for question, truth, received in NO_SLIPS),
    *(((SLIPS_TABLE, truth, {}), received, slip) for truth, received, slip in TABLE_SLIPS),
    *(((SHARE, 0.2374, {}), received, slip) for received, slip, _ in FORM_SLIPS),
    *(((question, truth, {"guess": "a"} if question.kind == "choice" else {}), received,
       slip or "uncheckable") for question, received, truth, slip, _ in UNREADABLE),
    *(((question, truth, {"guess": "a"} if question.kind == "choice" else {}), received, "right")
      for question, received, truth in OTHER_FORMS),
    *(((LETTERS, list("ABCDE"), {}), received, slip or "different") for received, slip in ORDER_SLIPS),
    *(((question, truth, {}), received, found or "right")
      for question, truth, received, found in LOOK_ALIKES),
    ((SHARE, 0.2374, {}), {"a": {"b": 0.2374}}, "uncheckable"),
    ((LIKES, "b", {"guess": "a"}), "option z", "words-for-letter"),
    *(((NEAR, 0.788, {"accuracy": 0.7859}), received, status.replace("mistake", "accuracy"))
      for received, status in NEAR_MISTAKES),
]  # fmt: skip
PERCENT = Wrong("percent", "You gave a percentage.", "")
CAPPED = Wrong("capped", "You kept within the cap.", "", sometimes_same=True)
SOMETIMES = Question("q1", "number", "0.001", wrongs=(PERCENT, CAPPED))
DISTINCT = [
    ((SOMETIMES, 0.4, {"percent": 40.0, "capped": 0.4}), "told apart"),
    ((SOMETIMES, 0.4, {"percent": 40.0, "capped": 40.0}), "told apart"),
    ((SOMETIMES, 0.4, {"percent": 40.0, "capped": 0.4005}), "ValueError"),
    ((SOMETIMES, 0.4, {"percent": 0.4, "capped": 9.0}), "ValueError"),
    ((NUMBER[0], 0.4, {"percent": 40.0, "blended": 0.4025}), "told apart"),
    ((NUMBER[0], 0.4, {"percent": 40.0, "blended": 0.4015}), "ValueError"),
    ((NUMBER[0], 0.4, {"percent": 40.0, "blended": 40.0015}), "ValueError"),
    ((WRITTEN[0], ..., {}), "told apart"),
]


def require_laws(judging: ModuleType) -> None:
    """Require that a judge finds what it should find."""
    for (question, expected, mistakes), received, finding in (*FINDINGS, *SLIPS):
        assert _finding(judging, question, received, expected, mistakes) == finding, received
    for question, truth, received, words in SAID:
        assert words in _words(judging, question, received, truth, {}), received
    for question, truth, mistakes, received, name, words in ROUNDINGS:
        assert _finding(judging, question, received, truth, mistakes) == (name or "different"), received
        assert words in _words(judging, question, received, truth, mistakes), received
    for received, note in ODD_TABLES:
        assert note in _words(judging, SLIPS_TABLE, received, GROUPS, {})
        assert _finding(judging, SLIPS_TABLE, received, GROUPS, {}) == "right"
    for received, name in OTHER_ANSWERS:
        finding = "answer-of-another" if name else "different"
        assert _finding(judging, YUAN, received, 0.2374, {}, OTHERS) == finding
    odd = GROUPS | {"ads": 31.4159, "seo": 5}
    assert _finding(judging, SLIPS_TABLE, odd, GROUPS, {}, OTHERS) == "part-off"
    for right, truth in ((0.4, 0.4), (0.4, 0.4004), (0.4004, 0.40043), (0.1 + 0.2, 0.3)):
        assert judging.is_right(NUMBER[0], right, truth)
    for near in (0.4009, 0.40001, 0.4011):  # within the tolerance of 0.001, or beyond
        assert not judging.is_right(NUMBER[0], near, 0.4)
    for case, verdict in DISTINCT:
        assert _verdict(judging, *case) == verdict, case


def _finding(judging: ModuleType, *case: object) -> str:
    try:
        found = judging.judge(*case)
    except Exception as error:
        return type(error).__name__
    return "right" if found.is_right else found.mistake or found.status


def _words(judging: ModuleType, *case: object) -> str:
    try:
        return judging.judge(*case).text
    except Exception as error:
        return type(error).__name__


def _verdict(judging: ModuleType, *case: object) -> str:
    try:
        judging.require_distinct(*case)
    except Exception as error:
        return type(error).__name__
    return "told apart"


ROOMS = (comparisons, common_mistakes, judge)  # each imports those before it
SOURCES = {module.__name__: Path(module.__file__).read_text(encoding="utf-8") for module in ROOMS}
OPPOSITE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
WORDING = {"_difference", "listed", "short", "_in_words"}  # choose words, not what is right
LOOSENED = [
    ("comparisons", "max(question.absolute,", "max(10 * question.absolute,"),
    ("comparisons", "max(question.absolute,", "max(question.absolute * abs(truth),"),
    ("comparisons", "question.relative *", "10 * question.relative *"),
    ("comparisons", "question.relative * abs(truth)", "question.relative"),
    ("comparisons", "ROUNDING = 1e-9", "ROUNDING = 1e-2"),
    ("comparisons", ", 1e-12)", ", 1e-3)"),
    ("judge", "in comparison.question.wrongs}", "in comparison.question.wrongs[1:]}"),
    ("judge", "in comparison.question.wrongs}", "in comparison.question.wrongs[:-1]}"),
    ("judge", "CLEARLY = 0.25", "CLEARLY = 2"),
    ("judge", "ALIKE = 0.005", "ALIKE = 0.01"),
    ("common_mistakes", "NARROW = 0.002", "NARROW = 0.2"),
    ("common_mistakes", "EXACTLY = 1e-9", "EXACTLY = 1e-2"),
    ("common_mistakes", "DIGITS = 3", "DIGITS = 1"),
    ("common_mistakes", "ROUNDED_BY = 0.1", "ROUNDED_BY = 1"),
]


def decisions(tree: ast.Module) -> list[tuple[ast.Compare, int]]:
    """Return the places of the comparisons that decide what is right, in one order for each parse."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    decide = (function for function in functions if function.name not in WORDING)
    found = (node for function in decide for node in ast.walk(function) if isinstance(node, ast.Compare))
    return [(node, place) for node in found for place in range(len(node.ops))]


def judge_of(room: str, code: str | ast.Module) -> ModuleType:
    """Return a judge that has other code in one of its rooms."""
    with mock.patch.dict(sys.modules):
        for name, source in SOURCES.items():
            sys.modules[name] = ModuleType(name)
            exec(compile(code if name == room else source, name, "exec"), sys.modules[name].__dict__)
        return sys.modules[judge.__name__]


def test_the_judge_keeps_the_laws():
    require_laws(judge)


@pytest.mark.parametrize(
    ("room", "place"),
    [
        pytest.param(room, place, id=f"{room.split('.')[-1]}: {ast.unparse(node)}")
        for room, source in SOURCES.items()
        for place, (node, _) in enumerate(decisions(ast.parse(source)))
    ],
)
def test_a_swapped_comparison_breaks_a_law(room, place):
    tree = ast.parse(SOURCES[room])
    node, part = decisions(tree)[place]
    node.ops[part] = OPPOSITE[type(node.ops[part])]()
    changed = judge_of(room, tree)
    with pytest.raises(AssertionError):
        require_laws(changed)


@pytest.mark.parametrize(("room", "old", "new"), LOOSENED)
def test_a_judge_that_is_looser_or_skips_a_mistake_breaks_a_law(room, old, new):
    room = f"opslab.exercises.{room}"
    assert SOURCES[room].count(old) == 1
    with pytest.raises(AssertionError):
        require_laws(judge_of(room, SOURCES[room].replace(old, new)))


# Law (b): the solution keeps every wrong of its text, and a choice names each of its options.


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_wrong_dropped_from_the_text_is_refused_or_differs_from_what_was_built(lesson):
    text = (ROOT / "lessons" / lesson / "exercises.md").read_text(encoding="utf-8")
    authored = jupytext.reads(text, fmt="md:myst")
    cells, built = authored.cells, read_questions(lesson)
    # A question at a time: its cells end where the next one's text begins.
    ends = [
        place
        for place, (one, other) in enumerate(pairwise(cells), 1)
        if BELOW & {*tags(one)} and not BELOW & {*tags(other)}
    ]
    seen = []
    for begin, end in pairwise([0, *ends, len(cells)]):
        part = authored.cells = cells[begin:end]
        names = [cell.metadata["question"] for cell in part if "answer" in tags(cell)]
        asked = {name: built[name] for name in names}
        assert read_sheet(compile_sheet(authored)[1]) == asked
        for wrong in [cell for cell in part if "wrong" in tags(cell)]:
            authored.cells = [cell for cell in part if cell is not wrong]
            with pytest.raises((AssertionError, ValueError)):
                assert read_sheet(compile_sheet(authored)[1]) == asked
        seen += names
    assert seen == [*built]


def test_a_wrong_dropped_from_a_built_solution_is_stale(tiny_course):
    path = tiny_course / "solutions/06-tiny.ipynb"
    assert not any("solutions" in line for line in stale(tiny_course))
    built = path.read_text(encoding="utf-8")
    dropped = re.sub(r'\{\s*"message": "You forgot.*?\},', "", built, flags=re.DOTALL)
    assert dropped != built
    path.write_text(dropped, encoding="utf-8")
    assert any("solutions/06-tiny" in line for line in stale(tiny_course))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_choice_whose_wrong_is_dropped_from_text_and_solution_leaves_an_option_without_reason(lesson):
    prompt, key = prompts(lesson), read_key(lesson, 0)
    for question in (asked for asked in read_questions(lesson).values() if asked.kind == "choice"):
        expected, mistakes = key[question.name]
        for dropped in mistakes:
            kept = {name: value for name, value in mistakes.items() if name != dropped}
            assert list(unoffered(question, prompt[question.name], expected, kept))


# Law (c): the prompt states the tolerance that is checked, and near mistakes are still told apart.


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_loosened_tolerance_is_not_what_the_prompt_says(lesson):
    prompt = prompts(lesson)
    for name, question in read_questions(lesson).items():
        if question.kind in ("number", "table"):
            number = question.tolerance.removesuffix("%")
            wide, unit = f"{10 * float(number) or 1:g}", question.tolerance[len(number) :]
            for tolerance in (wide + unit, wide if unit else f"{wide}%"):
                assert list(unsaid(replace(question, tolerance=tolerance), prompt[name])), tolerance
