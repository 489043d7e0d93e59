"""Did it work: tests of two versions, their sizes and splits, looking early, and what a win means.

Control comes first, treatment second; a difference is treatment less control. Tables may be pandas, Polars,
DuckDB or whatever else Narwhals knows; results are frozen dataclasses, or pandas.

The rooms, each from the ones before it:

    sample_sizes · splits · sequential · comparing -> interpretation · regions · ideas · address_book
        -> pictures
"""

from opslab.experiments.address_book import consent_audit
from opslab.experiments.comparing import (
    Adjusted,
    TwoArms,
    compare_means,
    compare_proportions,
    compare_ratios,
    cuped,
)
from opslab.experiments.ideas import ideas_factory
from opslab.experiments.interpretation import (
    Belief,
    Curse,
    adjust,
    false_positive_risk,
    probability_better,
    winners_curse,
)
from opslab.experiments.pictures import (
    cuped_chart,
    ideas_chart,
    mismatch_chart,
    peeking_chart,
    visible_lift_chart,
)
from opslab.experiments.regions import (
    Differences,
    HoldOut,
    difference_in_differences,
    regional_hold_out,
    smallest_visible_lift,
)
from opslab.experiments.sample_sizes import SampleSize, sample_size, sample_size_means
from opslab.experiments.sequential import (
    AlwaysValid,
    always_valid_p,
    e_value,
    peeking_error,
    sequential_bounds,
)
from opslab.experiments.splits import Split, sample_ratio_mismatch

__all__ = [
    "Adjusted",
    "AlwaysValid",
    "Belief",
    "Curse",
    "Differences",
    "HoldOut",
    "SampleSize",
    "Split",
    "TwoArms",
    "adjust",
    "always_valid_p",
    "compare_means",
    "compare_proportions",
    "compare_ratios",
    "consent_audit",
    "cuped",
    "cuped_chart",
    "difference_in_differences",
    "e_value",
    "false_positive_risk",
    "ideas_chart",
    "ideas_factory",
    "mismatch_chart",
    "peeking_chart",
    "peeking_error",
    "probability_better",
    "regional_hold_out",
    "sample_ratio_mismatch",
    "sample_size",
    "sample_size_means",
    "sequential_bounds",
    "smallest_visible_lift",
    "visible_lift_chart",
    "winners_curse",
]
