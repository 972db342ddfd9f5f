"""Virtual stations: physics for any time, and loggers that speak HJ 212 well or badly."""

from qingyuan.simulator.backfill import Row, history
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.signal import Reading, Signal
from qingyuan.simulator.stations import StationSpec, fleet

__all__ = ["Event", "Reading", "Row", "Signal", "StationSpec", "fleet", "history"]
