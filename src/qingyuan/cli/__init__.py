"""The command ``qingyuan``. Each verb lives in a module of its own, imported when called.

Exit status: 0 when the input could be handled, 2 for bad input with the message on stderr.
"""

import importlib
import sys
from collections.abc import Sequence

# verb -> (module, one line of purpose). Every module has ``run(argv: list[str]) -> int``.
VERBS: dict[str, tuple[str, str]] = {
    "up": ("up", "run gateway, intake, worker and web together, with one readable log"),
    "demo": ("demo", "up, with a seeded company, virtual stations and 40 days of history"),
    "gateway": ("gateway", "receive HJ 212 over TCP, keep it, acknowledge it"),
    "intake": ("intake", "take frames from the spool into readings"),
    "work": ("work", "periodic jobs: retention, compression, registry export"),
    "web": ("web", "serve the pages"),
    "hj212": ("hj212", "decode, encode, lint, send and replay HJ 212 packets"),
    "judge": ("judge", "judge a point's minutes from files: hours, days, months, quarter"),
    "check-record": (
        "check_record", "judge one record of a calibration, verification or comparison"),
    "capability": (
        "capability", "what an O&M unit must have, check by check, from a facts file"),
    "rules": ("rules", "the book of rules: list, show, check, compare"),
    "formula": ("formula", "work out a formula of the standards with the numbers shown"),
    "duties": ("duties", "what must be done, how often, by which clause: list, matrix, check"),
    "forms": ("forms", "record forms: list, show, check, compute"),
    "recompute": ("recompute", "judge stored hours again, with progress"),
    "report": ("report", "write periodic reports (Annex B) as DOCX and PDF"),
    "plan": ("plan", "bring clocks of duties and tasks of all units up to date"),
    "spool": ("spool", "verify the raw frames' chain"),
    "simulate": ("simulate", "virtual stations that speak HJ 212"),
    "station": ("station", "add and list stations"),
    "user": ("user", "add and list accounts"),
    "readings": ("readings", "print a station's readings"),
    "import": ("imports", "import readings from CSV or XLSX"),
    "bench": ("bench", "measure ingest on this machine"),
    "manage": ("manage", "Django's own management commands"),
}


class BadInput(Exception):
    """What the user gave cannot be handled; the message says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Dispatch to a verb; the process's exit status is returned."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0
    if args[0] in ("-V", "--version"):
        from qingyuan import __version__

        print(__version__)
        return 0
    if args[0] not in VERBS:
        print(f"qingyuan: unknown command {args[0]!r}\n\n{_usage()}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"qingyuan.cli.{VERBS[args[0]][0]}")
    try:
        return int(module.run(args[1:]) or 0)
    except BadInput as error:
        print(f"qingyuan {args[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _usage() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {purpose}" for verb, (_, purpose) in VERBS.items()]
    return "usage: qingyuan COMMAND …\n\n" + "\n".join(lines)
