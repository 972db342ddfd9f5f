"""What a text such as ``record:12`` names, shown by the area that keeps it.

Events, findings, orders and stock moves say where they come from as a text: ``record:12``,
``order:7``, ``finding:3``. The areas enter how their own are shown; one that nobody shows stays as
it was typed (the number of a report).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.states import state


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing as it stands beside a fact. ``link`` is "" for who may not open it; ``family`` and
    ``state`` name its badge ("" for none); ``provisional``: it waits for review, what it brought
    about may be taken back; ``failing``: what failed of the factor that was asked about, each with
    figure, limit and clause."""

    label: str
    link: str = ""
    family: str = ""
    state: str = ""
    provisional: bool = False
    failing: tuple[str, ...] = ()

    @property
    def state_word(self) -> str:
        """The state in a word, "" without one."""
        return str(state(self.family, self.state).label) if self.state else ""


Shower = Callable[[Scope, Sequence[int], str], Mapping[int, Shown]]
"""(scope, keys, factor or "" for any) → what is shown, by key; one that is gone is left out."""
_SHOWERS: dict[str, Shower] = {}


def register(prefix: str, shower: Shower) -> None:
    """An area shows the references that begin with ``prefix``.

    Raises:
        ValueError: another one does already.

    """
    if _SHOWERS.setdefault(prefix, shower) is not shower:
        raise ValueError(f"two ways to show {prefix}")


def shown(scope: Scope, reference: str, factor: str = "") -> Shown | None:
    """One reference; None for a text that names nothing that is kept here."""
    return shown_all(scope, [reference], factor).get(reference)


def shown_all(
    scope: Scope, references: Iterable[str], factor: str = ""
) -> dict[str, Shown]:
    """Those of the references that can be shown, each kind read at once."""
    keys: dict[str, set[int]] = {}
    for text in references:
        prefix, _colon, key = text.partition(":")
        if prefix in _SHOWERS and key.isascii() and key.isdecimal() and len(key) < 19:
            keys.setdefault(prefix, set()).add(int(key))
    return {f"{prefix}:{key}": one for prefix, asked in keys.items()
            for key, one in _SHOWERS[prefix](scope, sorted(asked), factor).items()}
