"""A tiny course in a temporary folder, for tests of the build and of the checks."""

from pathlib import Path

import nbformat

from opslab.authoring.build import Target, convert
from opslab.exercises import answer_key
from opslab.ground.paths import write_whole

LESSON = """\
---
kernelspec:
  name: python3
  display_name: Python 3
---

# A tiny lesson

One idea.

```{code-cell}
print(1 + 1)
```

+++

## Another idea

It halves.

```{code-cell}
:label: half
1 / 2
```
"""

EXERCISES = """\
---
kernelspec:
  name: python3
  display_name: Python 3
---

# Exercises

```{code-cell}
:tags: [parameters]
seed = 0
```

```{code-cell}
from opslab.check import check, hint, solution, start
start("06-tiny", seed)
values = [1, 2, 3 + seed]
```

## q1 · The mean

```{code-cell}
:tags: [answer]
:question: q1
:section: A tiny lesson
:kind: number
:tolerance: 0.001
:because: The mean shares the sum out evenly.
#| student
mean = ...
#| solution
mean = sum(values) / len(values)
#| both
check("q1", mean)
```

```{code-cell}
:tags: [wrong]
:name: sum
# You forgot to divide
# by the count.
mean = sum(values)
```

```{code-cell}
:tags: [wrong]
:name: off-by-one
# You divided by one too few.
mean = sum(values) / (len(values) - 1)
```

+++ {"tags": ["hint"]}

What is asked?

+++ {"tags": ["hint"]}

Look at `values`.

+++ {"tags": ["hint"]}

Divide by `len(values)`.

+++

## q2 · Why

```{code-cell}
:tags: [answer]
:question: q2
:section: A tiny lesson
:kind: written
:least_words: 5
#| student
text = ...
#| solution
text = "The mean moves with every value, even with one {whale}."
#| both
check("q2", text)
```

+++ {"tags": ["hint"]}

One.

+++ {"tags": ["hint"]}

Two.

+++ {"tags": ["hint"]}

Three.

+++ {"tags": ["rubric"]}

- says nothing
- names the mean
- says that it moves
- says when it misleads

+++ {"tags": ["exemplar"], "level": 2}

The mean is {a number}.

+++ {"tags": ["exemplar"], "level": 4}

One whale moves it.
"""


def write_course(root: Path, lesson: str = LESSON, exercises: str = EXERCISES, name: str = "06-tiny") -> Path:
    """Write a course of one lesson and return its root."""
    folder = root / "lessons" / name
    folder.mkdir(parents=True)
    (root / "datasets").mkdir(exist_ok=True)
    (root / "src").mkdir(exist_ok=True)
    (root / "requirements.lock").touch()
    for file, text in (("lesson.md", lesson), ("exercises.md", exercises), ("guide.md", "# Guide\n")):
        (folder / file).write_text(text, encoding="utf-8")
    return root


def solve(root: Path, name: str = "06-tiny") -> None:
    """Write a lesson's solution, not executed, and forget what was known of it."""
    forget_lessons()
    solution = convert(root, Target(name, "solutions", execute=True))
    write_whole(root / f"solutions/{name}.ipynb", nbformat.writes(solution).encode())


def forget_lessons() -> None:
    """Empty the caches that know lessons by name alone."""
    for cached in (
        answer_key.read_solution,
        answer_key.read_questions,
        answer_key.read_headings,
        answer_key.read_key,
    ):
        cached.cache_clear()
