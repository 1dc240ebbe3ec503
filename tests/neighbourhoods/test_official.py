"""Official quarters: imported, shown, supported, opened; and imported again when some have changed (decision 009)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import queries, service
from tests.communes import conftest as commands
from tests.communes import files
from tests.grid import Grid
from tests.nearness.town import Town
from tests.neighbourhoods.quarters import City, iris, reasons
from tests.web import conftest as web

run = commands.run
app, world, logged_in = web.app, web.world, web.logged_in

LAND = Grid("""
    A B C
    D E F
""")
AREAS, MIDDLES = LAND.areas(), LAND.points()
CODE = {letter: f"3523801{ord(letter) - 64:02}" for letter in "ABCDEF"}


@pytest.fixture
def city(run: commands.Run, session: Session, tmp_path: Path) -> City:
    return City(run, tmp_path, session)


def test_a_quarter_is_seen_supported_and_opens_like_a_drawn_one(
    city: City, session: Session, logged_in: Callable[[int], FlaskClient]
) -> None:
    town = Town(session)
    near, far_home = town.crowd(MIDDLES["A"], 22), Grid("x", lon=-1.85).points()["x"]
    far = town.crowd(far_home, 22)[0]
    review.run(session)
    session.commit()
    answer = city.imports([iris("A", AREAS["A"], "Thabor"), iris("B", AREAS["B"])], 2024)
    assert answer == {"read": 2, "added": 2}
    thabor = city.living()[CODE["A"]]
    assert (thabor.state, thabor.proposed_by, thabor.name) == ("proposed", None, "Thabor")
    stored = shapely.from_wkb(
        session.scalar(text("SELECT ST_AsBinary(geom) FROM neighbourhood WHERE id = :id"), {"id": thabor.id})
    )
    assert sorted(cells.cover(stored)) == thabor.cover
    assert stored.symmetric_difference(AREAS["A"]).area < 1e-6 * AREAS["A"].area

    shown = {row.id: row for row in queries.around(session, near[0])}
    assert (shown[thabor.id].covers_home, shown[thabor.id].stage, shown[thabor.id].people) == (
        True,
        "launched",
        None,
    )
    assert thabor.id not in {row.id for row in queries.around(session, far)}, "another published cell"

    client = logged_in(near[0])
    said = "Quartier officiel (IRIS 2024, IGN/INSEE)"
    assert said in client.get("/quartiers").text
    assert said in client.get(f"/quartiers/{thabor.id}").text
    listed = client.get("/api/v1/neighbourhoods").json["neighbourhoods"]
    assert {"scheme": "IRIS", "vintage": 2024, "source": "IGN/INSEE"} in [one["official"] for one in listed]
    supported = client.post(f"/api/v1/neighbourhoods/{thabor.id}/support").json
    assert (supported["supported"], supported["state"]) == (True, "proposed")
    session.rollback()
    for member in near[1:10]:
        service.support(session, member, thabor.id)
    session.commit()
    assert city.living()[CODE["A"]].state == "proposed"
    service.support(session, near[10], thabor.id)
    session.commit()
    assert city.living()[CODE["A"]].state == "open"
    zones = session.scalars(
        text("SELECT DISTINCT zone FROM residence WHERE member_id = ANY(:m)"), {"m": near[:11]}
    )
    assert list(zones) == [thabor.id]


def test_a_new_vintage_redraws_what_is_proposed_and_leaves_what_is_open(
    city: City, session: Session, logged_in: Callable[[int], FlaskClient]
) -> None:
    town = Town(session)
    town.found_french({"A": shapely.union_all(list(AREAS.values()))})
    smaller = shapely.intersection(AREAS["A"], shapely.box(*AREAS["A"].bounds).buffer(-0.002))
    inside, outside = town.join(MIDDLES["A"]), town.join(LAND.at(0.05, 1.05))
    wants_c, founders = town.join(MIDDLES["C"]), town.crowd(MIDDLES["B"], 11)
    session.commit()
    first = [iris(letter, AREAS[letter]) for letter in "ABCDEF"]
    assert city.imports(first, 2024) == {"read": 6, "added": 6}
    held = city.living()
    for member, letter in ((inside, "A"), (outside, "A"), (wants_c, "C"), *((f, "B") for f in founders)):
        service.support(session, member, held[CODE[letter]].id)
    session.commit()
    before = city.stored()
    assert city.imports(first, 2024) == {"read": 6, "unchanged": 6}
    assert city.stored() == before, "the same file again changes nothing"

    # A is smaller, B (open) is larger, C (supported) and D are not there, E has another name, F is as it was.
    second = [
        iris("A", smaller),
        iris("B", AREAS["B"] | AREAS["D"]),
        iris("E", AREAS["E"], "Autrement"),
        iris("F", AREAS["F"]),
    ]
    answer = city.imports(second, 2025)
    assert {name: answer[name] for name in ("redrawn", "renamed", "deleted", "left", "unchanged", "told")} == {
        "redrawn": 1, "renamed": 1, "deleted": 1, "left": 2, "unchanged": 1, "told": 1,
    }  # fmt: skip
    said = reasons(answer)
    assert said[CODE["A"]].startswith("redrawn")
    assert said[CODE["B"]].startswith("open: Quartier B stays")
    assert said[CODE["C"]].startswith("gone, but people")
    assert said[CODE["D"]].startswith("gone: Quartier D")
    assert said[CODE["E"]] == "renamed: Autrement, until now Quartier E"
    now = city.living()
    assert {code: (row.id, row.vintage) for code, row in now.items()} == {
        CODE[letter]: (held[CODE[letter]].id, vintage)
        for letter, vintage in (("A", 2025), ("B", 2024), ("C", 2024), ("E", 2025), ("F", 2025))
    }
    assert now[CODE["A"]].version == held[CODE["A"]].version + 1
    stored = shapely.from_wkb(
        session.scalar(
            text("SELECT ST_AsBinary(geom) FROM neighbourhood WHERE id = :id"), {"id": now[CODE["A"]].id}
        )
    )
    assert sorted(cells.cover(stored)) == now[CODE["A"]].cover != held[CODE["A"]].cover
    supports = dict(session.execute(text("SELECT member_id, neighbourhood_id FROM support")).all())
    assert supports == {inside: held[CODE["A"]].id, wants_c: held[CODE["C"]].id}
    told = session.execute(text("SELECT member_id, kind, about FROM notice")).all()
    assert [tuple(row) for row in told] == [
        (outside, "quarter_redrawn", {"name": "Quartier A", "scheme": "IRIS", "vintage": "2025"})
    ]

    words = "Les contours officiels de Quartier A ont changé (2025)"
    assert words in logged_in(outside).get("/accueil").text
    assert words not in logged_in(inside).get("/accueil").text

    before = city.stored()
    answer = city.imports(second, 2025)
    assert {name: answer[name] for name in answer if name != "details"} == {
        "read": 4,
        "unchanged": 3,
        "left": 2,
    }
    assert city.stored() == before, "those that stay are named again, and nothing changes"

    answer = city.imports([row for row in second if row.columns["code_iris"] != CODE["B"]], 2025)
    assert (answer["unchanged"], answer["left"]) == (3, 2)
    assert reasons(answer)[CODE["B"]].startswith("gone, but people are there")
    assert city.stored() == before


def test_a_file_speaks_for_its_own_place_only(city: City, session: Session) -> None:
    both = [iris("A", AREAS["A"]), iris("C", AREAS["C"], commune="35288 Saint-Malo")]
    assert city.imports(both, 2024)["added"] == 2
    # Without communes only ground tells: E lies beside both, and most of C is covered later.
    assert city.imports([iris("E", AREAS["E"])], 2024) == {"read": 1, "added": 1}
    assert len(city.living()) == 3
    answer = city.imports([iris("D", AREAS["C"], commune="35288 Saint-Malo")], 2024)
    assert (answer["added"], answer["deleted"]) == (1, 1)
    # With the communes, one quarter of a commune speaks for all of it: A and E lie in Rennes, D in Saint-Malo.
    Town(session).found(
        [("FR", "35238", AREAS["A"] | AREAS["B"] | AREAS["D"] | AREAS["E"]), ("FR", "35288", AREAS["C"])]
    )
    session.commit()
    answer = city.imports(
        [iris("B", AREAS["B"]), iris("F", AREAS["F"], commune="35999 Ailleurs")], 2024, "--commune", "35238"
    )
    assert (answer["read"], answer["added"], answer["deleted"]) == (1, 1, 2)
    assert set(city.living()) == {CODE["B"], "352880104"}


def test_names_are_told_apart(city: City) -> None:
    malo = "35288 Saint-Malo"
    rows = [
        iris("A", AREAS["A"], "Centre"),
        iris("B", AREAS["B"], "CENTRE", malo),
        iris("C", AREAS["C"], "Nord"),
        iris("D", AREAS["D"], "Nord"),
        iris("E", AREAS["E"], "Le Sillon", malo),
    ]
    assert city.imports(rows, 2024)["added"] == 5
    names = {row.name for row in city.living().values()}
    assert names == {
        "Centre, Rennes", "CENTRE, Saint-Malo", "Nord, Rennes (352380103)", "Nord, Rennes (352380104)", "Le Sillon",
    }  # fmt: skip
    assert city.imports(rows[1:2], 2024)["unchanged"] == 1, "a part of the file gives the same names"


def test_what_cannot_be_a_neighbourhood_is_left_out_and_named(city: City) -> None:
    big, long = Grid("x", side_m=6000).areas()["x"], shapely.box(-2, 48.6, -1.2, 48.602)
    rows = [
        iris("A", AREAS["A"]),
        iris("B", big, "Campagne", kind="Z"),
        iris("C", Grid("x", side_m=250).areas()["x"], "Une cour"),
        iris("D", big, "La plaine"),
        iris("E", long, "Le canal"),
        iris("F", AREAS["F"], "?"),
    ]
    answer = city.imports(rows, 2024)
    assert {name: answer[name] for name in answer if name != "details"} == {
        "read": 6, "added": 1, "left_out": 1, "rejected": 4,
    }  # fmt: skip
    said = reasons(answer)
    assert CODE["B"] not in said
    assert "too small: 0.06 km²" in said[CODE["C"]]
    assert "too large: 3" in said[CODE["D"]]
    assert "too stretched" in said[CODE["E"]]
    assert "less than 2" in said[CODE["F"]]
    assert set(city.living()) == {CODE["A"]}


def test_files_of_other_schemes(city: City, run: commands.Run, tmp_path: Path) -> None:
    """QPV in several communes; a city's own quarters, whose fields are named or found."""
    qpv = {
        "code_qp": "QN03501M",
        "lib_qp": "Villejean",
        "insee_com": "35238, 35047",
        "lib_com": "Rennes, Bruz",
    }
    path = files.write(tmp_path / "qpv.geojson", [files.Feature(AREAS["A"], qpv)])
    common = ("neighbourhoods", "import", path, "--vintage", 2024)
    assert run(*common, "--scheme", "QPV", "--commune", 35047).out == "1 read, 1 added\n"
    assert "these communes" in run(*common, "--scheme", "QPV", "--commune", 35001).err
    own = files.write(
        tmp_path / "own.shp", [files.Feature(AREAS["B"], {"NUM": 7, "LIBELLE": "La Découverte"})], 3948
    )
    common = ("neighbourhoods", "import", own, "--vintage", 2026, "--scheme", "quartier")
    assert "--code-field" in run(*common, "--source", "La ville").err
    fields = ("--code-field", "num", "--name-field", "Libelle")
    assert "--source" in run(*common, *fields).err
    assert run(*common, *fields, "--source", "La ville").out == "1 read, 1 added\n"


