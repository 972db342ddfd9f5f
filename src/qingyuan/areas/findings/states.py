"""The life of a finding: which act is open in which state, and where it leads."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Finding, State

WORDS: Mapping[str, object] = {
    "raise": gettext_lazy("发现"), "again": gettext_lazy("再次发生"),
    "end": gettext_lazy("情况消失"), "acknowledge": gettext_lazy("响应"),
    "take": gettext_lazy("转派"), "order": gettext_lazy("转工单"),
    "order_closed": gettext_lazy("工单办结"), "order_cancelled": gettext_lazy("工单取消"),
    "handle": gettext_lazy("登记处理"), "verify": gettext_lazy("核实通过"),
    "refuse": gettext_lazy("核实不通过"), "close": gettext_lazy("关闭"),
    "reopen": gettext_lazy("重新打开"), "note": gettext_lazy("说明"),
    "escalate": gettext_lazy("超时升级"), "silence": gettext_lazy("静默"),
}
"""Words of the lines of a finding's log."""

LIFE: Mapping[tuple[str, str], str] = {
    (State.OPEN, "acknowledge"): State.ACKNOWLEDGED,
    (State.OPEN, "order"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "order"): State.ACKNOWLEDGED,
    (State.OPEN, "take"): State.OPEN,
    (State.ACKNOWLEDGED, "take"): State.ACKNOWLEDGED,
    (State.OPEN, "handle"): State.HANDLED,
    (State.ACKNOWLEDGED, "handle"): State.HANDLED,
    (State.HANDLED, "verify"): State.VERIFIED,
    (State.HANDLED, "refuse"): State.ACKNOWLEDGED,
    (State.VERIFIED, "close"): State.CLOSED,
    (State.HANDLED, "reopen"): State.ACKNOWLEDGED,
    (State.VERIFIED, "reopen"): State.ACKNOWLEDGED,
}


def can(act: str, finding: Finding) -> bool:
    """Whether an act is open in the state that the finding is in."""
    return act == "note" or (finding.state, act) in LIFE


def after(act: str, finding: Finding) -> str:
    """The state that an act leads to; ValidationError where it is not open."""
    if not can(act, finding):
        raise ValidationError(_("“%(state)s”状态下不能%(act)s") % {
            "state": finding.get_state_display(), "act": WORDS[act]})
    return LIFE.get((finding.state, act), finding.state)
