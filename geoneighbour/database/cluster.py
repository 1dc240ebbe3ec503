"""The private PostgreSQL cluster of a checkout: made once, started when needed, stopped by its last user.

It listens on a socket in a folder that only its owner can enter. ANALYST_PORT adds TCP on the loopback address,
where analysts sign in with a password (SCRAM). Any number of processes may call `start` at once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

import click
import psycopg
from psycopg import sql

from geoneighbour.database import programs, state
from geoneighbour.database.urls import libpq_url
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings

OWNER = DATABASE = "geoneighbour"
PORT = 5432
"""Without TCP, the port only names the socket file."""
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.65535.lock")
START_SECONDS = 300
"""Crash recovery may take a while; a server that says nothing for so long is broken."""
REFUSALS = 40
"""A server that is ready and has refused us so often (20 a second) will go on refusing."""

CONFIGURATION = """\
# Written anew at each start: changes made here are lost.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
hba_file = '{folder}/pg_hba.conf'
ident_file = '{folder}/pg_ident.conf'
password_encryption = 'scram-sha-256'
timezone = 'UTC'
max_connections = 100
shared_buffers = '256MB'
jit = off
# Statements and rows hold homes: neither may reach the log.
log_line_prefix = '%m [%p] %a '
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_checkpoints = off
"""

CLIENTS = """\
# Written anew at each start: changes made here are lost.
local all +geoneighbour_gis_reader scram-sha-256
local all all peer map=owner
host {database} +geoneighbour_gis_reader 127.0.0.1/32 scram-sha-256
"""

_leases: dict[Path, IO[str]] = {}
"""A shared lock per state folder, held while this process may use the cluster."""


@dataclass(frozen=True)
class Server:
    """A running server, as its postmaster.pid tells."""

    pid: int
    port: int
    tcp: bool
    ready: bool


def start(settings: Settings) -> str:
    """The libpq URL of the running cluster, made and started when it is not; Unavailable when it cannot be."""
    with state.exclusively(settings) as home:
        _hold(home)
        folder = _folder(home)
        if not (folder / "data").exists():
            _initialise(folder)
        server = _server(folder)
        if server and settings.analyst_port and (server.port, server.tcp) != (settings.analyst_port, True):
            click.echo(f"Restarting the private database to open port {settings.analyst_port}.", err=True)
            _stop(folder)
        return _reach(folder, settings.analyst_port)


def running(settings: Settings) -> Server | None:
    """The server of this checkout, when it runs."""
    return _server(state.folder(settings) / "cluster")


def stop(settings: Settings) -> bool:
    """Stop the cluster, whoever uses it; false when it was not running."""
    if not state.folder(settings).exists():
        return False
    with state.exclusively(settings) as home:
        return _stop(home / "cluster")


def stop_if_last(settings: Settings) -> bool:
    """Give up this process's use of the cluster and stop it, unless another process uses it too."""
    with state.exclusively(settings) as home:
        if lease := _leases.pop(home, None):
            lease.close()
        with (home / "users").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return _stop(home / "cluster")


def destroy(settings: Settings) -> None:
    """Stop the cluster and remove it with all it holds; a state folder that we named ourselves goes as a whole."""
    if not state.folder(settings).exists():
        return
    with state.exclusively(settings) as home:
        _stop(home / "cluster")
        shutil.rmtree(_sockets(home / "cluster"), ignore_errors=True)
        shutil.rmtree(home / "cluster", ignore_errors=True)
        if settings.state_dir is None:
            shutil.rmtree(home)


def _hold(home: Path) -> None:
    if home not in _leases:
        lease = (home / "users").open("a")
        fcntl.flock(lease, fcntl.LOCK_SH)
        _leases[home] = lease


