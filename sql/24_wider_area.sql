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
