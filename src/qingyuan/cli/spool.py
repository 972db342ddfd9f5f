"""``qingyuan spool``: verify the raw frames' chain, print its head, compress older days."""

import argparse
import json
import os
import sqlite3
import sys
from pathlib import Path

from qingyuan.kernel.places import Places

from . import BadInput


def run(argv: list[str]) -> int:
    """Status 0 when what was asked could be done and the chain is sound, else 2."""
    args = _parser().parse_args(argv)
    from qingyuan.spool import SpoolError

    directory = Places(args.data or Path(os.environ.get("QINGYUAN_DATA") or "var")).spool
    if not directory.is_dir():
        raise BadInput(f"{directory}: no such directory; name the data directory with --data")
    try:
        return int(args.verb(directory, args))
    except (SpoolError, OSError, sqlite3.Error) as error:
        raise BadInput(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qingyuan spool")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    common.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    verify = verbs.add_parser("verify", parents=[common], help="recompute every link")
    verify.add_argument("--day", metavar="D", help="one China day, YYYY-MM-DD")
    verify.add_argument("--expect-head", metavar="HEX", type=_link,
                        help="a link noted outside that must occur in the chain")
    verify.set_defaults(verb=_verify)
    head = verbs.add_parser("head", parents=[common], help="the newest link, to be noted outside")
    head.set_defaults(verb=_head)
    compress = verbs.add_parser("compress", parents=[common], help="compress older days")
    compress.add_argument("--before", metavar="D", required=True, help="China day, YYYY-MM-DD")
    compress.set_defaults(verb=_compress)
    return parser


def _link(text: str) -> bytes:
    try:
        link = bytes.fromhex(text)
    except ValueError:
        link = b""
    if len(link) != 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no link; a link has 64 hex digits")
    return link


def _verify(directory: Path, args: argparse.Namespace) -> int:
    from qingyuan.spool import verify

    report = verify(directory, day=args.day, expected_head=args.expect_head)
    if args.json:
        print(json.dumps({
            "ok": report.ok, "frames": report.frames, "days": report.days,
            "last_seq": report.last_seq, "head": report.head.hex(),
            "begins": report.begins.hex(), "expected_head_at": report.expected_at,
            "problems": report.problems,
        }, ensure_ascii=False))
    else:
        print(f"{report.frames} frames of {len(report.days)} days, up to frame {report.last_seq}")
        print(f"head {report.head.hex()}")
        if report.expected_at is not None:
            print(f"the noted head is that of frame {report.expected_at}")
        if report.ok:
            print("the chain is sound")
    for problem in report.problems:
        print(f"qingyuan spool: {problem}", file=sys.stderr)
    return 0 if report.ok else 2


def _head(directory: Path, args: argparse.Namespace) -> int:
    from qingyuan.spool import SpoolReader

    with SpoolReader(directory) as reader:
        seq, link = reader.head()
    print(json.dumps({"seq": seq, "head": link.hex()}) if args.json else f"{seq} {link.hex()}")
    return 0


def _compress(directory: Path, args: argparse.Namespace) -> int:
    from qingyuan.spool import compress_before

    packed = compress_before(directory, args.before)
    if args.json:
        print(json.dumps({"packed": [path.name for path in packed]}))
    else:
        print("\n".join([*(path.name for path in packed), f"{len(packed)} days compressed"]))
    return 0
