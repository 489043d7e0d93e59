"""The tables of talk: posts about five brands with their true labels, and what the brands sell."""

import numpy as np
import pandas as pd

from opslab.world import calendar, draw, orders
from opslab.world.parameters.voices import SOURCES, THEMES, Brand
from opslab.world.schema import Column, Table, choice, text
from opslab.world.story import Story
from opslab.world.truth import REFERENCE

ATTITUDES = ("positive", "neutral", "negative")
PHASES = ("before_sale", "after_sale")
LANGUAGES = ("zh", "en")
BRANDS = tuple(brand.name for brand in REFERENCE.voices.talk.brands)
FIRST_DAY = calendar.DAYS - 7 * 26  # the last 26 weeks
MONTHS = ("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01")

# The words of the posts: patterns, what they are about, what they say of it. Those under True are held back.
PATTERNS = {
    "zh": {
        False: (
            "{brand}的{thing}{verdict}。",
            "用了三个月{brand}，{thing}{verdict}。",
            "说说{brand}吧：{thing}{verdict}。",
            "朋友问我{brand}怎么样，我说{thing}{verdict}。",
            "{verdict}，我是说{brand}的{thing}。",
        ),
        True: (
            "论{thing}，{brand}{verdict}。",
            "刚看了看{brand}：{thing}嘛，{verdict}。",
            "关于{brand}，一句话：{thing}{verdict}！",
        ),
    },
    "en": {
        False: (
            "{brand}: {thing} {verdict}.",
            "After three months with {brand} I can say that {thing} {verdict}.",
            "A friend asked me about {brand}. I said {thing} {verdict}.",
            "My two cents on {brand}: {thing} {verdict}.",
            "At {brand}, {thing} {verdict}, if you ask me.",
        ),
        True: (
            "Say what you like about {brand}, {thing} {verdict}.",
            "Week nine at {brand}, and {thing} {verdict}!",
            "Nobody told me that at {brand} {thing} {verdict}.",
        ),
    },
}
THINGS = {
    "zh": {
        "price": {False: ("价格", "月费", "收费"), True: ("会费", "花的钱")},
        "courses": {False: ("课程", "课", "内容"), True: ("讲义课", "每周的课")},
        "answers": {False: ("回答", "群里的答复", "解答"), True: ("大家写的答案", "问答")},
        "reception": {False: ("接待", "前台咨询", "报名接待"), True: ("第一次接待", "咨询窗口")},
        "materials": {False: ("教材", "配套资料", "练习册"), True: ("补寄的资料", "教材配件")},
        "staff": {False: ("员工", "老师", "工作人员"), True: ("他们的人", "值班老师")},
    },
    "en": {
        "price": {
            False: ("the price", "the monthly fee", "the cost"),
            True: ("what they charge", "the fee for a month"),
        },
        "courses": {
            False: ("the course", "the teaching", "the content"),
            True: ("each course", "what they teach"),
        },
        "answers": {
            False: ("the answer I got", "the help in the group", "the feedback"),
            True: ("every answer", "help from the group"),
        },
        "reception": {
            False: ("the reception", "the front desk", "the first contact"),
            True: ("my reception", "the welcome desk"),
        },
        "materials": {
            False: ("the workbook", "the study material", "the replacement book"),
            True: ("all the material", "my missing workbook"),
        },
        "staff": {False: ("the staff", "the tutor", "the team"), True: ("their staff", "a tutor on duty")},
    },
}
VERDICTS = {
    "zh": {
        "positive": {
            False: ("真的不错", "比我想的好", "帮了我大忙", "很满意", "值得推荐", "让我愿意留下来"),
            True: ("好得没话说", "真让人满意", "确实帮到了我"),
        },
        "neutral": {
            False: ("跟别家差不多", "一般般", "最近有变化", "还在观察", "说不上好坏", "和去年一样"),
            True: ("马马虎虎，差不多", "没什么变化", "再观察看看"),
        },
        "negative": {
            False: ("太让人失望了", "真的很差", "我已经投诉了", "害我白等一周", "不值", "让我想退出"),
            True: ("差到想退", "叫人失望透了", "白等，不值"),
        },
    },
    "en": {
        "positive": {
            False: (
                "is better than I expected",
                "really helped me",
                "is why I stay",
                "is great",
                "is worth it",
                "made me happy",
            ),
            True: ("is great, and I stay for it", "helped more than I expected", "is worth every minute"),
        },
        "neutral": {
            False: (
                "is much like elsewhere",
                "is average",
                "changed last month",
                "is the same as last year",
                "is neither good nor bad",
                "is something I still watch",
            ),
            True: ("is the same as elsewhere", "changed, I cannot say more", "is average, like last year"),
        },
        "negative": {
            False: (
                "is a disappointment",
                "is really bad",
                "made me complain",
                "cost me a week of waiting",
                "is not worth it",
                "makes me want to leave",
            ),
            True: ("is bad enough to leave", "was a week of waiting for nothing", "made me complain twice"),
        },
    },
}


