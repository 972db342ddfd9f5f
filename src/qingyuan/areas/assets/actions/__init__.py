"""Writes on stations: one function a verb; each checks the role, works in one transaction, leaves
an audit line, and lets the registry file follow after the commit.

Wrong input raises ValidationError with a message per field.
"""

from .consents import give_consent, withdraw_consent
from .links import end_link, link_logger
from .routing import announce
from .stations import (
    BEGINNING,
    LOGGER_FIELDS,
    add_point,
    edit_point,
    edit_station,
    register_station,
)

__all__ = [
    "BEGINNING", "LOGGER_FIELDS", "add_point", "announce", "edit_point", "edit_station",
    "end_link", "give_consent", "link_logger", "register_station", "withdraw_consent",
]  # fmt: skip
