"""Grade a class: every submission in a sandbox, judged elsewhere, with a report of what to teach again.

The rooms, each from the ones before it:

    values (answers as data)   submissions (the files)   guide (where a question is taught)
        -> worker (inside the sandbox)   sandbox (the walls, and who watches)
        -> marks -> batch -> levels (what a reader found) -> report -> review (the page to read with)

Who is trusted: the course and the instructor. Nothing that a submission sends is believed; it is read as
data, and what it says is an answer to be judged, never a result.
"""

from opslab.grading.batch import Graded, grade
from opslab.grading.marks import Mark
from opslab.grading.report import class_report, write_results
from opslab.grading.sandbox import Limits

__all__ = ["Graded", "Limits", "Mark", "class_report", "grade", "write_results"]
