"""Explorables: pictures that answer to their sliders, with and without a kernel.

    explore(figure, spend=Slider(0, 100_000, step=5_000, unit="yuan"), alt="Marginal cost climbs as spend grows.")

All pictures are computed once and travel as the frames of one Plotly bundle; `explore.js` draws them in JupyterLab
(running or only opened), in other notebook programs (as a widget) and in exported pages.
"""

import inspect
import itertools
from collections.abc import Callable
from functools import cached_property
from math import prod
from typing import Any

import plotly.graph_objects as go

from opslab.explore.bundle import coarse_grid, combine, encode
from opslab.explore.controls import Choice, Slider

__all__ = ["Choice", "Explorable", "Slider", "explore", "show"]

# Words
INTERACTIVE_TEXT = "[interactive figure] {alt}"
FIGURE_TEXT = "[figure] {alt}"
NO_ALT = "alt is {alt!r}; give one sentence that says what the picture shows, for readers who cannot see it"
NOT_CALLABLE = (
    "explore needs a function that returns a Plotly figure, found {kind}; "
    "write explore(my_function, ...) without brackets behind the name, or show(figure, alt=...) for one picture"
)
NOT_A_FIGURE = "{what} is {kind}, not a plotly Figure; return a plotly.graph_objects.Figure"
RETURNED = "what {function} returned for {values}"
GIVEN = "what show received"
NO_CONTROLS = "explore needs at least one control, such as days=Slider(1, 30); for one picture use show(figure, alt=...)"
NOT_A_CONTROL = "{name} is {kind}; give a Slider(start, stop, step=...) or a Choice([...])"
WRONG_NAMES = (
    "{function}{signature} cannot be called with {names}: {problem}; name each control after its parameter"
)
TRACES_CHANGE = (
    "{function} draws {first} traces for {opening} and {found} for {values}; "
    "draw the same number each time, empty ones if need be"
)
TOO_MANY = (
    "{count} combinations of options alone exceed max_frames={limit}; offer fewer options or raise max_frames"
)
BAD_LIMIT = "max_frames is {limit!r}; give a whole number of at least 2"
WHILE_DRAWING = "(while drawing the explorable for {values})"

MARKER = "application/vnd.opslab.explorable+json"
PLOTLY = "application/vnd.plotly.v1+json"
Control = Slider | Choice


def explore(figure: Callable[..., go.Figure], /, *, alt: str, max_frames: int = 500, **controls: Control):
    """Return a picture that answers to its controls; a notebook shows it when it ends a cell.

    Parameters
    ----------
    figure
        A pure function from parameter values to a plotly Figure, with the same number of traces each time.
    alt
        One sentence that states the finding; the picture's name for a screen reader, and its text form.
    max_frames
        The most pictures to compute and store. Beyond it the kernel draws each picture when it is asked for,
        and saved copies carry a coarser grid that fits.
    **controls
        One `Slider` or `Choice` for each parameter, under the parameter's name.

    Raises
    ------
    ValueError
        If an argument is not of this form, names do not match, or the number of traces changes.
    """
    if not callable(figure):
        raise ValueError(NOT_CALLABLE.format(kind=_kind(figure)))
    _check_alt(alt)
    if not isinstance(max_frames, int) or max_frames < 2:
        raise ValueError(BAD_LIMIT.format(limit=max_frames))
    _check_controls(figure, controls)
    grid = [range(len(control.values)) for control in controls.values()]
    opening = tuple(control.opening for control in controls.values())
    live = prod(map(len, grid)) > max_frames
    if live:
        sliders = [isinstance(control, Slider) for control in controls.values()]
        grid = coarse_grid([len(positions) for positions in grid], opening, sliders, max_frames)
        if grid is None:
            options = prod(len(c.values) for c in controls.values() if isinstance(c, Choice))
            raise ValueError(TOO_MANY.format(count=options, limit=max_frames))

    traces = None

    def picture(place: tuple[int, ...]) -> dict[str, Any]:
        nonlocal traces
        values = _values(controls, place)
        try:
            drawn = figure(**values)
        except Exception as error:
            error.add_note(WHILE_DRAWING.format(values=_spoken(values)))
            raise
        _check_figure(drawn, RETURNED.format(function=_name(figure), values=_spoken(values)))
        traces = len(drawn.data) if traces is None else traces
        if len(drawn.data) != traces:
            start = _spoken(_values(controls, opening))
            raise ValueError(
                TRACES_CHANGE.format(
                    function=_name(figure),
                    first=traces,
                    opening=start,
                    found=len(drawn.data),
                    values=_spoken(values),
                )
            )
        return encode(drawn)

    first = picture(opening)  # before all others, so that an error compares with what the reader sees first
    pictures = {place: first if place == opening else picture(place) for place in itertools.product(*grid)}
    numbered = {
        tuple(positions.index(p) for positions, p in zip(grid, place, strict=True)): drawn
        for place, drawn in pictures.items()
    }
    stored = [
        _describe(name, control, kept) for (name, control), kept in zip(controls.items(), grid, strict=True)
    ]
    start = tuple(control["opening"] for control in stored)
    bundle = combine(numbered, start, {"alt": alt, "controls": stored})
    if not live:
        return Explorable(INTERACTIVE_TEXT.format(alt=alt), bundle)
    fine = [_describe(name, control, range(len(control.values))) for name, control in controls.items()]
    return Explorable(INTERACTIVE_TEXT.format(alt=alt), bundle, fine, picture)


