"""A membership filter: says "certainly new" or "perhaps seen", in 2 bytes a number."""

from collections.abc import Iterable
from itertools import islice

_FIRST_BITS = 23        # 1 MB for the first half million
_MOST_BITS = 29         # 64 MB a layer at most
_GROWTH_BITS = 3
_BITS_PER_NUMBER = 16   # two bits set for each: about 1.4 % false "perhaps" in a full layer


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
        waiting = iter(numbers)
        while page := list(islice(waiting, self._room or 1)):
            if not self._room:
                self._grow()
            self._room -= len(page)
            bits, mask = self._layers[-1]
            for number in page:
                bits[number >> 3 & mask] |= 1 << (number & 7)
                number >>= 32
                bits[number >> 3 & mask] |= 1 << (number & 7)

    def perhaps(self, numbers: list[int]) -> set[int]:
        """Those numbers that may have been added; what is left out was certainly not."""
        found: set[int] = set()
        for bits, mask in self._layers:
            half = [n for n in numbers if bits[n >> 3 & mask] >> (n & 7) & 1]
            found.update(n for n in half if bits[n >> 35 & mask] >> (n >> 32 & 7) & 1)
        return found

    def _grow(self) -> None:
        power = min(_FIRST_BITS + _GROWTH_BITS * len(self._layers), _MOST_BITS)
        size = 1 << (power - 3)
        self._layers.append((bytearray(size), size - 1))
        self._room = (1 << power) // _BITS_PER_NUMBER
