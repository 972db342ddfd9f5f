"""Where the demonstration's points lie, and from which offices they are looked after."""

from typing import Any

# name, code (GB/T 2260), latitude, longitude: two prefectures and a 兵团 division city
PREFECTURES: tuple[tuple[str, str, float, float], ...] = (
    ("乌鲁木齐市", "650100", 43.83, 87.62),
    ("昌吉州", "652300", 44.01, 87.31),
    ("石河子市", "659001", 44.30, 86.04),
)
_TURN = (0, 1, 0, 2, 1, 0, 1, 2)  # of eight stations in a row, which prefecture each lies in
FENCE = 300  # m
FAR = 0.004  # degrees that one step of the pattern below lies from the last


def prefecture(number: int) -> tuple[str, str, float, float]:
    return PREFECTURES[_TURN[number % len(_TURN)]]


def area(number: int) -> str:
    """The prefecture's code of a station."""
    return prefecture(number)[1]


def position(number: int) -> tuple[float, float]:
    """Latitude and longitude in degrees: around the prefecture's town, no two at one place.

    >>> position(0), position(1)
    ((43.698, 87.56), (44.026, 87.462))
    """
    _name, _code, latitude, longitude = prefecture(number)
    north, east = (number * 37) % 67 - 33, (number * 53) % 71 - 15
    return round(latitude + north * FAR, 6), round(longitude + east * FAR, 6)


def vehicle(office: int, turn: int) -> str:
    return f"新{'ABC'[office]}·示例{turn + 1}"


def house(spec: Any) -> str:
    return f"{spec.discharger}监测站房"