def show(figure: go.Figure, alt: str):
    """Return a Plotly figure with its alternative text; a notebook shows it when it ends a cell.

    Raises
    ------
    ValueError
        If `figure` is not a plotly Figure, or `alt` is not a sentence.
    """
    _check_figure(figure, GIVEN)
    _check_alt(alt)
    return Explorable(
        FIGURE_TEXT.format(alt=alt), combine({(): encode(figure)}, (), {"alt": alt, "controls": []})
    )


class Explorable:
    """What `explore` and `show` return: a picture that knows how to show itself.

    `bundle` is the Plotly mime bundle as a notebook stores it.
    """

    def __init__(
        self,
        text: str,
        bundle: dict[str, Any],
        fine: list[dict] | None = None,
        picture: Callable[[tuple[int, ...]], dict] | None = None,
    ):
        self.bundle = bundle
        self._text, self._fine, self._picture = text, fine or [], picture

    def __repr__(self) -> str:
        return self._text

    @cached_property
    def _widget(self):
        from opslab.explore.widget import ExplorableWidget  # ipywidgets is slow to import

        return ExplorableWidget(self.bundle, self._fine, self._picture)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Return the widget for a running kernel, Plotly's bundle for all else, and the text, at once."""
        data, metadata = self._widget._repr_mimebundle_()
        return {**data, MARKER: {"version": 1}, PLOTLY: self.bundle, "text/plain": self._text}, metadata


def _describe(name: str, control: Control, kept: Any) -> dict[str, Any]:
    """Return a control as the JSON that `explore.js` builds it from."""
    kept = list(kept)
    words = control.label or name.replace("_", " ").capitalize()
    plain = all(isinstance(value, str | int | float) for value in control.values)
    values = control.values if plain else control.labels
    return {
        "parameter": name,
        "kind": type(control).__name__.lower(),
        "label": words,
        "unit": getattr(control, "unit", ""),
        "values": [values[i] for i in kept],
        "labels": [control.labels[i] for i in kept],
        "opening": kept.index(control.opening),
    }


def _values(controls: dict[str, Control], place: tuple[int, ...]) -> dict[str, Any]:
    return {name: control.values[i] for (name, control), i in zip(controls.items(), place, strict=True)}


def _check_alt(alt: Any) -> None:
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(NO_ALT.format(alt=alt))


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
        names = ", ".join(controls)
        raise ValueError(
            WRONG_NAMES.format(function=_name(figure), signature=signature, names=names, problem=problem)
        ) from None


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _spoken(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())
