"""The durable mailbox between the gateway and the rest: raw frames in, commands out, hash-chained.

See docs/decisions/0002-spool.md.
"""

from qingyuan.spool.errors import CommandError, RegistryError, SpoolError, SpoolLocked
from qingyuan.spool.frame import Frame, NewFrame
from qingyuan.spool.packing import compress_before
from qingyuan.spool.reader import SpoolReader
from qingyuan.spool.verification import Report, verify
from qingyuan.spool.writer import SpoolWriter

__all__ = [
    "CommandError",
    "Frame",
    "NewFrame",
    "RegistryError",
    "Report",
    "SpoolError",
    "SpoolLocked",
    "SpoolReader",
    "SpoolWriter",
    "compress_before",
    "verify",
]
