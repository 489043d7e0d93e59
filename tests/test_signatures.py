"""Public signatures agree: what two functions of a subject share, a caller gives in one order."""

import inspect
from collections.abc import Callable
from itertools import combinations

import pytest

from tests.public import ROOMS, callables


def positions(function: Callable) -> list[str]:
    """Return the arguments that can be given without their name; the others cannot be mixed up."""
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind in by_place and one.name != "self"]


def disagreements(functions: dict[str, Callable]) -> list[str]:
    """Name each pair of functions that take shared arguments in different orders."""
    orders = {name: positions(function) for name, function in functions.items()}
    return [
        f"{one}({', '.join(orders[one])}) but {other}({', '.join(orders[other])})"
        for one, other in combinations(orders, 2)
        if [name for name in orders[one] if name in orders[other]]
        != [name for name in orders[other] if name in orders[one]]
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_sisters_take_shared_arguments_in_one_order(room):
    functions = callables(room)
    assert functions
    assert disagreements(functions) == []


def test_another_order_would_be_found():
    def reward(members, entry_fee, *, weeks): ...
    def joins(entry_fee, weeks, members): ...

    assert disagreements({"reward": reward, "joins": joins}) == [
        "reward(members, entry_fee) but joins(entry_fee, weeks, members)"
    ]
