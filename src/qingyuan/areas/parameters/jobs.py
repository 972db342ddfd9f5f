"""What the worker does for parameters: packets become readings, and points are compared."""

from collections.abc import Iterable

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.jobs import Periodic

from .models import Filing, FilingState, ParameterStatus
from .readings import arrived
from .standing import now_ms, refresh

EVERY = 30  # s
AGAIN = 600  # s; registers may have changed, and filings begun
PIECE = 100  # points compared in one transaction


def read_parameters(now: int | None = None) -> str:
    """Store what devices have told of themselves and compare those points."""
    touched, packets = arrived()
    raised = _compare(touched, now_ms() if now is None else now)
    return f"{packets} packets, {raised} findings" if packets else ""


def compare_parameters(now: int | None = None) -> str:
    """Compare every point of which anything is filed or was read."""
    approved = Filing.objects.filter(state=FilingState.APPROVED).values_list("point", flat=True)
    known = ParameterStatus.objects.values_list("point", flat=True)
    raised = _compare({*approved, *known}, now_ms() if now is None else now)
    return f"{raised} findings" if raised else ""


def _compare(pks: Iterable[int], now: int) -> int:
    wanted, raised = sorted(pks), 0
    for first in range(0, len(wanted), PIECE):
        points = MonitoringPoint.objects.filter(
            pk__in=wanted[first:first + PIECE]).select_related("organisation", "outlet", "place")
        raised += refresh(list(points), now)
    return raised


JOBS: tuple[Periodic, ...] = (
    Periodic("read_parameters", EVERY, read_parameters),
    Periodic("compare_parameters", AGAIN, compare_parameters),
)
