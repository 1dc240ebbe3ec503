"""What the demonstration's residents wrote: told the same from the same seed, in an order that can have happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from geoneighbour.demo import people, places, story, texts

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


def told(seed: int, now: datetime = NOW):
    homes = people.population(seed)
    ages = story.arrivals(seed, homes, 11)
    written = story.written(seed, homes, ages, places.neighbourhood_shapes(seed), now)
    return homes, [story.moment(now, age) for age in ages], written


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_it_can_have_happened(seed):
    homes, arrived, asked = told(seed)
    assert sorted(one.sentence.text for one in asked) == sorted(one.text for one in texts.sentences())
    assert [one.at for one in asked] == sorted(one.at for one in asked)
    for one in asked:
        assert arrived[one.author] + timedelta(days=story.VERIFIED_AFTER) < one.at < NOW
        moments = [reply.at for reply in one.replies]
        assert all(one.at < moment < NOW for moment in moments)
        if one.closed_at:
            assert max([one.at, *moments]) < one.closed_at < NOW
        for reply in one.replies:
            assert reply.member != one.author
            assert homes[reply.member].neighbourhood == homes[one.author].neighbourhood
    authors = [one.author for one in asked if one.author != 0]
    assert len(set(authors)) == len(authors)


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_places_in_the_words_are_where_the_author_lives(seed):
    homes, _, asked = told(seed)
    places_of = {one.name: one.place for one in places.neighbourhood_shapes(seed)}
    for one in asked:
        if one.sentence.place:
            assert places_of.get(homes[one.author].neighbourhood, "country") == one.sentence.place


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_the_login_has_something_to_look_at(seed):
    homes, _, asked = told(seed)
    assert sum(one.author == 0 for one in asked) == 3
    assert any(reply.member == 0 for one in asked for reply in one.replies)
    around = [one for one in asked if homes[one.author].neighbourhood == homes[0].neighbourhood]
    assert len(around) >= 5
    assert sum(one.at > NOW - timedelta(days=7) for one in asked) > 20


def test_the_same_from_the_same_seed_at_any_hour():
    def who(seed: int, hours: int) -> set[tuple[str, int, tuple[int, ...]]]:
        _, _, asked = told(seed, NOW + timedelta(hours=hours))
        return {(one.sentence.text, one.author, tuple(r.member for r in one.replies)) for one in asked}

    assert told(3) == told(3)
    assert who(3, 0) == who(3, 6) == who(3, 15)
    assert who(3, 0) != who(4, 0)


def test_nobody_writes_at_night():
    _, _, asked = told(1)
    assert all(one.at.astimezone(story.LOCAL).hour >= 7 for one in asked)
