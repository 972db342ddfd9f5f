"""How a verdict looks in a table: icon and colour."""

from functools import lru_cache

from django.utils.safestring import SafeString

from .states import state
from .templatetags.qingyuan import icon


@lru_cache(maxsize=16)
def icon_of(verdict: str) -> SafeString:
    """The icon of a verdict; none for a valid one, which is what everybody expects."""
    return SafeString("") if verdict in ("", "valid") else icon(state("judged", verdict).icon)


@lru_cache(maxsize=16)
def tone_of(verdict: str) -> str:
    """The class of a verdict's colour; "" for a valid one, and where nothing is judged."""
    plain = verdict in ("", "valid")
    return "" if plain else f"judged tone-{state('judged', verdict).tone}"
