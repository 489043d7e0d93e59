"""LaTeX formulas as MathML, which browsers draw by themselves, and the font they need for it."""

import base64
import html
import io
import re
from functools import cache
from xml.etree import ElementTree

import latex2mathml.converter
from fontTools import subset
from fontTools.ttLib import TTFont

from opslab.ground.paths import package_folder

# Words
BROKEN = "the formula ${latex}$ cannot be read ({cause}); it is shown as it was typed"
UNBALANCED = "its brackets { } do not match"
UNKNOWN = "unknown: {names}"

# ziamath brings the font; its own code is not run.
FONT = package_folder("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
LIKE_ALIGN = re.compile(r"\\(begin|end)\{(aligned|alignedat|gathered|split|equation\*?|gather\*?)\}")


def to_mathml(latex: str, *, display: bool) -> str:
    """Return the MathML of a formula.

    Raises
    ------
    ValueError
        If the formula is not LaTeX, or uses a command that latex2mathml does not know.
    """
    latex = html.unescape(latex).strip()
    written = re.sub(r"\\[{}]", "", latex)
    if written.count("{") != written.count("}"):
        raise ValueError(BROKEN.format(latex=latex, cause=UNBALANCED))
    try:
        text = latex2mathml.converter.convert(
            _plain_environments(latex), display="block" if display else "inline"
        )
        tree = ElementTree.fromstring(text)
    except Exception as error:  # latex2mathml lets out whatever its parser stumbles over
        cause = str(error) or type(error).__name__.removesuffix("Error")
        raise ValueError(BROKEN.format(latex=latex, cause=cause)) from error
    said = [element.text or "" for element in tree.iter()]
    unknown = [word for word in said if word.startswith("\\")]
    if unknown:
        raise ValueError(BROKEN.format(latex=latex, cause=UNKNOWN.format(names=", ".join(unknown))))
    return text


def _plain_environments(latex: str) -> str:
    """Return `latex` with environments that latex2mathml lacks as those that look the same."""
    return LIKE_ALIGN.sub(lambda found: rf"\{found[1]}{{align*}}", latex)


@cache
def font_style(letters: frozenset[str]) -> str:
    """Return a CSS rule that embeds the mathematical font, cut down to `letters`; empty without letters."""
    if not letters:
        return ""
    font = TTFont(FONT)
    options = subset.Options(layout_features=["*"], flavor="woff", desubroutinize=True, notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(letters))
    cutter.subset(font)
    packed = io.BytesIO()
    font.flavor = "woff"
    font.save(packed)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return f'@font-face {{ font-family: "opslab math"; src: url(data:font/woff;base64,{data}); }}'


def letters_of(formulas: list[str]) -> frozenset[str]:
    """Return the letters that formulas in MathML show, with the forms that a math font has for italics."""
    text = "".join("".join(ElementTree.fromstring(formula).itertext()) for formula in formulas)
    return (
        frozenset(text) | {italic for letter in text if (italic := _italic(letter))} if text else frozenset()
    )


def _italic(letter: str) -> str:
    """Return the mathematical italic that a browser draws for a single letter in <mi>."""
    if letter == "h":
        return "ℎ"
    for first, last, start in (
        ("a", "z", 0x1D44E),
        ("A", "Z", 0x1D434),
        ("α", "ω", 0x1D6FC),
        ("Α", "Ω", 0x1D6E2),
    ):
        if first <= letter <= last:
            return chr(start + ord(letter) - ord(first))
    return ""
