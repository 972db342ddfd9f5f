"""What telemetry keeps: readings as reported, facts about a point's time, values as judged."""

from .facts import (
    Event,
    EventKind,
    ManualValue,
    Mark,
    MarkKind,
    MarkState,
    MonitorType,
    Origin,
    PointParameter,
    QuarterAudit,
)
from .judged import (
    LEVELS,
    DayValue,
    HourValue,
    JudgedPoint,
    JudgedValue,
    MonthValue,
    QuarterValue,
    RuleSet,
    SupersededValue,
    YearValue,
)
from .marking import MarkImport, PlatformMark, PlatformPlace
from .readings import (
    Clustered,
    DayReading,
    DirtyWindow,
    Factor,
    HourReading,
    Interval,
    LatestReading,
    MinuteReading,
    PackedReading,
    Position,
    Quarantine,
    QuarantineKind,
    QuarantineState,
    ReadingChange,
    RealtimeReading,
    ReportedReading,
    Shape,
    Source,
    SourceKind,
    StationMessage,
)

__all__ = [
    "LEVELS", "Clustered", "DayReading", "DayValue", "DirtyWindow", "Event", "EventKind",
    "Factor", "HourReading", "HourValue", "Interval", "JudgedPoint", "JudgedValue",
    "LatestReading", "ManualValue", "Mark", "MarkImport", "MarkKind", "MarkState",
    "MinuteReading", "MonitorType", "MonthValue", "Origin", "PackedReading", "PlatformMark",
    "PlatformPlace", "PointParameter",
    "Position", "Quarantine", "QuarantineKind", "QuarantineState", "QuarterAudit",
    "QuarterValue", "ReadingChange", "RealtimeReading", "ReportedReading", "RuleSet", "Shape",
    "Source", "SourceKind", "StationMessage", "SupersededValue", "YearValue",
]
