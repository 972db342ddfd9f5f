"""HJ 212, the wire protocol of pollution-source monitors: editions 2005, 2017 and 2025.

Sans-I/O: bytes go in, packets come out.

    c = hj212.Connection()
    c.receive_data(b)
    while (event := c.next_event()) is not hj212.NEED_DATA: ...
"""

from .assembler import Assembler, Whole
from .connection import Connection
from .crc import crc16
from .encode import CannotEncode, encode, frame
from .events import NEED_DATA, BadFrame, Event, NeedData, PacketReceived
from .lines import as_line
from .packet import NoPacket, Packet, read_segment
from .shapes import Shape

__all__ = [
    "NEED_DATA", "Assembler", "BadFrame", "CannotEncode", "Connection", "Event", "NeedData",
    "NoPacket", "Packet", "PacketReceived", "Shape", "Whole", "as_line", "crc16", "encode", "frame",
    "read_segment",
]
