"""Every text of the world reads as if a person wrote it: no broken frame, no label against its words."""

import re

import pandas as pd
import pytest

from opslab import world
from opslab.listening import label_agreement
from opslab.world.parameters.voices import SOURCES, THEMES
from opslab.world.posts import HERE, SLOTS, coded, written
from opslab.world.tables.mentions import ATTITUDES, CODERS, LANGUAGES, PHASES

TEXTS = {"mentions": "text", "scqa_openings": "text", "task_cards": "text", "ai_answers": "prompt"}
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
BREAKS = {
    "a word twice": re.compile(
        r"\b(?!(?:very|really|so|no|ha|that|had|bye|wait|never|long|way|please|out|now)\b)([A-Za-z]+) \1\b"
        r"|(请|我们|我|你|他们|他|的话|认为|建议|因为|所以|但是|可以)\2(?!俩)"
    ),
    "two marks that are no style": re.compile(
        r"[，、；：]{2}|。(?=[，、；：！？])|[，、；：](?=[。！？])|(?<!,),,(?!,)|;;"
    ),
    "two dates": re.compile(
        rf"\b(?:[Bb]y|[Oo]n) (?:{DAYS})\b[^.!?]*\b(?:by|on) (?:{DAYS})\b"
        r"|周[一二三四五六日]前周[一二三四五六日]"
    ),
    "a slot left": re.compile(r"[{}]"),
    "spaces": re.compile(r"^\s|\s$|  |\n|\t"),
}
BOUGHT = re.compile(  # only who is or was a member says so
    r"用了.{0,3}(个月|年|周)|续费了|续上|入会(第|一周|半年|那)|会员路过|老学员|我们班主任|打卡|结业|扣了我"
    r"|\b(I|we) (just )?(renewed|cancelled|canceled|re-subscribed)\b"
    r"|\bafter (two|three|six|\d+) months with\b"
    r"|\bas a member\b|\bI('ve| have) been a member\b",
    re.IGNORECASE,
)
NOT_BOUGHT = re.compile(  # nobody says so who has bought
    r"还没(买|报|交钱|付钱|入会|掏)|没付费|未成交|尚未购买|仅咨询|潜在用户|准备下手|本来想报"
    r"|\bhaven'?t (bought|joined|signed up|paid)\b"
    r"|\bthinking (of|about) (joining|signing up)\b|\bbefore I (buy|join|sign up)\b",
    re.IGNORECASE,
)


def breaks(text):
    return [name for name, pattern in BREAKS.items() if pattern.search(text)]


def against_phase(phase, text):
    return bool((BOUGHT if phase == "before_sale" else NOT_BOUGHT).search(text))


@pytest.mark.parametrize("table", TEXTS)
@pytest.mark.parametrize("seed", [0, 5])
def test_no_text_of_the_world_is_broken(table, seed):
    found = {text: breaks(text) for text in world.table(table, seed)[TEXTS[table]]}
    assert not {text: names for text, names in found.items() if names}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("请请一位专家", "a word twice"),
        ("We will will see", "a word twice"),
        ("很好。，真的", "two marks that are no style"),
        ("By Friday, publish the week's question on Monday.", "two dates"),
        ("周五前周一发布", "two dates"),
        ("{brand}不错", "a slot left"),
        ("不错 ", "spaces"),
    ],
)
def test_a_broken_text_is_named(text, name):
    assert breaks(text) == [name]


@pytest.mark.parametrize(
    "text", ["哈哈哈哈", "真的会有人回！！", "多少钱？？？", "very very slow...", "天天看看"]
)
def test_style_is_no_break(text):
    assert not breaks(text)


def test_no_post_speaks_against_its_phase():
    posts = written()
    assert not [
        text for phase, text in zip(posts["phase"], posts["text"], strict=True) if against_phase(phase, text)
    ]
    assert against_phase("before_sale", "用了三个月B，课让我想退出。")
    assert against_phase("after_sale", "还没买，先看看")


def test_posts_are_distinct_and_their_labels_are_in_the_code_book():
    posts = written()
    assert posts["id"].is_unique
    letters = posts["text"].str.lower().str.replace(r"[\W_]", "", regex=True)
    wordless = letters == ""
    assert letters[~wordless].is_unique
    book = (HERE / "codebook.md").read_text(encoding="utf-8")
    for column, options in {"attitude": ATTITUDES, "theme": THEMES}.items():
        assert set(posts[column]) == set(options)
        assert all(f"`{option}`" in book for option in options)
    for column, options in {"phase": PHASES, "source": SOURCES, "language": LANGUAGES}.items():
        assert set(posts[column]) <= set(options)
    assert set(re.findall(r"{.*?}", " ".join(posts["text"]))) == set(SLOTS)


def test_posts_are_as_various_as_people_write():
    posts = written()
    for language, least in {"zh": 800, "en": 600}.items():
        here = posts[posts["language"] == language]["text"]
        if len(here):
            assert len(here) >= least
            assert here.str.len().min() <= 12
            assert here.str.len().max() >= 200
            for sign in (r"\d", "#", "[\U0001f300-\U0001faff]", r"[?？]", re.escape(SLOTS[1])):
                assert here.str.contains(sign).sum() > 10, (language, sign)


def test_no_cell_of_phase_and_source_lacks_an_attitude_or_a_theme():
    posts = written()
    for label in ("attitude", "theme"):
        assert (pd.crosstab([posts["language"], posts["source"], posts["phase"]], posts[label]) > 0).all(
            axis=None
        )


def test_each_coder_has_labelled_every_text_once():
    labels = coded()
    assert set(labels["coder"]) == set(CODERS)
    for _, here in labels.groupby("coder"):
        assert sorted(here["id"]) == sorted(written()["id"])
    table, posts = world.table("mention_labels", 5), world.table("mentions", 5)
    assert set(table["mention_id"]) == set(posts["mention_id"][posts["repost_of"].isna()])
    assert len(table) == len(CODERS) * len(written())


@pytest.mark.parametrize("label", ["attitude", "theme"])
def test_coders_agree_with_the_gold_label_far_better_than_by_chance(label):
    posts = world.table("mentions", 5).set_index("mention_id")
    for _, here in world.table("mention_labels", 5).groupby("coder"):
        assert label_agreement(posts.loc[here["mention_id"], label], here[label]).alpha > 0.6
