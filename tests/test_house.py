"""The house: a few rooms stand at the top, the rest in wings; arrows go down, and a subject is pure."""

import ast
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "opslab"
FILES = sorted(SOURCE.rglob("*.py"))
SUBJECTS = (
    "goals", "targeting", "acquisition", "experiments", "retention", "lifetime",
    "outreach", "listening", "content", "community", "scqa",
)  # fmt: skip

# What each room or wing may import. What is not named here may not exist.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "ground": set(),
    "world": {"ground"},
    "datasets": {"world", "ground"},
    "charts": {"ground"},
    "explore": {"ground"},
    **{subject: {"ground", "charts"} for subject in SUBJECTS},
    "year": {*SUBJECTS, "world", "ground", "charts"},
    "exercises": {"ground", "datasets"},
    "check": {"exercises"},
    "authoring": {"exercises", "explore", "charts", "ground"},
    "grading": {"exercises", "datasets", "ground"},
    "__main__": {"exercises", "grading"},
}
# Words that a module's functions may not call: a subject hands back what it found and shows nothing.
IMPURE = {"print", "open", "display", "input"}


def room(path: Path) -> str:
    """Return the room or wing that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def module(path: Path) -> str:
    """Return the name under which a file is imported."""
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}
ROOMS = sorted({room(path) for path in FILES})


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the modules of the package that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: a relative import hides where its arrow goes")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "opslab":
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= inside if inside and node.module == "opslab" else inside | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "opslab"}
    return frozenset(found)


def broken_rules(here: str, imports: Iterable[str]) -> list[str]:
    """Say which imports lead out of the room `here` to where they may not."""
    if here not in MAY_IMPORT:
        return [f"{here} stands at the top without a rule: is it a subject, or does it belong into a wing?"]
    there = {room(MODULES[name]) for name in imports} - {here}
    return [f"{other} is not below {here}" for other in sorted(there - MAY_IMPORT[here])]


@pytest.mark.parametrize("path", FILES, ids=module)
def test_arrows_go_down(path):
    assert not broken_rules(room(path), imported(path))


@pytest.mark.parametrize("here", ROOMS)
def test_each_rule_can_be_broken(here):
    """A rule that forbids nothing proves nothing: in every room some import is found to lead up."""
    above = next(other for other in ROOMS if other not in MAY_IMPORT[here] | {here, "__init__"})
    assert broken_rules(here, {f"opslab.{above}"}) == [f"{above} is not below {here}"]


def test_a_room_without_a_rule_is_found():
    assert "without a rule" in broken_rules("helpers", set())[0]


def test_no_arrow_runs_in_a_circle():
    arrows = {name: imported(path) - {name} for name, path in MODULES.items() if name != "opslab"}
    # A folder's __init__ shows what lies behind it: an arrow from behind it to it is no circle of its own.
    doors = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    TopologicalSorter(
        {name: {other for other in there if not name.startswith(f"{other}.") or other not in doors}
         for name, there in arrows.items()}
    ).prepare()  # fmt: skip


def test_rules_go_down_too():
    TopologicalSorter(MAY_IMPORT).prepare()


@pytest.mark.parametrize(
    "wing", [path for path in sorted(SOURCE.iterdir()) if (path / "__init__.py").is_file()]
)
def test_a_folder_says_its_task(wing):
    assert ast.get_docstring(ast.parse((wing / "__init__.py").read_text("utf-8")))


@pytest.mark.parametrize(
    "path", [path for path in FILES if room(path) in (*SUBJECTS, "year", "ground")], ids=module
)
def test_a_subject_is_pure(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    assert names.isdisjoint(IMPURE)


def test_a_circle_would_be_found():
    with pytest.raises(CycleError):
        TopologicalSorter({"one": {"other"}, "other": {"one"}}).prepare()


def names_of_kinds(path: Path) -> list[str]:
    """Return the classes and type aliases that a file defines: names for a kind of thing."""
    names = []
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.ClassDef(name=name):
                names.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                # Constants are written in capitals, variables in small letters.
                names.extend([name] if re.fullmatch(r"_?[A-Z]+[a-z]\w*", name) else [])
    return names


# A policy, and what it knows on Monday: of the group and of the company, the same word for the same thing.
SHARED_KINDS = {"State", "Policy"}


def test_a_kind_of_thing_has_a_name_of_its_own():
    kinds = [(name, module(path)) for path in FILES for name in names_of_kinds(path)]
    assert not SHARED_KINDS - {name for name, _ in kinds}
    places = [(name, place) for name, place in kinds if name not in SHARED_KINDS]
    twice = {name for name, count in Counter(name for name, _ in places).items() if count > 1}
    assert {name: [place for other, place in places if other == name] for name in twice} == {}


def test_kinds_of_things_are_found(tmp_path):
    page = tmp_path / "page.py"
    page.write_text("class A: ...\nKind = int | str\nP: TypeAlias = int\nPlaces: TypeAlias = int\nMOST = 3\n")
    assert names_of_kinds(page) == ["A", "Kind", "Places"]


def test_each_place_where_a_change_belongs_is_there():
    page = (SOURCE.parents[1] / "CONTRIBUTING.md").read_text("utf-8")
    table = page.partition("Where a change belongs")[2].partition("\n## ")[0]
    places = re.findall(r"`([\w/-]+(?:\.\w+|/))`", table.partition("|")[2])
    assert len(places) > 20
    assert [place for place in places if not any(SOURCE.rglob(place.rstrip("/")))] == []
