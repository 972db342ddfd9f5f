"""The life of an order and of a letter: which act is open in which state, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.maintenance.models import Letter, LetterState, OrderState, WorkOrder

OPEN = (OrderState.OPEN, OrderState.ACCEPTED, OrderState.ON_SITE, OrderState.REPAIRED)
"""States of an order that is not finished."""


@dataclass(frozen=True, slots=True)
class Step:
    """An act: its word, the states it is open in, the state it leads to ("" stays)."""

    word: object
    before: tuple[str, ...]
    after: str = ""


ORDER: Mapping[str, Step] = {
    "accept": Step(gettext_lazy("响应"), (OrderState.OPEN,), OrderState.ACCEPTED),
    "assign": Step(gettext_lazy("派单"), OPEN),
    "transfer": Step(gettext_lazy("转派"), OPEN),
    "help": Step(gettext_lazy("请求协助"), OPEN),
    "arrive": Step(gettext_lazy("到达现场"), (OrderState.OPEN, OrderState.ACCEPTED),
                   OrderState.ON_SITE),
    "repaired": Step(gettext_lazy("修复"), (OrderState.OPEN, OrderState.ACCEPTED,
                                          OrderState.ON_SITE), OrderState.REPAIRED),
    "restored": Step(gettext_lazy("恢复正常运行"), OPEN, OrderState.REPAIRED),
    "report": Step(gettext_lazy("报告"), OPEN),
    "check": Step(gettext_lazy("标样核查"), OPEN),
    "sample": Step(gettext_lazy("人工监测采样"), OPEN),
    "pause": Step(gettext_lazy("暂停计时"), OPEN),
    "resume": Step(gettext_lazy("恢复计时"), OPEN),
    "traits": Step(gettext_lazy("变更故障特征"), OPEN),
    "note": Step(gettext_lazy("说明"), tuple(OrderState.values)),
    "close": Step(gettext_lazy("办结"), (OrderState.ACCEPTED, OrderState.ON_SITE,
                                       OrderState.REPAIRED), OrderState.CLOSED),
    "cancel": Step(gettext_lazy("取消"), (OrderState.OPEN, OrderState.ACCEPTED,
                                        OrderState.ON_SITE), OrderState.CANCELLED),
}
HERE = (OrderState.ON_SITE, OrderState.REPAIRED)
OFFERED: Mapping[str, tuple[str, ...]] = {
    "repaired": (OrderState.ACCEPTED, OrderState.ON_SITE),
    "restored": (OrderState.ACCEPTED, *HERE),
    "check": HERE, "close": HERE,
}
"""States in which a page offers an act, where fewer than those in which it can be entered
afterwards: before somebody has come there is nothing to check or to close."""
REMOTELY: Mapping[str, object] = {
    "repaired": gettext_lazy("远程修复"), "restored": gettext_lazy("未到场已自行恢复"),
}
"""What these acts are called where nobody has come."""
LETTER: Mapping[str, Step] = {
    "edit": Step(gettext_lazy("修改"), (LetterState.DRAFT,)),
    "send": Step(gettext_lazy("发出"), (LetterState.DRAFT,), LetterState.SENT),
    "receive": Step(gettext_lazy("登记回执"), (LetterState.SENT,), LetterState.RECEIVED),
    "agree": Step(gettext_lazy("同意"), (LetterState.SENT, LetterState.RECEIVED),
                  LetterState.AGREED),
    "refuse": Step(gettext_lazy("不同意"), (LetterState.SENT, LetterState.RECEIVED,
                                          LetterState.SILENT), LetterState.REFUSED),
    "silent": Step(gettext_lazy("逾期未答复视为同意"),
                   (LetterState.SENT, LetterState.RECEIVED), LetterState.SILENT),
    "discard": Step(gettext_lazy("删除草稿"), (LetterState.DRAFT,)),
}
ENTRIES: Mapping[str, object] = {
    "open": gettext_lazy("登记工单"), "letter": gettext_lazy("函件"),
    **{code: step.word for code, step in ORDER.items()},
}
"""Words of the lines of an order's log."""


def can(act: str, thing: WorkOrder | Letter) -> bool:
    """Whether an act is open in the state that the order or letter is in."""
    table = LETTER if isinstance(thing, Letter) else ORDER
    return thing.state in table[act].before


def offered(act: str, order: WorkOrder) -> bool:
    """Whether an act makes sense now, so that a page offers it."""
    return can(act, order) and order.state in OFFERED.get(act, ORDER[act].before)


def word(act: str, order: WorkOrder) -> str:
    """What an act is called in the state that the order is in."""
    here = order.arrived_at is not None or order.state not in (
        OrderState.OPEN, OrderState.ACCEPTED)
    return str(ORDER[act].word if here or act not in REMOTELY else REMOTELY[act])


def step(act: str, thing: WorkOrder | Letter) -> str:
    """The state that an act leads to; ValidationError where it is not open."""
    table = LETTER if isinstance(thing, Letter) else ORDER
    if not can(act, thing):
        raise ValidationError(_("“%(state)s”状态下不能%(act)s") % {
            "state": thing.get_state_display(), "act": table[act].word})
    return table[act].after or thing.state
