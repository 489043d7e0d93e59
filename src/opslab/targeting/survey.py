"""Make a survey speak for all users, not only for those who answered: post-stratification.

The method is that of Holt and Smith (1979), J. R. Stat. Soc. A 142: known sizes of groups weigh the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from opslab.ground.arguments import as_names, as_number, as_numbers
from opslab.ground.estimates import Z95
from opslab.ground.frames import kinds_of, native, small_table

# Words
NO_COMMON = (
    "sample and population have no column in common; name the groups' columns, for example by='persona'"
)
ONE_COLUMN = (
    "population is a list of sizes by group; name the one column of sample that holds the group: by='persona'"
)
SHARES_SUM = "the shares in population add up to {found:.4g}; expected 1 (or give numbers of people)"
TWICE = "population names the group {group!r} twice; add up its sizes first"
STRANGER = "sample has the group {group!r}, which population does not have; its groups are {groups}"
SILENT = (
    "no answer came from the group {group!r} ({size:g} in population); merge it with a group like it, "
    "in sample and in population"
)
EMPTY_GROUP = "population says that the group {group!r} has nobody, yet sample has answers from it"
NO_MARGINS = (
    "margins is a {found}; expected a dictionary of columns, such as {{'device': {{'ios': 4, 'android': 6}}}}"
)
NOT_SETTLED = (
    "the weights have not settled after {rounds} rounds: no weights meet all margins at once, or nearly so; "
    "merge groups that have few answers"
)
ESTIMATE = "{value:.4g} (95 % interval {low:.4g} to {high:.4g}; raw {raw:.4g})"

SETTLED, MOST_ROUNDS = 1e-10, 100_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval, and `raw`, what the answers gave before they were weighed."""

    value: float
    low: float
    high: float
    raw: float

    def __str__(self) -> str:
        return ESTIMATE.format(value=self.value, low=self.low, high=self.high, raw=self.raw)


@dataclass(frozen=True, slots=True)
class PostStratified:
    """A survey whose answers have weights.

    Attributes
    ----------
    weights
        One for each row of the sample, 1 on average: how many answers this one stands for.
    strata
        One row for each group: answers, its share of the answers, its share of the population, weight.
    """

    weights: pd.Series
    strata: pd.DataFrame
    _sample: pd.DataFrame
    _stratum: np.ndarray

    def mean(self, column: str) -> Estimate:
        """Return the mean of a column of numbers for the whole population, with its interval.

        The interval knows chance only: it takes those silent to be like those of their group who answered.

        Examples
        --------
        >>> import pandas as pd
        >>> sample = pd.DataFrame({"persona": ["student", "student", "manager"], "dues": [5, 7, 20]})
        >>> survey = poststratify(sample, {"student": 50, "manager": 50}, by="persona")
        >>> round(survey.mean("dues").value, 1)
        13.0
        """
        table = native(self._sample, kinds_of(number=[column]), what="sample")
        return self._mean(table[column].to_numpy().astype(float))

    def shares(self, column: str) -> pd.DataFrame:
        """Return for each answer in a column its share of 1: raw, corrected, low and high (95 %).

        Examples
        --------
        >>> import pandas as pd
        >>> sample = pd.DataFrame({"persona": ["student", "student", "manager"], "pays": [1, 0, 1]})
        >>> survey = poststratify(sample, {"student": 50, "manager": 50}, by="persona")
        >>> survey.shares("pays")["corrected"].round(2).to_dict()
        {0: 0.25, 1: 0.75}
        """
        native(self._sample, kinds_of(key=[column]), what="sample")
        values = self._sample[column].to_numpy()
        options = sorted(set(values))
        found = [self._mean((values == option).astype(float)) for option in options]
        return pd.DataFrame(
            {
                "raw": [one.raw for one in found],
                "corrected": [one.value for one in found],
                "low": [max(one.low, 0.0) for one in found],
                "high": [min(one.high, 1.0) for one in found],
            },
            index=pd.Index(options, name=column),
        )

    def _mean(self, values: np.ndarray) -> Estimate:
        groups = pd.Series(values).groupby(self._stratum)
        share = self.strata["share_population"].to_numpy()
        # One answer alone says nothing about the spread in its group: borrow that of all answers.
        spread = groups.var().fillna(values.var()).to_numpy()
        value = float(share @ groups.mean().to_numpy())
        error = Z95 * float(np.sqrt(share**2 @ (spread / groups.size().to_numpy())))
        return Estimate(value, value - error, value + error, float(values.mean()))


