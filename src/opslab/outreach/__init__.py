"""Stay in touch: trials of messages, the desk that answers, open or closed complaints, contacts and consent.

What a message adds is measured against people who were sent none, chosen by chance. Trials and tickets may be
pandas, Polars, DuckDB or whatever else Narwhals knows; results are pandas.

The rooms, each from the ones before it:

    trials (uplift, Qini, the value of a rule) -> pictures
    support_desk (queues, tickets) · complaints (hotline or forum) · contacts (the stock)
    consent (who may hear)
"""

from opslab.outreach.complaints import complaint_weeks
from opslab.outreach.consent import contactable
from opslab.outreach.contacts import contact_stock, contact_worth
from opslab.outreach.pictures import people_chart, qini_chart
from opslab.outreach.support_desk import Waiting, desk_report, waiting
from opslab.outreach.trials import PolicyValue, Qini, policy_value, qini, resized, trial_size, uplift

__all__ = [
    "PolicyValue",
    "Qini",
    "Waiting",
    "complaint_weeks",
    "contact_stock",
    "contact_worth",
    "contactable",
    "desk_report",
    "people_chart",
    "policy_value",
    "qini",
    "qini_chart",
    "resized",
    "trial_size",
    "uplift",
    "waiting",
]
