"""Read a class's written answers in the browser: one at a time, names hidden, saved at each key.

A small server of this machine for this machine: it answers its own address alone, to those who know its
token. All that it knows lies in the folder of results, and is read there anew at each request.
"""

import json
import secrets
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from opslab.exercises.answer_key import read_headings, read_questions
from opslab.exercises.display import UsageError
from opslab.grading.batch import Graded, read_graded
from opslab.grading.results import render, write_results
from opslab.grading.rubric_levels import Review, fingerprint, in_reading_order, keep_review, read_reviews

ADDRESS = ".review-address"  # port and token, so that a page left open finds the next server
OWN_HOSTS = ("127.0.0.1", "localhost")
LARGEST = 20_000  # bytes of a request
QUIET = 2  # seconds without a key, after which scores and pages are written

# Words
NOTHING = "{folder} holds no written answer to read; `opslab grade` found {count} marks of {lesson}"
NOT_YOURS = "Open the address that `opslab review` printed; this one lacks its token."
NOT_A_REVIEW = "This request cannot be read: {cause}"
REPLACED = "This student has handed in another text meanwhile. Reload the page to read it."
FORBIDDEN, BAD, CONFLICT = HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT


class ReviewServer(ThreadingHTTPServer):
    """The page for one folder of results, and the place where it saves.

    Raises
    ------
    UsageError
        If there are no grades in the folder, or nothing written among them.
    NotWrittenError
        If the folder cannot be written; found out before anything is read.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.changed: float | None = None
        self._saving = threading.Lock()
        graded = self.write_results()
        if not any(mark.finding == "written" for mark in graded.marks):
            raise UsageError(NOTHING.format(folder=folder, count=len(graded.marks), lesson=graded.lesson))
        port, self.token = self._last_address()
        try:
            super().__init__((OWN_HOSTS[0], port), _Handler)
        except (OSError, OverflowError):  # another review of this folder is open
            super().__init__((OWN_HOSTS[0], 0), _Handler)
        self.address = f"http://{OWN_HOSTS[0]}:{self.server_port}/{self.token}/"
        path = folder / ADDRESS
        path.touch(mode=0o600)
        path.write_text(f"{self.server_port} {self.token}")

    def page(self, nonce: str) -> str:
        """Return the page with all answers as they are on disk now."""
        graded = read_graded(self.folder)
        questions = read_questions(graded.lesson)
        headings = read_headings(graded.lesson)
        asked = {
            name: {
                "heading": headings[name].text,
                "rubric": question.rubric,
                "exemplars": [(exemplar.level, exemplar.text) for exemplar in question.exemplars],
                "worked": graded.worked.get(name, ""),
            }
            for name, question in questions.items()
            if question.kind == "written"
        }
        answers = in_reading_order(graded, read_reviews(self.folder))
        return render("review.html", nonce=nonce, graded=graded, asked=asked, answers=answers)

    def save(self, student: str, question: str, **review: Any) -> None:
        """Keep a review of a text that is still the one handed in; ValueError if it is not."""
        new = Review(**review)
        with self._saving:
            marks = read_graded(self.folder).marks
            if (student, question, new.of) not in {
                (mark.student, mark.question, fingerprint(mark.answer))
                for mark in marks
                if mark.finding == "written" and mark.student == student
            }:
                raise ReplacedError(REPLACED)
            keep_review(self.folder, student, question, new)
            self.changed = time.monotonic()

    def service_actions(self) -> None:
        """Write scores and pages when the keys rest. What fails here fails again at the end, and is told."""
        if self.changed and time.monotonic() - self.changed > QUIET:
            with suppress(OSError, ValueError):
                self.write_results()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away in the middle of a request."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def write_results(self) -> Graded:
        """Write scores, report and students' pages with the levels that are kept, and return the grades."""
        with self._saving:
            self.changed = None
            graded = read_graded(self.folder)
            write_results(graded, self.folder)
            return graded

    def progress(self) -> tuple[int, int]:
        """Return how many answers have no level yet, and how many there are."""
        answers = in_reading_order(read_graded(self.folder), read_reviews(self.folder))
        return sum(answer["level"] is None for answer in answers), len(answers)

    def _last_address(self) -> tuple[int, str]:
        try:
            port, token = (self.folder / ADDRESS).read_text("utf-8").split()
            return int(port), token
        except (OSError, ValueError):
            return 0, secrets.token_urlsafe(24)


class ReplacedError(ValueError):
    """The text that was read is not the one handed in any more."""


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer  # ty: ignore[incompatible-mutable-override]  it serves nothing else
    timeout = 30

    def do_GET(self) -> None:
        if not self._is_allowed():
            return
        nonce = secrets.token_urlsafe(16)
        try:
            self._answer(HTTPStatus.OK, self.server.page(nonce), "text/html", nonce)
        except (OSError, UsageError) as error:
            self._answer(CONFLICT, str(error))

    def do_POST(self) -> None:
        if not self._is_allowed():
            return
        try:
            if self.headers.get_content_type() != "application/json":
                raise ValueError(self.headers.get_content_type())
            body = self.rfile.read(min(int(self.headers["Content-Length"]), LARGEST))
            self.server.save(**json.loads(body))
        except ReplacedError as error:
            self._answer(CONFLICT, str(error))
        except OSError as error:
            self._answer(HTTPStatus.INSUFFICIENT_STORAGE, str(error))
        except (ValueError, TypeError) as error:
            self._answer(BAD, NOT_A_REVIEW.format(cause=error))
        else:
            self._answer(HTTPStatus.NO_CONTENT, "")

    def _is_allowed(self) -> bool:
        """Whether the request is to this machine's own name, by somebody who knows the token."""
        host = (self.headers["Host"] or "").rpartition(":")[0]
        asked, own = self.path.encode(), urlsplit(self.server.address).path.encode()
        allowed = host in OWN_HOSTS and secrets.compare_digest(asked, own)
        if not allowed:
            self._answer(FORBIDDEN, NOT_YOURS)
        return allowed

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain", nonce: str = "") -> None:
        content = text.encode("utf-8")
        own = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'" if nonce else ""
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(content)),
            "Content-Security-Policy": f"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; {own}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the terminal quiet."""
