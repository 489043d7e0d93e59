"""What a student drew or typed outside the cells, kept between sessions in one small file."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from opslab.ground.paths import alone, state_folder, write_whole


def recall(name: str) -> Any:
    """Return what was kept under `name`; None if nothing was, or nothing that can be read."""
    return _read().get(name)


def keep(name: str, value: Any) -> None:
    """Keep `value` (what JSON can hold) under `name`; None forgets what was there.

    A home that cannot be written must not stop a student from working: what they made is lost with the page.
    """
    with suppress(OSError), alone(_path()):
        stored = {key: one for key, one in {**_read(), name: value}.items() if one is not None}
        write_whole(_path(), json.dumps(stored, ensure_ascii=False, indent=1).encode())


def _path() -> Path:
    return state_folder() / "kept.json"


def _read() -> dict[str, Any]:
    try:
        stored = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}
