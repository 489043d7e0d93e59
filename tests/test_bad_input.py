"""Whatever a public function gets in place of a number, a list, a day or a table: a sentence answers."""

import contextlib
import inspect
import math

import numpy as np
import pandas as pd
import pytest

from opslab import (
    acquisition,
    community,
    content,
    experiments,
    goals,
    lifetime,
    listening,
    outreach,
    retention,
    scqa,
    targeting,
    world,
    year,
)
from opslab.acquisition import Saturation
from opslab.community import Bass, Decision
from opslab.retention import ShiftedBetaGeometric
from tests.strategies import log, orders_of

SUBJECTS = (
    experiments,
    goals,
    retention,
    targeting,
    acquisition,
    lifetime,
    outreach,
    listening,
    community,
    content,
    scqa,
    year,
)

EVENTS = log([(1, 0), (1, 9), (2, 1), (2, 60), (3, 2), (3, 70), (4, 7), (4, 90)])
USERS = pd.DataFrame({"user_id": [1, 2, 3, 4], "signup_date": EVENTS["date"].min(), "group": list("aabb")})
NEEDS = USERS.assign(need=list("xyxy"))
ORDERS = orders_of([(1, 0, 1.0), (1, 40, 2.0), (2, 0, 3.0), (3, 60, 4.0), (4, 30, 5.0)]).assign(
    product="dues"
)
LIFE = EVENTS.assign(event="move")
PRICES = pd.DataFrame({"too_cheap": [1, 2, 3], "cheap": [3, 4, 5], "dear": [5, 6, 7], "too_dear": [8, 9, 10]})
FEATURES = pd.DataFrame({"a": [1.0, 2, 3, 9, 10, 11], "b": [1.0, 2, 1, 5, 6, 5]})
MESSAGES = pd.DataFrame(
    {"brand": ["a", "b"], "target_group": "x", "product_line": "y", "image": "z", "recalled": 1}
)
MEMBERS = pd.DataFrame(
    {"user_id": [1, 2, 3], "strength": list("xyz"), "second_strength": list("yzx"), "role": "a"}
)
THREADS = pd.DataFrame(
    {"thread_id": [1, 2], "week": 1, "kind": "side", "topic": ["x", "y"], "asked_by": [1, 2]}
)
ANSWERS = pd.DataFrame({"thread_id": [1, 1, 2], "user_id": [2, 3, 3], "quality": [3, 4, 5]})
TALK = community.conversations(ANSWERS, THREADS, MEMBERS)
FITTED = Saturation(10, 100, 0.2, ((0.04, 0.03, 0), (0.03, 0.09, 0), (0, 0, 0.001)))
CURVES = {"a": Saturation(100, 1_000), "b": Saturation(50, 500)}
PATHS = [("a>b", 1, 1), ("b", 2, 0)]
YEAR = year.play(year.Plan())
HISTORY = community.simulate(Decision(), weeks=2, members=5, places=6)
MARCH = "2024-03-01"
BUYING = lifetime.fit_bg_nbd([0, 1, 2, 5, 0, 1], [0, 5, 9, 30, 0, 2], [40] * 6)
SPENDING = lifetime.GammaGamma(6, 4, 60)
SPENT = lifetime.fit_gamma_gamma([1, 2, 4, 1, 3, 2, 6, 1], [20, 35, 30, 90, 45, 28, 60, 15])
HISTORY_OF_BUYERS = {"frequency": [0, 1, 3], "recency": [0, 5, 36], "T": [40, 40, 40]}
TIERS = pd.DataFrame({"paid": range(1, 201), "kept": [True, False, True, True] * 50})
FIRMS = pd.DataFrame({"cases": [1, 9, 2], "team": [9, 1, 2]}, index=["a", "b", "c"])
CHANNELS = pd.DataFrame({"low": [10, 20], "high": [40, 30]})
GUESSES = pd.DataFrame({"low": [1, 5], "high": [3, 7], "truth": [2, 8]})
CARDS = pd.DataFrame({"branch": list("aabb"), "viewpoint": list("xxyx")})
RATES = {"reach": 100, "attract": 0.1, "keep": 0.9, "recall": 0.02, "weeks": 5, "lost": 0.1}
GENERATIONS = pd.DataFrame({"first": [9, 8], "second": [0, 4]})
TRIAL = pd.DataFrame({"group": list("ab") * 8, "score": range(16), "treated": [1, 1, 0, 0] * 4})
TRIAL = TRIAL.assign(rule=TRIAL["group"] == "a", returned=TRIAL["score"] % 3 == 0)
TICKETS = pd.DataFrame({"channel": list("aab"), "wait_minutes": [0, 9, 5], "handling_minutes": [3, 4, 5]})
CLICKED = pd.Series([0.5, 0.2], ["a", "b"])
CONSENT = pd.DataFrame({"user_id": [1, 2], "purpose": ["marketing", "sharing"], "given": [False, True]})
CONSENT = CONSENT.assign(date=pd.Timestamp("2024-01-05"))

