"""Build the notebooks: each folder of `lessons/` becomes a lesson, its exercises and their solutions.

    python -m opslab.authoring.build [--all] [--check] [--jobs N] [lesson ...]

Text is written, notebooks are built, one way only. jupytext reads the text, nbclient executes it. Only what
changed since the last build is built again: a fingerprint of the text, the package and the data decides.
A notebook is replaced whole or not at all, so an interrupted build leaves the old one.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
from ipykernel.ipkernel import IPythonKernel
from jupytext.myst import myst_to_notebook
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from opslab.authoring.course_map import read_course, with_ways
from opslab.authoring.sheets import compile_sheet
from opslab.authoring.slider_keys import SliderKey, read_keys, said, with_keys, without_keys
from opslab.authoring.syntax import HIDDEN, find_headings, lesson_faults, sheet_faults, text_faults
from opslab.exercises.answer_key import AnswerKey
from opslab.exercises.judge import require_distinct
from opslab.exercises.questions import read_question, read_sheet
from opslab.ground.arguments import nearest
from opslab.ground.formatting import together
from opslab.ground.paths import NotWrittenError, course_root, write_whole

FILES = ("lesson.md", "exercises.md", "guide.md")
SECONDS_PER_CELL = 60
INSIDE_A_FRAME = re.compile(r"\n {9,}")  # as deep lie only the parts of a figure's traces and frames
# What JupyterLab writes into a notebook when it opens it: see ipython_kernel_config.py for the version.
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = IPythonKernel.language_info | {"version": "3"}
WIDGET = "application/vnd.jupyter.widget-view+json"

UNSEEN = {"export", "grading"}  # folders of the package that no notebook imports

# Words
NO_LESSON = "there is no lesson {wanted}{nearest}; there are {lessons}"
BAD_NAME = "lessons/{name}: the folder's name must be two digits, a dash and a topic, such as 06-retention"
NO_FILE = "lessons/{name}: {missing} not found; a lesson folder holds {files}. Write it, then build again"
FAULT = "{source}, {fault}"
NOT_TEXT = "{source}: cannot be read as notebook text: {cause}{advice}"
ADVICE = {
    "Invalid YAML": "; a value with a colon or a # stands between quotation marks",
    "['metadata']['name']": "; a name is small letters and digits, joined by dashes, such as off-by-one",
    "['metadata']['tags']": "; tags is a list of names, such as [hint]",
    "['metadata']['jupyter']": "; jupyter has options of its own, such as outputs_hidden",
    "Markdown cell": '; what follows +++ is JSON, such as {"tags": ["hint"]}',
}
BAD_QUESTION = "{place}: {cause}"
CELL_FAILED = "{source}, {place}the cell starting `{line}`: {cause}"
CELL_SLOW = "took longer than {seconds} seconds; make it faster or compute less"
CELL_WARNED = "wrote to stderr; a reader should see no warning: {text}"
KERNEL_DIED = "the kernel stopped while it ran; is memory short?"
NOT_BUILT = "{file}: {cause}; make room or get the right to write there, then build again"
STALE = "{path}: differs from its text in lessons/; run `make build` and commit the result"
DONE = "[{done}/{all}] {path}  {seconds:.1f} s"
FAILED = "[{done}/{all}] {path}  FAILED"
NEW_WAYS = "{path}  new map and ways"
LESSONS_HELP = "such as 06-retention; all where none is named"
ALL_HELP = "build also what has not changed"
CHECK_HELP = "build nothing; say which notebooks are stale"
JOBS_HELP = "notebooks at a time; the number of cores where not given"
NOTHING = "everything is up to date ({count} notebooks)"


class BuildError(Exception):
    """A lesson cannot be built; the message names the lesson, the place and the cause."""


@dataclass(frozen=True)
class Target:
    """One notebook to build."""

    lesson: str
    folder: str  # notebooks, exercises or solutions
    execute: bool

    @property
    def path(self) -> str:
        """Path below the repository's root."""
        return f"{self.folder}/{self.lesson}.ipynb"

    @property
    def source(self) -> str:
        """Path of the text it is made from."""
        return f"lessons/{self.lesson}/{'lesson' if self.folder == 'notebooks' else 'exercises'}.md"


