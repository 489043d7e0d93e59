"""The frame: the four links, a goal with its time and its resources, the numbers that stand for it.

Rates are shares of 1. Tables of events and cards may be pandas, Polars, DuckDB or whatever else Narwhals
knows; results are pandas.

The rooms, each from the ones before it:

    growth  intervals -> channel_plan    four_links  succession  scores  kpis -> pictures
    taxonomies -> filing_desk
"""

from opslab.goals.channel_plan import ChannelPlan, channel_plan
from opslab.goals.filing_desk import FilingDesk, filing_desk
from opslab.goals.four_links import FourLinks, four_links, leverage
from opslab.goals.growth import growth_path, required_growth, required_intake
from opslab.goals.intervals import Calibration, Fermi, calibration, fermi
from opslab.goals.kpis import KPIS, Kpi, kpi
from opslab.goals.pictures import (
    calibration_chart,
    generations_chart,
    intake_chart,
    kpi_tree_chart,
    links_chart,
    plan_chart,
    roads_chart,
    weight_chart,
)
from opslab.goals.scores import Scores, rank_reversal, score_options, weight_sweep
from opslab.goals.succession import reach_when_moving, succession
from opslab.goals.taxonomies import TaxonomyAgreement, taxonomy_agreement

__all__ = [
    "KPIS",
    "Calibration",
    "ChannelPlan",
    "Fermi",
    "FilingDesk",
    "FourLinks",
    "Kpi",
    "Scores",
    "TaxonomyAgreement",
    "calibration",
    "calibration_chart",
    "channel_plan",
    "fermi",
    "filing_desk",
    "four_links",
    "generations_chart",
    "growth_path",
    "intake_chart",
    "kpi",
    "kpi_tree_chart",
    "leverage",
    "links_chart",
    "plan_chart",
    "rank_reversal",
    "reach_when_moving",
    "required_growth",
    "required_intake",
    "roads_chart",
    "score_options",
    "succession",
    "taxonomy_agreement",
    "weight_chart",
    "weight_sweep",
]
