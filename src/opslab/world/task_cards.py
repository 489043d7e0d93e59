"""The table of task cards: what people in operations do all day, and where two taxonomies put it."""

import numpy as np
import pandas as pd

from opslab.world.schema import Column, Table, choice, text
from opslab.world.story import Story

LANGUAGES = ("zh", "en")
BRANCHES = ("market", "user", "content", "community", "partnership")
VIEWPOINTS = ("user", "product", "community", "activity")
LINKS = ("find", "attract", "keep", "stay_in_touch")

# English, Chinese, branch (five branches), viewpoint (four viewpoints), link (four core links)
TASKS = (
    (
        "choose the keywords for next week's search ads",
        "选下周搜索广告的关键词",
        "market",
        "activity",
        "attract",
    ),
    (
        "compare the cost of a sign-up across seven channels",
        "比较七个渠道的注册成本",
        "market",
        "activity",
        "attract",
    ),
    ("plan the budget for the autumn campaign", "做秋季推广的预算", "market", "activity", "attract"),
    ("test two designs of the sign-up page", "测试注册页的两个版本", "market", "product", "attract"),
    ("size the market for a parents' group", "估算家长群的市场规模", "market", "product", "find"),
    ("write a press note on the new course", "写新课程的新闻稿", "market", "activity", "attract"),
    ("interview ten users who left on day 7", "访谈十位第七天离开的用户", "user", "user", "find"),
    ("describe three personas from the survey", "根据问卷写三个用户画像", "user", "user", "find"),
    ("set the rule that warns of users about to leave", "制定流失预警规则", "user", "user", "keep"),
    ("decide what each membership rank gets", "决定每个会员等级的权益", "user", "user", "keep"),
    (
        "send a message to those away for a month",
        "给离开一个月的用户发召回消息",
        "user",
        "user",
        "stay_in_touch",
    ),
    ("sort the week's complaints by cause", "按原因整理本周的投诉", "user", "product", "stay_in_touch"),
    ("call the top payers and thank them", "给高付费用户打电话致谢", "user", "user", "keep"),
    (
        "ask on the receipt how people liked the session",
        "在收据上放二维码问大家的感受",
        "user",
        "user",
        "find",
    ),
    ("pick the five best articles for the front page", "挑五篇好文章放首页", "content", "product", "keep"),
    ("turn the weekly session into a clean summary", "把每周活动整理成文字稿", "content", "product", "keep"),
    (
        "film a two-minute answer to a common question",
        "拍一段两分钟的问答视频",
        "content",
        "product",
        "attract",
    ),
    ("check posts for copied text", "检查帖子有没有抄袭", "content", "product", "keep"),
    (
        "write the newsletter for the official account",
        "写公众号的推文",
        "content",
        "activity",
        "stay_in_touch",
    ),
    (
        "reorder the course page by what people ask first",
        "按大家先问的问题重排课程页",
        "content",
        "product",
        "attract",
    ),
    (
        "welcome new members and ask for their profile",
        "欢迎新成员并请他们填资料",
        "community",
        "community",
        "keep",
    ),
    ("publish the week's question on Monday", "周一发布本周问题", "community", "community", "keep"),
    ("draw up the moderators' rota", "排群管的值班表", "community", "community", "keep"),
    ("pay out the tips for good answers", "发放好回答的奖励", "community", "community", "keep"),
    ("merge threads on one subject", "合并同一话题的帖子", "community", "community", "keep"),
    (
        "hold a meeting of members in Chengdu",
        "在成都办一次成员见面会",
        "community",
        "activity",
        "stay_in_touch",
    ),
    ("find twenty seed users for a new group", "为新群找二十位种子用户", "community", "community", "find"),
    ("read what is said about rivals on forums", "看论坛上怎么说竞品", "community", "user", "find"),
    ("agree with a bookshop on a joint offer", "和一家书店谈联合优惠", "partnership", "activity", "attract"),
    ("reckon up the commission of partners", "核算合作伙伴的佣金", "partnership", "product", "attract"),
    (
        "win an expert to answer one open question",
        "请一位专家回答一个公开问题",
        "partnership",
        "community",
        "keep",
    ),
    (
        "exchange links with two learning sites",
        "和两个学习网站交换链接",
        "partnership",
        "activity",
        "attract",
    ),
    (
        "place recall messages in a partner's app",
        "在合作方的应用里投放召回消息",
        "partnership",
        "activity",
        "stay_in_touch",
    ),
)
# How a card puts it; those under True are held back.
FRAMES = {
    "en": {False: ("To do: {}.", "Please {}.", "By Friday, {}."), True: ("Somebody has to {}.",)},
    "zh": {False: ("待办：{}。", "请{}。", "周五前{}。"), True: ("得有人去{}。",)},
}


def make(story: Story) -> pd.DataFrame:
    """Return one row for each card: every task in every wording, shuffled."""
    cards = [
        (LANGUAGES.index(tongue), held_back, frame.format(task[tongue == "zh"]), *task[2:])
        for task in TASKS
        for tongue, variants in FRAMES.items()
        for held_back, frames in variants.items()
        for frame in frames
    ]
    order = np.argsort(story.chance("task_cards order", len(cards)), kind="stable")
    language, held_back, words, branch, viewpoint, link = zip(*(cards[place] for place in order), strict=True)
    return pd.DataFrame(
        {
            "card_id": np.arange(1, len(cards) + 1),
            "language": choice(LANGUAGES, np.array(language)),
            "text": text(words),
            "branch": text(branch),
            "viewpoint": text(viewpoint),
            "link": text(link),
            "held_back": np.array(held_back),
        }
    )


TABLE = Table(
    name="task_cards",
    meaning=(
        "One row for each card with a task in operations, filed twice: by branch of operations (one "
        "practitioner's five) and by viewpoint (another's four). The two do not agree."
    ),
    columns=(
        Column("card_id", "integer", "The card's number", least=1),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column("text", "string", "What is to be done"),
        Column("branch", "string", "Its branch: the five-branch taxonomy", options=BRANCHES),
        Column("viewpoint", "string", "Its viewpoint: the four-viewpoint taxonomy", options=VIEWPOINTS),
        Column("link", "string", "Which of the four core links it serves", options=LINKS),
        Column("held_back", "boolean", "True if its wording occurs in no card with False: to test on"),
    ),
    key=("card_id",),
    make=make,
)
