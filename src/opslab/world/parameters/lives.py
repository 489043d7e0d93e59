"""Who Lantern's users are: personas, life events, invitations, tiers, and what the biggest spenders buy."""

from dataclasses import dataclass

from opslab.world.parameters import Fixed

NEEDS = ("career", "money", "home", "family", "health", "company")


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of person, as they describe themselves at sign-up.

    Attributes
    ----------
    among_need, among_curious
        Share of users with the need, and of the curious, who are of this kind.
    needs
        Shares of `NEEDS` at sign-up, in that order.
    events
        Chance a year of each of `Lives.events`, in that order.
    """

    name: str
    among_need: Fixed
    among_curious: Fixed
    needs: tuple[float, ...]
    events: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happens in a life, and the need that it brings."""

    name: str
    need: str


@dataclass(frozen=True, slots=True)
class Invitations:
    """Who invites whom: users of the channel `referral` come through one who was there before them.

    Attributes
    ----------
    shape
        Propensity to invite varies as Gamma(shape): the smaller, the more a few invite nearly all.
    need_factor
        How many times likelier one with the need is to invite than one of the curious.
    known
        Share of invited users who gave the inviter's code; a few of these codes belong to users who had left.
    """

    shape: float
    need_factor: float
    known: Fixed


@dataclass(frozen=True, slots=True)
class TopUps:
    """Coins bought in the app, to tip good answers: a few whales bring most of the money.

    Attributes
    ----------
    need_buys, curious_buys
        Share that ever buys coins.
    whales
        Share of the buyers who are whales.
    usual_rate, whale_rate
        Purchases a month while the user is there.
    packs
        Prices (yuan).
    usual_packs, whale_packs
        Shares of `packs` in purchases, in that order.
    """

    need_buys: float
    curious_buys: float
    whales: Fixed
    usual_rate: float
    whale_rate: float
    packs: tuple[int, ...]
    usual_packs: tuple[float, ...]
    whale_packs: tuple[float, ...]

    @property
    def whale_revenue_share(self) -> float:
        """The share of the revenue from coins that whales bring, if they stay as long as others."""
        usual, whale = (
            rate * sum(price * share for price, share in zip(self.packs, shares, strict=True))
            for rate, shares in ((self.usual_rate, self.usual_packs), (self.whale_rate, self.whale_packs))
        )
        return self.whales * whale / (self.whales * whale + (1 - self.whales) * usual)


@dataclass(frozen=True, slots=True)
class Tier:
    """A rank that users reach by what they have paid in all (yuan). It changes nothing about them."""

    name: str
    from_yuan: int


@dataclass(frozen=True, slots=True)
class Lives:
    """What is true about persons.

    Attributes
    ----------
    moves
        Chance that a life event moves the need to that event's.
    fits
        Chance that a course bought meets the need of that day; the others have any topic, equally likely.
    """

    personas: tuple[Persona, ...]
    events: tuple[LifeEvent, ...]
    moves: float
    fits: float
    invitations: Invitations
    top_ups: TopUps
    tiers: tuple[Tier, ...]


REFERENCE = Lives(
    personas=(
        Persona(
            "student", 0.12, 0.30, (0.60, 0.15, 0.02, 0.03, 0.05, 0.15), (0.02, 0.01, 0.01, 0.01, 0, 0, 0)
        ),
        Persona(
            "first_job",
            0.16,
            0.22,
            (0.65, 0.20, 0.05, 0.03, 0.02, 0.05),
            (0.15, 0.08, 0.04, 0.01, 0, 0, 0.01),
        ),
        Persona(
            "career_changer",
            0.24,
            0.10,
            (0.75, 0.15, 0, 0.05, 0, 0.05),
            (0.06, 0.08, 0.08, 0.03, 0, 0.01, 0.05),
        ),
        Persona(
            "freelancer",
            0.16,
            0.08,
            (0.45, 0.35, 0.05, 0.05, 0.05, 0.05),
            (0.08, 0.07, 0.07, 0.03, 0, 0.01, 0.05),
        ),
        Persona(
            "manager",
            0.14,
            0.06,
            (0.50, 0.20, 0.10, 0.10, 0.05, 0.05),
            (0.02, 0.10, 0.06, 0.05, 0.02, 0.01, 0.07),
        ),
        Persona(
            "parent",
            0.12,
            0.14,
            (0.15, 0.20, 0.10, 0.45, 0.05, 0.05),
            (0.01, 0.12, 0.14, 0.04, 0, 0.01, 0.06),
        ),
        Persona(
            "retiree", 0.06, 0.10, (0, 0.15, 0.05, 0.15, 0.30, 0.35), (0.01, 0.02, 0, 0.12, 0.08, 0.06, 0.01)
        ),
    ),
    events=(
        LifeEvent("marriage", "family"),
        LifeEvent("house", "home"),
        LifeEvent("child", "family"),
        LifeEvent("illness", "health"),
        LifeEvent("retirement", "company"),
        LifeEvent("bereavement", "company"),
        LifeEvent("divorce", "money"),
    ),
    moves=0.75,
    fits=0.7,
    invitations=Invitations(shape=0.4, need_factor=4.0, known=0.9),
    top_ups=TopUps(
        need_buys=0.12,
        curious_buys=0.02,
        whales=0.02,
        usual_rate=0.7,
        whale_rate=4.0,
        packs=(6, 30, 68, 128, 328, 648),
        usual_packs=(0.5, 0.3, 0.15, 0.05, 0.0, 0.0),
        whale_packs=(0.0, 0.0, 0.0, 0.3, 0.4, 0.3),
    ),
    tiers=(Tier("none", 0), Tier("bronze", 1), Tier("silver", 250), Tier("gold", 600), Tier("diamond", 2000)),
)
