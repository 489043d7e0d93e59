"""Hotline or open forum: what happens to complaints, and to users, over weeks. A model, not data."""

import pandas as pd

from opslab.ground.arguments import as_choice, as_number
from opslab.ground.days import MOST_WEEKS
from opslab.ground.estimates import share_seen

HOURS = 168  # in a week, in which a post is read
HOTLINE, FORUM = "hotline", "forum"
CHANNELS = (HOTLINE, FORUM)


def complaint_weeks(
    channel: str,
    answered: float = 0.8,
    hours: float = 24,
    readers: float = 30,
    *,
    weeks: int = 52,
    users: float = 10_000,
    unhappy: float = 0.01,
    speaking: float = 0.5,
    leaving: float = 0.3,
    kinds: int = 200,
    found: float = 0.7,
    won: float = 0.01,
    put_off: float = 0.02,
    searchers: float = 1,
) -> pd.DataFrame:
    """Follow a firm's complaints and users week by week, with a closed hotline or an open forum.

    Every number in it is an assumption to be argued about. Of the users, `unhappy` have a complaint in a
    week, and only `speaking` of these say so; whoever gets no answer leaves with the chance `leaving`.

    - *Hotline*: who calls is answered; nobody else hears it, and nobody learns from it. The others are hidden
      complaints.
    - *Forum*: `answered` of the posts get a public answer, after `hours`. Each post is read in its first
    week by
      `readers` people who are no users yet. One who sees it without an answer is put off with the chance
      `put_off`; one who sees the answer is won with the chance `won`. An answer stays: who has that problem
      later, whether they speak or not, finds it with the chance `found`, and it brings `searchers` readers a
      week from outside, each won with the chance `won`.

    Parameters
    ----------
    channel
        ``"hotline"`` or ``"forum"``; the hotline does not look at what concerns the forum alone.
    users
        At the start.
    kinds
        So many different problems, all alike in frequency.

    Returns
    -------
    DataFrame
        Index week, 0 to `weeks`: users (at its end); visible (posts that others can read), hidden (complaints
        that nobody at the firm hears), answers (to be written or spoken), known (share of problems that
        have a public answer), all of that week.

    Examples
    --------
    >>> forum, hotline = (complaint_weeks(channel).users for channel in ("forum", "hotline"))
    >>> bool(forum[2] < hotline[2]), bool(forum[52] > hotline[52])
    (True, True)
    """
    is_open = as_choice(channel, "channel", CHANNELS) == FORUM
    shares = {
        "answered": answered, "unhappy": unhappy, "speaking": speaking, "leaving": leaving, "found": found,
        "won": won, "put_off": put_off,
    }  # fmt: skip
    answer, complain, speak, leave, finds, wins, puts_off = (
        as_number(value, name, least=0, most=1) for name, value in shares.items()
    )
    late = min(1.0, as_number(hours, "hours", least=0) / HOURS)
    read = as_number(readers, "readers", least=0)
    search = as_number(searchers, "searchers", least=0)
    problems = as_number(kinds, "kinds", least=1, whole=True)
    length = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    there, public = as_number(users, "users", least=0, most=1e12), 0.0
    rows = [(there, 0.0, 0.0, 0.0, 0.0)]
    for _ in range(length):
        known = share_seen(problems, public) if is_open else 0.0
        open_cases = there * complain * (1 - known * finds)
        spoken, hidden = open_cases * speak, open_cases * (1 - speak)
        answers = spoken * (answer if is_open else 1)
        gained = 0.0
        if is_open:
            seen_answered = answer * (1 - late)
            gained = spoken * read * (seen_answered * wins - (1 - seen_answered) * puts_off)
            gained += known * problems * search * wins
            public += answers
        there = max(0.0, there - leave * (hidden + spoken - answers) + gained)
        rows.append((there, spoken if is_open else 0.0, hidden, answers, known))
    weeks_index = pd.RangeIndex(length + 1, name="week")
    columns = ["users", "visible", "hidden", "answers", "known"]
    return pd.DataFrame(rows, columns=columns, index=weeks_index)