def is_name(name: str) -> bool:
    """Whether a lesson may have this name: two digits, a dash and a topic."""
    return bool(re.fullmatch(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*", name))


def targets(root: Path, wanted: list[str] | None = None) -> list[Target]:
    """Return the notebooks that the lessons' folders ask for, after a look at the folders themselves.

    Raises
    ------
    BuildError
        If a wanted lesson is not there, a folder is misnamed, or one of its three files is missing.
    """
    found = sorted(folder.name for folder in (root / "lessons").iterdir() if folder.is_dir())
    for name in sorted(set(wanted or []) - set(found)):
        raise BuildError(
            NO_LESSON.format(wanted=name, nearest=nearest(name, found), lessons=", ".join(found))
        )
    lessons = [name for name in found if not wanted or name in wanted]
    for name in lessons:
        if not is_name(name):
            raise BuildError(BAD_NAME.format(name=name))
        missing = [file for file in FILES if not (root / "lessons" / name / file).is_file()]
        if missing:
            raise BuildError(NO_FILE.format(name=name, missing=", ".join(missing), files=", ".join(FILES)))
    # Solutions come first and 00 last, since 00-start-here lists the questions of all lessons.
    kinds = (("exercises", False), ("solutions", True), ("notebooks", True))
    return [Target(name, folder, execute) for folder, execute in kinds for name in reversed(lessons)]


def convert(root: Path, target: Target) -> NotebookNode:
    """Return the target's notebook without outputs.

    Raises
    ------
    BuildError
        If its text leaves the author's form; each line of the message names a place and what is wrong there.
    """
    notebook = _converted(root, target)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = together(cell.source)
    return with_ways(notebook, read_course(root), target.folder, target.lesson)


def _converted(root: Path, target: Target) -> NotebookNode:
    """Return the notebook of the text alone, without the ways to others."""
    authored, lines = _read_text(root, target.source)
    if target.folder == "notebooks":
        _refuse(target.source, lesson_faults(authored.cells, lines))
        _refuse(target.source, read_keys(authored.cells)[1])
        authored.cells = without_keys(authored.cells)
        return _number_cells(authored, target.lesson)
    _refuse(target.source, sheet_faults(authored.cells, lines, target.lesson, _headings(root, target)))
    exercise, solution = compile_sheet(_number_cells(authored, f"{target.lesson}-exercise"))
    return exercise if target.folder == "exercises" else solution


def build(root: Path, target: Target) -> float:
    """Build one notebook, write it, and return the seconds it took."""
    began = time.perf_counter()
    notebook = convert(root, target)
    if target.execute:
        if target.folder == "solutions":
            _require_distinct_mistakes(target, notebook)
        keys = _keys(root, target)
        notebook.cells += [new_code_cell(key.code) for key in keys]
        _execute(root, target, notebook)
        if target.folder == "notebooks":
            answered = [notebook.cells.pop() for _ in keys][::-1]
            _keep_keys(root, target, keys, answered)
    write_whole(root / target.path, _text(notebook))
    return time.perf_counter() - began


def _keys(root: Path, target: Target) -> list[SliderKey]:
    """Return the questions of a lesson that only a slider answers, those that have a key."""
    if target.folder != "notebooks":
        return []
    return [key for key in read_keys(_read_text(root, target.source)[0].cells)[0] if key.code]


def _keep_keys(root: Path, target: Target, keys: list[SliderKey], answered: list[NotebookNode]) -> None:
    """Write what the keys say into the lesson's guide, if it is not there yet."""
    path = root / "lessons" / target.lesson / "guide.md"
    try:
        answers = [said(cell) for cell in answered]
    except ValueError as error:
        raise BuildError(f"{target.source}: {error}") from error
    before = path.read_text(encoding="utf-8")
    if (after := with_keys(before, keys, answers)) != before:
        write_whole(path, after.encode())


def renew_ways(root: Path) -> list[Path]:
    """Bring the map and the ways in all built notebooks up to date, and return those that changed.

    A new lesson changes the map in every other notebook; none of them has to run again for that.
    """
    course, renewed = read_course(root), []
    for folder in ("notebooks", "exercises"):
        for path in sorted((root / folder).glob("*.ipynb")):
            built = nbformat.read(path, as_version=4)
            text = _text(with_ways(built, course, folder, path.stem))
            if text != path.read_bytes():
                write_whole(path, text)
                renewed.append(path)
    return renewed


def stale(root: Path) -> list[str]:
    """Name the built notebooks whose cells are not those of their text (outputs are not compared)."""
    return [
        STALE.format(path=target.path)
        for target in targets(root)
        if _without_outputs(root / target.path) != _text(convert(root, target))
    ]


def _read_text(root: Path, source: str) -> tuple[NotebookNode, list[int]]:
    """Return a text as a notebook, and the line of the text at which each cell begins."""
    text = (root / source).read_text(encoding="utf-8")
    _refuse(source, text_faults(text))
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except Exception as error:  # jupytext passes on whatever its YAML and Markdown readers raise
        cause = " ".join(str(error).split())
        advice = next((advice for sign, advice in ADVICE.items() if sign in cause), "")
        cause = cause.partition(" Failed validating")[0]  # what follows is the notebooks' own grammar
        raise BuildError(NOT_TEXT.format(source=source, cause=cause, advice=advice)) from error
    lines = notebook.metadata.pop("source_map")
    notebook.metadata = NotebookNode(kernelspec=KERNEL, language_info=LANGUAGE)
    return notebook, lines


def _headings(root: Path, target: Target) -> list[str]:
    """Return the headings of a sheet's lesson."""
    return find_headings(_read_text(root, f"lessons/{target.lesson}/lesson.md")[0].cells)


def _refuse(source: str, faults: list[str]) -> None:
    if faults:
        raise BuildError("\n".join(FAULT.format(source=source, fault=fault) for fault in faults))


def _number_cells(notebook: NotebookNode, prefix: str) -> NotebookNode:
    """Name each cell by its label or question, else by its place, so that a rebuild changes nothing."""
    for place, cell in enumerate(notebook.cells, start=1):
        label = cell.metadata.get("label") or cell.metadata.get("question") or f"{place:03d}"
        helper = cell.metadata.get("question") and "answer" not in cell.metadata.get("tags", [])
        cell["id"] = f"{prefix}-{place:03d}" if helper else f"{prefix}-{label}"
    return notebook


def _require_distinct_mistakes(target: Target, solution: NotebookNode) -> None:
    """Run every wrong on the committed world and refuse one that cannot be told from the others."""
    key = AnswerKey(solution, seed=0)
    for name, question in read_sheet(solution).items():
        try:
            require_distinct(question, *key[name])
            for exemplar in question.exemplars:
                key.asked(question, exemplar.text)
        except Exception as error:  # whatever an author's code raises is reported with its question
            place = ", ".join([target.source, name, *getattr(error, "__notes__", [])])
            cause = f"{type(error).__name__}: {error}"
            raise BuildError(BAD_QUESTION.format(place=place, cause=cause)) from error


def _execute(root: Path, target: Target, notebook: NotebookNode) -> None:
    """Execute in the built notebook's own folder, and keep only what a reader needs."""
    metadata = notebook.metadata.copy()
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # in how many pieces a kernel sends what a cell prints is chance
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(root / target.folder)}},
    )
    (root / target.folder).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as private:
        try:
            _run(client, {**os.environ, **_environment(target, notebook, Path(private))})
        except CellExecutionError as error:
            line = error.traceback.strip().splitlines()[-1]
            raise _failure(target, _running(notebook), re.sub(r"\x1b\[[\d;]*m", "", line)) from error
        except CellTimeoutError as error:
            raise _failure(target, _running(notebook), CELL_SLOW.format(seconds=SECONDS_PER_CELL)) from error
        except DeadKernelError as error:
            raise _failure(target, _running(notebook), KERNEL_DIED) from error
    notebook.metadata = metadata
    _tidy_outputs(target, notebook)


