"""Keep users: cohorts, day-N retention, survival, renewals, growth accounting, stages and early warning.

Everything starts from a log with one row for each event: who (`user_id`) and when (`date`). The expected
action is chosen by choosing rows: `activity` is "opened the app", `activity[activity.answered]` is "wrote
an answer". Several rows of one user in one period count once. A week starts on Monday.

Logs may be pandas, Polars, DuckDB or whatever else Narwhals knows; results are pandas.

The rooms, each from the ones before it:

    inputs, event_log (as numbers) -> people (users beside it)
        -> cohorts  behaviour  survival  renewals  growth  lifecycle -> pictures
"""

from opslab.retention.behaviour import active_days, mean_by, revenue_by_behaviour, weekly_activity
from opslab.retention.cohorts import Kind, cohort_table, retention_by, retention_curve, retention_rate
from opslab.retention.event_log import Period
from opslab.retention.growth import active_users, growth_accounting
from opslab.retention.lifecycle import STAGES, early_warning, running_warning, stage_moves, stages
from opslab.retention.pictures import (
    active_users_chart,
    churn_mix_chart,
    cohort_chart,
    growth_chart,
    renewal_chart,
    retention_chart,
    survival_chart,
    warning_chart,
)
from opslab.retention.renewals import MONTH_DAYS, ShiftedBetaGeometric, fit_sbg, renewal_survivors
from opslab.retention.survival import LogRank, kaplan_meier, lifetimes, log_rank, median_survival

__all__ = [
    "MONTH_DAYS",
    "STAGES",
    "Kind",
    "LogRank",
    "Period",
    "ShiftedBetaGeometric",
    "active_days",
    "active_users",
    "active_users_chart",
    "churn_mix_chart",
    "cohort_chart",
    "cohort_table",
    "early_warning",
    "fit_sbg",
    "growth_accounting",
    "growth_chart",
    "kaplan_meier",
    "lifetimes",
    "log_rank",
    "mean_by",
    "median_survival",
    "renewal_chart",
    "renewal_survivors",
    "retention_by",
    "retention_chart",
    "retention_curve",
    "retention_rate",
    "revenue_by_behaviour",
    "running_warning",
    "stage_moves",
    "stages",
    "survival_chart",
    "warning_chart",
    "weekly_activity",
]
