"""How often the coach's questions are right on texts that were written without sight of its rules, and how long a page takes.

    .venv/bin/python benchmarks/scqa.py                 measure on the fields that the rules were made with
    .venv/bin/python benchmarks/scqa.py --kept          measure on the kept fields
    .venv/bin/python benchmarks/scqa.py --kept --keep   also write scqa.md, the guide's table and the coach's measured.json

tests/scqa_openings/ holds openings from 194 fields, each clause with the part that it is meant to play, each text with its
one planted fault or none. The rules and the models were made with 178 fields (LEARNED). Nobody had read the other sixteen (KEPT;
three pairs of them share a trade) when rules and weights were frozen; they were measured once, and nothing was changed after that.
A remark is right if it names the planted fault. What the coach says of its certainty (measured.json) adds to the kept fields the
others, each read with weights that were learned without it (scqa_model.json). Whoever learns anew measures on fields that were not
read before: fields that were kept once are learned from later. A rule that is less than sure is measured apart, and named with a "?".
Time: a page of 3,000 letters, the median of 50 readings.
"""

# ruff: noqa: E501

import argparse
import json
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from opslab.ground.paths import course_root
from opslab.scqa import PARTS, coach, read_opening
from opslab.scqa.clause_model import forget_words
from opslab.scqa.coach import ASKED, COUNTS, forget_counts
from opslab.scqa.reading import NONE
from opslab.scqa.remarks import STATED

RESULT = Path(__file__).with_suffix(".md")
GUIDE = course_root() / "lessons" / "12-scqa" / "guide.md"
MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.S)
LEFT_OUT = Path(__file__).with_name("scqa_model.json")
OPENINGS = course_root() / "tests" / "scqa_openings"
KEPT = (
    "avalanche-service",
    "cable-ship",
    "dialysis-clinic",
    "driving-school",
    "escape-game-studio",
    "escape-rooms",
    "fragrance-maker",
    "funeral-home",
    "lift-maintenance",
    "midwives",
    "perfume-house",
    "racing-stable",
    "research-vessel",
    "tunnel-builders",
    "undertakers",
    "wind-turbines",
)
LEARNED = tuple(sorted({path.stem for path in OPENINGS.glob("*.json")} - {*KEPT}))
PAGE, READINGS = 3_000, 50
# The rules that name a planted fault. A complication that changes nothing may be asked for as missing.
NAMES = {
    **{f"missing-{part}": {f"missing_{part[0].upper()}"} for part in PARTS},
    "no-change": {"idle_complication", "missing_C"},
    "vague-answer": {"vague_answer"},
    "contested-situation": {"contested_situation"},
    "several-questions": {"several_questions"},
    "answer-elsewhere": {"off_question"},
    "question-without-cause": {"question_without_cause"},
}


@dataclass(frozen=True)
class Case:
    """One opening: its text, the clauses with their parts ("" for a greeting or signature), and its fault or ""."""

    text: str
    clauses: tuple[tuple[str, str], ...]
    fault: str
    field: str
    language: str

    @property
    def two_in_one(self) -> bool:
        """Whether some sentence holds two parts."""
        told = [(words, part) for words, part in self.clauses if part]
        ends = [re.search(r"[.!?。！？][\"”’)]*$", words.strip()) for words, _ in told]
        return any(not end and told[place][1] != told[place + 1][1] for place, end in enumerate(ends[:-1]))


def cases(fields: tuple[str, ...]) -> list[Case]:
    """Return the openings of these fields."""
    letters = {part: part[0].upper() for part in PARTS}
    read = [json.loads((OPENINGS / f"{name}.json").read_text(encoding="utf-8")) for name in fields]
    return [
        Case(
            row["text"],
            tuple((words, letters.get(part, "")) for words, part in row["clauses"]),
            row["fault"] or "",
            row["field"],
            row["language"],
        )
        for rows in read
        for row in rows
    ]


def told(case: Case) -> set[str]:
    """Return the rules that state a fault of a text, without what is asked apart."""
    return {plain(remark.rule) for remark in coach(case.text)}


def plain(rule: str) -> str:
    """Return a rule's name, sure or not."""
    return rule.removesuffix(ASKED)


def as_meant(case: Case) -> list[bool]:
    """Return for each clause whether most of its letters were read as the part that it is meant to play."""
    text = squeezed(case.text)
    read = [""] * len(text)
    at = 0
    for clause in read_opening(case.text).clauses:
        words = squeezed(clause.text)
        start = text.find(words, at)
        at = start + len(words)
        read[start:at] = ["" if clause.part == NONE else clause.part] * len(words)
    right, at = [], 0
    for words, part in case.clauses:
        start = text.find(squeezed(words), at)
        at = start + len(squeezed(words))
        right.append(Counter(read[start:at]).most_common(1)[0][0] == part)
    return right


