"""What ``check-record`` reckons, against scipy and numpy on random records: t, relative accuracy,
the line of a particulate monitor and both its half-widths."""

import random

import numpy as np
import pytest
from scipy import optimize, stats

from qingyuan.assess.records.check import check
from qingyuan.calc.accuracy import student_t
from qingyuan.calc.quality.tolerance import u, v
from qingyuan.standards import load

BOOK = load()
SEEDS = range(20)


def printed_t(freedom: int) -> float:
    return round(float(stats.t.ppf(0.975, freedom)), 3)


def tolerance_u(count: float) -> float:
    shift = count**-0.5
    return optimize.brentq(
        lambda x: stats.norm.cdf(shift + x) - stats.norm.cdf(shift - x) - 0.75, 0, 20, xtol=1e-13)


@pytest.mark.parametrize("freedom", range(1, 31))
def test_the_factors_of_each_number_of_pairs(freedom: int) -> None:
    assert student_t(freedom) == printed_t(freedom)
    assert student_t(freedom, "one_sided") == round(float(stats.t.ppf(0.95, freedom)), 3)
    assert v(freedom) == pytest.approx((freedom / stats.chi2.ppf(0.05, freedom)) ** 0.5, rel=1e-9)
    assert u(freedom + 2) == pytest.approx(tolerance_u(freedom + 2), rel=1e-9)


def checked(form: str, rest: str, rows: list[tuple[float, float]]) -> dict:
    pairs = ", ".join(f"[{one}, {other}]" for one, other in rows)
    return check(f'form = "{form}"\n[[factor]]\n{rest}\npairs = [{pairs}]', BOOK)["results"][0]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_verification(seed: int) -> None:
    draw = random.Random(seed)
    level = draw.choice([8, 30, 90, 300, 900])
    reference = [round(draw.gauss(level, level / 20), 2) for _ in range(draw.randint(9, 31))]
    cems = [round(one * draw.gauss(1.05, 0.06), 2) for one in reference]
    found = checked("cems-verification", 'code = "a21026"\nunit = "mg/m3"',
                    list(zip(reference, cems, strict=True)))
    off, count = np.array(cems) - np.array(reference), len(cems)
    cc = printed_t(count - 1) * off.std(ddof=1) / count**0.5
    mean = np.mean(reference)
    assert found["relative_accuracy_pct"] == pytest.approx(
        (abs(off.mean()) + cc) / mean * 100, rel=1e-9)
    assert found["relative_error_pct"] == pytest.approx(off.mean() / mean * 100, rel=1e-9)
    assert found["absolute_error"] == pytest.approx(off.mean(), rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_particulate_line(seed: int) -> None:
    draw = random.Random(seed)
    x = np.array([round(draw.uniform(1, 20), 2) for _ in range(draw.randint(15, 32))])
    y = np.round(1.7 * x + 2 + np.array([draw.gauss(0, 1.5) for _ in x]), 2)
    found = checked("pm-correlation", 'code = "a34013"\nemission_limit = 30',
                    list(zip(y.tolist(), x.tolist(), strict=True)))
    line = stats.linregress(x, y)
    count, rest = len(x), y - line.intercept - line.slope * x
    error = (float((rest**2).sum()) / (count - 2)) ** 0.5
    far = 1 / count + float(((x - x.mean()) ** 2).max() / ((x - x.mean()) ** 2).sum())
    k = (count - 2) / stats.chi2.ppf(0.05, count - 2)
    assert found["slope"] == pytest.approx(line.slope, rel=1e-9)
    assert found["intercept"] == pytest.approx(line.intercept, rel=1e-7)
    assert found["correlation"] == pytest.approx(line.rvalue, rel=1e-9)
    assert found["confidence_at_mean_pct"] == pytest.approx(
        printed_t(count - 2) * error * count**-0.5 / 0.3, rel=1e-9)
    assert found["confidence_greatest_pct"] == pytest.approx(
        printed_t(count - 2) * error * far**0.5 / 0.3, rel=1e-9)
    assert found["tolerance_at_mean_pct"] == pytest.approx(
        tolerance_u(count) * k**0.5 * error / 0.3, rel=1e-8)
    assert found["tolerance_greatest_pct"] == pytest.approx(
        tolerance_u(1 / far) * k**0.5 * error / 0.3, rel=1e-8)
