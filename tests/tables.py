"""What a told table must be, whichever world it comes from."""

import pandas as pd

from opslab import world


def misfits(name: str, frame: pd.DataFrame) -> list[str]:
    """Return what in a table is not as its description says; nothing for a good one."""
    table = world.TABLES[name]
    if list(frame) != [column.name for column in table.columns]:
        return [f"{name}: columns {list(frame)}"]
    wrong = [f"{name}: key"] if frame.duplicated(list(table.key)).any() else []
    for column in table.columns:
        values = frame[column.name].dropna()
        limits = pd.Series([column.least, column.most], dtype=object)
        least, most = pd.to_datetime(limits) if column.type == "date" else limits
        rules = (
            len(values) == len(frame) or not column.required,
            not column.options or values.isin(column.options).all(),
            values.empty or pd.isna(least) or values.min() >= least,
            values.empty or pd.isna(most) or values.max() <= most,
        )
        wrong += [] if all(rules) else [f"{name}: {column.name}"]
    return wrong
