"""Explorables: pictures that answer to their sliders, with and without a kernel.

    explore(figure, spend=Slider(0, 100_000, step=5_000, unit="yuan"), alt="Marginal cost climbs with spend.")

All pictures are computed once and travel as the frames of one Plotly bundle; `explore.js` draws them in
JupyterLab (running or only opened), in other notebook programs (as a widget) and in exported pages.
"""

import inspect
import itertools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from math import prod
from typing import Any

import plotly.graph_objects as go

from opslab.explore.bundle import Place, coarse_grid, combine, decode, encode
from opslab.explore.controls import Choice, Guess, Slider
from opslab.explore.kept_tables import keep_table, kept_table

__all__ = ["Choice", "Explorable", "Guess", "Slider", "explore", "keep_table", "kept_table", "show"]

# Words
INTERACTIVE_TEXT = "[interactive figure] {alt}"
FIGURE_TEXT = "[figure] {alt}"
NO_ALT = "alt is {alt!r}; give one sentence that says what the picture shows, for readers who cannot see it"
NOT_CALLABLE = (
    "explore needs a function that returns a Plotly figure, found {kind}; "
    "write explore(my_function, ...) without brackets behind the name, or show(figure, alt=...)"
)
NOT_A_FIGURE = "{what} is {kind}, not a plotly Figure; give a plotly.graph_objects.Figure"
RETURNED = "what {function} returned for {values}"
GIVEN = "what show received"
RAISES = "{function} cannot draw {values}: {kind}: {error}; mend it there, or leave this position out"
LONG_TITLE = (
    "the title of {what} has {found} letters, and at most {most} can be read on a phone: "
    "say the result in one sentence, and the rest in the text ({title!r})"
)
TOO_LARGE = (
    "the {count:,} pictures need {size:.1f} MB, at most {most:.0f} MB can be stored: make {name} coarser, "
    "{kept} in place of its {found} {kind}, or draw fewer points"
)
ONE_TOO_LARGE = "the picture needs {size:.1f} MB, at most {most:.0f} MB can be stored; draw fewer points"
NO_TRUTH = (
    "guess looks for trace {trace} of the opening picture{place}, and it is not there; the picture has "
    "{count} traces with x from {first} to {last}"
)
AT_PLACE = " at x = {at!r}"
NOT_NUMBERS = (
    "guess needs numbers on the {axis} axis of trace {trace}, found {found!r}; point trace= at a line or bars"
)
OUT_OF_REACH = (
    "guess reaches from low={low!r} to high={high!r}, and the truth is {truth!r}: nobody can come near it; "
    "widen the range"
)
NOT_A_GUESS = "guess is {kind}; give a Guess(prompt, ...)"
NO_CONTROLS = "explore needs a control, such as days=Slider(1, 30); for one picture use show(figure, alt=...)"
NOT_A_CONTROL = "{name} is {kind}; give a Slider(start, stop, step=...) or a Choice([...])"
WRONG_NAMES = (
    "{function}{signature} cannot be called with {names}: {problem}; name each control after its parameter"
)
TRACES_CHANGE = (
    "{function} draws {first} traces for {opening} and {found} for {values}; "
    "draw the same number each time, empty ones if need be"
)
TOO_MANY = (
    "the options of the choices alone make {count} pictures, more than can be stored (max_frames={limit}, "
    "and {kilobytes} kB); offer fewer options, raise max_frames, or draw fewer points"
)
BAD_LIMIT = "max_frames is {limit!r}; give a whole number from 2 to {most:,}"
POSITIONS, OPTIONS = "positions", "options"

MARKER = "application/vnd.opslab.explorable+json"
PLOTLY = "application/vnd.plotly.v1+json"
MOST_FRAMES = 10_000
MAX_BYTES = 500_000  # of one stored explorable, so that a lesson with several stays small
MOST_BYTES = 2_000_000  # of all the pictures that an explorable is asked for, or of a single one
MOST_LETTERS = 180  # of a title: five lines on a phone

