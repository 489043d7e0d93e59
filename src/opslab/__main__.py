"""The command `opslab`: grade a class, read its written answers; see how far you are."""

import argparse
import os
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

from opslab.grading.limits import Limits
from opslab.grading.roster import FORMATS

# Words
ABOUT = (
    "Internet operations, taught on data: grade a class, read its written answers, or see how far you are."
)
GRADE = "run and judge a folder of submitted exercise notebooks"
REVIEW = "read and score written answers in the browser, beside the rubric, names hidden"
PROGRESS = "what you have done and mastered, and what to practise again today"
LESSON = 'which exercises, such as "06-retention"'
SUBMISSIONS = "folder with one notebook, or one folder with a notebook, for each student; or a platform's zip"
SEED = "the world to grade in, such as 4711: one that no student works in or knows of"
OUTPUT = "folder for the results (default: grades/LESSON)"
JOBS = "submissions side by side (default: one for each core, here %(default)s)"
CELL = "seconds that a cell may run (default: %(default)g)"
MEMORY = "GB of memory that a submission may take (default: %(default)g)"
FORMAT = "write the gradebook that this platform imports; needs --users"
USERS = "the platform's user list: Moodle's participants or grading worksheet, Canvas's exported gradebook"
ASSIGNMENT = "the assignment's name on the platform (default: the lesson's)"
DEADLINE = "until when the class was to hand in, such as 2026-11-27 or '2026-11-27 18:00'"
DEADLINES = "table of students who had longer: student, minutes"
GRADES = "folder that `opslab grade` wrote"
NO_BROWSER = "print the page's address and open no browser"
UNSAFE = "run submissions without a sandbox, with your own rights: only if you trust each of them"
DONE = "{count} graded. Scores: {scores}. What to teach again: {report}"
TO_READ = "Written answers are yours to read: opslab review {output}"
PROBLEMS = "{count} not graded:"
PROBLEM = "  {student}: {problem}"
UNLISTED = "{count} graded, and not in the gradebook:"
ASIDE = "{count} files left aside:"
READING = "{left} of {count} written answers to read: {address}\nEach key is saved. Ctrl+C ends."
READ = "{left} of {count} left to read. Scores: {scores}"
INTERRUPTED = "interrupted; what is graded is kept, and the same command goes on from there"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, 1 where something was left undone, or 2 where nothing could begin."""
    asked = _parser().parse_args(arguments)
    try:
        return asked.run(asked)
    except (ValueError, OSError) as error:
        words = getattr(error, "strerror", None) or error
        print(f"opslab: {words}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(INTERRUPTED, file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("opslab", description=ABOUT)
    commands = parser.add_subparsers(required=True, metavar="command")
    grading = commands.add_parser("grade", help=GRADE, description=GRADE)
    grading.add_argument("lesson", help=LESSON)
    grading.add_argument("submissions", type=Path, help=SUBMISSIONS)
    grading.add_argument("--seed", type=int, required=True, help=SEED)
    grading.add_argument("--output", type=Path, help=OUTPUT)
    grading.add_argument("--jobs", type=int, default=os.cpu_count(), help=JOBS)
    grading.add_argument("--cell-seconds", type=float, default=Limits.cell_seconds, help=CELL)
    grading.add_argument("--memory", type=float, default=Limits.gigabytes, help=MEMORY)
    grading.add_argument("--unsafe-no-sandbox", action="store_true", help=UNSAFE)
    grading.add_argument("--format", choices=FORMATS, help=FORMAT)
    grading.add_argument("--users", type=Path, metavar="FILE", help=USERS)
    grading.add_argument("--assignment", metavar="NAME", help=ASSIGNMENT)
    grading.add_argument("--deadline", metavar="TIME", help=DEADLINE)
    grading.add_argument("--deadlines", type=Path, metavar="FILE", help=DEADLINES)
    grading.set_defaults(run=_grade)
    review = commands.add_parser("review", help=REVIEW, description=REVIEW)
    review.add_argument("folder", type=Path, help=GRADES)
    review.add_argument("--no-browser", action="store_true", help=NO_BROWSER)
    review.set_defaults(run=_review)
    progress = commands.add_parser("progress", help=PROGRESS, description=PROGRESS)
    progress.set_defaults(run=_progress)
    return parser


def _progress(asked: argparse.Namespace) -> int:
    from opslab.exercises.progress_overview import overview

    print(overview())
    return 0


def _grade(asked: argparse.Namespace) -> int:
    from opslab.grading.batch import grade
    from opslab.grading.class_lists import Register
    from opslab.grading.results import gradebook_standing, write_results

    output = asked.output or Path("grades", asked.lesson)
    limits = Limits(cell_seconds=asked.cell_seconds, gigabytes=asked.memory)
    register = Register(asked.format, asked.users, asked.assignment, asked.deadline, asked.deadlines)
    graded = grade(
        asked.lesson, asked.submissions, seed=asked.seed, output=output, jobs=asked.jobs, limits=limits,
        safe=not asked.unsafe_no_sandbox, register=register,
    )  # fmt: skip
    scores, report, *pages = write_results(graded, output)
    print(DONE.format(count=len(pages), scores=scores, report=report))
    if any(mark.finding == "written" for mark in graded.marks):
        print(TO_READ.format(output=output))
    for words in (gradebook_standing(output), *graded.entries.stray):
        if words:
            print(words)
    for heading, found in (
        (PROBLEMS, graded.problems),
        (UNLISTED, graded.entries.unlisted),
        (ASIDE, graded.aside),
    ):
        if found:
            print(heading.format(count=len(found)))
            for student, problem in found.items():
                print(PROBLEM.format(student=student, problem=problem))
    return 1 if graded.problems or graded.entries.unlisted else 0


def _review(asked: argparse.Namespace) -> int:
    from opslab.grading.results import gradebook_standing
    from opslab.grading.review import ReviewServer
    from opslab.grading.scores_csv import SCORES

    with ReviewServer(asked.folder) as server:
        left, count = server.progress()
        print(READING.format(left=left, count=count, address=server.address), flush=True)
        if not asked.no_browser:  # beside the server, for some browsers hold up who opens them
            threading.Thread(target=webbrowser.open, args=(server.address,), daemon=True).start()
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        server.write_results()
        left, count = server.progress()
    print(READ.format(left=left, count=count, scores=asked.folder / SCORES))
    if standing := gradebook_standing(asked.folder):
        print(standing)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
