"""JavaScript modules as one text: JupyterLab loads them as they lie, a widget and an exported page do not."""

import re
from pathlib import Path


def as_one_module(*scripts: Path) -> str:
    """Return modules of one folder as a single one; each stands behind those that it imports."""
    texts = (script.read_text(encoding="utf-8") for script in scripts)
    return "".join(re.sub(r'^import .* from "\./.*\n', "", text, flags=re.M) for text in texts)
