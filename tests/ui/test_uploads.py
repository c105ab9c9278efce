"""Files given to the page: what is refused and in which words, and that nothing stays behind."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import AddReport, ArticleError, Failure, Progress
from tests.ui.room import Scripted
from ui import uploads as module
from ui.uploads import UploadError, Uploads, safe_name

TICKET = "t" * 32


class Shelf:
    """Stands for the index: takes files, when the test lets it."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.texts: dict[str, bytes] = {}
        self.addresses: list[str] = []

    def add(self, path: Path, progress: Callable[[Progress], None]) -> AddReport:
        self.free.wait(10)
        self.texts[path.name] = path.read_bytes()
        if b"bad" in self.texts[path.name]:
            raise ArticleError(f"{path} is bad.", path=str(path))
        if b"part" in self.texts[path.name]:
            failed = (Failure(path.name, f"line 2 of {path} is not JSON."),)
            return AddReport(added=2, failed=failed)
        return AddReport(added=1)

    def fetch(self, address: str, progress: Callable[[Progress], None]) -> AddReport:
        self.addresses.append(address)
        while not self.free.wait(0.01):
            progress(Progress(0, None, 1, 1, 1, 1, address))  # raises once it is to end
        return AddReport(added=3, embedded=9)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def taking(shelf: Shelf) -> Iterator[Uploads]:
    made = Uploads(shelf.add, shelf.fetch)
    yield made
    shelf.free.set()
    made.close()
    assert not made.folder.exists()


def give(taking: Uploads, name: str, *data: bytes, ticket: str = TICKET) -> None:
    with taking.open(name, ticket) as receiving:
        for part in data:
            receiving.write(part)
        receiving.finish()


def settled(taking: Uploads, count: int, ticket: str = TICKET) -> dict[str, tuple[str, str]]:
    """Wait until so many files are done and return what is said of them."""
    for _ in range(500):
        jobs = taking.jobs(ticket)
        if sum(job.state in ("done", "failed") for job in jobs) >= count:
            return {job.name: (job.state, job.message) for job in jobs}
        time.sleep(0.01)
    raise AssertionError(taking.jobs(ticket))


def test_files_are_indexed_and_thrown_away(taking: Uploads, shelf: Shelf) -> None:
    """In the order they came, told only to whoever holds the ticket, without a path of ours."""
    give(taking, "a.txt", b"one ", b"two")
    give(taking, "b.txt", b"bad")
    give(taking, "c.jsonl", b"part")
    assert settled(taking, 3) == {
        "a.txt": ("done", ""),
        "b.txt": ("failed", "b.txt is bad."),
        "c.jsonl": ("done", "line 2 of c.jsonl is not JSON."),
    }
    assert shelf.texts["a.txt"] == b"one two"
    assert taking.jobs("x" * 32) == []
    assert [*taking.folder.iterdir()] == []
    assert taking.folder.stat().st_mode & 0o077 == 0


def test_addresses_wait_in_the_same_line(taking: Uploads, shelf: Shelf) -> None:
    """Fetched in their turn, told like files; https is meant where nothing is said."""
    taking.take_address(" example.org/feed.xml ", TICKET)
    taking.take_address("http://example.org/a?b=c", TICKET)
    assert settled(taking, 2) == {
        "https://example.org/feed.xml": ("done", ""),
        "http://example.org/a?b=c": ("done", ""),
    }
    assert shelf.addresses == ["https://example.org/feed.xml", "http://example.org/a?b=c"]
    assert [job.articles for job in taking.jobs(TICKET)] == [3, 3]


@pytest.mark.parametrize(
    "text", ["", " ", "file:///etc/passwd", "ftp://a.example/x", "https://", "a b", "/etc/passwd"]
)
def test_what_is_no_web_address_is_refused(taking: Uploads, text: str) -> None:
    """A path of the server or another scheme never reaches the loaders."""
    with pytest.raises(UploadError, match="no web address"):
        taking.take_address(text, TICKET)
    assert taking.jobs(TICKET) == []


def test_addresses_are_refused_unless_allowed() -> None:
    """Nothing is fetched by a chat that was started without --web."""
    plain = Uploads(Shelf().add)
    with pytest.raises(UploadError, match="--web"):
        plain.take_address("https://example.org/", TICKET)
    assert plain.jobs(TICKET) == []
    plain.close()


