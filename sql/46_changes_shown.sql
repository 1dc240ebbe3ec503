-- Changes of a neighbourhood as those who live there read them, and its earlier outlines, which are for anybody.

CREATE OR REPLACE FUNCTION nearness.change_shown(of_change bigint, of_member bigint)
RETURNS TABLE (
  id bigint, kind text, state text, why text, name text,
  neighbourhood_id bigint, neighbourhood_name text, into_id bigint, into_name text,
  proposer_id bigint, proposer_name text, mine boolean,
  proposed_at timestamptz, accepted_at timestamptz, agreed_at timestamptz, ended_at timestamptz,
  before json, after json, gained json, lost json, gained_km2 double precision, lost_km2 double precision
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT change.id, change.kind, change.state, change.why, change.name,
    own.id, own.name, into_other.id, into_other.name,
    proposer.id, proposer.name, coalesce(change.proposed_by = of_member, false),
    change.proposed_at, change.accepted_at, change.agreed_at, change.ended_at,
    ST_AsGeoJSON(ground.before, 7)::json, ST_AsGeoJSON(ground.after, 7)::json,
    ST_AsGeoJSON(ground.gained, 7)::json, ST_AsGeoJSON(ground.lost, 7)::json,
    ST_Area(ground.gained::geography) / 1e6, ST_Area(ground.lost::geography) / 1e6
  FROM neighbourhood_change AS change
  JOIN neighbourhood AS own ON own.id = change.neighbourhood_id
  LEFT JOIN neighbourhood AS into_other ON into_other.id = change.into_id
  -- Of somebody with whom the reader has nothing to do the words stay, and the name goes.
  LEFT JOIN member AS proposer ON proposer.id = change.proposed_by
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = proposer.id)
  -- What a redraw replaced was kept in the moment when it took effect.
  LEFT JOIN neighbourhood_outline AS replaced
    ON replaced.neighbourhood_id = change.neighbourhood_id AND replaced.until = change.ended_at
  CROSS JOIN LATERAL (
    SELECT coalesce(replaced.geom, own.geom) AS before,
      CASE change.kind WHEN 'redraw' THEN change.geom WHEN 'merge' THEN ST_Union(own.geom, into_other.geom) END AS after
  ) AS outline
  CROSS JOIN LATERAL (
    -- Strips of less than some four metres come from rounding: nobody drew them.
    SELECT outline.before, outline.after,
      ST_Buffer(ST_Buffer(ST_Difference(outline.after, outline.before), -0.00002), 0.00002, 'join=mitre') AS gained,
      ST_Buffer(ST_Buffer(ST_Difference(outline.before, outline.after), -0.00002), 0.00002, 'join=mitre') AS lost
  ) AS ground
  WHERE change.id = of_change
    AND (nearness.lives_in(of_member, change.neighbourhood_id) OR nearness.lives_in(of_member, change.into_id));
END;
COMMENT ON FUNCTION nearness.change_shown(bigint, bigint) IS
  'A change as a verified member who lives in the neighbourhood (or where a merger leads) reads it: outlines before and after, what is gained '
  'and lost (GeoJSON, km²). No row for others.';

CREATE OR REPLACE FUNCTION nearness.changes_of(of_neighbourhood bigint, of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  SELECT change.id
  FROM neighbourhood_change AS change
  WHERE of_neighbourhood IN (change.neighbourhood_id, change.into_id)
    AND nearness.lives_in(of_member, of_neighbourhood)
    AND change.state NOT IN ('withdrawn', 'lapsed')
  ORDER BY change.ended_at DESC NULLS FIRST, change.id DESC
  LIMIT 20;
END;
COMMENT ON FUNCTION nearness.changes_of(bigint, bigint) IS
  'The changes of a neighbourhood that those who live there look at: what is open first, then the latest twenty.';

CREATE OR REPLACE FUNCTION nearness.remarks_on(of_change bigint, of_member bigint)
RETURNS TABLE (id bigint, author_id bigint, author_name text, body text, made_at timestamptz, mine boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT remark.id, author.id, author.name, remark.body, remark.made_at, remark.author_id = of_member
  FROM change_remark AS remark
  JOIN member AS author ON author.id = remark.author_id
  WHERE remark.change_id = of_change
    AND EXISTS (SELECT FROM nearness.change_shown(of_change, of_member))
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = author.id)
  ORDER BY remark.id;
END;
COMMENT ON FUNCTION nearness.remarks_on(bigint, bigint) IS 'What was said about a change, oldest first, to those who may read it; a block hides one from the other.';

CREATE OR REPLACE FUNCTION nearness.outlines_of(of_neighbourhood bigint)
RETURNS TABLE (version integer, until timestamptz, geometry json)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT drawn.version, drawn.until, ST_AsGeoJSON(drawn.geom, 7)::json
  FROM neighbourhood_outline AS drawn
  JOIN neighbourhood ON neighbourhood.id = drawn.neighbourhood_id AND neighbourhood.state = 'open'
  WHERE drawn.neighbourhood_id = of_neighbourhood
  ORDER BY drawn.version DESC;
END;
COMMENT ON FUNCTION nearness.outlines_of(bigint) IS 'How an open neighbourhood was drawn before, the latest first.';

CREATE OR REPLACE FUNCTION nearness.heir_of(of_neighbourhood bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT neighbourhood.id, neighbourhood.successor_id, neighbourhood.state FROM neighbourhood WHERE neighbourhood.id = of_neighbourhood
    UNION
    SELECT next.id, next.successor_id, next.state FROM chain JOIN neighbourhood AS next ON next.id = chain.successor_id
  )
  SELECT chain.id FROM chain WHERE chain.state = 'open' AND chain.id <> of_neighbourhood;
END;
COMMENT ON FUNCTION nearness.heir_of(bigint) IS 'The open neighbourhood into which an archived one merged, however often; null: none.';