POSTS = pd.DataFrame(
    {"brand": list("aabb"), "attitude": ["positive", "negative"] * 2, "readers": [5, 6, 7, 8]}
)
POSTS = POSTS.assign(theme=list("xyxy"), source=list("uvuv"))
RUNS = pd.DataFrame({"prompt": [1, 1, 2, 2], "mentioned": [True, True, False, True]})

ARMED = pd.DataFrame({"arm": list("aaabbb"), "clicks": [1, 0, 3, 2, 2, 4], "views": [9, 4, 12, 9, 6, 13]})
REGION_WEEKS = pd.DataFrame({"region": list("aabbccdd"), "spend": [9, 9, 9, 0, 9, 9, 9, 0]})
REGION_WEEKS = REGION_WEEKS.assign(
    week=pd.to_datetime(["2025-01-06", "2025-01-13"] * 4), signups=[50, 66, 40, 48, 30, 39, 20, 25]
)

# Each public function with arguments that it takes. What stands here as a number, a list of numbers, a day or
# a table is exchanged for something else; names of columns and choices are left alone.
GOOD = {
    retention.active_days: {"events": EVENTS, "users": USERS, "days": 7, "watched": 8},
    retention.active_users: {"new_per_week": 5, "weekly_retention": 0.5, "weeks": 4},
    retention.cohort_table: {"events": EVENTS},
    retention.early_warning: {"events": EVENTS, "as_of": MARCH, "quiet_days": [3], "horizon": 9, "watch": 60},
    retention.fit_sbg: {"survivors": [100, 60, 40, 30]},
    retention.growth_accounting: {"events": EVENTS},
    retention.kaplan_meier: {"durations": [1, 2, 3]},
    retention.lifetimes: {"events": EVENTS, "quiet_days": 7, "until": MARCH},
    retention.log_rank: {"durations": [1, 2, 3], "observed": None, "group": list("aab")},
    retention.mean_by: {"table": ORDERS, "by": "user_id", "value": "amount"},
    retention.median_survival: {"table": retention.kaplan_meier([1, 2, 3])},
    retention.renewal_survivors: {"orders": ORDERS, "months": 1, "month_days": 30.5},
    retention.retention_by: {"events": EVENTS, "users": USERS, "by": "group", "day": 7, "width": 3},
    retention.retention_curve: {"events": EVENTS, "days": [1, 7], "width": 3, "until": MARCH},
    retention.retention_rate: {"events": EVENTS, "day": 7, "width": 3},
    retention.revenue_by_behaviour: {
        "events": EVENTS, "orders": ORDERS, "users": USERS, "days": 7, "horizon": 30, "edges": (0, 1)
    },
    retention.running_warning: {
        "events": EVENTS, "start": MARCH, "end": MARCH, "quiet_days": [3], "horizon": 9,
    },
    retention.stage_moves: {"events": EVENTS, "start": "2024-02-01", "end": MARCH, "limits": (3, 5, 8)},
    retention.stages: {"events": EVENTS, "as_of": MARCH, "limits": (3, 5, 8)},
    retention.weekly_activity: {"events": EVENTS, "users": USERS, "by": "group", "weeks": 4},
    ShiftedBetaGeometric: {"alpha": 1.0, "beta": 2.0},
    ShiftedBetaGeometric(1, 2).survival: {"t": 3},
    ShiftedBetaGeometric(1, 2).retention: {"t": 3},
    ShiftedBetaGeometric(1, 2).derl: {"renewals": 3, "discount": 0.1},
    lifetime.churn_by_cause: {"chosen": 0.05, "failed": 0.04, "recovered": 0.5},
    lifetime.fit_bg_nbd: {"frequency": [0, 1, 2, 5, 0], "recency": [0, 5, 9, 30, 0], "T": [40.0] * 5},
    lifetime.fit_gamma_gamma: {"frequency": [1, 2, 4, 1, 3], "value": [20.0, 35, 30, 90, 45]},
    lifetime.hold_out: {"orders": ORDERS, "split": "2024-02-01", "until": MARCH, "unit_days": 7},
    lifetime.lifetime_value: {"margin": 10, "churn": 0.1, "discount": 0.1},
    lifetime.markov_value: {
        "transitions": [[0.5, 0.5], [0.0, 1.0]], "rewards": [5, 1], "discount": 0.1, "periods": 3
    },
    lifetime.points_ledger: {
        "issued": 10, "redeemed_rate": 0.1, "expiry_rate": 0.1, "weeks": 5, "start": 3
    },
    lifetime.prune_tiers: {
        "payers": TIERS, "thresholds": {"silver": 100}, "margin": 0.05, "width": 0.5, "level": 0.9
    },
    lifetime.purchase_summary: {"orders": ORDERS, "until": MARCH, "unit_days": 7},
    lifetime.residual_value: {
        "purchases": BUYING, "spend": SPENDING, "horizon": 9, "margin": 0.7, "discount": 0.01,
        "summary": pd.DataFrame(HISTORY_OF_BUYERS).assign(value=[0, 50.0, 90]),
    },
    lifetime.revenue_concentration: {"payments": ORDERS, "tops": [0.1, 0.5]},
    lifetime.revenue_retention: {
        "payments": ORDERS, "first": "2024-01-01", "second": "2024-02-01", "days": 30
    },
    lifetime.without_top: {"payments": ORDERS, "top": 0.3, "level": 0.8, "draws": 30, "seed": 0},
    lifetime.BetaGeometricNBD: {"r": 1.0, "alpha": 2.0, "a": 1.0, "b": 2.0},
    lifetime.GammaGamma: {"p": 1.0, "q": 2.0, "gamma": 3.0},
    lifetime.ParetoNBD: {"r": 1.0, "alpha": 2.0, "s": 1.0, "beta": 2.0},
    lifetime.ParetoNBD(1, 2, 1, 2).probability_alive: {"x": 2, "t_x": 5.0, "T": 9.0},
    lifetime.ParetoNBD(1, 2, 1, 2).expected_purchases: {"t": 5.0, "x": 2, "t_x": 5.0, "T": 9.0},
    BUYING.probability_alive: {"x": 2, "t_x": 5.0, "T": 9.0},
    BUYING.expected_purchases: {"t": 4.0, "x": 2, "t_x": 5.0, "T": 9.0},
    BUYING.draw_purchases: {"t": 4.0, "x": [2, 0], "t_x": [5, 0], "T": [9, 9], "seed": 0},
    BUYING.parameter_intervals: {"level": 0.8},
    BUYING.total_interval: {
        "t": 4.0, "x": [2, 0], "t_x": [5, 0], "T": [9, 9], "level": 0.8, "draws": 20, "seed": 0
    },
    SPENDING.expected_value: {"frequency": 2, "value": 50.0},
    SPENT.parameter_intervals: {"level": 0.8},
    targeting.affinity: {"sample": list("aab"), "base": list("aabb")},
    targeting.affinity_by: {"table": USERS, "group": "group", "label": "user_id"},
    targeting.compare_k: {"features": FEATURES, "ks": [2], "repeats": 1, "seed": 0},
    targeting.concentration: {"shares": [0.5, 0.5]},
    targeting.current_needs: {"users": NEEDS, "events": LIFE, "brings": {"move": "x"}, "until": MARCH},
    targeting.focus_table: {"messages": MESSAGES, "by": "brand"},
    targeting.go_no_go: {"criteria": {"a": (1, 2, 1.5)}},
    targeting.market_size: {"factors": {"a": (1, 2)}},
    targeting.poststratify: {"sample": USERS, "population": {"a": 10, "b": 20}, "by": "group"},
    targeting.price_interval: {
        "survey": pd.concat([PRICES] * 10, ignore_index=True), "weights": [1] * 30, "draws": 20, "seed": 0
    },
    targeting.price_test: {"trial": pd.DataFrame({"price": [10, 12], "shown": [9, 9], "joined": [3, 2]})},
    targeting.rake: {"sample": USERS, "margins": {"group": {"a": 10, "b": 20}}, "rounds": 50},
    targeting.price_sensitivity: {"survey": PRICES, "weights": [1, 1, 1]},
    targeting.price_sensitivity(PRICES).shares: {"price": 5},
    targeting.rfm: {"orders": ORDERS, "as_of": MARCH, "bins": 3},
    targeting.segment: {"features": FEATURES, "k": 2, "seed": 0},
    targeting.share_interval: {"hits": 3, "trials": 5},
    targeting.still_right: {"users": NEEDS, "answers": NEEDS, "when": MARCH, "months": 1},
    Saturation: {"top": 1, "half": 2, "carry_over": 0.5},
    CURVES["a"].spend_at: {"marginal": 0.01},
    CURVES["a"].weekly: {"spend": [1, 2]},
    FITTED.result_error: {"spend": 5},
    FITTED.marginal_cost_interval: {"spend": 5},
    acquisition.adstock: {"x": [1, 2], "decay": 0.5},
    acquisition.allocate_budget: {"responses": CURVES, "budget": 1_000, "worth": 2, "floors": 1, "caps": 900},
    acquisition.attribute: {"paths": PATHS},
    acquisition.cac: {"spend": 10, "customers": 2},
    acquisition.calibrate: {"response": FITTED, "caused": 0.6, "low": 0.4, "high": 0.9},
    acquisition.equal_split: {"channels": ["a", "b"], "budget": 10, "caps": 9},
    acquisition.evaluate_budget: {"responses": CURVES, "spend": [1, 2], "worth": 2},
    acquisition.fit_saturation: {"spend": [*range(1, 10)], "signups": [*range(1, 10)], "carry_over": 0.1},
    acquisition.funnel_users: {"budget": 10, "cost": 2, "weeks": 3, "k": 0.4},
    acquisition.lifetime_value: {"margin": 10, "churn": 0.1, "discount": 0.1},
    acquisition.live_sale: {
        "sales": 100, "returns": 0.4, "commission": 0.2, "slot_fee": 5, "margin": 0.5, "return_cost": 0.1
    },
    acquisition.marginal_cac: {"spend": [1, 2], "customers": [1, 2]},
    acquisition.payback_months: {"cac": 10, "margin": 5, "churn": 0.1, "discount": 0.1},
    acquisition.profit_interval: {
        "responses": {"a": FITTED}, "spend": {"a": 5},
        "worth": pd.DataFrame({"worth": [3], "low": [2], "high": [4]}, index=["a"]),
    },
    acquisition.removal_effects: {"paths": PATHS},
    acquisition.shapley_values: {"value": len, "players": list(range(13)), "permutations": 2, "seed": 0},
    acquisition.tipping_budget: {"responses": CURVES, "worth": 30, "most": 1e5},
    acquisition.transitions: {"paths": PATHS},
    acquisition.trust_policy: {
        "offer_every": 3, "weeks": 4, "members": 5, "price": 3,
        "built": 0.1, "spent": 0.1, "buying": 0.1, "leaving": 0.1,
        "asking": 0.1, "opens": 2, "seen": 0.5, "lapse": 0.1, "fee": 3,
    },
    acquisition.viral_users: {"start": 5, "k": 0.5, "cycles": 3},
    acquisition.worth_by: {
        "users": USERS, "orders": ORDERS, "by": "group", "days": 7, "margin": 0.5, "discount": 0.1,
        "until": MARCH,
    },
    listening.alarm_odds: {
        "baseline": 5, "crisis": 2, "threshold": 9, "window": 2, "days": 91, "seed": 0
    },
    listening.clustered_share: {"share": 0.4, "prompts": 40, "runs": 10, "icc": 0.6},
    listening.cohen_kappa: {"a": list("xyx"), "b": list("xxy")},
    listening.compare_labels: {"true": list("xyx"), "predicted": list("xxy")},
    listening.corrected_share: {
        "predicted": 0.4, "sensitivity": 0.8, "specificity": 0.9, "posts": 90, "labelled": (30, 60)
    },
    listening.expected_agreement: {"prevalence": 0.4, "accuracy": 0.9},
    listening.fleiss_kappa: {"counts": [[2, 1], [0, 3]]},
    listening.keywords: {"a": {"x": 5, "y": 5}, "b": {"x": 1, "y": 9}, "least": 2},
    listening.krippendorff_alpha: {"labels": [[1, 2, 3], [1, 2, 2]]},
    listening.label_agreement: {"a": list("xyx"), "b": list("xxy")},
    listening.log_likelihood: {"a": 5, "n_a": 90, "b": 3, "n_b": 80},
    listening.net_sentiment: {"mentions": POSTS, "by": "brand"},
    listening.reported_share: {"share": 0.4, "sensitivity": 0.8, "specificity": 0.9},
    listening.share_of_answers: {"runs": RUNS},
    listening.share_of_voice: {"mentions": POSTS, "sales": {"a": 5, "b": 6}},
    listening.source_influence: {"mentions": POSTS},
    listening.surge: {"counts": [3, 4], "baseline": 2, "days": 91},
    listening.themes: {"mentions": POSTS, "by": "brand"},
    listening.train_labels: {"texts": ["so", "no", "so so", "no no"], "labels": list("xyxy"), "penalty": 9},
    listening.unseen_mentions: {"found_a": 9, "found_b": 8, "both": 3},
    listening.voice_ratio: {"mentions": POSTS, "sales": {"a": 5, "b": 6}, "brand": "a", "other": "b"},
    experiments.adjust: {"p": [0.01, 0.2]},
    experiments.always_valid_p: {"difference": 0.1, "n": 50, "sd": 1.0, "tau": 0.1},
    experiments.compare_means: {"control": [1, 2, 3], "treatment": [2, 3, 5], "level": 0.9},
    experiments.compare_proportions: {"successes": [3, 5], "trials": [9, 8], "level": 0.9},
    experiments.compare_ratios: {
        "data": ARMED, "numerator": "clicks", "denominator": "views", "arm": "arm", "level": 0.9
    },
    experiments.consent_audit: {
        "users": 9, "contacts": 5, "asked": 0.5, "agreeing": 0.2, "joining": 0.1, "annoyed": 0.1,
        "leaving": 0.1,
    },
    experiments.cuped: {"y": [1, 2, 4, 3], "x": [1, 2, 3, 4], "arm": [0, 1, 0, 1]},
    experiments.difference_in_differences: {
        "before_treated": 1, "after_treated": 2, "before_control": 3, "after_control": 4
    },
    experiments.e_value: {"successes": 3, "trials": 9, "p0": 0.4, "prior": [1, 2]},
    experiments.false_positive_risk: {"success_rate": 0.1, "alpha": 0.05, "power": 0.9},
    experiments.ideas_factory: {
        "good": 0.1, "n": 50, "alpha": 0.05, "runs": 2, "ideas": 20, "baseline": 0.3, "lift": 0.1, "seed": 2
    },
    experiments.peeking_error: {"looks": 3, "alpha": 0.1},
    experiments.probability_better: {"successes": [3, 5], "trials": [9, 8]},
    experiments.regional_hold_out: {"region_weeks": REGION_WEEKS, "start": "2025-01-13"},
    experiments.sample_ratio_mismatch: {"counts": [50, 49], "expected": [0.5, 0.5]},
    experiments.sample_size: {"baseline": 0.2, "lift": 0.05, "power": 0.9, "alpha": 0.1},
    experiments.sample_size_means: {"delta": 1, "sd": 3, "power": 0.9, "alpha": 0.1, "margin": 2},
    experiments.sequential_bounds: {"looks": 3, "alpha": 0.1},
    experiments.smallest_visible_lift: {
        "regions": 9, "held_out": 4, "weeks": 5, "signups": 20, "before": 9, "power": 0.9
    },
    experiments.winners_curse: {"true_effect": 0.5, "se": 1, "alpha": 0.1},
    outreach.complaint_weeks: {
        "channel": "forum", "answered": 0.5, "hours": 9, "readers": 3, "weeks": 4, "users": 50,
        "unhappy": 0.1, "speaking": 0.5, "leaving": 0.1, "kinds": 5, "found": 0.5, "won": 0.1,
        "put_off": 0.1, "searchers": 1,
    },
    outreach.contact_stock: {
        "per_month": 2, "months": 3, "contacts": 50, "added": 5, "worth": 2.0, "enough": 3.0, "mute": 0.1,
        "delete": 0.1, "leaving": 0.1,
    },
    outreach.contact_worth: {
        "per_month": 2, "worth": 2.0, "enough": 3.0, "mute": 0.1, "delete": 0.1, "leaving": 0.1
    },
    outreach.contactable: {"users": USERS, "consent": CONSENT, "as_of": MARCH},
    outreach.desk_report: {"tickets": TICKETS, "target": 5},
    outreach.policy_value: {"trial": TRIAL, "rule": "rule", "cost": 0.1},
    outreach.qini: {"trial": TRIAL, "score": "score"},
    outreach.resized: {"table": outreach.uplift(TRIAL), "people": 90},
    outreach.trial_size: {"without": 0.1, "uplift": 0.05, "held_out": 0.4, "power": 0.9},
    outreach.uplift: {"trial": TRIAL, "by": "group"},
    outreach.waiting: {
        "arrivals": 0.1, "handling": 5, "clerks": 2, "target": 9, "variation": 2, "arrival_variation": 0.5
    },
    goals.calibration: {"answers": GUESSES, "level": 0.8},
    goals.calibration(GUESSES).held: {"widen": 2},
    goals.channel_plan: {"table": CHANNELS, "goal": 60, "level": 0.8, "correlation": 0.2},
    goals.channel_plan(CHANNELS).chance: {"goal": 60},
    goals.channel_plan(CHANNELS).correlated: {"correlation": 0.2},
    goals.channel_plan(CHANNELS, 60).narrowed: {"by": 3, "goal": 70},
    goals.filing_desk: {"cards": CARDS.assign(text=list("wxyz"))},
    goals.fermi: {"factors": {"a": (1, 2)}, "level": 0.8},
    goals.four_links: {**RATES, "active": 5, "dormant": 5},
    goals.growth_path: {"start": 5, "goal": 9, "periods": 3, "retention": 0.9},
    goals.kpi: {
        "name": "retention", "events": EVENTS, "users": USERS, "end": MARCH, "days": 9
    },
    goals.leverage: {**RATES, "active": 5, "dormant": 5},
    goals.rank_reversal: {"values": FIRMS, "weights": [1, 2], "like": "b"},
    goals.reach_when_moving: {"generations": GENERATIONS, "at": 2, "risk": 0.2},
    goals.required_growth: {"start": 5, "goal": [9, 10], "periods": 3},
    goals.required_intake: {"start": 5, "goal": 9, "periods": 3, "retention": 0.9},
    goals.score_options: {"values": FIRMS, "weights": [1, 2], "scales": (1, 9)},
    goals.succession: {"t": [1, 2], "midpoint": 3, "takeover": 2},
    goals.taxonomy_agreement: {"cards": CARDS, "a": "branch", "b": "viewpoint"},
    goals.weight_sweep: {"values": FIRMS, "weights": [1, 2], "criterion": "team", "steps": 3},
    Bass: {"p": 0.01, "q": 0.3, "m": 100},
    Bass(0.01, 0.3, 100).adopters: {"time": 3},
    Bass(0.01, 0.3, 100).sales: {"periods": 3},
    Decision: {"reward": 1, "pay": 2, "threads": 3},
    community.answer_graph: {"talk": TALK},
    community.break_even_joins: {"members": 5, "entry_fee": 1, "weeks": 3, "weekly_spend": 4},
    community.complaint_desk: {
        "complaints": 3, "kinds": 2, "found": 0.5, "readers": 2, "put_off": 0.1, "won": 0.1
    },
    community.conversations: {"answers": ANSWERS, "threads": THREADS, "members": MEMBERS},
    community.core_users: {"graph": community.answer_graph(TALK), "count": 2},
    community.defection: {"talk": TALK, "leavers": [2]},
    community.exposed: {"roster": MEMBERS, "columns": ["role"], "fewer_than": 2},
    community.chains_alive: {"r": 2, "starts": 1, "runs": 3, "rounds": 2, "seed": 1},
    community.extinction_probability: {"r": 2, "starts": 1},
    community.fit_bass: {"sales": [1, 2, 3, 4, 3, 2, 1]},
    community.fund_ends: {"ledger": community.fund_ledger()},
    community.fund_ledger: {
        "members": 5, "entry_fee": 2, "weeks": 3, "joins": 1, "churn": 0.1, "dues": 1, "horizon": 3,
        "weekly_spend": 1,
    },
    community.graph_measures: {"graph": community.answer_graph(TALK)},
    community.introduction_hours: {"members": 5, "minutes": 1},
    community.league: {"policies": {"a": Decision()}, "seconds": 5},
    community.meetings: {"effect": 0.05, "seed": 0, "people": 10},
    community.pairs: {"members": 5},
    community.participation: {"counts": [1, 2, 3]},
    community.replies_per_thread: {"answers": ANSWERS, "threads": THREADS, "limit": 1, "moved": 0.5},
    community.score: {"history": HISTORY},
    community.simulate: {
        "policy": Decision(), "seed": 0, "runs": 1, "weeks": 2, "members": 3, "places": 4, "entry_fee": 5,
        "dues": 1, "word_of_mouth": 0.1,
    },
    community.strong_share: {"people": community.meetings(people=100)},
    community.threshold_members: {"entry_fee": 5, "weeks": 3},
    community.viral_growth: {"customers": 5, "invites": 5, "conversion": 0.1, "time": 3, "cycle_time": 1},
    community.weekly_pay: {"members": 5, "dues": 2},
    community.weekly_reward: {"members": 5, "entry_fee": 2, "weeks": 3},
    community.who_leaves: {"history": HISTORY},
    content.best_order: {"attraction": [0.2, 0.5], "examination": [1, 0.5], "perseverance": 0.9},
    content.clicks: {
        "order": ["b", "a"], "attraction": CLICKED, "perseverance": 0.9, "examination": [1, 0.5],
    },
    content.examination: {"swaps": pd.DataFrame({"place": [1, 2], "clicks": [3, 2], "shown": [9, 9]})},
    content.feed_life: {"contacts": 300, "posts_per_day": 2, "depth": 30},
    content.followers: {
        "posts": 3, "reads": 2, "need": 9, "passed": 0.1, "weeks": 4, "start": 9, "found": 2,
        "wins": 0.1, "tired": 0.1,
    },
    content.gini: {"values": [1, 2]},
    content.half_life: {"hours": [1, 2, 3], "views": [5, 8, 9], "total": 12},
    content.lorenz: {"values": [1, 2]},
    content.tail_exponent: {"values": [1, 2, 3], "least": 1},
    content.top_share: {"values": [1, 2], "top": 1},
    content.unpredictability: {"views": pd.DataFrame({1: [6, 4], 2: [4, 6]})},
    content.unseen: {"views": [0, 1, 2, 3, 4, 5, 6]},
    content.worlds: {"quality": [1, 2], "listeners": 9, "influence": 0.5, "worlds": 2, "seed": 0},
    content.zero_share: {"mean": 12, "shape": 0.6, "never_shown": 0.5},
    scqa.acting: {"order": "standard", "audience": "doubts you", "patience": 0.5},
    scqa.coach: {"brief": "Everyone agrees."},
    scqa.in_mind: {"breadth": 3, "depth": 2},
    scqa.mece: {"groups": {"a": [1]}, "whole": [1]},
    scqa.read_opening: {"text": "Everyone agrees."},
    scqa.mail_desk: {"text": "Everyone agrees."},
    scqa.recalled: {"shown": "12", "written": "12"},
    world.truth: {"seed": 0},
    year.compare: {"before": YEAR, "after": YEAR},
    year.debrief: {"history": YEAR, "week": 40, "changes": [{"pushes": 1}]},
    year.league: {"policies": {"a": year.Plan()}, "seed": 0, "runs": 1, "seconds": 5, "world": 0},
    year.play: {"policy": year.Plan(), "seed": 0, "runs": 1, "world": 0},
    year.replay: {"history": YEAR, "week": 40},
    year.rerun: {"plans": YEAR.plans, "seed": 0, "world": 0},
    year.score: {"history": YEAR},
    year.standing: {"history": YEAR},
    year.year_desk: {"seed": 0, "world": 0},
    year.tree: {"choices": {"a": year.Plan(), "b": year.Plan(pushes=1)}, "seed": 0, "world": 0},
    world.which: {"name": "users", "seed": 0, "size": 5_000},
}  # fmt: skip
# What has no number, list, day or table: briefs and pyramids take text, the desk shows them.
OF_TEXT = {"Brief", "Pyramid", "desk", "pyramid_desk"} | {
    "bad_mails",
    "mended_pairs",
}  # these have numbers of their own
# What `mece` covers may be anything; what leaves a talk is a name.
OF_NAMES = {("mece", "whole"), ("defection", "leavers"), ("shapley_values", "players")}

