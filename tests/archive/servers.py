"""A web server that answers well, badly, slowly or without end."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

PLANS = b"Plans are not reviewed often enough. Staff are kind and know the residents well."


class Web(BaseHTTPRequestHandler):
    """Answers well, badly, slowly or without end, as the path says."""

    requests: list[str] = []  # noqa: RUF012 - one server, one list

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.requests.append(f"{self.command} {self.path}")
        with suppress(ConnectionError):
            getattr(
                self, "_" + self.path.partition("?")[0].strip("/").partition(".")[0].partition("/")[0], self._none
            )()

    def _answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _none(self) -> None:
        self._answer(404)

    def _report(self) -> None:
        self._answer(200, PLANS, ETag='"one"')

    def _unmarked(self) -> None:
        self._answer(200, PLANS)

    def _moved(self) -> None:
        self._answer(302, Location="/report.txt")

    def _round(self) -> None:
        self._answer(302, Location="/round")

    def _private(self) -> None:
        expected = "Basic " + base64.b64encode(b"ann:open sesame").decode()
        self._answer(200, PLANS) if self.headers.get("Authorization") == expected else self._answer(401)

    def _broken(self) -> None:
        self._answer(200, PLANS, length=1000)
        self.close_connection = True

    def _busy(self) -> None:
        tries = self.requests.count(f"GET {self.path}")
        self._answer(503) if tries < 3 else self._answer(200, PLANS)

    def _failing(self) -> None:
        self._answer(500)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while self.command == "GET":
            self.wfile.write(PLANS * 1000)

    def _lasting(self) -> None:
        self.send_response(200)
        self.end_headers()
        while self.command == "GET":
            self.wfile.write(PLANS * 50)
            time.sleep(0.05)

    def _slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(300):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def _silent(self) -> None:
        time.sleep(5)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
