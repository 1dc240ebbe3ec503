-- Sentence 6: what rings walk around (docs/decisions/021). The steps that a line meets are found where files are read
-- (geoneighbour/boundaries/lines.py); here they are stored, opened by crossings, and asked for.

CREATE OR REPLACE FUNCTION nearness.barrier_regions(regions bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 5 AS $$
BEGIN
  RETURN QUERY
  SELECT DISTINCT region.cell
  FROM barrier
  CROSS JOIN LATERAL unnest(barrier.regions) AS region (cell)
  WHERE barrier.regions && $1
    AND region.cell = ANY ($1);
END
$$;
COMMENT ON FUNCTION nearness.barrier_regions(bigint[]) IS 'Which of these resolution-6 cells a barrier passes. Mostly none: then rings go straight.';

CREATE OR REPLACE FUNCTION nearness.barred_steps(regions bigint[])
RETURNS TABLE (cell bigint, other bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT cell_barrier.cell, cell_barrier.other
  FROM (SELECT nearness.cell_range(region.cell) AS below FROM unnest(regions) AS region (cell)) AS region
  JOIN cell_barrier ON cell_barrier.cell >= lower(region.below) AND cell_barrier.cell < upper(region.below);
END;
COMMENT ON FUNCTION nearness.barred_steps(bigint[]) IS
  'The barred steps from resolution-9 cells below these cells (of resolution 6) to neighbouring ones; twice where two sources bar one.';

CREATE OR REPLACE FUNCTION nearness.cut_off(ground geometry, cells bigint[], lon double precision[], lat double precision[])
RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  WITH
  centre AS MATERIALIZED (
    SELECT given.cell, ST_SetSRID(ST_MakePoint(given.lon, given.lat), 4326) AS geom
    FROM unnest(cells, lon, lat) AS given (cell, lon, lat)
  ),
  near AS MATERIALIZED (
    SELECT barrier.source, barrier.geom
    FROM barrier
    WHERE barrier.geom && (SELECT ST_Envelope(ST_Collect(ST_Envelope(ground), ST_Envelope(ST_Collect(centre.geom)))) FROM centre)
  ),
  way AS MATERIALIZED (
    SELECT centre.cell, ST_ShortestLine(centre.geom, ground) AS geom
    FROM centre
    WHERE EXISTS (SELECT FROM near)
  )
  SELECT way.cell
  FROM way
  WHERE EXISTS (
    SELECT FROM near
    WHERE ST_Intersects(near.geom, way.geom)
      AND NOT EXISTS (SELECT FROM crossing WHERE crossing.source = near.source AND crossing.cell = way.cell)
  );
END;
COMMENT ON FUNCTION nearness.cut_off(geometry, bigint[], double precision[], double precision[]) IS
  'The cells of a place''s cover, given with their centres (EPSG:4326), from which its rings do not start: the shortest way from the centre '
  'to the ground meets a barrier, and the cell has no crossing of it.';

CREATE OR REPLACE FUNCTION nearness.zones_near(regions bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
  SELECT zone_cell.zone
  FROM (SELECT nearness.cell_range(region.cell) AS below FROM unnest(regions) AS region (cell)) AS region
  JOIN zone_cell ON zone_cell.cell >= lower(region.below) AND zone_cell.cell < upper(region.below)
  UNION
  -- A zone may be cut off from all its cells.
  SELECT zone.id
  FROM zone
  WHERE nearness.cell_parent(zone.anchor, 6) = ANY (regions)
  ORDER BY 1;
END;
COMMENT ON FUNCTION nearness.zones_near(bigint[]) IS 'The zones that lie in resolution-6 cells, wholly or in part.';

CREATE OR REPLACE FUNCTION nearness.barriers_through(drawn geometry)
RETURNS TABLE (kind text, name text, geom geometry)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT barrier.kind, barrier.name, ST_Intersection(barrier.geom, drawn)
  FROM barrier
  WHERE ST_Intersects(barrier.geom, drawn)
    AND NOT EXISTS (SELECT FROM crossing WHERE crossing.source = barrier.source AND ST_Covers(drawn, crossing.geom))
  ORDER BY barrier.name, barrier.id;
END;
COMMENT ON FUNCTION nearness.barriers_through(geometry) IS
  'The parts of barriers inside a shape (polygon, EPSG:4326) in which no crossing of their source lies.';

CREATE OR REPLACE FUNCTION nearness.stage_barriers() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  -- Of an import before in the same transaction.
  DROP TABLE IF EXISTS pg_temp.barrier_staged, pg_temp.barrier_plan;
  CREATE TEMPORARY TABLE barrier_staged (
    file text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    name text,
    refusal text,
    cells bigint[],
    others bigint[],
    regions bigint[],
    geom geometry(Geometry, 4326)
  ) ON COMMIT DROP;
END
$$;
COMMENT ON FUNCTION nearness.stage_barriers() IS
  'Makes the empty table that an import copies into: rows of kind line or crossing; `refusal` says why one cannot serve. cells and others are '
  'the steps that a line meets, each once, regions the resolution-6 cells that it passes; cells of a crossing holds its one cell.';

CREATE OR REPLACE FUNCTION nearness.store_barriers(of_source text, of_kind text)
RETURNS TABLE (
  read bigint, added bigint, changed bigint, gone bigint, unchanged bigint,
  crossings bigint, crossings_added bigint, crossings_gone bigint, rejected bigint, touched bigint[]
)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  UPDATE pg_temp.barrier_staged AS staged SET kind = of_kind WHERE staged.kind = 'line';
  ANALYZE pg_temp.barrier_staged;
  CREATE TEMPORARY TABLE barrier_plan ON COMMIT DROP AS
  WITH
  held AS (
    SELECT barrier.id, barrier.kind, coalesce(barrier.name, '') AS name, barrier.geom, barrier.regions
    FROM barrier
    WHERE barrier.source = of_source
    UNION ALL
    SELECT crossing.id, 'crossing', coalesce(crossing.name, ''), crossing.geom, ARRAY[nearness.cell_parent(crossing.cell, 6)]
    FROM crossing
    WHERE crossing.source = of_source
  ),
  given AS (
    SELECT DISTINCT ON (staged.kind, coalesce(staged.name, ''), staged.geom)
      staged.kind, coalesce(staged.name, '') AS name, staged.geom, staged.regions, staged.cells[1] AS cell
    FROM pg_temp.barrier_staged AS staged
    WHERE staged.refusal IS NULL
  )
  SELECT held.id, kind, name, geom, coalesce(given.regions, held.regions) AS regions, given.cell,
    CASE WHEN held.id IS NULL THEN 'added' WHEN given.kind IS NULL THEN 'gone' ELSE 'unchanged' END AS change
  FROM held
  FULL JOIN given USING (kind, name, geom);

  DELETE FROM barrier USING pg_temp.barrier_plan AS plan
  WHERE barrier.id = plan.id AND plan.change = 'gone' AND plan.kind <> 'crossing';
  DELETE FROM crossing USING pg_temp.barrier_plan AS plan
  WHERE crossing.id = plan.id AND plan.change = 'gone' AND plan.kind = 'crossing';
  INSERT INTO barrier (source, kind, name, geom, regions)
  SELECT of_source, plan.kind, nullif(plan.name, ''), plan.geom, plan.regions
  FROM pg_temp.barrier_plan AS plan
  WHERE plan.change = 'added' AND plan.kind <> 'crossing';
  INSERT INTO crossing (source, name, geom, cell)
  SELECT of_source, nullif(plan.name, ''), plan.geom, plan.cell
  FROM pg_temp.barrier_plan AS plan
  WHERE plan.change = 'added' AND plan.kind = 'crossing';

  DELETE FROM cell_barrier WHERE cell_barrier.source = of_source;
  WITH step AS (
    SELECT DISTINCT met.one, met.two
    FROM pg_temp.barrier_staged AS staged
    CROSS JOIN LATERAL unnest(staged.cells, staged.others) AS met (one, two)
    WHERE staged.kind <> 'crossing' AND staged.refusal IS NULL
  ),
  barred AS (
    SELECT step.one, step.two
    FROM step
    WHERE NOT EXISTS (SELECT FROM crossing WHERE crossing.source = of_source AND crossing.cell = step.one)
      AND NOT EXISTS (SELECT FROM crossing WHERE crossing.source = of_source AND crossing.cell = step.two)
  )
  INSERT INTO cell_barrier (cell, other, source)
  SELECT barred.one, barred.two, of_source FROM barred
  UNION ALL
  SELECT barred.two, barred.one, of_source FROM barred;

  RETURN QUERY
  WITH line AS (
    -- Another line under a name that was there is that one, changed.
    SELECT plan.change, plan.name <> '' AND EXISTS (
        SELECT FROM pg_temp.barrier_plan AS twin
        WHERE twin.name = plan.name AND twin.kind <> 'crossing' AND twin.change IN ('added', 'gone') AND twin.change <> plan.change
      ) AS twin
    FROM pg_temp.barrier_plan AS plan
    WHERE plan.kind <> 'crossing'
  )
  SELECT
    (SELECT count(*) FROM pg_temp.barrier_staged),
    (SELECT count(*) FROM line WHERE line.change = 'added' AND NOT line.twin),
    (SELECT count(*) FROM line WHERE line.change = 'added' AND line.twin),
    (SELECT count(*) FROM line WHERE line.change = 'gone' AND NOT line.twin),
    (SELECT count(*) FROM line WHERE line.change = 'unchanged'),
    (SELECT count(*) FROM crossing WHERE crossing.source = of_source),
    (SELECT count(*) FROM pg_temp.barrier_plan AS plan WHERE plan.kind = 'crossing' AND plan.change = 'added'),
    (SELECT count(*) FROM pg_temp.barrier_plan AS plan WHERE plan.kind = 'crossing' AND plan.change = 'gone'),
    (SELECT count(*) FROM pg_temp.barrier_staged AS staged WHERE staged.refusal IS NOT NULL),
    ARRAY(
      SELECT DISTINCT region.cell
      FROM pg_temp.barrier_plan AS plan
      CROSS JOIN LATERAL unnest(plan.regions) AS region (cell)
      WHERE plan.change <> 'unchanged'
    );
END
$$;
COMMENT ON FUNCTION nearness.store_barriers(text, text) IS
  'Brings the barriers and crossings of a source to what is staged, and finds the barred steps anew; counts, and the resolution-6 cells in which something changed.';

CREATE OR REPLACE FUNCTION nearness.list_barrier_changes() RETURNS TABLE (file text, "position" integer, reason text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 100 AS $$
BEGIN
  RETURN QUERY
  SELECT staged.file, staged.position, format('rejected: %s', staged.refusal)
  FROM pg_temp.barrier_staged AS staged
  WHERE staged.refusal IS NOT NULL
  UNION ALL
  SELECT staged.file, staged.position, 'opens nothing: no barrier passes between its cell and the next ones'
  FROM pg_temp.barrier_staged AS staged
  WHERE staged.kind = 'crossing' AND staged.refusal IS NULL
    AND staged.cells[1] NOT IN (
      SELECT met.cell
      FROM pg_temp.barrier_staged AS line
      CROSS JOIN LATERAL unnest(line.cells || line.others) AS met (cell)
      WHERE line.kind <> 'crossing' AND line.refusal IS NULL
    )
  ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION nearness.list_barrier_changes() IS 'A line for each row that is not plain: its file, its place there from 0, and what is to be said of it.';

CREATE OR REPLACE FUNCTION nearness.remove_barriers(of_source text) RETURNS bigint[]
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  DELETE FROM cell_barrier WHERE cell_barrier.source = of_source;
  WITH
  line AS (DELETE FROM barrier WHERE barrier.source = of_source RETURNING barrier.regions),
  point AS (DELETE FROM crossing WHERE crossing.source = of_source RETURNING crossing.cell)
  SELECT array_agg(DISTINCT touched.cell)
  FROM (
    SELECT unnest(line.regions) AS cell FROM line
    UNION ALL
    SELECT nearness.cell_parent(point.cell, 6) FROM point
  ) AS touched;
END;
COMMENT ON FUNCTION nearness.remove_barriers(text) IS
  'Takes away all that a source brought; returns the resolution-6 cells that it passed, null where there was nothing.';