def squeezed(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def measure(read: list[Case]) -> dict[str, tuple[int, int]]:
    """Return hits and wholes for each promise."""
    found = {case: told(case) for case in read}
    good = [case for case in read if not case.fault]
    planted = [case for case in read if case.fault]
    meant = [flag for case in read for flag in as_meant(case)]
    two = [case for case in read if case.two_in_one and not case.fault.startswith("missing")]
    remarks = [(case, name) for case in read for name in found[case]]
    asked = {case: {plain(ask.rule) for ask in coach(case.text).asks} for case in planted}
    return {
        "sentences read as meant": (sum(meant), len(meant)),
        "remarks that are right": (
            sum(name in NAMES.get(case.fault, ()) for case, name in remarks),
            len(remarks),
        ),
        "planted faults found": (
            sum(bool(found[case] & NAMES[case.fault]) for case in planted),
            len(planted),
        ),
        "planted faults found or asked for": (
            sum(bool((found[case] | asked[case]) & NAMES[case.fault]) for case in planted),
            len(planted),
        ),
        "good openings with a remark": (sum(bool(found[case]) for case in good), len(good)),
        "with two parts in a sentence, a part falsely missed": (
            sum(any(name.startswith("missing") for name in found[case]) for case in two),
            len(two),
        ),
    }


def rules(read: list[Case]) -> dict[str, tuple[int, int, int, int]]:
    """Return for each rule, stated or not: right, said, planted faults found, planted."""
    table = {}
    heard = {case: coach(case.text) for case in read}
    speaking = {case: {remark.rule for remark in (*found, *found.asks)} for case, found in heard.items()}
    names = sorted(set().union(*NAMES.values()))
    for name in [level for one in names for level in (one, one + ASKED)]:
        said = [case for case in read if name in speaking[case]]
        right = sum(plain(name) in NAMES.get(case.fault, ()) for case in said)
        planted = [case for case in read if plain(name) in NAMES.get(case.fault, ())]
        table[name] = right, len(said), sum(name in speaking[case] for case in planted), len(planted)
    return table


def counted(read: list[Case]) -> dict[str, list[int]]:
    """Return for each rule how often it was right and how often it spoke: here, and on fields left out."""
    before = json.loads(LEFT_OUT.read_text(encoding="utf-8"))
    return {
        name: [right + before[name][0], said + before[name][1]]
        for name, (right, said, _, _) in rules(read).items()
        if said + before[name][1]
    }


def milliseconds(read: list[Case]) -> float:
    """Return the median time for a page made of openings."""
    page = "\n".join(case.text for case in read if case.language == "en")[:PAGE]
    times = []
    for _ in range(READINGS):
        forget_words()
        start = time.process_time()
        coach(page)
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def report(read: list[Case]) -> str:
    """Return what is measured as Markdown tables."""
    lines = ["| promise | measured |", "|---|---|"]
    lines += [
        f"| {name} | {hits} of {whole} ({hits / max(whole, 1):.0%}) |"
        for name, (hits, whole) in measure(read).items()
    ]
    lines += [
        "",
        "| rule | right, of the times it spoke | planted faults found | right, with the fields left out | it |",
        "|---|---|---|---|---|",
    ]
    whole = counted(read)
    for name, (right, said, found, planted) in rules(read).items():
        if name not in whole:
            continue
        sure, times = whole[name]
        states = "states" if times and sure / times >= STATED else "asks"
        cells = f"{right} of {said} | {found} of {planted} | {sure} of {times} | {states}"
        words = plain(name).replace("_", " ") + (", less sure" if name.endswith(ASKED) else "")
        lines.append(f"| {words} | {cells} |")
    lines += [
        "",
        "| field | sentences read as meant | remarks that are right | planted faults found |",
        "|---|---|---|---|",
    ]
    for field in sorted({case.field for case in read}):
        found = measure([case for case in read if case.field == field])
        cells = [f"{hits} of {whole}" for hits, whole in list(found.values())[:3]]
        lines.append(f"| {field} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and keep if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kept", action="store_true", help="measure on the kept fields")
    parser.add_argument(
        "--keep", action="store_true", help="write scqa.md, the guide's table and measured.json"
    )
    asked = parser.parse_args()
    read = cases(KEPT if asked.kept else LEARNED)
    if asked.keep:
        COUNTS.write_text(json.dumps(counted(read), indent=1) + "\n", encoding="utf-8")
        forget_counts()
    table = report(read)
    speed = f"A page of {PAGE:,} letters: {milliseconds(read):.1f} ms of one core (median of {READINGS})."
    print(table, speed, sep="\n")
    if asked.keep:
        RESULT.write_text(f"# The SCQA coach, measured\n\n{table}\n{speed}\n", encoding="utf-8")
        guide = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(MARKED.sub(lambda part: part[1] + table + part[2], guide), encoding="utf-8")


if __name__ == "__main__":
    main()
