"""What a browser needs beside the text: scripts, styles, a font and the figures, packed into the file itself.

Nothing of others is kept in this repository: plotly.js is read from the installed plotly, reveal.js and its
speaker view from sphinx-revealjs, the mathematical font from ziamath, at export time. Scripts and figures are
compressed; `start.js` unpacks them. The content-security policy names each script by its hash and forbids
everything that would leave the file.
"""

import base64
import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from opslab.authoring.export.maths import font_style, letters_of
from opslab.explore.widget import SCRIPT, plotly_script
from opslab.ground.forms import script
from opslab.ground.paths import package_folder

HERE = Path(__file__).parent
MAP_STYLE = HERE.parent / "labextensions" / "opslab-map" / "static" / "map.css"  # JupyterLab loads it, too
LINES = HERE / "lines.css"  # the site has it, too
STYLES = {
    True: ("theme.css", "content.css", LINES, "deck.css"),
    False: ("theme.css", "content.css", LINES, "page.css", MAP_STYLE),
}
# Plotly draws these with WebGL and compiles its programs from text, which a strict policy forbids.
WEBGL = re.compile(r"gl$|3d$|^(surface|mesh3d|isosurface|volume|cone|streamtube|parcoords|splom)$")
SPEAKER_VIEW = "plugin/notes/speaker-view.html"


def pack(figures: list[dict], formulas: list[str], forms: set[str], *, deck: bool) -> dict[str, Any]:
    """Return what the template puts into the file: `policy`, `style`, `start`, `packed` (name to base64)."""
    start = start_script(*sorted(forms))
    packed: dict[str, str] = {}
    trusted = [start]
    if figures:
        packed["plotly"], script = _plotly()
        packed["figures"] = _base64(gzip.compress(json.dumps(figures).encode(), mtime=0))
        trusted.append(script)
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in STYLES[deck])
    if deck:
        for name, path in (("reveal", "dist/reveal.js"), ("notes", "plugin/notes/notes.js")):
            script = _reveal(path)
            packed[name] = _base64(gzip.compress(script.encode(), mtime=0))
            trusted.append(script)
        trusted += re.findall(r"<script>(.*?)</script>", _reveal(SPEAKER_VIEW), flags=re.S)
        style = _reveal("dist/reset.css") + _reveal("dist/reveal.css") + style
    return {
        "policy": _policy(trusted, figures, deck),
        "style": style + font_style(letters_of(formulas)),
        "start": start,
        "packed": packed,
    }


@cache
def start_script(*forms: str) -> str:
    """Return the script that brings a page to life: how explorables and these forms are drawn, and the start.

    It is a classic script: chromium loads no module from a file that was opened from disk.
    """
    drawing = _classic(SCRIPT)
    mounting = "".join(
        f"FORMS.{form} = (() => {{\n{_classic(script(form))}return mount;\n}})();\n" for form in forms
    )
    begin = (HERE / "start.js").read_text(encoding="utf-8")
    return f"\n(async () => {{\nconst FORMS = {{}};\n{mounting}{drawing}{begin}}})();\n"


def _classic(module: str) -> str:
    """Return what a module says, without what it exports."""
    return re.sub(r"^export ", "", module.partition("export default")[0], flags=re.M)


def _policy(trusted: list[str], figures: list[dict], deck: bool) -> str:
    scripts = [f"'sha256-{_base64(hashlib.sha256(script.encode()).digest())}'" for script in trusted]
    if any(WEBGL.search(trace.get("type", "")) for figure in figures for trace in figure.get("data", [])):
        scripts.append("'unsafe-eval'")
    rules = [
        "default-src 'none'",
        "script-src " + " ".join(scripts),
        "style-src 'unsafe-inline'",  # Plotly and reveal.js place things by style
        "img-src data: blob:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if deck:
        rules.append("frame-src 'self' file:")  # the speaker view shows this same file in frames
    return "; ".join(rules)


@cache
def _plotly() -> tuple[str, str]:
    packed = plotly_script()
    return _base64(packed), gzip.decompress(packed).decode("utf-8")


@cache
def _reveal(path: str) -> str:
    folder = package_folder("sphinx_revealjs") / "_static" / "revealjs"
    return (folder / path).read_text(encoding="utf-8")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
