"""What the worker does for documents."""

from qingyuan.areas.organisations.jobs import Periodic

JOBS: tuple[Periodic, ...] = ()
