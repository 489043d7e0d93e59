"""One wrong value never fills the memory or takes for ever: it is named, with the most that is taken."""

import pandas as pd
import polars as pl
import pytest

from opslab import acquisition, community, experiments, goals, listening, outreach, retention, targeting
from opslab.community import Bass, Decision
from opslab.explore import Choice, Slider
from tests.strategies import log, orders_of

DAYS = [*range(0, 60, 3)]
EVENTS = log([(user, day) for user in (1, 2) for day in DAYS])


def odd(date: str) -> pd.DataFrame:
    """Return events of which one has a date that nobody meant."""
    return pd.concat([EVENTS, EVENTS.head(1).assign(date=pd.Timestamp(date).as_unit("s"))])


@pytest.mark.parametrize("date", ["1900-01-01", "0001-01-01", "9999-12-31", "2124-08-01"])
@pytest.mark.parametrize("engine", [lambda frame: frame, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize("period", ["D", "W", "M"])
def test_a_date_a_century_away_is_named(date, engine, period):
    events = engine(odd(date))
    for function in (retention.cohort_table, retention.growth_accounting):
        # Weeks and months are named by their first day.
        with pytest.raises(ValueError, match=rf"events run from .* Is .*{date[:3]}.* never filled in"):
            function(events, period=period)


@pytest.mark.parametrize("function", [retention.lifetimes, retention.retention_curve])
def test_a_last_day_a_century_away_is_named(function):
    with pytest.raises(
        ValueError, match=r"events and until run from 2023-12-29 to 9999-12-31; .* Is 9999-12"
    ):
        function(EVENTS, until="9999-12-31")
    with pytest.raises(ValueError, match=r"events and as_of run from .* Is 2999-01-01 a date"):
        retention.stages(EVENTS, "2999-01-01")


def test_a_cohort_table_of_too_many_days_names_the_log_s_ends():
    with pytest.raises(
        ValueError, match=r"from 1970-01-01 to 2024-02-24 has 19,7\d\d cohorts; at most 4,000"
    ):
        retention.cohort_table(odd("1970-01-01"), period="D")
    assert len(retention.cohort_table(odd("1970-01-01"), period="W")) == 2


HUGE = 10**9
TOO_MUCH = {
    "a list": lambda: acquisition.adstock(range(10**12), 0.5),
    "days": lambda: retention.retention_curve(EVENTS, range(10**12)),
    "running rules": lambda: retention.running_warning(EVENTS, "2024-02-01", "2024-02-01", range(10**12)),
    "rules": lambda: retention.early_warning(EVENTS, "2024-02-01", range(10**12)),
    "cycles": lambda: acquisition.viral_users(1, 1, range(10**12)),
    "times": lambda: community.viral_growth(1, 1, 1, range(10**12)),
    "ages": lambda: Bass(0.1, 0.2, 3).adopters(range(10**12)),
    "renewals": lambda: retention.ShiftedBetaGeometric(1, 1).survival(range(10**12)),
    "months": lambda: retention.renewal_survivors(
        orders_of([(1, 0, 1.0)]).assign(product="dues"), HUGE, month_days=None
    ),
    "weeks of users": lambda: acquisition.funnel_users(1, 1, HUGE),
    "weeks of trust": lambda: acquisition.trust_policy(3, weeks=HUGE),
    "orders of players": lambda: acquisition.shapley_values(len, range(13), permutations=HUGE),
    "players": lambda: acquisition.shapley_values(len, range(10**6)),
    "draws": lambda: targeting.compare_k(pd.DataFrame({"a": [1, 2, 3]}), [2], repeats=HUGE),
    "people": lambda: community.meetings(people=HUGE),
    "periods": lambda: Bass(0.1, 0.2, 3).sales(HUGE),
    "a horizon": lambda: community.fund_ledger(horizon=HUGE),
    "weeks of agents": lambda: community.simulate(Decision(), weeks=10**6),
    "places": lambda: community.simulate(Decision(), places=10**8),
    "runs": lambda: community.simulate(Decision(), runs=10**6),
    "all of it": lambda: community.simulate(Decision(), runs=10_000, weeks=5_000),
    "weeks to a goal": lambda: goals.required_growth(1, 2, HUGE),
    "weeks of new users": lambda: goals.growth_path(1, 2, HUGE),
    "weeks of four links": lambda: goals.four_links(1, 1, 1, 0, HUGE),
    "weights": lambda: goals.weight_sweep(pd.DataFrame({"a": [1, 2]}), [1], criterion="a", steps=HUGE),
    "channels": lambda: goals.channel_plan([(1, 2)] * 1_000),
    "weeks of complaints": lambda: outreach.complaint_weeks("forum", weeks=HUGE),
    "months of contacts": lambda: outreach.contact_stock(1, months=HUGE),
    "clerks": lambda: outreach.waiting(1, 1, HUGE),
    "looks": lambda: experiments.peeking_error(HUGE),
    "ideas": lambda: experiments.ideas_factory(0.1, 100, ideas=HUGE),
    "evenings": lambda: listening.alarm_odds(1, 2, 3, window=HUGE),
    "a post": lambda: listening.train_labels(["x" * 100_000, "y"], list("ab")),
    "options": lambda: Choice(range(10**6)),
    "steps": lambda: Slider(0, HUGE),
    "a curve": lambda: retention.active_users_chart(0.5, weeks=HUGE),
    "a projection": lambda: retention.renewal_chart([9, 8, 7, 6], 2, HUGE),
    "a payback": lambda: acquisition.payback_chart(9, 3, 0.1, 0.1, months=HUGE),
    "a path": lambda: acquisition.growth_paths_chart(0.5, weeks=HUGE),
    "a carry-over": lambda: acquisition.carry_over_chart(0.5, weeks=HUGE),
}


@pytest.mark.parametrize("call", TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_would_never_end_is_refused_at_once(call):
    with pytest.raises(ValueError, match=r"expected|at most|rising|long"):
        call()
