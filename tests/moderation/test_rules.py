"""Who looks after what, what an act does, who the second person is, and appeals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from geoneighbour.database.engine import as_service, make_engine
from geoneighbour.errors import Conflict, Forbidden, InvalidInput, NotFound, Suspended, TooOften
from geoneighbour.members import service as members
from geoneighbour.members.models import Member, Notice
from geoneighbour.moderation import queries, reports, service
from geoneighbour.moderation.models import Act, Appeal, Case, Report
from geoneighbour.posts import queries as shown
from geoneighbour.posts import service as posts
from geoneighbour.posts.models import Message, Post

LOOKING = ("Mona", "Nina", "Gaël", "Hugo", "Olga", "Anne", "Bob", "Zoé")


def looks(town, case: int) -> set[str]:
    return {name for name in LOOKING if town.sees(name, case)}


def suspended(town, member_id: int) -> bool:
    return town.world.scalars(select(Member.suspended).where(Member.id == member_id)).one()


def feed(town, who: str) -> set[int]:
    return {row.id for row in shown.feed(town.world, town.ids[who])}


def test_who_looks_after_a_post(town):
    assert looks(town, town.case("post", town.post())) == {"Mona", "Nina", "Gaël", "Olga"}


def test_nobody_decides_on_what_they_wrote_or_reported(town):
    of_mona = town.case("post", town.post(by="Mona"))
    assert looks(town, of_mona) == {"Nina", "Gaël", "Olga"}
    by_nina = town.case("post", town.post(reach="wider"), by="Nina")
    assert looks(town, by_nina) == {"Mona", "Gaël", "Olga"}
    with pytest.raises(NotFound):
        town.act("Nina", by_nina, "dismiss")


def test_a_private_message_and_the_story_are_not_for_the_neighbours(town):
    thread = posts.reply(town.world, town.Bob, town.post(), "Bonjour")
    posts.add_message(town.world, town.Anne, thread.id, "Fichez-moi la paix")
    rude = town.world.scalar(select(Message.id).order_by(Message.id.desc()))
    assert looks(town, town.case("message", rude)) == {"Gaël", "Olga"}
    assert looks(town, town.case("neighbourhood", town.sillon)) == {"Gaël", "Olga"}
    assert looks(town, town.case("member", town.Anne)) == {"Mona", "Nina", "Gaël", "Olga"}
    with pytest.raises(NotFound):
        town.case("message", rude, by="Zoé")


def test_what_one_is_not_shown_cannot_be_reported(town):
    post = town.post()
    for what, number in (
        ("post", post),
        ("member", town.Anne),
        ("photo", "0" * 32),
        ("post", 10**30),
        ("letter", 1),
    ):
        with pytest.raises(NotFound):
            reports.report(town.world, town.Olga, what, str(number), "abuse")
    with pytest.raises(InvalidInput):
        reports.report(town.world, town.Anne, "post", str(post), "abuse")


def test_a_thing_is_one_case_and_ten_reports_a_day(town):
    post = town.post()
    first = town.case("post", post)
    assert town.case("post", post) == town.case("post", post, by="Zoé") == first
    assert town.world.scalar(select(func.count()).select_from(Report)) == 2
    for n in range(9):
        body = f"Publication numéro {n}"
        number = posts.write(town.world, town.Anne, "news", body, "neighbourhood").id
        town.case("post", number)
    with pytest.raises(TooOften):
        town.case("member", town.Anne)
    town.world.execute(update(Report).values(made_at=Report.made_at - timedelta(hours=25)))
    town.case("member", town.Anne)


def test_what_is_hidden_reaches_nobody_but_its_author(town):
    post = town.post()
    case = town.case("post", post)
    posts.reply(town.world, town.Zoé, post, "J'en ai une")
    town.act("Mona", case, "hide")
    for name in ("Bob", "Mona", "Zoé"):
        assert post not in feed(town, name)
        with pytest.raises(NotFound):
            shown.shown(town.world, town.ids[name], post)
    assert shown.threads(town.world, town.Zoé)[0].post_body is None
    assert post in feed(town, "Anne")
    assert shown.shown(town.world, town.Anne, post).hidden_at is not None
    assert shown.threads(town.world, town.Anne)[0].post_body
    assert not queries.to_do(queries.case(town.world, town.Mona, case))
    town.act("Nina", case, "show")
    assert post in feed(town, "Bob")


@pytest.mark.parametrize("reach", ["commune", "commune_adjacent"])
def test_a_second_person_hides_what_was_for_a_commune(town, reach):
    post = town.post(reach)
    case = town.case("post", post)
    first = town.act("Mona", case, "hide")
    assert post in feed(town, "Bob")
    assert queries.about(town.world, town.Anne) == []
    assert service.choices(town.world, town.Nina, case) == []
    with pytest.raises(Forbidden):
        service.second(town.world, town.Mona, first.id, True, "Je suis d'accord avec moi")
    with pytest.raises(NotFound):
        service.second(town.world, town.Bob, first.id, True, "Moi aussi")
    service.second(town.world, town.Nina, first.id, True, "D'accord")
    assert post not in feed(town, "Bob")
    with pytest.raises(Conflict):
        service.second(town.world, town.Olga, first.id, False, "Trop tard")


def test_a_second_person_may_refuse(town):
    post = town.post("commune")
    case = town.case("post", post)
    first = town.act("Mona", case, "hide")
    service.second(town.world, town.Gaël, first.id, False, "C'est une simple demande")
    assert post in feed(town, "Bob")
    assert queries.to_do(queries.case(town.world, town.Mona, case))
    town.act("Nina", case, "dismiss")
    assert town.world.scalar(select(Case.closed_at).where(Case.id == case)) is not None
    assert (
        town.world.scalar(select(func.count()).select_from(Notice).where(Notice.member_id == town.Anne)) == 0
    )


@pytest.mark.parametrize(
    ("days", "needs"), [(1, False), (7, False), (8, True), (None, True)], ids=["1", "7", "8", "until lifted"]
)
def test_a_second_person_suspends_for_more_than_a_week(town, days, needs):
    case = town.case("member", town.Anne)
    done = town.act("Mona", case, "suspend", days)
    assert done.needs_second is needs
    assert suspended(town, town.Anne) is not needs
    if needs:
        service.second(town.world, town.Nina, done.id, True, "D'accord")
        assert suspended(town, town.Anne)


@pytest.mark.parametrize("days", [7, 8])
def test_what_two_imposed_is_lifted_by_two(town, days):
    """Seven days are one person's to impose and to lift, eight take two; in another case about the same member as well."""
    other = town.case("post", town.post(), by="Zoé")
    done = town.act("Mona", town.case("member", town.Anne), "suspend", days)
    if days == 8:
        service.second(town.world, town.Nina, done.id, True, "D'accord")
    town.world.commit()
    lifting = town.act("Mona", other, "lift")
    town.world.commit()
    assert lifting.needs_second is suspended(town, town.Anne) is (days == 8)
    if days == 8:
        with pytest.raises(Forbidden):
            service.second(town.world, town.Mona, lifting.id, True, "Moi-même")
        service.second(town.world, town.Gaël, lifting.id, True, "D'accord")
        assert not suspended(town, town.Anne)


