"""The house: arrows between modules go down only, and a subject neither prints nor opens files."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "opslab"
GROUND = {"paths", "frames", "estimates", "inequality", "series", "world", "datasets", "charts", "messages"}
SUBJECTS = {
    "goals", "targeting", "acquisition", "experiments", "retention", "lifetime",
    "outreach", "listening", "content", "community", "scqa",
}  # fmt: skip
FILES = sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the rooms of the package that a file imports."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "opslab":
            rooms |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("opslab."):
            rooms.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("opslab.")}
    return rooms - {room(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_arrows_go_down(path):
    below = GROUND if room(path) in SUBJECTS else GROUND - {"charts"} if room(path) in GROUND else None
    if below is not None:
        assert imported(path) <= below
    if room(path) in ("paths", "frames", "charts"):
        assert imported(path) <= {"paths", "frames"}


@pytest.mark.parametrize(
    "path", [path for path in FILES if room(path) in SUBJECTS], ids=lambda path: path.stem
)
def test_a_subject_is_pure(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    assert names.isdisjoint({"print", "open", "display", "input"})
