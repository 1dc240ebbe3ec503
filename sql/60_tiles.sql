-- The base map: vector tiles of communes and open neighbourhoods, the same for everybody. Nothing about people is in a tile.
-- And a sketch of the whole territory, small enough to come with a page before its map does.

CREATE OR REPLACE FUNCTION nearness.commune_names(around geometry, square double precision)
RETURNS TABLE (id bigint, code text, name text, neighbourhoods bigint, geom geometry)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 50
BEGIN ATOMIC
  WITH lively AS MATERIALIZED (
    SELECT covering.id AS commune_id, count(*) AS neighbourhoods
    FROM (
      SELECT ST_PointOnSurface(neighbourhood.geom) AS geom FROM neighbourhood
      WHERE neighbourhood.state = 'open' AND neighbourhood.geom && ST_Transform(around, 4326) OFFSET 0
    ) AS middle
    CROSS JOIN LATERAL nearness.commune_covering(middle.geom) AS covering
    GROUP BY covering.id
  ),
  -- Boxes alone are read, once, never outlines: from afar there are tens of thousands of them.
  -- Joined with their counts here, where it is known how many there are: after the condition below they look like one, and each
  -- would be compared with all counts.
  boxed AS MATERIALIZED (
    SELECT commune.id, commune.code, commune.name, Box2D(commune.geom) AS box, lively.neighbourhoods
    FROM commune
    LEFT JOIN lively ON lively.commune_id = commune.id
    WHERE commune.valid_to IS NULL AND commune.geom && ST_Transform(around, 4326)
  ),
  placed AS (
    SELECT boxed.id, boxed.code, boxed.name, boxed.neighbourhoods, (ST_XMax(box) - ST_XMin(box)) * (ST_YMax(box) - ST_YMin(box)) AS size,
      6378137 * radians((ST_XMin(box) + ST_XMax(box)) / 2) AS x,
      6378137 * asinh(tan(radians((ST_YMin(box) + ST_YMax(box)) / 2))) AS y
    FROM boxed
  )
  SELECT DISTINCT ON (floor(placed.x / square), floor(placed.y / square))
    placed.id, placed.code, placed.name, coalesce(placed.neighbourhoods, 0), ST_SetSRID(ST_MakePoint(placed.x, placed.y), 3857)
  FROM placed
  WHERE placed.x BETWEEN ST_XMin(around) AND ST_XMax(around) AND placed.y BETWEEN ST_YMin(around) AND ST_YMax(around)
  -- Where something is going on comes first, then the widest.
  ORDER BY floor(placed.x / square), floor(placed.y / square), placed.neighbourhoods DESC NULLS LAST, placed.size DESC, placed.id;
END;
COMMENT ON FUNCTION nearness.commune_names(geometry, double precision) IS
  'Communes worth naming within a box (EPSG:3857), one a square of so many metres of the projection: the liveliest, then the widest.';

