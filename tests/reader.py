"""A reader at the keyboard of a picture. What a page can find out by itself is asked of it once."""

LIMIT = 60_000  # milliseconds
PICTURE = "(plot) => JSON.stringify([plot.data, plot.layout])"
PAINTED = "(plot) => [...plot.querySelectorAll('.main-svg')].map((part) => part.innerHTML).join()"
WORDS = f"""
  const frame = () => new Promise(requestAnimationFrame);
  const until = async (met) => {{
    for (const end = performance.now() + {LIMIT}; !met(); await frame()) {{
      if (performance.now() > end) throw new Error(`waited in vain: ${{met}}`);
    }}
  }};
  const seen = (part) => {{
    const {{ width, height }} = part?.getBoundingClientRect() ?? {{}};
    return width > 0 && height > 0 && part.checkVisibility({{ visibilityProperty: true }});
  }};
  const aim = (selector, number) => {{
    const control = [...place.querySelectorAll(selector)].filter(seen)[number];
    control?.focus();
    const {{ options, selectedIndex, value, max }} = control ?? {{}};
    const last = options ? selectedIndex === options.length - 1 : value === max;
    return control && (last ? "ArrowLeft" : "ArrowRight");
  }};
"""


def script(body: str) -> str:
    """Return a function of a `place` in a page, and of what is `given`, that may use the words above."""
    return f"async (place, given) => {{{WORDS}{body}}}"


FIELDS = "(place) => place.querySelectorAll('.opslab-guess input').length"
GIVEN_AWAY = "(place) => place.querySelectorAll('.annotation').length"
AIM = script("return aim(given.among, given.number);")
AIM_TO_MOVE = """
  const plot = place.querySelector('.opslab-plot');
  const drawing = {drawing};
  if (given) await until(() => drawing(plot) !== plot.before); // the control before this one did something
  else await frame().then(frame); // what went before, a guess perhaps, is drawn
  plot.before = drawing(plot);
  return aim('input, select', given);
"""


def press_on(page, place, among: str = "input, select", number: int = 0):
    """Move one of the controls that are seen in a place by keyboard."""
    page.keyboard.press(place.evaluate(AIM, {"among": among, "number": number}))


def move_each_control(page, place, drawing: str = PICTURE) -> int:
    """Move each control that is seen in a place by keyboard; each has to change what is drawn."""
    ask = script(AIM_TO_MOVE.format(drawing=drawing))
    number = 0
    while key := place.evaluate(ask, number):
        page.keyboard.press(key)
        number += 1
    return number


def guess(page, place) -> bool:
    """Make the guess that a picture asks for, by keyboard, and show the answer; return whether it asks."""
    fields = place.evaluate(FIELDS)
    if not fields:
        return False
    assert not place.evaluate(GIVEN_AWAY)  # no word and no line of the answer stands on the empty axes
    for _ in range(3):  # so many places of a curve are needed
        for number in (fields - 1, *range(fields - 1)):  # the height stands below the place
            press_on(page, place, ".opslab-guess input", number)
    place.query_selector(".opslab-guess button").click()
    return True
