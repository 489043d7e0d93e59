"""Types are checked, and the check has teeth: a wrong argument, a lost result, a forgotten None are found."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FAULTS = {
    "invalid-argument-type": "from opslab.ground.frames import nearest\nnearest('a', 3)\n",
    "invalid-return-type": "def count() -> int:\n    print('nothing comes back')\n",
    "unresolved-attribute": "import re\nre.match('a', 'b').group()\n",
}


def checked(path: Path) -> subprocess.CompletedProcess:
    """Check one file with the project's own settings."""
    command = [
        Path(sys.executable).with_name("ty"),
        "check",
        "--error-on-warning",
        "--output-format",
        "concise",
    ]
    return subprocess.run([*command, path], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(code, tmp_path):
    path = tmp_path / "planted.py"
    path.write_text(code, encoding="utf-8")
    found = checked(path)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "planted.py" in found.stdout


def test_code_without_a_fault_passes(tmp_path):
    path = tmp_path / "planted.py"
    path.write_text("from opslab.ground.frames import nearest\nnearest('a', ['b'])\n", encoding="utf-8")
    assert checked(path).returncode == 0, checked(path).stdout
