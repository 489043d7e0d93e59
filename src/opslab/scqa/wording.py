"""The coach's words in the two languages that it reads: for each rule its question, and the reason."""

import re

from opslab.scqa.cues import word_list

# Words
LETTER_WORDS = {
    "en": {"S": "situation", "C": "complication", "Q": "question", "A": "answer"},
    "zh": {"S": "情境", "C": "冲突", "Q": "疑问", "A": "回答"},
}
PLACES = {
    "en": {
        "whole": "the whole text",
        "sentence": "sentence {number}",
        "field": "the {part}",
        "heading": "heading {number}",
    },
    "zh": {"whole": "全文", "sentence": "第{number}句", "field": "{part}", "heading": "第{number}个标题"},
}
# How a text was read: the reason of a question about a part.
READ = {"en": "I read sentence {number} as the {part}", "zh": "我把第{number}句读作{part}"}
AND, STOP = {"en": ", ", "zh": "，"}, {"en": ".", "zh": "。"}
# Why a part is asked for that was read.
DOUBTED = {
    "en": "You may mean it here, and the words hardly say it.",
    "zh": "也许说的就是它，只是字面上不明显。",
}
# Why an answer may not be one: by what the question asks for, or by the whole.
ASKED_WORDS = {
    "en": {
        "who": "The question asks who does it, and the answer names nobody.",
        "how_many": "The question asks how many, and the answer names no number.",
        "when": "The question asks when, and the answer names no time.",
        "": "It reads like an answer to another question than the one that is asked.",
    },
    "zh": {
        "who": "疑问问的是谁，回答里没有说到。",
        "how_many": "疑问问的是多少，回答里没有说到。",
        "when": "疑问问的是什么时候，回答里没有说到。",
        "": "读起来，它回答的像是另一个问题。",
    },
}
WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "empty": (
            "What do you want to say?",
            "There is nothing to read. Write one sentence for each part, or open the desk.",
        ),
        "other_language": (
            "Which language will your listener hear?",
            "I read English and Chinese, and this seems to be another language: I say nothing of it.",
        ),
        "too_short": (
            "What is the rest?",
            "{count} word(s) hold no situation, complication, question and answer.",
        ),
        "too_long": (
            "Which minute of this do you say?",
            "{count:,} letters are here; the first {read:,} were read.",
        ),
        "missing_S": (
            "What does your listener already agree on?",
            "No words clearly give it, so your first step may be disputed.",
        ),
        "missing_C": (
            "What changed?",
            "No words clearly say what disturbs the situation, so nobody sees a need to act.",
        ),
        "missing_Q": (
            "What has to be decided?",
            "Nothing asks, so your listener will put a question of their own.",
        ),
        "missing_A": (
            "What do you advise?",
            "Nothing is proposed: your listener knows your worry and not your advice.",
        ),
        "misplaced": (
            "Is this the {other}?",
            "Its words are those of the {other}, and it stands where the {part} belongs.",
        ),
        "unusual_order": (
            "Which order does your listener need?",
            "The parts come as {parts}. Listeners follow {orders}.",
        ),
        "idle_complication": (
            "What changed, for whom, by how much?",
            "“{word}” tells no event that the listener could not leave as it is.",
        ),
        "several_questions": (
            "Which one has to be decided?",
            "There are {count} questions. An answer can serve one.",
        ),
        "contested_situation": (
            "Would your listener say this, too?",
            "“{word}” is a judgement or a cause. A situation is what they would say themselves.",
        ),
        "question_without_cause": (
            "Why does this question arise now?",
            "It seems not to come from what stands before, so your listener may not see its cause.",
        ),
        "off_question": (
            "What is the answer to the question?",
            "{word}",
        ),
        "vague_answer": (
            "Who does what, until when?",
            "“{word}” is a wish: in four weeks nobody could see whether it was done.",
        ),
        "no_number": ("How much, how many, until when?", "The answer names no quantity."),
        "no_uncertainty": (
            "What do you not know, and what would change your mind?",
            "The text names no interval, condition or trial.",
        ),
        "blank_heading": (
            "What did you find?",
            "The heading would fit any report. Put the finding there, as a sentence.",
        ),
    },
    "zh": {
        "empty": ("你想说什么？", "这里没有可读的内容。每个部分写一句，或者打开写作台。"),
        "other_language": ("听众听哪种语言？", "我只读中文和英文，这里像是别的语言，我不作判断。"),
        "too_short": ("其余的呢？", "{count} 个词放不下情境、冲突、疑问和回答。"),
        "too_long": ("这里面的哪一分钟是你要说的？", "全文 {count:,} 个字符，只读了前 {read:,} 个。"),
        "missing_S": ("听众本来就认同什么？", "没有一句交代它，第一步就可能有争议。"),
        "missing_C": ("发生了什么变化？", "没有一句说出是什么打破了现状，别人看不到行动的必要。"),
        "missing_Q": ("要决定的是什么？", "没有一句在提问，听众会自己提一个。"),
        "missing_A": ("你建议怎么做？", "没有一句提出办法：听众知道你的担心，不知道你的建议。"),
        "misplaced": ("这是不是{other}？", "这些话像{other}，却放在{part}的位置。"),
        "unusual_order": ("你的听众需要哪种顺序？", "各部分的顺序是 {parts}。听众跟得上的是{orders}。"),
        "idle_complication": ("什么变了，对谁，变了多少？", "“{word}”没有说出一件不能听之任之的事。"),
        "several_questions": ("要决定的是哪一个？", "这里有 {count} 个问题，一个回答只能对一个。"),
        "contested_situation": (
            "听众自己也会这么说吗？",
            "“{word}”是评判或归因。情境应是听众自己也会说的话。",
        ),
        "question_without_cause": (
            "为什么现在要问这个？",
            "它不像是从前面说的事来的，听众可能看不出它的缘由。",
        ),
        "off_question": ("对这个疑问的回答是什么？", "{word}"),
        "vague_answer": ("谁做什么，到什么时候？", "“{word}”是愿望：四周以后谁也看不出做了没有。"),
        "no_number": ("多少，到什么时候？", "回答里没有数量。"),
        "no_uncertainty": ("你还不知道什么，什么会让你改主意？", "文中没有区间、条件或试行。"),
        "blank_heading": ("你发现了什么？", "这个标题放在哪份报告上都行。把发现写成一句话放上去。"),
    },
}


def language(text: str) -> str:
    """Return "en" or "zh", the one that `text` is mostly written in, or "" if it is neither."""
    chinese, kana = (
        len(re.findall(r"[\u4e00-\u9fff]", text)),
        len(re.findall(r"[\u3040-\u30ff\uac00-\ud7af]", text)),
    )
    words = re.findall(r"[^\W\d_]+", re.sub(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]", " ", text.lower()))
    latin = [word for word in words if re.match(r"[a-zà-ÿœ]", word)]
    if (kana > 0.2 * (kana + chinese) and kana > 5) or len(words) - len(latin) > len(latin) + chinese:
        return ""
    if chinese > len(latin):
        return "zh"
    foreign, english = (
        sum(word in known for word in latin)
        for known in (word_list("foreign") - word_list("english"), word_list("english"))
    )
    least = max(2, 1.5 * english) if english else 1
    return "" if len(latin) >= 5 and foreign > least else "en"
