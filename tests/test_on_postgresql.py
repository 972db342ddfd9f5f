"""The main job on PostgreSQL: the whole product, killed once, loses and doubles nothing."""

import os
import signal
from pathlib import Path

MN = "010000A8900016F000169DC0"
FEED = Path(__file__).parent / "data" / "wastewater.hj212"


def test_from_the_socket_to_readings_through_a_kill(product_on_postgresql):
    product = product_on_postgresql
    product.up()
    product.run("station", "add", MN, "--password", "123456", "--kind", "water",
                "--name", "示例污水处理厂总排口")
    product.wait_for(lambda: MN in (product.data / "registry.json").read_text(), "the registry")
    packets = FEED.read_bytes().split(b"\r\n")[:-1]
    product.talk(b"".join(p + b"\r\n" for p in packets[:3]), 3)
    for name in ("intake", "gateway"):
        os.kill(child(product, name), signal.SIGKILL)
    product.wait_for(lambda: product.get("/healthz") == 200, "everything to be back")
    product.talk(b"".join(p + b"\r\n" for p in packets[2:6]), 4)  # the third once more
    product.wait_for(lambda: product.readings(MN, "day", "2026-11-20", "2026-11-21"), "the day")

    minutes = product.readings(MN, "min", "2026-11-20", "2026-11-21")
    assert [m["factors"]["w01018"]["Avg"] for m in minutes] == [41.7, 43.1]
    assert [m["frame"] for m in minutes] == [2, 3]
    [hour] = product.readings(MN, "hour", "2026-11-20", "2026-11-21")
    assert hour["factors"]["w00000"]["Cou"] == 226.9
    assert not list(product.data.glob("qingyuan.sqlite*"))  # it really was PostgreSQL


def child(product, verb: str) -> int:
    """Process id of one of the product's own children."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        words = entry.read_bytes().split(b"\0")
        if b"qingyuan" in words and verb.encode() in words and str(product.data).encode() in words:
            return int(entry.parent.name)
    raise AssertionError(f"no {verb} runs on {product.data}")
