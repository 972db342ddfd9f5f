"""``qingyuan gateway``: receive HJ 212 over TCP, keep it, acknowledge it."""

import argparse
import logging
import os
import sqlite3
import sys
from pathlib import Path

from qingyuan.cli import BadInput
from qingyuan.kernel.places import Places


def run(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT; 0 after a clean stop, BadInput for a taken port or spool."""
    from qingyuan.gateway import process
    from qingyuan.spool import SpoolError

    options = _parser().parse_args(argv)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, datefmt="%Y-%m-%d %H:%M:%S",
        format="%(asctime)s %(levelname)s %(message)s",
    )
    setup = _setup(options)
    try:
        process.run(setup)
    except OSError as error:
        raise BadInput(
            f"cannot listen on {setup.host}:{setup.port} (metrics on 127.0.0.1:"
            f"{setup.metrics_port}) or use {setup.places.root}: {error}"
        ) from error
    except SpoolError as error:
        raise BadInput(str(error)) from error
    except sqlite3.Error as error:
        raise BadInput(f"cannot use the files in {setup.places.root}: {error}") from error
    return 0


def _setup(options: argparse.Namespace):  # type: ignore[no-untyped-def]
    from qingyuan.gateway.limits import Limits
    from qingyuan.gateway.server import Setup

    return Setup(
        Places(Path(options.data)), options.host, options.port, options.metrics_port,
        options.first_contact, Limits(
            max_connections=options.max_connections, max_length=options.max_length,
            idle=options.idle,
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan gateway", description="Receive HJ 212 over TCP, keep it, acknowledge it."
    )
    parser.add_argument("--data", default=os.environ.get("QINGYUAN_DATA") or "var", metavar="DIR",
                        help="data directory (default: QINGYUAN_DATA or ./var)")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")
    parser.add_argument("--port", type=_port, default=9212, help="port of the loggers")
    parser.add_argument("--metrics-port", type=_port, default=9213, metavar="PORT",
                        help="port of /metrics, /healthz and /links.json on 127.0.0.1")
    parser.add_argument("--max-connections", type=_positive, default=20_000, metavar="N")
    parser.add_argument("--max-length", type=_positive, default=4096, metavar="BYTES",
                        help="longest data segment that is still believed")
    parser.add_argument("--idle", type=float, default=3900.0, metavar="SECONDS",
                        help="a link silent for so long is closed")
    parser.add_argument("--first-contact", action="store_true",
                        help="at a station's first packet ask for the settings of HJ 212-2017 6.7, "
                        "as far as its discharger has agreed (default: receive and acknowledge)")
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