@pytest.mark.parametrize(("reach", "two"), [("wider", False), ("commune", True)])
def test_what_two_hid_is_shown_again_by_two(town, reach, two):
    post = town.post(reach)
    case = town.case("post", post)
    hidden = town.act("Mona", case, "hide")
    if two:
        service.second(town.world, town.Nina, hidden.id, True, "D'accord")
    shown_again = town.act("Mona", case, "show")
    assert shown_again.needs_second is two
    assert (post in feed(town, "Bob")) is not two
    if two:
        service.second(town.world, town.Gaël, shown_again.id, True, "D'accord")
        assert post in feed(town, "Bob")


def test_week_after_week_is_more_than_a_week(town):
    case = town.case("member", town.Anne)
    town.act("Mona", case, "suspend", 5)
    town.act("Mona", case, "lift")
    assert town.act("Mona", case, "suspend", 3).needs_second
    moderator = town.case("member", town.Nina)
    assert town.act("Mona", moderator, "suspend", 1).needs_second


def test_who_is_suspended_is_as_paused_and_writes_nothing(town):
    post = town.post()
    town.act("Mona", town.case("member", town.Anne), "suspend", 3)
    assert post not in feed(town, "Bob")
    with pytest.raises(Suspended):
        town.post("wider")
    with pytest.raises(Suspended):
        members.require_verified(town.world, town.Anne)
    ago = {
        "suspended_at": Member.suspended_at - timedelta(days=4),
        "suspended_until": Member.suspended_until - timedelta(days=4),
    }
    town.world.execute(update(Member).where(Member.id == town.Anne).values(ago))
    town.world.expire_all()
    assert not suspended(town, town.Anne)
    assert post in feed(town, "Bob")


