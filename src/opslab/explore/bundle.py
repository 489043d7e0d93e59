"""Figures as small, deterministic JSON: one base picture, and what differs from it at each grid point.

The result is Plotly's own mime bundle (`data`, `layout`, `frames`, `config`). Any Plotly renderer shows it;
`layout.meta["opslab"]` tells ours which control moves along which part of a frame's name ("3,0").
"""

import base64
import itertools
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

Keys = tuple[str, ...]
Place = tuple[int, ...]

SIGNIFICANT_DIGITS = 5
NOISE = 1e-12  # beside an array's largest value this is rounding error, and differs between platforms
LONG = 24  # numbers; shorter lists are smaller as text
AS_WRITTEN = {"customdata", "text", "hovertext", "ticktext", "ids"}  # shown without a number format
CONFIG = {"displayModeBar": False, "displaylogo": False, "responsive": True}


def encode(figure: Any) -> dict[str, Any]:
    """Return a Plotly figure as plain JSON: `{"data": [...], "layout": {...}}`, numbers rounded."""
    # A drag would zoom in and never lead back.
    layout: dict[str, Any] = {"dragmode": False, **_properties(figure.layout)}
    template = layout.pop("template", None)
    plain = _plain(layout) | ({"template": _plain_template(template)} if template else {})
    return {"data": [_plain(_properties(trace)) for trace in figure.data], "layout": plain}


def _properties(part: Any) -> dict[str, Any]:
    """Return what `to_plotly_json` copies; the copy of each picture's template takes longer than all else."""
    return part._props or {}


def _plain_template(template: Mapping) -> Any:
    """Return a template as plain JSON, once for all pictures that have the same: it is most of their work."""
    known = next((plain for raw, plain in _templates if raw == template), None)
    if known is None:
        known = _plain(template)
        _templates[:] = [(deepcopy(template), known)]  # a figure's owner may change it later
    return known


_templates: list[tuple[Mapping, Any]] = []  # the last one


def decode(trace: Mapping[str, Any]) -> dict[Any, Any]:
    """Return an encoded trace's y values by their x."""
    across, up = (_unpacked(trace.get(axis, [])) for axis in "xy")
    return dict(zip(across, up, strict=False))


def _unpacked(values: Any) -> list:
    if isinstance(values, Mapping):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=f"<{values['dtype']}").tolist()
    return list(values)


def combine(pictures: Mapping[Place, dict], opening: Place, meta: dict[str, Any]) -> dict[str, Any]:
    """Return Plotly's mime bundle for encoded figures on a grid of control positions.

    A frame is named by its position ("3,0") and holds every property that differs anywhere on the grid, so
    that a frame laid over any other gives the whole picture; `None` removes a property.
    """
    base = pictures[opening]
    frames: list[dict] = []
    if len(pictures) > 1:
        layouts = _patches([picture["layout"] for picture in pictures.values()])
        traces = [
            _patches([picture["data"][i] for picture in pictures.values()]) for i in range(len(base["data"]))
        ]
        moving = [i for i, patches in enumerate(traces) if patches[0]]
        frames = [
            {
                "name": ",".join(map(str, place)),
                "traces": moving,
                "data": [traces[i][k] for i in moving],
                "layout": layouts[k],
            }
            for k, place in enumerate(pictures)
        ]
    layout = {**base["layout"], "meta": {**_own_meta(base["layout"]), "opslab": meta}}
    if frames:
        layout["sliders"] = _plotly_sliders(meta["controls"], opening)
        for frame, place in zip(frames, pictures, strict=True):
            frame["layout"]["sliders"] = [{"active": i} for i in place]
    return {"data": base["data"], "layout": layout, "frames": frames, "config": dict(CONFIG)}


def coarse_grid(sizes: list[int], opening: Place, thin: list[bool], limit: int) -> list[list[int]] | None:
    """Return for each control the positions to keep, so that at most `limit` combinations remain.

    Only controls marked in `thin` lose positions, always the longest first; both ends and the opening
    position stay. `None` if that is not enough.
    """
    kept = list(sizes)
    while True:
        grid = [
            sorted({round(p) for p in np.linspace(0, size - 1, keep)} | {start})
            if keep < size
            else [*range(size)]
            for size, keep, start in zip(sizes, kept, opening, strict=True)
        ]
        if np.prod([len(positions) for positions in grid], dtype=object) <= limit:
            return grid
        longest = max((k for k, may in enumerate(thin) if may), key=lambda k: kept[k], default=None)
        if longest is None or kept[longest] <= 2:
            return None
        kept[longest] = min(kept[longest] - 1, int(kept[longest] * 0.9) + 1)


