"""The table of answers of AI assistants: forty questions, asked ten times each, and who is named."""

import numpy as np
import pandas as pd

from opslab.world import random_draws as draw
from opslab.world.story import Story
from opslab.world.table_types import Column, Table, choice, text

LANGUAGES = ("zh", "en")
PROMPTS = {
    "zh": (
        "下班后想练写作，有什么社区推荐？",
        "付费学习社群哪家靠谱？",
        "想转行做运营，从哪里开始学？",
        "写周报总是写不好怎么办？",
        "有没有能让我坚持学习的小组？",
        "在职的人怎么系统学数据分析？",
        "哪些学习平台有人认真回答问题？",
        "一年的学习预算五百元，怎么花最值？",
        "想提高表达能力，上课好还是找同伴练好？",
        "学习打卡群真的有用吗？",
        "推荐几个适合新手经理的学习社区。",
        "自学半途而废，怎么办？",
        "有哪些以写作为主的学习小组？",
        "线上课和社群，哪个更适合上班族？",
        "学运营需要报班吗？",
        "哪里可以看到同行的真实案例？",
        "我想每周写一篇文章，怎么坚持？",
        "比较一下几家知名的付费学习社区。",
        "带娃的人怎么安排学习时间？",
        "大学毕业一年，该补哪些课？",
    ),
    "en": (
        "Where can I practise writing after work?",
        "Which paid learning communities are worth it?",
        "How do I move into operations from sales?",
        "My weekly reports are poor. What helps?",
        "Is there a study group that keeps me going?",
        "How can I learn data analysis with a full-time job?",
        "Which learning platforms answer questions well?",
        "I can spend fifty a month on learning. On what?",
        "Course or peer group: which teaches writing better?",
        "Do daily check-in groups work?",
        "Suggest a learning community for a new manager.",
        "I never finish online courses. What else is there?",
        "Which study groups are built around writing?",
        "How do people learn product operations today?",
        "Do I need a course to learn operations?",
        "Where do practitioners share real cases?",
        "How can I write one article each week?",
        "Compare well-known paid learning communities.",
        "How do parents find time to study?",
        "What should I learn in my first year at work?",
    ),
}


def make(story: Story) -> pd.DataFrame:
    """Return one row for each answer, by question and run."""
    true = story.truth.voices.assistants
    prompts = [prompt for language in LANGUAGES for prompt in PROMPTS[language]]
    # A question's chance to bring Lantern up varies as a beta distribution: runs of one question are alike.
    rest = (1 - true.alike) / true.alike
    grid = draw.beta_grid(true.named * rest, (1 - true.named) * rest)
    chance = draw.from_grid(story.chance("assistants question", len(prompts)), grid)
    place = np.repeat(np.arange(len(prompts)), true.runs)
    return pd.DataFrame(
        {
            "prompt_id": place + 1,
            "run": np.tile(np.arange(1, true.runs + 1), len(prompts)),
            "language": choice(LANGUAGES, place // len(PROMPTS["zh"])),
            "prompt": text(np.array(prompts, dtype=object)[place]),
            "named": story.chance("assistants answer", len(place)) < chance[place],
        }
    )


TABLE = Table(
    name="ai_answers",
    meaning=(
        "One row for each answer of an AI assistant to one of 40 questions, each asked ten times on one day; "
        "invented, as is the assistant."
    ),
    columns=(
        Column("prompt_id", "integer", "The question's number", least=1),
        Column("run", "integer", "Which of the times it was asked", least=1),
        Column("language", "string", "Chinese or English", options=LANGUAGES),
        Column("prompt", "string", "The question"),
        Column("named", "boolean", "True if the answer names Lantern"),
    ),
    key=("prompt_id", "run"),
    make=make,
    flaws=("Answers to one question are alike: 400 rows are far fewer than 400 independent answers.",),
)
