"""Who decides on changes of a neighbourhood; new names, mergers, archives; where people and posts go (sentences 3 and 8, decision 011)."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import func, select, text

from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound
from geoneighbour.ground.points import Point
from geoneighbour.members import service as members
from geoneighbour.neighbourhoods import changes, moderators, queries
from geoneighbour.neighbourhoods import service as neighbourhoods
from geoneighbour.neighbourhoods.models import Change, Leaving, Neighbourhood
from geoneighbour.posts.models import Post
from tests.grid import Grid, as_multipolygon, geojson
from tests.nearness import town_changes
from tests.nearness.answers import readers
from tests.nearness.sillon import LEFT, WHOLE, WHY, A, B, D, redraw, told
from tests.nearness.test_homes import zone_of
from tests.nearness.town import Town

Sillon = tuple[int, int, int, int]

BESIDE = Grid(". . . Q").areas()["Q"]


def test_only_who_lives_there_proposes_reads_and_discusses(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    stranger, waiting = town.join(D), town.join(B, verified=False)
    for member in (stranger, waiting):
        with pytest.raises(Forbidden):
            redraw(town, member, home)
    change = redraw(town, bruno, home)
    for member in (stranger, waiting):
        assert not queries.changes(town.session, home, member)
        assert not queries.remarks(town.session, change.id, member)
        assert not queries.moderators(town.session, home, member)
        for ask in (
            lambda m: queries.change(town.session, change.id, m),
            lambda m: changes.choices(town.session, m, change.id),
            lambda m: changes.remark(town.session, m, change.id, "Bonjour"),
            lambda m: changes.accept(town.session, m, change.id),
            lambda m: changes.refuse(town.session, m, change.id),
        ):
            with pytest.raises(NotFound):
                ask(member)
    assert [row.id for row in queries.changes(town.session, home, anne)] == [change.id]


def test_the_only_moderator_may_accept_their_own_but_not_beside_another(
    small_town: Town, sillon: Sillon
) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    change = redraw(town, anne, home)
    town.days_pass(3)
    moderators.name(town.session, anne, home, bruno)
    assert moderators.of(town.session, home) == [anne], "not before he agrees"
    assert moderators.answer(town.session, bruno, home, True)
    with pytest.raises(Forbidden, match="autre modérateur"):
        changes.accept(town.session, anne, change.id)
    moderators.step_down(town.session, bruno, home)
    assert changes.accept(town.session, anne, change.id).state == "accepted"


def test_refused_or_withdrawn_it_does_not_count_even_once_accepted(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    for end, member in ((changes.refuse, anne), (changes.withdraw, bruno)):
        change = redraw(town, bruno, home)
        town.days_pass(3)
        changes.accept(town.session, anne, change.id)
        with pytest.raises(Forbidden):
            end(town.session, chloe, change.id)
        end(town.session, member, change.id)
        town.session.flush()
        unread = members.unread_notices(town.session, chloe)
        assert not unread, "nobody is sent to what is no longer to be decided"
        town.review()
        assert queries.one(town.session, home).geometry == geojson(WHOLE)
        with pytest.raises(Conflict):
            changes.accept(town.session, anne, change.id)


def test_moderators(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    session, stranger = town.session, town.join(D)
    assert moderators.of(session, home) == [anne]
    assert not moderators.volunteer(session, bruno, home)
    assert moderators.of(session, home) == [anne], "of three, another must want it"
    with pytest.raises(InvalidInput):
        moderators.name(session, anne, home, stranger)
    with pytest.raises(Forbidden):
        moderators.name(session, stranger, home, bruno)
    with pytest.raises(Forbidden):
        moderators.tell_story(session, bruno, home, "À moi.")
    moderators.tell_story(session, anne, home, "Face à la mer.")
    assert queries.one(session, home).story == "Face à la mer."
    neighbourhoods.choose(session, anne, home)
    assert moderators.of(session, home) == [anne], "joining once more changes nothing"
    town.leave(anne)
    assert moderators.of(session, home) == []
    town.choose(anne, home)
    assert moderators.of(session, home) == [], "it does not come back"
    with pytest.raises(Forbidden):
        moderators.volunteer(session, stranger, home)
    moderators.volunteer(session, chloe, home)
    moderators.support(session, anne, home, chloe)
    assert [row.name for row in queries.moderators(session, home, anne)] == ["Chloé"]
    town.pause(chloe)
    assert moderators.of(session, home) == []


def test_a_new_name_counts_once_accepted(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    change = changes.rename(town.session, bruno, home, "  Le  Grand Sillon ", WHY)
    town.days_pass(3)
    changes.accept(town.session, anne, change.id)
    assert queries.one(town.session, home).name == "Le Grand Sillon"
    assert told(town, bruno) == ["renamed"]
    assert queries.one(town.session, home).geometry == geojson(WHOLE)
    with pytest.raises(InvalidInput, match="déjà"):
        changes.rename(town.session, bruno, home, "Le Grand Sillon", WHY)


def test_a_merger_needs_both_and_takes_people_and_posts_along(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    others = [town.join(D) for _ in range(3)]
    beach = town.open(BESIDE, others)
    post = town.write(chloe, "neighbourhood")
    assert post is not None
    assert readers(town.session, post) == {anne, bruno}
    change = changes.merge(town.session, bruno, home, beach, WHY)
    assert "change_proposed" in told(town, others[0])
    town.days_pass(3)
    assert changes.accept(town.session, anne, change.id).state == "proposed"
    town.review()
    assert zone_of(town.session, anne) == home
    with pytest.raises(Conflict, match="déjà accepté"):
        changes.accept(town.session, anne, change.id)
    assert changes.accept(town.session, others[0], change.id).state == "accepted"
    later_one = redraw(town, bruno, home)
    town.world.life.accepted.append(town_changes.Wanted(home, into=beach))
    town.review()
    assert {zone_of(town.session, member) for member in (anne, bruno, chloe)} == {beach}
    assert readers(town.session, post) == {anne, bruno, *others}
    assert not town.session.scalar(select(func.count()).select_from(Leaving))
    assert town.session.get_one(Neighbourhood, beach, populate_existing=True).version == 2
    assert queries.heir(town.session, home) == beach
    with pytest.raises(NotFound):
        queries.one(town.session, home)
    assert town.session.get_one(Change, later_one.id, populate_existing=True).state == "lapsed"
    assert set(moderators.of(town.session, beach)) == {anne, others[0]}


def test_only_with_an_open_one_that_touches_and_not_to_something_too_large(
    small_town: Town, sillon: Sillon
) -> None:
    town, (home, anne, *_) = small_town, sillon
    far = town.open(
        Grid(". . . . . Q").areas()["Q"], [town.join(Grid(". . . . . q").points()["q"]) for _ in range(3)]
    )
    wide = Grid(". . . W\n. . . W", side_m=3400.0).areas()["W"]
    large = town.open(wide, [town.join(Grid(". . . w", side_m=3400.0).points()["w"]) for _ in range(3)])
    for into, reason in ((far, "touche"), (home, "touche"), (large, "touche|grands")):
        with pytest.raises(InvalidInput, match=reason):
            changes.merge(town.session, anne, home, into, WHY)


def test_ninety_metres_apart_they_may_merge_and_at_a_hundred_and_ten_not(
    small_town: Town, sillon: Sillon
) -> None:
    town, (home, anne, *_) = small_town, sillon
    edge = Grid("P P P .").at(3, 0)
    for metres, may in ((90, True), (110, False)):
        # At this latitude a degree of longitude has 73.67 km.
        west = edge.lon + metres / 73_670
        ground = shapely.box(west, edge.lat, west + 0.01, edge.lat + 0.009)
        middle = Point(west + 0.005, edge.lat + 0.004)
        other = town.open(as_multipolygon(ground), [town.join(middle) for _ in range(3)])
        assert (other in queries.beside_neighbourhood(town.session, home)) is may
    with pytest.raises(InvalidInput, match="touche"):
        changes.merge(town.session, anne, home, other, WHY)


def test_an_archive_sends_people_and_posts_to_their_surroundings(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    by_bruno, by_chloe = town.write(bruno, "neighbourhood"), town.write(chloe, "neighbourhood")
    assert by_bruno is not None
    assert by_chloe is not None
    town.move(chloe, D)
    next_door = town.join(B)
    town_changes.archive(town, anne, home)
    town.review()
    for member in (anne, bruno):
        assert zone_of(town.session, member) == town.world.people[member].surroundings
    assert "archived" in told(town, bruno)
    assert next_door in readers(town.session, by_bruno)
    # Where its author lived as it was written, not where she lives now.
    origin = town.session.get_one(Post, by_chloe, populate_existing=True)
    assert origin.origin_zone == origin.origin_surroundings != town.world.people[chloe].surroundings
    with pytest.raises(NotFound):
        queries.one(town.session, home)
    assert queries.heir(town.session, home) is None


def test_what_nobody_supports_any_more_is_archived_at_the_review_but_not_official_quarters(
    town: Town,
) -> None:
    anne, bruno = town.join(A), town.join(A)
    kept, dropped = town.propose(anne, WHOLE), town.propose(bruno, LEFT)
    official = town.propose(bruno, WHOLE)
    town.session.execute(
        text(
            "UPDATE neighbourhood SET scheme = 'IRIS', official_code = '1', source = 's', vintage = 2026 WHERE id = :id"
        ),
        {"id": official},
    )
    neighbourhoods.withdraw(town.session, bruno)
    town.session.execute(text("SELECT nearness.archive_unsupported()"))
    states = dict(town.session.execute(select(Neighbourhood.id, Neighbourhood.state)).all())
    assert states == {kept: "proposed", dropped: "archived", official: "proposed"}


def test_three_proposals_a_month_and_the_same_words_once(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, _) = small_town, sillon
    for number in range(3):
        change = changes.rename(town.session, bruno, home, f"Sillon {number}", WHY)
        if number < 2:
            changes.withdraw(town.session, bruno, change.id)
    for _ in range(2):
        changes.remark(town.session, anne, change.id, "Joli.")
    assert len(queries.remarks(town.session, change.id, bruno)) == 1
    with pytest.raises(Conflict, match="Trois"):
        redraw(town, bruno, home)
    redraw(town, anne, home)
    changes.withdraw(town.session, anne, max(row.id for row in queries.changes(town.session, home, anne)))
    town.days_pass(31.1)
    redraw(town, bruno, home)


def test_a_block_hides_words_and_names(small_town: Town, sillon: Sillon) -> None:
    town, (home, anne, bruno, chloe) = small_town, sillon
    change = redraw(town, bruno, home)
    changes.remark(town.session, chloe, change.id, "Et moi ?")
    town.block(chloe, anne)
    assert not queries.remarks(town.session, change.id, anne)
    assert len(queries.remarks(town.session, change.id, bruno)) == 1
    town.block(anne, bruno)
    assert queries.change(town.session, change.id, anne).proposer_name is None
    assert queries.change(town.session, change.id, chloe).proposer_name == "Bruno"
