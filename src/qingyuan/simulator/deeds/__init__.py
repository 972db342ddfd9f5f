"""What a logger does when asked: one function a command, each giving a :class:`Reply`.

Responses carry the request's QN and want no acknowledgement (HJ 212-2017 C.2, C.5); history is
uploaded under QNs of its own and acknowledged like any upload (C.48), in 2005 under the request's
QN (annex C 6).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.hj212 import Packet, build
from qingyuan.simulator.compose import Batch

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger

DONE, FAILED, BAD_CONDITION, NO_DATA = 1, 2, 3, 100


class Reply(NamedTuple):
    """`responses` go out before the 9012; `result` is its ExeRtn, None for no 9012."""

    responses: list[Batch]
    result: int | None = DONE


Deed = Callable[["DataLogger", Packet, float], Reply]


def response(
    logger: "DataLogger",
    packet: Packet,
    fields: dict[str, build.Value],
    factors: build.Factors | None = None,
) -> Reply:
    """One response under the request's number; 2005 puts the request's QN into the CP."""
    cn, qn = packet.cn or "", packet.qn or ""
    if logger.spec.edition == "2005":
        fields = {"QN": qn, **fields}
    frame = logger.composer.plain(cn, qn, fields, factors)
    return Reply([Batch(cn, lambda late: [frame])])
