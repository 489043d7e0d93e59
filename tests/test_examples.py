"""Every public function and method shows how to call it, and what its docstring shows is what comes back."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import opslab
from opslab import check
from tests.public import ROOMS, callables

FOR_THE_BUILD = {"main", "write", "verify", "stream"}  # they write files


def modules() -> list[str]:
    """Return the modules that students import, those behind them, the ground, and the grader."""
    found = pkgutil.walk_packages(opslab.__path__, "opslab.")
    return sorted(
        name for _, name, _ in found if name.split(".")[1] in (*ROOMS, "ground", "exercises", "grading")
    )


FUNCTIONS = [
    (f"{room}.{name}", function)
    for room in ROOMS
    for name, function in callables(room).items()
    if inspect.isfunction(function) and name not in FOR_THE_BUILD
]


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


def test_there_are_functions_and_methods_to_look_at():
    methods = [name for name, _ in FUNCTIONS if name.count(".") == 2]
    assert len(methods) >= 40
    assert len(FUNCTIONS) - len(methods) > 120
