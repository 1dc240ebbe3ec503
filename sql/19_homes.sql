-- The only functions, and the views, that read or set a home, with the rights of the database's owner (and serving_home in 50_offers.sql, those of 52_offer_near.sql).
-- They answer a question about it and never give it back (docs/decisions/013); tests/database/test_service.py lists them.

CREATE OR REPLACE FUNCTION nearness.home_in(of_member bigint, area geometry) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM private.home WHERE home.member_id = of_member AND ST_Covers(area, home.geom));
END;
COMMENT ON FUNCTION nearness.home_in(bigint, geometry) IS
  'Sentence 1. Whether an area (polygon, EPSG:4326) covers the home of a member, its border included.';

CREATE OR REPLACE FUNCTION nearness.commune_of_home(of_member bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
BEGIN ATOMIC
  SELECT nearness.commune_at(home.geom) FROM private.home WHERE home.member_id = of_member;
END;
COMMENT ON FUNCTION nearness.commune_of_home(bigint) IS 'Sentence 4. The commune of a member''s home; null: none.';

CREATE OR REPLACE VIEW nearness.home_neighbourhood AS
SELECT home.member_id, neighbourhood.id
FROM private.home
JOIN neighbourhood ON ST_Covers(neighbourhood.geom, home.geom)
WHERE neighbourhood.state = 'open';
COMMENT ON VIEW nearness.home_neighbourhood IS
  'Sentence 1. The open neighbourhoods that cover a member''s home: those to choose among. A view, for a function with the owner''s rights costs '
  'as much again as the answer.';

CREATE OR REPLACE VIEW nearness.home_told AS
SELECT post.id AS post_id, person.*
FROM post
JOIN private.home ON ST_Covers(post.ground, home.geom)
JOIN nearness.person ON person.member_id = home.member_id
WHERE post.on_homes
  -- Of an agent's area, those in the commune that the agent speaks for; an operator's speaks for none.
  AND (post.origin_commune_id IS NULL OR person.commune_id = post.origin_commune_id);
COMMENT ON VIEW nearness.home_told IS
  'Sentence 10. The members (as nearness.person has them) whose home an authority''s area covers, its border included: the one post and reach that asks where somebody lives exactly. For one member; of one post ground_told is quicker.';

CREATE OR REPLACE FUNCTION nearness.homes_on(ground geometry) RETURNS SETOF integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 1000
-- A bitmap of all homes in a box, to see whether there are a hundred, takes longer than a hundred homes.
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_bitmapscan = off AS $$
BEGIN
  RETURN QUERY
  -- Boxes are quartered where an edge passes and many live: what lies within the ground is not asked again, what lies outside not at all.
  WITH RECURSIVE quarter (west, south, east, north, box, within, many) AS (
    SELECT ST_XMin(around) - 1e-6, ST_YMin(around) - 1e-6, ST_XMax(around) + 1e-6, ST_YMax(around) + 1e-6, around, false, true
    FROM ST_Envelope(ground) AS around
    UNION ALL
    SELECT part.west, part.south, part.east, part.north, part.box, held.within,
      NOT held.within AND part.east - part.west > 1e-4 AND EXISTS (
        SELECT FROM private.home WHERE home.geom && part.box OFFSET 100
      )
    FROM quarter
    CROSS JOIN LATERAL (SELECT (quarter.west + quarter.east) / 2 AS x, (quarter.south + quarter.north) / 2 AS y) AS middle
    CROSS JOIN LATERAL (
      -- A little more on each side: no edge passes within 1e-9 degrees of a box that is within or outside.
      SELECT side.*, ST_MakeEnvelope(side.west - 1e-9, side.south - 1e-9, side.east + 1e-9, side.north + 1e-9, 4326) AS box
      FROM (
        VALUES
          (quarter.west, quarter.south, middle.x, middle.y), (middle.x, quarter.south, quarter.east, middle.y),
          (quarter.west, middle.y, middle.x, quarter.north), (middle.x, middle.y, quarter.east, quarter.north)
      ) AS side (west, south, east, north)
      OFFSET 0
    ) AS part
    CROSS JOIN LATERAL (SELECT ST_Covers(ground, part.box) AS within OFFSET 0) AS held
    WHERE quarter.many
      AND (held.within OR ST_Intersects(ground, part.box))
  )
  SELECT living.member_id
  FROM quarter
  CROSS JOIN LATERAL (
    SELECT home.member_id
    FROM private.home
    WHERE home.geom && quarter.box
      -- Its south and west sides are its own; an index rounds.
      AND ST_X(home.geom) >= quarter.west AND ST_X(home.geom) < quarter.east
      AND ST_Y(home.geom) >= quarter.south AND ST_Y(home.geom) < quarter.north
      AND CASE WHEN quarter.within THEN true ELSE ST_Covers(ground, home.geom) END
    OFFSET 0
  ) AS living
  WHERE NOT quarter.many;
END
$$;
COMMENT ON FUNCTION nearness.homes_on(geometry) IS
  'Sentence 10. Members whose home an area (polygon, EPSG:4326) covers, its border included; each once. As home_in() says of one.';

CREATE OR REPLACE VIEW nearness.ground_told AS
SELECT post.id AS post_id, person.*
FROM post
CROSS JOIN LATERAL nearness.homes_on(post.ground) AS told (member_id)
-- A fence: one look for each, never all there are.
CROSS JOIN LATERAL (SELECT person.* FROM nearness.person WHERE person.member_id = told.member_id OFFSET 0) AS person
WHERE post.on_homes
  AND (post.origin_commune_id IS NULL OR person.commune_id = post.origin_commune_id);
COMMENT ON VIEW nearness.ground_told IS 'Sentence 10. home_told, for the audience of a post.';

CREATE OR REPLACE FUNCTION nearness.set_home(of_member bigint, lon double precision, lat double precision) RETURNS void
LANGUAGE sql VOLATILE STRICT SECURITY DEFINER
BEGIN ATOMIC
  INSERT INTO private.home (member_id, geom)
  VALUES (of_member, ST_SetSRID(ST_MakePoint(lon, lat), 4326))
  ON CONFLICT (member_id) DO UPDATE SET geom = excluded.geom;
END;
COMMENT ON FUNCTION nearness.set_home(bigint, double precision, double precision) IS
  'Sets the home of a member (degrees, EPSG:4326; the service rounds them to 1e-7 before).';

REVOKE EXECUTE ON FUNCTION
  nearness.home_in(bigint, geometry), nearness.commune_of_home(bigint), nearness.homes_on(geometry),
  nearness.set_home(bigint, double precision, double precision)
FROM PUBLIC;
