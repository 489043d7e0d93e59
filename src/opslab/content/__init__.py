"""Content: how unequally it is seen, how long it lives, in which order it is read, and how much is luck.

The rooms:

    views  life  page_order  luck  account   (a piece, a page, the same piece in another world, who follows)
      -> pictures
"""

from opslab.content.account import followers
from opslab.content.life import HalfLife, feed_life, half_life
from opslab.content.luck import unpredictability, worlds
from opslab.content.page_order import best_order, clicks, examination
from opslab.content.pictures import life_chart, page_chart, quality_chart, views_chart
from opslab.content.views import PowerTail, ViewModel, tail_exponent, top_share, unseen, zero_share
from opslab.ground.inequality import gini, lorenz

__all__ = [
    "HalfLife",
    "PowerTail",
    "ViewModel",
    "best_order",
    "clicks",
    "examination",
    "feed_life",
    "followers",
    "gini",
    "half_life",
    "life_chart",
    "lorenz",
    "page_chart",
    "quality_chart",
    "tail_exponent",
    "top_share",
    "unpredictability",
    "unseen",
    "views_chart",
    "worlds",
    "zero_share",
]
