"""How many decimals a point's tiles show: the most seen in its newest values so far, so that a
value that ends in 0 does not make its tile shorter from one packet to the next. What has been seen
lies in the process's cache: it costs the database nothing, and losing it costs a trailing zero."""

from collections.abc import Iterable

from django.core.cache import cache

from qingyuan.areas.telemetry.queries.overview import PointState
from qingyuan.ui.numbers import decimals

KEPT = 86_400  # seconds; a logger that is set up anew may send fewer digits


def usual_digits(states: Iterable[PointState]) -> dict[int, dict[str, int]]:
    """point → code → decimals of its tile; never fewer than the value shown has."""
    tiles = {_key(state): (state.point.pk, state.tiles) for state in states if state.tiles}
    seen = cache.get_many(tiles)
    found = {
        key: {t.code: max(decimals([t.value, t.converted]), seen.get(key, {}).get(t.code, 0))
              for t in shown}
        for key, (_pk, shown) in tiles.items()
    }
    cache.set_many({key: digits for key, digits in found.items() if digits != seen.get(key)}, KEPT)
    return {tiles[key][0]: digits for key, digits in found.items()}


def _key(state: PointState) -> str:
    return f"digits-{state.point.pk}-{state.tiles[0].interval}"
