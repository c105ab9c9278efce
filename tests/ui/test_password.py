"""Who is let in: a name and a password, few tries, and no open door by accident."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from ui import password as module
from ui.app import launch
from ui.password import Password

SECRET = "ana:correct horse"


def knock(door: Password, secret: str | None = None, address: str = "10.0.0.1") -> int:
    """Return the status a visitor gets; 200 where the door is open."""
    header = base64.b64encode((secret or "").encode()).decode()
    headers = Headers({"authorization": f"Basic {header}"} if secret is not None else {})
    reply = door.refusal({"type": "http", "client": (address, 1)}, headers)
    return reply.status_code if reply else 200


def test_only_the_password_opens() -> None:
    """Missing, wrong and broken ones are asked again."""
    door = Password(SECRET)
    assert [knock(door), knock(door, "ana:wrong"), knock(door, SECRET)] == [401, 401, 200]
    for header in ("Basic !!!", "Bearer x", "Basic", ""):
        reply = door.refusal({"client": ("b", 1)}, Headers({"authorization": header}))
        assert reply is not None
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Basic ")


def test_few_wrong_tries_are_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """After five in a minute even the right one waits; others are not locked out."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    door = Password(SECRET)
    assert [knock(door, f"ana:{n}") for n in range(5)] == 5 * [401]
    assert knock(door, SECRET) == 429
    assert knock(door, SECRET, "10.0.0.2") == 200
    now[0] += 61
    assert knock(door, SECRET) == 200


@pytest.mark.parametrize("secret", ["ana", ":password1", "ana:short", "ana:"])
def test_a_weak_password_is_refused(secret: str, tmp_path: Path) -> None:
    """One sentence, before anything is opened."""
    with pytest.raises(ValueError, match="--auth takes user:password"):
        launch(tmp_path / "none", auth=secret)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_need_a_password_or_a_word(host: str, tmp_path: Path) -> None:
    """Listening to the network without a password is refused unless it is asked for."""
    with pytest.raises(ValueError, match="--public"):
        launch(tmp_path / "none", host=host)
    assert [*tmp_path.iterdir()] == []
