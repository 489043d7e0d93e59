"""The instructor's knobs: how strong each planted effect is. 1 is as usual, 0 takes the effect away."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opslab.ground.arguments import as_choice, as_number
from opslab.world.truth import LAST_SEED, Truth, drawn

Strengths = tuple[tuple[str, float], ...]  # the effects that are not as usual, in order of name

# Words
NOT_STRENGTHS = 'strength is {found!r}; expected effects and their strengths, like {{"fatigue": 0.5}}'


@dataclass(frozen=True, slots=True)
class Effect:
    """A planted effect: what it is, how strong it may be made at most, and how that changes the truth."""

    meaning: str
    most: float
    change: Callable[[Truth, float], Truth]


def truth(seed: int = 0, strength: Mapping[str, float] | None = None) -> Truth:
    """Return the parameters of the world `seed`; 0 gives the reference values.

    Parameters
    ----------
    seed
        Which world: a whole number from 0.
    strength
        Effects that are not as usual, by name (see `EFFECTS`): 0 takes one away, 2 doubles it.

    Raises
    ------
    ValueError
        A seed that is no such number, an unknown effect (suggests the nearest), or a strength outside its
        limits.

    Examples
    --------
    >>> truth().weekly_growth      # a share: 1 % more sign-ups each week
    0.01
    """
    return true_world(as_number(seed, "seed", least=0, most=LAST_SEED, whole=True), settled(strength))


def true_world(seed: int, strengths: Strengths) -> Truth:
    """Return the parameters of a world whose seed and strengths have been checked."""
    true = drawn(seed)
    for name, value in strengths:
        true = EFFECTS[name].change(true, value)
    return true


def settled(strength: Mapping[str, float] | None) -> Strengths:
    """Return the strengths other than 1 after checking names and limits."""
    if strength is not None and not isinstance(strength, Mapping):
        raise ValueError(NOT_STRENGTHS.format(found=strength))
    checked = {
        as_choice(name, "effect", EFFECTS): as_number(
            value, f"strength[{name!r}]", least=0, most=EFFECTS[name].most
        )
        for name, value in (strength or {}).items()
    }
    return tuple(sorted((name, value) for name, value in checked.items() if value != 1))


def _between(none: float, usual: float, strength: float) -> float:
    """Return `none` for strength 0, `usual` for 1, and what lies on their line for any other."""
    return round(none + strength * (usual - none), 6)


def _changed(part: Any, path: str, change: Callable[[Any], Any]) -> Any:
    """Return `part` with the field at `path` changed; on the way a tuple stands for each of its members."""
    if isinstance(part, tuple):
        return tuple(_changed(member, path, change) for member in part)
    name, _, rest = path.partition(".")
    value = getattr(part, name)
    return dataclasses.replace(part, **{name: _changed(value, rest, change) if rest else change(value)})


def _scaling(*paths: str, none: float = 0) -> Callable[[Truth, float], Truth]:
    """Return a change of the fields at `paths`, which are `none` when the effect is away."""

    def change(true: Truth, strength: float) -> Truth:
        for path in paths:
            true = _changed(true, path, lambda value: _between(none, value, strength))
        return true

    return change


def _onboarding(true: Truth, strength: float) -> Truth:
    kinds = {
        name: dataclasses.replace(
            kind, trial_exit_improved=_between(kind.trial_exit, kind.trial_exit_improved, strength)
        )
        for name, kind in (("need", true.need), ("curious", true.curious))
    }
    return dataclasses.replace(true, **kinds)


def _mix_shift(true: Truth, strength: float) -> Truth:
    channels = tuple(
        dataclasses.replace(channel, mix_after=_between(channel.mix_before, channel.mix_after, strength))
        for channel in true.channels
    )
    return dataclasses.replace(true, channels=channels)


def _fatigue(true: Truth, strength: float) -> Truth:
    return _changed(
        true, "notifications.muting", lambda arms: tuple(_between(0, chance, strength) for chance in arms)
    )


def _non_response(true: Truth, strength: float) -> Truth:
    answering = true.trials.survey.answering
    mean = sum(one.response for one in answering) / len(answering)
    return _changed(
        true, "trials.survey.answering.response", lambda response: _between(mean, response, strength)
    )


def _rival_talk(true: Truth, strength: float) -> Truth:
    brands = {brand.name: brand for brand in true.voices.talk.brands}
    mid, large = brands["B"], brands["C"]
    assert mid.units is not None  # only those of Lantern stand elsewhere
    assert large.units is not None
    fair = large.posts * mid.units / large.units  # if both had as many posts a unit
    brands["B"] = dataclasses.replace(mid, posts=int(_between(fair, mid.posts, strength)))
    return _changed(true, "voices.talk.brands", lambda _: tuple(brands.values()))


def _unevenness(true: Truth, strength: float) -> Truth:
    mean = sum(role.share * role.sharing for role in true.group.roles)
    true = _changed(true, "group.roles.sharing", lambda sharing: _between(mean, sharing, strength))
    return _changed(true, "group.roles.replies", lambda replies: _between(0, replies, strength))


EFFECTS: dict[str, Effect] = {
    "onboarding": Effect("The new onboarding of week 39 keeps more users past their trial", 1.5, _onboarding),
    "mix_shift": Effect("From week 39 on most new users come from advertising", 1.25, _mix_shift),
    "fatigue": Effect("The more notifications, the more users mute the app", 2, _fatigue),
    "life_events": Effect("A life event moves what a user needs", 1.2, _scaling("lives.moves")),
    "whales": Effect(
        "A few buyers of coins bring most of the money", 2, _scaling("lives.top_ups.whale_rate")
    ),
    "carry_over": Effect("Spend works on in the weeks after", 1.25, _scaling("market.responses.carry_over")),
    "spend_spiral": Effect(
        "The more is spent, the fewer clicks become sign-ups", 1.5, _scaling("market.responses.quality_fall")
    ),
    "test_lift": Effect(
        "The welcome tour lifts the share that completes the profile, and the minutes in the app",
        2,
        _scaling("trials.experiments.tests.lift", "trials.experiments.tests.minutes_lift"),
    ),
    "broken_split": Effect(
        "Treated Android users of the tests of reminder and start screen go unrecorded",
        2,
        _scaling("trials.experiments.tests.lost", "trials.start_screen.lost"),
    ),
    "brand_lift": Effect(
        "Brand advertising adds to the sign-ups of a region", 4, _scaling("trials.regions.lift")
    ),
    "non_response": Effect("Those who would pay more answer the survey more often", 1.25, _non_response),
    "sleeping_dogs": Effect(
        "Some dormant users return only if they are left alone",
        2,
        _scaling("trials.recall.groups.sleeping_dogs"),
    ),
    "core_lift": Effect(
        "Content that keeps to the core is viewed and shared more",
        2,
        _scaling("voices.content.core_lift", none=1),
    ),
    "rival_talk": Effect("B is talked about as often as C, which sells more", 2, _rival_talk),
    "focus_gain": Effect(
        "Messages of one image are remembered better", 2, _scaling("voices.messages.focus_gain")
    ),
    "unevenness": Effect("A few members write most answers", 1, _unevenness),
    "match": Effect("Answers within a member's strengths are better", 2, _scaling("group.quality.match")),
    "haste": Effect("Pay by number makes answers more and worse", 1.5, _scaling("group.quality.haste")),
}
