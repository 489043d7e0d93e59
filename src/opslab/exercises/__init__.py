"""The exercise machinery: from an author's sheet to what a student is told. `opslab.check` is its door.

`cells` -> `questions` -> `answer_key` (what is right in a world) · `judge` (which mistake it is) ·
`messages` (words for a student) · `progress` -> `repetition` (what comes back) -> `overview`.
"""
