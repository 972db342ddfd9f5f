"""What is held against a limit: valid hours and days, converted where there is a reference."""

import numpy as np
import pytest

from qingyuan.assess.exceedances import exceedances
from qingyuan.calc.engine import judge
from qingyuan.calc.types import Case, Dated, Grid, Mark
from qingyuan.standards import load

MIDNIGHT = 1_759_248_000  # 2025-10-01 00:00 in China
SO2 = "a21026"


def found(hours: int = 2, o2: float = 11.0, marks: tuple[Mark, ...] = (), **parameters):
    """SO2 30 mg/m3 from midnight on, at O2 11 %: converted to 6 % it is 45."""
    def steady(value: float) -> Grid:
        return Grid(np.full((hours, 60), value), np.zeros((hours, 60), np.uint8))

    given = {name.replace("__", "."): value if isinstance(value, Dated) else Dated.always(value)
             for name, value in parameters.items()}
    case = Case("gas", MIDNIGHT, hours, {SO2: steady(30.0), "a19001": steady(o2)}, (SO2,), (SO2,),
                given, marks=marks)
    return [(e.key, e.basis, round(e.figure, 9), e.limit)
            for e in exceedances(case, judge(case, load()))]


def test_the_converted_value_is_compared_where_there_is_a_reference():
    assert found(o2_reference=6.0, limit__a21026=44) == [
        ("2025-10-01 00:00", "converted", 45.0, 44.0),
        ("2025-10-01 01:00", "converted", 45.0, 44.0)]


def test_a_value_at_its_limit_does_not_exceed_it():
    assert found(limit__a21026=30) == []
    assert found(limit__a21026=29.999, hours=1) == [("2025-10-01 00:00", "value", 30.0, 29.999)]


def test_where_conversion_fails_nothing_is_compared():
    assert found(o2=20.95, o2_reference=6.0, limit__a21026=20) == []


@pytest.mark.parametrize(("name", "word"), [
    ("unit__a21026", "ppm"), ("basis__a21026", "wet_actual")])
def test_without_a_reference_a_value_of_another_kind_is_not_compared(name, word):
    assert found(limit__a21026=20, **{name: word}) == []


def test_limits_hold_from_their_date():
    from_one = Dated((MIDNIGHT + 3600,), (20,))
    assert found(limit__a21026=from_one) == [("2025-10-01 01:00", "value", 30.0, 20.0)]


def test_exempt_hours_exceed_nothing_and_valid_days_follow_their_hours():
    mark = Mark(MIDNIGHT, MIDNIGHT + 7200, "start_up")
    rows = found(hours=24, marks=(mark,), limit__a21026=20)
    assert [row[0] for row in rows] == [f"2025-10-01 {hour:02d}:00" for hour in range(2, 24)] + [
        "2025-10-01"]
