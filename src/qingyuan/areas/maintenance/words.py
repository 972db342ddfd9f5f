"""Words of duties: intervals and seasons."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.standards.duty import Duty, Interval

_CALENDAR = {
    (1, "d"): gettext_lazy("每自然日一次"), (7, "d"): gettext_lazy("每自然周一次"),
    (1, "month"): gettext_lazy("每自然月一次"), (3, "month"): gettext_lazy("每自然季一次"),
    (6, "month"): gettext_lazy("每自然半年一次"), (12, "month"): gettext_lazy("每自然年一次"),
}
_ROLLING = {
    "h": gettext_lazy("每 %s 小时"), "d": gettext_lazy("每 %s 天"),
    "month": gettext_lazy("每 %s 个月"),
}


def interval_word(interval: Interval) -> str:
    """An interval as people say it.

    >>> interval_word(Interval(7, "d")), interval_word(Interval(3, "month", calendar=True))
    ('每 7 天', '每自然季一次')
    """
    if interval.calendar:
        return str(_CALENDAR[interval.amount, interval.unit])
    return str(_ROLLING[interval.unit]) % interval.amount


def season_word(duty: Duty) -> str:
    """When a duty is called for; "" for always."""
    said = []
    if duty.months:
        said.append(_("%s 月") % "、".join(map(str, duty.months)))
    if duty.below is not None:
        said.append(_("当日最低气温不高于 %s ℃时") % f"{duty.below:g}")
    return _("，或").join(said)
