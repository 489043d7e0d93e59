"""What a student may call: the public functions, classes and methods of the rooms at the top of the house."""

import importlib
import inspect
from collections.abc import Callable
from importlib.util import find_spec

TOP = (
    "goals", "targeting", "acquisition", "experiments", "retention", "lifetime", "outreach", "listening",
    "content", "community", "scqa", "year", "world", "datasets", "charts", "explore", "check",
)  # fmt: skip
ROOMS = [room for room in TOP if find_spec(f"opslab.{room}")]


def callables(room: str) -> dict[str, Callable]:
    """Return what is public in a room, by name; `Kind.method` is a public class's public method."""
    module = importlib.import_module(f"opslab.{room}")
    listed = getattr(module, "__all__", None)
    # A module without a list of what is public shows what it makes itself.
    own = [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    names = listed or [name for name in own if not name.startswith("_")]
    found = {name: getattr(module, name) for name in names}
    made = {name: one for name, one in found.items() if inspect.isfunction(one) or inspect.isclass(one)}
    methods = {
        f"{kind}.{name}": method
        for kind, one in made.items()
        if inspect.isclass(one)
        for name, method in vars(one).items()
        if not name.startswith("_") and inspect.isfunction(method)
    }
    return {**made, **methods}
