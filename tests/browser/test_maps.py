"""Map and list are equals: what one shows the other shows; and what leaves the browser."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, wait_for_map
from tests.browser.maps import click, go_to, until, until_drawn
from tests.browser.site import Site

pytestmark = pytest.mark.browser

# How many posts stand in which cell; and the numbers that are drawn: whether of several cells, how many, where.
ON_THE_MAP = """async () => {
  const { features } = await document.getElementById('map').map.getSource('posts').getData();
  return Object.fromEntries(features.map(({ properties }) => [properties.id, properties.posts.length]));
}"""
TALLIES = """() => {
  const drawn = document.getElementById('map').map.queryRenderedFeatures({ layers: ['tally-of-many', 'tally-of-one'] });
  return drawn.map(({ properties, geometry }) => [Boolean(properties.cluster), properties.count, geometry.coordinates]);
}"""


def test_a_cell_of_posts_filters_the_list(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), desk=True)
    until_drawn(page, "posts-fill")
    posts = page.locator("#feed [data-post]")
    everything = posts.count()
    cells = {posts.nth(n).get_attribute("data-cell") for n in range(everything)} - {""}
    assert len(cells) > 1, "the demonstration has posts in several cells"
    cell = posts.first.get_attribute("data-cell")
    of_cell = sum(posts.nth(n).get_attribute("data-cell") == cell for n in range(everything))

    middle = page.evaluate(
        """async (cell) => {
          const source = document.getElementById('map').map.getSource('posts');
          const { features } = await source.getData();
          const ring = features.find((one) => one.properties.id === cell).geometry.coordinates[0].slice(1);
          return [0, 1].map((axis) => ring.reduce((sum, at) => sum + at[axis], 0) / ring.length);
        }""",
        cell,
    )
    go_to(page, tuple(middle), 13)
    click(page, tuple(middle))
    expect(page.locator("#feed [data-post]:visible")).to_have_count(of_cell)
    expect(page.locator("#feed-filter")).to_contain_text("dans ce secteur")
    page.get_by_role("button", name="Tout afficher").click()
    expect(page.locator("#feed [data-post]:visible")).to_have_count(everything)


def test_map_and_list_are_equal_under_each_switch_and_cells_merge_from_afar(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), desk=True)
    for row, switch in ((0, None), (0, "À côté"), (1, "Demandes"), (0, "Tout")):
        if switch:
            page.locator(".chips").nth(row).get_by_role("link", name=switch).click()
            wait_for_map(page)
        until_drawn(page, "tally-of-many")
        cells = page.locator("#feed [data-post]").evaluate_all("all => all.map((one) => one.dataset.cell)")
        assert cells, f"the demonstration has posts for {switch}"
        assert page.evaluate(ON_THE_MAP) == Counter(filter(None, cells)), switch
        tiers = page.locator("#feed [data-tier]").evaluate_all("all => all.map((one) => one.dataset.tier)")
        if switch in ("À côté", "Demandes"):
            assert set(tiers) == {"wider"}
    expect(page.locator(".chips [aria-current]")).to_have_text(["Tout", "Demandes"])

    in_cells = page.locator("#feed [data-post]:not([data-cell=''])").count()
    go_to(page, (-2.0, 48.6), 7)
    from_afar = page.evaluate(TALLIES)
    assert sum(count for _, count, _ in from_afar) == in_cells
    several, _, place = max(from_afar, key=lambda found: found[1])
    assert several, "from afar cells are merged"
    click(page, tuple(place))
    until(page, "() => document.getElementById('map').map.getZoom() > 8")
    expect(page.locator("#feed-filter")).to_be_hidden()


def test_hovering_a_post_lights_its_cell(site: Site, visit: Visit) -> None:
    page = visit("/accueil", email=site.resident_of("Le Sillon"), desk=True)
    until_drawn(page, "posts-fill")
    first = page.locator("#feed [data-post]:not([data-cell=''])").first
    first.hover()
    until(
        page,
        "id => document.getElementById('map').map.getFeatureState({source: 'posts', id}).lit",
        first.get_attribute("data-cell"),
    )


def test_people_are_shaded_cells_and_never_points(site: Site, visit: Visit, shoot) -> None:
    page = visit("/voisins", email=site.resident_of("Le Sillon"), desk=True)
    until_drawn(page, "people-fill")
    kinds = page.evaluate(
        """async () => {
          const { features } = await document.getElementById('map').map.getSource('people').getData();
          return [...new Set(features.map((one) => one.geometry.type))];
        }"""
    )
    assert kinds == ["Polygon"]
    assert page.locator(".maplibregl-marker").count() == 0
    shoot(page, "contacts-desk")


def test_the_chosen_point_is_in_no_address(site: Site, visit: Visit) -> None:
    page = visit("/", desk=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    go_to(page, (-2.0123, 48.6567), 14)
    click(page, (-2.0123, 48.6567))
    page.get_by_role("link", name="C’est chez moi").click()
    expect(page.locator("#home-label")).to_have_text("Le Sillon, Saint-Malo")
    assert not [url for url in asked if "48.65" in url or "2.012" in url]


def test_the_map_follows_from_light_to_dark(visit: Visit, shoot) -> None:
    page = visit("/", desk=True)
    sea = "document.getElementById('map').map.getPaintProperty('sea', 'background-color')"
    by_day = page.evaluate(sea)
    page.emulate_media(color_scheme="dark")
    until(page, f"day => {sea} !== day", by_day)
    shoot(page, "start-desk-dark")


def test_a_neighbourhood_on_the_map_leads_to_its_card(site: Site, visit: Visit) -> None:
    page = visit("/quartiers", email=site.resident_of("Le Sillon"), desk=True)
    until_drawn(page, "proposed-fill")
    rocabey = (-2.008, 48.651)
    go_to(page, rocabey, 14)
    click(page, rocabey)
    expect(page.locator(".card.is-on")).to_contain_text("Rocabey")
    expect(page.locator(".card.is-on a")).to_be_focused()
