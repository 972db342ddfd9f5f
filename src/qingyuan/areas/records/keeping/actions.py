"""Writes on records: start, save, submit, correct, void, discard. Scope first; role, transaction,
audit line. Instants are epoch milliseconds."""

from .drafts import Conflict, correct, discard, save, start
from .submission import Refused, submit, void

__all__ = ["Conflict", "Refused", "correct", "discard", "save", "start", "submit", "void"]
