import os
import threading
from dataclasses import replace

import orjson
import pytest

from qingyuan.spool import RegistryError
from qingyuan.spool.registry import Consent, Station, load, save

GAS = Station(
    "88888880000001", "123456", "2017", "gas", "示例热力一号炉",
    consents=(Consent("1012", 1_700_000_000, 1_800_000_000), Consent("1011", 1_700_000_000)),
    relays=("192.0.2.9:9212", "[2001:db8::1]:9212"), relay_required=True,
)
WATER = Station(
    "粤-2", "", "2025", "water", "示例污水厂", sm4_key="00112233445566778899aabbccddeeff"
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "registry.json"


def test_what_was_saved_is_loaded(path):
    save(path, [WATER, GAS])
    assert load(path) == {GAS.mn: GAS, WATER.mn: WATER}
    save(path, load(path))
    assert load(path) == {GAS.mn: GAS, WATER.mn: WATER}


def test_the_file_is_its_owners_alone_and_nothing_else_is_left(path):
    save(path, [GAS])
    path.chmod(0o644)
    save(path, [GAS])
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["registry.json"]


def test_no_registry_yet_means_no_stations(path):
    assert load(path) == {}


def test_passwords_and_keys_do_not_get_into_logs(path):
    assert "123456" not in repr(GAS)
    assert "0011223344" not in repr(WATER)


def test_a_reader_sees_the_old_or_the_new_file_never_half_a_one(path):
    old = [replace(GAS, mn=f"A{n}") for n in range(300)]
    new = [replace(GAS, mn=f"B{n}") for n in range(300)]
    save(path, old)
    seen: set[int] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            stations = load(path)
            seen.add(len({mn[0] for mn in stations}) * len(stations))

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(20):
        save(path, new)
        save(path, old)
    stop.set()
    thread.join()
    assert seen == {300}


@pytest.mark.parametrize(("content", "message"), [
    (b"", "no JSON .*export the registry again"),
    (b'{"version": 1, "stations": [', "no JSON"),
    (b"[]", "no registry of version 1"),
    (b'{"version": 2, "stations": []}', "no registry of version 1"),
    (b'{"version": 1}', "'stations' must be a list"),
    (b'{"version": 1, "stations": [7]}', "station 1"),
    (b'{"version": 1, "stations": [{"mn": "A"}]}', "station 1: .*password"),
    (b'{"version": 1, "stations": [{"mn": "A", "password": "", "colour": "red"}]}', "colour"),
])
def test_a_file_that_cannot_be_used_is_refused_with_what_to_do(path, content, message):
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(("change", "message"), [
    ({"mn": ""}, "MN and password must be texts"),
    ({"password": None}, "MN and password must be texts"),
    ({"edition": "2020"}, "edition '2020'"),
    ({"kind": "noise"}, "kind 'noise'"),
    ({"sm4_key": "0011"}, "32 hex digits"),
    ({"sm4_key": "xyz"}, "hexadecimal"),
    ({"relays": ("192.0.2.9",)}, "host:port"),
    ({"relays": ("192.0.2.9:99999",)}, "host:port"),
])
def test_a_station_that_the_gateway_cannot_use_is_neither_saved_nor_loaded(path, change, message):
    save(path, [GAS])
    with pytest.raises(RegistryError, match=message):
        save(path, [replace(GAS, **change)])
    assert load(path) == {GAS.mn: GAS}
    document = orjson.loads(path.read_bytes())
    document["stations"][0].update(change)
    path.write_bytes(orjson.dumps(document))
    with pytest.raises(RegistryError, match=message):
        load(path)


def test_an_mn_that_stands_twice_is_refused(path):
    with pytest.raises(RegistryError, match="MN 88888880000001 stands twice"):
        save(path, [GAS, GAS])


def test_a_consent_holds_for_its_command_from_its_first_second_to_before_its_last():
    assert GAS.consent("1012", 1_699_999_999) is None
    assert GAS.consent("1012", 1_700_000_000) == GAS.consents[0]
    assert GAS.consent("1012", 1_799_999_999.9) == GAS.consents[0]
    assert GAS.consent("1012", 1_800_000_000) is None
    assert GAS.consent("1011", 9_999_999_999) == GAS.consents[1]
    assert GAS.consent("1013", 1_750_000_000) is None


def test_a_hundred_thousand_stations_are_read_in_a_bearable_time(path):
    import time

    save(path, [replace(GAS, mn=f"{n:024d}") for n in range(100_000)])
    start = time.process_time()
    assert len(load(path)) == 100_000
    assert time.process_time() - start < 10  # about 1 s on an idle core
