"""Which section of a lesson teaches what a question asks: read from the guide's map of objectives."""

import re
from collections import defaultdict

from opslab.paths import course_root

HEADING = "## Objectives and exercises"  # the form of guides: CONTRIBUTING.md


def sections_by_question(lesson: str) -> dict[str, list[str]]:
    """Return the headings of the lesson's sections for each question; empty where there is no guide."""
    path = course_root() / "lessons" / lesson / "guide.md"
    if not path.is_file():
        return {}
    part = path.read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    found: dict[str, list[str]] = defaultdict(list)
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 3:
            for question in re.findall(r"\bq\d+\w*", cells[2]):
                found[question] += [section.strip() for section in cells[1].split("·")]
    return found
