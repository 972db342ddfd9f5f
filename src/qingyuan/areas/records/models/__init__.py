"""What was done: records and their versions, files, reviews, presence, the desk's days."""

from .crosscheck import AnswerVerb, CrossAnswer, CrossCheck
from .desk import DeskDay, DeskLine, DeskState
from .presence import Approval, HouseEntry, Presence, PresenceKind
from .records import OwnForm, Record, RecordEvent, RecordFile, RecordState
from .review import Review, ReviewSettings, ReviewVerb

__all__ = [
    "AnswerVerb",
    "Approval",
    "CrossAnswer",
    "CrossCheck",
    "DeskDay",
    "DeskLine",
    "DeskState",
    "HouseEntry",
    "OwnForm",
    "Presence",
    "PresenceKind",
    "Record",
    "RecordEvent",
    "RecordFile",
    "RecordState",
    "Review",
    "ReviewSettings",
    "ReviewVerb",
]
