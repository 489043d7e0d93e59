"""Win users at an acceptable cost: what one costs, what one is worth, and where the next yuan goes.

Money is in yuan, time in weeks or months as stated, shares are between 0 and 1. Tables may be pandas,
Polars, DuckDB or whatever else Narwhals knows; results are pandas.

The rooms, each from the ones before it:

    costs  response_curves  shapley  growth -> budget  attribution -> pictures
"""

from opslab.acquisition.attribution import MODELS, attribute, removal_effects, transitions
from opslab.acquisition.budget import (
    allocate_budget,
    equal_split,
    evaluate_budget,
    profit_interval,
    tipping_budget,
)
from opslab.acquisition.costs import cac, live_sale, payback_months, worth_by
from opslab.acquisition.growth import funnel_users, trust_policy, viral_users
from opslab.acquisition.pictures import (
    attribution_chart,
    budget_chart,
    carry_over_chart,
    growth_paths_chart,
    payback_chart,
    response_chart,
    trust_chart,
)
from opslab.acquisition.response_curves import Saturation, adstock, calibrate, fit_saturation, marginal_cac
from opslab.acquisition.shapley import ShapleyValues, shapley_values
from opslab.ground.estimates import lifetime_value

__all__ = [
    "MODELS",
    "Saturation",
    "ShapleyValues",
    "adstock",
    "allocate_budget",
    "attribute",
    "attribution_chart",
    "budget_chart",
    "cac",
    "calibrate",
    "carry_over_chart",
    "equal_split",
    "evaluate_budget",
    "fit_saturation",
    "funnel_users",
    "growth_paths_chart",
    "lifetime_value",
    "live_sale",
    "marginal_cac",
    "payback_chart",
    "payback_months",
    "profit_interval",
    "removal_effects",
    "response_chart",
    "shapley_values",
    "tipping_budget",
    "transitions",
    "trust_chart",
    "trust_policy",
    "viral_users",
    "worth_by",
]
