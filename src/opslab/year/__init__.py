"""A year of Lantern: the company that the course's subjects add up to, to be run, replayed and judged.

plan (what is decided, what is known) -> common_random_numbers, firm (what is true, what is guessed) -> week
-> simulation (play, replay) -> score (worth, guardrails, compare, debrief) -> league -> pictures,
desk (the form on which a year is run quarter by quarter)
"""

from opslab.year.desk import YearDesk, year_desk
from opslab.year.league import league, standing
from opslab.year.pictures import court_chart, tree_chart
from opslab.year.plan import Plan, State
from opslab.year.score import NAIVE, PAR, compare, debrief, score
from opslab.year.simulation import History, play, replay, rerun, tree

__all__ = [
    "NAIVE",
    "PAR",
    "History",
    "Plan",
    "State",
    "YearDesk",
    "compare",
    "court_chart",
    "debrief",
    "league",
    "play",
    "replay",
    "rerun",
    "score",
    "standing",
    "tree",
    "tree_chart",
    "year_desk",
]
