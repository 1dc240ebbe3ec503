-- What anybody may read of a place: a commune with its neighbourhoods, and where something is going on.

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_of_commune(of_commune bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT neighbourhood.id
  FROM commune
  JOIN neighbourhood ON neighbourhood.geom && commune.geom
  WHERE commune.id = of_commune
    AND neighbourhood.state = 'open'
    -- A sliver over the border does not make it one of both communes.
    AND ST_Area(ST_Intersection(neighbourhood.geom, commune.geom)) >= 0.05 * ST_Area(neighbourhood.geom)
  ORDER BY neighbourhood.name COLLATE "fr-x-icu", neighbourhood.id;
END;
COMMENT ON FUNCTION nearness.neighbourhoods_of_commune(bigint) IS
  'The open neighbourhoods of which at least a twentieth lies in a commune, by name.';

CREATE OR REPLACE FUNCTION nearness.commune_people(of_commune bigint) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  -- Where a neighbourhood is open, all know that k supported it.
  SELECT nearness.rounded(greatest(
    nearness.people_in(commune.geom),
    CASE WHEN EXISTS (SELECT FROM nearness.neighbourhoods_of_commune(of_commune)) THEN nearness_setting.k END))
  FROM commune, nearness_setting
  WHERE commune.id = of_commune;
END;
COMMENT ON FUNCTION nearness.commune_people(bigint) IS
  'Sentence 12. About how many verified members live in a commune, as it may be shown: by published cells, and k at least where a '
  'neighbourhood is open.';

CREATE OR REPLACE FUNCTION nearness.active_communes(begins text, most integer)
RETURNS TABLE (country text, code text, name text, neighbourhoods integer, people integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 50
BEGIN ATOMIC
  SELECT active.country, active.code, active.name, active.neighbourhoods, nearness.commune_people(active.id)
  FROM (
    SELECT commune.id, commune.country, commune.code, nearness.said_name(commune.name, commune.names) AS name,
      count(*)::integer AS neighbourhoods
    FROM neighbourhood
    JOIN commune ON commune.id = nearness.commune_at(ST_PointOnSurface(neighbourhood.geom))
    WHERE neighbourhood.state = 'open'
      AND (starts_with(nearness.plain_name(commune.name), nearness.plain_name(begins))
        OR starts_with(nearness.plain_name(nearness.said_name(commune.name, commune.names)), nearness.plain_name(begins)))
    GROUP BY commune.id
  ) AS active
  ORDER BY active.neighbourhoods DESC, active.name COLLATE "fr-x-icu", active.code
  LIMIT most;
END;
COMMENT ON FUNCTION nearness.active_communes(text, integer) IS
  'The communes in which neighbourhoods are open (in the middle of them), the liveliest first, with about how many members (null: fewer than k).';

CREATE OR REPLACE FUNCTION nearness.ground_within(around geometry, fine double precision)
RETURNS TABLE (layer text, id bigint, name text, shape geometry)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT ground.layer, ground.id, ground.name, ground.shape
  FROM (
    SELECT 'commune' AS layer, commune.id::bigint AS id, nearness.said_name(commune.name, commune.names) AS name,
      ST_ClipByBox2D(ST_SimplifyPreserveTopology(commune.geom, (ST_XMax(around) - ST_XMin(around)) / fine), around::box2d) AS shape
    FROM commune
    WHERE commune.valid_to IS NULL AND commune.geom && around
    UNION ALL
    SELECT 'neighbourhood', neighbourhood.id, neighbourhood.name, ST_ClipByBox2D(neighbourhood.geom, around::box2d)
    FROM neighbourhood
    WHERE neighbourhood.state = 'open' AND neighbourhood.geom && around
  ) AS ground
  WHERE NOT ST_IsEmpty(ground.shape);
END;
COMMENT ON FUNCTION nearness.ground_within(geometry, double precision) IS
  'What is drawn within a box (EPSG:4326): communes, simplified to the box''s width / fine, and open neighbourhoods. The same for everybody.';

CREATE OR REPLACE FUNCTION nearness.picture_ground(around geometry)
RETURNS TABLE (layer text, id bigint, shape bytea)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT ground.layer, ground.id, ST_AsBinary(ground.shape)
  FROM nearness.ground_within(around, 800) AS ground
  ORDER BY ground.layer, ground.id;
END;
COMMENT ON FUNCTION nearness.picture_ground(geometry) IS
  'What a small picture of a place shows, within a box (EPSG:4326): communes, then open neighbourhoods, as WKB.';
