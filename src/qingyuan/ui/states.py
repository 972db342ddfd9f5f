"""The one table of states: word, icon and colour, for pages, charts and scripts alike.

Colour is never alone: every state has an icon and a word. A key is ``family.code``. The families
here are everybody's; each area brings those of its own things in its ``badges.py``, which are
loaded when the product starts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.utils.translation import gettext_lazy as _

# tone: (on white, on dark); both reach 4.5:1 against their ground
TONES: dict[str, tuple[str, str]] = {
    "green": ("#15803d", "#4ade80"),
    "amber": ("#a8480a", "#fbbf24"),
    "red": ("#b91c1c", "#f87171"),
    "magenta": ("#a21caf", "#e879f9"),
    "grey": ("#57606a", "#a3acb8"),
    "slate": ("#41566f", "#94a9c4"),
    "teal": ("#0f766e", "#2dd4bf"),
    "violet": ("#6d28d9", "#b197fc"),
    "blue": ("#1d4ed8", "#7fb0ff"),
}


@dataclass(frozen=True, slots=True)
class State:
    """One state as a person sees it; ``hint`` says what it means or what to do."""

    label: str
    icon: str
    tone: str
    hint: str = ""


UNKNOWN = State(_("未知"), "question-mark", "grey")

STATES: dict[str, State] = {
    # a link, a relay, a process
    "link.up": State(_("在线"), "plug-connected", "green"),
    "link.down": State(_("离线"), "plug-connected-x", "grey"),
    "link.lost": State(_("中断"), "wifi-off", "red"),
    # a rate against what it has to reach
    "rate.ok": State(_("达标"), "circle-check", "green"),
    "rate.fair": State(_("偏低"), "alert-triangle", "amber", _("达到要求，但修约须取更长的时段")),
    "rate.low": State(_("低于要求"), "circle-x", "red"),
    # what a check came to
    "passed.yes": State(_("合格"), "circle-check", "green"),
    "passed.no": State(_("不合格"), "circle-x", "red"),
    "passed.none": State(_("无结论"), "circle-dashed", "grey"),
    # what is in order, due soon, overdue
    "due.ok": State(_("有效"), "circle-check", "green"),
    "due.soon": State(_("即将到期"), "alert-triangle", "amber"),
    "due.over": State(_("已过期"), "circle-x", "red"),
    "due.none": State(_("未填写"), "circle-dashed", "grey"),
}


def bring(states: Mapping[str, State]) -> None:
    """An area adds its states, by ``family.code``.

    Raises:
        ValueError: a state has two descriptions.

    """
    double = STATES.keys() & states.keys()
    if double:
        raise ValueError(f"two descriptions of {', '.join(sorted(double))}")
    STATES.update(states)


def state(family: str, code: str | None) -> State:
    """The state of ``family.code``; an unknown code keeps its own word with a question mark."""
    known = STATES.get(f"{family}.{code or ''}")
    if known is not None:
        return known
    return State(code, UNKNOWN.icon, UNKNOWN.tone) if code else UNKNOWN


def as_json() -> dict[str, object]:
    """For scripts: ``{"tones": {...}, "states": {"flag.N": {label, icon, tone, hint}}}``."""
    return {
        "tones": {name: {"light": light, "dark": dark} for name, (light, dark) in TONES.items()},
        "states": {key: {k: str(v) for k, v in asdict(s).items()} for key, s in STATES.items()},
    }
