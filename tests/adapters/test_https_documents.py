"""Fetching documents from a server that behaves, and from ones that don't, on this machine."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from backup_apps.adapters.https_documents import MAX_BYTES, fetch_json
from backup_apps.domain.errors import UnavailableError

pytestmark = pytest.mark.enable_socket


class Handler(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        match self.path.partition("?")[0]:
            case "/good":
                self.answer(200, b'{"token": "%s"}' % (self.headers.get("Authorization") or "").encode())
            case "/moved":
                self.answer(302, b"{}", Location="/good")
            case "/garbage":
                self.answer(200, b"<html>")
            case "/deep":
                self.answer(200, b"[" * 100_000)
            case "/huge":
                self.answer(200, b'"' + b"x" * MAX_BYTES + b'"')
            case "/slow":
                self.drip()
            case "/silent":
                time.sleep(1)
            case _:
                self.answer(404, b"{}")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        try:
            for _ in range(1000):
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        """Not into the output of tests."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_document_with_what_was_asked_in_the_headers(endpoint: str) -> None:
    assert fetch_json(f"{endpoint}/good?audience=a%3Ab", {"Authorization": "bearer x"}) == {"token": "bearer x"}
    assert Handler.asked[-1] == "/good?audience=a%3Ab"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("nothing", "HTTP status 404"),
        ("moved", "HTTP status 302"),
        ("garbage", "ValueError"),
        ("deep", "ValueError"),
        ("huge", "larger than 256 KB"),
        ("slow", "does not end"),
        ("silent", "timed out"),
    ],
)
def test_what_is_no_document_in_time_is_unavailable(endpoint: str, path: str, words: str) -> None:
    asked, started = len(Handler.asked), time.monotonic()
    with pytest.raises(UnavailableError, match=words):
        fetch_json(f"{endpoint}/{path}?secret", seconds=0.4)
    assert time.monotonic() - started < 2
    assert len(Handler.asked) == asked + 1, "no redirect is followed"


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError) as told:
        fetch_json("http://127.0.0.1:1/keys?secret")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("url", ["http://issuer.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/x", ""])
def test_what_is_not_safe_is_not_asked(url: str) -> None:
    with pytest.raises(UnavailableError, match="https is asked for"):
        fetch_json(url)


def test_proxies_of_the_environment_are_not_asked(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert fetch_json(f"{endpoint}/good") == {"token": ""}
