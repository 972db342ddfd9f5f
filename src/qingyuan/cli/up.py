"""``qingyuan up``: gateway, intake, worker and web on one machine, one readable log."""

import argparse
import asyncio
import fcntl
import os
import socket
import sys
from pathlib import Path
from typing import TextIO

from . import BadInput
from .supervisor import Child, Supervisor

HTTP_PORT, GATEWAY_PORT = 8000, 9212


def parser(verb: str, default_data: str, gateway_host: str) -> argparse.ArgumentParser:
    """The options that ``up`` and ``demo`` share."""
    p = argparse.ArgumentParser(prog=f"qingyuan {verb}")
    p.add_argument("--data", type=Path, default=Path(os.environ.get("QINGYUAN_DATA", default_data)),
                   metavar="DIR", help="data directory (default: %(default)s)")
    p.add_argument("--http-port", type=int, default=HTTP_PORT, metavar="N",
                   help="port of the pages (default: %(default)s)")
    p.add_argument("--http-host", default="127.0.0.1", metavar="ADDRESS",
                   help="address the pages listen on (default: %(default)s)")
    p.add_argument("--gateway-port", type=int, default=GATEWAY_PORT, metavar="N",
                   help="port for the data loggers (default: %(default)s)")
    p.add_argument("--gateway-host", default=gateway_host, metavar="ADDRESS",
                   help="address the gateway listens on (default: %(default)s)")
    p.add_argument("--metrics-port", type=int, default=0, metavar="N",
                   help="local port of the gateway's metrics (default: gateway port + 1)")
    return p


def run(argv: list[str]) -> int:
    """Start everything on an installation that may be empty."""
    args = parser("up", "var", "0.0.0.0").parse_args(argv)
    settle(args)
    prepare(args.data)
    return asyncio.run(Supervisor(children(args)).run())


def settle(args: argparse.Namespace) -> None:
    """Make the data directory and claim it, refuse ports in use, and set what every child inherits.

    The claim is in ``args.lock`` and lasts as long as this process, however it ends.
    """
    args.metrics_port = args.metrics_port or args.gateway_port + 1
    try:
        args.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot use {args.data} as data directory: {error.strerror}; "
                       "name another with --data DIR") from None
    args.lock = claim(args.data)
    for host, port, option in ((args.http_host, args.http_port, "--http-port"),
                               (args.gateway_host, args.gateway_port, "--gateway-port"),
                               ("127.0.0.1", args.metrics_port, "--metrics-port")):
        require_free(host, port, option)
    os.environ["QINGYUAN_DATA"] = str(args.data.resolve())
    os.environ["QINGYUAN_GATEWAY_HTTP"] = str(args.metrics_port)


def claim(data: Path) -> TextIO:
    """Lock a data directory for this process alone; the open file holds the lock. BadInput when
    another ``up`` or ``demo`` has it: its children and ours would fight over spool and intake."""
    lock = (data / "up.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise BadInput(f"another qingyuan up or demo is running on {data.resolve()}; stop it, or "
                       "name another data directory with --data DIR") from None
    return lock


def require_free(host: str, port: int, option: str) -> None:
    """Raise BadInput when the port cannot be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise BadInput(f"cannot listen on {host}:{port} ({error}); "
                           f"choose another port with {option} N") from None


def prepare(data: Path) -> None:
    """Bring the database to the present schema and export the registry; idempotent."""
    from qingyuan.project.setup import prepare as prepare_data

    prepare_data(data)


def children(args: argparse.Namespace) -> list[Child]:
    """The four processes in the order in which they start and stop."""
    data = ["--data", str(args.data)]
    return [
        Child("gateway", verb("gateway", *data, "--host", args.gateway_host,
                              "--port", str(args.gateway_port),
                              "--metrics-port", str(args.metrics_port))),
        Child("intake", verb("intake", *data)),
        Child("work", verb("work", *data)),
        Child("web", verb("web", *data, "--http-host", args.http_host,
                          "--http-port", str(args.http_port))),
    ]


def verb(*words: str) -> list[str]:
    """The command line of another verb of this very program."""
    return [sys.executable, "-m", "qingyuan", *words]
