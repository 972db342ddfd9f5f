"""Opening encrypted segments with the key of their station (HJ 212-2025 clause 6.4)."""

import re
from collections.abc import Callable

from .crc import printed_crc
from .header import read_header
from .sm4 import KEY_BYTES, decrypt_segment

Key = bytes | bytearray | Callable[[str], bytes | None] | None

_ENCRYPTED_FLAGS = (8, 9, 10, 11)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_PRINTED_CIPHER = b"CP=&&{0x"


class Keyring:
    """One key for all, or a function from MN to key; it may return None or raise LookupError.

    ValueError for a key of another length than 16 bytes, TypeError for what is neither."""

    def __init__(self, key: Key) -> None:
        if isinstance(key, bytes | bytearray):
            if len(key) != KEY_BYTES:
                raise ValueError(f"an SM4 key has {KEY_BYTES} bytes, this one has {len(key)}")
            key = bytes(key)
        elif key is not None and not callable(key):
            raise TypeError(f"an SM4 key is bytes or a function from MN to bytes, not {key!r}")
        self._key: bytes | Callable[[str], bytes | None] | None = key

    def _of(self, mn: str) -> bytes | None:
        if self._key is None or isinstance(self._key, bytes):
            return self._key
        try:
            key = self._key(mn)
        except LookupError:
            return None
        return key if key is not None and len(key) == KEY_BYTES else None

    def doubts(self, segment: bytes) -> bool:
        """Whether a segment whose plain CRC fits should be tried as cipher text all the same.

        There are only 256 sums, so one encrypted packet in 256 fits by chance. Cipher text is told
        from a plain CP by bytes that are no text.
        """
        if self._key is None:
            return False
        return not _is_text(segment) or _PRINTED_CIPHER in segment

    def open(self, segment: bytes, declared: bytes) -> tuple[bytes | None, str]:
        """The plain segment if the CRC ``declared`` (upper case) fits it after decryption, else
        None and the reason, as an addition to a sentence."""
        head, cp, _ = segment.partition(b"CP=&&")
        header = read_header(head)[0] if cp else None
        if header is None or header.flag not in _ENCRYPTED_FLAGS:
            return None, ""
        key = self._of(header.mn or "")
        if key is None:
            return None, f"; Flag={header.flag} may mean SM4, and there is no key for this MN"
        plain = decrypt_segment(segment, key)
        if plain is not None and printed_crc(plain) == declared:
            return plain, ""
        return None, "; it does not fit after SM4 decryption either"


def _is_text(segment: bytes) -> bool:
    if _CONTROLS.search(segment):
        return False
    return segment.isascii() or _decodes(segment, "utf-8") or _decodes(segment, "gbk")


def _decodes(segment: bytes, encoding: str) -> bool:
    try:
        segment.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
