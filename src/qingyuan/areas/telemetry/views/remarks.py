"""What a packet's maker should mend: the protocol's lint, in Chinese."""

from typing import Any


def remarks_of(raw: bytes, sm4_key: bytes | None) -> list[Any]:
    return []
