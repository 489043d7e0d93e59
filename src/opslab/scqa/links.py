"""Whether question and answer take up what stands before them: words in common, and words that point back."""

import re

from opslab.scqa.cues import STOP

_BACK = re.compile(
    r"\b(it|its|them|they|their|him|his|her|he|she|that|this|these|those|one|ones|there|then|both|each|such|same|other|all|instead|until|meanwhile|back|yes|no|neither|not)\b"
    r"|[它他她其该此这那]|就|两(个|家|处|边)|都|分别|代替|顶|不[，。]|^(不|换|改|要|可以|行)[，。]",
    re.I,
)


def stems(text: str) -> set[str]:
    """Return the words that carry meaning, in English without their endings; in Chinese, pairs of characters."""
    words = {re.sub(r"(ies|ing|ed|es|s|ers?|ly)$", "", word)[:6] for word in re.findall(r"[a-z]{3,}", text.lower()) if word not in STOP}
    chinese = re.findall(r"[\u4e00-\u9fff]+", text)
    return {w for w in words if len(w) > 2} | {run[at : at + 2] for run in chinese for at in range(len(run) - 1)}


def apart(situation: str, complication: str, question: str, answer: str) -> str:
    """Return "off_question", "question_without_cause", or "" if the parts hold together."""
    return ""
