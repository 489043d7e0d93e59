"""What a user is worth: repeat purchase without a contract, spend, concentration, revenue retention, points.

A *frequency* here counts repeat purchases: the first one makes a customer and does not count. Time runs from
a customer's first purchase, in the unit that `purchase_summary` was given (weeks). Money is in yuan. A fit
that did not converge has `.converged` False and warns. Tables may be pandas, Polars, DuckDB or whatever else
Narwhals knows; results are pandas.

The rooms, each from the ones before it:

    inputs  fitting -> bg_nbd  pareto_nbd  spend  purchases  revenue  membership -> worth -> pictures
"""

from opslab.ground.estimates import lifetime_value
from opslab.lifetime.bg_nbd import BetaGeometricNBD, fit_bg_nbd
from opslab.lifetime.membership import PointsLedger, points_ledger, prune_tiers
from opslab.lifetime.pareto_nbd import ParetoNBD
from opslab.lifetime.pictures import alive_chart, hold_out_chart, points_chart
from opslab.lifetime.purchases import hold_out, purchase_summary
from opslab.lifetime.revenue import (
    RevenueRetention,
    StressTest,
    revenue_concentration,
    revenue_retention,
    without_top,
)
from opslab.lifetime.spend import GammaGamma, fit_gamma_gamma
from opslab.lifetime.worth import ChurnByCause, churn_by_cause, markov_value, residual_value

__all__ = [
    "BetaGeometricNBD",
    "ChurnByCause",
    "GammaGamma",
    "ParetoNBD",
    "PointsLedger",
    "RevenueRetention",
    "StressTest",
    "alive_chart",
    "churn_by_cause",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "hold_out",
    "hold_out_chart",
    "lifetime_value",
    "markov_value",
    "points_chart",
    "points_ledger",
    "prune_tiers",
    "purchase_summary",
    "residual_value",
    "revenue_concentration",
    "revenue_retention",
    "without_top",
]
