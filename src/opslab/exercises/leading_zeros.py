"""Say in words what Python says in numbers of another base: `seed = 0123` is no student number."""

import re

from IPython import get_ipython

from opslab.exercises.display import UsageError

# Words
ZEROS = "`seed = {written}`: Python takes no number that begins with 0; write `seed = {digits}`"


NUMBER = r"(0[\d_]*[1-9]\d*)\b"
BEGINS_WITH_0 = re.compile(
    rf"""[^#'"]*\bseed\s*(?::\s*int\s*)?=\s*{NUMBER}|[^#]*\bstart\(\s*["'][^"']*["']\s*,\s*(?:seed\s*=\s*)?{NUMBER}"""
)


def refuse_zeros(lines: list[str]) -> list[str]:
    """Pass a cell's lines on as they are, unless a seed begins with a zero.

    Raises
    ------
    ValueError
        Saying what to write in its place.
    """
    for line in lines:
        if found := BEGINS_WITH_0.match(line):
            written = found[1] or found[2]
            raise UsageError(ZEROS.format(written=written, digits=written.replace("_", "").lstrip("0")))
    return lines


# For IPython, which looks for it on a function: not to be asked while a cell is being written.
refuse_zeros.has_side_effects = True  # ty: ignore[missing-attribute]


def watch_seeds() -> None:
    """Let the notebook that this runs in refuse such a seed before Python does."""
    shell = get_ipython()
    if shell is not None and refuse_zeros not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(refuse_zeros)
