"""What stands in the field: points and loggers, monitoring systems and instruments, contracts."""

from .facilities import (
    Instrument,
    InstrumentRange,
    MonitoringSystem,
    SystemKind,
    Technique,
)
from .stations import (
    CommandConsent,
    DataLogger,
    Edition,
    Feed,
    LoggerAssignment,
    Medium,
    MonitoringPoint,
    Outlet,
    RoutingVersion,
    ServiceContract,
)

__all__ = [
    "CommandConsent",
    "DataLogger",
    "Edition",
    "Feed",
    "Instrument",
    "InstrumentRange",
    "LoggerAssignment",
    "Medium",
    "MonitoringPoint",
    "MonitoringSystem",
    "Outlet",
    "RoutingVersion",
    "ServiceContract",
    "SystemKind",
    "Technique",
]
