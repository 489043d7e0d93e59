"""Types are checked by the project's own settings, which find what they must and let nothing by unnamed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "pyproject.toml"
SOURCES = sorted((ROOT / "src").rglob("*.py"))
RIGHT = """
import re

from opslab.ground.arguments import as_number


def weeks(days: int) -> int:
    return days // 7


def first_word(text: str) -> str:
    found = re.match(r"\\w+", text)
    return found[0] if found else ""


weeks(as_number(14, "days", whole=True))
"""
FAULTS = {
    "a wrong argument": ('weeks(as_number(14, "days", whole=True))', 'weeks("14")', "invalid-argument-type"),
    "a number that may be no whole one": (', whole=True', "", "invalid-argument-type"),
    "a missing return value": ("return days // 7", "print(days // 7)", "invalid-implicit-return"),
    "a wrong return value": ("return days // 7", "return days / 7", "invalid-explicit-return"),
    "what may be None": ('found[0] if found else ""', "found[0]", "not-subscriptable"),
    "a name that is not there": ("as_number\n", "as_nombre\n", "missing-module-member"),
}  # fmt: skip


@pytest.fixture
def check(tmp_path):
    """Return what checks one file as `make lint` would: its exit status and what it says."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS.read_text("utf-8"), "utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "src").mkdir()

    def checked(source: str) -> tuple[int, str]:
        (tmp_path / "src" / "planted.py").write_text(source, "utf-8")
        command = [sys.executable, "-m", "ty", "check", "--output-format", "concise"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    return checked


def test_right_types_pass(check):
    assert check(RIGHT)[0] == 0, check(RIGHT)[1]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_an_error(fault, check):
    right, wrong, rule = FAULTS[fault]
    assert RIGHT.count(right) == 1
    status, said = check(RIGHT.replace(right, wrong))
    assert status == 1
    assert f"error[{rule}]" in said


def test_no_rule_is_loosened():
    settings = tomllib.loads(SETTINGS.read_text("utf-8"))["tool"]["ty"]
    assert settings.keys() == {"src", "environment", "terminal"}
    assert settings["src"] == {"include": ["src"]}


@pytest.mark.parametrize("target", ["lint", "test"])
def test_the_makefile_checks_types(target):
    shown = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "ty check" in shown.stdout.partition("pytest")[0]


def test_each_ignore_names_one_rule_and_they_are_few():
    text = "\n".join(source.read_text("utf-8") for source in SOURCES)
    assert "type: ignore" not in text
    assert len(re.findall(r"# ty: ?ignore", text)) == len(re.findall(r"# ty: ignore\[[a-z-]+\]", text)) <= 6
