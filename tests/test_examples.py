"""Every public function shows how it is called, and what its docstring shows is what comes back."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import opslab
from opslab import check

DOORS = [
    "charts", "check", "datasets", "explore", "world",
    "acquisition", "community", "content", "experiments", "goals",
    "lifetime", "listening", "outreach", "retention", "scqa", "targeting", "year",
]  # fmt: skip
FOR_THE_BUILD = {"main", "write", "verify", "stream"}  # they write files


def modules() -> list[str]:
    """Return the modules that students import, those behind them, the ground, and the grader."""
    found = pkgutil.walk_packages(opslab.__path__, "opslab.")
    return sorted(
        name for _, name, _ in found if name.split(".")[1] in (*DOORS, "ground", "exercises", "grading")
    )


def public_functions(door: str) -> list[tuple[str, object]]:
    """Return the functions that a door shows, by name."""
    module = importlib.import_module(f"opslab.{door}")
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    shown = [(name, getattr(module, name)) for name in names]
    return [
        (f"{door}.{name}", thing)
        for name, thing in shown
        if inspect.isfunction(thing)
        and thing.__module__.startswith(f"opslab.{door}")
        and name not in FOR_THE_BUILD
    ]


FUNCTIONS = [function for door in DOORS for function in public_functions(door)]


@pytest.mark.parametrize("name", modules())
def test_what_a_docstring_shows_is_what_comes_back(name, monkeypatch):
    monkeypatch.setattr(check, "_session", {})  # what is begun here is begun nowhere else
    module: ModuleType = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("name", "function"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
def test_a_public_function_ends_in_an_example(name, function):
    example = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
    assert example, f"{name} has no example: two or three lines that run, and what comes back"
    assert any(line.want for line in example), f"{name}: the example shows no result"


def test_there_are_functions_to_look_at():
    assert len(FUNCTIONS) > 120
