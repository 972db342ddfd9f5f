"""What can be found: each area names the kinds of its own things, in its ``indexing.py``, which is
loaded when the product starts."""

from dataclasses import dataclass

from qingyuan.areas.organisations.scope import MAY, Scope, may


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of findable thing; ``verb`` (of ``scope.MAY``) is the right to find it."""

    label: str
    verb: str
    icon: str


_KINDS: dict[str, Kind] = {}


def bring(kind: str, label: str, verb: str, icon: str) -> None:
    """An area names a kind. KeyError for a verb that is not in the table, ValueError when another
    has the kind already."""
    if verb not in MAY:
        raise KeyError(verb)
    made = Kind(label, verb, icon)
    held = _KINDS.setdefault(kind, made)
    if (held.verb, held.icon) != (verb, icon):
        raise ValueError(f"two kinds are called {kind!r}")


def seen(scope: Scope) -> dict[str, Kind]:
    """The kinds that the scope may find, in the order they were named."""
    return {name: kind for name, kind in _KINDS.items() if may(scope, kind.verb)}
