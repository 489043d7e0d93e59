"""What the grader tells the process from which its workers are forked."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Job:
    """What the workers of one sheet have in common.

    Parameters
    ----------
    seed : the world to run in
    tables : tables of that world, so that not every worker makes them again
    setup : sources of the sheet's set-up cells
    limits : hard limits, by their names in `resource`
    environment : variables of the worker's own
    safe : whether there are walls to go behind
    """

    seed: int
    tables: dict[str, pd.DataFrame]
    setup: list[str]
    limits: dict[str, int]
    environment: dict[str, str]
    safe: bool