def test_a_long_fetch_ends_with_the_server(shelf: Shelf) -> None:
    """Closing waits neither for a site nor for what stands in line behind it."""
    shelf.free.clear()
    made = Uploads(shelf.add, shelf.fetch)
    made.take_address("https://example.org/sitemap.xml", TICKET)
    made.take_address("https://example.org/other", TICKET)
    made.close()
    assert shelf.addresses in ([], ["https://example.org/sitemap.xml"])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("", 415),
        ("x", 415),
        ("x.exe", 415),
        ("x.txt.exe", 415),
        ("../x.sh", 415),
        (".txt", 415),
        ("\u200b.txt", 415),
        ("../.txt", 415),
    ],
)
def test_names_that_are_refused(name: str, status: int) -> None:
    """A format that cannot be read, and what has no name, in one sentence."""
    with pytest.raises(UploadError) as refused:
        safe_name(name)
    assert refused.value.status == status
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\win.ini.txt", "win.ini.txt"),
        ("/etc/shadow.txt", "shadow.txt"),
        ("C:\\a\\b.txt", "b.txt"),
        ("a\x00b\r\n.txt", "ab .txt"),
        ('a"<b>|c?*.txt', "abc.txt"),
        ("..txt.txt", "txt.txt"),
        ("é" * 300 + ".txt", "é" * 98 + ".txt"),
        ("News.JSONL.GZ", "News.jsonl.gz"),
        ("x.txt::$DATA.txt", "x.txt$DATA.txt"),
    ],
)
def test_names_become_one_harmless_part(name: str, safe: str) -> None:
    """Folders, controls and signs of shells go; the ending is one of ours."""
    made = safe_name(name)
    assert made == safe or (len(name) > 200 and len(made.encode()) <= 200)
    assert "/" not in made
    assert "\\" not in made


