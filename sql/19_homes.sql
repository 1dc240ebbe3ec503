-- The only functions, and the one view, that read or set a home, with the rights of the database's owner. They answer a question about it and never
-- give it back (docs/decisions/013); tests/database/test_service.py lists them.

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

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_of_home(of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 2
BEGIN ATOMIC
  SELECT neighbourhood.id
  FROM private.home
  JOIN neighbourhood ON ST_Covers(neighbourhood.geom, home.geom)
  WHERE home.member_id = of_member
    AND neighbourhood.state = 'open';
END;
COMMENT ON FUNCTION nearness.neighbourhoods_of_home(bigint) IS 'Sentence 1. The open neighbourhoods that cover a member''s home: those to choose among.';

CREATE OR REPLACE VIEW nearness.home_told AS
SELECT post.id AS post_id, person.*
FROM post
JOIN private.home ON ST_Covers(post.ground, home.geom)
JOIN nearness.person ON person.member_id = home.member_id
WHERE post.on_homes
  -- Of an agent's area, those in the commune that the agent speaks for; an operator's speaks for none.
  AND (post.origin_commune_id IS NULL OR person.commune_id = post.origin_commune_id);
COMMENT ON VIEW nearness.home_told IS
  'Sentence 10. The members (as nearness.person has them) whose home an authority''s area covers, its border included: the one post and reach that asks where somebody lives exactly.';

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
  nearness.home_in(bigint, geometry), nearness.commune_of_home(bigint), nearness.neighbourhoods_of_home(bigint),
  nearness.set_home(bigint, double precision, double precision)
FROM PUBLIC;
