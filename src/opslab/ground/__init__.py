"""The ground: what several rooms need, and no more.

`paths` (where the course lies, files written whole) -> `saved_input` (what a student drew or typed)
· `forms`, `widget` (forms that live without a kernel, too: what is stored of them, their scripts)
· `days` (dates and times, cut to days)
-> `frames` (tables of any engine, checked arguments) -> `engine` (what a table's own engine counts)
-> `estimates` (intervals, growth) · `inequality` (Lorenz, Gini) · `formatting` (numbers and names in words).
Nothing here knows a subject.
"""
