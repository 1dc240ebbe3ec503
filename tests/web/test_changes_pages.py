"""The life of a neighbourhood on its pages, without scripts: proposed, discussed, decided; and what strangers get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from geoneighbour.errors import NotFound
from geoneighbour.members.models import Notice
from geoneighbour.nearness import review
from geoneighbour.neighbourhoods import changes, moderators, queries, service
from geoneighbour.neighbourhoods.models import Change, Neighbourhood, Outline
from tests.kept import kept
from tests.world import box, communes, opened, settled

WEST_BOX = (-2.06, 48.54, -2.05, 48.55)
EAST_BOX = (-2.05, 48.54, -2.04, 48.55)


def made(world):
    """Le Sillon (with Anne, its moderator) and Rocabey (with Zoé) side by side, and Paul who lives in neither: ids by name."""
    communes(world, ["A"])
    people = [settled(world, f"Habitant {n}", -2.059 + n * 0.0005, 48.545) for n in range(9)]
    ids = {"anne": settled(world, "Anne", -2.055, 48.546), "bruno": settled(world, "Bruno", -2.055, 48.544)}
    rocabey = [settled(world, f"Habitante {n}", -2.049 + n * 0.0005, 48.545) for n in range(10)]
    ids |= {"zoe": settled(world, "Zoé", -2.045, 48.546), "paul": settled(world, "Paul", -2.02, 48.52)}
    ids["sillon"] = opened(world, "Le Sillon", box(*WEST_BOX), [ids["anne"], ids["bruno"], *people])
    ids["rocabey"] = opened(world, "Rocabey", box(*EAST_BOX), [ids["zoe"], *rocabey])
    return ids | {"sillon_people": people}


class Town(SimpleNamespace):
    """What was made, in a session on it."""

    def discussed(self) -> None:
        """Three days go by."""
        for change in self.world.scalars(select(Change)):
            change.proposed_at -= timedelta(days=3)
        self.world.commit()

    def review(self) -> None:
        review.run(self.world)
        self.world.commit()


@pytest.fixture
def town(world) -> Town:
    return Town(world=world, **kept(world, made))


def test_a_new_name_is_proposed_discussed_and_accepted(town, logged_in):
    bruno, anne = logged_in(town.bruno), logged_in(town.anne)
    answer = bruno.post(
        f"/quartiers/{town.sillon}/changer",
        data={"kind": "rename", "name": "La Digue", "why": "On dit tous la digue."},
    )
    assert answer.status_code == 302
    page = bruno.get(answer.location).text
    assert "Un nouveau nom : La Digue" in page
    assert "On dit tous la digue." in page
    assert "Proposé par vous" in page
    assert "On en discute jusqu’au" in page
    assert "Retirer ma proposition" in page
    assert ">Accepter" not in page

    assert "Lire et en parler" in anne.get("/accueil").text
    page = anne.get(f"/quartiers/{town.sillon}").text
    assert answer.location in page
    assert "#renommer" not in page, "one of a kind at a time"
    page = anne.get(answer.location).text
    assert "Proposé par Bruno" in page
    assert ">Accepter" not in page, "not before three days"
    assert "Refuser" in page
    empty = anne.post(answer.location, data={"body": " "})
    assert empty.status_code == 422
    assert 'id="problem-body"' in empty.text
    assert anne.post(answer.location, data={"body": "Moi je dis <i>le Sillon</i>."}).status_code == 302
    page = bruno.get(answer.location).text
    assert "<strong>Anne</strong>" in page
    assert "Moi je dis &lt;i&gt;le Sillon&lt;/i&gt;." in page

    town.discussed()
    page = anne.get(answer.location).text
    assert "un modérateur peut décider" in page
    assert "Accepter" in page
    assert bruno.post(f"{answer.location}/accepter").status_code == 403
    assert anne.post(f"{answer.location}/accepter").status_code == 302
    page = anne.get(f"/quartiers/{town.sillon}").text
    assert "<h1>La Digue</h1>" in page
    assert "Ce qui a été décidé" in page
    page = bruno.get(answer.location).text
    assert "C’est fait depuis le" in page
    assert "<textarea" not in page
    assert "s’appelle désormais La Digue" in bruno.get("/accueil").text


@pytest.mark.parametrize(
    ("sent", "field", "kept"),
    [
        ({"kind": "rename", "name": "Le Sillon", "why": "Parce que voilà"}, "name", "Parce que voilà"),
        ({"kind": "rename", "name": "La Digue", "why": "x"}, "why", 'value="La Digue"'),
        ({"kind": "merge", "why": "Plus on est de fous"}, "into", "Plus on est de fous"),
        ({"kind": "archive", "why": ""}, "why", "Fermer le quartier"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_the_words(sent, field, kept, town, logged_in):
    answer = logged_in(town.bruno).post(f"/quartiers/{town.sillon}/changer", data=sent)
    assert answer.status_code == 422
    assert answer.text.count(f'id="problem-{field}"') == 1
    assert kept in answer.text
    assert town.world.scalar(select(func.count()).select_from(Change)) == 0


def test_strangers_find_the_public_page_and_nothing_of_its_life(town, logged_in, visitor, world):
    change = changes.archive(world, town.bruno, town.sillon, "Plus personne ne vient.")
    changes.remark(world, town.anne, change.id, "Ah bon ?")
    world.commit()
    paul, zoe = logged_in(town.paul), logged_in(town.zoe)
    for reader in (visitor, paul, zoe):
        page = reader.get(f"/quartiers/{town.sillon}").text
        assert "ouvert depuis" in page
        assert "Ouvert : ses habitants" in page
        for inner in ("Anne", "Bruno", "Modérateur", "changements", "Redessiner"):
            assert inner not in page
    for reader in (paul, zoe):
        assert reader.get(f"/quartiers/changements/{change.id}").status_code == 404
        assert reader.post(f"/quartiers/changements/{change.id}", data={"body": "Bonjour"}).status_code == 404
        for decision in ("accepter", "refuser", "retirer"):
            assert reader.post(f"/quartiers/changements/{change.id}/{decision}").status_code == 404
        for path in ("changer", "redessiner"):
            assert reader.get(f"/quartiers/{town.sillon}/{path}").status_code == 403
        sent = {"kind": "rename", "name": "Autre chose", "why": "Pour rire"}
        assert reader.post(f"/quartiers/{town.sillon}/changer", data=sent).status_code == 403
        for path in ("moderer", "nommer", "histoire"):
            assert (
                reader.post(f"/quartiers/{town.sillon}/{path}", data={"member": town.paul}).status_code == 403
            )
    for reader_id in (town.paul, town.zoe):
        assert queries.remarks(world, change.id, reader_id) == []
        with pytest.raises(NotFound):
            queries.change(world, change.id, reader_id)
    for path in (f"changements/{change.id}", f"{town.sillon}/changer", f"{town.sillon}/redessiner"):
        assert "/connexion" in visitor.get(f"/quartiers/{path}").location
    assert world.scalar(select(func.count()).select_from(Change)) == 1


def test_a_merger_leads_from_the_old_page_to_the_new_one(town, logged_in, visitor):
    bruno, anne, zoe = logged_in(town.bruno), logged_in(town.anne), logged_in(town.zoe)
    sent = {"kind": "merge", "into": town.rocabey, "why": "Même marché, même école."}
    where = bruno.post(f"/quartiers/{town.sillon}/changer", data=sent).location
    assert "Il gagne" in zoe.get(where).text, "the other side reads it too"
    town.discussed()
    zoe.post(f"{where}/accepter")
    assert "Rocabey est d’accord. Un modérateur du Sillon doit encore décider." in bruno.get(where).text
    anne.post(f"{where}/accepter")
    assert "prend effet à la prochaine revue hebdomadaire" in bruno.get(where).text
    assert visitor.get(f"/quartiers/{town.sillon}").status_code == 200
    town.review()
    answer = visitor.get(f"/quartiers/{town.sillon}")
    assert (answer.status_code, answer.location) == (302, f"/quartiers/{town.rocabey}")
    page = visitor.get(answer.location).text
    assert "Contours précédents" in page
    assert "Le Sillon fait désormais partie de Rocabey" in bruno.get("/accueil").text
    assert "C’est fait depuis le" in bruno.get(where).text


def test_an_archived_one_is_gone_and_its_people_are_told_where_to_go(town, logged_in, visitor, world):
    change = changes.archive(world, town.bruno, town.sillon, "Plus personne ne vient.")
    town.discussed()
    changes.accept(world, town.anne, change.id)
    town.review()
    assert visitor.get(f"/quartiers/{town.sillon}").status_code == 404
    page = logged_in(town.bruno).get("/accueil").text
    assert "Le Sillon est fermé" in page
    assert '<a href="/quartiers">Voir les quartiers</a>' in page


def test_moderators_come_and_go_and_write_the_story(town, logged_in, visitor):
    anne, bruno = logged_in(town.anne), logged_in(town.bruno)
    where = f"/quartiers/{town.sillon}"
    assert "En tant que modérateur" not in bruno.get(where).text
    too_long = anne.post(f"{where}/histoire", data={"story": "é" * 501})
    assert too_long.status_code == 422
    assert 'id="problem-story"' in too_long.text
    assert "é" * 501 in too_long.text
    anne.post(f"{where}/histoire", data={"story": "La plage et ses pieux."})
    assert "La plage et ses pieux." in visitor.get(where).text

    anne.post(f"{where}/nommer", data={"member": town.bruno})
    assert "En tant que modérateur" not in bruno.get(where).text
    bruno.post(f"{where}/repondre", data={"answer": "yes"})
    assert "En tant que modérateur" in bruno.get(where).text
    assert "vérifié du quartier" in (
        anne.post(f"{where}/nommer", data={"member": town.paul}, follow_redirects=True).text
    )
    for client in (anne, bruno):
        client.post(f"{where}/ne-plus-moderer")
    assert moderators.of(town.world, town.sillon) == []
    bruno.post(f"{where}/moderer")
    for number, neighbour in enumerate((anne, *(logged_in(member) for member in town.sillon_people[:2]))):
        town.world.rollback()
        assert moderators.of(town.world, town.sillon) == []
        assert f"{number} voix sur 3" in neighbour.get(where).text
        neighbour.post(f"{where}/voix/{town.bruno}", data={"wish": "moderate"})
    town.world.rollback()
    assert moderators.of(town.world, town.sillon) == [town.bruno]


def test_a_third_outline_in_a_month_waits_and_says_so(town, logged_in, world):
    change = changes.redraw(world, town.bruno, town.sillon, box(-2.06, 48.54, -2.0505, 48.55), "Un bord")
    town.discussed()
    changes.accept(world, town.anne, change.id)
    world.commit()
    anne = logged_in(town.anne)
    where = f"/quartiers/changements/{change.id}"
    assert "à la prochaine revue hebdomadaire" in anne.get(where).text
    geom = world.get_one(Neighbourhood, town.sillon).geom
    for version in (1, 2):
        until = datetime.now(UTC) - timedelta(days=10 * version)
        world.add(Outline(neighbourhood_id=town.sillon, version=version + 100, geom=geom, until=until))
    world.commit()
    assert "a déjà changé de contour deux fois en 31 jours" in anne.get(where).text
    flashed = anne.get(f"/quartiers/{town.sillon}/redessiner")
    assert (flashed.status_code, flashed.location) == (302, where)
    assert "parlez-en ici" in anne.get(where).text


def test_who_is_left_outside_reads_it_alone(town, logged_in, world):
    change = changes.redraw(world, town.anne, town.sillon, box(-2.06, 48.5445, -2.05, 48.55), "Le sud à part")
    town.discussed()
    moderators.name(world, town.anne, town.sillon, town.sillon_people[0])
    moderators.answer(world, town.sillon_people[0], town.sillon, True)
    changes.accept(world, town.sillon_people[0], change.id)
    town.review()
    left, stays = logged_in(town.bruno), logged_in(town.anne)
    bruno, anne = left.get("/accueil").text, stays.get("/accueil").text
    assert "Le Sillon a changé de contour, et votre domicile n’y est plus." in bruno
    assert "dans quelques semaines, vous reviendrez à vos alentours" in bruno
    assert '<a href="/quartiers">Voir les quartiers</a>' in bruno
    assert "Le Sillon a changé de contour." in anne
    assert f'<a href="/quartiers/changements/{change.id}">Voir ce qui change</a>' in anne
    assert "votre domicile n’y est plus" not in anne
    alone = "Votre domicile n’est plus dans ce contour, et vous seul le lisez"
    where = f"/quartiers/{town.sillon}"
    assert alone in left.get(where).text
    assert alone not in stays.get(where).text
    assert "Bruno" in logged_in(town.sillon_people[1]).get(f"/quartiers/{town.sillon}").text, "still there"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("redraw", "un nouveau contour pour Le Sillon"),
        ("rename", "un autre nom pour Le Sillon"),
        ("merge", "de réunir Le Sillon et Rocabey"),
        ("archive", "de fermer le quartier Le Sillon"),
    ],
)
def test_each_kind_of_proposal_has_its_sentence(what, said, town, logged_in, world):
    about = {"name": "Le Sillon", "what": what, "change": "7"}
    about |= {"into_name": "Rocabey"} if what == "merge" else {}
    world.add(Notice(member_id=town.paul, kind="change_proposed", about=about))
    page = logged_in(town.paul).get("/accueil").text
    assert f"Quelqu’un propose {said}." in page
    assert '<a href="/quartiers/changements/7">Lire et en parler</a>' in page


def test_who_launches_one_reads_what_happens_next(town, logged_in, world):
    drawn = service.propose(world, town.paul, "Les Talards", "", box(-2.03, 48.51, -2.01, 48.53))
    neighbour = settled(world, "Yann", -2.021, 48.521)
    world.commit()
    page = logged_in(town.paul).get(f"/quartiers/{drawn.id}").text
    assert ">Lancé<" in page
    assert "Vous avez lancé ce quartier" in page
    assert "votre soutien est passé à celui-ci" in page
    assert f'value="http://localhost/quartiers/{drawn.id}"' in page
    page = logged_in(neighbour).get(f"/quartiers/{drawn.id}").text
    assert "Lancé : il ouvre quand" in page
    assert "Vous avez lancé ce quartier" not in page
