"""Find users: size a market, mend a survey, price, group people by what they do, and decide whom to serve.

Tables may be pandas, Polars, DuckDB or whatever else Narwhals knows; results are pandas. The rooms:

    market  survey  prices   (what people say)
    rfm  clusters  affinity  needs   (what people do, and how it moves)
    focus  go_no_go  (what we do about it)  -> pictures
"""

from opslab.ground.estimates import share_interval
from opslab.targeting.affinity import affinity, affinity_by
from opslab.targeting.clusters import Segments, compare_k, segment
from opslab.targeting.focus import concentration, focus_table
from opslab.targeting.go_no_go import GoNoGo, go_no_go
from opslab.targeting.market import MarketSize, market_size
from opslab.targeting.needs import current_needs, still_right
from opslab.targeting.pictures import (
    affinity_chart,
    market_chart,
    price_chart,
    segments_chart,
    strata_chart,
)
from opslab.targeting.prices import PriceSensitivity, price_interval, price_sensitivity, price_test
from opslab.targeting.rfm import rfm
from opslab.targeting.survey import Estimate, PostStratified, poststratify, rake

__all__ = [
    "Estimate",
    "GoNoGo",
    "MarketSize",
    "PostStratified",
    "PriceSensitivity",
    "Segments",
    "affinity",
    "affinity_by",
    "affinity_chart",
    "compare_k",
    "concentration",
    "current_needs",
    "focus_table",
    "go_no_go",
    "market_chart",
    "market_size",
    "poststratify",
    "price_chart",
    "price_interval",
    "price_sensitivity",
    "price_test",
    "rake",
    "rfm",
    "segment",
    "segments_chart",
    "share_interval",
    "still_right",
    "strata_chart",
]
