"""Painting a neighbourhood with mouse, finger and keys; beginning from a suggestion; pen and brush keep one shape."""

from __future__ import annotations

from typing import Any

import h3
import pytest
import shapely
from playwright.sync_api import Page, expect
from shapely.geometry import shape

from tests.browser.conftest import Visit
from tests.browser.maps import Place, go_to, spot, tap, until
from tests.browser.site import Site

pytestmark = pytest.mark.browser

HOME = (-1.87, 48.57)
WEST, EAST = (-1.876, 48.57), (-1.864, 48.57)


def opened(site: Site, visit: Visit, **more: Any) -> Page:
    page = visit("/quartiers/nouveau", email=site.newcomer("Rozenn", *HOME), **more)
    expect(page.locator("#map-hint")).to_have_text("Posez un premier coin.")
    go_to(page, HOME, 14.5)
    return page


def take_brush(page: Page) -> None:
    page.locator(".switch").get_by_text("Peindre").first.click()
    expect(page.locator("#map-hint")).to_contain_text("Peignez les cases")


def draft(page: Page) -> Any:
    return page.evaluate("JSON.parse(sessionStorage['geoneighbour.draft'] ?? 'null')")


def cells(page: Page) -> set[str]:
    return set((draft(page) or {}).get("cells", []))


def cell(place: Place) -> str:
    return h3.latlng_to_cell(place[1], place[0], 10)


def stroke(page: Page, start: Place, end: Place) -> None:
    page.mouse.move(*spot(page, start))
    page.mouse.down()
    # One move: what a fast hand sends.
    page.mouse.move(*spot(page, end))
    page.mouse.up()


def test_a_fast_stroke_of_the_mouse_leaves_no_hole(site: Site, visit: Visit) -> None:
    page = opened(site, visit, desk=True)
    take_brush(page)
    centre = page.evaluate("document.getElementById('map').map.getCenter().toArray()")
    stroke(page, WEST, EAST)
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    painted = cells(page)
    assert set(h3.grid_path_cells(cell(WEST), cell(EAST))) <= painted
    assert painted <= {
        near for one in h3.grid_path_cells(cell(WEST), cell(EAST)) for near in h3.grid_disk(one, 2)
    }
    assert page.evaluate("document.getElementById('map').map.getCenter().toArray()") == centre
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator("#coach li")).to_have_count(0)
    page.get_by_role("button", name="Rétablir").click()
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    assert cells(page) == painted
    page.locator(".brushes").get_by_text("Gommer").click()
    stroke(page, HOME, EAST)
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dehors")
    assert cell(HOME) not in cells(page)
    assert cell(WEST) in cells(page)


def test_a_finger_paints_broadly_and_proposes(site: Site, visit: Visit) -> None:
    page = opened(site, visit)
    take_brush(page)
    page.get_by_label("Pinceau").fill("5")
    tap(page, HOME)
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    assert cells(page) == set(h3.grid_disk(cell(HOME), 4))
    page.get_by_label("Son nom").fill("Le marais")
    page.get_by_role("button", name="Proposer ce quartier").click()
    expect(page.locator(".badge")).to_have_text("Lancé")
    made = page.request.get(page.url.replace("/quartiers/", "/api/v1/neighbourhoods/")).json()
    assert shape(made["geometry"]).area == pytest.approx(
        sum(
            shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(c)]).area
            for c in h3.grid_disk(cell(HOME), 4)
        ),
        rel=1e-4,
    )


def test_a_finger_that_strokes_downwards_paints_and_moves_nothing(site: Site, visit: Visit) -> None:
    page = opened(site, visit)
    take_brush(page)
    top, foot = (-1.87, 48.5715), (-1.87, 48.5685)
    (x, y), (_, end) = spot(page, top), spot(page, foot)
    scrolled = page.evaluate("scrollY")
    finger = page.context.new_cdp_session(page)
    send = lambda kind, *points: finger.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]}
    )
    send("touchStart", (x, y))
    for step in range(1, 9):
        send("touchMove", (x, y + (end - y) * step / 8))
    send("touchEnd")
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    assert {cell(top), cell(HOME), cell(foot)} <= cells(page)
    assert page.evaluate("scrollY") == scrolled
    # Two fingers are no stroke.
    painted = cells(page)
    send("touchStart", (x - 60, y), (x + 60, y))
    send("touchMove", (x - 90, y), (x + 90, y))
    send("touchEnd")
    page.wait_for_timeout(300)
    assert cells(page) == painted


def test_arrows_and_space_paint(site: Site, visit: Visit) -> None:
    page = opened(site, visit, desk=True)
    take_brush(page)
    page.get_by_label("Pinceau").fill("1")
    page.locator(".maplibregl-canvas").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    until(page, "() => JSON.parse(sessionStorage['geoneighbour.draft']).cells.length === 2")
    first, second = sorted(cells(page), key=lambda one: h3.cell_to_latlng(one)[1])
    assert first == cell(HOME)
    assert h3.are_neighbor_cells(first, second)
    page.keyboard.press("Space")
    until(page, "() => JSON.parse(sessionStorage['geoneighbour.draft']).cells.length === 1")
    assert cells(page) == {first}


def test_ten_minutes_on_foot_and_pen_and_brush_keep_the_shape(site: Site, visit: Visit) -> None:
    page = opened(site, visit)
    page.get_by_text("Partir d’une suggestion").click()
    page.get_by_role("button", name="Dix minutes à pied").click()
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    painted = cells(page)
    assert painted == set(h3.grid_disk(cell(HOME), 6))
    page.locator(".switch").get_by_text("Dessiner").click()
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")
    drawn = draft(page)["geometry"]
    assert 6 <= len(drawn["coordinates"][0]) < 40
    page.locator(".switch").get_by_text("Peindre").first.click()
    expect(page.locator("#map-hint")).to_contain_text("Continuez")
    again = cells(page)
    assert len(again ^ painted) < 0.1 * len(painted)
    page.locator(".switch").get_by_text("Dessiner").click()
    expect(page.locator("#map-hint")).to_contain_text("déplacer les coins")
    assert shape(draft(page)["geometry"]).equals(shape(drawn)), "nothing painted in between: as it was"


def test_a_suggestion_serves_who_holds_the_brush_already(site: Site, visit: Visit) -> None:
    page = opened(site, visit)
    take_brush(page)
    page.get_by_text("Partir d’une suggestion").click()
    page.get_by_role("button", name="Dix minutes à pied").click()
    expect(page.locator("#coach")).to_contain_text("Votre domicile est dedans")
    assert cells(page) == set(h3.grid_disk(cell(HOME), 6))


def test_pieces_must_be_joined_before_they_are_drawn(site: Site, visit: Visit) -> None:
    page = opened(site, visit)
    take_brush(page)
    tap(page, (-1.8745, 48.57))
    tap(page, (-1.8655, 48.57))
    expect(page.locator("#coach")).to_contain_text("2 morceaux")
    page.locator(".switch").get_by_text("Dessiner").click()
    expect(page.locator("#map-hint")).to_contain_text("Reliez d’abord les morceaux")
    assert len(cells(page)) > 2