def test_what_cannot_serve_changes_nothing(city: City, run: commands.Run, tmp_path: Path) -> None:
    city.imports([iris("A", AREAS["A"])], 2025)
    before = city.stored()
    good = files.write(tmp_path / "good.geojson", [iris("A", AREAS["A"]), iris("B", AREAS["B"])])
    (tmp_path / "text.geojson").write_text("no such thing")
    (tmp_path / "cut.geojson").write_bytes(good.read_bytes()[:-200])
    files.write(tmp_path / "communes.geojson", files.features(LAND))
    small = [iris("B", Grid("x", side_m=100).areas()["x"])]
    files.write(tmp_path / "small.geojson", small)
    for name, vintage, reason in (
        ("text.geojson", 2026, "text.geojson"),
        ("cut.geojson", 2026, "cut.geojson"),
        ("communes.geojson", 2026, "fields of IRIS"),
        ("small.geojson", 2026, "no quarter can serve: too small"),
        ("good.geojson", 2024, "is held of 2025 already"),
        ("nothing.geojson", 2026, "no such file"),
    ):
        answer = run("neighbourhoods", "import", tmp_path / name, "--scheme", "IRIS", "--vintage", vintage)
        assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1), name
        assert reason in answer.err, (name, answer.err)
        assert city.stored() == before, name
