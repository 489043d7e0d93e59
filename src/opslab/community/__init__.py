"""Design a paid learning community: its money, its growth, its people, and how it breaks.

The plan that is examined is practitioner source S2's: an entry fee that becomes weekly rewards, dues that pay
moderators, one written question a week.

The rooms, each from the ones before it:

    plan (the figures)   growth (word of mouth)   talk (what the data of a group show)
    meetings  complaints (claims from practice)
        -> simulation (agents under a policy) -> league -> pictures
"""

from opslab.community.complaints import complaint_desk
from opslab.community.growth import Bass, chains_alive, extinction_probability, fit_bass, viral_growth
from opslab.community.league import league
from opslab.community.meetings import meetings, strong_share
from opslab.community.pictures import history_chart, leavers_chart, ledger_chart, lorenz_chart, ties_chart
from opslab.community.plan import (
    break_even_joins,
    fund_ends,
    fund_ledger,
    introduction_hours,
    pairs,
    threshold_members,
    weekly_pay,
    weekly_reward,
)
from opslab.community.simulation import FAULTS, ROLES, Decision, Policy, State, score, simulate, who_leaves
from opslab.community.talk import (
    answer_graph,
    conversations,
    core_users,
    defection,
    exposed,
    graph_measures,
    participation,
    replies_per_thread,
)

__all__ = [
    "FAULTS",
    "ROLES",
    "Bass",
    "Decision",
    "Policy",
    "State",
    "answer_graph",
    "break_even_joins",
    "chains_alive",
    "complaint_desk",
    "conversations",
    "core_users",
    "defection",
    "exposed",
    "extinction_probability",
    "fit_bass",
    "fund_ends",
    "fund_ledger",
    "graph_measures",
    "history_chart",
    "introduction_hours",
    "league",
    "leavers_chart",
    "ledger_chart",
    "lorenz_chart",
    "meetings",
    "pairs",
    "participation",
    "replies_per_thread",
    "score",
    "simulate",
    "strong_share",
    "threshold_members",
    "ties_chart",
    "viral_growth",
    "weekly_pay",
    "weekly_reward",
    "who_leaves",
]
