"""Photos from a phone: chosen in two goes, made smaller on the device, described, sent, seen by a neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.maps import until
from tests.browser.site import Site
from tests.posts.pictures import SECRET, saved, scene, told_everything

pytestmark = pytest.mark.browser


def drawn(page: Page) -> None:
    """Until every photo of the page is there."""
    until(
        page,
        "() => [...document.querySelectorAll('main img')].every((one) => one.complete && one.naturalWidth)",
    )


def test_two_photos_from_a_phone(site: Site, visit: Visit, tmp_path: Path, shoot) -> None:
    wide, turned = tmp_path / "IMG_0001.jpg", tmp_path / "IMG_0002.jpg"
    wide.write_bytes(saved(scene(4000, 3000), quality=90))
    turned.write_bytes(told_everything("JPEG"))
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"))
    page.locator("#body").fill("À qui est cette échelle ?")
    page.get_by_label("Photos").set_input_files(wide)
    expect(page.locator(".chosen img")).to_have_count(1)
    page.get_by_label("Photos").set_input_files([turned, turned])
    expect(page.locator(".chosen img")).to_have_count(3)
    page.get_by_role("button", name="Retirer cette photo").last.click()
    # Words are no picture, whatever they are called: that is said, and they are left out.
    (tmp_path / "liste.jpg").write_text("du pain, des œufs")
    page.get_by_label("Photos").set_input_files(tmp_path / "liste.jpg")
    expect(page.locator("[data-slot=unread]")).to_contain_text("liste.jpg")
    expect(page.locator(".chosen img")).to_have_count(2)
    page.get_by_label("Que voit-on ?").first.fill("Une échelle contre un mur")
    drawn(page)
    shoot(page, "photos-phone")
    # Neither the size nor what hides in the file leaves the phone.
    sent = page.evaluate(
        "() => Promise.all([...document.getElementById('choose-photos').files].map((file) => file.text()))"
    )
    assert [SECRET.decode() in file for file in sent] == [False, False]
    sizes = page.evaluate(
        "() => Promise.all([...document.getElementById('choose-photos').files].map((file) => createImageBitmap(file)))"
        ".then((all) => all.map((one) => [one.width, one.height]))"
    )
    assert sizes == [[2048, 1536], [900, 1200]]
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.wait_for_url("**/accueil")

    reader = visit("/accueil", email=site.resident_of("Le Sillon"))
    card = reader.locator(".post", has_text="cette échelle")
    expect(card.get_by_role("img", name="Une échelle contre un mur")).to_be_visible()
    expect(card.get_by_role("img", name="Photo sans description")).to_be_visible()
    drawn(reader)
    card.scroll_into_view_if_needed()
    shoot(reader, "photos-feed-phone")
    card.get_by_role("img").first.click()
    drawn(reader)
    first = reader.locator(".pictures img").first
    assert first.evaluate("(one) => [one.naturalWidth, one.naturalHeight]") == [1600, 1200]
    shoot(reader, "photos-one-phone")


def test_without_a_network_photos_are_added_later(site: Site, visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0003.jpg"
    photo.write_bytes(saved(scene(800, 600)))
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"), webgl=False)
    page.locator("#body").fill("À qui est ce vélo ?")
    page.get_by_label("Photos").set_input_files(photo)
    expect(page.locator(".chosen img")).to_have_count(1)
    page.context.set_offline(True)
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.locator("#offline")).to_contain_text("Les photos ne sont pas gardées")
    expect(page.locator(".chosen img")).to_have_count(0)
    page.context.set_offline(False)
    page.wait_for_url("**/publications/*#ajouter")
    page.get_by_label("Photos").set_input_files(photo)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".pictures img")).to_have_count(1)


def test_without_scripts(site: Site, visit: Visit, tmp_path: Path) -> None:
    photo = tmp_path / "IMG_0004.jpg"
    photo.write_bytes(saved(scene(800, 600)))
    page = visit("/publications/nouvelle", email=site.resident_of("Le Sillon"), scripts=False)
    page.locator("#body").fill("À qui est ce chat ?")
    page.get_by_label("Photos").set_input_files([photo, photo])
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.locator(".post", has_text="ce chat").get_by_role("img").first.click()
    page.get_by_text("Décrire ou retirer la photo 1").click()
    page.get_by_label("Que voit-on ?").first.fill("Un chat roux")
    page.get_by_role("button", name="Garder cette description").first.click()
    expect(page.get_by_role("img", name="Un chat roux")).to_be_visible()