CREATE OR REPLACE FUNCTION nearness.sketch(bounds geometry, most_communes integer)
RETURNS TABLE (layer text, id bigint, name text, x integer, y integer, path text, lively bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 200
BEGIN ATOMIC
  WITH projected AS (
    SELECT ST_Transform(bounds, 3857) AS box
  ),
  frame AS (
    -- A square, so that a unit is as wide as it is high.
    SELECT ST_Expand(ST_Centroid(box), greatest(ST_XMax(box) - ST_XMin(box), ST_YMax(box) - ST_YMin(box)) / 2) AS square
    FROM projected
  ),
  area AS (
    -- Around it as much again, for windows of another shape.
    SELECT square, ST_Expand(square, ST_XMax(square) - ST_XMin(square)) AS wide, (ST_XMax(square) - ST_XMin(square)) / 1000 AS unit FROM frame
  ),
  ground AS (
    SELECT 'commune' AS layer, commune.id, commune.name, ST_Transform(commune.geom, 3857) AS geom
    FROM commune, area
    WHERE commune.valid_to IS NULL AND commune.geom && ST_Transform(area.wide, 4326)
      AND (SELECT count(*) FROM commune WHERE commune.valid_to IS NULL) <= most_communes
    UNION ALL
    SELECT 'land', land.id, NULL, ST_Transform(land.geom, 3857)
    FROM land, area
    WHERE land.geom && ST_Transform(area.wide, 4326)
      AND (SELECT count(*) FROM commune WHERE commune.valid_to IS NULL) > most_communes
    UNION ALL
    SELECT 'neighbourhood', neighbourhood.id, neighbourhood.name, ST_Transform(neighbourhood.geom, 3857)
    FROM neighbourhood, area
    WHERE neighbourhood.state = 'open' AND neighbourhood.geom && ST_Transform(area.wide, 4326)
  )
  SELECT ground.layer, ground.id::bigint, ground.name, NULL::integer, NULL::integer, ST_AsSVG(drawn.geom, 1, 0), 0
  FROM ground, area
  CROSS JOIN LATERAL (
    SELECT ST_Scale(ST_AsMVTGeom(ST_SimplifyPreserveTopology(ground.geom, area.unit), area.square::box2d, 1000, 1000), 1, -1) AS geom
  ) AS drawn
  -- Smaller than a speck it is not worth its bytes.
  WHERE ST_Area(drawn.geom) >= 4
  UNION ALL
  SELECT 'name', named.id, named.name, ((ST_X(named.geom) - ST_XMin(area.square)) / area.unit)::integer,
    ((ST_YMax(area.square) - ST_Y(named.geom)) / area.unit)::integer, NULL, named.neighbourhoods
  FROM area, nearness.commune_names(area.wide, area.unit * 100) AS named;
END;
COMMENT ON FUNCTION nearness.sketch(geometry, integer) IS
  'The ground of a box (EPSG:4326) and around it as SVG paths, in thousandths of the longer side of the box in the web projection, from its '
  'upper left: communes (or the coarse land where there are more than so many), open neighbourhoods, and where names may go.';

CREATE OR REPLACE FUNCTION nearness.tile(z integer, x integer, y integer) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH frame AS (
    SELECT
      ST_TileEnvelope(z, x, y) AS bounds,
      -- Half a pixel of a 512-pixel tile, in metres of the web projection.
      40075016.68 / 2 ^ z / 1024 AS blur
  ),
  area AS (
    -- A margin of 64 of 4096 units keeps borders and labels whole across tiles.
    SELECT ST_Transform(ST_Expand(frame.bounds, 40075016.68 / 2 ^ z / 64), 4326) AS geom FROM frame
  ),
  commune_shape AS (
    SELECT commune.id, commune.code, commune.name,
      ST_AsMVTGeom(ST_SimplifyPreserveTopology(ST_Transform(commune.geom, 3857), frame.blur), frame.bounds) AS geom
    FROM commune, frame, area
    WHERE z >= 8 AND commune.valid_to IS NULL AND commune.geom && area.geom
    UNION ALL
    -- From afar a country of communes is too much to draw: its land alone.
    SELECT land.id, NULL, NULL, ST_AsMVTGeom(ST_Transform(land.geom, 3857), frame.bounds)
    FROM land, frame, area
    WHERE z < 8 AND land.geom && area.geom
  ),
  commune_label AS (
    SELECT commune.id, commune.code, commune.name,
      ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(commune.geom), 3857), frame.bounds, buffer => 0) AS geom,
      (SELECT count(*) FROM neighbourhood WHERE neighbourhood.state = 'open' AND neighbourhood.geom && commune.geom) AS lively
    FROM commune, frame, area
    WHERE z >= 8 AND commune.valid_to IS NULL AND commune.geom && area.geom
    UNION ALL
    SELECT named.id, named.code, named.name, ST_AsMVTGeom(named.geom, frame.bounds, buffer => 0), named.neighbourhoods
    FROM frame, nearness.commune_names(frame.bounds, 40075016.68 / 2 ^ z / 4) AS named
    WHERE z BETWEEN 5 AND 7
  ),
  neighbourhood_shape AS (
    SELECT neighbourhood.id, neighbourhood.name,
      ST_AsMVTGeom(ST_Transform(neighbourhood.geom, 3857), frame.bounds) AS geom
    FROM neighbourhood, frame, area
    WHERE z >= 8 AND neighbourhood.state = 'open' AND neighbourhood.geom && area.geom
  ),
  neighbourhood_label AS (
    SELECT neighbourhood.id, neighbourhood.name,
      ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(neighbourhood.geom), 3857), frame.bounds, buffer => 0) AS geom
    FROM neighbourhood, frame, area
    WHERE z >= 8 AND neighbourhood.state = 'open' AND neighbourhood.geom && area.geom
  )
  SELECT
    coalesce((SELECT ST_AsMVT(s, 'communes', 4096, 'geom', 'id') FROM commune_shape AS s WHERE s.geom IS NOT NULL), '')
    -- The liveliest find their place first.
    || coalesce((SELECT ST_AsMVT(s, 'commune_labels', 4096, 'geom', 'id' ORDER BY s.lively DESC, s.id) FROM commune_label AS s WHERE s.geom IS NOT NULL), '')
    || coalesce((SELECT ST_AsMVT(s, 'neighbourhoods', 4096, 'geom', 'id') FROM neighbourhood_shape AS s WHERE s.geom IS NOT NULL), '')
    || coalesce((SELECT ST_AsMVT(s, 'neighbourhood_labels', 4096, 'geom', 'id') FROM neighbourhood_label AS s WHERE s.geom IS NOT NULL), '');
END;
COMMENT ON FUNCTION nearness.tile(integer, integer, integer) IS
  'A Mapbox vector tile (web mercator z/x/y) with layers communes, commune_labels, neighbourhoods, neighbourhood_labels; '
  'below zoom 8 communes is the coarse land, from zoom 5 with a few names, and the others are empty.';
