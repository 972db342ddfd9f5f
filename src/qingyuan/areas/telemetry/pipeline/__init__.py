"""From marked hours to judged values: claim a point, read, judge, store what differs.

``run`` judges what waits; ``dirty`` marks hours; ``recompute`` marks all that can be judged.
"""

from .chunk import Done
from .clock import Clock
from .dirty import mark_hours, mark_span, reach_of
from .loop import run

__all__ = ["Clock", "Done", "mark_hours", "mark_span", "reach_of", "run"]
