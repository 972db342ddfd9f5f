"""Which points fell silent together: of one plant, of one carrier in one prefecture. Pure;
instants are epoch milliseconds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MINUTE = 60_000
CARRIER_PLANTS = 2  # of fewer plants it is the plant


@dataclass(frozen=True, slots=True)
class Silent:
    """A point that has sent nothing since ``at``; ``patience`` counts from ``base``."""

    point: int
    plant: int
    at: int
    base: int
    carrier: str = ""
    area: str = ""


def together(silent: Sequence[Silent], minutes: float, least: int) -> list[list[Silent]]:
    """Groups of at least so many that fell silent within so many minutes, the earliest first.

    >>> one = [Silent(n, 1, at * MINUTE, 0) for n, at in enumerate((0, 4, 30, 33, 90))]
    >>> [[each.point for each in group] for group in together(one, 5, 2)]
    [[0, 1], [2, 3]]
    """
    found, rest = [], sorted(silent, key=lambda one: (one.at, one.point))
    while rest:
        group = [one for one in rest if one.at <= rest[0].at + minutes * MINUTE]
        if len(group) >= least:
            found.append(group)
            rest = rest[len(group):]
        else:
            rest = rest[1:]
    return found


def of_plants(
    silent: Sequence[Silent], minutes: float, least: int
) -> list[tuple[str, list[Silent]]]:
    """(name of the group, members) of plants: ``plant:<id>``."""
    by_plant: dict[int, list[Silent]] = defaultdict(list)
    for one in silent:
        by_plant[one.plant].append(one)
    return [(f"plant:{plant}", group) for plant, own in by_plant.items() if len(own) >= least
            for group in together(own, minutes, least)]


def of_carriers(
    silent: Sequence[Silent], minutes: float, least: int, share: float,
    lines: Mapping[tuple[str, str], int],
) -> list[tuple[str, list[Silent]]]:
    """Of carriers: ``carrier:<name>:<area>``, where points of several plants fell silent and they
    are at least a share of all that the unit has on these lines (``lines``: carrier and area)."""
    by_line: dict[tuple[str, str], list[Silent]] = defaultdict(list)
    for one in silent:
        if one.carrier:
            by_line[one.carrier, one.area].append(one)
    return [
        (f"carrier:{carrier}:{area}", group)
        for (carrier, area), own in by_line.items() if len(own) >= least
        for group in together(own, minutes, least)
        if len({one.plant for one in group}) >= CARRIER_PLANTS
        and len(group) >= share * lines.get((carrier, area), 0)
    ]
