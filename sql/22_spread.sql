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

CREATE OR REPLACE FUNCTION nearness.spread_published(disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH near AS (
    -- A published cell is spread evenly over its ground: each cell of resolution 9 has its share.
    SELECT disc_cell.ring, published_cell.members / 7.0 ^ (9 - nearness.cell_resolution(published_cell.cell)) AS members
    FROM unnest(disc, ring) AS disc_cell (cell, ring)
    JOIN published_cell ON published_cell.cell IN (
      disc_cell.cell, nearness.cell_parent(disc_cell.cell, 8), nearness.cell_parent(disc_cell.cell, 7),
      nearness.cell_parent(disc_cell.cell, 6), nearness.cell_parent(disc_cell.cell, 5)
    )
  ),
  step AS (
    SELECT step.rings, sum(near.members) AS members
    FROM (VALUES (1), (2), (3), (5), (8), (13), (20)) AS step (rings)
    JOIN near ON near.ring <= step.rings
    GROUP BY step.rings
  )
  SELECT coalesce(min(step.rings), 20)::smallint
  FROM step, nearness_setting
  -- Shares of sevenths add up to a little less.
  WHERE step.members >= nearness_setting.spread_members - 1e-6;
END;
COMMENT ON FUNCTION nearness.spread_published(bigint[], integer[]) IS
  'About what the spread of a resolution-8 cell is, from published cells alone: what is told of places to anybody, and to who is not verified '
  '(docs/decisions/016). disc and ring as in spread_found(). Asked of many places, the spread itself would tell who lives in which cell of resolution 9.';
