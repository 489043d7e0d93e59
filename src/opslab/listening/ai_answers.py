"""What AI assistants answer: a share of runs in which a brand is named, when runs of one prompt are alike."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from opslab.ground.arguments import as_names, as_number
from opslab.ground.estimates import Z95
from opslab.ground.frames import kinds_of, native, small_table

# Words
ONE_PROMPT = "runs has one {by}; how much prompts differ can only be told from two or more"
ONE_RUN = "runs has one run of each {by}; how alike runs are can only be told from two or more of one {by}"


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """A share of answers with a 95 % interval that counts prompts, and what counting runs would have said.

    `icc` is how alike runs of one prompt are (0: as strangers, 1: the same); `design_effect` is how many
    times the variance is larger than of independent runs, `effective` how many independent runs these are
    worth.
    """

    share: float
    prompts: float
    runs: float
    icc: float
    se: float
    low: float
    high: float
    se_naive: float
    design_effect: float
    effective: float


def clustered_share(share: float, prompts: float, runs: float, icc: float) -> AnswerShare:
    """Return a share seen in `runs` answers to each of `prompts`, with the interval that likeness leaves.

    The design effect is 1 + (runs - 1) icc (Kish 1965). The interval is share ± 1.96 standard errors, cut at
    0 and 1.

    Examples
    --------
    >>> found = clustered_share(0.37, prompts=40, runs=10, icc=0.6)
    >>> round(found.design_effect, 1), round(found.effective, 1), round(found.se / found.se_naive, 2)
    (6.4, 62.5, 2.53)
    """
    value = as_number(share, "share", least=0, most=1)
    count = as_number(prompts, "prompts", least=1)
    each = as_number(runs, "runs", least=1)
    alike = as_number(icc, "icc", least=0, most=1)
    effect = 1 + (each - 1) * alike
    naive = float(np.sqrt(value * (1 - value) / (count * each)))
    se = naive * float(np.sqrt(effect))
    low, high = max(0.0, value - Z95 * se), min(1.0, value + Z95 * se)
    return AnswerShare(value, count, each, alike, se, low, high, naive, effect, count * each / effect)


def share_of_answers(runs: Any, by: str = "prompt", *, flag: str = "mentioned") -> AnswerShare:
    """Return the share of an assistant's answers in which `flag` is true, with an honest interval.

    Asking one prompt ten times is not ten questions: runs of one prompt are alike. How alike is estimated
    from the table (analysis of variance; below 0 it is taken as 0), and widens the interval by Kish's design
    effect.

    Parameters
    ----------
    runs
        A table with one row for each answer: the prompt (`by`) and True or False in `flag`.

    Raises
    ------
    ValueError
        A column is missing, or there is one prompt, or one run of each.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame({"prompt": [1, 1, 2, 2, 3, 3], "mentioned": [1, 1, 0, 0, 1, 0]})
    >>> found = share_of_answers(runs)
    >>> found.share, round(found.icc, 2), round(found.effective, 1)
    (0.5, 0.5, 4.0)
    """
    (prompt,) = as_names(by)[:1]
    frame = native(runs, kinds_of(key=[prompt], flag=[flag]), what="runs")
    answers = frame.select(prompt, hit=nw.col(flag).cast(nw.Float64))
    groups = small_table(answers.group_by(prompt).agg(size=nw.len(), hits=nw.col("hit").sum()))
    size, hits = groups["size"].to_numpy(float), groups["hits"].to_numpy(float)
    if len(size) < 2:
        raise ValueError(ONE_PROMPT.format(by=prompt))
    total, count = size.sum(), len(size)
    if total == count:
        raise ValueError(ONE_RUN.format(by=prompt))
    share = hits.sum() / total
    # The size of a group, where groups are unequal, as the analysis of variance has it.
    typical = (total - (size**2).sum() / total) / (count - 1)
    between = (size * (hits / size - share) ** 2).sum() / (count - 1)
    within = (hits * (1 - hits / size)).sum() / (total - count)
    spread = between + (typical - 1) * within
    icc = float(np.clip((between - within) / spread, 0, 1)) if spread else 0.0
    return clustered_share(float(share), count, total / count, icc)
