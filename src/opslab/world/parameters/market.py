"""How users are won: what a channel's spend brings, and on which paths people come."""

from dataclasses import dataclass

import numpy as np

from opslab.world.parameters import Fixed


@dataclass(frozen=True, slots=True)
class SpendCurve:
    """What spend on one channel brings, a week.

    Sign-ups = top x / (half + x), where x is the spend with carry-over: x(t) = spend(t) + carry_over x(t-1).

    Attributes
    ----------
    top
        Sign-ups a week that the channel can bring at most, in a world of 20,000 users.
    half
        Spend with carry-over (yuan, the same world) that brings half of them.
    carry_over
        Share of a week's effect that is still at work a week later (adstock's decay).
    click_through
        Share of impressions that are clicked.
    conversion
        Share of clicks that become sign-ups when next to nothing is spent.
    quality_fall
        Share of that conversion which is lost when the channel is exhausted: conversion falls in proportion
        to sign-ups / top.
    """

    channel: str
    top: int
    half: int
    carry_over: float
    click_through: float
    conversion: float
    quality_fall: float


@dataclass(frozen=True, slots=True)
class Paths:
    """The chain of touches before sign-up, a Markov chain over the channels in `Truth.channels`' order.

    Attributes
    ----------
    starts
        Share of paths that begin with each channel.
    onward
        Chance that a touch of one channel (row) is followed by a touch of another (column).
    converting
        Share of paths that end in a sign-up.
    """

    starts: tuple[float, ...]
    onward: tuple[tuple[float, ...], ...]
    converting: float

    @property
    def visits(self) -> np.ndarray:
        """Touches of each channel that a path has on average."""
        onward = np.array(self.onward)
        return np.round(np.linalg.solve((np.eye(len(onward)) - onward).T, np.array(self.starts)), 9)

    def signing_up(self, last_touch: np.ndarray) -> np.ndarray:
        """Return the chance that a touch ends in a sign-up, if sign-ups' last touches have these shares."""
        return self.converting * last_touch / self.visits

    def removal_effects(self, last_touch: np.ndarray) -> np.ndarray:
        """Return the share of sign-ups that would be lost without each channel (Markov removal effect)."""
        starts, onward, ends = np.array(self.starts), np.array(self.onward), self.signing_up(last_touch)
        left = []
        for channel in range(len(starts)):
            others = np.arange(len(starts)) != channel
            reached = np.linalg.solve(
                (np.eye(others.sum()) - onward[np.ix_(others, others)]).T, starts[others]
            )
            left.append(reached @ ends[others])
        return 1 - np.array(left) / self.converting


@dataclass(frozen=True, slots=True)
class Market:
    """What is true about winning users.

    Attributes
    ----------
    responses
        One for each channel.
    unexplained
        Share of the variance of weekly sign-ups (about their trend) that spend does not explain.
    noise
        Spread of clicks and impressions (standard deviation of their logarithm).
    """

    responses: tuple[SpendCurve, ...]
    unexplained: Fixed
    noise: Fixed
    paths: Paths


REFERENCE = Market(
    responses=(
        SpendCurve("search_ads", 260, 6_500, 0.2, 0.05, 0.10, 0.45),
        SpendCurve("feed_ads", 320, 7_400, 0.35, 0.012, 0.06, 0.55),
        SpendCurve("seo", 110, 1_500, 0.4, 0.06, 0.12, 0.1),
        SpendCurve("content", 110, 1_800, 0.4, 0.04, 0.09, 0.1),
        SpendCurve("social", 110, 1_800, 0.25, 0.02, 0.05, 0.2),
        SpendCurve("partners", 110, 3_000, 0.1, 0.03, 0.12, 0.2),
        SpendCurve("referral", 110, 1_800, 0.1, 0.2, 0.30, 0.1),
    ),
    unexplained=0.2,
    noise=0.06,
    paths=Paths(
        starts=(0.10, 0.30, 0.10, 0.20, 0.22, 0.04, 0.04),
        onward=(
            (0, 0.05, 0, 0, 0, 0, 0),
            (0.15, 0, 0.03, 0, 0, 0, 0),
            (0.10, 0, 0, 0.05, 0, 0, 0),
            (0.25, 0.10, 0, 0, 0.05, 0, 0.02),
            (0.15, 0.15, 0, 0.08, 0, 0, 0),
            (0.10, 0, 0, 0, 0, 0, 0),
            (0, 0, 0, 0, 0, 0, 0),
        ),
        converting=0.22,
    ),
)
