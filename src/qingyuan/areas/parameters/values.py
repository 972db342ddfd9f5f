"""Values as devices and people write them: one number, or the two ends of a range.

Numbers are decimal as they were printed, so that 0.1 is 0.1.
"""

import re
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .kinds import KINDS

Numbers = tuple[Decimal, ...]
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_UNIT = r"\s*(?:[A-Za-zμ%℃°][^\d]*\d?)?"  # senders add the unit: 200mg/m3
_ONE = re.compile(rf"\s*({_NUMBER}){_UNIT}\s*")
_TWO = re.compile(rf"\s*({_NUMBER})\s*(?:-|~|～|—|–|－|至|,|，|/)\s*({_NUMBER}){_UNIT}\s*")
LONGEST = 40


def numbers(text: str) -> Numbers | None:
    """The numbers of a value, None for what is none.

    >>> numbers("165.0"), numbers("0~200 mg/m3"), numbers("-20 - 80")
    ((Decimal('165.0'),), (Decimal('0'), Decimal('200')), (Decimal('-20'), Decimal('80')))
    >>> numbers("abc"), numbers("200mg/m3")
    (None, (Decimal('200'),))
    """
    if len(text) > LONGEST:
        return None
    found = _ONE.fullmatch(text) or _TWO.fullmatch(text)
    try:
        return tuple(Decimal(one) for one in found.groups()) if found else None
    except InvalidOperation:  # an exponent beyond what decimals hold
        return None


def ends(kind: str, text: str) -> Numbers | None:
    """As ``numbers``; a range of which only the upper end is told begins at zero.

    >>> ends("range", "200"), ends("slope", "1.00")
    ((Decimal('0'), Decimal('200')), (Decimal('1.00'),))
    """
    found = numbers(text)
    if found is not None and len(found) == 1 and kind in KINDS and KINDS[kind].span:
        return Decimal(0), found[0]
    return found


def same(kind: str, one: str, other: str, tolerance: float = 0.0) -> bool:
    """Whether two values of a kind are the same: each number to the last printed digit, or within
    the tolerance (in the value's unit).

    >>> same("slope", "1", "1.000"), same("slope", "1", "0.5"), same("range", "0-200", "200")
    (True, False, True)
    >>> same("pressure", "96.5", "96.8", 0.5)
    True
    """
    left, right = ends(kind, one), ends(kind, other)
    if left is None or right is None:
        return one.strip() == other.strip()
    allowed = Decimal(str(tolerance))
    return len(left) == len(right) and all(
        abs(a - b) <= allowed for a, b in zip(left, right, strict=True))


def checked(kind: str, text: str, name: str = "value") -> str:
    """A value as it is filed: ``0-200`` for a range, else the number as typed. ValidationError at
    ``name`` says what was expected."""
    known, found = KINDS[kind], ends(kind, text.strip())
    if found is None or len(found) != (2 if known.span else 1):
        raise ValidationError({name: _("%(what)s应填写上下限，如 0-200") % {"what": known.label}
                               if known.span else _("%(what)s应填写一个数") % {
                                   "what": known.label}})
    if known.span and found[1] <= found[0]:
        raise ValidationError({name: _("量程上限应大于下限")})
    if not all(Decimal(str(known.low)) <= one <= Decimal(str(known.high)) for one in found):
        raise ValidationError({name: _("%(what)s应在 %(low)g 至 %(high)g 之间") % {
            "what": known.label, "low": known.low, "high": known.high}})
    return "-".join(printed(one) for one in found)


def printed(number: Decimal | float) -> str:
    """A number in plain digits.

    >>> printed(200.0), printed(Decimal("1.050")), printed(0.00001)
    ('200', '1.050', '0.00001')
    """
    if isinstance(number, float):
        number = Decimal(repr(number))
        whole = number.to_integral_value()
        return f"{whole if number == whole else number:f}"
    return f"{number:f}"