def _run(client: NotebookClient, environment: dict[str, str]) -> None:
    """Run a notebook; a kernel that never came up, its port taken by another's, is started once more.

    What a kernel writes beside its cells, such as the trace of a socket closed too early, is for nobody.
    """
    start = partial(client.execute, env=environment, stderr=subprocess.DEVNULL)
    try:
        start()
    except RuntimeError as error:
        if isinstance(error, DeadKernelError):
            raise
        start()


def _tidy_outputs(target: Target, notebook: NotebookNode) -> None:
    """Refuse warnings, and name dead widgets by their place: their random ids would change at each build."""
    for cell in notebook.cells:
        for place, output in enumerate(cell.get("outputs", [])):
            if output.get("name") == "stderr":
                raise _failure(target, cell, CELL_WARNED.format(text=output.text.strip()))
            if widget := output.get("data", {}).get(WIDGET):
                widget["model_id"] = f"{cell.id}-{place}"
        if cell.metadata.get("jupyter", {}).get("outputs_hidden") and cell.outputs:
            _hide(cell.outputs[0])


def _hide(output: NotebookNode) -> None:
    """Let a collapsed output begin with words that give nothing away: JupyterLab shows its first line.

    Of a table that is the first line of its HTML.
    """
    texts, kinds = (output, ["text"]) if "text" in output else (output.data, ["text/plain", "text/html"])
    for kind in kinds:
        if kind in texts:
            texts[kind] = f"{HIDDEN}\n{texts[kind]}"


