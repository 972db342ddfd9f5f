"""What the environment says of the ways out: mail server, SMS gateway, networks that webhooks may
reach. Secrets come from the environment only. An empty answer: there is no such way out.
"""

import json
import os
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from qingyuan.project import config

TLS = {"": 25, "starttls": 587, "tls": 465}  # usual port of each
NETWORKS = ("public", "private", "any")


def smtp() -> dict[str, Any]:
    """The mail server: host, port, tls ("", "starttls", "tls"), user, password, sender."""
    host = os.environ.get("QINGYUAN_SMTP_HOST", "")
    if not host:
        return {}
    tls = _one_of("QINGYUAN_SMTP_TLS", tuple(TLS), "")
    user = os.environ.get("QINGYUAN_SMTP_USER", "")
    sender = os.environ.get("QINGYUAN_SMTP_FROM", "") or (user if "@" in user else "")
    if "@" not in sender:
        raise ImproperlyConfigured(
            f"QINGYUAN_SMTP_FROM={sender!r}: give the address that mails come from")
    return {"host": host, "port": config.whole("QINGYUAN_SMTP_PORT", TLS[tls], 1, 65_535),
            "tls": tls, "user": user, "sender": sender,
            "password": os.environ.get("QINGYUAN_SMTP_PASSWORD", "")}


def sms() -> dict[str, Any]:
    """The SMS gateway: url and json with {phone} and {text} in them, token, and the text that a
    good answer holds. Without json the url alone is asked."""
    url = os.environ.get("QINGYUAN_SMS_URL", "")
    if not url:
        return {}
    if urlsplit(url).scheme not in ("http", "https"):
        raise ImproperlyConfigured("QINGYUAN_SMS_URL: write http:// or https://")
    body = os.environ.get("QINGYUAN_SMS_JSON", "")
    try:
        template = json.loads(body) if body else None
    except ValueError as error:
        raise ImproperlyConfigured(f"QINGYUAN_SMS_JSON is no JSON: {error}") from None
    whole = url + body
    if "{phone}" not in whole or "{text}" not in whole:
        raise ImproperlyConfigured(
            "QINGYUAN_SMS_URL and QINGYUAN_SMS_JSON: {phone} and {text} must stand in one of them")
    return {"url": url, "json": template, "token": os.environ.get("QINGYUAN_SMS_TOKEN", ""),
            "good": os.environ.get("QINGYUAN_SMS_GOOD", "")}


def networks() -> str:
    """Which networks a webhook may lie in: public, private (public and intranet), any."""
    return _one_of("QINGYUAN_WEBHOOK_NETWORKS", NETWORKS, "private")


def _one_of(name: str, values: tuple[str, ...], default: str) -> str:
    text = os.environ.get(name, "") or default
    if text not in values:
        raise ImproperlyConfigured(
            f"{name}={text!r}: write one of {', '.join(value for value in values if value)}")
    return text
