"""What the worker does for the statistics."""

from qingyuan.areas.organisations.jobs import Periodic

from .counting import count_months

JOBS = (Periodic("count_months", 120, count_months),)
