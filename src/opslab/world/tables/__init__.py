"""The tables of the course's data: each module describes one or a few, and tells them from a story."""
