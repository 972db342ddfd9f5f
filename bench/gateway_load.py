"""How many packets a second the gateway keeps and acknowledges on this machine, as JSON.

    python bench/gateway_load.py --stations 2000 --seconds 20
    python bench/gateway_load.py --stations 10000 --interval 30 --seconds 60

Starts a gateway on free ports over a temporary data directory, sends 12-factor minute packets from
a process of its own, and adds the gateway's CPU and memory to the load's figures.
"""

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from qingyuan.cli.load import fleet, run_load
from qingyuan.kernel.places import Places
from qingyuan.spool import registry
from qingyuan.spool.registry import Station


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stations", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--interval", type=float, default=0.0, help="0 is a closed loop")
    parser.add_argument("--profile", metavar="FILE", help="write the gateway's cProfile there")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="qingyuan-bench-") as folder:
        places = Places(Path(folder))
        stations = fleet(options.stations)
        registry.save(places.registry, [Station(mn, pw) for mn, pw in stations])
        port, metrics_port = _free_port(), _free_port()
        gateway = _start(folder, port, metrics_port, options.profile)
        try:
            _wait(port)
            before = _cpu(gateway.pid)
            result = run_load(
                "127.0.0.1", port, stations, options.seconds,
                "interval" if options.interval else "closed", options.interval,
            )
            spent = _cpu(gateway.pid) - before
            result["gateway_cpu_us_per_packet"] = round(spent / result["sent"] * 1e6, 1)
            result["gateway_rss_mb"] = _resident(gateway.pid)
            result["spool_bytes_per_packet"] = round(
                sum(f.stat().st_size for f in places.spool.iterdir()) / result["sent"]
            )
            result["metrics"] = _metrics(metrics_port)
        finally:
            gateway.send_signal(signal.SIGTERM)
            result["exit"] = gateway.wait(20)
        print(json.dumps(result, indent=2))


def _start(folder: str, port: int, metrics_port: int, profile: str | None) -> subprocess.Popen:
    words = [sys.executable]
    if profile:
        words += ["-m", "cProfile", "-o", profile]
    words += ["-m", "qingyuan", "gateway", "--data", folder, "--host", "127.0.0.1",
              "--port", str(port), "--metrics-port", str(metrics_port)]
    return subprocess.Popen(words)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _metrics(port: int) -> dict[str, float]:
    wanted = ("commit_seconds_sum", "commit_seconds_count", "duplicates_total", "queue_frames")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        lines = page.read().decode().splitlines()
    pairs = (line.removeprefix("qingyuan_gateway_").split(" ") for line in lines)
    return {pair[0]: float(pair[1]) for pair in pairs if pair[0] in wanted}


if __name__ == "__main__":
    main()
