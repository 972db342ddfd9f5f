"""Generated answers: good ones that can be submitted, and ones with one thing wrong.

Used by tests and demonstrations.
"""

import random
from datetime import date

from qingyuan.forms.computing import compute
from qingyuan.forms.definition import Form, Setting
from qingyuan.forms.sheet import Cells
from qingyuan.standards import Book, load

from .breaking import broken
from .defects import DAY, Defect, defects, spoil
from .sampler import Sampler, full_setting

__all__ = ["DAY", "Defect", "broken", "defects", "sample", "spoil"]


def sample(
    form: Form, seed: int, good: bool = True, technique: str | Setting = "",
    book: Book | None = None, day: date = DAY, known: Cells | None = None,
) -> Cells:
    """Answers of a visit on ``day``, computed values included; the same for the same seed.

    What is ``known`` (shaped as answers; a section of blocks names those that are there) stands,
    and examples follow it: a span gas goes with the known range. Good ones pass ``validate`` and
    their outcome; else one ``defects`` of theirs is put in.
    """
    setting = full_setting(form, technique)
    answers = Sampler(form, seed, setting, book or load(), day, known=known).answers()
    if not good:
        choices = list(defects(form, answers, setting))
        spoilt = random.Random(seed).choice(choices)
        answers = spoil(form, answers, spoilt, setting, seed, book, day)
    return compute(form, answers, book or load(), day, setting)
