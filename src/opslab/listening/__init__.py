"""Listen while users are away: how loud, how kind, about what, where; and how far to trust the answer.

A post goes through four steps: volume (which brand, how often), attitude, theme, source. A `mentions` table
has one row for each post; counts may be given in its place, as a dictionary of names to numbers. Tables may
be pandas, Polars, DuckDB or whatever else Narwhals knows, and are counted by their own engine.

The rooms, each from the ones before it:

    inputs -> voice (volume, attitude, theme, source)  coder_agreement  ai_answers  alarms  keywords
        -> classifier -> correction -> pictures
"""

from opslab.listening.ai_answers import AnswerShare, clustered_share, share_of_answers
from opslab.listening.alarms import AlarmOdds, Surge, alarm_odds, surge
from opslab.listening.classifier import Labeller, LabelTest, compare_labels, train_labels
from opslab.listening.coder_agreement import (
    Agreement,
    cohen_kappa,
    expected_agreement,
    fleiss_kappa,
    krippendorff_alpha,
    label_agreement,
)
from opslab.listening.correction import CorrectedShare, corrected_share, reported_share
from opslab.listening.keywords import keywords, log_likelihood
from opslab.listening.pictures import (
    alarm_chart,
    answers_chart,
    coders_chart,
    noisy_ear_chart,
    sentiment_chart,
    voice_chart,
)
from opslab.listening.voice import (
    NetSentiment,
    UnseenMentions,
    VoiceRatio,
    net_sentiment,
    share_of_voice,
    source_influence,
    themes,
    unseen_mentions,
    voice_ratio,
)

__all__ = [
    "Agreement",
    "AlarmOdds",
    "AnswerShare",
    "CorrectedShare",
    "LabelTest",
    "Labeller",
    "NetSentiment",
    "Surge",
    "UnseenMentions",
    "VoiceRatio",
    "alarm_chart",
    "alarm_odds",
    "answers_chart",
    "clustered_share",
    "coders_chart",
    "cohen_kappa",
    "compare_labels",
    "corrected_share",
    "expected_agreement",
    "fleiss_kappa",
    "keywords",
    "krippendorff_alpha",
    "label_agreement",
    "log_likelihood",
    "net_sentiment",
    "noisy_ear_chart",
    "reported_share",
    "sentiment_chart",
    "share_of_answers",
    "share_of_voice",
    "source_influence",
    "surge",
    "themes",
    "train_labels",
    "unseen_mentions",
    "voice_chart",
    "voice_ratio",
]