Control = Slider | Choice


class Explorable:
    """What `explore` and `show` return: a picture that knows how to show itself.

    `bundle` is the Plotly mime bundle as a notebook stores it. If the kernel draws the pictures, `fine`
    describes the controls with all their positions, and `draw` turns positions into an encoded figure.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> def line(height):
    ...     return go.Figure(go.Scatter(y=[0, height]), {"title": f"It rises to {height}"})
    >>> len(explore(line, height=Slider(1, 3), alt="A rising line.").bundle["frames"])
    3
    """

    def __init__(
        self,
        text: str,
        bundle: dict[str, Any],
        fine: Sequence[dict] = (),
        draw: Callable[[Place], dict] | None = None,
    ):
        self.bundle, self.fine, self.draw = bundle, list(fine), draw
        self._text = text

    def __repr__(self) -> str:
        return self._text

    @cached_property
    def widget(self):
        """The picture as a widget."""
        from opslab.explore.widget import ExplorableWidget  # ipywidgets is slow to import

        return ExplorableWidget(self.bundle, self.fine, self.draw)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Return the widget for a running kernel, Plotly's bundle for all else, and the text, at once."""
        data, metadata = self.widget._repr_mimebundle_()
        return {**data, MARKER: {"version": 1}, PLOTLY: self.bundle, "text/plain": self._text}, metadata


