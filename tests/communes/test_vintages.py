"""A second vintage of one region: who becomes what, where people, posts and borders go, who is told, and what a dry run says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geoneighbour.ground import cells
from tests.communes import two_vintages as region
from tests.communes.conftest import Answer, Run
from tests.communes.files import Feature, write
from tests.grid import as_multipolygon

Imported = Callable[..., Answer]
Stored = Callable[[], list[str]]

APART_FROM_COMMUNES = (
    "neighbourhood",
    "zone",
    "zone_cell",
    "spread",
    "wider_area",
    "census",
    "published_cell",
    "support",
)


def of_no_commune(session: Session) -> list[str]:
    """What does not depend on communes, row by row, with the transaction that wrote it."""
    tables = [
        row
        for table in APART_FROM_COMMUNES
        for row in session.scalars(
            text(f"SELECT concat_ws(' ', '{table}', t.xmin, t) FROM {table} AS t ORDER BY t::text")
        )
    ]
    residences = "SELECT concat_ws(' ', member_id, zone, surroundings, home_cell, since) FROM residence ORDER BY member_id"
    return tables + list(session.scalars(text(residences)))


def test_everything_follows_and_the_dry_run_is_the_run(
    run: Run, session: Session, stored: Stored, tmp_path: Path
) -> None:
    first, second = region.files(tmp_path)
    assert run("communes", "import", first, "--vintage", 2020).code == 0
    people = region.populate(session)
    session.commit()
    homes = {name: home.shape for name, home in region.homes().items()}
    lived, wrote, apart, before = (
        region.living(session), region.writing(session), of_no_commune(session), stored(),
    )  # fmt: skip
    session.rollback()
    assert lived == {name: region.at(region.before(), home) for name, home in homes.items()}
    assert len([row for row in apart if row.startswith("wider_area")]) > 50

    command = ("communes", "import", second, "--vintage", 2021)
    dry = run(*command, "--dry-run")
    assert stored() == before
    done = run(*command)
    assert dry.out.splitlines(keepends=True)[0] == "Dry run, nothing was changed.\n"
    assert dry.out.partition("\n")[2] == done.out

    live = {name: region.at(region.held_after(), home) for name, home in homes.items()}
    assert region.living(session) == live
    written = region.writing(session)
    assert {post: code for post, (code, _) in written.items()} == {
        post: code and region.post_after(code, cell) for post, (code, cell) in wrote.items()
    }
    # Among them are posts that go elsewhere than to the chief successor, and cells beside the old commune, in another heir.
    assert len({written[post][0] for post, (code, _) in wrote.items() if code == region.code("E")}) == 2
    assert [
        post for post, (code, cell) in wrote.items() if code == region.code("I") and cell and in_old_j(cell)
    ]

    moved = {name for name in homes if lived[name] != live[name]}
    recoded = {name for name in moved if lived[name] == region.code("H")}
    told = session.execute(region.TOLD).all()
    assert {name for name, _ in told} == moved - recoded
    assert len(told) == 2 * len(moved - recoded)
    assert done.out.splitlines()[-1] == f"{2 * len(moved)} members moved, {len(told)} told"
    about = dict(told)
    assert about["square 2 6"] == {
        "from_code": "35002", "from_name": "Commune B", "to_code": "35001", "to_name": "Val d'A", "why": "merged", "since": "2021",
    }  # fmt: skip
    whys = {
        name: about[name]["why"]
        for name in ("square 2 4", "square 2 2", "in the strip", "square 9 5", "square 8 0")
    }
    assert whys == {
        "square 2 4": "split", "square 2 2": "border", "in the strip": "border", "square 9 5": "found", "square 8 0": "left",
    }  # fmt: skip

    assert adjacent(session) == touching()
    assert of_no_commune(session) == apart
    assert len(people) == len(homes)

    after = stored()
    again = run(*command)
    assert again.out.splitlines()[1] == "15 read, 15 unchanged"
    assert "told" not in again.out
    assert stored() == after

    assert run("communes", "history", "35002").out.splitlines() == [
        "2020 to 2021  35002 Commune B  merged: 100 % to 35001 Val d'A",
        "2021 to today  35001 Val d'A",
    ]
    assert run("communes", "history", "35010").out.splitlines() == [
        "2020 to 2021  35009 Commune I  reshaped: 67 % to 35009 Commune I, 33 % to 35010 Commune J",
        "2020 to 2021  35010 Commune J  reshaped: 100 % to 35010 Commune J",
        "2021 to today  35010 Commune J",
    ]


def in_old_j(cell: int) -> bool:
    return region.before()[region.code("J")].shape.covers(cells.outline(cell).centroid)


def adjacent(session: Session) -> set[tuple[str, str]]:
    rows = session.execute(
        text("""
            SELECT a.code, b.code FROM commune_adjacency
            JOIN commune AS a ON a.id = commune_id JOIN commune AS b ON b.id = other_id
        """)
    )
    return {(a, b) for a, b in rows}


def touching() -> set[tuple[str, str]]:
    places = region.held_after()
    return {
        (a, b)
        for a, one in places.items()
        for b, other in places.items()
        if a != b and one.shape.boundary.intersection(other.shape.boundary).length > 0
    }


def test_what_counts_as_a_change(imported: Imported, session: Session, tmp_path: Path) -> None:
    """Each line its own island of 100 by 10 units: old communes, new ones, and what is said of the old ones."""
    islands = [
        # 4 % of it is under a new code that is mostly new ground: a sliver. 6 % are none.
        ({"101": (0, 100)}, {"101": (0, 96), "199": (96, 150)}, {"101": "reshaped"}),
        ({"102": (0, 100)}, {"102": (0, 94), "198": (94, 150)}, {"102": "split: 94 % stays 102, 6 % is now 198"}),
        # A hamlet leaves: 1 %, and the whole of what is new.
        ({"103": (0, 100)}, {"103": (0, 99), "197": (99, 100)}, {"103": "split: 99 % stays 103, 1 % is now 197"}),
        # A border between two that stay moves a little, and more.
        ({"104": (0, 100), "105": (100, 200)}, {"104": (0, 96), "105": (96, 200)}, {"104": "reshaped", "105": "reshaped"}),
        ({"106": (0, 100), "107": (100, 200)}, {"106": (0, 94), "107": (94, 200)}, {"106": "reshaped; 6 % is now 107", "107": "reshaped"}),
        # The same ground under another code, give or take a border.
        ({"108": (0, 100)}, {"196": (0, 96)}, {"108": "is now 196, same ground"}),
        ({"109": (0, 100)}, {"195": (0, 94)}, {"109": "merged into 195 (94 %); the rest lies elsewhere"}),
        # The small one keeps its code, and the large one is none the less gone into it.
        ({"110": (0, 2), "111": (2, 100)}, {"110": (0, 100)}, {"110": "reshaped", "111": "merged into 110 (100 %)"}),
        # Two codes change places; a code is used again elsewhere.
        ({"112": (0, 50), "113": (50, 100)}, {"113": (0, 50), "112": (50, 100)},
         {"112": "is now 113, same ground", "113": "is now 112, same ground"}),
        ({"114": (0, 50)}, {"194": (0, 50), "114": (50, 100)}, {"114": "is now 194, same ground"}),
        ({"115": (0, 50)}, {"115": (70, 100)}, {"115": "reshaped"}),
        # Old and new codes share what is gone.
        ({"116": (0, 60), "117": (60, 100)}, {"117": (40, 100), "193": (0, 40)},
         {"116": "split: 67 % is now 193, 33 % is now 117", "117": "reshaped"}),
        # The half of it that the file knows is enough; less is not.
        ({"118": (0, 100)}, {"192": (50, 150)}, {"118": "merged into 192 (50 %); the rest lies elsewhere"}),
        ({"119": (0, 100)}, {"191": (51, 150)}, {}),
    ]  # fmt: skip

    def rows(which: int) -> list[Feature]:
        return [
            Feature(
                as_multipolygon(shapely.box(west / 1000, 40 + number, east / 1000, 40.01 + number)),
                {"code": code, "nom": code},
            )
            for number, island in enumerate(islands)
            for code, (west, east) in island[which].items()
        ]

    imported(write(tmp_path / "a.gpkg", rows(0)), 2020, "--country", "ES")
    answer = imported(write(tmp_path / "b.gpkg", rows(1)), 2021, "--country", "ES")
    assert answer.reasons == {code: said for _, _, island in islands for code, said in island.items()}
    assert answer.counts == {"added": 7, "reshaped": 8, "merged": 3, "split": 3, "recoded": 4}
    shares = session.execute(
        text("""
            SELECT old.code, new.code, share, commune_succession.successor_id = old.successor_id FROM commune_succession
            JOIN commune AS old ON old.id = commune_id JOIN commune AS new ON new.id = commune_succession.successor_id
            WHERE old.code IN ('101', '102', '106', '115', '116')
        """)
    )
    assert {(old, new): (round(share, 2), chief) for old, new, share, chief in shares} == {
        ("101", "101"): (0.96, True),
        ("102", "102"): (0.94, True), ("102", "198"): (0.06, False),
        ("106", "106"): (0.94, True), ("106", "107"): (0.06, False),
        # Nothing of it is left in what bears its code, and that follows it all the same.
        ("115", "115"): (0.0, True),
        ("116", "193"): (0.67, True), ("116", "117"): (0.33, False),
    }  # fmt: skip
