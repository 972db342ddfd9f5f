import sqlite3
import threading
from itertools import product

import pytest

from qingyuan.spool import CommandError
from qingyuan.spool.commands import NAMES, STATES, STEPS, CommandBox

NOW = 1_763_870_400_000
HOUR = 3_600_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "commands.sqlite"


@pytest.fixture
def box(path):
    with CommandBox(path) as box:
        yield box


@pytest.fixture
def ask(box):
    def ask(mn: str = "MN-A", now_ms: int = NOW, **options) -> int:
        return box.enqueue(
            mn, "2061", [("BeginTime", "20251123000000"), ("EndTime", "20251123120000")],
            st="31", reason="断线补采", by="工程师甲", now_ms=now_ms, **options,
        )

    return ask


def test_a_command_is_kept_with_who_asked_and_why(box, ask):
    command = box.get(ask())
    assert (command.mn, command.cn, command.st, command.state) == ("MN-A", "2061", "31", "waiting")
    assert command.cp == (("BeginTime", "20251123000000"), ("EndTime", "20251123120000"))
    assert (command.reason, command.by, command.qn) == ("断线补采", "工程师甲", None)
    assert (command.created_at, command.expires_at) == (NOW, NOW + HOUR)


def test_a_whole_conversation_leaves_its_trace(box, ask):
    number = ask()
    assert [command.id for command in box.claim(10, NOW + 1)] == [number]
    box.progress(number, "sent", qn="20251123120000123", note="second try", now_ms=NOW + 2)
    box.progress(number, "accepted", answer=b"##9011", now_ms=NOW + 3)
    box.progress(number, "accepted", answer=b"##2061", now_ms=NOW + 4)
    box.progress(number, "done", note="ExeRtn=1", answer=b"##9012", now_ms=NOW + 5)
    command = box.get(number)
    assert (command.state, command.qn, command.changed_at) == ("done", "20251123120000123", NOW + 5)
    assert [(step.at - NOW, step.state, step.note, step.answer) for step in command.steps] == [
        (0, "waiting", "断线补采", ""),
        (1, "sent", "claimed by the gateway", ""),
        (2, "sent", "second try", ""),
        (3, "accepted", "", b"##9011".hex()),
        (4, "accepted", "", b"##2061".hex()),
        (5, "done", "ExeRtn=1", b"##9012".hex()),
    ]


REACH = {
    "waiting": [], "sent": ["sent"], "accepted": ["sent", "accepted"],
    "done": ["sent", "accepted", "done"], "failed": ["sent", "failed"],
    "refused": ["sent", "refused"], "timeout": ["sent", "timeout"], "expired": ["expired"],
}


@pytest.mark.parametrize(("state", "target"), list(product(sorted(NAMES), sorted(NAMES))))
def test_only_the_steps_of_the_table_are_taken(box, ask, state, target):
    number = ask()
    for step in REACH[state]:
        box.progress(number, step, now_ms=NOW)
    before = box.get(number)
    if (state, target) in STEPS:
        box.progress(number, target, now_ms=NOW + 1)
        assert box.get(number).state == target
        assert len(box.get(number).steps) == len(before.steps) + 1
    else:
        with pytest.raises(CommandError, match=f"is {state} and cannot become {target}"):
            box.progress(number, target, now_ms=NOW + 1)
        assert box.get(number) == before


def test_ends_are_ends():
    ends = {"done", "failed", "refused", "expired"}
    assert {state for state, _ in STATES} == NAMES - ends


