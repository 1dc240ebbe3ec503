"""PostgreSQL's own programs: which ones serve, and as whom they run (PostgreSQL refuses root)."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from geoneighbour.errors import Unavailable

INSTALL = "apt-get install -y --no-install-recommends postgresql-postgis"
"""The one command that brings what is missing on Debian."""

VERSIONS = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{version}/extension/postgis.control"


@dataclass(frozen=True)
class Account:
    """The operating system's user that PostgreSQL runs as."""

    name: str
    uid: int
    gid: int


def account() -> Account:
    """Whoever runs this process; as root, the user `postgres` that the Debian package makes."""
    name = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Unavailable(f"There is no user {name} to run PostgreSQL as. Install it: {INSTALL}") from None
    return Account(name, entry.pw_uid, entry.pw_gid)


def installed() -> dict[int, Path]:
    """Major version -> folder of programs, for each PostgreSQL on this machine that has PostGIS."""
    found = {}
    for server in VERSIONS.glob("*/bin/initdb"):
        version = server.parent.parent.name
        if version.isdigit() and Path(EXTENSIONS.format(version=version)).exists():
            found[int(version)] = server.parent
    return found


def newest() -> Path:
    """The programs of the newest PostgreSQL with PostGIS; Unavailable names the command that brings one."""
    found = installed()
    if not found:
        raise Unavailable(f"PostgreSQL with PostGIS is missing. Install it: {INSTALL}")
    return found[max(found)]


def of_version(version: int) -> Path:
    """The programs that can open a cluster of this major version."""
    found = installed()
    if version not in found:
        raise Unavailable(
            f"The private database was made by PostgreSQL {version}, which is no longer here with PostGIS."
            f" Install postgresql-{version}-postgis-3, or give the data up with 'make clean'."
        )
    return found[version]


def run(program: Path, *arguments: str | Path, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program as its account, without the caller's PG* variables and terminal."""
    who = account()
    root = os.geteuid() == 0
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(directory)}
    return subprocess.run(  # noqa: S603  (programs and arguments are our own)
        [str(program), *map(str, arguments)],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl+C in the terminal is not meant for the server
        user=who.uid if root else None,
        group=who.gid if root else None,
        extra_groups=[] if root else None,
    )
