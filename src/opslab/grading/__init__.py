"""Grade a class: every submission in a sandbox, judged elsewhere, with a report of what to teach again.

The rooms, each from the ones before it:

    serialisation (answers as data)   syscalls (walls and what the kernel refuses)   job (what workers share)
    archive (a zip)   hand_in_names (what they tell) -> submissions (the files)
        -> worker (inside the sandbox)   forkserver (forks them)   sandbox (builds walls, and watches)
        -> marks   roster (a platform's users) -> gradebook   deadlines -> class_lists (all that is known)
        -> batch -> rubric_levels (what a reader found) -> class_report  scores_csv -> results (the files)
        -> review (the page to read with)

Who is trusted: the course and the instructor. Nothing that a submission sends is believed; it is read as
data, and what it says is an answer to be judged, never a result.

This file imports nothing, so that a worker starts without what only the grader needs.
"""
