"""A second reader of the same promise, slow and plain: whole stream at once, byte by byte, bit CRC.

It shares no code with the package and takes every clause one after the other, so that a slip in
the quick reader shows. The tests and the fuzz run hold the two against each other.
"""

from datetime import datetime, timedelta, timezone

HEADER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
OPENINGS = tuple(f"{name}=".encode() for name in HEADER)
HEX = b"0123456789abcdefABCDEF"
BLANKS = b" \t\r\n\v\f"


def bit_crc(segment):
    """HJ 212-2017 Annex A, step by step."""
    crc = 0xFFFF
    for byte in segment:
        crc = (crc >> 8) ^ byte
        for _ in range(8):
            low = crc & 1
            crc >>= 1
            if low:
                crc ^= 0xA001
    return crc


def candidate_length(data, at, cap):
    digits = data[at + 2 : at + 6]
    if data[at : at + 2] != b"##" or len(digits) < 4 or any(d not in b"0123456789" for d in digits):
        return None
    if int(digits) > cap or not data[at + 6 :].startswith(OPENINGS):
        return None
    return int(digits)


def events(data, cap=4096, crc=bit_crc):
    """What ``qingyuan hj212 decode`` prints for the whole stream, without details and warnings."""
    found, at, since, kind = [], 0, None, "noise"

    def close(end):
        if since is not None and end > since:
            found.append({"ok": False, "offset": since, "length": end - since, "error": kind,
                          "raw": data[since:end].hex()})

    while at < len(data):
        length = candidate_length(data, at, cap)
        if length is None:
            since = at if since is None else since
            at += 1
            continue
        close(at)
        verdict, packet, end = judge(data, at, length, crc)
        if packet is not None:
            found.append({"ok": True, "offset": at, "length": end - at, **packet})
            at, since, kind = end, None, "noise"
        else:
            since, kind = at, verdict
            at += 1
    close(len(data))
    return found


def judge(data, at, length, crc):
    end = at + 6 + length
    printed = data[end : end + 4]
    if len(printed) < 4 or any(byte not in HEX for byte in printed):
        return "length", None, 0
    segment = data[at + 6 : end]
    if int(printed, 16) != crc(segment):
        return "crc", None, 0
    packet = read(segment)
    if packet is None:
        return "segment", None, 0
    end += 4
    if data[end : end + 2] == b"\r\n":
        end += 2
    elif data[end : end + 1] == b"\n":
        end += 1
    return "", packet, end


def to_text(raw):
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")


def read(segment):
    opened = segment.find(b"CP=&&")
    if opened >= 0:
        head, cp = segment[:opened], segment[opened + 5 :]
        if head and not head.endswith(b";"):
            head = head.rstrip(b", ")
    else:
        loose = loose_cp(segment)
        if loose is None:
            return None
        head, cp = loose
    closed = cp.rfind(b"&&")
    header = read_header(head)
    if header.get("CN") is None:
        return None
    return line(header, read_cp(cp if closed < 0 else cp[:closed]))


def loose_cp(segment):
    """``CP=`` at an item's beginning, blanks tolerated, the opening ``&&`` missing or apart."""
    for at in range(len(segment)):
        if at and segment[at - 1] not in b";,":
            continue
        rest = segment[at:].lstrip(b" \t\r\n")
        if not rest.startswith(b"CP"):
            continue
        rest = rest[2:].lstrip(b" \t")
        if rest.startswith(b"="):
            rest = rest[1:].lstrip(b" \t")
            return segment[:at], rest.removeprefix(b"&&")
    return None


def read_header(head):
    items, item = [], b""
    for at, byte in enumerate(head):
        rest = head[at + 1 :].lstrip(b" \t")
        if byte == ord(";") or (byte == ord(",") and rest.startswith(OPENINGS)):
            items.append(item)
            item = b""
        else:
            item += bytes([byte])
    header = {}
    for found in [*items, item]:
        if b"=" in found:
            name, text = found.split(b"=", 1)
            header[to_text(name.strip(BLANKS))] = to_text(text.strip(BLANKS))
    return header


def read_cp(cp):
    """Pairs, one byte at a time; between // at an item's beginning or after its first = and a //
    before a separator nothing cuts. An item that is such a text as a whole has no name."""
    pairs, item, at = [], b"", 0
    while at <= len(cp):
        log_end = end_of_log(cp, at, item)
        if log_end:
            item += cp[at:log_end]
            at = log_end
        elif at == len(cp) or cp[at] in b";,":
            if item.strip(BLANKS):
                bare = item.strip(BLANKS)
                log = len(bare) >= 4 and bare[:2] == bare[-2:] == b"//"
                name, text = item.split(b"=", 1) if b"=" in item and not log else (b"", item)
                pairs.append([to_text(name.strip(BLANKS)), to_text(text.strip(BLANKS))])
            item = b""
            at += 1
        else:
            item += cp[at : at + 1]
            at += 1
    return pairs


def end_of_log(cp, at, item):
    """Where a log text that opens at ``at`` ends, or 0."""
    name, equals, rest = item.partition(b"=")
    before = rest if equals else name
    if before.strip(BLANKS) or cp[at : at + 2] != b"//":
        return 0
    for close in range(at + 2, len(cp) - 1):
        if cp[close : close + 2] == b"//":
            after = cp[close + 2 :].lstrip(BLANKS)
            if not after or after[:1] in (b";", b","):
                return close + 2
    return 0


def moment(text):
    if len(text) != 14 or any(c not in "0123456789" for c in text):
        return None
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 (China time is added below)
    except ValueError:
        return None
    return when.replace(tzinfo=timezone(timedelta(hours=8))).isoformat()


def number(text):
    plain = text is not None and 1 <= len(text) <= 9 and all(c in "0123456789" for c in text)
    return int(text) if plain else None


def line(header, pairs):
    fields, groups, times = {}, [{}], []
    for name, text in pairs:
        if name == "DataTime":
            times.append(moment(text))
            if len(times) > 1:
                groups.append({})
        if "-" in name:
            factor, suffix = name.rsplit("-", 1)
            groups[-1].setdefault(factor, {})[suffix] = text
        elif name:
            fields[name] = text
    flag = number(header.get("Flag"))
    editions = {0: "2005", 1: "2017", 2: "2025"}
    edition = "2005" if flag is None else editions.get(flag // 4)
    if header.get("ST") == "21" and flag in (8, 9):
        edition = "2017"
    found = {
        "edition": edition, "qn": header.get("QN"), "st": header.get("ST"),
        "cn": header["CN"], "pw": header.get("PW"), "mn": header.get("MN"), "flag": flag,
        "ack": flag is not None and flag % 2 == 1, "pnum": number(header.get("PNUM")),
        "pno": number(header.get("PNO")), "data_time": times[0] if times else None,
        "fields": fields, "factors": groups[0], "pairs": pairs,
    }
    if "RF" in header:
        found["rf"] = header["RF"]
    if len(times) > 1:
        found["records"] = [
            {"data_time": t, "factors": g} for t, g in zip(times, groups, strict=True)
        ]
    return found
