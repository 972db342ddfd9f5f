"""What the pages of duties read: the catalogue and the book."""

from functools import lru_cache

from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.standards.duties import Duties, load_duties


@lru_cache(maxsize=1)
def catalogue() -> Duties:
    """The duties as they are delivered; read once a process."""
    return load_duties()


def standing(scope: Scope) -> BookFor:
    """The organisation's book, for duties. One query."""
    require(scope, "see_duties")
    return book_of(scope)
