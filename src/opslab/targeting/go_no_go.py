"""The go or no-go sheet: limits set beforehand, ranges instead of points, and three possible verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opslab.ground.arguments import as_numbers

# Words
GO, NO_GO, NOT_KNOWN = "go", "no-go", "not known"
NO_CRITERIA = "criteria is {found}; expected a dictionary of names to (low, high, at_least)"
NOT_THREE = "criterion {name!r} is {found!r}; expected three numbers: (low, high, at_least)"
TURNED = "criterion {name!r} goes from {low:g} down to {high:g}; write the smaller number first"


@dataclass(frozen=True, slots=True)
class GoNoGo:
    """A decision and its sheet.

    Attributes
    ----------
    decision
        "no-go" if one criterion is missed for certain; "go" if all are met for certain; else "not known".
    sheet
        One row for each criterion: low, high, at_least, verdict.
    open
        The criteria that are not known: what to find out next.
    """

    decision: str
    sheet: pd.DataFrame
    open: tuple[str, ...]


def go_no_go(criteria: Mapping[str, tuple[float, float, float]]) -> GoNoGo:
    """Compare ranges (low to high) with limits: met if low reaches `at_least`, missed if high does not.

    Raises
    ------
    ValueError
        No criteria; a criterion that is not three numbers; low above high.

    Examples
    --------
    >>> go_no_go({"people who have the need": (20_000, 60_000, 15_000)}).decision
    'go'
    """
    if not isinstance(criteria, Mapping) or not criteria:
        raise ValueError(NO_CRITERIA.format(found=type(criteria).__name__))
    rows = {name: _row(name, value) for name, value in criteria.items()}
    sheet = pd.DataFrame(rows).T.rename_axis("criterion")
    sheet = sheet.astype({"low": float, "high": float, "at_least": float})
    verdicts = set(sheet["verdict"])
    decision = NO_GO if NO_GO in verdicts else NOT_KNOWN if NOT_KNOWN in verdicts else GO
    return GoNoGo(decision, sheet, tuple(sheet.index[sheet["verdict"] == NOT_KNOWN]))


def _row(name: str, value: Any) -> dict[str, Any]:
    try:
        low, high, at_least = as_numbers(list(value), name, length=3)
    except (TypeError, ValueError) as error:
        raise ValueError(NOT_THREE.format(name=name, found=value)) from error
    if low > high:
        raise ValueError(TURNED.format(name=name, low=low, high=high))
    verdict = GO if low >= at_least else NO_GO if high < at_least else NOT_KNOWN
    return {"low": low, "high": high, "at_least": at_least, "verdict": verdict}
