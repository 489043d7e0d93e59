"""Explain a result in one minute: situation, complication, question, answer; and the pyramid below them.

The order of the four parts and the rule "answer first, then grouped and ordered reasons" are Barbara Minto's
(The Pyramid Principle, 1987, chapter 4). The coach is a small model and lists of words; it works off-line
and reads English and Chinese. What it cannot judge stands in `coach`.
"""

from opslab.ground.estimates import share_interval
from opslab.scqa.audience import AUDIENCES, acting, audience_chart
from opslab.scqa.brief import ORDERS, PARTS, Brief
from opslab.scqa.coach import Remarks, coach
from opslab.scqa.desk import desk
from opslab.scqa.interval_chart import sample_chart
from opslab.scqa.mail_desk import MailDesk, mail_desk
from opslab.scqa.memory import digits_chart, in_mind, in_mind_chart, recalled
from opslab.scqa.pyramid import Pyramid, mece
from opslab.scqa.pyramid_form import PyramidDesk, pyramid_desk
from opslab.scqa.reading import Opening, read_opening
from opslab.scqa.remarks import Remark
from opslab.scqa.sample_mails import FAULTS, bad_mails, mended_pairs

__all__ = [
    "AUDIENCES",
    "FAULTS",
    "ORDERS",
    "PARTS",
    "Brief",
    "MailDesk",
    "Opening",
    "Pyramid",
    "PyramidDesk",
    "Remark",
    "Remarks",
    "acting",
    "audience_chart",
    "bad_mails",
    "coach",
    "desk",
    "digits_chart",
    "in_mind",
    "in_mind_chart",
    "mail_desk",
    "mece",
    "mended_pairs",
    "pyramid_desk",
    "read_opening",
    "recalled",
    "sample_chart",
    "share_interval",
]
