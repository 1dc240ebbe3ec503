"""INSEE's movement file: it says who succeeds whom, it is read as it comes, and a bad one changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.communes.movements import Movement, read
from geoneighbour.errors import UnusableFile
from tests.communes.conftest import Answer, Run
from tests.communes.files import features, write
from tests.grid import Grid

Imported = Callable[..., Answer]

HEAD = "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"


def row(mod: int, day: str, before: str, after: str, kinds: str = "COM COM") -> str:
    one, two = kinds.split()
    return f'{mod},{day},{one},{before},0,AVANT,Avant,"Avant, l\'été",{two},{after},0,APRES,Après,Après'


def written(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join([HEAD, *rows, ""]).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_it_is_read_as_it_comes(encoding: str, separator: str, tmp_path: Path) -> None:
    rows = [
        row(32, "2019-01-01", "35002", "35001"),
        row(32, "2019-01-01", "35002", "35002", "COM COMD"),
        row(70, "2019-01-01", "35003", "35003", "COMA COMD"),
        row(41, "01/02/2020", "1005", "2a004"),
    ]
    lines = "\r\n".join([HEAD.lower(), *rows])
    if separator == ";":
        lines = lines.replace('"Avant, l\'été"', "Été").replace(",", ";")
    path = tmp_path / "mvt.csv"
    path.write_bytes(lines.encode(encoding))
    assert read(path) == [
        Movement(date(2019, 1, 1), "35002", "35001", False),
        Movement(date(2020, 2, 1), "01005", "2A004", True),
    ]


BAD = {
    "no file": None,
    "empty": b"",
    "another table": b"code,nom\n35001,A\n",
    "no date": "\n".join([HEAD, row(32, "demain", "35002", "35001")]).encode(),
    "no code": "\n".join([HEAD, row(32, "2019-01-01", "", "35001")]).encode(),
    "cut short": "\n".join([HEAD, row(32, "2019-01-01", "35002", "35001")]).encode()[:-40],
    "not text": bytes(range(256)) * 40,
    "noughts": b"\0" * 5000,
    "a long field": HEAD.encode() + b"\n" + b"3" * 200_000,
    "a quote left open": HEAD.encode() + b'\n32,"' + b"2019-01-01,COM\n" * 20_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_one_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "mvt.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableFile) as refusal:
        read(path)
    assert "\n" not in refusal.value.reason
    assert "mvt.csv" in refusal.value.reason


def test_a_bad_one_changes_nothing(run: Run, stored: Callable[[], list[str]], tmp_path: Path) -> None:
    before = stored()
    path = write(tmp_path / "a.gpkg", features(Grid("A B")))
    bad = written(tmp_path / "mvt.csv", row(32, "demain", "35002", "35001"))
    answer = run("communes", "import", path, "--vintage", 2020, "--movements", bad)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "geoneighbour: mvt.csv, line 2: 'demain' is no date\n"
    assert stored() == before


def test_it_wins_over_the_ground(imported: Imported, session: Session, tmp_path: Path) -> None:
    """One row of squares a case; letters are codes, A is 35001."""
    before = Grid("""
        A A B B . . .
        C C D D . . .
        E E E F F . .
        G G H H I I .
        J J K K . . .
        L L M M . . .
        N O O P P . .
        V V X . . . .
    """)
    after = Grid("""
        A A A A . . .
        C C D D . . .
        E Q Q F F . .
        R R R R I I .
        S J K K . . .
        L T T L . . .
        U U U U U . .
        W W X . . . .
    """)
    rows = {feature.columns["code"]: feature for feature in features(after)}
    moves = [
        # V went to X by two steps on one day, they say, and its ground is W's.
        row(41, "2021-01-01", code("V"), "35098"), row(32, "2021-01-01", "35098", code("X")), row(32, "2021-01-01", code("X"), code("X")),
        # B went into C, they say; all of it lies in A.
        row(32, "2021-01-01", code("B"), code("C")), row(32, "2021-01-01", code("C"), code("C")),
        # D went, they say; the file still has it.
        row(31, "2021-01-01", code("D"), code("C")),
        # E gave birth to Q, and as they say to F too, where nothing of it lies.
        row(32, "2020-06-01", code("E"), code("E")), *(row(20, "2021-01-01", code("E"), code(heir)) for heir in "EQF"),
        # G and H by two steps, the second on the very day; I is renamed, and stays.
        row(32, "2020-06-01", code("G"), code("H")), row(32, "2020-06-01", code("H"), code("H")),
        row(41, "2021-01-01", code("H"), "35099"), row(32, "2021-01-01", "35099", code("R")), row(10, "2021-01-01", code("I"), code("I")),
        # Before the vintage held, and after the one imported: nothing that counts. Nor do delegated communes.
        row(32, "2020-01-01", code("J"), code("K")), row(32, "2021-01-02", code("J"), code("K")),
        row(32, "2021-01-01", code("J"), code("K"), "COM COMD"),
        # M went into a commune that the file does not hold, so the ground says where.
        row(32, "2021-01-01", code("M"), "22001"),
        # N is called U now and its outline was drawn anew; O went into it.
        row(50, "2021-01-01", code("N"), code("U")), row(32, "2021-01-01", code("O"), code("U")),
    ]  # fmt: skip
    imported(write(tmp_path / "a.gpkg", features(before)), 2020)
    path, said = write(tmp_path / "b.gpkg", rows.values()), written(tmp_path / "mvt.csv", *moves)
    answer = imported(path, 2021, "--movements", said)
    found: dict[str, list[str]] = {}
    for detail in answer.summary["details"]:
        letter = next(x for x in "ABCDEFGHIJKLMNOPV" if code(x) == detail["code"])
        found.setdefault(letter, []).append(detail["reason"])
    c, e, f, j, l, q, r, s, t, u, x = (code(letter) for letter in "CEFJLQRSTUX")  # noqa: E741
    assert found == {
        "A": ["reshaped"],
        "B": [f"merged into {c} (0 %); the rest lies elsewhere",
              f"warning: the movement file says that it went into {c}, where under half of its ground lies (0 %)"],
        "D": [f"warning: the movement file says that it went into {c}; the file still has it, so it stays"],
        "E": [f"split: 33 % stays {e}, 67 % is now {q}, 0 % is now {f}"],
        "G": [f"merged into {r} (100 %)"],
        "H": [f"merged into {r} (100 %)"],
        "J": [f"split: 50 % stays {j}, 50 % is now {s}"],
        "L": [f"split: 50 % stays {l}, 50 % is now {t}"],
        "M": [f"split: 50 % is now {l}, 50 % is now {t}"],
        "N": [f"is now {u}, same ground"],
        "O": [f"merged into {u} (100 %)"],
        "P": [f"merged into {u} (100 %)"],
        "V": [f"merged into {x} (0 %); the rest lies elsewhere",
              f"warning: the movement file says that it went into {x}, where under half of its ground lies (0 %)"],
    }  # fmt: skip
    heir = session.scalar(text("SELECT new.code FROM commune AS old JOIN commune AS new ON new.id = old.successor_id WHERE old.code = :b"), {"b": code("B")})  # fmt: skip
    assert heir == c


def test_the_file_of_one_region_closes_nothing_elsewhere_and_can_close_what_it_does_not_cover(
    imported: Imported, session: Session, tmp_path: Path
) -> None:
    """The movements are those of all the country. A third of C is in the file, and it is said to have gone into A."""
    imported(write(tmp_path / "a.gpkg", features(Grid("A B C C C . D E"))), 2020)
    said = written(
        tmp_path / "mvt.csv",
        *(row(32, "2021-01-01", code(gone), code(heir)) for gone, heir in ("BA", "CA", "ED")),
    )
    path = write(tmp_path / "b.gpkg", features(Grid("A A A . . . . .")))
    assert imported(path, 2021, "--dry-run").reasons.keys() == {code("A"), code("B")}
    answer = imported(path, 2021, "--movements", said)
    closed = session.scalars(text("SELECT code FROM commune WHERE valid_to IS NOT NULL ORDER BY code")).all()
    assert closed == [code("A"), code("B"), code("C")]
    assert "merged into 35001 (33 %); the rest lies elsewhere" in [
        d["reason"] for d in answer.summary["details"]
    ]


def test_a_file_of_circles_ends(imported: Imported, tmp_path: Path) -> None:
    """Every day both codes lead to both, and two change places for ever: nothing can be made of it, so the ground decides."""
    imported(write(tmp_path / "a.gpkg", features(Grid("A B C D"))), 2020)
    days = [f"2020-{month:02}-{day:02}" for month in range(1, 13) for day in range(2, 28)]
    circles = [row(32, day, code(one), code(two)) for day in days for one in "AB" for two in "AB"]
    swap = [row(50, "2021-01-01", code("C"), code("D")), row(50, "2021-01-01", code("D"), code("C"))]
    path = write(tmp_path / "b.gpkg", features(Grid("A A C D")))
    answer = imported(path, 2021, "--movements", written(tmp_path / "mvt.csv", *circles, *swap))
    assert answer.reasons[code("B")] == "merged into 35001 (100 %)"


def code(letter: str) -> str:
    return f"350{ord(letter) - 64:02}"
