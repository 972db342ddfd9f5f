"""A generic webhook: the message as JSON, signed when the channel has a secret.

``X-Qingyuan-Signature: sha256=`` + HMAC-SHA256 in hex over ``X-Qingyuan-Timestamp`` + "." + body.
The time is in what is signed, so that an old message cannot be sent again by somebody else.
"""

import hashlib
import hmac
import time

from . import http
from .contract import Message, Target


class Sender:
    def send(self, target: Target, message: Message) -> None:
        """2xx is taken for received."""
        body = http.as_json(payload(message))
        headers = {**http.JSON, "X-Qingyuan-Delivery": message.key}
        if target.secret:
            stamp = str(int(time.time()))
            headers |= {"X-Qingyuan-Timestamp": stamp,
                        "X-Qingyuan-Signature": signature(target.secret, stamp, body)}
        http.ask(target.address, body, headers)

    def close(self) -> None:
        return


def payload(message: Message) -> dict[str, object]:
    """The fields that docs/how-to/be-told.md promises."""
    return {
        "id": message.key, "kind": message.kind, "kind_label": message.label,
        "title": message.title, "body": message.body, "link": message.link, "ref": message.ref,
        "urgent": message.urgent, "at": message.at, "organisation": message.organisation,
        "items": list(message.items),
    }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The header's value."""
    made = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"