def test_a_moderator_who_is_suspended_moderates_nothing(town):
    case = town.case("post", town.post())
    own = town.case("member", town.Nina)
    done = town.act("Mona", own, "suspend", 3)
    service.second(town.world, town.Olga, done.id, True, "D'accord")
    assert looks(town, case) == {"Mona", "Gaël", "Olga"}


def test_a_profile_and_a_story_are_hidden(town):
    members.introduce(town.world, town.Anne, "Des mots laids", "Rien")
    case = town.case("member", town.Anne)
    town.act("Mona", case, "hide")
    words = "SELECT about, can_help FROM nearness.profile(:reader, :anne)"
    from sqlalchemy import text

    read = lambda who: tuple(town.world.execute(text(words), {"reader": who, "anne": town.Anne}).one())  # noqa: E731
    assert read(town.Bob) == ("", "")
    assert read(town.Anne) == ("Des mots laids", "Rien")
    about = town.case("neighbourhood", town.sillon)
    assert town.act("Gaël", about, "hide").needs_second


def test_an_appeal_is_decided_by_somebody_else(town):
    post = town.post("commune")
    case = town.case("post", post)
    first = town.act("Mona", case, "hide")
    service.second(town.world, town.Nina, first.id, True, "D'accord")
    with pytest.raises(NotFound):
        service.appeal(town.world, town.Bob, first.id, "Je proteste pour elle")
    service.appeal(town.world, town.Anne, first.id, "C'était une simple demande")
    with pytest.raises(Conflict):
        service.appeal(town.world, town.Anne, first.id, "Encore")
    for had_a_hand in (town.Mona, town.Nina):
        with pytest.raises(Forbidden):
            service.decide_appeal(town.world, had_a_hand, first.id, False, "Non")
    assert queries.to_do(queries.case(town.world, town.Gaël, case))
    service.decide_appeal(town.world, town.Gaël, first.id, True, "Vous avez raison")
    assert post in feed(town, "Bob")
    decided = queries.about(town.world, town.Anne)[0]
    assert (decided.verdict, decided.verdict_why) == ("grant", "Vous avez raison")
    with pytest.raises(Conflict):
        service.decide_appeal(town.world, town.Olga, first.id, False, "Quand même")


def test_what_is_kept_of_who_leaves_bears_no_name(town):
    case = town.case("post", town.post())
    town.act("Mona", case, "warn")
    for name in ("Anne", "Bob", "Mona"):
        town.world.delete(town.world.get_one(Member, town.ids[name]))
        town.world.flush()
    town.world.expire_all()
    assert town.world.scalars(select(Act)).one().actor_id is None
    assert town.world.get_one(Case, case).reported_id is None
    assert town.world.scalars(select(Report)).one().reporter_id is None
    assert town.world.scalar(select(func.count()).select_from(Post)) == 0


