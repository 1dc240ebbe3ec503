-- Sentence 5: how far around a place one must look to find enough people.

CREATE OR REPLACE FUNCTION nearness.review_spread(anchor bigint, disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  -- Steps, and how many members the census found within each.
  INSERT INTO spread (cell, rings)
  WITH step AS (
    SELECT step.rings, coalesce(sum(census.members), 0) AS members
    FROM (VALUES (1), (2), (3), (5), (8), (13), (20)) AS step (rings)
    LEFT JOIN unnest(disc, ring) AS near (cell, ring) ON near.ring <= step.rings
    LEFT JOIN census ON census.cell = near.cell
    GROUP BY step.rings
  ),
  enough AS (
    SELECT
      (SELECT spread_members FROM nearness_setting) AS m,
      (SELECT spread.rings FROM spread WHERE spread.cell = anchor) AS current
  )
  SELECT anchor, coalesce(min(step.rings), 20)
  FROM step, enough
  WHERE CASE
    WHEN enough.current IS NULL THEN step.members >= enough.m
    -- Lowered only where twice M are found; kept while M are; raised else.
    WHEN step.rings < enough.current THEN step.members >= 2 * enough.m
    ELSE step.members >= enough.m
  END
  ON CONFLICT (cell) DO UPDATE SET rings = excluded.rings WHERE spread.rings <> excluded.rings;
  SELECT spread.rings FROM spread WHERE spread.cell = anchor;
END;
COMMENT ON FUNCTION nearness.review_spread(bigint, bigint[], integer[]) IS
  'Sentence 5. Sets and returns the spread of a resolution-8 cell from the last census: the least of 1, 2, 3, 5, 8, 13, 20 whose rings hold M '
  'verified members, else 20; a spread that stands is lowered only to rings that hold 2 M. disc and ring are the resolution-9 cells '
  'within 20 steps of those the anchor touches, with their steps.';