def make(story: Story) -> pd.DataFrame:
    """Return one row for each post, in order of time."""
    frame = pd.concat([_one(story, brand) for brand in story.truth.voices.talk.brands], ignore_index=True)
    frame = frame.sort_values("date", kind="stable", ignore_index=True)
    frame.insert(0, "mention_id", np.arange(1, len(frame) + 1))
    return frame


def _one(story: Story, brand: Brand) -> pd.DataFrame:
    true = story.truth.voices.talk

    def chance(purpose: str) -> np.ndarray:
        return story.chance(f"mentions {brand.name} {purpose}", brand.posts)

    attitude = draw.pick(chance("attitude"), brand.attitudes)
    theme = draw.pick_within(chance("theme"), (brand.praise, brand.blame), (attitude == 2).astype(int))
    source = draw.pick(chance("source"), brand.sources)
    language = draw.pick(chance("language"), (true.chinese, 1 - true.chinese))
    held_back = chance("held back") < true.held_back
    luck = draw.from_grid(chance("readers"), draw.gamma_grid(1.0))
    words = np.column_stack([chance("pattern"), chance("thing"), chance("verdict")])
    frame = pd.DataFrame(
        {
            "date": calendar.dates(FIRST_DAY + draw.whole(chance("day"), calendar.DAYS - FIRST_DAY)),
            "brand": text(np.full(brand.posts, brand.name)),
            "phase": choice(PHASES, draw.exactly(chance("phase"), true.after_sales).astype(int)),
            "source": choice(SOURCES, source),
            "language": choice(LANGUAGES, language),
            "attitude": choice(ATTITUDES, attitude),
            "theme": choice(THEMES, theme),
            "readers": draw.rounded(np.array(true.readers)[source] * luck, chance("rounding")),
            "held_back": held_back,
            "text": text(
                [
                    _post(brand.name, *labels)
                    for labels in zip(language, theme, attitude, held_back.tolist(), words, strict=True)
                ]
            ),
        }
    )
    # A post that stands there twice takes the place of the one that followed it: same words, another day.
    again = np.flatnonzero(chance("reposted") < true.reposted)
    again = again[again > 0]
    copied = [column for column in frame if column not in ("date", "phase", "readers")]
    frame.loc[again, copied] = frame.loc[again - 1, copied].to_numpy()
    return frame


def _post(brand: str, language: int, theme: int, attitude: int, held_back: bool, u: np.ndarray) -> str:
    tongue = LANGUAGES[language]
    variants = (PATTERNS[tongue], THINGS[tongue][THEMES[theme]], VERDICTS[tongue][ATTITUDES[attitude]])
    pattern, thing, verdict = (
        options[held_back][int(share * len(options[held_back]))]
        for options, share in zip(variants, u, strict=True)
    )
    post = pattern.format(brand=brand, thing=thing, verdict=verdict)
    return post[0].upper() + post[1:]


def make_sales(story: Story) -> pd.DataFrame:
    """Return one row for each month and brand: what it sold. The rivals go up and down together."""
    brands = story.truth.voices.talk.brands
    season = 95 + draw.whole(story.chance("sales season", len(MONTHS)), 11)
    _, day, _, product = orders.payments(story)
    months = np.array(MONTHS, dtype="datetime64[M]")
    joined = calendar.dates(day[product == orders.ENTRY]).astype("datetime64[M]")
    own = (joined[:, None] == months).sum(axis=0)
    units = [own if brand.units is None else season * brand.units // 100 for brand in brands]
    return pd.DataFrame(
        {
            "month": np.repeat(months.astype("datetime64[us]"), len(brands)),
            "brand": choice(BRANDS, np.tile(np.arange(len(brands)), len(MONTHS))),
            "units": np.column_stack(units).ravel(),
        }
    )


TABLE = Table(
    name="mentions",
    meaning=(
        "One row for each post about Lantern and the rivals B, C, X and Y in the last 26 weeks, with labels "
        "given by hand."
    ),
    columns=(
        Column("mention_id", "integer", "The post's number, by time", least=1),
        Column("date", "date", "The day", least=str(calendar.START), most=str(calendar.END)),
        Column("brand", "string", "Which brand it is about", options=BRANDS),
        Column("phase", "string", "Whether a customer writes, or somebody who asks around", options=PHASES),
        Column("source", "string", "Where it was posted", options=SOURCES),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column("attitude", "string", "True label: what the writer thinks of it", options=ATTITUDES),
        Column("theme", "string", "True label: what the post is about", options=THEMES),
        Column("readers", "integer", "Who have seen it", unit="people", least=0),
        Column("held_back", "boolean", "True if its wording occurs in no post with False: to test on"),
        Column("text", "string", "The post"),
    ),
    key=("mention_id",),
    make=make,
    flaws=("About 4 % of the posts are reposts: the same text on another day.",),
)
SALES = Table(
    name="brand_sales",
    meaning="One row for each month and brand: memberships sold; Lantern's are the entry fees in orders.",
    columns=(
        Column("month", "date", "First day of the month", least=MONTHS[0], most=MONTHS[-1]),
        Column("brand", "string", "Who sold", options=BRANDS),
        Column("units", "integer", "Memberships sold", least=0),
    ),
    key=("month", "brand"),
    make=make_sales,
)
