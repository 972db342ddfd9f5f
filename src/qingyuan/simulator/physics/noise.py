"""Reproducible randomness that can be read at any time without walking there.

A wave is the sum of two cyclic correlated sequences of prime lengths, entered at offsets drawn from
a name. All waves share one small pool of sequences, so ten thousand stations cost no more memory
than one.
"""

import hashlib
import math
import random
from collections.abc import Callable
from functools import cache

from qingyuan.simulator.physics import TICKS

PATTERNS = 64

_LENGTHS = {"minutes": (3989, 2503), "hours": (6007, 4799), "days": (16381, 12289)}
_MEMORY = {"minutes": 2.0, "hours": 24.0, "days": 300.0}


def draw(*names: object) -> int:
    """A 64-bit number that depends on the names only, on every machine alike.

    >>> draw(1, "a21026") == draw(1, "a21026"), draw(1, "a21026") == draw(2, "a21026")
    (True, False)
    """
    text = "\x1f".join(map(str, names)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def dice(*names: object) -> random.Random:
    """A generator seeded by names."""
    return random.Random(draw(*names))


def wave(speed: str, *names: object) -> Callable[[int], float]:
    """A correlated signal of mean 0 and deviation 1, cut at ±3, as a function of the block number.

    `speed` says how long it remembers: "minutes" (20 min), "hours" (4 h) or "days" (2 days).
    """
    first, second = _sequences(speed)
    p, q = len(first), len(second)
    offsets = draw(speed, *names)
    a, b = offsets % p, (offsets >> 24) % q

    def at(block: int) -> float:
        return first[(block + a) % p] + second[(block + b) % q]

    return at


@cache
def patterns() -> tuple[tuple[float, ...], ...]:
    """The shapes that ticks take inside a block: mean 0, largest deviation at most 1."""
    dicer = random.Random(20260101)
    made = []
    for _ in range(PATTERNS):
        level, row = 0.0, []
        for _ in range(TICKS):
            level = 0.6 * level + _bell(dicer)
            row.append(level)
        mean = math.fsum(row) / TICKS
        largest = max(abs(v - mean) for v in row)
        size = (0.4 + 0.6 * dicer.random()) / largest
        made.append(tuple((v - mean) * size for v in row))
    return tuple(made)


@cache
def pattern_bounds() -> tuple[tuple[float, float], ...]:
    """Least and greatest value of each pattern."""
    return tuple((min(row), max(row)) for row in patterns())


@cache
def _sequences(speed: str) -> tuple[list[float], list[float]]:
    first, second = _LENGTHS[speed]
    return _cyclic(first, _MEMORY[speed]), _cyclic(second, _MEMORY[speed])


def _cyclic(length: int, memory: float) -> list[float]:
    """A sequence with exponential memory (in blocks) whose end goes on into its beginning."""
    keep = math.exp(-1.0 / memory)
    push = math.sqrt(1.0 - keep * keep)
    dicer = random.Random(length)
    pushes = [_bell(dicer) * push for _ in range(length)]
    level = 0.0
    for value in pushes[-int(12 * memory) :]:
        level = keep * level + value
    row = []
    for value in pushes:
        level = keep * level + value
        row.append(level)
    mean = math.fsum(row) / length
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in row) / length)
    half = 1.0 / (deviation * math.sqrt(2.0))
    return [max(-1.5, min(1.5, (v - mean) * half)) for v in row]


def _bell(dicer: random.Random) -> float:
    """Roughly normal: three uniforms, mean 0, variance 1, from the one function
    that Python promises to keep."""
    return 2.0 * (dicer.random() + dicer.random() + dicer.random() - 1.5)
