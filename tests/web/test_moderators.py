"""A neighbourhood's moderators are chosen by its members: asked first, put forward, voices, an end (decision 011)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.members import service as members
from geoneighbour.members.models import Member
from geoneighbour.moderation import queries as moderation
from geoneighbour.mydata.export import rows_of
from geoneighbour.neighbourhoods import moderators, queries, service
from geoneighbour.neighbourhoods.models import Moderator, Voice
from tests.world import box, communes, opened, settled


@pytest.fixture
def people(world) -> list[int]:
    """Twelve of Le Sillon, the first its moderator; then one who lives elsewhere."""
    communes(world, ["A"])
    here = [settled(world, f"P{n}", -2.059 + n * 0.0005, 48.545) for n in range(12)]
    home = opened(world, "Le Sillon", box(-2.06, 48.54, -2.05, 48.55), here[:11])
    service.choose(world, here[11], home)
    here.append(settled(world, "Zoé", -2.02, 48.55))
    world.commit()
    return here


@pytest.fixture
def home(world, people) -> int:
    return world.scalar(select(Moderator.neighbourhood_id))


def chosen(world, home, member, voices) -> None:
    moderators.volunteer(world, member, home)
    for voice in voices:
        moderators.support(world, voice, home, member)


def voices_of(world, home, member, reader) -> list[tuple[int, int, bool]]:
    rows = queries.candidates(world, home, reader)
    return [(row.voices, row.needed, row.mine) for row in rows if row.id == member]


def test_being_put_forward_is_an_offer_that_nobody_else_reads(world, people, home, logged_in):
    chloe, where = people[2], f"/quartiers/{home}"
    bruno, asked, denis = (logged_in(member) for member in people[1:4])
    bruno.post(f"{where}/nommer", data={"member": chloe})
    news = asked.get("/accueil").text
    assert "On vous propose de modérer Le Sillon." in news
    assert f'href="{where}#moderators">Répondre</a>' in news
    assert "Je veux bien" in asked.get(where).text
    for other in (bruno, denis):
        page = other.get(where).text
        assert "voix sur" not in page
        assert "Je veux bien" not in page
    asked.post(f"{where}/repondre", data={"answer": "yes"})
    assert "Voudrait bien : 1 voix sur 3" in denis.get(where).text
    assert "Vous voulez bien : 1 voix sur 3" in asked.get(where).text
    assert "On vous propose" not in asked.get("/accueil").text
    assert moderators.of(world, home) == [people[0]]


def test_who_declines_is_not_asked_again_and_may_still_volunteer(world, people, home):
    anne, bruno, chloe, denis = people[:4]
    moderators.name(world, bruno, home, chloe)
    moderators.answer(world, chloe, home, False)
    assert not members.unread_notices(world, chloe)
    for asking in (bruno, denis):
        moderators.name(world, asking, home, chloe)
        assert voices_of(world, home, chloe, asking) == []
    assert not members.unread_notices(world, chloe)
    assert not moderators.asked(world, chloe, home)
    with pytest.raises(Conflict):
        moderators.answer(world, chloe, home, True)
    assert not moderators.volunteer(world, chloe, home)
    assert voices_of(world, home, chloe, anne) == [(2, 3, False)]


def test_three_voices_and_no_fewer_make_a_moderator_who_reads_it(world, people, home):
    chloe = people[2]
    chosen(world, home, chloe, people[3:5])
    moderators.support(world, people[3], home, chloe)
    assert voices_of(world, home, chloe, people[3]) == [(2, 3, True)]
    assert moderation.duties(world, chloe) == set(), "a candidate looks after nothing"
    with pytest.raises(NotFound):
        moderators.support(world, chloe, home, chloe)
    moderators.take_back(world, people[3], home, chloe)
    moderators.support(world, people[5], home, chloe)
    assert moderators.of(world, home) == [people[0]], "one was taken back"
    moderators.support(world, people[6], home, chloe)
    assert set(moderators.of(world, home)) == {people[0], chloe}
    assert moderation.duties(world, chloe) == {"moderator"}
    world.flush()
    assert [notice.kind for notice in members.unread_notices(world, chloe)] == ["moderator_chosen"]
    assert world.scalar(select(func.count()).select_from(Voice)) == 0, "who it was is forgotten"


def test_a_voice_counts_while_its_member_lives_there_and_is_seen(world, people, home):
    chloe = people[2]
    chosen(world, home, chloe, people[3:5])
    members.pause(world, people[3], True)
    service.leave(world, people[4])
    moderators.support(world, people[5], home, chloe)
    assert voices_of(world, home, chloe, people[0]) == [(1, 3, False)]
    service.leave(world, chloe)
    service.choose(world, chloe, home)
    assert voices_of(world, home, chloe, people[0]) == [], "it ends with moving away, and does not come back"
    assert world.scalar(select(func.count()).select_from(Voice)) == 0


def test_in_a_few_it_takes_more_than_half(world, people, home):
    """Of five: two voices and the candidate. Of one: the candidate alone. Who is on no roll is not counted."""
    for member in people[5:12]:
        service.leave(world, member)
    moderators.step_down(world, people[0], home)
    moderators.volunteer(world, people[1], home)
    assert voices_of(world, home, people[1], people[0]) == [(0, 2, False)]
    for member in people[2:4]:
        world.get_one(Member, member).listed = False
    world.flush()
    assert voices_of(world, home, people[1], people[0]) == [(0, 1, False)]
    for member in (people[0], *people[2:5]):
        service.leave(world, member)
    moderators.step_down(world, people[1], home)
    assert moderators.volunteer(world, people[1], home)


def test_whom_it_is_not_for(world, people, home, logged_in):
    bruno, chloe, stranger = people[1], people[2], people[-1]
    for act in (moderators.name, moderators.support, moderators.end):
        with pytest.raises(Forbidden):
            act(world, stranger, home, people[0])
    with pytest.raises(Forbidden):
        moderators.volunteer(world, stranger, home)
    with pytest.raises(InvalidInput):
        moderators.name(world, bruno, home, stranger)
    members.block(world, chloe, bruno)
    with pytest.raises(InvalidInput):
        moderators.name(world, bruno, home, chloe)
    moderators.volunteer(world, chloe, home)
    assert voices_of(world, home, chloe, bruno) == []
    with pytest.raises(NotFound):
        moderators.support(world, bruno, home, chloe)
    world.commit()
    seen = logged_in(stranger).get(f"/api/v1/neighbourhoods/{home}/moderators").json
    assert seen == {"moderators": [], "candidates": [], "asked": False}
    members.pause(world, chloe, True)
    assert queries.candidates(world, home, people[3]) == []


def test_nobody_asks_the_whole_street_at_once(world, people, home):
    for other in people[2:5]:
        moderators.name(world, people[1], home, other)
    with pytest.raises(Conflict):
        moderators.name(world, people[1], home, people[5])
    moderators.answer(world, people[2], home, False)
    moderators.name(world, people[1], home, people[5])


def test_five_and_more_than_chose_them_end_it(world, people, home):
    founder, chloe = people[0], people[1]
    for voice in people[2:6]:
        moderators.end(world, voice, home, founder)
    with pytest.raises(NotFound):
        moderators.end(world, founder, home, founder)
    (shown,) = queries.moderators(world, home, people[2])
    assert (shown.voices, shown.needed, shown.mine) == (4, 5, True)
    assert moderators.of(world, home) == [founder]
    moderators.end(world, people[6], home, founder)
    assert moderators.of(world, home) == []
    world.flush()
    assert "moderator_ended" in [notice.kind for notice in members.unread_notices(world, founder)]

    for voice in people[2:7]:
        moderators.name(world, voice, home, chloe)
    assert moderators.answer(world, chloe, home, True), "five had said so before she agreed"
    for voice in people[7:12]:
        moderators.end(world, voice, home, chloe)
    assert moderators.of(world, home) == [chloe]
    moderators.end(world, people[2], home, chloe)
    assert moderators.of(world, home) == []


def test_the_word_of_a_moderator_is_enough_while_they_are_one(world, people, home):
    anne, bruno, chloe = people[:3]
    for other in (bruno, chloe):
        moderators.name(world, anne, home, other)
    assert moderators.answer(world, bruno, home, True)
    moderators.step_down(world, anne, home)
    assert not moderators.answer(world, chloe, home, True)
    assert voices_of(world, home, chloe, bruno) == [(1, 3, False)]
    moderators.name(world, bruno, home, chloe)
    assert set(moderators.of(world, home)) == {bruno, chloe}


def test_whose_voices_they_are_is_told_to_nobody(world, people, home, logged_in):
    anne, bruno, chloe, denis = people[:4]
    moderators.name(world, anne, home, chloe)
    moderators.name(world, bruno, home, chloe)
    world.commit()
    told = dict(rows_of(world, chloe))
    assert [row["state"] for row in told["moderator"]] == ["asked"]
    assert "named_by" not in told["moderator"][0]
    assert told["moderator_voice"] == []
    asker = dict(rows_of(world, bruno))
    assert [row["about_id"] for row in asker["moderator_voice"]] == [chloe]
    assert asker["moderator"] == [], "what she answered is hers"
    moderators.answer(world, chloe, home, True)
    chosen(world, home, denis, [bruno])
    world.commit()
    page = logged_in(people[5])
    said = page.get(f"/api/v1/neighbourhoods/{home}/moderators").json
    assert said["candidates"] == [{"id": denis, "name": "P3", "voices": 1, "needed": 3, "mine": False}]
    assert {one["id"] for one in said["moderators"]} == {anne, chloe}
    assert all(set(one) == {"id", "name"} for one in said["moderators"])
    assert str(bruno) not in json.dumps(said["candidates"]).replace(f'"id": {denis}', "")
    world.delete(world.get_one(Member, bruno))
    world.flush()
    assert voices_of(world, home, denis, anne) == [(0, 3, False)]


def test_voices_by_the_api_are_given_taken_back_and_end(world, people, home, logged_in):
    chloe = people[2]
    moderators.volunteer(world, chloe, home)
    world.commit()
    path = f"/api/v1/neighbourhoods/{home}/moderators"
    client = logged_in(people[3])
    assert client.put(f"{path}/{chloe}/voice", json={"wish": "end"}).status_code == 404
    assert client.put(f"{path}/{chloe}/voice", json={"wish": "moderate"}).status_code == 204
    assert client.get(path).json["candidates"][0]["mine"]
    assert client.delete(f"{path}/{chloe}/voice").status_code == 204
    assert client.get(path).json["candidates"][0]["voices"] == 0
    assert client.put(f"{path}/{people[0]}/voice", json={"wish": "moderate"}).status_code == 404
    page = f"/quartiers/{home}"
    client.post(f"{page}/voix/{people[0]}", data={"wish": "end"})
    assert "1 voix sur 5" in client.get(page).text
    assert "1 voix sur 5" not in logged_in(people[4]).get(page).text
    client.post(f"{page}/voix/{people[0]}", data={"wish": "nothing"})
    assert "1 voix sur 5" not in client.get(page).text