def test_bounds_hold(taking: Uploads, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Size of one, size of all, number, an empty file, a full disk, a missing ticket."""
    monkeypatch.setattr(module, "FILE_LIMIT", 10)
    give(taking, "exact.txt", b"x" * 10)
    with pytest.raises(UploadError, match="larger") as refused:
        give(taking, "large.txt", b"x" * 10, b"x")
    assert refused.value.status == 413
    with pytest.raises(UploadError, match="empty"):
        give(taking, "empty.txt")
    with pytest.raises(UploadError, match="ticket"):
        give(taking, "a.txt", b"x", ticket="../../x")
    settled(taking, 1)
    shelf.free.clear()
    monkeypatch.setattr(module, "_FOLDER_LIMIT", 15)
    give(taking, "one.txt", b"x" * 9)
    with pytest.raises(UploadError, match="Too much") as refused:
        give(taking, "two.txt", b"x" * 9)
    assert refused.value.status == 429
    monkeypatch.setattr(module, "_WAITING", 1)
    with pytest.raises(UploadError, match="Too many"):
        give(taking, "three.txt", b"x")
    monkeypatch.setattr(module, "_WAITING", 9)
    monkeypatch.setattr(module, "_SPARE", 10**18)
    with pytest.raises(UploadError, match="disk"):
        give(taking, "four.txt", b"x")
    shelf.free.set()
    settled(taking, 2)
    assert [*taking.folder.iterdir()] == []


def test_two_hundred_aborted_uploads_leave_nothing(taking: Uploads) -> None:
    """A file that does not come whole is deleted at once, and its bytes are counted back."""
    for number in range(200):
        with taking.open(f"{number}.txt", TICKET) as receiving:
            receiving.write(b"x" * 3_000_000 if number < 3 else b"x")
    assert [*taking.folder.iterdir()] == []
    assert taking.jobs(TICKET) == []
    give(taking, "last.txt", b"x")
    settled(taking, 1)


def send(address: str, name: str, body: bytes | Iterator[bytes], **headers: str) -> tuple[int, str]:
    """Send a file over HTTP; return status and message."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
        connection.request(
            "POST",
            f"/kutip/upload?name={name}",
            body=body,
            headers={"X-Kutip-Ticket": secrets.token_hex(16), **named},
            encode_chunked=not isinstance(body, bytes),
        )
        response = connection.getresponse()
        text = response.read().decode()
        try:
            return response.status, json.loads(text)["message"]
        except ValueError:
            return response.status, text


PROBES: tuple[tuple[str, bytes, dict[str, str], int], ...] = (
    ("a.exe", b"MZ", {}, 415),
    ("a.pdf.exe", b"%PDF", {}, 415),
    ("", b"x", {}, 415),
    ("..", b"x", {}, 415),
    ("%2e%2e%2f%2e%2e%2fetc%2fpasswd", b"x", {}, 415),
    ("a.txt", b"", {}, 400),
    ("a.txt", b"x", {"X_Kutip_Ticket": ""}, 400),
    ("a.txt", b"x", {"X_Kutip_Ticket": "../../../etc/passwd"}, 400),
    ("a.txt", b"x", {"X_Kutip_Ticket": "a" * 70}, 400),
    ("a.txt", b"x", {"Origin": "http://evil.example"}, 403),
    ("a.txt", b"x", {"Origin": "null"}, 403),
    ("a.txt", b"x", {"Sec_Fetch_Site": "cross-site"}, 403),
    ("a.txt", b"x", {"Host": "evil.example"}, 403),
    ("a.txt", b"x", {"Content_Length": "99999999999999999999"}, 413),
    ("a.txt", b"x", {"Content_Length": "51000000"}, 413),
)


@pytest.mark.parametrize(("name", "body", "headers", "status"), PROBES)
def test_what_is_no_upload_of_ours_is_refused(
    address: str, library: Scripted, name: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    """4xx with a sentence, and no byte stays."""
    got, message = send(address, name, body, **headers)
    assert (got, message.endswith(".")) == (status, True) or got == 400
    assert 400 <= got < 500
    assert library.uploads
    assert [*library.uploads.folder.iterdir()] == []


def test_what_is_not_http_is_hung_up_on(address: str, library: Scripted) -> None:
    """400 from the HTTP server, or the end of the connection where our byte came after it."""
    try:
        got, _ = send(address, "a.txt", b"x", Content_Length="-1")
        assert got == 400
    except (BrokenPipeError, ConnectionResetError):
        pass  # closed with our byte unread, so TCP resets what was on its way
    assert library.uploads
    assert [*library.uploads.folder.iterdir()] == []


def test_a_body_without_end_is_cut(address: str, library: Scripted) -> None:
    """What does not say how long it is may not be longer than a file."""
    chunks = (b"x" * 1_000_000 for _ in range(60))
    try:
        status, _ = send(address, "endless.txt", chunks)
        assert 400 <= status < 500
    except (BrokenPipeError, ConnectionResetError):
        pass  # cut while it was still talking
    for _ in range(100):
        assert library.uploads
        if not [*library.uploads.folder.iterdir()]:
            return
        time.sleep(0.05)
    raise AssertionError("the cut upload left its file")


def test_names_in_an_address_reach_no_file(address: str, library: Scripted) -> None:
    """Uploads cannot be fetched back, whatever the path, nor the store and our own code."""
    canary = "zq-canary-1"
    assert library.uploads
    folder = library.uploads.folder
    targets = (folder / "canary.txt", library.index.path / "canary.txt")
    for target in targets:
        target.write_text(canary)
    ways = (
        "",
        "../",
        "..%2f",
        "%2e%2e/",
        "%252e%252e%252f",
        "..\\",
        "....//",
        "./",
        "//",
        "file://",
    )
    bases = ("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/kutip/",
             "/svelte/", "/custom_component/", "/theme.css/", "/")  # fmt: skip
    tried = 0
    for base in bases:
        for way in ways:
            for target in (*targets, Path("/etc/passwd"), Path("/proc/self/environ")):
                with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
                    connection.putrequest("GET", f"{base}{way}{target}".replace(" ", "%20"))
                    connection.endheaders()
                    response = connection.getresponse()
                    text = response.read().decode("utf-8", "replace")
                    assert response.status >= 400
                    assert canary not in text
                    assert "root:" not in text
                    tried += 1
    assert tried >= 80
    for target in targets:
        target.unlink()
