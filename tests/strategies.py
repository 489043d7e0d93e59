"""What the property tests draw from: logs, orders, answers, paths, responses and texts of any shape."""

import datetime

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from opslab.acquisition import Saturation

# A Friday, so that weeks do not begin with the log.
ORIGIN = datetime.date(2023, 12, 29)
# The same examples each time: a law that fails, fails for everyone.
LAW = settings(max_examples=20, deadline=None, derandomize=True)
SLOW_LAW = settings(LAW, max_examples=8)


def on(day: int) -> pd.Timestamp:
    """Return the date so many days after `ORIGIN`."""
    return pd.Timestamp(ORIGIN) + pd.Timedelta(days=day)


def log(visits, name: str = "date") -> pd.DataFrame:
    """Return a log from (user, day) pairs, days counted from `ORIGIN`."""
    users, days = zip(*visits, strict=True)
    return pd.DataFrame({"user_id": users, name: [on(day) for day in days]}).astype({name: "datetime64[s]"})


def orders_of(rows) -> pd.DataFrame:
    """Return orders from (user, day, amount) rows."""
    return log([row[:2] for row in rows]).assign(amount=[row[2] for row in rows])


def users_of(visits) -> pd.DataFrame:
    """Return one row for each user of a log: first day seen, and one of two groups."""
    first = log(visits).groupby("user_id", as_index=False).date.min()
    return first.rename(columns={"date": "signup_date"}).assign(
        group=["ab"[user % 2] for user in first.user_id]
    )


shares = st.floats(0, 1)
amounts = st.floats(0, 1e6)
some_amounts = st.lists(amounts, min_size=1, max_size=30).filter(lambda values: sum(values) > 1e-3)
people, days = st.integers(1, 9), st.integers(0, 120)
visits = st.lists(st.tuples(people, days), min_size=1, max_size=50)
orders = st.lists(st.tuples(people, days, st.integers(0, 500).map(float)), min_size=1, max_size=40)
lifetimes_seen = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40)
labels = st.lists(st.sampled_from("abcd"), min_size=1, max_size=40)
responses = st.lists(
    st.builds(Saturation, st.floats(1, 5_000), st.floats(1, 1e6), st.floats(0, 0.9)), min_size=2, max_size=6
)
paths = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=4).map(tuple),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=9,
).filter(lambda rows: any(won for _, won, _ in rows))
price_answers = st.lists(
    st.lists(st.integers(1, 200), min_size=4, max_size=4, unique=True).map(sorted), min_size=2, max_size=25
)
# Words, Chinese, marks that HTML, Markdown, LaTeX or str.format would read, and any letter there is.
pieces = st.sampled_from(
    [
        *(
            "Everyone agrees",
            "But sales fell by 30 %",
            "Should we raise dues?",
            "We propose 10 yuan",
            "Answer: ",
        ),
        *(
            "大家都同意。",
            "但留存下降了两成。",
            "怎么办？",
            "建议先试四周。",
            "情境：",
            "# Results",
            "1. ",
            "- ",
        ),
        *(
            "<b>",
            "</script>",
            "&lt;",
            "$x^2$",
            "{name}",
            "{0}",
            "{{",
            "**",
            "\\",
            "`",
            "[a](b)",
            "\n",
            "…",
            "e\u0301",
        ),
    ]
)
texts = st.lists(pieces | st.text(max_size=12), max_size=30).map(" ".join)
