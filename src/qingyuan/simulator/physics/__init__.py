"""What virtual stations measure: pure functions of (seed, station, time), no clock, no socket.

Time is cut into blocks of ten minutes and ticks of thirty seconds. Every block has one level per
factor; the ticks inside a block are that level plus a pattern whose mean is exactly zero. So a
ten-minute value costs one evaluation, not twenty, and still is the mean of the real-time values of
the same ten minutes.
"""

BLOCK = 600
TICK = 30
TICKS = BLOCK // TICK
BLOCKS_PER_HOUR = 3600 // BLOCK
BLOCKS_PER_DAY = 86400 // BLOCK
CHINA_BLOCKS = 8 * BLOCKS_PER_HOUR
"""Blocks by which the China day begins before the UTC day."""


def block_of(epoch: float) -> int:
    """Number of the ten-minute block that holds an instant (epoch seconds).

    >>> block_of(1470013137)
    2450021
    """
    return int(epoch // BLOCK)


def china_day(block: int) -> int:
    """Number of the China calendar day of a block; day 0 is 1970-01-01.

    >>> china_day(block_of(1470013137)), china_day(block_of(57599)), china_day(block_of(57600))
    (17014, 0, 1)
    """
    return (block + CHINA_BLOCKS) // BLOCKS_PER_DAY


def first_block(day: int) -> int:
    """The block with which a China calendar day begins.

    >>> china_day(first_block(17014)), china_day(first_block(17014) - 1)
    (17014, 17013)
    """
    return day * BLOCKS_PER_DAY - CHINA_BLOCKS
