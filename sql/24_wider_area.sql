-- Sentence 6: which zones are in each other's wider area. Stored in both directions, with the rings between them.

CREATE OR REPLACE FUNCTION nearness.relate_zone(of_zone bigint, disc bigint[], ring integer[]) RETURNS integer
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  -- Two zones that come at the same time must see each other.
  SELECT pg_advisory_xact_lock(hashtext('nearness.relate_zone'));
  DELETE FROM wider_area WHERE wider_area.zone = of_zone OR wider_area.other = of_zone;
  WITH nearest AS (
    SELECT zone_cell.zone AS other, min(near.ring) AS rings
    FROM unnest(disc, ring) AS near (cell, ring)
    JOIN zone_cell ON zone_cell.cell = near.cell
    WHERE zone_cell.zone <> of_zone
    GROUP BY zone_cell.zone
  ),
  pair AS (
    SELECT nearest.other, nearest.rings
    FROM nearest
    JOIN zone AS a ON a.id = of_zone
    JOIN zone AS b ON b.id = nearest.other
    JOIN spread AS spread_a ON spread_a.cell = a.anchor
    JOIN spread AS spread_b ON spread_b.cell = b.anchor
    WHERE nearest.rings <= greatest(spread_a.rings, spread_b.rings)
  )
  INSERT INTO wider_area (zone, other, rings)
  SELECT of_zone, pair.other, pair.rings FROM pair
  UNION ALL
  SELECT pair.other, of_zone, pair.rings FROM pair;
  SELECT count(*)::integer FROM wider_area WHERE wider_area.zone = of_zone;
END;
COMMENT ON FUNCTION nearness.relate_zone(bigint, bigint[], integer[]) IS
  'Sentence 6. Finds the wider area of a zone anew, both ways: the zones whose cover is reached in at most the larger of the two spreads. '
  'disc and ring are the resolution-9 cells within 20 steps of the zone''s cover, with their steps. Returns how many zones it has.';
