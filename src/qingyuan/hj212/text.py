"""Bytes to text: HJ 212-2017 says ASCII, and UTF-8 for Chinese; many senders use GBK."""

BLANKS = b" \t\r\n\v\f"


def decode_text(raw: bytes, warnings: list[str]) -> str:
    """UTF-8 first, then GBK; bytes that are neither are written as ``\\xNN``. Both with a warning.

    >>> decode_text("清洗".encode("gbk"), [])
    '清洗'
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass_on = _gbk(raw)
    if pass_on is not None:
        _once(warnings, "text in GBK instead of UTF-8")
        return pass_on
    _once(warnings, "text that is neither UTF-8 nor GBK")
    return raw.decode(errors="backslashreplace")


def _gbk(raw: bytes) -> str | None:
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return None


def _once(warnings: list[str], remark: str) -> None:
    if remark not in warnings:
        warnings.append(remark)