def poststratify(
    sample: Any, population: Any, by: str | Sequence[str] | None = None, size: str = "users"
) -> PostStratified:
    """Weigh the answers in `sample` so that each group counts as much as it does in `population`.

    Parameters
    ----------
    sample
        One row for each person who answered (leave out those who did not).
    population
        A table with the groups' columns and the column `size` (people in each); or a dictionary or Series
        from group to people, or to shares that add up to 1.
    by
        The column or columns that make the groups; by default all that sample and population share.

    Raises
    ------
    ValueError
        Bad tables; no common column; shares that do not add up; a group in one of the two only.

    Examples
    --------
    >>> import pandas as pd
    >>> sample = pd.DataFrame({"persona": ["student", "student", "manager"], "dues": [5, 7, 20]})
    >>> survey = poststratify(sample, {"student": 50, "manager": 50}, by="persona")
    >>> round(survey.mean("dues").value, 1), round(survey.mean("dues").raw, 1)
    (13.0, 10.7)
    """
    columns = [] if by is None else as_names(by)
    answers = small_table(native(sample, kinds_of(key=columns), what="sample"))
    weigh_by, sizes = _sizes(answers, population, columns, size)
    native(answers, weigh_by, what="sample")
    keys = pd.MultiIndex.from_frame(answers[weigh_by])
    groups = keys.to_flat_index() if len(weigh_by) > 1 else keys.get_level_values(0)
    _require_same(groups, sizes)
    sizes = sizes[sizes > 0].sort_index()
    count = groups.value_counts().reindex(sizes.index)
    strata = pd.DataFrame(
        {
            "answers": count,
            "share_answers": count / len(answers),
            "share_population": sizes / sizes.sum(),
        }
    )
    strata["weight"] = strata["share_population"] / strata["share_answers"]
    strata.index.name = ", ".join(weigh_by)
    place = sizes.index.get_indexer(groups)
    index = sample.index if isinstance(sample, pd.DataFrame) else answers.index
    weights = pd.Series(strata["weight"].to_numpy()[place], index=index, name="weight")
    return PostStratified(weights, strata, answers, place)


def rake(
    sample: Any, margins: Mapping[str, Mapping[Any, float] | pd.Series], *, rounds: int = 200
) -> pd.Series:
    """Weigh the answers in `sample` so that several columns agree with what is known, each by itself.

    Raking, or iterative proportional fitting (Deming and Stephan 1940): one column after the other is
    weighed, until all agree. It needs the size of each persona and of each device, and not of each pair of
    them; post-stratification by both needs all pairs, and answers in each. With one column both are the same.

    Parameters
    ----------
    sample
        One row for each person who answered.
    margins
        From a column of sample to its known sizes: group to people, or to shares that add up to 1.

    Returns
    -------
    Series
        A weight for each row of the sample, 1 on average.

    Raises
    ------
    ValueError
        Bad tables; a group in one of the two only; margins that no weights can meet at once.

    Examples
    --------
    >>> import pandas as pd
    >>> sample = pd.DataFrame({"sex": ["f", "f", "m"], "device": ["ios", "android", "ios"]})
    >>> weights = rake(sample, {"sex": {"f": 0.5, "m": 0.5}, "device": {"ios": 0.6, "android": 0.4}})
    >>> weights.round(2).to_list()
    [0.3, 1.2, 1.5]
    """
    if not isinstance(margins, Mapping) or not margins:
        raise ValueError(NO_MARGINS.format(found=type(margins).__name__))
    most = as_number(rounds, "rounds", least=1, most=MOST_ROUNDS, whole=True)
    parts = [poststratify(sample, sizes, by=column) for column, sizes in margins.items()]
    weights = np.ones(len(parts[0].weights))
    for _ in range(most):
        off = 0.0
        for part in parts:
            known = part.strata["share_population"].to_numpy() * len(weights)
            scale = known / np.bincount(part._stratum, weights, len(known))
            weights *= scale[part._stratum]
            off = max(off, float(np.abs(scale - 1).max()))
        if off < SETTLED:
            return pd.Series(weights, index=parts[0].weights.index, name="weight")
    raise ValueError(NOT_SETTLED.format(rounds=most))


def _sizes(
    answers: pd.DataFrame, population: Any, columns: list[str], size: str
) -> tuple[list[str], pd.Series]:
    """Return the columns that make groups, and people (or shares) by group."""
    if isinstance(population, Mapping | pd.Series):
        sizes = pd.Series(population, dtype=object)
        if not columns and sizes.index.name in answers:
            columns = [str(sizes.index.name)]
        if len(columns) != 1:
            raise ValueError(ONE_COLUMN)
        twice = sizes.index[sizes.index.duplicated()]
        if len(twice):
            raise ValueError(TWICE.format(group=twice[0]))
        numbers = as_numbers(sizes.to_numpy(), "population", least=0)
        if numbers.max() <= 1 and (numbers % 1).any() and abs(numbers.sum() - 1) > 1e-6:
            raise ValueError(SHARES_SUM.format(found=numbers.sum()))
        return columns, pd.Series(numbers, index=sizes.index)
    table = small_table(native(population, kinds_of(amount=[size]), what="population"))
    columns = columns or [name for name in table if name in answers and name != size]
    if not columns:
        raise ValueError(NO_COMMON)
    native(table, columns, what="population")
    sizes = table.groupby(columns)[size].sum().astype(float)
    return columns, pd.Series(sizes.to_numpy(), index=sizes.index.to_flat_index())


def _require_same(groups: pd.Index, sizes: pd.Series) -> None:
    here = set(groups)
    for group in sorted(here - set(sizes.index), key=str):
        raise ValueError(STRANGER.format(group=group, groups=", ".join(map(str, sizes.index))))
    for group, people in sizes.items():
        if people > 0 and group not in here:
            raise ValueError(SILENT.format(group=group, size=people))
        if people == 0 and group in here:
            raise ValueError(EMPTY_GROUP.format(group=group))
