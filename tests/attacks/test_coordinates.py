"""No coordinate within 50 m of a home but its owner's own: a town's every page, answer, tile and mail, read by everybody.

The homes stand away from all corners that are anybody's to see (outlines, cells, centres), so whatever comes near is a leak.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from geoneighbour.ground import cells
from geoneighbour.ground.points import Point
from geoneighbour.mailing.models import OutgoingMail
from geoneighbour.members.models import Member
from geoneighbour.nearness import review
from geoneighbour.roles import service as roles
from tests.attacks.positions import in_json, in_text, in_tile, near, tile_at
from tests.attacks.reading import everything, known
from tests.world import box, communes, opened, settled


def apart(home: tuple[float, float]) -> bool:
    """More than 50 m from the corners and middles of the grid's cells, which anybody may be shown."""
    found = [cells.cell_at(Point(*home), resolution) for resolution in (7, 8, 9)]
    near_by = [cell for one in found for cell in cells.rings_around([one], 1)]
    shown = [at for cell in near_by for at in cells.outline(cell).exterior.coords[:-1]]
    shown += [(cells.centre(cell).lon, cells.centre(cell).lat) for cell in near_by]
    return not list(near(shown, [home]))


LINE = [(-2.0591234 + 0.0002217 * i, 48.5441937 + 0.0001213 * i) for i in range(140)]
PLACES = [home for home in LINE if apart(home)][::3][:24]
AREA = box(-2.06, 48.54, -2.03, 48.56)
PASSWORD = {"email": "nouvelle@exemple.fr", "password": "grande-maree-2026", "name": "Zoé"}


@pytest.fixture
def street(world) -> dict[int, tuple[float, float]]:
    """Homes by member: 24 verified ones, most in Le Sillon, one visitor and one whose visit is over."""
    communes(world, ["AB"])
    ids = [settled(world, f"Voisine {i}", *home) for i, home in enumerate(PLACES)]
    fresh = settled(world, "Zoé", -2.0333719, 48.5442911, verified=False)
    over = settled(world, "Yann", -2.0387733, 48.5467177, verified=False)
    later = timedelta(hours=49)
    gone = {"created_at": Member.created_at - later, "moved_at": Member.moved_at - later}
    world.execute(update(Member).where(Member.id == over).values(gone))
    world.execute(update(Member).where(Member.id == ids[0]).values(findable=True))
    review.run(world)
    opened(world, "Le Sillon", AREA, ids[:11])
    roles.grant(world, ids[2], "operator")
    review.run(world)
    world.commit()
    return dict(
        zip([*ids, fresh, over], [*PLACES, (-2.0333719, 48.5442911), (-2.0387733, 48.5467177)], strict=True)
    )


@pytest.fixture
def readers(app, visitor, logged_in, street, world):
    """A client for each standing, by the member it speaks for; and a life that leaves traces everywhere."""
    first, second, operator, *_, fresh, over = street
    clients = {None: visitor} | {who: logged_in(who) for who in (first, second, operator, fresh, over)}
    victim, reader = clients[first], clients[second]
    home = world.scalar(text("SELECT id FROM neighbourhood"))
    for reach in ("neighbourhood", "wider", "commune"):
        asked = {"kind": "request", "body": f"Qui a une échelle ? ({reach})", "reach": reach}
        assert victim.post("/api/v1/posts", json=asked).status_code == 201
    post = victim.get("/api/v1/feed?tier=self").json["items"][0]["id"]
    assert reader.post(f"/api/v1/posts/{post}/replies", json={"body": "Moi !"}).status_code == 201
    smaller = box(-2.06, 48.54, -2.031, 48.56)
    redraw = {"kind": "redraw", "why": "Plus juste", "geometry": smaller}
    assert victim.post(f"/api/v1/neighbourhoods/{home}/changes", json=redraw).status_code == 201
    drawn = {"name": "Rocabey", "geometry": box(-2.0575, 48.5435, -2.0405, 48.5557)}
    assert clients[operator].post("/api/v1/neighbourhoods", json=drawn).status_code == 201
    assert clients[fresh].post(f"/api/v1/neighbourhoods/{home}/join").status_code == 200
    world.commit()
    return clients


