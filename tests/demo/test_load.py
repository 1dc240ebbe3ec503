"""`demo load`, once into a real database (the one that browsers get copies of): what a visitor then finds, and that it happens to empty databases only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoneighbour import settings as environment
from geoneighbour.accounts.models import Account
from geoneighbour.communes import queries as communes
from geoneighbour.database import scratch
from geoneighbour.database.engine import make_engine
from geoneighbour.demo import EMAIL, NEIGHBOURS, NEIGHBOURS_IN, PASSWORD, people, places, story
from geoneighbour.demo.commands import demo
from geoneighbour.demo.load import NAME
from geoneighbour.demo.texts import display_names
from geoneighbour.errors import Conflict
from geoneighbour.members.models import Member, Notice
from geoneighbour.nearness.models import PublishedCell, Review
from geoneighbour.neighbourhoods import changes, queries
from geoneighbour.neighbourhoods.models import Change, Leaving, Neighbourhood, Residence
from geoneighbour.offers.models import Offer, OfferFeed, Partner
from geoneighbour.posts import queries as posts
from geoneighbour.posts.models import REACHES, Message, Post
from geoneighbour.settings import Settings
from geoneighbour.shops.models import Shop
from geoneighbour.verification import vouching
from geoneighbour.web.app import create_app
from tests.conftest import ADDRESS_KEYS, SECRET, Template, Territory, clone


@pytest.fixture
def loaded(template: Template, territory: Territory) -> Iterator[str]:
    """The libpq URL of a copy."""
    name = next(template.clones)
    yield clone(template.server, name, territory.name)
    scratch.drop(template.server, name)


def test_load(loaded: str, territory: Territory, tmp_path, monkeypatch):
    settings = Settings(state_dir=tmp_path, database_url=loaded, secret_key=SECRET, address_keys=ADDRESS_KEYS)
    monkeypatch.setattr(environment, "load", lambda: settings)
    done, database = territory.loading, make_engine(loaded)
    assert done.exit_code == 0
    assert "44 communes, 600 members, 30 neighbourhoods and 2 proposed, 183 posts" in done.output
    assert "demo@exemple.fr" in done.output
    assert "voisinage-demo" in done.output

    with Session(database) as session:
        _is_alive(session)
        _two_may_vouch(session)
        _partners_offer(session)
    _can_log_in(create_app(settings, database))

    with pytest.raises(Conflict, match="already"):
        CliRunner().invoke(demo, ["load"], catch_exceptions=False)
    with Session(database) as session:
        assert session.scalar(select(func.count()).select_from(Member)) == 600
    database.dispose()


def _two_may_vouch(session: Session) -> None:
    lives = select(Residence.member_id, Neighbourhood.name).join(
        Neighbourhood, Neighbourhood.id == Residence.zone
    )
    found = lives.join(Account, Account.member_id == Residence.member_id).where(Account.email.in_(NEIGHBOURS))
    rows = session.execute(found).all()
    assert [name for _, name in rows] == [NEIGHBOURS_IN] * 2
    assert all(vouching.vouches(session, member) for member, _ in rows)


def _partners_offer(session: Session) -> None:
    login = session.scalars(select(Account.member_id).where(Account.email == EMAIL)).one()
    own = OfferFeed.name == "own"
    assert session.scalar(select(func.count()).select_from(Offer).join(OfferFeed).where(~own)) == 400
    # Of 60 shops, and of each two of three a bon plan.
    assert session.scalar(select(func.count()).select_from(Shop)) == 60
    assert session.scalar(select(func.count()).select_from(Offer).join(OfferFeed).where(own)) == 60 + 40
    served = func.nearness.serving_home(login).table_valued("offer_id", "by")
    categories = select(Offer.category).join(served, served.c.offer_id == Offer.id)
    assert {"amap", "carpool"} <= set(session.scalars(categories))
    paused = session.scalars(select(Partner.code).where(Partner.paused_at.is_not(None))).all()
    assert paused == ["coffre_a_maree"]
    stale = func.nearness.feed_stale(OfferFeed.problem, OfferFeed.last_success_at, OfferFeed.every)
    assert session.scalars(select(Partner.code).join(OfferFeed).where(stale)).all() == ["autonef"]


def _is_alive(session: Session) -> None:
    def count(model) -> int:
        return session.scalar(select(func.count()).select_from(model))

    assert communes.is_demonstration(session)
    assert session.scalar(select(func.count()).where(Member.verified_at < func.now())) == 600
    assert session.scalar(select(func.count()).where(Residence.commune_id.is_(None))) == 0
    states = select(Neighbourhood.state, func.count()).group_by(Neighbourhood.state)
    assert dict(session.execute(states).all()) == {"open": 30, "proposed": 2}
    assert session.scalar(select(func.min(Neighbourhood.opened_at - Neighbourhood.proposed_at))).days >= 0
    assert count(Review) == 1
    assert count(PublishedCell) > 12
    assert session.scalar(select(func.count()).where(Post.origin_cell.is_(None), ~Post.on_homes)) == 0
    assert set(session.scalars(select(Post.reach).distinct())) == set(REACHES)
    assert 10 < session.scalar(select(func.count()).where(Post.closed_at.is_not(None))) < 40
    assert count(Message) > 40
    assert session.scalar(select(func.count(Post.kind.distinct()))) == 4
    assert session.scalar(select(func.count()).where(Member.about != "", Member.can_help != "")) > 100
    # The feed goes by id: the order of writing must be that of time.
    written = session.scalars(select(Post.created_at).order_by(Post.id)).all()
    assert written == sorted(written)

    # Who says what is as the pure functions of the seed have it.
    names = [NAME, *islice((n for n in display_names(1) if n != NAME), 599)]
    homes = people.population(1)
    ages = story.arrivals(1, homes, 11)
    planned = story.written(1, homes, ages, places.neighbourhood_shapes(1), datetime.now(UTC))
    said = session.execute(select(Post.body, Member.name).join(Member, Member.id == Post.author_id))
    assert {tuple(row) for row in said} > {(one.sentence.text, names[one.author]) for one in planned}
    lives = select(Member.name, Neighbourhood.name).join(Residence, Residence.member_id == Member.id)
    lives = lives.join(Neighbourhood, Neighbourhood.id == Residence.zone, isouter=True)
    assert {tuple(row) for row in session.execute(lives)} == {
        (name, home.neighbourhood) for name, home in zip(names, homes, strict=True)
    }

    _has_a_life(session)
    login = session.scalars(select(Member).where(Member.name == NAME)).one()
    feed = posts.feed(session, login.id, most=100)
    assert len(feed) > 25
    assert {row.tier for row in feed} >= {"self", "neighbour", "wider", "commune", "adjacent_commune"}
    assert len(posts.threads(session, login.id)) >= 5


def _has_a_life(session: Session) -> None:
    """One redraw took effect a month ago and left nobody outside; one is discussed where the login moderates."""
    login = session.scalars(select(Member.id).where(Member.name == NAME)).one()
    done, living = session.scalars(select(Change).order_by(Change.id)).all()
    (earlier,) = queries.outlines(session, done.neighbourhood_id)
    assert (done.state, earlier.until) == ("done", done.ended_at)
    assert (datetime.now(UTC) - earlier.until).days > 31
    assert session.scalar(select(func.count()).select_from(Leaving)) == 0
    news = select(func.count()).where(Notice.about["change"].astext == str(done.id))
    assert session.scalar(news) > 10
    assert session.scalar(news.where(Notice.read_at.is_(None))) == 0
    assert living.state == "proposed"
    assert len(queries.remarks(session, living.id, login)) == 2
    assert changes.choices(session, login, living.id).accept
    assert len(queries.moderators(session, living.neighbourhood_id, login)) == 2
    (notice,) = session.scalars(select(Notice).where(Notice.member_id == login, Notice.read_at.is_(None)))
    assert (notice.kind, notice.about["change"]) == ("change_proposed", str(living.id))


def _can_log_in(app) -> None:
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    visitor = app.test_client()
    who = {"email": EMAIL, "password": PASSWORD}
    assert visitor.post("/connexion", data=who | {"password": "something else"}).status_code == 200
    assert visitor.post("/connexion", data=who).status_code == 302
    assert visitor.get("/api/v1/me").status_code == 200
