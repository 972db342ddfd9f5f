"""Record forms as data: definitions in ``standards/forms``, computed, checked and judged here."""

from .accepting import Problem
from .bundle import bundle, limits_of
from .computing import compute
from .definition import (
    METHODS,
    RESULT_WORDS,
    SETS,
    SOURCES,
    TECHNIQUES,
    BadForm,
    Block,
    Field,
    Form,
    Section,
    Setting,
    Table,
    printed,
)
from .drafting import prepare
from .functions import FUNCTIONS
from .loader import FORMS, Forms, load_forms, read_form
from .outcome import Failed, Happened, Outcome, Proposal, Result, outcome
from .validation import CODES, validate
from .values import from_text

__all__ = [
    "CODES", "FORMS", "FUNCTIONS", "METHODS", "RESULT_WORDS", "SETS", "SOURCES", "TECHNIQUES",
    "BadForm", "Block", "Failed", "Field", "Form", "Forms", "Happened", "Outcome", "Problem",
    "Proposal", "Result", "Section", "Setting", "Table", "bundle", "compute", "from_text",
    "limits_of", "load_forms", "outcome", "prepare", "printed", "read_form", "validate",
]  # fmt: skip
