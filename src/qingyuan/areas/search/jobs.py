"""What the worker does for search."""

from qingyuan.areas.organisations.jobs import Periodic

JOBS: tuple[Periodic, ...] = ()