def explore(
    figure: Callable[..., go.Figure],
    /,
    *,
    alt: str,
    guess: Guess | None = None,
    max_frames: int = 500,
    **controls: Control,
) -> Explorable:
    """Return a picture that answers to its controls; a notebook shows it when it ends a cell.

    Parameters
    ----------
    figure
        A pure function from parameter values to a plotly Figure, with the same number of traces each time.
    alt
        One sentence that says what is drawn, and not what it shows: the picture's name for a screen reader,
        and its text form. What it shows is the figure's title, which is read out whenever a control moves.
    guess
        A `Guess` to be made on empty axes before the picture is drawn.
    max_frames
        The most pictures to compute and store. Beyond it, or beyond half a megabyte, the kernel draws each
        picture when it is asked for, and saved copies carry a coarser grid that fits.
    **controls
        One `Slider` or `Choice` for each parameter, under the parameter's name.

    Raises
    ------
    ValueError
        If an argument is not of this form, names do not match, the figure cannot be drawn somewhere, the
        number of traces changes, a title is too long to be read, or the pictures need more than 2 MB.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> def line(height):
    ...     return go.Figure(go.Scatter(y=[0, height]), {"title": f"It rises to {height}"})
    >>> explore(line, height=Slider(1, 3), alt="A rising line.")
    [interactive figure] A rising line.
    """
    if not callable(figure):
        raise ValueError(NOT_CALLABLE.format(kind=_kind(figure)))
    _check_alt(alt)
    if type(max_frames) is not int or not 2 <= max_frames <= MOST_FRAMES:
        raise ValueError(BAD_LIMIT.format(limit=max_frames, most=MOST_FRAMES))
    _check_controls(figure, controls)

    opening = tuple(control.opening for control in controls.values())
    sizes = [len(control.values) for control in controls.values()]
    sliders = [isinstance(control, Slider) for control in controls.values()]
    draw = _drawer(figure, controls, opening)
    drawn: dict[Place, dict] = {}
    limit = max_frames
    while True:
        grid = coarse_grid(sizes, opening, sliders, limit)
        if grid is None:
            count = prod(len(c.values) for c in controls.values() if isinstance(c, Choice))
            raise ValueError(TOO_MANY.format(count=count, limit=max_frames, kilobytes=MAX_BYTES // 1000))
        for place in [opening, *itertools.product(*grid)]:
            if place not in drawn:
                drawn[place] = draw(place)
        bundle = _bundle({"alt": alt, **_asked(guess, drawn[opening])}, controls, grid, drawn)
        size = len(json.dumps(bundle))
        if size <= MAX_BYTES:
            break
        if size > MOST_BYTES:
            raise ValueError(_too_large(size, controls, [len(kept) for kept in grid]))
        limit = int(min(limit, prod(map(len, grid))) * 0.95 * MAX_BYTES / size)
    complete = [len(kept) for kept in grid] == sizes
    fine = [] if complete else _describe(controls, [range(size) for size in sizes])
    return Explorable(INTERACTIVE_TEXT.format(alt=alt), bundle, fine, None if complete else draw)


def show(figure: go.Figure, alt: str, guess: Guess | None = None) -> Explorable:
    """Return a Plotly figure with its alternative text; a notebook shows it when it ends a cell.

    With a `guess`, the axes are empty until it is made.

    Raises
    ------
    ValueError
        If `figure` is not a plotly Figure, `alt` is not a sentence, the title is too long to be read, or the
        picture needs more than 2 MB.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> def line(height):
    ...     return go.Figure(go.Scatter(y=[0, height]), {"title": f"It rises to {height}"})
    >>> show(line(2), alt="A rising line.")
    [figure] A rising line.
    """
    _check_figure(figure, GIVEN)
    _check_alt(alt)
    picture = encode(figure)
    _check_title(picture, GIVEN)
    size = len(json.dumps(picture))
    if size > MOST_BYTES:
        raise ValueError(ONE_TOO_LARGE.format(size=size / 1e6, most=MOST_BYTES / 1e6))
    bundle = combine({(): picture}, (), {"alt": alt, **_asked(guess, picture), "controls": []})
    return Explorable(FIGURE_TEXT.format(alt=alt), bundle)


def _drawer(figure: Callable, controls: dict[str, Control], opening: Place) -> Callable[[Place], dict]:
    """Return the function from positions to an encoded figure, which checks what `figure` returns."""
    traces: list[int] = []  # of the first picture drawn, the opening one

    def values_at(place: Place) -> dict[str, Any]:
        return {name: control.values[i] for (name, control), i in zip(controls.items(), place, strict=True)}

    def draw(place: Place) -> dict:
        values = values_at(place)
        try:
            result = figure(**values)
        except Exception as error:
            words = {"function": _name(figure), "values": _spoken(values), "kind": type(error).__name__}
            raise ValueError(RAISES.format(error=error, **words)) from error
        what = RETURNED.format(function=_name(figure), values=_spoken(values))
        _check_figure(result, what)
        found = len(result.data)
        traces[:] = traces or [found]
        if found != traces[0]:
            words = {
                "function": _name(figure),
                "opening": _spoken(values_at(opening)),
                "values": _spoken(values),
            }
            raise ValueError(TRACES_CHANGE.format(first=traces[0], found=found, **words))
        picture = encode(result)
        _check_title(picture, what)
        return picture

    return draw


def _bundle(
    meta: dict[str, Any], controls: dict[str, Control], grid: list, drawn: dict[Place, dict]
) -> dict[str, Any]:
    """Return the Plotly bundle of the pictures on `grid`, positions numbered as they stand on it."""
    described = _describe(controls, grid)
    numbers = itertools.product(*(range(len(kept)) for kept in grid))
    pictures = {n: drawn[place] for n, place in zip(numbers, itertools.product(*grid), strict=True)}
    opening = tuple(control["opening"] for control in described)
    return combine(pictures, opening, {**meta, "controls": described})


def _asked(guess: Guess | None, picture: dict) -> dict[str, Any]:
    """Return what `guess.js` needs to ask for a guess and to tell how far off it is."""
    if guess is None:
        return {}
    if not isinstance(guess, Guess):
        raise ValueError(NOT_A_GUESS.format(kind=_kind(guess)))
    traces = picture["data"]
    known = decode(traces[guess.trace]) if 0 <= guess.trace < len(traces) else {}
    across = [x for x, y in known.items() if y is not None]
    if not across or (guess.form == "value" and guess.at not in known):
        place = AT_PLACE.format(at=guess.at) if guess.form == "value" else ""
        ends = {"first": across[0], "last": across[-1]} if across else {"first": "-", "last": "-"}
        raise ValueError(NO_TRUTH.format(trace=guess.trace, place=place, count=len(traces), **ends))
    truth, span = [known[x] for x in across], [across[0], across[-1]]
    _check_numbers(truth, "y", guess)
    if guess.form == "peak":
        across, truth = [across[truth.index(max(truth))]], [max(truth)]
        _check_numbers(across, "x", guess)
    elif guess.form == "value":
        across, truth = [guess.at], [known[guess.at]]
    _check_reach(across if guess.form == "peak" else truth, guess)
    name = picture["layout"].get("xaxis", {}).get("title", {}).get("text", "")
    return {"guess": {**asdict(guess), "x": across, "truth": truth, "span": span, "across": name}}


def _describe(controls: dict[str, Control], grid: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """Return the controls, at the positions kept, as the JSON that `controls.js` builds them from."""

    def describe(name: str, control: Control, kept: Sequence[int]) -> dict[str, Any]:
        plain = all(isinstance(value, str | int | float) for value in control.values)
        values = control.values if plain else control.labels
        return {
            "parameter": name,
            "kind": type(control).__name__.lower(),
            "label": control.label or name.replace("_", " ").capitalize(),
            "unit": getattr(control, "unit", ""),
            "values": [values[i] for i in kept],
            "labels": [control.labels[i] for i in kept],
            "opening": kept.index(control.opening),
        }

    return [
        describe(name, control, kept) for (name, control), kept in zip(controls.items(), grid, strict=True)
    ]


def _check_alt(alt: Any) -> None:
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(NO_ALT.format(alt=alt))


def _check_numbers(values: list, axis: str, guess: Guess) -> None:
    for value in values:
        if not isinstance(value, int | float):
            raise ValueError(NOT_NUMBERS.format(axis=axis, trace=guess.trace, found=value))


def _check_reach(values: list, guess: Guess) -> None:
    for value in values:
        if not guess.low <= value <= guess.high:
            raise ValueError(OUT_OF_REACH.format(low=guess.low, high=guess.high, truth=value))


def _check_title(picture: dict, what: str) -> None:
    title = re.sub("<[^>]+>", "", picture["layout"].get("title", {}).get("text", ""))
    if len(title) > MOST_LETTERS:
        raise ValueError(LONG_TITLE.format(what=what, found=len(title), most=MOST_LETTERS, title=title))


def _too_large(size: int, controls: dict[str, Control], lengths: Sequence[int]) -> str:
    """Say how large the pictures are, and which control has the most positions to lose."""
    found, name = max(zip(lengths, controls, strict=True), key=lambda pair: pair[0])
    words = {
        "count": prod(lengths),
        "name": name,
        "kept": max(2, int(found * MOST_BYTES / size)),
        "kind": POSITIONS if isinstance(controls[name], Slider) else OPTIONS,
    }
    return TOO_LARGE.format(size=size / 1e6, most=MOST_BYTES / 1e6, found=found, **words)


def _check_figure(figure: Any, what: str) -> None:
    if not isinstance(figure, go.Figure):
        raise ValueError(NOT_A_FIGURE.format(what=what, kind=_kind(figure)))


def _check_controls(figure: Callable, controls: dict[str, Any]) -> None:
    if not controls:
        raise ValueError(NO_CONTROLS)
    for name, control in controls.items():
        if not isinstance(control, Slider | Choice):
            raise ValueError(NOT_A_CONTROL.format(name=name, kind=_kind(control)))
    try:
        signature = inspect.signature(figure)
    except (TypeError, ValueError):  # some builtins have none; calling them will tell
        return
    try:
        signature.bind(**controls)
    except TypeError as problem:
        words = {"function": _name(figure), "signature": signature, "names": ", ".join(controls)}
        raise ValueError(WRONG_NAMES.format(problem=problem, **words)) from None


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _spoken(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
