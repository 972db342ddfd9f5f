"""Records against everything else that is known of their visit: minutes, marks, presence, photos,
other records. ``gather`` reads the facts, ``running`` asks ``qingyuan.crosscheck`` and keeps what
it says, ``actions`` are a reviewer's words on it."""

from .running import run

__all__ = ["run"]
