"""SM4 over the CP of a data segment (HJ 212-2025 clause 6.4, Annex A.2).

ECB, 16-byte key, no padding: whole 16-byte blocks between ``CP=&&`` and the closing ``&&`` are
enciphered, a tail of fewer than 16 bytes stays plain. Length and CRC belong to the plain segment.
The annex prints cipher text as ``{0xE4,0x3E,…}``; that form is read too.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

KEY_BYTES = 16
_BLOCK = 16
_OPEN = b"CP=&&"
_PRINTED = re.compile(rb"\{\s*0[xX][0-9A-Fa-f]{2}(?:\s*,\s*0[xX][0-9A-Fa-f]{2})*\s*\}")
_PRINTED_BYTE = re.compile(rb"0[xX]([0-9A-Fa-f]{2})")


def _cut(segment: bytes) -> tuple[bytes, bytes] | None:
    """Split into what stands before the CP's text and the text; None without both ``&&``."""
    start = segment.find(_OPEN) + len(_OPEN)
    if start < len(_OPEN) or len(segment) < start + 2 or not segment.endswith(b"&&"):
        return None
    return segment[:start], segment[start:-2]


def _blocks(work: "CipherContext", text: bytes) -> bytes:
    whole = len(text) - len(text) % _BLOCK
    return work.update(text[:whole]) + text[whole:]


def _unprinted(text: bytes) -> bytes:
    printed = _PRINTED.match(text)
    if printed is None:
        return text
    digits = b"".join(_PRINTED_BYTE.findall(printed[0])).decode()
    return bytes.fromhex(digits) + text[printed.end():]


def decrypt_segment(segment: bytes, key: bytes) -> bytes | None:
    """The plain segment, or None when there is no closed CP. Nothing is verified here: the CRC
    tells whether the key was right. ValueError for a key that is not 16 bytes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    parts = _cut(segment)
    if parts is None:
        return None
    work = Cipher(algorithms.SM4(key), modes.ECB()).decryptor()
    return parts[0] + _blocks(work, _unprinted(parts[1])) + b"&&"


def encrypt_segment(segment: bytes, key: bytes) -> bytes:
    """The segment as it goes on the wire. ValueError without a closed CP or for a wrong key."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    parts = _cut(segment)
    if parts is None:
        raise ValueError("a segment without CP=&&…&& cannot be encrypted")
    work = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    return parts[0] + _blocks(work, parts[1]) + b"&&"


def parse_key(text: str) -> bytes:
    """Key from 32 hex digits. ValueError says what is wrong with it."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise ValueError("an SM4 key is 32 hex digits") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"an SM4 key is 32 hex digits, this one has {len(text.strip())}")
    return key
