"""What areas above may wish to hear of. Sent in the transaction of the change."""

from django.dispatch import Signal

ranges_changed = Signal()
"""The ranges in force at a point may be others from ``since`` (an instant) on. Sent with ``point``
(its pk), ``factors`` (codes) and ``since``."""
