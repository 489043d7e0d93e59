"""An official account: who follows it, who leaves, and what the rhythm of its posts does to both."""

import pandas as pd

from opslab.ground.arguments import as_number
from opslab.ground.days import MOST_WEEKS

# Words
MORE_THAN_PEOPLE = "after {week} weeks there would be more followers than people; give a lower passed or wins"
MOST_POSTS, PEOPLE = 1_000, 8e9


def followers(
    posts: float,
    reads: float,
    need: float,
    passed: float,
    *,
    weeks: int = 52,
    start: float = 1_000,
    found: float = 20,
    wins: float = 0.1,
    tired: float = 0.02,
) -> pd.DataFrame:
    """Return an account week by week: people follow what they need long and read often, and pass it on.

    A model, not data: every number in it but `passed` is an assumption to be argued about. Of the `posts` a
    week a follower reads `reads` at most. Of what is read the share `passed` is passed on, and each pass
    wins `wins` followers. Followers leave when the need ends, the share 1 / `need` a week; and each post
    that is not read tires the share `tired` of them so that they leave.

    Parameters
    ----------
    posts, reads
        Posts a week, and how many a week a follower has a use for.
    need
        How many weeks a follower needs what the account is about, on average.
    passed
        Passes for one post that is read, a share of 1.
    found
        New followers a week who come without a pass.

    Returns
    -------
    DataFrame
        Index week (1 to `weeks`); columns followers (at its end), won and left (in it).

    Examples
    --------
    >>> followers(posts=3, reads=3, need=100, passed=0.03).loc[[1, 52], "followers"].round().to_list()
    [1019.0, 1963.0]
    >>> followers(posts=7, reads=3, need=100, passed=0.03).loc[[52], "followers"].round().to_list()
    [268.0]
    """
    sent = as_number(posts, "posts", least=0, most=MOST_POSTS)
    used = min(sent, as_number(reads, "reads", least=0, most=MOST_POSTS))
    length = as_number(need, "need", least=1)
    share = as_number(passed, "passed", least=0, most=1)
    last = as_number(weeks, "weeks", least=1, most=MOST_WEEKS, whole=True)
    there = as_number(start, "start", least=0, most=PEOPLE)
    others = as_number(found, "found", least=0, most=PEOPLE)
    each = as_number(wins, "wins", least=0)
    loss = as_number(tired, "tired", least=0, most=1)
    staying = (1 - 1 / length) * (1 - loss) ** (sent - used)
    rows = []
    for week in range(1, last + 1):
        won, left = others + there * used * share * each, there * (1 - staying)
        there += won - left
        if there > PEOPLE:
            raise ValueError(MORE_THAN_PEOPLE.format(week=week))
        rows.append((there, won, left))
    index = pd.RangeIndex(1, last + 1, name="week")
    return pd.DataFrame(rows, columns=["followers", "won", "left"], index=index)
