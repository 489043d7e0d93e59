"""What is said: feedback to the desk, content, posts about five brands, and a brand's own messages."""

from dataclasses import dataclass

from opslab.world.parameters import Fixed


@dataclass(frozen=True, slots=True)
class SupportDesk:
    """One way to reach Lantern, with one clerk from 9:00 to 21:00: a queue M/M/1.

    Attributes
    ----------
    per_day
        Tickets a day of 12 hours, arriving at random (Poisson).
    minutes
        Mean time to handle one (exponential).
    public
        True if others can read it.
    purposes, contents
        Shares of `PURPOSES` and `CONTENTS`, in their order.
    """

    channel: str
    per_day: float
    minutes: float
    public: bool
    purposes: tuple[float, ...]
    contents: tuple[float, ...]

    @property
    def load(self) -> float:
        """Share of the time in which the clerk is busy."""
        return self.per_day * self.minutes / DESK_MINUTES

    @property
    def waiting(self) -> float:
        """Mean minutes (of opening time) to the first answer: load / (1 - load) x minutes."""
        return self.load / (1 - self.load) * self.minutes


DESK_MINUTES = 720  # of opening time a day
PURPOSES = ("solve_problem", "suggest", "bond")
CONTENTS = ("question", "need", "complaint", "bug")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of content: share of items, share of them that is promoted, and factor on views."""

    name: str
    share: Fixed
    promoted: float
    views: float


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where content appears: share of items, and hours in which half of all views have come."""

    name: str
    share: Fixed
    half_life: float


@dataclass(frozen=True, slots=True)
class Content:
    """What becomes of content.

    Attributes
    ----------
    items
        Number of items in 78 weeks.
    unseen
        Share that nobody ever views.
    views
        Mean views of the others, without promotion or core, for a form of factor 1.
    evenness
        Views vary as Gamma with this shape, times Poisson chance: the smaller, the more unequal.
    core
        Share of items that keep to Lantern's one core, learning by writing.
    core_lift, promotion_lift
        Factors on views; `core_lift` is also the factor on shares per view.
    sharing
        Shares per view off the core.
    """

    items: int
    unseen: float
    views: int
    evenness: float
    core: float
    core_lift: float
    promotion_lift: float
    sharing: float
    forms: tuple[Form, ...]
    places: tuple[Outlet, ...]


THEMES = ("price", "courses", "answers", "reception", "materials", "staff")
SOURCES = ("forum", "weibo", "wechat", "video", "review_site")


@dataclass(frozen=True, slots=True)
class Brand:
    """How a brand sells and is talked about.

    Attributes
    ----------
    units
        Memberships sold a month; None for Lantern, whose sales are the table orders.
    posts
        Posts in 26 weeks.
    attitudes
        Shares of positive, neutral and negative posts.
    praise, blame
        Shares of `THEMES` in posts that are not negative, and in negative ones.
    sources
        Shares of `SOURCES`.
    """

    name: str
    units: int | None
    posts: int
    attitudes: tuple[float, float, float]
    praise: tuple[float, ...]
    blame: tuple[float, ...]
    sources: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """What is true about the posts.

    Attributes
    ----------
    readers
        Mean readers of a post, for each of `SOURCES`.
    after_sales, reposted, held_back
        Share of posts by customers after the sale, of texts that are posted a second time, and of texts
        that are held back to test on.
    """

    brands: tuple[Brand, ...]
    readers: tuple[int, ...]
    after_sales: float
    reposted: Fixed
    held_back: Fixed


@dataclass(frozen=True, slots=True)
class Assistants:
    """What AI assistants answer.

    Attributes
    ----------
    runs
        How often each question is asked.
    named
        Share of answers that name Lantern, over all questions that one might ask.
    alike
        Intraclass correlation of the answers to one question: 0 as strangers, 1 the same.
    """

    runs: int
    named: float
    alike: Fixed


@dataclass(frozen=True, slots=True)
class Focus:
    """What a brand's messages are about: shares of target groups, product lines and image points."""

    brand: str
    period: str
    groups: tuple[float, ...]
    products: tuple[float, ...]
    images: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """Brand messages, and what people remember.

    Attributes
    ----------
    per_week
        Messages of a brand a week.
    recalled, focus_gain
        Share of those asked who recall a message = recalled + focus_gain x share of the brand's messages of
        that period that carry the same image.
    """

    per_week: int
    focuses: tuple[Focus, ...]
    recalled: float
    focus_gain: float


@dataclass(frozen=True, slots=True)
class Openings:
    """Openings of reports: how many, and the shares with a fault.

    Attributes
    ----------
    whole
        Share with all four parts; in the others any one is missing.
    vague
        Share whose complication and answer say nothing that one could check.
    off_question
        Share of those with a question and an answer whose answer belongs to another question.
    held_back
        Share whose wording occurs in no other opening.
    """

    count: int
    whole: Fixed
    vague: Fixed
    off_question: Fixed
    held_back: Fixed


