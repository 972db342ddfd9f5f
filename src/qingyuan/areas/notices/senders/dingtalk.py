"""The group robot of DingTalk (钉钉): markdown by POST, signed in the address when the channel has
a secret; the answer's ``errcode`` decides."""

import base64
import hashlib
import hmac
import time
from urllib.parse import quote_plus

from django.utils.translation import gettext as _

from . import http, text
from .contract import Busy, Message, Refused, Target

TOO_OFTEN = (130101, 660026)  # more than 20 messages a minute


class Sender:
    def send(self, target: Target, message: Message) -> None:
        """Received when errcode is 0; a status of 200 says nothing."""
        body = {"msgtype": "markdown", "markdown": {
            "title": text.heading(message), "text": text.markdown(message)}}
        url = signed(target.address, target.secret, round(time.time() * 1000))
        _status, said = http.ask(url, http.as_json(body), http.JSON)
        answer = http.read_json(said)
        code = answer.get("errcode")
        if code != 0:
            error = Busy if code in TOO_OFTEN else Refused
            raise error(_("钉钉返回 errcode %(code)s：%(said)s") % {
                "code": code, "said": str(answer.get("errmsg", ""))[:200]})

    def close(self) -> None:
        return


def signed(url: str, secret: str, at: int) -> str:
    """The robot's address with timestamp (epoch ms) and sign: base64 of HMAC-SHA256 by the secret
    over ``timestamp\\nsecret``."""
    if not secret:
        return url
    made = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    join = "&" if "?" in url else "?"
    return f"{url}{join}timestamp={at}&sign={quote_plus(base64.b64encode(made))}"
