"""What a sender is given and what it raises."""

from dataclasses import dataclass
from typing import Protocol

SECONDS = 10.0  # for connecting and for each answer
LONGEST = 20.0  # for one message from beginning to end, however slowly an endpoint drips


class SendError(Exception):
    """Something was not sent; the text says why, in words for the log, without secrets."""


class Down(SendError):
    """The endpoint cannot be used at all: nothing else needs to be tried there now."""


class Busy(SendError):
    """The endpoint wants us to wait; there is nothing wrong with the message."""


class Refused(SendError):
    """The endpoint answers, and does not take this message."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: an address or URL, and the secret that signs ("" for none)."""

    address: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """``key`` names the delivery and stays the same when it is tried again, so that a receiver may
    know what came twice. ``link`` is absolute or "". ``at`` is in epoch milliseconds. ``items``:
    the titles that a digest joins."""

    key: str
    kind: str
    label: str
    title: str
    body: str
    link: str
    ref: str
    urgent: bool
    at: int
    organisation: str
    items: tuple[str, ...] = ()


class Sender(Protocol):
    """Sends messages one after the other; may hold a connection between them."""

    def send(self, target: Target, message: Message) -> None:
        """Send one. Raises ``SendError``."""

    def close(self) -> None:
        """Let go of what is held; never raises."""