def _folder(home: Path) -> Path:
    """`cluster/` in the state folder, owned by the account that PostgreSQL runs as, which must be able to get there."""
    folder, who = home / "cluster", programs.account()
    if who.uid != os.geteuid():
        for parent in home.parents:
            if not parent.stat().st_mode & 0o001:
                raise Unavailable(
                    f"PostgreSQL runs as user {who.name}, who cannot enter {parent}: set STATE_DIR."
                )
    for path in (folder, _sockets(folder)):
        path.mkdir(mode=0o700, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid not in (who.uid, os.geteuid()):
            raise Unavailable(f"{path} belongs to someone else.")
        os.chown(path, who.uid, who.gid)
    return folder


def _sockets(folder: Path) -> Path:
    """Where the socket stands: in the cluster's folder, or in the temporary one if that path is too long for it."""
    inside = folder / "socket"
    if len(str(inside).encode()) <= LONGEST_SOCKET_FOLDER:
        return inside
    # Its owner is checked before use.
    return Path("/tmp") / f"geoneighbour-{sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108


def _initialise(folder: Path) -> None:
    """Make the cluster beside its place and move it there when it is complete."""
    bin_folder, draft = programs.newest(), folder / "data.draft"
    click.echo(f"Making a private PostgreSQL cluster in {folder}.", err=True)
    shutil.rmtree(draft, ignore_errors=True)
    made = programs.run(
        bin_folder / "initdb", "--pgdata", draft, "--username", OWNER, "--auth", "reject",
        "--encoding", "UTF8", "--locale", "C.UTF-8", directory=folder,
    )  # fmt: skip
    if made.returncode:
        raise Unavailable(f"initdb failed: {made.stdout.strip()}")
    draft.rename(folder / "data")


def _reach(folder: Path, analyst_port: int | None) -> str:
    """The URL, once the server answers. It may also be starting, or (killed a moment ago) on its way out."""
    deadline, refused = time.monotonic() + START_SECONDS, 0
    while time.monotonic() < deadline:
        server = _server(folder)
        if server is None:
            _start(folder, analyst_port)
        elif server.ready:
            try:
                _create_database(_url(folder, server, "postgres"))
                return _url(folder, server, DATABASE)
            except psycopg.OperationalError:
                refused += 1
                if refused == REFUSALS:
                    raise
        time.sleep(0.05)
    raise Unavailable(f"PostgreSQL did not become ready; see {folder / 'postgresql.log'}.")


def _start(folder: Path, analyst_port: int | None) -> None:
    if analyst_port and _is_taken(analyst_port):
        raise Unavailable(f"ANALYST_PORT {analyst_port} is taken by another program.")
    data, log = folder / "data", folder / "postgresql.log"
    bin_folder = programs.of_version(int((data / "PG_VERSION").read_text()))
    _configure(folder, analyst_port)
    # Left by a crash; the numbers in them may meanwhile be those of other processes, and PostgreSQL would not start.
    # (Sessions of the crashed server that still run hold its shared memory: PostgreSQL sees that by itself.)
    for left in (data / "postmaster.pid", *_sockets(folder).glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)
    deadline = time.monotonic() + START_SECONDS
    while True:
        begin = log.stat().st_size if log.exists() else 0
        done = programs.run(
            bin_folder / "pg_ctl", "start", "--pgdata", data, "--log", log,
            "--wait", "--timeout", str(START_SECONDS), directory=folder,
        )  # fmt: skip
        if done.returncode == 0:
            return
        said = log.read_text(errors="replace")[begin:] if log.exists() else done.stdout
        # After a kill -9 of the server its last sessions may take a moment to notice and leave.
        if "still in use" not in said or time.monotonic() > deadline:
            raise Unavailable(
                "\n".join(["PostgreSQL did not start:", *said.splitlines()[-5:], f"(from {log})"])
            )
        time.sleep(0.2)


def _configure(folder: Path, analyst_port: int | None) -> None:
    addresses = "127.0.0.1" if analyst_port else ""
    names = {programs.account().name, "root" if os.geteuid() == 0 else programs.account().name}
    files = {
        folder / "data" / "postgresql.conf": CONFIGURATION.format(
            addresses=addresses, port=analyst_port or PORT, sockets=_sockets(folder), folder=folder
        ),
        folder / "pg_hba.conf": CLIENTS.format(database=DATABASE),
        folder / "pg_ident.conf": "".join(f"owner {name} {OWNER}\n" for name in sorted(names)),
    }
    for path, text in files.items():
        path.write_text(text)
        path.chmod(0o644)


def _server(folder: Path) -> Server | None:
    """What postmaster.pid says, if the process it names is indeed the server of this data folder."""
    data = folder / "data"
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        # After a crash the number may belong to any process. (Its working folder would tell as well, but not to
        # root in a container that lacks CAP_SYS_PTRACE.)
        if str(data).encode() not in Path(f"/proc/{int(lines[0])}/cmdline").read_bytes().split(b"\0"):
            return None
    except (OSError, IndexError, ValueError):
        return None
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    port = int(lines[3]) if len(lines) > 3 else 0
    return Server(pid=int(lines[0]), port=port, tcp=len(lines) > 5 and bool(lines[5].strip()), ready=ready)


def _stop(folder: Path) -> bool:
    data = folder / "data"
    if _server(folder) is None:
        return False
    bin_folder = programs.of_version(int((data / "PG_VERSION").read_text()))
    done = programs.run(bin_folder / "pg_ctl", "stop", "--pgdata", data, "--mode", "fast", directory=folder)
    if done.returncode:
        raise Unavailable(f"PostgreSQL did not stop: {done.stdout.strip()}")
    return True


def _url(folder: Path, server: Server, database: str) -> str:
    return libpq_url(user=OWNER, dbname=database, host=str(_sockets(folder)), port=str(server.port))


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
