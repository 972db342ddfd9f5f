"""What stands on the first page and at the foot of every page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cover:
    """``lines`` are name and value; ``seal`` is the text of the QR code, "" for a report without
    a seal."""

    title: str
    unit: str
    lines: tuple[tuple[str, str], ...]
    foot: str
    seal: str = ""
