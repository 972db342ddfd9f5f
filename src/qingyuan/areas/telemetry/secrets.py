"""Fields of the protocol that are secrets: on every page, in every record, for every role that may
not see them, they are stars."""

import re

# Access password (the new one too in the 2005 edition), new password (CN 1072), new SM4 key
# (CN 1014, HJ 212-2025).
SECRET_FIELDS = frozenset({"PW", "NewPW", "NewSK"})
STARS = "••••••"

_FOLDED = frozenset(name.casefold() for name in SECRET_FIELDS)
_ON_THE_WIRE = re.compile(
    rb"([;,\d&](?:" + "|".join(sorted(SECRET_FIELDS)).encode() + rb")=)([^;,&]*)", re.IGNORECASE
)


def hidden(name: str, text: str, shown: bool = False) -> str:
    """A field's text, stars for a secret unless the reader may see it. Firmware spells names in
    any case.

    >>> hidden("newpw", "654321"), hidden("NewPW", "654321", True), hidden("QnRtn", "1")
    ('••••••', '654321', '1')
    """
    return STARS if text and not shown and name.strip().casefold() in _FOLDED else text


def without_secrets(raw: bytes) -> bytes:
    """The same number of bytes with the secrets starred out.

    >>> without_secrets(b"##0019ST=32;PW=123456;MN=A1;CP=&&NewSK=0A1B&&")
    b'##0019ST=32;PW=******;MN=A1;CP=&&NewSK=****&&'
    """
    return _ON_THE_WIRE.sub(lambda m: m[1] + b"*" * len(m[2]), raw)