# What stands for something after all: no limit, no offer, a curve.
TAKEN = {
    ("always_valid_p", "difference"): (int, float),
    **{
        ("difference_in_differences", name): (int, float)
        for name in ("before_treated", "after_treated", "before_control", "after_control")
    },
    ("sample_size_means", "delta"): (int, float),
    ("winners_curse", "true_effect"): (int, float),
    ("share_of_voice", "mentions"): (pd.Series,),
    ("surge", "counts"): (int, float),
    ("allocate_budget", "floors"): (type(None), dict),
    ("allocate_budget", "caps"): (dict,),
    ("equal_split", "caps"): (dict,),
    ("trust_policy", "offer_every"): (type(None),),
    ("marginal_cac", "customers"): (type(len),),
    ("renewal_survivors", "month_days"): (type(None),),
}

NOTHING = [None, object(), {}, b"x", "ten", "", [], pd.NaT, len, pd.DataFrame(), {"a"}]
WRONG = {
    "number": [
        *(
            *NOTHING,
            math.nan,
            math.inf,
            -math.inf,
            -1,
            -0.5,
            True,
            10**400,
            -(10**400),
            1 + 2j,
            np.complex128(1),
        ),
        *(pd.NA, np.float64("nan"), [math.nan], ["a"], "5", np.datetime64("2024-01-01")),
    ],
    "numbers": [
        *(
            *NOTHING,
            math.nan,
            -1,
            [math.nan],
            [-1],
            [math.inf],
            ["a"],
            [1, "2"],
            [[1, 2], [3]],
            [[1, 2], [3, 4]],
        ),
        *([None], [10**400], [1 + 2j], [pd.NA, 1], pd.Series([1, "2"]), np.array([]), np.array(["a"])),
    ],
    "day": [object(), {}, b"x", "some day", [], pd.NaT, math.nan, "2024-13-01", 5, 1.5, True],
    "table": [*NOTHING, 5, math.nan, [1, 2], pd.DataFrame({"other": [1]}), pd.Series([1, 2]), np.eye(2)],
}
# What is a number, and may be none for this function.
ODD = [0, 10**30, np.float32(0.5), np.int8(1), np.float64(1)]


