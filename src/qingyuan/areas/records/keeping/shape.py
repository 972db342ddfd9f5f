"""What answers must look like before anything reads them: plain JSON that both databases can hold
and that every page, paper and computation can go through. What they say is judged by the form."""

import math
import re
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LARGEST = 1_000_000  # bytes of answers as JSON
DEEPEST = 12  # sections, blocks, rows, answers and their parts are six
EXACT = 2**53  # beyond it JavaScript, and so the page, does not count one by one
_SHA = re.compile(r"[0-9a-f]{64}")
# PostgreSQL's JSON holds no NUL, UTF-8 no half of a pair.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def check(answers: object) -> None:
    """Refuse answers that are no table of plain values, too deep or too large, with a number that
    is none, a character that cannot be kept, or a digest that is none: ValidationError (field
    ``answers``)."""
    if not isinstance(answers, dict) or not _plain(answers, DEEPEST):
        raise ValidationError({"answers": _("内容格式不正确")})
    if len(orjson.dumps(answers)) > LARGEST:
        raise ValidationError({"answers": _("内容过长，无法保存")})


def _plain(value: Any, deep: int) -> bool:
    """
    >>> [_plain(one, 2) for one in ({"a": ["x", 1.5]}, {"a": [[1]]}, float("nan"), 10**20)]
    [True, False, False, False]
    >>> _plain({"sha256": "ab" * 32}, 1), _plain({"sha256": ["x"]}, 2), _plain("a\\x00", 1)
    (True, False, False)
    """
    if isinstance(value, str):
        return not _UNFIT.search(value)
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int | float):
        return math.isfinite(value) and (isinstance(value, float) or abs(value) <= EXACT)
    if deep == 0:
        return False
    if isinstance(value, list):
        return all(_plain(one, deep - 1) for one in value)
    return isinstance(value, dict) and all(
        isinstance(name, str) and not _UNFIT.search(name) and _plain(one, deep - 1)
        for name, one in value.items()) and _digest(value.get("sha256"))


def _digest(value: Any) -> bool:
    return not value or (isinstance(value, str) and _SHA.fullmatch(value) is not None)
