"""Mail by the installation's SMTP server; one connection for the messages of a batch."""

import smtplib
import socket
import ssl
import threading
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.utils.translation import gettext as _

from . import text
from .contract import LONGEST, SECONDS, Down, Message, Refused, SendError, Target


def missing() -> str:
    """Why nobody can be reached by mail, "" where it is set up."""
    return "" if settings.SMTP else _("本平台没有设置发信服务器，不能发送邮件")


class Sender:
    def __init__(self) -> None:
        self._link: smtplib.SMTP | None = None

    def send(self, target: Target, message: Message) -> None:
        """Received when the server has taken the mail. What the server says of the recipient or
        the mail is Refused, everything else Down."""
        watch = threading.Timer(LONGEST, self._cut)
        watch.daemon = True
        watch.start()
        try:
            self._send(target, message)
        except SendError:
            raise
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused,
                smtplib.SMTPDataError) as error:
            raise Refused(_("邮件服务器拒收：%s") % _said(error)) from None
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise Down(_("邮件服务器不接受账号：%s") % _said(error)) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Down(_("邮件服务器连接失败：%s") % _said(error)) from None
        finally:
            watch.cancel()

    def _send(self, target: Target, message: Message) -> None:
        if not settings.SMTP:
            raise Down(missing())
        if not target.address.isascii():
            raise Refused(_("邮件地址中不能有中文"))
        made = mail(target.address, message)
        if self._link is not None:
            try:
                self._link.send_message(made)
                return
            except smtplib.SMTPServerDisconnected:  # many servers end a connection after some mails
                self.close()
        self._link = _connected()
        self._link.send_message(made)

    def _cut(self) -> None:
        link = self._link
        if link is not None and link.sock is not None:
            try:
                link.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has ended meanwhile

    def close(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        try:
            link.quit()
        except (OSError, smtplib.SMTPException):
            link.close()


def _connected() -> smtplib.SMTP:
    server = settings.SMTP
    trusted = ssl.create_default_context()
    if server["tls"] == "tls":
        link: smtplib.SMTP = smtplib.SMTP_SSL(
            server["host"], server["port"], timeout=SECONDS, context=trusted)
    else:
        link = smtplib.SMTP(server["host"], server["port"], timeout=SECONDS)
    try:
        if server["tls"] == "starttls":
            link.starttls(context=trusted)
        if server["user"]:
            link.login(server["user"], server["password"])
    except BaseException:
        link.close()
        raise
    return link


def mail(address: str, message: Message) -> EmailMessage:
    """The mail. Its Message-ID is the delivery's: what is sent again after an answer was lost is
    the same mail to whoever looks."""
    made = EmailMessage()
    made["Subject"] = text.heading(message)
    made["From"] = settings.SMTP["sender"]
    made["To"] = address
    made["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
    home = settings.SMTP["sender"].rpartition("@")[2].rstrip("> ")
    made["Message-ID"] = f"<{message.key}.{message.at}@{home}>"
    made["Auto-Submitted"] = "auto-generated"
    if message.urgent:
        made["X-Priority"] = "1"
        made["Importance"] = "high"
    made.set_content(text.plain(message))
    return made


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reason = next(iter(error.recipients.values()))
        return f"{code} {reason.decode('utf-8', 'replace')}"[:200]
    if isinstance(error, smtplib.SMTPResponseException):
        reason = error.smtp_error
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        return f"{error.smtp_code} {shown}"[:200]
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200]
