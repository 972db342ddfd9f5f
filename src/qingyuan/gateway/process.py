"""The process around the gateway: event loop, signals, file descriptors."""

import asyncio
import gc
import logging
import resource
import signal
import sys
from dataclasses import replace

from qingyuan.gateway.server import Gateway, Setup

log = logging.getLogger(__name__)
_OWN_FILES = 256
# The spool's thread gives the interpreter lock away at every SQL step; with the usual 5 ms it
# would get it back a hundred times later than it needs under load.
_SWITCH_SECONDS = 0.0005


def run(setup: Setup) -> None:
    """Serve until SIGTERM or SIGINT. Raises what :meth:`Gateway.start` raises."""
    setup = _within(setup, raise_open_files())
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:
        log.info("uvloop is not installed; asyncio's own loop serves")
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve(Gateway(setup)))


def _within(setup: Setup, open_files: int) -> Setup:
    """No more connections than file descriptors, less what the process itself needs."""
    most = open_files - _OWN_FILES
    if setup.limits.max_connections <= most:
        return setup
    log.info("%d connections at most: the system allows %d open files", most, open_files)
    return replace(setup, limits=replace(setup.limits, max_connections=most))


async def serve(gateway: Gateway) -> None:
    """Start, wait for a signal, stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    await gateway.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    gc.freeze()
    # Batches are thousands of young tuples that die together; looking at them each 700 is waste.
    gc.set_threshold(50_000, 20, 100)
    await stop.wait()
    log.info("stopping")
    await gateway.stop()


def raise_open_files() -> int:
    """Lift the soft limit of open files to the hard one; the limit in force is returned."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