def kind_of(value: object) -> str | None:
    if isinstance(value, pd.DataFrame):
        return "table"
    if isinstance(value, str) and value in (MARCH, "2024-02-01"):
        return "day"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list | tuple) and all(isinstance(one, int | float) for one in value):
        return "numbers"
    return None


def name_of(function) -> str:
    return getattr(function, "__qualname__", repr(function))


ARGUMENTS = [
    pytest.param(function, name, kind_of(value), id=f"{name_of(function)}-{name}")
    for function, given_arguments in GOOD.items()
    for name, value in given_arguments.items()
    if kind_of(value) and (name_of(function), name) not in OF_NAMES
]


def test_every_public_function_is_here():
    known = {name_of(function) for function in GOOD} | OF_TEXT
    public = {name: getattr(module, name) for module in SUBJECTS for name in module.__all__}
    functions = {name for name, value in public.items() if inspect.isfunction(value)}
    assert {name for name in functions if not name.endswith("_chart")} <= known


@pytest.mark.parametrize("function", GOOD, ids=name_of)
def test_the_arguments_here_are_good(function):
    function(**GOOD[function])


@pytest.mark.parametrize(("function", "name", "kind"), ARGUMENTS)
def test_what_is_none_is_refused_with_a_sentence(function, name, kind):
    taken = TAKEN.get((name_of(function), name), ())
    if inspect.signature(function).parameters[name].default is None:
        taken = (*taken, type(None))
    for wrong in WRONG[kind]:
        if not isinstance(wrong, taken):
            print(f"{name}={wrong!r}")
            with pytest.raises(ValueError, match=" "):
                function(**{**GOOD[function], name: wrong})


@pytest.mark.parametrize(
    ("function", "name", "kind"), [case for case in ARGUMENTS if case.values[2] == "number"]
)
def test_odd_numbers_are_taken_or_refused(function, name, kind):
    for odd in ODD:
        with contextlib.suppress(ValueError):
            function(**{**GOOD[function], name: odd})
