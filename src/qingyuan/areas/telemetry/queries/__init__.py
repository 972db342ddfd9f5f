"""Every read that a page or the command line needs. Scope first, always."""

from .commands import command, commands, commands_of_point, commands_touching
from .frames import frame, frames, messages, quarantined_frames
from .gateway import GatewayStatus, gateway_status
from .overview import PointState, Tile, point_latest, points_overview
from .quarantine import QuarantineCounts, quarantine, quarantine_counts, quarantine_row
from .series import Series, series
from .tables import Table, factors_of_point, import_batches, readings, readings_of_mn, table

__all__ = [
    "GatewayStatus",
    "PointState",
    "QuarantineCounts",
    "Series",
    "Table",
    "Tile",
    "command",
    "commands",
    "commands_of_point",
    "commands_touching",
    "factors_of_point",
    "frame",
    "frames",
    "gateway_status",
    "import_batches",
    "messages",
    "point_latest",
    "points_overview",
    "quarantine",
    "quarantine_counts",
    "quarantine_row",
    "quarantined_frames",
    "readings",
    "readings_of_mn",
    "series",
    "table",
]
