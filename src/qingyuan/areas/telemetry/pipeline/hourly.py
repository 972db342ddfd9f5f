"""Hours as the logger reported them: what water analysers are judged by, and what stands in for a
lack of minutes."""

from dataclasses import dataclass, field

import numpy as np

from qingyuan.calc.roles import medium, under_2017
from qingyuan.calc.types import Floats, Small
from qingyuan.kernel.windows import HOUR

from ..models import Factor, HourReading
from .minutes import Minutes


@dataclass(slots=True)
class Hourly:
    """By 2017 code the value and flag of each hour; ``flags`` index the letters of the minutes."""

    values: dict[str, Floats] = field(default_factory=dict)
    flags: dict[str, Small] = field(default_factory=dict)

    def some(self, first: int, until: int) -> "Hourly":
        """Views of the hours ``first`` to ``until``."""
        return Hourly({code: values[first:until] for code, values in self.values.items()},
                      {code: flags[first:until] for code, flags in self.flags.items()})


def load(point: int, minutes: Minutes, kind: str) -> Hourly:
    """The reported hours of the same stretch; where codes of two editions name one factor the later
    frame wins. Two queries."""
    end = minutes.start + HOUR * minutes.hours
    rows = list(
        HourReading.objects.filter(point=point, time__gte=minutes.start, time__lt=end)
        .values_list("time", "factor_id", "avg", "flag", "frame", "source_id")
    )
    codes = dict(Factor.objects.filter(pk__in={row[1] for row in rows}).values_list("id", "code"))
    rows.sort(key=lambda row: (row[0], *row[4:]))
    found = Hourly()
    for time, factor, value, flag, _frame, _source in rows:
        code, scale = under_2017(codes[factor])
        if medium(code) != kind:
            continue
        if code not in found.values:
            found.values[code] = np.full(minutes.hours, np.nan)
            found.flags[code] = np.zeros(minutes.hours, np.uint8)
        place = (time - minutes.start) // HOUR
        found.values[code][place] = np.nan if value is None else value * scale
        found.flags[code][place] = minutes.letter(flag)
    return found
