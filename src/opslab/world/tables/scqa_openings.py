"""The table of openings: short texts in the form of SCQA, in four orders, some of them with a fault."""

import numpy as np
import pandas as pd

from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text

LANGUAGES = ("zh", "en")
PARTS = ("situation", "complication", "question", "answer")
ORDERS = {"standard": "SCQA", "direct": "ASCQ", "concerned": "CSQA", "confident": "QSCA"}
BEST = 4  # points of an opening without a fault

# How a part begins and ends; those under True are held back.
FRAMES = {
    "en": {
        "S": {
            False: ("Everyone at Lantern agrees that {}.", "For a year now, {}."),
            True: ("It is common ground that {}.",),
        },
        "C": {False: ("Yet {}.", "But the data show that {}."), True: ("What does not fit: {}.",)},
        "Q": {False: ("So we ask: {}?", "The question is: {}?"), True: ("What has to be settled: {}?",)},
        "A": {
            False: ("Our answer: {}.", "We propose this: {}."),
            True: ("This is what should be done: {}.",),
        },
    },
    "zh": {
        "S": {False: ("大家都知道，{}。", "一年来，{}。"), True: ("公认的是，{}。",)},
        "C": {False: ("可是，{}。", "但数据显示，{}。"), True: ("对不上的是：{}。",)},
        "Q": {False: ("于是我们问：{}？", "问题是：{}？"), True: ("要定下来的是：{}？",)},
        "A": {False: ("我们的回答：{}。", "我们建议：{}。"), True: ("该做的是：{}。",)},
    },
}
# What is said, by subject: S, C, Q, A, and C and A without anything one could check.
SUBJECTS = {
    "en": (
        (
            "new users get seven days free of charge",
            "four in ten leave on day 7 itself",
            "what should happen on day 6",
            "ask each of them one question on day 6, for four weeks, in half of the users",
            "things are not what they used to be",
            "we improve the experience",
        ),
        (
            "advertising brings two of three new users",
            "the next 100 users from it cost twice as much as the last",
            "where should the next 10,000 yuan go",
            "move 10,000 yuan a week from feeds to content until the marginal costs are equal",
            "advertising is getting difficult",
            "we spend money more wisely",
        ),
        (
            "notifications bring people back the same day",
            "after 12 weeks those with seven a week come least",
            "how many should we send",
            "send three a week, and one to whoever muted us, and look again in 12 weeks",
            "people are annoyed",
            "we find the right balance",
        ),
        (
            "the group's fund of 100,000 yuan pays good answers every week",
            "it is spent in week 52 unless ten members join each week",
            "how do we pay answers in the second year",
            "set aside half of the dues, 2,500 yuan a month, from now on",
            "money will be a topic at some time",
            "we keep an eye on the budget",
        ),
        (
            "rival B is talked about as often as rival C",
            "it sells 20 % less, so each of its customers talks a quarter more",
            "what do B's customers talk about",
            "read 200 of its posts by theme and attitude before Friday",
            "there is a lot of talk",
            "we listen more to the market",
        ),
        (
            "we send a message to all who have been away for a month",
            "of those who had muted us, it drives away more than it brings back",
            "who should get the message",
            "write to those who once answered, and leave the muted alone",
            "recall does not work so well",
            "we send better messages",
        ),
    ),
    "zh": (
        (
            "新用户有七天免费试用",
            "十个人里有四个正好在第七天离开",
            "第六天该做些什么",
            "第六天问每人一个问题，先在一半用户里试四周",
            "情况不如从前",
            "我们要提升体验",
        ),
        (
            "三个新用户里有两个来自广告",
            "下一百个用户的成本是上一百个的两倍",
            "下一万元该投到哪里",
            "每周从信息流移一万元到内容，直到边际成本相等",
            "广告越来越难做",
            "我们把钱花得更聪明",
        ),
        (
            "推送当天就能把人叫回来",
            "十二周以后，每周收七条的人来得最少",
            "每周该发几条",
            "每周发三条，对静音的人不发，十二周后再看",
            "大家有点烦",
            "我们找到合适的平衡",
        ),
        (
            "十万元的群基金每周奖励好回答",
            "除非每周有十人加入，它在第五十二周就用完",
            "第二年拿什么奖励回答",
            "从现在起每月留出一半会费，两千五百元",
            "钱总会成为问题",
            "我们关注预算",
        ),
        (
            "竞品B和竞品C被提到的次数一样多",
            "B少卖两成，所以每个顾客多谈四分之一",
            "B的顾客在谈什么",
            "周五以前按主题和态度读完它的二百条帖子",
            "讨论很多",
            "我们多听市场的声音",
        ),
        (
            "我们给离开一个月的人都发消息",
            "在静音的人里，气走的比叫回来的多",
            "该发给谁",
            "写给曾经回答过的人，不打扰静音的人",
            "召回效果不太好",
            "我们把消息写得更好",
        ),
    ),
}
_VAGUE_PLACE = {"C": 4, "A": 5}
# What is left of an order, and as which one it reads: a direct opening without its answer is a standard one.
_LEFT = [[letters.replace(gone, "") for gone in "SCQA-"] for letters in ORDERS.values()]
_TOLD_AS = np.array([[column.index(left) for left in column] for column in zip(*_LEFT, strict=True)]).T


