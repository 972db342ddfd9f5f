"""When a phone's message comes: its clock is seconds off, and some walls let no signal through."""

from typing import Any

from .people import share

LOST = 0.025  # of the messages wait until there is a signal
FOUND = "示例：站房内无信号，出站房后补传"


def telling(
    kind: str, account: str, key: int, at: float, reason: str
) -> tuple[float, dict[str, Any]]:
    """When the server hears of what happens at an instant (epoch seconds), and what it is told:
    the phone's time (epoch ms) and the reason where one is asked for."""
    waited = signal(kind, key)
    told = at + waited + 1 + 4 * share("net", kind, key)
    return told, {"phone_at": int((at + clock_error(account)) * 1000),
                  "reason": reason or (FOUND if waited else "")}


def signal(kind: str, key: int) -> float:
    """Seconds until a message about a visit finds a signal: mostly none. Coming, so long that it
    needs a reason; going, until the car is on the road."""
    if share("signal", kind, key) >= LOST:
        return 0.0
    return 60 * (17 + (20 if kind == "in" else 5) * share("walk", kind, key))


def clock_error(account: str) -> float:
    """Seconds by which a person's phone is ahead: a few, of some a minute.

    >>> all(abs(clock_error(f"engineer{n}")) < 90 for n in range(50))
    True
    """
    wrong = 50 if share("wrong clock", account) < 0.2 else 0
    return wrong + 24 * (share("clock", account) - 0.5)
