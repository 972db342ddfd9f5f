"""What is acknowledged, what is not, and what stands in the spool afterwards."""


from qingyuan.hj212.build import frame

MN, MN_2005 = "010000A8900016F000169DC0", "88888880000001"


def test_a_minute_packet_of_2017_is_kept_verbatim_and_answered_by_9014(house, minute):
    with house.running():
        answer = house.logger().ask(minute(1))
    assert answer == frame(
        f"QN=20160801085000001;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&".encode()
    )
    (kept,) = house.frames()
    assert (kept.mn, kept.verdict, kept.raw) == (MN, "", minute(1))


def test_plain_asyncio_serves_as_well(house, minute):
    with house.running(plain=True):
        answer = house.logger().ask(minute(1) + minute(2))
    assert b"QN=20160801085000001;" in answer
    assert len(house.frames()) == 2
