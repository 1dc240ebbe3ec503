-- What a person who draws is told while drawing: facts about a shape, from what is public and from their own home alone.

CREATE OR REPLACE FUNCTION nearness.communes_under(drawn geometry)
RETURNS TABLE (name text, share double precision)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT under.name, under.share
  FROM (
    -- Planar areas serve: all parts of one place are stretched alike.
    SELECT nearness.said_name(commune.name, commune.names) AS name, ST_Area(ST_Intersection(commune.geom, drawn)) / ST_Area(drawn) AS share
    FROM commune
    WHERE commune.valid_to IS NULL
      AND commune.geom && drawn
  ) AS under
  WHERE under.share >= 0.01
  ORDER BY under.share DESC, under.name;
END;
COMMENT ON FUNCTION nearness.communes_under(geometry) IS
  'The current communes that hold at least a hundredth of a shape (polygon, EPSG:4326), with their share of it, the largest first.';

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_by(of_member bigint, drawn geometry)
RETURNS TABLE (
  id bigint, name text, state text, covers_home boolean, km2 double precision,
  of_drawn double precision, of_theirs double precision, geom geometry
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  SELECT beside.id, beside.name, beside.state, nearness.home_in(of_member, beside.geom),
    ST_Area(beside.geom::geography) / 1e6,
    ST_Area(shared.geom) / ST_Area(drawn), ST_Area(shared.geom) / ST_Area(beside.geom), beside.geom
  FROM neighbourhood AS beside
  CROSS JOIN LATERAL (SELECT ST_Intersection(beside.geom, drawn) AS geom) AS shared
  -- Some 150 m around, also far north: near enough to leave a sliver between.
  WHERE beside.geom && ST_Expand(drawn, 0.0014 / cos(radians(ST_Y(ST_Centroid(drawn)))), 0.0014)
    AND (beside.state = 'open' OR beside.id IN (SELECT nearness.proposals_for(of_member)))
  ORDER BY ST_Area(shared.geom) DESC, beside.name, beside.id;
END;
COMMENT ON FUNCTION nearness.neighbourhoods_by(bigint, geometry) IS
  'Sentence 2. The neighbourhoods that a shape overlaps or nearly touches, as far as a member is shown them: size in km², what they share '
  'as a part of the shape and of theirs (0 to 1), whether they cover the member''s home.';

CREATE OR REPLACE FUNCTION nearness.usual_size(of_member bigint)
RETURNS TABLE (smallest double precision, middle double precision, largest double precision, many integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT min(around.km2), percentile_cont(0.5) WITHIN GROUP (ORDER BY around.km2), max(around.km2), count(*)::integer
  FROM (
    SELECT ST_Area(neighbourhood.geom::geography) / 1e6 AS km2
    FROM nearness.neighbourhoods_around(of_member) AS shown (id)
    JOIN neighbourhood ON neighbourhood.id = shown.id
    WHERE neighbourhood.state = 'open'
  ) AS around;
END;
COMMENT ON FUNCTION nearness.usual_size(bigint) IS
  'How large (km²) the open neighbourhoods around a member are: those that work here. `many` says how many there are; the rest is null for 0.';
