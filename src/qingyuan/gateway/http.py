"""A page for machines on the loopback address: a few GET paths, one request a connection.

Hand-written because it serves three short answers to one machine; it reads at most 8 kB within 5 s.
"""

import asyncio
from collections.abc import Callable, Mapping

import orjson

Answer = tuple[int, str, bytes]  # status, content type, body
Page = Callable[[], Answer]
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
            503: "Service Unavailable"}
_SECONDS = 5.0
_BYTES = 8192


def text_page(status: int, body: str) -> Answer:
    return status, "text/plain; version=0.0.4; charset=utf-8", body.encode()


def json_page(document: object, status: int = 200) -> Answer:
    return status, "application/json; charset=utf-8", orjson.dumps(document)


async def serve(port: int, pages: Mapping[str, Page]) -> asyncio.Server:
    """Listen on 127.0.0.1; ``port`` 0 takes a free one. OSError when the port is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(head, pages))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # The peer went away, was too slow or said too much: nothing is owed to it.
            return
        finally:
            writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port, limit=_BYTES)


def _response(head: bytes, pages: Mapping[str, Page]) -> bytes:
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        return _message(*text_page(400, "bad request\n"), body_wanted=True)
    method, path = words[0], words[1].split("?", 1)[0]
    if method not in ("GET", "HEAD"):
        return _message(*text_page(405, "only GET\n"), body_wanted=True)
    page = pages.get(path)
    status, kind, body = page() if page else text_page(404, "no such page\n")
    return _message(status, kind, body, body_wanted=method == "GET")


def _message(status: int, kind: str, body: bytes, *, body_wanted: bool) -> bytes:
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if body_wanted else b"")
