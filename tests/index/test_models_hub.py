"""Models by name: a hub that is there, one that is not, and what was downloaded before."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from huggingface_hub import constants

from index.embedding import load_embedder
from index.errors import ModelError
from index.models import sentence_transformer
from index.models.hugging_face import write_sentence_transformer
from tests.index.tiny_models import tiny_weights

COMMIT = "0" * 40


class Hub(BaseHTTPRequestHandler):
    """A model hub that has one model, ``me/tiny``."""

    folder: ClassVar[Path]

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *arguments: object) -> None:
        pass

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        name = path.removeprefix("/me/tiny/resolve/main/").removeprefix(
            f"/me/tiny/resolve/{COMMIT}/"
        )
        file = self.folder / name
        if path == "/api/models/me/tiny":
            content = b'{"id": "me/tiny", "sha": "%s", "siblings": []}' % COMMIT.encode()
        elif name != path and file.is_file():
            content = file.read_bytes()
        else:
            self.send_response(404)
            missing = "EntryNotFound" if "/me/tiny/" in path else "RepoNotFound"
            self.send_header("X-Error-Code", missing)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    """Serve a hub, make it the hub of the libraries, and forbid them to wait for an answer."""
    Hub.folder = write_sentence_transformer(tiny_weights(), tmp_path / "tiny")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    # Its functions are methods of one object, which remembers the hub it was made for.
    monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setenv("KUTIP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "downloaded"))
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", pytest.fail)
    yield server
    if thread.is_alive():
        close(server)
    thread.join()


def close(server: ThreadingHTTPServer) -> None:
    """Take the hub away."""
    server.shutdown()
    server.server_close()


def test_a_model_of_the_hub_is_downloaded_once(hub: ThreadingHTTPServer, tmp_path: Path) -> None:
    """The same vectors as from its folder; afterwards it opens where there is no hub."""
    found = load_embedder("me/tiny").embed(["the cat"], kind="passage")
    of_folder = load_embedder(str(Hub.folder)).embed(["the cat"], kind="passage")
    assert np.array_equal(found, of_folder)
    close(hub)
    shutil.rmtree(tmp_path / "cache")
    assert np.array_equal(load_embedder("me/tiny").embed(["the cat"], kind="passage"), found)


def test_a_mistyped_name_is_one_sentence(hub: ThreadingHTTPServer) -> None:
    """With a hub, which knows no such model, and without one."""
    with pytest.raises(ModelError) as known:
        load_embedder("no/such-model")
    close(hub)
    with pytest.raises(ModelError, match="the model hub cannot be reached") as unknown:
        load_embedder("no/such-model")
    for caught in (known, unknown):
        assert str(caught.value).startswith("The embedding model no/such-model cannot be loaded (")
        assert "\n" not in str(caught.value)
    assert "hub cannot be reached" not in str(known.value)


def test_folders_and_the_bundled_model_ask_no_hub(
    hub: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a path that is no folder."""
    monkeypatch.setattr(sentence_transformer, "_hub_answers", lambda name: pytest.fail(name))
    monkeypatch.setattr(Hub, "_answer", pytest.fail)
    assert load_embedder(str(Hub.folder)).dimension == 64
    monkeypatch.delenv("KUTIP_CACHE")
    assert load_embedder().dimension == 384
