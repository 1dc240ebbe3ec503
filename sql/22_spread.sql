-- Sentence 5: how far around a place one must look to find enough people.

CREATE OR REPLACE FUNCTION nearness.spread_chosen(held bigint[], standing smallint) RETURNS smallint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(min(step.rings), 20)::smallint
  FROM unnest(ARRAY[1, 2, 3, 5, 8, 13, 20], held) AS step (rings, members), nearness_setting
  -- A spread that stands is lowered only where twice M are found; kept while M are; raised else.
  WHERE step.members >= CASE WHEN step.rings < standing THEN 2 ELSE 1 END * nearness_setting.spread_members;
END;
COMMENT ON FUNCTION nearness.spread_chosen(bigint[], smallint) IS
  'Sentence 5. The spread of a place whose 1, 2, 3, 5, 8, 13, 20 rings held so many verified members at the last census: the least that holds M, '
  'else 20; one that stands (null: none) is lowered only to rings that hold 2 M.';

CREATE OR REPLACE FUNCTION nearness.spread_found(anchor bigint, disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT nearness.spread_chosen(
    array_agg(held.members ORDER BY held.rings), (SELECT spread.rings FROM spread WHERE spread.cell = anchor))
  FROM (
    SELECT step.rings, coalesce(sum(census.members), 0)::bigint AS members
    FROM unnest(ARRAY[1, 2, 3, 5, 8, 13, 20]) AS step (rings)
    LEFT JOIN unnest(disc, ring) AS near (cell, ring) ON near.ring <= step.rings
    LEFT JOIN census ON census.cell = near.cell
    GROUP BY step.rings
  ) AS held;
END;
COMMENT ON FUNCTION nearness.spread_found(bigint, bigint[], integer[]) IS
  'Sentence 5. The spread of a resolution-8 cell by the last census. disc and ring are the resolution-9 cells within 20 steps '
  'of those the anchor touches, with their steps.';

CREATE OR REPLACE FUNCTION nearness.first_spread(anchor bigint, disc bigint[], ring integer[]) RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  INSERT INTO spread (cell, rings)
  SELECT anchor, nearness.spread_found(anchor, disc, ring)
  WHERE NOT EXISTS (SELECT FROM spread WHERE spread.cell = anchor)
  ON CONFLICT (cell) DO NOTHING;
END;
COMMENT ON FUNCTION nearness.first_spread(bigint, bigint[], integer[]) IS
  'Gives a resolution-8 cell that has no spread the one that spread_found() says. One that stands waits for the weekly review: '
  'other zones went by it.';

CREATE OR REPLACE FUNCTION nearness.review_spreads(anchors bigint[], held bigint[]) RETURNS SETOF bigint
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  INSERT INTO spread (cell, rings)
  SELECT asked.anchor, nearness.spread_chosen(held[7 * asked.place - 6 : 7 * asked.place], spread.rings)
  FROM unnest(anchors) WITH ORDINALITY AS asked (anchor, place)
  LEFT JOIN spread ON spread.cell = asked.anchor
  ON CONFLICT (cell) DO UPDATE SET rings = excluded.rings WHERE spread.rings <> excluded.rings
  RETURNING spread.cell;
END;
COMMENT ON FUNCTION nearness.review_spreads(bigint[], bigint[]) IS
  'Sets the spreads of resolution-8 cells to what spread_chosen() says, and returns those that changed. held has seven numbers for each: '
  'the members of the last census within 1, 2, 3, 5, 8, 13, 20 rings.';

CREATE OR REPLACE FUNCTION nearness.spread_published(disc bigint[], ring integer[]) RETURNS smallint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH near AS (
    -- A published cell is spread evenly over its ground: each cell of resolution 9 has its share.
    SELECT disc_cell.ring, published_cell.members::numeric / nearness.cells_within(published_cell.cell) AS members
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
