-- The map of offers: counts by cell from afar, single offers from zoom 9 (docs/decisions/033). The same for everybody.

CREATE OR REPLACE FUNCTION nearness.store_clusters(
  resolutions integer[], cells bigint[], categories text[], counts integer[], lons double precision[], lats double precision[]
) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  DELETE FROM offer_cluster
  WHERE NOT EXISTS (
    SELECT FROM unnest(resolutions, cells, categories) AS counted (res, cell, category)
    WHERE counted.res = offer_cluster.res AND counted.cell = offer_cluster.cell AND counted.category = offer_cluster.category
  );
  INSERT INTO offer_cluster AS stood (res, cell, category, n, point)
  SELECT counted.res, counted.cell, counted.category, counted.n, ST_SetSRID(ST_MakePoint(counted.lon, counted.lat), 4326)
  FROM unnest(resolutions, cells, categories, counts, lons, lats) AS counted (res, cell, category, n, lon, lat)
  ON CONFLICT (res, cell, category) DO UPDATE SET n = excluded.n, point = excluded.point
  WHERE stood.n <> excluded.n OR NOT ST_OrderingEquals(stood.point, excluded.point);
END;
COMMENT ON FUNCTION nearness.store_clusters(integer[], bigint[], text[], integer[], double precision[], double precision[]) IS
  'Makes these the counts of offers by cell (point: their middle, degrees); what is as it was is not written.';

CREATE OR REPLACE FUNCTION nearness.offer_resolution(z integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN z <= 3 THEN 2 WHEN z <= 5 THEN 3 WHEN z <= 7 THEN 4 WHEN z = 8 THEN 5 WHEN z <= 10 THEN 6 ELSE 7 END;
COMMENT ON FUNCTION nearness.offer_resolution(integer) IS 'The H3 resolution by which a tile of a zoom counts offers.';

CREATE OR REPLACE FUNCTION nearness.around_tile(bounds geometry, margin double precision) RETURNS geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Beyond the edge of the world degrees would begin anew.
RETURN ST_Transform(ST_Intersection(ST_Expand(bounds, margin), ST_TileEnvelope(0, 0, 0)), 4326);
COMMENT ON FUNCTION nearness.around_tile(geometry, double precision) IS
  'The box (EPSG:4326) of a tile (EPSG:3857) with a margin (metres of the web projection), as far as the world goes.';

CREATE OR REPLACE FUNCTION nearness.cluster_tile(z integer, x integer, y integer, of_category text) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE
-- From afar few cells of one resolution are all that the index of places would bring, with those of every other: a plan that does
-- not know the tile takes it nevertheless.
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  bounds geometry := ST_TileEnvelope(z, x, y);
  -- A cell whose categories have their middles on both sides of a border is read whole: it is narrower than a tile.
  around geometry := nearness.around_tile(bounds, 40075016.68 / 2 ^ z);
  resolution integer := nearness.offer_resolution(z);
BEGIN
  RETURN (
    WITH counted AS (
      SELECT cluster.cell, sum(cluster.n)::integer AS n,
        ST_SetSRID(ST_MakePoint(sum(ST_X(cluster.point) * cluster.n) / sum(cluster.n), sum(ST_Y(cluster.point) * cluster.n) / sum(cluster.n)), 4326) AS point
      FROM offer_cluster AS cluster
      WHERE cluster.res = resolution
        AND cluster.point && around
        AND (of_category IS NULL OR cluster.category = of_category)
      GROUP BY cluster.cell
    ),
    placed AS (
      SELECT counted.cell, counted.n, ST_Transform(counted.point, 3857) AS point FROM counted
    )
    SELECT coalesce(ST_AsMVT(shown, 'clusters', 4096, 'geom'), '')
    FROM (
      SELECT nearness.cell_text(placed.cell) AS cell, placed.n, ST_AsMVTGeom(placed.point, bounds, buffer => 0) AS geom
      FROM placed
      -- On a border in one tile alone.
      WHERE ST_X(placed.point) >= ST_XMin(bounds) AND ST_X(placed.point) < ST_XMax(bounds)
        AND ST_Y(placed.point) > ST_YMin(bounds) AND ST_Y(placed.point) <= ST_YMax(bounds)
      ORDER BY placed.cell
    ) AS shown
  );
END
$$;
COMMENT ON FUNCTION nearness.cluster_tile(integer, integer, integer, text) IS
  'Layer clusters of a tile: cell (H3, as text) and n, of all categories (null) or one, at the middle of its offers.';

CREATE OR REPLACE FUNCTION nearness.offer_points(z integer, x integer, y integer, of_category text, most integer)
RETURNS TABLE (id bigint, category text, title text, partner text, stale boolean, geom geometry)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
  WITH frame AS (
    SELECT ST_TileEnvelope(z, x, y) AS bounds
  ),
  standing AS (
    SELECT offer.id, offer.category, offer.title, offer.partner, offer.stale, ST_Transform(offer.point, 3857) AS point
    FROM frame
    JOIN nearness.offer_standing AS offer ON offer.point && nearness.around_tile(frame.bounds, 1)
    WHERE of_category IS NULL OR offer.category = of_category
  )
  SELECT standing.id, standing.category, standing.title, standing.partner, standing.stale,
    ST_AsMVTGeom(standing.point, frame.bounds, buffer => 0)
  FROM standing, frame
  WHERE ST_X(standing.point) >= ST_XMin(frame.bounds) AND ST_X(standing.point) < ST_XMax(frame.bounds)
    AND ST_Y(standing.point) > ST_YMin(frame.bounds) AND ST_Y(standing.point) <= ST_YMax(frame.bounds)
  LIMIT most;
END;
COMMENT ON FUNCTION nearness.offer_points(integer, integer, integer, text, integer) IS
  'The offers that stand in a tile, of all categories (null) or one, at most so many, where they are on it.';

CREATE OR REPLACE FUNCTION nearness.offer_tile(z integer, x integer, y integer, of_category text) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  -- Of a tile that holds more, counts are shown.
  most integer := CASE WHEN z < 9 THEN 0 WHEN z < 13 THEN 2000 ELSE 10000 END;
  tile bytea;
  found integer;
BEGIN
  IF z < 9 THEN
    RETURN nearness.cluster_tile(z, x, y, of_category);
  END IF;
  SELECT coalesce(ST_AsMVT(shown, 'offers', 4096, 'geom', 'id' ORDER BY shown.id), ''), count(*)
  INTO tile, found
  FROM nearness.offer_points(z, x, y, of_category, most + 1) AS shown;
  RETURN CASE WHEN found > most THEN nearness.cluster_tile(z, x, y, of_category) ELSE tile END;
END
$$;
COMMENT ON FUNCTION nearness.offer_tile(integer, integer, integer, text) IS
  'A Mapbox vector tile (web mercator z/x/y) of the offers that stand: layer clusters below zoom 9, and where a tile holds more than 2,000 '
  '(from zoom 13, 10,000); else layer offers (id, category, title, partner, stale). of_category: null for all.';