def make(story: Story) -> pd.DataFrame:
    """Return one row for each opening."""

    true = story.truth.voices.openings

    def chance(purpose: str, columns: int = 1) -> np.ndarray:
        return story.chance(f"scqa {purpose}", columns * true.count)

    language = draw.pick(chance("language"), (0.5, 0.5))
    order = draw.whole(chance("order"), len(ORDERS))
    whole = chance("whole") < true.whole
    missing = np.where(whole, len(PARTS), draw.whole(chance("missing"), len(PARTS)))
    vague = chance("vague") < true.vague
    asked_and_answered = ~np.isin(missing, (PARTS.index("question"), PARTS.index("answer")))
    off = asked_and_answered & (chance("off question") < true.off_question)
    held_back = chance("held back") < true.held_back
    subject = draw.whole(chance("subject"), len(SUBJECTS["en"]))
    words = chance("words", len(PARTS)).reshape(-1, len(PARTS))
    labels = zip(language, order, missing, vague, off, held_back.tolist(), subject, words, strict=True)
    return pd.DataFrame(
        {
            "opening_id": np.arange(1, true.count + 1),
            "language": choice(LANGUAGES, language),
            "order": choice(tuple(ORDERS), _TOLD_AS[order, missing]),
            "missing": choice((*PARTS, ""), missing).mask(missing == len(PARTS)),
            "vague": vague,
            "off_question": off,
            "quality": BEST - (missing < len(PARTS)).astype(int) - vague - off,
            "held_back": held_back,
            "text": text([_opening(*label) for label in labels]),
        }
    )


def _opening(
    language: int,
    order: int,
    missing: int,
    vague: bool,
    off: bool,
    held_back: bool,
    subject: int,
    u: np.ndarray,
) -> str:
    tongue = LANGUAGES[language]
    sentences = {}
    for part, share in zip("SCQA", u, strict=True):
        place = _VAGUE_PLACE[part] if vague and part in _VAGUE_PLACE else "SCQA".index(part)
        # An answer that misses the question is the next subject's.
        about = (subject + (off and part == "A")) % len(SUBJECTS[tongue])
        frames = FRAMES[tongue][part][held_back]
        sentences[part] = frames[int(share * len(frames))].format(SUBJECTS[tongue][about][place])
    return (" " if tongue == "en" else "").join(sentences[part] for part in _LEFT[order][missing])


TABLE = Table(
    name="scqa_openings",
    meaning=(
        "One row for each opening of a report, labelled: in which order its situation, complication, "
        "question and answer come, which of them is missing, and how good it is."
    ),
    columns=(
        Column("opening_id", "integer", "The opening's number", least=1),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column(
            "order",
            "string",
            "True label: " + ", ".join(f"{name} {letters}" for name, letters in ORDERS.items()),
            options=tuple(ORDERS),
        ),
        Column(
            "missing",
            "string",
            "True label: the part that is left out; empty if none",
            required=False,
            options=PARTS,
        ),
        Column("vague", "boolean", "True label: complication and answer hold nothing that one could check"),
        Column("off_question", "boolean", "True label: the answer belongs to another question"),
        Column(
            "quality",
            "integer",
            "4, less one point for each of these three faults",
            unit="points",
            least=1,
            most=4,
        ),
        Column("held_back", "boolean", "True if its wording occurs in no opening with False: to test on"),
        Column("text", "string", "The opening"),
    ),
    key=("opening_id",),
    make=make,
)
