"""The book of rules: every figure of a standard as dated, cited data, with unit and status."""

from .book import Book
from .citations import Citation, citation, citations
from .compare import Difference, differences, first_difference
from .loader import DATA, load
from .provision import (
    NATIONAL,
    STATUSES,
    UNITS,
    BadBook,
    Override,
    Provision,
    Reading,
    Status,
    Unregulated,
    Value,
)

__all__ = [
    "DATA",
    "NATIONAL",
    "STATUSES",
    "UNITS",
    "BadBook",
    "Book",
    "Citation",
    "Difference",
    "Override",
    "Provision",
    "Reading",
    "Status",
    "Unregulated",
    "Value",
    "citation",
    "citations",
    "differences",
    "first_difference",
    "load",
]
