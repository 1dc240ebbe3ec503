-- Sentence 6: which zones are in each other's wider area. Stored in both directions, with the rings between them.

CREATE OR REPLACE FUNCTION nearness.wider_area_found(own_spread integer, disc bigint[], ring integer[])
RETURNS TABLE (zone bigint, rings integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT nearest.zone, nearest.rings
  FROM (
    SELECT zone_cell.zone, min(near.ring) AS rings
    FROM unnest(disc, ring) AS near (cell, ring)
    JOIN zone_cell ON zone_cell.cell = near.cell
    GROUP BY zone_cell.zone
  ) AS nearest
  JOIN zone ON zone.id = nearest.zone
  JOIN spread ON spread.cell = zone.anchor
  WHERE nearest.rings <= greatest(own_spread, spread.rings);
END;
COMMENT ON FUNCTION nearness.wider_area_found(integer, bigint[], integer[]) IS
  'Sentence 6. The zones whose cover is reached from a place in at most the larger of the two spreads, with the rings between. '
  'disc and ring are the resolution-9 cells within 20 steps of the place''s cover, with their steps; the place itself, if a zone, is among them.';

CREATE OR REPLACE FUNCTION nearness.relate_zone(of_zone bigint, disc bigint[], ring integer[]) RETURNS integer
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  DELETE FROM wider_area WHERE wider_area.zone = of_zone OR wider_area.other = of_zone;
  WITH pair AS (
    SELECT found.zone AS other, found.rings
    FROM zone
    JOIN spread ON spread.cell = zone.anchor
    CROSS JOIN LATERAL nearness.wider_area_found(spread.rings, disc, ring) AS found
    WHERE zone.id = of_zone
      AND found.zone <> of_zone
  )
  INSERT INTO wider_area (zone, other, rings)
  SELECT of_zone, pair.other, pair.rings FROM pair
  UNION ALL
  SELECT pair.other, of_zone, pair.rings FROM pair;
  SELECT count(*)::integer FROM wider_area WHERE wider_area.zone = of_zone;
END;
COMMENT ON FUNCTION nearness.relate_zone(bigint, bigint[], integer[]) IS
  'Stores the wider area of a zone anew, both ways; returns how many zones it has. Call it holding the lock of zones.py: '
  'two zones that come at the same time must see each other.';

CREATE OR REPLACE FUNCTION nearness.relate_zones(of_zones bigint[], zone bigint[], other bigint[], rings integer[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT
-- Planned for as many pairs as there are, each time.
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  changed bigint;
BEGIN
  WITH pair AS MATERIALIZED (
    SELECT near.zone, near.other, near.rings
    FROM unnest($2, $3, $4) AS near (zone, other, rings)
    JOIN zone AS a ON a.id = near.zone
    JOIN spread AS a_spread ON a_spread.cell = a.anchor
    JOIN zone AS b ON b.id = near.other
    JOIN spread AS b_spread ON b_spread.cell = b.anchor
    WHERE near.rings <= greatest(a_spread.rings, b_spread.rings)
  ),
  gone AS MATERIALIZED (
    SELECT stored.zone, stored.other
    FROM wider_area AS stored
    LEFT JOIN pair USING (zone, other)
    WHERE stored.zone = ANY (of_zones)
      AND pair.zone IS NULL
  ),
  deleted AS (
    DELETE FROM wider_area AS stored
    USING (SELECT gone.zone, gone.other FROM gone UNION SELECT gone.other, gone.zone FROM gone) AS ended
    WHERE stored.zone = ended.zone AND stored.other = ended.other
    RETURNING 1
  ),
  fresh AS MATERIALIZED (
    SELECT pair.zone, pair.other, pair.rings
    FROM pair
    LEFT JOIN wider_area AS stored USING (zone, other)
    WHERE stored.rings IS DISTINCT FROM pair.rings
  ),
  written AS (
    INSERT INTO wider_area (zone, other, rings)
    SELECT fresh.zone, fresh.other, fresh.rings FROM fresh
    UNION
    SELECT fresh.other, fresh.zone, fresh.rings FROM fresh
    ON CONFLICT ON CONSTRAINT pk_wider_area DO UPDATE SET rings = excluded.rings
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM deleted) + (SELECT count(*) FROM written) INTO changed;
  RETURN changed / 2;
END
$$;
COMMENT ON FUNCTION nearness.relate_zones(bigint[], bigint[], bigint[], integer[]) IS
  'Stores the wider areas of many zones anew, both ways, as relate_zone() does for one; returns how many pairs came, went or changed. '
  'zone, other and rings are all pairs of one of them with a zone at most 20 rings away. Call it holding the lock of zones.py.';

-- What a batch of zones reads of the ground around it: the ranges are those of coarser cells (10_cells.sql, cell_range).
-- OFFSET 0 is a fence: else the planner, who does not know how many ranges there are, may compare each with everything.

CREATE OR REPLACE FUNCTION nearness.census_between(low bigint[], high bigint[]) RETURNS TABLE (cell bigint, members bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT found.cell, found.members
  FROM unnest(low, high) AS span (low, high)
  CROSS JOIN LATERAL (
    SELECT census.cell, census.members FROM census WHERE census.cell BETWEEN span.low AND span.high OFFSET 0
  ) AS found;
END;
COMMENT ON FUNCTION nearness.census_between(bigint[], bigint[]) IS 'The last census in ranges of resolution-9 cells.';

CREATE OR REPLACE FUNCTION nearness.surroundings_between(low bigint[], high bigint[]) RETURNS TABLE (zone bigint, anchor bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT found.id, found.anchor
  FROM unnest(low, high) AS span (low, high)
  CROSS JOIN LATERAL (SELECT zone.id, zone.anchor FROM zone WHERE zone.id BETWEEN span.low AND span.high OFFSET 0) AS found;
END;
COMMENT ON FUNCTION nearness.surroundings_between(bigint[], bigint[]) IS 'The surroundings in ranges of resolution-8 cells.';

CREATE OR REPLACE FUNCTION nearness.touched_between(low bigint[], high bigint[]) RETURNS TABLE (cell bigint, zone bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT found.cell, found.zone
  FROM unnest(low, high) AS span (low, high)
  CROSS JOIN LATERAL (
    SELECT zone_cell.cell, zone_cell.zone FROM zone_cell WHERE zone_cell.cell BETWEEN span.low AND span.high OFFSET 0
  ) AS found
  WHERE NOT nearness.is_surroundings(found.zone);
END;
COMMENT ON FUNCTION nearness.touched_between(bigint[], bigint[]) IS
  'The resolution-9 cells in these ranges from which open neighbourhoods begin, once for each of them.';

CREATE OR REPLACE FUNCTION nearness.starts_between(low bigint[], high bigint[]) RETURNS TABLE (cell bigint, zone bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT found.cell, found.zone
  FROM unnest(low, high) AS span (low, high)
  CROSS JOIN LATERAL (
    SELECT zone_cell.cell, zone_cell.zone FROM zone_cell WHERE zone_cell.cell BETWEEN span.low AND span.high OFFSET 0
  ) AS found;
END;
COMMENT ON FUNCTION nearness.starts_between(bigint[], bigint[]) IS
  'The resolution-9 cells in these ranges from which zones begin, surroundings too, once for each of them.';
