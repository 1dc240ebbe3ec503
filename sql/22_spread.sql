-- Sentence 5: how far around a place one must look to find enough people.

CREATE OR REPLACE FUNCTION nearness.spread_found(anchor bigint, disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH step AS (
    SELECT step.rings, coalesce(sum(census.members), 0) AS members
    FROM (VALUES (1), (2), (3), (5), (8), (13), (20)) AS step (rings)
    LEFT JOIN unnest(disc, ring) AS near (cell, ring) ON near.ring <= step.rings
    LEFT JOIN census ON census.cell = near.cell
    GROUP BY step.rings
  ),
  enough AS (
    SELECT
      (SELECT nearness_setting.spread_members FROM nearness_setting) AS m,
      (SELECT spread.rings FROM spread WHERE spread.cell = anchor) AS current
  )
  SELECT coalesce(min(step.rings), 20)::smallint
  FROM step, enough
  -- A spread that stands is lowered only where twice M are found; kept while M are; raised else.
  WHERE step.members >= CASE WHEN step.rings < enough.current THEN 2 * enough.m ELSE enough.m END;
END;
COMMENT ON FUNCTION nearness.spread_found(bigint, bigint[], integer[]) IS
  'Sentence 5. The spread of a resolution-8 cell by the last census: the least of 1, 2, 3, 5, 8, 13, 20 whose rings hold M verified members, '
  'else 20; one that stands is lowered only to rings that hold 2 M. disc and ring are the resolution-9 cells within 20 steps '
  'of those the anchor touches, with their steps.';

CREATE OR REPLACE FUNCTION nearness.review_spread(anchor bigint, disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  INSERT INTO spread (cell, rings)
  VALUES (anchor, nearness.spread_found(anchor, disc, ring))
  ON CONFLICT (cell) DO UPDATE SET rings = excluded.rings WHERE spread.rings <> excluded.rings;
  SELECT spread.rings FROM spread WHERE spread.cell = anchor;
END;
COMMENT ON FUNCTION nearness.review_spread(bigint, bigint[], integer[]) IS
  'Sets the spread of a resolution-8 cell to what spread_found() says, and returns it.';
