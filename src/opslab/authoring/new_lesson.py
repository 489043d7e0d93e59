"""Lay the texts of a new lesson, which build at the first try and are then rewritten piece by piece.

    python -m opslab.authoring.new_lesson 05-experiments

They are copies of the texts in the folder `skeleton`, with the lesson's number, name and title filled in.
"""

import argparse
import sys
from pathlib import Path
from string import Template

from opslab.authoring.build import BAD_NAME, FILES, BuildError, is_name
from opslab.ground.paths import course_root, write_whole

SKELETON = Path(__file__).parent / "skeleton"

# Words
NAME_HELP = "two digits, a dash and a topic, such as 05-experiments"
THERE = "lessons/{name} is there already; change its texts, or begin another lesson"
TAKEN = "lesson {number} is there already: {other}; give the new one another number"
LAID = "lessons/{name}: {files}. Rewrite them piece by piece; `make build LESSON={name}` builds them."


def begin(root: Path, name: str) -> list[Path]:
    """Write the texts of a new lesson and return their paths.

    Raises
    ------
    BuildError
        If the name is none for a lesson, or the lesson or its number is there already.
    """
    if not is_name(name):
        raise BuildError(BAD_NAME.format(name=name))
    number, _, topic = name.partition("-")
    if (root / "lessons" / name).exists():
        raise BuildError(THERE.format(name=name))
    for other in sorted((root / "lessons").glob(f"{number}-*")):
        raise BuildError(TAKEN.format(number=number, other=other.name))
    words = {"lesson": name, "number": number, "title": topic.replace("-", " ").capitalize()}
    paths = [root / "lessons" / name / file for file in FILES]
    for path in paths:
        text = Template((SKELETON / path.name).read_text(encoding="utf-8")).substitute(words)
        write_whole(path, text.encode())
    return paths


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1 if nothing could be laid."""
    parser = argparse.ArgumentParser(
        prog="python -m opslab.authoring.new_lesson", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("name", help=NAME_HELP)
    name = parser.parse_args(arguments).name
    try:
        begin(course_root(), name)
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(LAID.format(name=name, files=", ".join(FILES)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