def leaks(answer, homes) -> list[object]:
    if answer.mimetype.startswith("image/") or answer.mimetype == "application/zip":
        return []
    found = in_json(answer.json) if answer.is_json else in_text(answer.text)
    return list(near(found, homes))


def test_no_page_and_no_answer(app, world, street, readers, figure):
    parts, read, found = known(world), 0, []
    for reader, client in readers.items():
        others = [home for member, home in street.items() if member != reader]
        answers = list(everything(client, app, parts, most=4))
        for lon, lat in PLACES[::5]:
            answers.append(
                ("/api/v1/place", client.post("/api/v1/place", json={"lon": lon + 0.004, "lat": lat}))
            )
        answers.append(("coach", client.post("/api/v1/neighbourhoods/coach", json={"geometry": AREA})))
        for path, answer in answers:
            assert answer.status_code < 500, path
            found += [(reader, path, *hit) for hit in leaks(answer, others)]
            read += 1
    figure(
        f"coordinates: {read} pages and answers as {len(readers)} readers, {len(found)} within 50 m of another's home"
    )
    assert not found
    assert read > 300


def test_no_tile(visitor, street, figure):
    vertices, found = 0, []
    for zoom in (*range(6, 15, 2), 15, 16):
        for column, row in {tile_at(home, zoom) for home in street.values()}:
            body = visitor.get(f"/tiles/{zoom}/{column}/{row}.mvt").data
            positions = list(in_tile(body, zoom, column, row))
            vertices += len(positions)
            # From afar a unit of a tile is more than 50 m.
            found += list(near(positions, street.values())) if zoom >= 12 else []
    figure(f"  tiles: {vertices} vertices, {len(found)} within 50 m of a home")
    assert not found
    assert vertices > 20


def test_no_mail(app, world, visitor, street, readers, figure):
    sign_up = PASSWORD | {"lon": PLACES[3][0], "lat": PLACES[3][1], "password_confirm": PASSWORD["password"]}
    visitor.post("/inscription", data=sign_up)
    visitor.post("/mot-de-passe", data={"email": PASSWORD["email"]})
    sealer = app.extensions["geoneighbour.sealer"]
    world.rollback()
    mails = [sealer.open(box) for box in world.scalars(select(OutgoingMail.box))]
    homes = list(street.values())
    assert not [hit for mail in mails for hit in near(in_text(str(mail)), homes)]
    figure(f"  mails: {len(mails)} read")
    assert mails


def test_ones_own_home_is_found(readers, street):
    """The search sees what is there: one's own, in one's own answers."""
    first = next(iter(street))
    own = leaks(readers[first].get("/api/v1/me"), [street[first]])
    assert own


@pytest.mark.parametrize(
    "leak", ['{"home": {"lon": %.6f, "lat": %.6f}}', "[%.5f,%.5f]", '<i data-at="%.4f %.4f">']
)
def test_control_a_planted_leak_is_found(app, visitor, street, leak):
    lon, lat = PLACES[7]

    @app.after_request
    def planted(response):
        response.set_data(response.get_data(as_text=True) + leak % (lon, lat))
        return response

    assert leaks(visitor.get("/confidentialite"), street.values())
    assert not leaks(visitor.get("/confidentialite"), [PLACES[20]])


def test_control_a_vertex_of_a_tile_is_found(visitor, street):
    """The corner of Le Sillon stands in a tile, to the metre."""
    corner = (-2.06, 48.54)
    column, row = tile_at(corner, 16)
    positions = in_tile(visitor.get(f"/tiles/16/{column}/{row}.mvt").data, 16, column, row)
    assert any(abs(lon - corner[0]) < 1e-5 and abs(lat - corner[1]) < 1e-5 for lon, lat in positions)
