"""What was tried and asked: experiments on new users, a survey, and a randomised win-back."""

from dataclasses import dataclass

from opslab.world.parameters import Fixed


@dataclass(frozen=True, slots=True)
class Experiment:
    """A test on new users, half of them treated.

    Attributes
    ----------
    weeks
        First week and the one after the last in which sign-ups took part.
    completing
        Share of control users who complete their profile in 14 days.
    lift
        What the treatment adds to that share.
    minutes_lift
        What it adds to the minutes in the app in 14 days, a share of them.
    lost
        Share of treated Android users who were never recorded: a broken split.
    """

    name: str
    weeks: tuple[int, int]
    completing: float
    lift: float
    minutes_lift: float
    lost: float


@dataclass(frozen=True, slots=True)
class Experiments:
    """The tests, and what they measure.

    Attributes
    ----------
    ios, android
        Factor on the chance to complete, by telephone.
    minutes_before, minutes
        Mean minutes in the app before the assignment, and in the 14 days after it without treatment.
    evenness
        Users' own level varies as Gamma with this shape: the larger, the more alike they are.
    noise_evenness
        Minutes vary about that level as Gamma with this shape.
    """

    tests: tuple[Experiment, ...]
    ios: float
    android: float
    minutes_before: int
    minutes: int
    evenness: int
    noise_evenness: int

    @property
    def correlation(self) -> float:
        """Correlation of minutes before and after: CUPED removes its square from the variance."""
        between = 1 / self.evenness
        return between / ((1 + between) * (1 + 1 / self.noise_evenness) - 1)


@dataclass(frozen=True, slots=True)
class Answering:
    """How one persona meets the survey: share that answers, and the monthly dues that are too dear (yuan)."""

    persona: str
    response: float
    price: float


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey of May 2025.

    Attributes
    ----------
    invited
        Share of all users, drawn at random, who were asked.
    answering
        One for each persona.
    too_cheap, cheap, dear
        The other three prices, as a share of the one that is too dear.
    spread
        Spread of prices within a persona (standard deviation of their logarithm).
    careless
        Share of answers that give the four prices in the wrong order.
    """

    invited: Fixed
    answering: tuple[Answering, ...]
    too_cheap: float
    cheap: float
    dear: float
    spread: float
    careless: Fixed


@dataclass(frozen=True, slots=True)
class RecallGroup:
    """One group of dormant users: shares of sure things, persuadables and sleeping dogs; else lost causes.

    A sure thing returns in any case, a persuadable only with a message, a sleeping dog only without one.
    """

    name: str
    sure_things: float
    persuadables: float
    sleeping_dogs: float

    @property
    def uplift(self) -> float:
        """What a message adds to the share that returns."""
        return self.persuadables - self.sleeping_dogs


@dataclass(frozen=True, slots=True)
class Recall:
    """The randomised win-back of 2025-06-30.

    Attributes
    ----------
    sampled
        Share of dormant users who take part, half of them without a message.
    quiet_days, long_quiet_days
        Days without a visit from which a user is dormant, and dormant for long.
    groups
        Muted; then, of the others: answered before and not quiet for long, answered before and quiet for
        long, never answered and not quiet for long, never answered and quiet for long.
    dogs_unsubscribe, others_unsubscribe
        Chance to unsubscribe because of the message.
    """

    sampled: Fixed
    quiet_days: int
    long_quiet_days: int
    groups: tuple[RecallGroup, ...]
    dogs_unsubscribe: float
    others_unsubscribe: float


@dataclass(frozen=True, slots=True)
class Regions:
    """The test in which brand advertising went dark in half of the regions.

    Attributes
    ----------
    names
        The regions, largest first; of each two neighbours chance keeps one dark.
    weeks
        First week of the test and the one after its last.
    fall
        A region has this share of the sign-ups of the next larger one.
    lift
        What the advertising adds to a region's sign-ups, a share of them.
    claimed
        Share of the sign-ups that the advertising platform claims where it is on.
    spend
        Yuan a week in all regions together.
    noise
        Spread of a region's weekly spend (standard deviation of its logarithm).
    """

    names: tuple[str, ...]
    weeks: tuple[int, int]
    fall: Fixed
    lift: Fixed
    claimed: Fixed
    spend: int
    noise: Fixed


@dataclass(frozen=True, slots=True)
class Trials:
    """What is true about tests and questions.

    What came later stands last, so that it moves no value drawn before: `start_screen` is a test on all new
    users that loses few of them.
    """

    experiments: Experiments
    survey: Survey
    recall: Recall
    start_screen: Experiment
    regions: Regions

    @property
    def tests(self) -> tuple[Experiment, ...]:
        """All tests, in the order of the table."""
        return (*self.experiments.tests, self.start_screen)


REFERENCE = Trials(
    experiments=Experiments(
        tests=(
            Experiment("welcome_tour", (44, 64), 0.3, 0.06, 0.08, 0.0),
            Experiment("reminder_text", (64, 78), 0.3, 0.0, 0.0, 0.45),
        ),
        ios=1.6,
        android=0.57,
        minutes_before=12,
        minutes=40,
        evenness=3,
        noise_evenness=12,
    ),
    survey=Survey(
        invited=0.25,
        answering=(
            Answering("student", 0.20, 9.0),
            Answering("first_job", 0.25, 15.0),
            Answering("career_changer", 0.45, 24.0),
            Answering("freelancer", 0.45, 26.0),
            Answering("manager", 0.60, 42.0),
            Answering("parent", 0.30, 18.0),
            Answering("retiree", 0.35, 13.0),
        ),
        too_cheap=0.25,
        cheap=0.5,
        dear=0.75,
        spread=0.35,
        careless=0.03,
    ),
    recall=Recall(
        sampled=0.95,
        quiet_days=28,
        long_quiet_days=120,
        groups=(
            RecallGroup("muted", 0.06, 0.02, 0.10),
            RecallGroup("answered, recent", 0.12, 0.17, 0.01),
            RecallGroup("answered, long ago", 0.04, 0.08, 0.01),
            RecallGroup("silent, recent", 0.14, 0.02, 0.01),
            RecallGroup("silent, long ago", 0.03, 0.015, 0.005),
        ),
        dogs_unsubscribe=0.5,
        others_unsubscribe=0.01,
    ),
    start_screen=Experiment("start_screen", (0, 78), 0.3, 0.0, 0.0, 0.1),
    regions=Regions(
        names=(
            "guangdong",
            "shandong",
            "jiangsu",
            "zhejiang",
            "henan",
            "sichuan",
            "hubei",
            "hebei",
            "hunan",
            "anhui",
            "fujian",
            "shanghai",
            "beijing",
            "shaanxi",
            "jiangxi",
            "liaoning",
            "chongqing",
            "yunnan",
            "guangxi",
            "guizhou",
        ),
        weeks=(66, 78),
        fall=0.93,
        lift=0.06,
        claimed=0.25,
        spend=6_000,
        noise=0.1,
    ),
)
