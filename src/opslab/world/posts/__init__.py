"""Posts as people write them, in Chinese and English, with what their author and coders say of them.

`zh.csv` and `en.csv` hold the texts, each written out by hand, with slots for the brand and a rival;
`labels-*.csv` hold what coders made of them who saw nothing but the text; `codebook.md` says how to label.
"""

from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
SLOTS = ("{brand}", "{rival}")
CODED = {file.stem.removeprefix("labels-"): file for file in sorted(HERE.glob("labels-*.csv"))}


@cache
def written() -> pd.DataFrame:
    """Return every text: id, language, source, phase, attitude, theme, text. Do not change it."""
    files = [HERE / f"{language}.csv" for language in ("zh", "en")]
    return pd.concat(
        [_read(file).assign(language=file.stem) for file in files if file.exists()], ignore_index=True
    )


@cache
def coded() -> pd.DataFrame:
    """Return what each coder said of each text: id, coder, attitude, theme. Do not change it."""
    return pd.concat([_read(file).assign(coder=coder) for coder, file in CODED.items()], ignore_index=True)


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype="str", encoding="utf-8", keep_default_na=False)
