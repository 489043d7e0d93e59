"""The ground: what several rooms need, and no more.

`paths` (where the course lies, files written whole) -> `saved_input` (what a student drew or typed)
· `scripts` (JavaScript) -> `forms`, `form_widget` (forms that live without a kernel, too)
· `days` (dates and times, cut to days)
· `arguments` (numbers, lists, choices, checked) -> `frames` (tables of any engine, checked)
-> `engine` (what a table's own engine counts)
-> `estimates` (intervals, growth) · `inequality` (Lorenz, Gini) · `formatting` (numbers and names in words).
Nothing here knows a subject.
"""