def test_oldest_first_and_never_twice(box, path, ask):
    numbers = [ask(f"MN-{n}") for n in range(40)]
    got: list[int] = []

    def gateway() -> None:
        with CommandBox(path) as other:
            while mine := other.claim(3, NOW):
                got.extend(command.id for command in mine)

    threads = [threading.Thread(target=gateway) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == numbers
    assert box.claim(3, NOW) == []


def test_only_connected_stations_commands_are_claimed_and_the_others_wait(box, ask):
    one, two = ask("MN-A"), ask("MN-B")
    assert [command.id for command in box.claim(10, NOW, ["MN-B", "MN-C"])] == [two]
    assert box.claim(10, NOW, []) == []
    assert box.get(one).state == "waiting"
    assert [command.id for command in box.claim(10, NOW)] == [one]


def test_what_could_not_be_sent_goes_back(box, ask):
    number = ask()
    box.claim(1, NOW)
    box.progress(number, "waiting", note="link lost before sending", now_ms=NOW + 1)
    assert [command.id for command in box.claim(1, NOW + 2)] == [number]


def test_what_waited_too_long_expires_and_is_not_sent(box, ask):
    late, later, short = ask(), ask(now_ms=NOW + HOUR), ask(expires_ms=NOW + 5)
    assert [command.id for command in box.claim(10, NOW + HOUR, [])] == []
    assert [box.get(number).state for number in (late, later, short)] == [
        "expired", "waiting", "expired",
    ]
    assert box.get(late).steps[-1].note == "not sent in time"


def test_a_gateway_that_starts_sees_what_its_predecessor_had_under_way(box, ask):
    numbers = [ask() for _ in range(4)]
    box.claim(3, NOW)
    box.progress(numbers[1], "accepted", now_ms=NOW)
    box.progress(numbers[2], "done", now_ms=NOW)
    assert [command.id for command in box.in_flight()] == numbers[:2]


def test_a_station_shows_its_own_newest_first(box, ask):
    mine = [ask("MN-A"), ask("MN-B"), ask("MN-A"), ask("MN-A")]
    assert [command.id for command in box.of_station("MN-A", 2)] == [mine[3], mine[2]]
    assert box.of_station("MN-C", 2) == []


def test_a_station_shows_what_lived_in_a_span(box, ask):
    early, late = ask(), ask(now_ms=NOW + HOUR)
    box.claim(1, NOW + 5)

    def lived(since, until):
        return [c.id for c in box.of_station("MN-A", since_ms=since, until_ms=until)]

    assert lived(NOW, NOW + 5) == lived(NOW + 5, NOW + 6) == [early]
    assert lived(NOW + 6, NOW + HOUR) == []
    assert lived(NOW, NOW + HOUR + 1) == [late, early]


def test_a_command_touches_from_its_sending_to_its_last_step(box, ask):
    number, _waiting, _other = ask(), ask(), ask("MN-B")
    box.progress(number, "sent", now_ms=NOW + 10)
    box.progress(number, "waiting", note="link lost before sending", now_ms=NOW + 20)
    assert box.touching("MN-A", NOW, NOW + HOUR) == []
    box.progress(number, "sent", now_ms=NOW + 30)
    box.progress(number, "accepted", now_ms=NOW + 40)
    box.progress(number, "done", now_ms=NOW + 90)
    touched = [
        start for start in range(0, 120, 10)
        if [c.id for c in box.touching("MN-A", NOW + start, NOW + start + 10)] == [number]
    ]
    assert touched == [30, 40, 50, 60, 70, 80, 90]


def test_a_refused_step_changes_nothing(box, ask):
    number = ask()
    box.claim(1, NOW)
    box.progress(number, "refused", note="QnRtn=2", now_ms=NOW + 1)
    before = box.get(number)
    with pytest.raises(CommandError):
        box.progress(number, "done", qn="1", now_ms=NOW + 2)
    assert box.get(number) == before


def test_a_command_nobody_asked_for_and_one_that_does_not_exist_are_refused(box):
    with pytest.raises(CommandError, match="who asks"):
        box.enqueue("MN-A", "1012", [], st="31", reason="r", by="", now_ms=NOW)
    with pytest.raises(CommandError, match="there is no command 9"):
        box.get(9)
    with pytest.raises(CommandError, match="there is no command 9"):
        box.progress(9, "done", now_ms=NOW)


@pytest.mark.parametrize("text", [
    "UPDATE command_event SET note = 'nothing happened'", "DELETE FROM command_event",
])
def test_the_trace_can_be_added_to_only(ask, sql, path, text):
    ask()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sql(path, text)


def test_commands_outlive_the_box(path, ask):
    number = ask()
    with CommandBox(path) as other:
        assert other.get(number).reason == "断线补采"
