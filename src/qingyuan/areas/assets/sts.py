"""Which system codes (ST) a logger may use for a point of a medium (HJ 212-2017 table 5; 44 and 45
from HJ 212-2025)."""

# The first is the medium's own; the others are what senders of that medium also use.
OF_MEDIUM: dict[str, tuple[str, ...]] = {
    "gas": ("31", "22", "27", "39", "51", "44", "45"),
    "water": ("32", "21", "24", "33", "34", "52", "44", "45"),
}
# Electricity and production conditions tell of the plant, whatever medium the point has.
SHARED = frozenset({"44", "45"})


def own(medium: str) -> str:
    """The code of a medium's own data.

    >>> own("gas"), own("water")
    ('31', '32')
    """
    return OF_MEDIUM[medium][0]
