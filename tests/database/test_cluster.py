"""The private cluster: made once, started by whoever comes first, stopped by whoever leaves last."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geoneighbour.database import cluster, programs, state
from geoneighbour.database.analysts import url as analyst_url
from geoneighbour.errors import Unavailable
from geoneighbour.settings import Settings

START = "from geoneighbour.database import cluster; from geoneighbour.settings import Settings;"


def settings_in(folder: Path, analyst_port: int | None = None) -> Settings:
    return Settings(state_dir=folder, database_url=None, analyst_port=analyst_port)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that PostgreSQL's user may enter (pytest's own folders are closed to it)."""
    path = Path(tempfile.mkdtemp(prefix="gn-"))
    path.chmod(0o711)
    yield path
    cluster.destroy(settings_in(path / "state"))
    shutil.rmtree(path)


@pytest.fixture
def private(folder: Path) -> Settings:
    return settings_in(folder / "state")


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return row[0]


def in_other_process(private: Settings, code: str) -> subprocess.Popen[str]:
    environment = os.environ | {"STATE_DIR": str(private.state_dir)}
    environment.pop("DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-c", START + code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_is_utf8_without_tcp_in_a_folder_of_its_owner(private: Settings) -> None:
    url = cluster.start(private)
    assert cluster.start(private) == url
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert ask(url, "SHOW listen_addresses") == ""
    sockets = state.folder(private) / "cluster/socket"
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert (sockets / ".s.PGSQL.5432").is_socket()


def test_its_log_holds_no_statement_and_no_row(private: Settings) -> None:
    with psycopg.connect(cluster.start(private), autocommit=True) as connection:
        connection.execute("CREATE TABLE home (longitude float CHECK (longitude < 0))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO home VALUES (48.6493001)")
    log = (state.folder(private) / "cluster/postgresql.log").read_text()
    assert "violates check constraint" in log
    assert "48.6493001" not in log


def test_many_processes_may_start_it_at_once(private: Settings) -> None:
    processes = [in_other_process(private, "print(cluster.start(Settings()))") for _ in range(5)]
    urls = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 5
    assert urls == {cluster.start(private) + "\n"}


def test_after_a_crash_it_starts_again_with_what_was_committed(private: Settings) -> None:
    url = cluster.start(private)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    busy = psycopg.connect(url)  # its session goes on for a while after the server's end
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000)")
    server = cluster.running(private)
    assert server
    os.kill(server.pid, signal.SIGKILL)
    assert ask(cluster.start(private), "SELECT number FROM kept") == 42
    busy.close()


def test_a_pid_that_now_belongs_to_someone_else_is_not_the_server(private: Settings) -> None:
    cluster.start(private)
    pid_file = state.folder(private) / "cluster/data/postmaster.pid"
    left = pid_file.read_text()
    cluster.stop(private)
    pid_file.write_text(left.replace(left.split("\n")[0], str(os.getpid()), 1))
    assert cluster.running(private) is None
    assert ask(cluster.start(private), "SELECT 1") == 1


def test_the_last_process_to_leave_stops_it(private: Settings) -> None:
    cluster.start(private)
    other = in_other_process(private, "cluster.start(Settings()); print('in', flush=True); input()")
    assert other.stdout
    assert other.stdout.readline() == "in\n"
    assert not cluster.stop_if_last(private)
    assert cluster.running(private)
    other.communicate("\n", timeout=30)
    assert cluster.stop_if_last(private)
    assert cluster.running(private) is None


def test_two_checkouts_have_two_clusters(folder: Path, private: Settings) -> None:
    other = settings_in(folder / "other")
    try:
        assert cluster.start(private) != cluster.start(other)
        cluster.stop(other)
        assert cluster.running(private)
    finally:
        cluster.destroy(other)


def test_a_long_path_keeps_its_socket_elsewhere(folder: Path) -> None:
    private = settings_in(folder / ("long" * 25))
    try:
        assert ask(cluster.start(private), "SELECT 1") == 1
        sockets = cluster._sockets(state.folder(private) / "cluster")
        assert sockets.parent == Path("/tmp")
    finally:
        cluster.destroy(private)
    assert not sockets.exists()


def test_the_analyst_port_takes_passwords_of_analysts_alone(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed, open_ = settings_in(folder / "state"), settings_in(folder / "state", analyst_port=port)
    cluster.start(closed)
    owner = cluster.start(open_)
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE ROLE geoneighbour_gis_reader NOLOGIN")
    login = analyst_url(owner, open_)
    assert f"@127.0.0.1:{port}/" in login
    assert ask(login, "SELECT current_user") == "geoneighbour_analyst"
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(f"postgresql://geoneighbour@127.0.0.1:{port}/geoneighbour")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://geoneighbour_analyst:guess@127.0.0.1:{port}/geoneighbour")


def test_an_analyst_port_that_is_taken_is_said(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"ANALYST_PORT {port} is taken"):
            cluster.start(settings_in(folder / "state", analyst_port=port))


def test_what_is_destroyed_is_gone(private: Settings) -> None:
    cluster.start(private)
    (state.folder(private) / "kept").write_text("of the user")
    assert (state.folder(private) / "mail").stat().st_mode & 0o777 == 0o700
    cluster.destroy(private)
    assert cluster.running(private) is None
    assert not (state.folder(private) / "cluster").exists()
    assert (state.folder(private) / "kept").exists()


def test_without_postgis_the_error_holds_the_command(
    private: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "VERSIONS", folder)
    with pytest.raises(Unavailable, match="apt-get install -y --no-install-recommends postgresql-postgis"):
        cluster.start(private)


def test_a_cluster_of_another_version_is_not_opened(private: Settings) -> None:
    cluster.start(private)
    cluster.stop(private)
    (state.folder(private) / "cluster/data/PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match="made by PostgreSQL 9"):
        cluster.start(private)
