"""What the worker does for supplies."""

from qingyuan.areas.organisations.jobs import Periodic

JOBS: tuple[Periodic, ...] = ()
