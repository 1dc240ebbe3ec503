"""Each way to prove an address, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour.accounts.models import Account
from geoneighbour.members import addresses
from geoneighbour.members.models import Member
from geoneighbour.roles import service as roles
from geoneighbour.verification import batch, service
from geoneighbour.verification.models import Document, Vouch
from tests.browser.conftest import Visit
from tests.browser.site import PASSWORD, Site
from tests.browser.test_accessible import grave
from tests.posts.pictures import saved, scene
from tests.verification.papers import bill
from tests.verification.post import codes_in, post_of

pytestmark = pytest.mark.browser

HOME = (-2.012, 48.6565)


def test_by_a_letter_asked_for_on_the_phone(site: Site, visit: Visit) -> None:
    """She asks, the operator prints and posts, she scans the square of the letter on a phone that is not logged in."""
    email = site.newcomer("Zoé", *HOME, verified=False)
    post = post_of(site.app)
    with Session(site.engine) as session:
        zoe = session.scalars(select(Account.member_id).where(Account.email == email)).one()
        home = addresses.home(session, post.sealer, zoe)
        words = "12 Chaussée du Sillon, 35400 Saint-Malo"
        addresses.keep(session, post.sealer, zoe, home, words, checked=True)
        session.commit()
    page = visit("/accueil", email=email, webgl=False)
    page.get_by_role("link", name="Faire vérifier mon adresse").click()
    card = page.locator("#postcard")
    expect(card).to_contain_text("12 Chaussée du Sillon")
    card.get_by_role("button", name="M’envoyer une lettre").click()
    expect(card).to_contain_text("La lettre part au prochain envoi")
    with Session(site.engine) as session:
        [code] = codes_in(batch.print_waiting(session, post).pdf)
        assert batch.mark_sent(session) == 1
        session.commit()
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"/verification#code={code}")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(card).to_contain_text("Votre carte postale est en route")
    field = card.get_by_label("Le code de la lettre")
    expect(field).to_have_value(re.sub("(...)(?=.)", r"\1-", code))
    assert code not in page.url
    field.fill("000-000-000")
    card.get_by_role("button", name="Vérifier mon adresse").click()
    expect(card).to_contain_text("Essais qui restent : 4")
    field.fill(code.lower())
    card.get_by_role("button", name="Vérifier mon adresse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Zoé")
    expect(page.get_by_role("status").first).to_be_attached()
    expect(page.get_by_text("Votre adresse est vérifiée").first).to_be_visible()


def test_by_a_neighbour_who_was_given_the_link(site: Site, visit: Visit, shoot) -> None:
    """One word is there already; she sends the link to somebody she knows, who says the second."""
    email = site.newcomer("Zoé", *HOME, verified=False)
    voucher = site.newcomer("Anne", *HOME, verified=False)
    with Session(site.engine) as session:
        members = {
            one.email: one.member_id
            for one in session.scalars(select(Account).where(Account.email.in_((email, voucher))))
        }
        service.prove(session, members[voucher], "postcard")
        zoe = session.get_one(Member, members[email])
        session.add(Vouch(voucher_id=members[voucher] - 2, asker_id=zoe.id, moved_at=zoe.moved_at))
        session.commit()
    page = visit("/verification", email=email)
    card = page.locator("#vouching")
    card.get_by_role("button", name="Recevoir un code à donner").click()
    expect(card).to_contain_text("1 voisin sur 2 s’est porté garant")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("button", name="Copier le lien").click()
    expect(card.get_by_role("status")).to_have_text("Le lien est copié.")
    link = card.get_by_label("Le lien").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    anne = visit(link.removeprefix(site.url), email=voucher, desk=True)
    expect(anne.get_by_role("heading", level=1)).to_have_text("Connaissez-vous Zoé ?")
    shoot(anne, "vouch")
    faults = grave(anne)
    anne.get_by_role("button", name="Oui, je m’en porte garant").click()
    expect(anne.get_by_text("Vous pouvez le faire encore 2 fois.")).to_be_visible()
    page.goto("/accueil")
    expect(page.get_by_text("Votre adresse est vérifiée").first).to_be_visible()
    assert not faults, "\n".join(faults)


def test_by_a_document_that_a_reviewer_reads(site: Site, visit: Visit) -> None:
    """Refused once with a reason, sent again, read as a picture, accepted; nothing of it stays."""
    email = site.newcomer("Zoé", *HOME, verified=False)
    operator = site.newcomer("Odile", *HOME)
    with Session(site.engine) as session:
        account = session.scalars(select(Account).where(Account.email == operator)).one()
        roles.grant(session, account.member_id, "operator")
        session.commit()
    page = visit("/verification", email=email)
    card = page.locator("#document")
    paper = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": bill()}
    photo = {"name": "facture.jpg", "mimeType": "image/jpeg", "buffer": saved(scene())}
    card.get_by_label("Le document").set_input_files(paper)
    card.get_by_role("button", name="L’envoyer").click()
    expect(card).to_contain_text("Votre document est arrivé le")
    desk = visit("/accueil", email=operator, desk=True, webgl=False)
    desk.get_by_role("link", name="1 adresse à vérifier").click()
    faults = grave(desk)
    desk.get_by_role("link", name="Zoé").click()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="Ouvrir le PDF").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
    desk.get_by_label("Pourquoi c’est refusé").fill("La date manque.")
    desk.get_by_role("button", name="Refuser").click()
    expect(desk.get_by_role("heading", name="Rien à vérifier")).to_be_visible()
    page.reload()
    expect(card).to_contain_text("« La date manque. »")
    card.get_by_label("Le document").set_input_files(photo)
    card.get_by_role("button", name="L’envoyer").click()
    expect(card).to_contain_text("Votre document est arrivé le")
    desk.reload()
    desk.get_by_role("link", name="Zoé").click()
    picture = desk.get_by_alt_text("Le document envoyé par Zoé")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") == 1200
    faults += grave(desk)
    desk.get_by_role("button", name="Accepter").click()
    expect(desk.get_by_role("heading", name="Rien à vérifier")).to_be_visible()
    with Session(site.engine) as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0
    page.goto("/accueil")
    expect(page.get_by_text("Votre document a été accepté, et il est supprimé.")).to_be_visible()
    assert not faults, "\n".join(faults)