def suspended_until(town):
    town.world.commit()
    town.world.expire_all()
    return town.world.get_one(Member, town.Anne).suspended_until


def test_an_appeal_that_is_granted_undoes_that_act_alone(town):
    """What others decided since, in another case, stands."""
    first, post = town.case("member", town.Anne), town.post()
    other = town.case("post", post, by="Zoé")
    short = town.act("Mona", first, "suspend", 3)
    town.world.commit()
    town.act("Mona", first, "lift")
    town.world.commit()
    week = town.act("Nina", other, "suspend", 4)
    town.world.commit()
    until = suspended_until(town)
    service.appeal(town.world, town.Anne, short.id, "Rien de tel")
    service.decide_appeal(town.world, town.Olga, short.id, True, "En effet")
    assert suspended_until(town) == until
    service.appeal(town.world, town.Anne, week.id, "Cela non plus")
    service.decide_appeal(town.world, town.Olga, week.id, True, "En effet")
    assert not town.world.scalar(select(func.nearness.suspended(town.Anne)))
    assert suspended_until(town) is None


def test_of_two_suspensions_the_longer_stands(town):
    """One waits for its second person while the other is imposed in another case."""
    waiting = town.act("Mona", town.case("member", town.Anne), "suspend", 10)
    other = town.act("Mona", town.case("post", town.post(), by="Zoé"), "suspend", 30)
    service.second(town.world, town.Gaël, other.id, True, "D'accord")
    long = suspended_until(town)
    service.second(town.world, town.Gaël, waiting.id, True, "D'accord")
    assert suspended_until(town) == long


def age(town, days: float) -> None:
    """All that happened in moderation, so many days ago."""
    by = timedelta(days=days)
    for column in (Report.made_at, Act.made_at, Appeal.made_at, Case.opened_at, Case.closed_at):
        town.world.execute(update(column.class_).values({column: column - by}))
    town.world.commit()
    town.world.expire_all()


def kept(town) -> dict[str, int]:
    counted = {model: select(func.count()).select_from(model) for model in (Case, Report, Act, Appeal)}
    return {model.__name__: town.world.scalar(query) for model, query in counted.items()}


def test_words_of_a_closed_case_go_after_a_year_and_all_of_it_after_three(town, database_url):
    hiding = town.act("Mona", town.case("post", town.post()), "hide")
    town.case("post", town.post("wider"))
    service.appeal(town.world, town.Anne, hiding.id, "C'était une blague")
    town.world.commit()

    def forget() -> int:
        with Session(make_engine(as_service(database_url))) as session, session.begin():
            return service.forget(session)

    age(town, 364)
    assert forget() == 0
    age(town, 2)
    assert forget() == 3, "of the report, of the act, and the appeal"
    assert forget() == 0
    assert kept(town) == {"Case": 2, "Report": 2, "Act": 1, "Appeal": 0}
    assert {row.words for row in town.world.scalars(select(Report))} == {"", "Pas correct."}
    act = town.world.get_one(Act, hiding.id)
    assert (act.why, act.kind, act.actor_id) == (None, "hide", town.Mona)
    assert queries.about(town.world, town.Anne) == []
    age(town, 3 * 365.25 - 367)
    assert forget() == 0
    age(town, 2)
    assert forget() == 3
    assert kept(town) == {"Case": 1, "Report": 1, "Act": 0, "Appeal": 0}, "the open case waits"


def test_a_reason_stays_while_the_suspension_does_and_goes_when_the_thing_went(town):
    done = town.act("Mona", town.case("member", town.Anne), "suspend")
    service.second(town.world, town.Nina, done.id, True, "D'accord")
    post = town.post(by="Zoé")
    gone = town.case("post", post)
    town.world.commit()
    age(town, 4 * 365)
    assert service.forget(town.world) == 0
    town.world.delete(town.world.get_one(Post, post))
    town.world.commit()
    assert service.forget(town.world) == 2
    assert town.world.get(Case, gone) is None
    assert queries.about(town.world, town.Anne)[0].why
