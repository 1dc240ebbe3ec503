"""The state folder of a checkout: the private cluster, keys and mail live there, outside the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geoneighbour.errors import Unavailable
from geoneighbour.settings import ROOT, Settings


def key() -> str:
    """Twelve hexadecimal digits that stand for this checkout's path."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]


def folder(settings: Settings) -> Path:
    """STATE_DIR; else /var/lib/geoneighbour/<key> for root, $XDG_DATA_HOME/geoneighbour/<key> for others."""
    if settings.state_dir:
        return settings.state_dir.absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/geoneighbour") / key()
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "geoneighbour" / key()


def make(settings: Settings) -> Path:
    """The state folder, made when missing. As root, others may walk through it: PostgreSQL runs as another user."""
    state = folder(settings)
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        if not state.exists():
            state.parent.mkdir(parents=True, exist_ok=True)
            state.mkdir(mode=mode, exist_ok=True)
            state.chmod(mode)
            (state / "checkout").write_text(f"{ROOT}\n")
        # Mail holds what lets people in.
        (state / "mail").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The state folder {state} cannot be made: {error.strerror}") from None
    return state


def secret(settings: Settings, name: str) -> str:
    """A random word of 43 letters, made once and kept in the state folder, readable by its owner alone."""
    path = make(settings) / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
        # A link never replaces: of two processes at once, the first one's word stands for both.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


@contextmanager
def exclusively(settings: Settings) -> Iterator[Path]:
    """The state folder, for one process at a time."""
    while True:
        state = make(settings)
        with (state / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # While this process waited, another may have removed the folder, and this lock with it.
            if _is_file(handle.fileno(), state / "lock"):
                yield state
                return


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
