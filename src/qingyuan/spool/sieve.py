"""A membership filter: says "certainly new" or "perhaps seen", in 2 bytes a number."""

from collections.abc import Iterable
from itertools import combinations, islice

_FIRST_BITS = 23        # 1 MB for the first half million
_MOST_BITS = 29         # 64 MB a layer at most
_GROWTH_BITS = 3
_BITS_PER_NUMBER = 16   # two bits in each of two bytes: 0.5 % false "perhaps" in a full layer
# Two bits of a byte, chosen by five bits of the number: all 28 pairs, four of them twice.
_PAIRS = tuple(1 << a | 1 << b for a, b in combinations(range(8), 2))
_PAIRS += _PAIRS[:4]


class Sieve:
    """A Bloom filter that grows by layers; numbers must be well mixed (they are hash values).

    >>> sieve = Sieve()
    >>> sieve.add_all([5, -7])
    >>> sorted(sieve.perhaps([5, 6, -7]))
    [-7, 5]
    """

    def __init__(self) -> None:
        self._layers: list[tuple[bytearray, int]] = []  # bytes, mask; the last fills
        self._room = 0

    def add_all(self, numbers: Iterable[int]) -> None:
        """Remember signed 64-bit numbers."""
        waiting, pairs = iter(numbers), _PAIRS
        while page := list(islice(waiting, self._room or 1)):
            if not self._room:
                self._grow()
            self._room -= len(page)
            bits, mask = self._layers[-1]
            for number in page:
                bits[number >> 5 & mask] |= pairs[number & 31]
                number >>= 32
                bits[number >> 5 & mask] |= pairs[number & 31]

    def perhaps(self, numbers: list[int]) -> set[int]:
        """Those numbers that may have been added; what is left out was certainly not."""
        found: set[int] = set()
        pairs = _PAIRS
        for bits, mask in self._layers:
            half = [n for n in numbers if not ~bits[n >> 5 & mask] & pairs[n & 31]]
            found.update(n for n in half if not ~bits[n >> 37 & mask] & pairs[n >> 32 & 31])
        return found

    def _grow(self) -> None:
        power = min(_FIRST_BITS + _GROWTH_BITS * len(self._layers), _MOST_BITS)
        size = 1 << (power - 3)
        self._layers.append((bytearray(size), size - 1))
        self._room = (1 << power) // _BITS_PER_NUMBER
