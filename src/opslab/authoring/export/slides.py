"""The blocks of a lesson on slides of 1280 x 720, so that nothing overflows.

Each heading, each figure and each quick check begins a slide; a figure has the question about it at its side;
text goes on a further slide where it would not fit. Heights are estimated here from the number of letters,
generously; `start.js` makes a slide's type a little smaller should a browser's fonts need more room.
An author's own marks (`slide`, `subslide`, `fragment`, `skip`, `notes`) go before these rules.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from math import ceil

from bs4 import BeautifulSoup, Tag

from opslab.authoring.export.blocks import Block
from opslab.charts import text_width

# The room on a slide and what fills it, in px as deck.css draws it; widths in half-width letters.
ROOM, RUNNING, HEADING, SMALL_HEADING, OPENING = 645, 42, 66, 38, 190  # the slide, and what may head it
FULL, SIDE, CODE, HEADING_LETTERS = 78, 27, 96, 52
LINE, SIDE_LINE, CODE_LINE, ROW = 40, 34, 27, 47
GAP, FRAME, FORMULA, PICTURE, LONGEST_OUTPUT = 18, 34, 96, 420, 420
# A figure fills its column, drawn at this scale so that its type is readable from the last row.
SIDE_SCALE, FULL_SCALE = 1.15, 1.3
NEW_THOUGHT = "<p><strong>"  # a paragraph with a name of its own, such as "Your guess first."
CARD, CONTROL = 30, 36  # px of an explorable's frame, and of each of its controls, before scaling


@dataclass
class Slide:
    """One slide: its headings or the running title, and its blocks."""

    anchor: str
    running: str = ""  # the section that goes on
    headings: list[Block] = field(default_factory=list)
    figure: Block | None = None
    blocks: list[Block] = field(default_factory=list)  # beside the figure, if there is one
    codes: list[str] = field(default_factory=list)  # folded
    notes: list[str] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Height that is taken, px."""
        across, line = (SIDE, SIDE_LINE) if self.figure else (FULL, LINE)
        return self.head + sum(_height(block.html, across, line) for block in self.blocks)

    @property
    def head(self) -> int:
        """Height of its headings or running title, px."""
        if not self.headings:
            return RUNNING
        last = self.headings[-1]
        own = OPENING if last.level == 1 else HEADING * _lines(last.text, HEADING_LETTERS)
        return own + SMALL_HEADING * (len(self.headings) - 1)

    @property
    def empty(self) -> bool:
        """Whether it has nothing but headings."""
        return not (self.blocks or self.figure)


def lay_out(blocks: list[Block], figures: list[dict]) -> list[list[Slide]]:
    """Return the slides, in a stack for each section of the lesson."""
    stacks: list[list[Slide]] = []
    running = ""
    for block in [part for whole in blocks for part in _parts(whole)]:
        slide = stacks[-1][-1] if stacks else None
        if slide is None or block.begins in ("slide", "subslide") or not _joins(block, slide):
            fresh = Slide(_anchor(block, stacks), "" if block.kind == "heading" else running)
            if slide is None or block.begins == "slide" or (block.kind == "heading" and not block.begins):
                stacks.append([fresh])
            else:
                stacks[-1].append(fresh)
                _carry_over(slide, fresh, block)
            slide = fresh
        if block.kind == "heading":
            running = block.text
        _put(block, slide)
    for slide in [slide for stack in stacks for slide in stack]:
        if slide.figure:
            _size(slide, figures)
    return stacks


def _joins(block: Block, slide: Slide) -> bool:
    """Tell whether a block may stand on a slide that has others already."""
    if block.kind == "heading":
        return slide.empty and (not slide.headings or block.level > slide.headings[-1].level)
    if block.kind == "figure":
        return slide.empty
    if block.kind == "notes" or not block.html:
        return True  # it takes no room: what only the speaker sees, folded code
    if slide.figure and (block.kind != "text" or (slide.blocks and block.html.startswith(NEW_THOUGHT))):
        return False
    fits = replace(slide, blocks=[*slide.blocks, block]).used <= ROOM
    if slide.empty:
        return fits or Slide("", blocks=[block]).used > ROOM  # it would be no better on a slide of its own
    return fits and block.kind != "check"