def _own_meta(layout: Mapping) -> dict:
    return layout["meta"] if isinstance(layout.get("meta"), dict) else {}


def _plotly_sliders(controls: list[dict], opening: Place) -> list[dict]:
    """Return Plotly's own sliders: what moves the picture where there is only Plotly.

    They cannot combine: moving one returns the others to where they opened.
    """
    animate = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    width = 1 / len(controls)

    def step(control: int, i: int, label: str) -> dict:
        name = ",".join(str(i if k == control else start) for k, start in enumerate(opening))
        return {"label": label, "method": "animate", "args": [[name], animate]}

    return [
        {
            "active": opening[k],
            "currentvalue": {"prefix": f"{control['label']}: "},
            "pad": {"t": 48},
            "x": round(k * width, 2),
            "len": round(width - 0.05, 2),
            "steps": [step(k, i, label) for i, label in enumerate(control["labels"])],
        }
        for k, control in enumerate(controls)
    ]


def _patches(trees: list[dict]) -> list[dict]:
    """Return for each tree the properties that are not the same in all trees, nested as they were."""
    flat = [dict(_leaves(tree)) for tree in trees]
    paths = dict.fromkeys(itertools.chain.from_iterable(flat))
    first = flat[0]
    differing = [
        path
        for path in paths
        if any(path not in leaves or leaves[path] != first.get(path) for leaves in flat)
    ]
    return [_nest({path: leaves.get(path) for path in differing}) for leaves in flat]


def _leaves(tree: Mapping, path: Keys = ()) -> Iterable[tuple[Keys, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict) and "bdata" not in value and key != "template":
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _nest(leaves: Mapping[Keys, Any]) -> dict:
    tree: dict = {}
    for (*parents, last), value in leaves.items():
        branch = tree
        for key in parents:
            branch = branch.setdefault(key, {})
        branch[last] = value
    return tree


def _plain(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping) and "bdata" in value:  # Plotly has packed it with all its digits
        shape = [int(length) for length in str(value.get("shape", -1)).split(",")]
        packed = base64.b64decode(value["bdata"])
        return _array(np.frombuffer(packed, dtype=f"<{value['dtype']}").reshape(shape), key)
    if isinstance(value, Mapping):
        items = ((name, _plain(item, name)) for name, item in value.items() if item is not None)
        return {name: item for name, item in items if item != {}}
    if isinstance(value, list | tuple):
        numbers = value and all(type(item) in (int, float) for item in value)
        return _plain(np.asarray(value), key) if numbers else [_plain(item, key) for item in value]
    if isinstance(value, np.ndarray):
        return _array(value, key)
    if isinstance(value, np.generic):
        return _plain(value.item() if value.dtype.kind != "M" else np.datetime_as_string(value).item())
    if isinstance(value, float):
        return _rounded([value])[0] if np.isfinite(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _array(values: np.ndarray, key: str) -> Any:
    if values.dtype.kind == "M":
        return np.datetime_as_string(values, unit="auto").tolist()
    if values.dtype.kind == "f":
        values = _round_array(values)
    if values.dtype.kind not in "iuf" or values.size < LONG or key in AS_WRITTEN:
        return [_plain(item, key) for item in values.tolist()]
    kind = "f4"
    if values.dtype.kind in "iu":
        fits = (t for t in ("i1", "u1", "i2", "u2", "i4") if _fits(values, np.iinfo(t)))
        kind = next(fits, "f8")
    spec = {"dtype": kind, "bdata": base64.b64encode(values.astype(f"<{kind}").tobytes()).decode("ascii")}
    return spec if values.ndim == 1 else {**spec, "shape": ", ".join(map(str, values.shape))}


def _fits(values: np.ndarray, limits: np.iinfo) -> bool:
    return limits.min <= values.min() and values.max() <= limits.max


def _round_array(values: np.ndarray) -> np.ndarray:
    sizes = np.abs(values[np.isfinite(values)])
    values = np.where(np.abs(values) < NOISE * sizes.max(initial=0), 0.0, values)
    return np.array(_rounded(values.ravel().tolist()), dtype=float).reshape(values.shape)


def _rounded(numbers: Sequence[float]) -> list[float]:
    """Return numbers with five significant digits, written and read at once: by far the fastest way."""
    written = f"%.{SIGNIFICANT_DIGITS}g " * len(numbers) % tuple(numbers)
    return [float(number) + 0.0 for number in written.split()]  # + 0.0 turns -0.0 into 0.0