@dataclass(frozen=True, slots=True)
class Voices:
    """What is true about all that is said; `unrecorded` is the share of waiting times nobody wrote down."""

    desks: tuple[SupportDesk, ...]
    unrecorded: Fixed
    content: Content
    talk: Talk
    messages: Messages
    openings: Openings
    assistants: Assistants


REFERENCE = Voices(
    desks=(
        SupportDesk("in_app", 8.0, 55.0, False, (0.75, 0.2, 0.05), (0.45, 0.15, 0.15, 0.25)),
        SupportDesk("wechat_weibo", 6.0, 75.0, True, (0.5, 0.2, 0.3), (0.4, 0.2, 0.3, 0.1)),
        SupportDesk("forum", 3.0, 140.0, True, (0.3, 0.5, 0.2), (0.25, 0.4, 0.2, 0.15)),
        SupportDesk("group", 4.0, 60.0, True, (0.35, 0.15, 0.5), (0.5, 0.25, 0.15, 0.1)),
        SupportDesk("hotline", 4.0, 30.0, False, (0.9, 0.05, 0.05), (0.3, 0.05, 0.55, 0.1)),
    ),
    unrecorded=0.02,
    content=Content(
        items=3_000,
        unseen=0.56,
        views=120,
        evenness=0.6,
        core=0.4,
        core_lift=1.6,
        promotion_lift=4.0,
        sharing=0.02,
        forms=(
            Form("article", 0.4, 0.05, 1.0),
            Form("image", 0.3, 0.05, 0.8),
            Form("video", 0.2, 0.5, 1.2),
            Form("audio", 0.1, 0.1, 0.7),
        ),
        places=(
            Outlet("moments", 0.25, 2.0),
            Outlet("weibo", 0.25, 4.0),
            Outlet("official_account", 0.25, 12.0),
            Outlet("app", 0.25, 48.0),
        ),
    ),
    talk=Talk(
        brands=(
            Brand(
                "Lantern",
                None,
                1_080,
                (0.45, 0.3, 0.25),
                (0.1, 0.3, 0.35, 0.1, 0.05, 0.1),
                (0.25, 0.15, 0.15, 0.25, 0.1, 0.1),
                (0.3, 0.15, 0.3, 0.1, 0.15),
            ),
            Brand(
                "B",
                400,
                1_000,
                (0.3, 0.3, 0.4),
                (0.3, 0.25, 0.1, 0.1, 0.15, 0.1),
                (0.3, 0.2, 0.2, 0.1, 0.1, 0.1),
                (0.2, 0.35, 0.15, 0.15, 0.15),
            ),
            Brand(
                "C",
                500,
                1_000,
                (0.4, 0.35, 0.25),
                (0.15, 0.4, 0.1, 0.15, 0.1, 0.1),
                (0.35, 0.15, 0.2, 0.1, 0.1, 0.1),
                (0.25, 0.2, 0.2, 0.2, 0.15),
            ),
            Brand(
                "X",
                300,
                700,
                (0.35, 0.3, 0.35),
                (0.2, 0.3, 0.15, 0.1, 0.15, 0.1),
                (0.12, 0.1, 0.1, 0.1, 0.08, 0.5),
                (0.35, 0.2, 0.15, 0.1, 0.2),
            ),
            Brand(
                "Y",
                400,
                810,
                (0.3, 0.3, 0.4),
                (0.2, 0.35, 0.15, 0.1, 0.1, 0.1),
                (0.1, 0.08, 0.07, 0.32, 0.35, 0.08),
                (0.2, 0.25, 0.2, 0.15, 0.2),
            ),
        ),
        readers=(150, 900, 60, 1_500, 300),
        after_sales=0.65,
        reposted=0.04,
        held_back=0.25,
    ),
    messages=Messages(
        per_week=8,
        focuses=(
            Focus(
                "Lantern",
                "before",
                (0.3, 0.25, 0.25, 0.2),
                (0.3, 0.25, 0.25, 0.2),
                (0.25, 0.2, 0.2, 0.2, 0.15),
            ),
            Focus(
                "Lantern",
                "after",
                (0.7, 0.1, 0.1, 0.1),
                (0.8, 0.1, 0.05, 0.05),
                (0.75, 0.1, 0.05, 0.05, 0.05),
            ),
            Focus("C", "before", (0.6, 0.2, 0.1, 0.1), (0.6, 0.2, 0.1, 0.1), (0.1, 0.6, 0.1, 0.1, 0.1)),
            Focus("C", "after", (0.6, 0.2, 0.1, 0.1), (0.6, 0.2, 0.1, 0.1), (0.1, 0.6, 0.1, 0.1, 0.1)),
        ),
        recalled=0.1,
        focus_gain=0.4,
    ),
    openings=Openings(count=600, whole=0.5, vague=0.3, off_question=0.2, held_back=0.2),
    assistants=Assistants(runs=10, named=0.37, alike=0.6),
)
