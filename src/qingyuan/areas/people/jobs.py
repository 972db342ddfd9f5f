"""What the worker does for people."""

from qingyuan.areas.organisations.jobs import Periodic

JOBS: tuple[Periodic, ...] = ()
