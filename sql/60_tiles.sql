-- The base map: vector tiles of communes and open neighbourhoods, the same for everybody. Nothing about people is in a tile.

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
      ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(commune.geom), 3857), frame.bounds, buffer => 0) AS geom
    FROM commune, frame, area
    WHERE z >= 8 AND commune.valid_to IS NULL AND commune.geom && area.geom
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
    || coalesce((SELECT ST_AsMVT(s, 'commune_labels', 4096, 'geom', 'id') FROM commune_label AS s WHERE s.geom IS NOT NULL), '')
    || coalesce((SELECT ST_AsMVT(s, 'neighbourhoods', 4096, 'geom', 'id') FROM neighbourhood_shape AS s WHERE s.geom IS NOT NULL), '')
    || coalesce((SELECT ST_AsMVT(s, 'neighbourhood_labels', 4096, 'geom', 'id') FROM neighbourhood_label AS s WHERE s.geom IS NOT NULL), '');
END;
COMMENT ON FUNCTION nearness.tile(integer, integer, integer) IS
  'A Mapbox vector tile (web mercator z/x/y) with layers communes, commune_labels, neighbourhoods, neighbourhood_labels; '
  'below zoom 8 communes is the coarse land, without names, and the others are empty.';
