"""Whose a hand-in is, by the names that learning platforms give to files and folders.

Moodle: a folder `Anna Müller_12345_assignsubmission_file` (older ones end in `_`), or a file that begins so.
The number is the participant's, as in the grading worksheet.

Canvas: a file `mülleranna_456_789_name.ipynb`, with `LATE` before the numbers where it came late. The numbers
are the user's and the file's; a later file has the higher one.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d{1,18})_assignsubmission_[a-z]+(?:_.*)?")
_CANVAS = re.compile(r"(?P<name>\w+?)_(?P<late>(?i:LATE)_)?(?P<id>\d{1,18})_(?P<number>\d{3,18})_.+")


@dataclass(frozen=True)
class HandIn:
    """What a name tells: the student's name, the platform's number of them, and of the file; late or not.

    A name of no platform is the student's own, and tells nothing else.
    """

    name: str = ""
    id: str = ""
    number: int | None = None
    late: bool = False

    @property
    def student(self) -> str:
        """One name for each student: two of the same name have different numbers."""
        return f"{self.name} {self.id}".strip()


def hand_in(name: str) -> HandIn:
    """Read the name of a file or folder.

    >>> hand_in("Wei Wang_41_assignsubmission_file").student
    'Wei Wang 41'
    >>> hand_in("wangwei_LATE_7_900_06-retention.ipynb")
    HandIn(name='wangwei', id='7', number=900, late=True)
    """
    if found := _MOODLE.fullmatch(name):
        return HandIn(found["name"], found["id"])
    if found := _CANVAS.fullmatch(name):
        return HandIn(found["name"], found["id"], int(found["number"]), bool(found["late"]))
    return HandIn(name)


def hand_ins(names: Iterable[str]) -> dict[str, HandIn]:
    """Read the names of a class. Where two files have one number it is none of Canvas's, and a name is whole.

    >>> [one.student for one in hand_ins(["hw_06_2026_anna", "hw_06_2026_ben"]).values()]
    ['hw_06_2026_anna', 'hw_06_2026_ben']
    """
    found = {name: hand_in(name) for name in names}
    times = Counter(one.number for one in found.values())
    return {
        name: HandIn(name) if one.number is not None and times[one.number] > 1 else one
        for name, one in found.items()
    }
