"""Whom a firm may write to: what people said, and two articles of China's PIPL as rules that filter.

PIPL is the Personal Information Protection Law of 2021 (个人信息保护法). The rules are its meaning in our own
words, for a course; they are no legal advice.
"""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from opslab.ground.arguments import as_choice
from opslab.ground.days import as_day
from opslab.ground.engine import DAY, counts_itself, rows_by_day
from opslab.ground.frames import kinds_of, native, places_among, read_table, require_unique, small_table

# Words
USERS, CONSENT = "users", "consent"
BEFORE_ALL = "as_of lies before the first word in consent; choose a later day"
MARKETING, SHARING = "marketing", "sharing"

PURPOSES = (MARKETING, SHARING)


def contactable(
    users: Any,
    consent: Any,
    as_of: Any = None,
    *,
    user: str = "user_id",
    purpose: str = "purpose",
    given: str = "given",
    when: str = "date",
) -> pd.DataFrame:
    """Tell for each user whether they may be written to, and whether a partner may be given their address.

    - *Article 24*: marketing that is decided by a machine needs a way to say no, and a no holds. So a user is
      `may_message` unless their last word on ``"marketing"`` is no; silence counts as no objection.
    - *Article 23*: handing personal data to another firm needs a consent of its own, given after the user was
      told to whom and what for. So a user is `may_share` only if their last word on ``"sharing"`` is yes;
      silence is no, and a yes to messages is no yes to this.

    Both rules presuppose that the data were collected lawfully in the first place.

    Parameters
    ----------
    users
        One row for each user.
    consent
        One row for each thing that a user said: who, `purpose` (``"marketing"`` or ``"sharing"``), `given`
        (True: yes, False: no), the date. The last word counts; of two on one day the no.
    as_of
        The day on which the list is made; later words are left out. Default: all count.

    Returns
    -------
    DataFrame
        The rows of `users` (as pandas) with the columns may_message and may_share (True or False).

    Raises
    ------
    ValueError
        A bad table; two rows of one user in `users`; an unknown purpose; no user in common.

    Examples
    --------
    >>> import pandas as pd
    >>> users = pd.DataFrame({"user_id": [1, 2, 3]})
    >>> consent = pd.DataFrame({"user_id": [1, 2], "purpose": ["marketing", "sharing"]})
    >>> consent = consent.assign(given=[False, True], date=pd.Timestamp("2025-06-01"))
    >>> contactable(users, consent)[["may_message", "may_share"]].to_numpy().tolist()
    [[False, False], [True, True], [True, False]]
    """
    checked = native(users, kinds_of(key=[user]), what=USERS)
    require_unique(checked, [user], what=USERS)
    people = small_table(checked)
    words = _words(consent, user, purpose, given, when, None if as_of is None else as_day(as_of, "as_of"))
    if words.empty:
        raise ValueError(BEFORE_ALL)
    words = words.assign(
        place=places_among(words[user], pd.Index(people[user]), ours=CONSENT, theirs=USERS, key=user)
    )
    # Sorted so that of one day's words a no comes last.
    last = words[words["place"] >= 0].sort_values([when, given], ascending=[True, False], kind="stable")
    said = last.drop_duplicates(["place", purpose], keep="last")
    return people.assign(
        may_message=_last_word(said, purpose, MARKETING, given, len(people), silence=True),
        may_share=_last_word(said, purpose, SHARING, given, len(people), silence=False),
    )


def _words(consent: Any, user: str, purpose: str, given: str, when: str, until: int | None) -> pd.DataFrame:
    """Return what was said up to a day: of a user's equal words an engine gives the latest only."""
    kinds = kinds_of(key=[user], text=[purpose], flag=[given])
    dated = kinds | kinds_of(date=[when])
    if not counts_itself(consent):
        words = read_table(consent, dated, what=CONSENT)
        _require_purposes(words[purpose], purpose)
        return words if until is None else words[words[when] <= until]
    log = rows_by_day(native(consent, dated, what=CONSENT), when, *kinds)
    _require_purposes(small_table(log.select(purpose).unique())[purpose], purpose)
    said = log if until is None else log.filter(nw.col(DAY) <= until)
    latest = small_table(said.group_by(*kinds).agg(nw.col(DAY).max()))
    return latest.rename(columns={DAY: when}).astype({given: bool})


def _require_purposes(found: pd.Series, name: str) -> None:
    for purpose in found.unique():
        as_choice(purpose, name, PURPOSES)


def _last_word(
    said: pd.DataFrame, purpose: str, about: str, given: str, people: int, *, silence: bool
) -> np.ndarray:
    """Return each one's last word on a purpose, and `silence` for those who said nothing."""
    words = said[said[purpose] == about]
    result = np.full(people, silence)
    result[words["place"]] = words[given]
    return result
