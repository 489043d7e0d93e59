"""The 78 weeks in which the story happens, and the way from day numbers to dates."""

import numpy as np

START = np.datetime64("2024-01-01", "D")  # a Monday
WEEKS = 78
DAYS = 7 * WEEKS
END = START + np.timedelta64(DAYS - 1, "D")  # Sunday 2025-06-29, the last day in every log
IMPROVED_DAY = 7 * 39  # Monday 2024-09-30: new onboarding, and the budget moves to advertising


def dates(days: np.ndarray) -> np.ndarray:
    """Return dates for day numbers (0 is `START`), in the resolution that pandas uses."""
    return (START + np.asarray(days).astype("timedelta64[D]")).astype("datetime64[us]")


def dates_if_reached(days: np.ndarray) -> np.ndarray:
    """Return dates like `dates`, and no date (NaT) for days after the calendar's end."""
    reached = days < DAYS
    return np.where(reached, dates(np.where(reached, days, 0)), np.datetime64("NaT", "us"))


def week_starts() -> np.ndarray:
    """Return the date of each week's Monday."""
    return dates(7 * np.arange(WEEKS))


def weekdays(days: np.ndarray) -> np.ndarray:
    """Return 0 for Monday to 6 for Sunday."""
    return days % 7
