"""The facts of reference materials, where that area can tell them yet."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

_MATERIALS = "qingyuan.areas.materials.facts"


class _Unknown:
    """Nothing is known of them."""

    def materials(self, unit: object, day: object) -> None:
        return None


materials: Any = import_module(_MATERIALS) if find_spec(_MATERIALS) else _Unknown()
