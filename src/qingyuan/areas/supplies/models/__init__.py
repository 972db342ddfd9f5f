"""What a unit keeps in store: parts, places, batches, and the ledger of moves."""

from .catalogue import Fit, Minimum, Part, PartKind
from .ledger import Balance, Batch, Immutable, Move, MoveKind
from .places import LoanOut, Store, StoreKind

__all__ = [
    "Balance",
    "Batch",
    "Fit",
    "Immutable",
    "LoanOut",
    "Minimum",
    "Move",
    "MoveKind",
    "Part",
    "PartKind",
    "Store",
    "StoreKind",
]
