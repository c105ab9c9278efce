"""Who may talk to the server, and what of it is within reach."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from index import ArticleIndex
from tests.ui.room import DESKTOP, SEED, answered, comes_into_view
from ui.app import launch


def test_the_command_serves_the_seed_article_to_its_exact_characters(
    seed_index: ArticleIndex, browser: Browser
) -> None:
    """`kutip chat` answers from the file; what is marked are its characters; Ctrl+C ends it."""
    arguments = ["chat", "--index", str(seed_index.path), "--port", "0"]
    command = [sys.executable, "-c", "from ui.cli import main; main()", *arguments]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr
            said = server.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert address, said + server.stderr.read()
            page = browser.new_page(viewport=DESKTOP)
            page.goto(address[0])
            expect(page.locator("#kutip-header .count")).to_have_text("5 articles")
            expect(page.locator(".example").first).to_have_text(
                "What did Guterres ask Russia to do?"
            )
            answered(page, "Apa kritik Guterres terhadap tindakan militer Rusia?")
            chip = page.locator("#kutip-turn .chip").first
            start, end = map(int, (chip.get_attribute("data-answer") or "").split("-"))
            words = SEED.read_text("utf-8-sig")[start:end]
            expect(page.locator("#kutip-pane mark.answer")).to_have_text(words)
            assert "pelanggaran mencolok terhadap integritas teritorial" in words
            comes_into_view(page, "#kutip-pane mark.answer")
            page.close()
            server.send_signal(signal.SIGINT)
            assert server.wait(20) == 130
            assert "Traceback" not in server.stderr.read()
        finally:
            server.kill()


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of a plain HTTP request."""

    status: int
    headers: dict[str, str]
    body: str


def request(address: str, method: str, path: str, body: str | None = None, **headers: str) -> Reply:
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        data = (body or "").encode()
        for name, value in named.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data or None)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read().decode("utf-8", "replace"))


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:7860"},
        {"Host": "169.254.169.254"},
        {"Host": "localhost@evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=lambda headers: next(iter(headers.values())),
)
def test_strangers_are_refused_on_every_route(
    address: str, path: str, headers: dict[str, str]
) -> None:
    """A foreign Host (DNS rebinding) or Origin (another web site) gets 403 and no content."""
    reply = request(address, "POST" if "join" in path else "GET", path, **headers)
    assert reply.status == 403
    assert "gradio" not in reply.body


def test_our_own_page_is_let_in(address: str) -> None:
    """localhost and the address itself are fine, with our own Origin."""
    port = address.split(":")[1]
    for host in (address, f"localhost:{port}", f"LOCALHOST:{port}"):
        assert request(address, "GET", "/", Host=host, Origin=f"http://{host}").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=http://127.0.0.1/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("POST", "/gradio_api/process_recording"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/token"),
        ("POST", "/gradio_api/call/ask"),
        ("POST", "/gradio_api/run/ask"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/monitoring"),
        ("GET", "/login_check"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/static/../../../../etc/passwd"),
        ("GET", "/assets/%2e%2e/%2e%2e/index.html"),
        ("GET", "/assets/..%2f..%2f..%2froutes.py"),
        ("DELETE", "/"),
        ("OPTIONS", "/"),
        ("PUT", "/kutip.css"),
    ],
)
def test_what_the_chat_does_not_need_is_not_there(address: str, method: str, path: str) -> None:
    """Uploads, files, proxy, recordings, run history and the API are out of reach."""
    body = "{}" if method == "POST" else None
    assert request(address, method, path, body).status == 404


def test_replies_are_locked_down(address: str) -> None:
    """Scripts need the nonce of this very load; nothing comes from or goes to elsewhere."""
    replies = [request(address, "GET", path) for path in ("/", "/", "/kutip.css", "/nothing")]
    for reply in replies:
        policy = reply.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
    first, second = (re.findall(r'nonce="([\w-]+)"', reply.body) for reply in replies[:2])
    assert len(first) > 2
    assert len(set(first)) == 1
    assert first[0] != second[0]
    assert f"'nonce-{first[0]}'" in replies[0].headers["content-security-policy"]
    assert len(re.findall("<script", replies[0].body)) == len(first)


def test_large_bodies_are_refused(address: str) -> None:
    """Told or not, a body beyond 256 kB is not read to its end."""
    told = request(address, "POST", "/gradio_api/queue/join", "x" * 270_000)
    assert told.status == 413
    lying = request(address, "POST", "/gradio_api/queue/join", Content_Length="-5")
    assert lying.status in (400, 413)
    chunks = (b"x" * 10_000 for _ in range(30))
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        connection.request("POST", "/gradio_api/queue/join", body=chunks, encode_chunked=True)
        assert connection.getresponse().status >= 400


def test_a_caller_of_its_own_making_gets_a_sentence(address: str) -> None:
    """Arguments that no page of ours sends are no way to a traceback or an article."""
    config = json.loads(request(address, "GET", "/config").body)
    pane = next(
        part for part in config["components"] if part["props"].get("elem_id") == "kutip-pane"
    )
    odd: tuple[object, ...] = (None, 3, [], {"article": 3}, {"article": "../../etc/passwd"})
    for data in odd:
        body = {
            "data": data,
            "fn_name": "read",
            "component_id": pane["id"],
            "session_hash": "s",
        }
        reply = request(address, "POST", "/gradio_api/component_server/", json.dumps(body))
        assert reply.status == 200
        assert "root:" not in reply.body
        assert "Traceback" not in reply.body


def test_no_settings_leak_through_the_configuration(address: str) -> None:
    """No footer, no history, no API, no analytics, and no path of the server."""
    config = json.loads(request(address, "GET", "/config").body)
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    visible = [entry for entry in config["dependencies"] if entry["api_visibility"] == "public"]
    assert visible == []
    assert str(Path(__file__).parents[2]) not in json.dumps(config)


def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    """One sentence that names --port, and no index is touched."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=rf"^Port {port} is already in use; .*--port\.$"):
            launch(tmp_path / "none", port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "a" * 70])
def test_an_address_that_is_not_ours_is_told(tmp_path: Path, host: str) -> None:
    """One sentence that names --host."""
    with pytest.raises(ValueError, match="--host"):
        launch(tmp_path / "none", host=host, port=0, public=True)
