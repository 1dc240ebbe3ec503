-- Sentence 3: the life of an open neighbourhood, and what becomes of people and posts (docs/decisions/011).

CREATE OR REPLACE FUNCTION nearness.lives_in(of_member bigint, of_neighbourhood bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM nearness.person
    JOIN neighbourhood ON neighbourhood.id = person.zone
    WHERE person.member_id = of_member AND person.zone = of_neighbourhood AND neighbourhood.state = 'open'
  );
END;
COMMENT ON FUNCTION nearness.lives_in(bigint, bigint) IS
  'Whether a member, verified and not paused, has an open neighbourhood as home: they read and discuss its changes.';

CREATE OR REPLACE FUNCTION nearness.moderators_of(of_neighbourhood bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 3
BEGIN ATOMIC
  SELECT moderator.member_id
  FROM moderator
  JOIN nearness.person ON person.member_id = moderator.member_id AND person.zone = moderator.neighbourhood_id
  WHERE moderator.neighbourhood_id = of_neighbourhood AND moderator.state = 'moderator';
END;
COMMENT ON FUNCTION nearness.moderators_of(bigint) IS 'The moderators of a neighbourhood who live there, verified and not paused.';

CREATE OR REPLACE FUNCTION nearness.may_put_forward(of_member bigint, other bigint, of_neighbourhood bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT nearness.lives_in(of_member, of_neighbourhood)
    AND EXISTS (SELECT FROM nearness.roll(of_member) AS roll WHERE roll.id = other);
END;
COMMENT ON FUNCTION nearness.may_put_forward(bigint, bigint, bigint) IS
  'Whether a member may ask another to moderate the neighbourhood where they live: somebody on the roll that they read, so with no block between them.';

CREATE OR REPLACE FUNCTION nearness.voices_about(of_neighbourhood bigint, other bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT count(*)
  FROM moderator_voice AS voice
  JOIN nearness.person ON person.member_id = voice.member_id AND person.zone = voice.neighbourhood_id
  WHERE voice.neighbourhood_id = of_neighbourhood AND voice.about_id = other;
END;
COMMENT ON FUNCTION nearness.voices_about(bigint, bigint) IS
  'How many who live in a neighbourhood want a candidate to moderate it, or a moderator to do so no more.';

CREATE OR REPLACE FUNCTION nearness.voices_needed(of_neighbourhood bigint, other bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE moderator.state
    WHEN 'moderator' THEN greatest(2, least(greatest(5, moderator.voices + 1), listed.people / 2 + 1))
    ELSE least(3, listed.people / 2)
  END
  FROM moderator
  CROSS JOIN (
    -- Who is on no roll is not to be counted out of a number that all read (decision 012).
    SELECT count(*) AS people
    FROM nearness.person
    JOIN member ON member.id = person.member_id AND member.listed
    WHERE person.zone = of_neighbourhood
  ) AS listed
  WHERE moderator.neighbourhood_id = of_neighbourhood AND moderator.member_id = other;
END;
COMMENT ON FUNCTION nearness.voices_needed(bigint, bigint) IS
  'Decision 011. How many voices make a candidate a moderator: three, or as many as with the candidate are more than half of fewer than six; and how '
  'many end it: five, and more than chose them, or more than half of a few.';

CREATE OR REPLACE FUNCTION nearness.candidates_of(of_neighbourhood bigint, of_member bigint)
RETURNS TABLE (id bigint, name text, voices bigint, needed bigint, mine boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 3
BEGIN ATOMIC
  SELECT member.id, member.name,
    nearness.voices_about(of_neighbourhood, member.id),
    nearness.voices_needed(of_neighbourhood, member.id),
    EXISTS (
      SELECT FROM moderator_voice AS voice
      WHERE voice.neighbourhood_id = of_neighbourhood AND voice.about_id = member.id AND voice.member_id = of_member
    )
  FROM moderator
  JOIN nearness.person ON person.member_id = moderator.member_id AND person.zone = moderator.neighbourhood_id
  JOIN member ON member.id = moderator.member_id
  WHERE moderator.neighbourhood_id = of_neighbourhood
    AND moderator.state = 'candidate'
    AND nearness.lives_in(of_member, of_neighbourhood)
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = member.id)
  ORDER BY member.name, member.id;
END;
COMMENT ON FUNCTION nearness.candidates_of(bigint, bigint) IS
  'Who agreed to moderate and waits for voices, as one who lives there reads it: how many of how many, and whether one''s own is among them. Whose the others are is told to nobody.';

CREATE OR REPLACE FUNCTION nearness.beside(of_neighbourhood bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT other.id
  FROM neighbourhood AS own
  -- At 85° north, where the map ends, 100 m are 0.0103 degrees of longitude.
  JOIN neighbourhood AS other ON other.geom && ST_Expand(own.geom, 0.0104, 0.001) AND other.id <> own.id
  WHERE own.id = of_neighbourhood
    AND other.state = 'open'
    AND ST_DWithin(own.geom::geography, other.geom::geography, 100)
  ORDER BY other.name COLLATE "fr-x-icu", other.id;
END;
COMMENT ON FUNCTION nearness.beside(bigint) IS 'The open neighbourhoods at most 100 m away from one: those it can merge into.';

CREATE OR REPLACE FUNCTION nearness.outlines_lately(of_neighbourhood bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT count(*) FROM neighbourhood_outline
  WHERE neighbourhood_outline.neighbourhood_id = of_neighbourhood AND neighbourhood_outline.until > now() - interval '31 days';
END;
COMMENT ON FUNCTION nearness.outlines_lately(bigint) IS 'Sentence 3. How often the outline of a neighbourhood changed within the last 31 days: twice at most.';

CREATE OR REPLACE FUNCTION nearness.may_take_effect(of_change bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM neighbourhood_change AS change
    WHERE change.id = of_change
      AND change.state = 'accepted'
      AND (change.kind = 'archive' OR nearness.outlines_lately(coalesce(change.into_id, change.neighbourhood_id)) < 2)
  );
END;
COMMENT ON FUNCTION nearness.may_take_effect(bigint) IS 'Sentence 3. Whether an accepted change may take effect at a review that is held now.';

CREATE OR REPLACE FUNCTION nearness.tell_residents(of_neighbourhood bigint, of_kind text, of_about jsonb, but bigint DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO notice (member_id, kind, about)
  SELECT residence.member_id, of_kind, of_about
  FROM residence
  WHERE residence.zone = of_neighbourhood
    AND residence.member_id IS DISTINCT FROM but
    -- Whom a redraw leaves outside reads that, instead.
    AND (of_kind <> 'redrawn' OR NOT EXISTS (SELECT FROM leaving WHERE leaving.member_id = residence.member_id));
END;
COMMENT ON FUNCTION nearness.tell_residents(bigint, text, jsonb, bigint) IS
  'A notice for all who live in a neighbourhood, but for one.';

CREATE OR REPLACE FUNCTION nearness.ask_left_outside(of_neighbourhood bigint) RETURNS bigint
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  DELETE FROM leaving
  USING residence, neighbourhood
  WHERE residence.member_id = leaving.member_id
    AND residence.zone = of_neighbourhood
    AND neighbourhood.id = of_neighbourhood
    AND nearness.home_in(leaving.member_id, neighbourhood.geom);
  WITH outside AS (
    INSERT INTO leaving (member_id, leaves_at)
    SELECT residence.member_id, now() + interval '14 days' + random() * interval '28 days'
    FROM residence
    JOIN neighbourhood ON neighbourhood.id = residence.zone
    WHERE residence.zone = of_neighbourhood
      AND NOT nearness.home_in(residence.member_id, neighbourhood.geom)
    ON CONFLICT (member_id) DO NOTHING
    RETURNING leaving.member_id
  ),
  asked AS (
    INSERT INTO notice (member_id, kind, about)
    SELECT outside.member_id, 'left_outside', jsonb_build_object('name', neighbourhood.name)
    FROM outside, neighbourhood
    WHERE neighbourhood.id = of_neighbourhood
    RETURNING notice.id
  )
  SELECT count(*) FROM asked;
END;
COMMENT ON FUNCTION nearness.ask_left_outside(bigint) IS
  'Sentence 3. Those whose home the outline of their neighbourhood no longer covers are asked, privately, and leave later; whom it covers '
  'again stays. Returns how many were asked.';

CREATE OR REPLACE FUNCTION nearness.leave_when_due() RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH gone AS (
    DELETE FROM leaving WHERE leaving.leaves_at <= now() RETURNING leaving.member_id
  ),
  no_more AS (
    DELETE FROM moderator USING gone WHERE moderator.member_id = gone.member_id
  ),
  unsaid AS (
    DELETE FROM moderator_voice USING gone WHERE moderator_voice.member_id = gone.member_id
  ),
  moved AS (
    UPDATE residence SET zone = residence.surroundings, since = now()
    FROM gone
    WHERE residence.member_id = gone.member_id
    RETURNING residence.member_id
  )
  SELECT count(*) FROM moved;
END;
COMMENT ON FUNCTION nearness.leave_when_due() IS
  'Sentence 3. Members left outside whose lot has come leave for their surroundings, like anyone who leaves. Returns how many.';

CREATE OR REPLACE FUNCTION nearness.follow_merger(gone bigint, heir bigint) RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  -- Residences first: who is just writing a post holds theirs, so the posts are complete afterwards.
  UPDATE residence SET zone = heir, since = now() WHERE residence.zone = gone;
  UPDATE post SET origin_zone = heir WHERE post.origin_zone = gone;
  UPDATE moderator SET neighbourhood_id = heir WHERE moderator.neighbourhood_id = gone;
  UPDATE watch_area SET neighbourhood_id = heir WHERE watch_area.neighbourhood_id = gone;
END;
COMMENT ON FUNCTION nearness.follow_merger(bigint, bigint) IS
  'Sentence 8. Members, moderators and posts of a neighbourhood go into the one that it merged into.';

CREATE OR REPLACE FUNCTION nearness.back_to_surroundings(gone bigint) RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  DELETE FROM leaving USING residence WHERE residence.member_id = leaving.member_id AND residence.zone = gone;
  UPDATE residence SET zone = residence.surroundings, since = now() WHERE residence.zone = gone;
  UPDATE post SET origin_zone = post.origin_surroundings WHERE post.origin_zone = gone;
  DELETE FROM moderator WHERE moderator.neighbourhood_id = gone;
  DELETE FROM watch_area WHERE watch_area.neighbourhood_id = gone;
END;
COMMENT ON FUNCTION nearness.back_to_surroundings(bigint) IS
  'Sentence 8. Members of an archived neighbourhood go to their surroundings, its posts to those of their author''s home as they were written.';

CREATE OR REPLACE FUNCTION nearness.archive_unsupported() RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH archived AS (
    UPDATE neighbourhood SET state = 'archived'
    WHERE neighbourhood.state = 'proposed'
      AND neighbourhood.scheme IS NULL
      AND NOT EXISTS (SELECT FROM support WHERE support.neighbourhood_id = neighbourhood.id)
    RETURNING neighbourhood.id
  )
  SELECT count(*) FROM archived;
END;
COMMENT ON FUNCTION nearness.archive_unsupported() IS 'Archives proposals that somebody drew and nobody supports any more. Returns how many.';
