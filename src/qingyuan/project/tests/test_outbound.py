"""What the environment may say of the ways out; a wrong word stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from qingyuan.project import outbound


@pytest.fixture
def said(monkeypatch):
    """``said(SMTP_HOST="…")``: the environment's QINGYUAN_ settings."""

    def enter(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"QINGYUAN_{name}", value)

    return enter


def test_without_a_word_there_is_no_way_out(monkeypatch):
    assert (outbound.smtp(), outbound.sms(), outbound.networks()) == ({}, {}, "private")


def test_mail_server_has_the_usual_port_of_its_encryption(said):
    said(SMTP_HOST="mail.example.com", SMTP_TLS="tls", SMTP_USER="qy@example.com",
         SMTP_PASSWORD="pw")
    server = outbound.smtp()
    assert (server["port"], server["sender"], server["password"]) == (465, "qy@example.com", "pw")


@pytest.mark.parametrize(("settings", "sentence"), [
    ({"SMTP_HOST": "m", "SMTP_TLS": "ssl"}, "write one of starttls, tls"),
    ({"SMTP_HOST": "m"}, "QINGYUAN_SMTP_FROM"),
    ({"SMTP_HOST": "m", "SMTP_FROM": "a@b.cn", "SMTP_PORT": "x"}, "whole number"),
    ({"SMS_URL": "gateway"}, "http"),
    ({"SMS_URL": "http://g/", "SMS_JSON": "{"}, "no JSON"),
    ({"SMS_URL": "http://g/?to={phone}"}, "{text}"),
    ({"WEBHOOK_NETWORKS": "all"}, "public, private, any"),
])
def test_wrong_word_is_refused_with_a_sentence(said, settings, sentence):
    said(**settings)
    with pytest.raises(ImproperlyConfigured) as refused:
        (outbound.smtp(), outbound.sms(), outbound.networks())
    assert sentence in str(refused.value)


def test_sms_gateway_is_an_address_and_a_template(said):
    said(SMS_URL="https://sms.example.com/send", SMS_JSON='{"to": "{phone}", "msg": "{text}"}')
    assert outbound.sms()["json"] == {"to": "{phone}", "msg": "{text}"}
