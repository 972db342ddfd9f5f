"""What the worker does for capability."""

from qingyuan.areas.organisations.jobs import Periodic

JOBS: tuple[Periodic, ...] = ()
