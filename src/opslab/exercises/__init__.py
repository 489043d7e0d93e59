"""The exercise machinery: from an author's sheet to what a student is told. `opslab.check` is its door.

`notebook_file` -> `questions` -> `answer_key` (what is right in a world) · `common_mistakes` -> `judge`
(which mistake it is) · `display` (how a notebook shows what a student is told) · `progress_file` ->
`repetition` (what comes back) -> `progress_overview`.
"""
