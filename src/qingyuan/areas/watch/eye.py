"""What looks at minutes: one eye for each kind of finding, all fed with the same minutes."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from qingyuan.areas.telemetry.queries.verdicts import DIGITS, Quantity, digits_of
from qingyuan.hj212 import factors
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import HOUR

from .circumstances import Place
from .increment import Minute
from .stretches import NEVER, Stretch

# Seconds without a value that a stretch reaches over; two and a half packets where those are rarer.
GAP = 900


class Said(NamedTuple):
    """What an eye says of one factor's minute: the figure, and whether the condition holds. Of what
    it has no opinion on it says nothing."""

    factor: str
    value: float
    holds: bool
    spread: float = NEVER


@dataclass(slots=True)
class Scene:
    """A point as an eye sees it. ``memory`` is the eye's own, plain JSON, and is kept; ``held`` are
    the factors of which a stretch goes on: of others an eye need not say that nothing is."""

    medium: str
    place: Place
    thresholds: Mapping[str, float]
    memory: dict[str, Any]
    held: Container[str] = ()

    @property
    def gap(self) -> int:
        return max(GAP, self.place.step * 5 // 2)


@dataclass(frozen=True, slots=True)
class Eye:
    """``says`` judges one minute; ``title`` words a stretch that has lasted for the threshold of
    the name ``lasting`` (minutes or hours), ``detail`` adds evidence to it."""

    kind: str
    says: Callable[[Scene, Minute], Iterable[Said]]
    title: Callable[[Scene, str, Stretch, Mapping[str, Quantity]], str]
    detail: Callable[[Scene, str, Stretch], dict[str, Any]] = lambda _scene, _factor, _stretch: {}
    lasting: str = "minutes"

    def least(self, thresholds: Mapping[str, float]) -> float:
        """For how many minutes a stretch lasts before it is raised."""
        return thresholds[self.lasting] * (60 if self.lasting == "hours" else 1)


def normal(flag: str) -> bool:
    """Whether the logger says that the value is one of the source.

    >>> normal("N"), normal(""), normal("C")
    (True, True, False)
    """
    return flag in ("", "N")


@lru_cache(maxsize=1024)
def digits(code: str) -> int:
    """Decimals of a factor's values."""
    row = factors.find(code)
    return DIGITS if row is None else digits_of(row)


def name_of(names: Mapping[str, Quantity], code: str) -> str:
    return names[code].name if code in names else code


def lasted(stretch: Stretch, step: int) -> str:
    """How long a stretch has lasted, in words."""
    minutes = stretch.minutes(step)
    return _("%d 小时") % (minutes / 60) if step >= HOUR else _("%d 分钟") % minutes


def clock(time: int) -> str:
    """An instant as titles have it."""
    return f"{datetime.fromtimestamp(time, CST):%m-%d %H:%M}"
