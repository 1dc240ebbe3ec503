-- Sentence 11: in which cells others may place members. All from the census of the last review.

CREATE OR REPLACE FUNCTION nearness.take_census() RETURNS integer
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  DELETE FROM census;
  INSERT INTO census (cell, members)
  SELECT residence.home_cell, count(*)
  FROM residence
  JOIN member ON member.id = residence.member_id
  WHERE member.verified_at IS NOT NULL
  GROUP BY residence.home_cell;
  SELECT coalesce(sum(census.members), 0)::integer FROM census;
END;
COMMENT ON FUNCTION nearness.take_census() IS
  'Counts the verified members in each resolution-9 cell; returns how many there are. Published cells, spreads and numbers come from it alone.';

CREATE OR REPLACE FUNCTION nearness.cells_to_publish() RETURNS TABLE (cell bigint, members integer)
LANGUAGE sql STABLE ROWS 1000
BEGIN ATOMIC
  WITH RECURSIVE
  setting AS (SELECT nearness_setting.k FROM nearness_setting),
  counted AS MATERIALIZED (
    SELECT ancestor.cell, nearness.cell_parent(ancestor.cell, ancestor.resolution - 1) AS parent, ancestor.resolution,
      sum(ancestor.members)::integer AS members
    FROM (
      SELECT nearness.cell_parent(census.cell, level.resolution) AS cell, level.resolution, census.members
      FROM census, generate_series(5, 9) AS level (resolution)
    ) AS ancestor
    GROUP BY ancestor.cell, ancestor.resolution
  ),
  stands AS MATERIALIZED (
    -- Every published cell and what it was split from: these stay split while their children hold k.
    SELECT DISTINCT nearness.cell_parent(published_cell.cell, level.resolution) AS cell,
      level.resolution < nearness.cell_resolution(published_cell.cell) AS split
    FROM published_cell, generate_series(5, 9) AS level (resolution)
    WHERE level.resolution <= nearness.cell_resolution(published_cell.cell)
  ),
  divided AS MATERIALIZED (
    SELECT child.parent AS cell
    FROM counted AS child CROSS JOIN setting
    LEFT JOIN stands ON stands.cell = child.parent AND stands.split
    WHERE child.resolution > 5
    GROUP BY child.parent
    HAVING min(child.members) >= min(CASE WHEN stands.cell IS NULL THEN 2 * setting.k ELSE setting.k END)
  ),
  tree AS (
    SELECT counted.cell, counted.members
    FROM counted CROSS JOIN setting
    LEFT JOIN (SELECT DISTINCT cell FROM stands) AS stood ON stood.cell = counted.cell
    WHERE counted.resolution = 5
      AND counted.members >= CASE WHEN stood.cell IS NULL THEN 2 * setting.k ELSE setting.k END
    UNION ALL
    SELECT child.cell, child.members
    FROM tree
    JOIN divided ON divided.cell = tree.cell
    JOIN counted AS child ON child.parent = tree.cell
  )
  SELECT tree.cell, tree.members
  FROM tree
  WHERE NOT EXISTS (SELECT FROM divided WHERE divided.cell = tree.cell);
END;
COMMENT ON FUNCTION nearness.cells_to_publish() IS
  'Sentence 11. The cells that the last census lets us publish, from resolution 5 down: a cell is split when every non-empty child holds 2 k, '
  'stays split while each holds k, and is published first at 2 k. No two nest, so no subtraction gives a count under k.';

CREATE OR REPLACE FUNCTION nearness.published_cell(home_cell bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  -- Once, not for each row where few cells are published and all are walked through.
  above constant bigint[] := ARRAY[
    nearness.cell_parent(home_cell, 9), nearness.cell_parent(home_cell, 8), nearness.cell_parent(home_cell, 7),
    nearness.cell_parent(home_cell, 6), nearness.cell_parent(home_cell, 5)
  ];
BEGIN
  RETURN (SELECT published_cell.cell FROM published_cell WHERE published_cell.cell = ANY (above));
END
$$;
COMMENT ON FUNCTION nearness.published_cell(bigint) IS
  'Sentence 11. The one cell in which others may place a member whose home has this resolution-9 cell; null: none until the next review.';

CREATE OR REPLACE FUNCTION nearness.post_cell(origin_cell bigint) RETURNS bigint
-- SECURITY DEFINER: the analysts' views call it, and they may read no table.
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- Cells may have been merged since: the one published now, else the frozen one (split since, so coarser than today's).
  RETURN coalesce(nearness.published_cell(origin_cell), origin_cell);
END
$$;
COMMENT ON FUNCTION nearness.post_cell(bigint) IS 'The cell in which a post stands on maps today, from the published cell it began in; null: none.';
