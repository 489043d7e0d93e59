"""Pictures that need no script: every figure as the site shows it, thumbnails, the picture that is shared.

A browser draws them once; what was drawn is kept in the clone until the figure or its script changes.
"""

import hashlib
import json
import shutil
from base64 import b64decode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from opslab.authoring.export.assets import start_script
from opslab.authoring.export.blocks import figure_place
from opslab.authoring.export.browser import QUIET, browser_path
from opslab.ground.paths import write_whole

STILL, THUMB, SOCIAL = "{name}.png", "{name}-thumb.png", "social.png"
WIDTH, PATIENCE = 736, 120_000  # px of a page's column; milliseconds for all figures together
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; font-family: system-ui, sans-serif; }}
.opslab-figure {{ width: {width}px; }}
</style>{places}<script src="opslab.js"></script>"""
ALL_DRAWN = (
    "() => [...document.querySelectorAll('.opslab-figure')].every((e) => e.querySelector('.main-svg'))"
)
# A thumbnail is the picture without a word: what is written on it could not be read.
THUMBNAIL = """async ({ data, layout }) => {
  const bare = { showticklabels: false, ticks: "", gridcolor: "rgba(128,128,128,0.3)", zeroline: false };
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).concat("xaxis", "yaxis");
  const none = { text: "" };
  const plain = Object.fromEntries(axes.map((key) => [key, { ...layout[key], ...bare, title: none }]));
  const clear = "rgba(0,0,0,0)";
  return Plotly.toImage({
    data: data.map((trace) => ({
      ...trace, text: null, texttemplate: null, showlegend: false, showscale: false,
      ...(trace.mode ? { mode: trace.mode.replace(/\\+?text/, "") || "markers" } : {}),
    })),
    layout: {
      ...layout, ...plain, title: none, annotations: [], sliders: [], updatemenus: [], showlegend: false,
      margin: { l: 6, r: 6, t: 6, b: 6 }, width: null, height: null,
      paper_bgcolor: clear, plot_bgcolor: clear,
    },
  }, { format: "png", width: 320, height: 180, scale: 1.5 });
}"""


def name_of(bundle: dict) -> str:
    """Return the name of a figure's pictures, which changes with the figure and with its script."""
    text = json.dumps(bundle, sort_keys=True) + start_script()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def draw(
    bundles: Sequence[dict], cards: Sequence[dict], social: str, scripts: Path, kept: Path, target: Path
) -> bool:
    """Put the pictures of all bundles and the shared one into `target`; return whether there is a browser.

    Parameters
    ----------
    cards : those of the bundles that have a thumbnail, too
    social : the page that is photographed for the picture that is shared
    scripts : the folder with opslab.js and plotly.min.js
    kept : the folder where pictures stay between builds
    """
    if browser_path() is None:
        return False
    named = {name_of(bundle): bundle for bundle in bundles}
    thumbs = {name_of(bundle) for bundle in cards}
    card = f"{hashlib.sha256(social.encode()).hexdigest()[:16]}-{SOCIAL}"
    files = {STILL.format(name=name): name for name in named}
    files |= {THUMB.format(name=name): name for name in thumbs}
    wanted = {name: named[name] for file, name in files.items() if not (kept / file).is_file()}
    if wanted or not (kept / card).is_file():
        with ThreadPoolExecutor(1) as pool:  # Playwright refuses a thread that runs a loop, as a notebook's
            pool.submit(_photograph, wanted, thumbs, social, scripts, kept, card).result()
    target.mkdir(parents=True)
    for file in files:
        shutil.copy(kept / file, target)
    shutil.copy(kept / card, target / SOCIAL)
    return True


def _photograph(
    wanted: dict[str, dict], thumbs: set[str], social: str, scripts: Path, kept: Path, card: str
) -> None:
    from playwright.sync_api import sync_playwright  # a site can be built without it

    html = scripts / "stills.html"
    places = "".join(figure_html(bundle) for bundle in wanted.values())
    html.write_text(PAGE.format(width=WIDTH, places=places), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=QUIET)
        page = browser.new_page(viewport={"width": 1200, "height": 630}, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE)
        page.set_content(social)
        write_whole(kept / card, page.screenshot())
        page.set_viewport_size({"width": WIDTH + 20, "height": 1000})
        page.goto(html.as_uri())
        page.wait_for_selector("html[data-opslab=ready]", state="attached")
        page.wait_for_function(ALL_DRAWN, timeout=PATIENCE)
        for place, (name, bundle) in zip(page.locator(".opslab-figure").all(), wanted.items(), strict=True):
            write_whole(kept / STILL.format(name=name), place.screenshot())
            if name not in thumbs:
                continue
            picture = page.evaluate(THUMBNAIL, {"data": bundle["data"], "layout": bundle["layout"]})
            write_whole(kept / THUMB.format(name=name), b64decode(picture.partition(",")[2]))
        browser.close()
    html.unlink()


def figure_html(bundle: dict, still: str = "") -> str:
    """Return a figure's place with its bundle inside; `still` is its picture's address, if there is one."""
    packed = json.dumps(bundle).replace("<", "\\u003c")
    picture = f'<noscript><img src="{escape(still)}" alt="" width="{WIDTH}"></noscript>' if still else ""
    return figure_place(bundle, f'{picture}<script type="application/json">{packed}</script>')