def _environment(target: Target, notebook: NotebookNode, private: Path) -> dict[str, str]:
    """Keep an author's own progress out of the notebook, and check solutions against their new text."""
    if target.folder != "solutions":
        return {"OPSLAB_HOME": str(private)}
    write_whole(private / f"{target.lesson}.ipynb", _text(notebook))
    return {"OPSLAB_HOME": str(private), "OPSLAB_SOLUTIONS": str(private)}


def _running(notebook: NotebookNode) -> NotebookNode:
    """Return the cell that was running: the last that began, by its execution count or its error output."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    started = [cell for cell in code if cell.execution_count is not None or cell.outputs]
    return started[-1] if started else code[0]


def _failure(target: Target, cell: NotebookNode, cause: str) -> BuildError:
    question = read_question(cell)
    return BuildError(
        CELL_FAILED.format(
            source=target.source,
            place=f"{question.name}, " if question else "",
            line=cell.source.strip().partition("\n")[0],
            cause=cause,
        )
    )


def _text(notebook: NotebookNode) -> bytes:
    """Return a notebook's file, with each trace and frame of its figures in one line."""
    nbformat.validate(notebook)
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (INSIDE_A_FRAME.sub(" ", text) + "\n").encode()


def _without_outputs(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return _text(notebook)


def _fingerprint(root: Path, target: Target) -> str:
    """Digest everything that the notebook depends on."""
    files = [root / target.source, root / "requirements.lock"]
    if target.execute:
        code = (file for ending in ("py", "js") for file in (root / "src").rglob(f"*.{ending}"))
        files += sorted(file for file in code if not UNSEEN & {*file.parts})
        files += sorted((root / "datasets").glob("*"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


class _Fingerprints:
    """What was built from what, remembered between builds of this clone."""

    def __init__(self, root: Path):
        self.path = root / ".build" / "fingerprints.json"
        self.known: dict[str, str] = {}
        with suppress(OSError, ValueError, TypeError, RecursionError):  # without it, all is built again
            self.known |= json.loads(self.path.read_text())

    def keep(self, target: Target, fingerprint: str) -> None:
        self.known[target.path] = fingerprint
        write_whole(self.path, json.dumps(self.known, indent=1).encode())


def _changed(root: Path, everything: list[Target], known: dict[str, str]) -> Iterator[tuple[Target, str]]:
    for target in everything:
        fingerprint = _fingerprint(root, target)
        if known.get(target.path) != fingerprint or not (root / target.path).is_file():
            yield target, fingerprint


def build_all(root: Path, wanted: list[str], *, rebuild: bool = False, jobs: int | None = None) -> list[str]:
    """Build what changed, side by side, with a line for each notebook; return the errors."""
    fingerprints = _Fingerprints(root)
    everything = targets(root, wanted)
    for path in renew_ways(root):
        print(NEW_WAYS.format(path=path.relative_to(root)), flush=True)
    work = list(_changed(root, everything, {} if rebuild else fingerprints.known))
    if not work:
        print(NOTHING.format(count=len(everything)))
        return []
    errors = []
    with ProcessPoolExecutor(max_workers=jobs or os.cpu_count()) as pool:
        running = {pool.submit(build, root, target): (target, mark) for target, mark in work}
        for done, future in enumerate(as_completed(running), start=1):
            target, mark = running[future]
            try:
                seconds = future.result()
            except OSError:  # it will not go better with the others
                pool.shutdown(cancel_futures=True)
                raise
            except BuildError as error:
                errors.append(str(error))
                print(FAILED.format(done=done, all=len(work), path=target.path), flush=True)
            else:
                fingerprints.keep(target, mark)
                print(DONE.format(done=done, all=len(work), path=target.path, seconds=seconds), flush=True)
    return errors


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1 if anything could not be built or is stale."""
    parser = argparse.ArgumentParser(
        prog="python -m opslab.authoring.build", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("lessons", nargs="*", help=LESSONS_HELP)
    parser.add_argument("--all", action="store_true", help=ALL_HELP)
    parser.add_argument("--check", action="store_true", help=CHECK_HELP)
    parser.add_argument("--jobs", type=int, help=JOBS_HELP)
    options = parser.parse_args(arguments)
    root = course_root()
    try:
        if options.check:
            errors = stale(root)
        else:
            errors = build_all(root, options.lessons, rebuild=options.all, jobs=options.jobs)
    except BuildError as error:
        errors = [str(error)]
    except NotWrittenError as error:
        errors = [str(error.strerror)]
    except OSError as error:
        errors = [NOT_BUILT.format(file=error.filename or root, cause=error.strerror or error)]
    for error in dict.fromkeys(errors):
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