def _carry_over(slide: Slide, fresh: Slide, block: Block) -> None:
    """Take along what announces the block: a last text that ends in a colon, the code of an output."""
    last = slide.blocks[-1] if slide.blocks else None
    if not last or len(slide.blocks) == 1 or slide.figure or block.kind in ("heading", "figure"):
        return
    announces = last.kind == "code" or (last.kind == "text" and last.text.endswith(":"))
    if announces and replace(fresh, blocks=[last, block]).used <= ROOM:
        fresh.blocks.append(slide.blocks.pop())


def _put(block: Block, slide: Slide) -> None:
    if block.code:
        slide.codes.append(block.code)
    if block.kind == "heading":
        slide.headings.append(block)
    elif block.kind == "notes":
        slide.notes.append(block.html)
    elif block.kind == "figure":
        slide.figure = block
    elif block.html:
        slide.blocks.append(block)


def _size(slide: Slide, figures: list[dict]) -> None:
    """Write into the figure's place the height that its plot may take."""
    figure = slide.figure
    if figure is None or figure.figure is None:
        return
    meta = figures[figure.figure].get("layout", {}).get("meta") or {}
    controls = len(meta.get("opslab", {}).get("controls", [])) if isinstance(meta, dict) else 0
    scale = SIDE_SCALE if slide.blocks else FULL_SCALE
    height = int((ROOM - slide.head) / scale) - CARD - CONTROL * controls
    mark = 'class="opslab-figure"'
    figure.html = figure.html.replace(mark, f'{mark} data-height="{height}"', 1)


def _anchor(block: Block, stacks: list[list[Slide]]) -> str:
    """Return an id that stays the same while other cells change."""
    taken = {slide.anchor for stack in stacks for slide in stack}
    names = (f"slide-{block.cell}{number}" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if name not in taken)


def _parts(block: Block) -> list[Block]:
    """Return a list or table that is too long for a slide in several blocks, another block as it is."""
    if _height(block.html, FULL, LINE) <= ROOM - HEADING or block.kind not in ("text", "table"):
        return [block]
    soup = BeautifulSoup(block.html, "html.parser")
    holder = soup.find("tbody") or soup.find(["ul", "ol"])
    items = holder.find_all(["tr", "li"], recursive=False) if holder else []
    parts, piece = [], []
    for item in items:
        if piece and _height(_with_items(block.html, [*piece, item]), FULL, LINE) > ROOM - HEADING:
            parts.append(piece)
            piece = []
        piece.append(item)
    if not items:
        return [block]
    whole = [replace(block, html=_with_items(block.html, piece)) for piece in [*parts, piece]]
    return [whole[0], *(replace(part, begins="", code="") for part in whole[1:])]


def _with_items(html: str, items: list[Tag]) -> str:
    soup = BeautifulSoup(html, "html.parser")
    holder = soup.find("tbody") or soup.find(["ul", "ol"])
    if not isinstance(holder, Tag):
        return html
    if holder.name == "ol":
        before = len(items[0].find_previous_siblings("li"))
        holder["start"] = str(int(str(holder.get("start", "1"))) + before)
    holder.clear()
    holder.extend(copy(item) for item in items)
    return str(soup)


def _height(html: str, across: int, line: int) -> int:
    return _tall(BeautifulSoup(html, "html.parser"), across, line)


def _tall(element: Tag, across: int, line: int) -> int:
    """Estimate the height of an element in lines `across` letters wide and `line` px high."""
    height = 0
    for child in element.children:
        if not isinstance(child, Tag):
            height += line if str(child).strip() else 0
        elif child.name in ("p", "summary", "h4", "h5", "h6", "dt", "dd"):
            height += _lines(child.get_text(), across) * line + GAP
        elif child.name == "li":
            height += _lines(child.get_text(), across - 4) * line + GAP // 3
        elif child.name == "pre":
            height += min(_code_lines(child) * CODE_LINE + FRAME, LONGEST_OUTPUT)
        elif child.name == "table":
            rows = child.find_all("tr")
            height += sum(ROW + (_lines(row.get_text(), across) - 1) * line for row in rows) + GAP
        elif child.name == "img":
            height += PICTURE
        elif child.name == "math":
            height += FORMULA
        else:  # a box of other things
            height += _tall(child, across - 3 * (child.name == "blockquote"), line)
    return height + GAP * (element.name in ("ul", "ol", "blockquote", "details"))


def _lines(text: str, across: int) -> int:
    return max(1, ceil(text_width(" ".join(text.split())) / across))


def _code_lines(element: Tag) -> int:
    return sum(max(1, ceil(text_width(line) / CODE)) for line in element.get_text().rstrip().split("\n"))
