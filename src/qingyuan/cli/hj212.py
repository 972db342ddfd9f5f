"""``qingyuan hj212 VERB``: the protocol from the command line, without Django.

Each verb is a function ``(argv) -> exit status``, imported only when called.
"""

import importlib
import sys

from qingyuan.cli import BadInput

# verb -> (module, function, how it is called, purpose)
VERBS: dict[str, tuple[str, str, str, str]] = {
    "decode": (
        "hj212_decode", "run_decode", "[--sm4-key HEX] [--max-length N] [FILE|-]",
        "one JSON line for each packet or bad stretch",
    ),
    "encode": (
        "hj212_decode", "run_encode", "[--sm4-key HEX] [FILE|-]",
        "JSON lines as decode prints them, to frames",
    ),
    "lint": ("hj212_lint", "run", "FILE", "findings, each with its clause"),
    "send": ("hj212_wire", "run_send", "HOST:PORT FILE", "send the frames of a file"),
    "replay": ("hj212_wire", "run_replay", "HOST:PORT FILE", "send at the pace of the QNs"),
}


def run(argv: list[str]) -> int:
    """Dispatch to a verb. BadInput for a verb that does not exist."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if argv[0] not in VERBS:
        raise BadInput(f"unknown verb {argv[0]!r}\n\n{usage()}")
    module, function, _, _ = VERBS[argv[0]]
    verb = getattr(importlib.import_module(f"qingyuan.cli.{module}"), function)
    try:
        return int(verb(argv[1:]) or 0)
    except BadInput as error:
        print(f"qingyuan hj212 {argv[0]}: {error}", file=sys.stderr)
        return 2


def usage() -> str:
    """The verbs with their arguments, a line each."""
    calls = {verb: f"{verb} {arguments}" for verb, (_, _, arguments, _) in VERBS.items()}
    width = max(map(len, calls.values()))
    lines = [f"  {calls[verb]:<{width}}  {row[3]}" for verb, row in VERBS.items()]
    return "usage: qingyuan hj212 VERB …\n\n" + "\n".join(lines)
