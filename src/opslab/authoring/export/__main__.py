"""Export all lessons, side by side.

python -m opslab.authoring.export slides|pages|handouts|site [lesson ...]
"""

import argparse
import logging
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from opslab.authoring.export import PageExporter, SlidesExporter
from opslab.ground.paths import course_root, write_whole

# Words
NO_LESSON = "there is no notebooks/{name}.ipynb; there are {names}"
NO_LESSONS = "there is no notebook in {folder}; build them first with `make build`"
DONE = "[{done}/{all}] {path}  {kilobytes:,.0f} kB  {seconds:.1f} s"
FAILED = "[{done}/{all}] {path}  FAILED: {cause}"
WARNED = "  {text}"
LESSONS_HELP = "such as 06-retention; all where none is named"
OUTPUT_HELP = "a folder for the exported files; `{exported}` or `{site}` where not given"

EXPORTED, SITE = "exported", "_site"
ENDINGS = {"slides": ".slides.html", "pages": ".html", "handouts": ".pdf"}


class _Notes(logging.Handler):
    """Keeps the warnings of one export."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def export(kind: str, notebook: Path, target: Path) -> tuple[float, list[str]]:
    """Export one notebook whole, or leave what is there; return the seconds and the warnings."""
    began = time.perf_counter()
    notes = _Notes()
    log = logging.Logger(notebook.stem)
    log.addHandler(notes)
    exporter = (SlidesExporter if kind == "slides" else PageExporter)(log=log)
    content = exporter.from_filename(str(notebook))[0].encode("utf-8")
    if kind == "handouts":
        from opslab.authoring.export.handouts import print_page  # needs a browser

        content = print_page(content)
    write_whole(target, content)
    return time.perf_counter() - began, notes.texts


def export_all(kind: str, notebooks: list[Path], folder: Path, jobs: int | None = None) -> int:
    """Export notebooks side by side, with a line for each; return how many failed."""
    failed = 0
    with ProcessPoolExecutor(max_workers=jobs or os.cpu_count()) as pool:
        targets = {book: folder / f"{book.stem}{ENDINGS[kind]}" for book in notebooks}
        running = {pool.submit(export, kind, book, target): target for book, target in targets.items()}
        for done, future in enumerate(as_completed(running), start=1):
            target, progress = running[future], {"done": done, "all": len(running)}
            try:
                seconds, warnings = future.result()
            except Exception as error:  # a broken notebook must not keep the others from their readers
                failed += 1
                cause = f"{type(error).__name__}: {error}"
                print(FAILED.format(path=target, cause=cause, **progress), file=sys.stderr, flush=True)
                continue
            size = target.stat().st_size / 1000
            print(DONE.format(path=target, kilobytes=size, seconds=seconds, **progress), flush=True)
            for text in warnings:
                print(WARNED.format(text=text), file=sys.stderr, flush=True)
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1 if anything could not be exported."""
    parser = argparse.ArgumentParser(prog="python -m opslab.authoring.export", description=__doc__)
    parser.add_argument("kind", choices=[*ENDINGS, "site"])
    parser.add_argument("lessons", nargs="*", help=LESSONS_HELP)
    parser.add_argument("--output", type=Path, help=OUTPUT_HELP.format(exported=EXPORTED, site=SITE))
    options = parser.parse_args(arguments)
    root = course_root()
    books = {book.stem: book for book in sorted((root / "notebooks").glob("[0-9]*.ipynb"))}
    if not books:
        parser.error(NO_LESSONS.format(folder=root / "notebooks"))
    for name in sorted(set(options.lessons) - set(books)):
        parser.error(NO_LESSON.format(name=name, names=", ".join(books)))
    if options.kind == "site":
        from opslab.authoring.export.site import build_site  # Sphinx is not needed for the others

        return build_site(root, options.output or root / SITE)
    chosen = [books[name] for name in options.lessons or books]
    return int(export_all(options.kind, chosen, options.output or root / EXPORTED) > 0)


if __name__ == "__main__":
    sys.exit(main())
