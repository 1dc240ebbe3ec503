-- Sentence 12: how many people, never exactly. Every number comes from published cells and is rounded.

CREATE OR REPLACE FUNCTION nearness.people_in(area geometry) RETURNS double precision
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  -- A ratio of planar areas within one cell: the degrees cancel out.
  SELECT coalesce(sum(
    published_cell.members * CASE
      WHEN ST_Covers(area, cell_outline.geom) THEN 1
      ELSE ST_Area(ST_Intersection(area, cell_outline.geom)) / ST_Area(cell_outline.geom)
    END
  ), 0)
  FROM published_cell
  JOIN cell_outline ON cell_outline.cell = published_cell.cell
  WHERE ST_Intersects(cell_outline.geom, area);
END;
COMMENT ON FUNCTION nearness.people_in(geometry) IS
  'About how many members an area (polygon, EPSG:4326) holds: each published cell counts for the share of it that lies inside. '
  'A function of published figures alone, so drawing areas tells nothing more than they do. Pass the result to nearness.rounded().';

CREATE OR REPLACE FUNCTION nearness.rounded(number double precision) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN number >= nearness_setting.k THEN (round(number / 10) * 10)::integer END FROM nearness_setting;
END;
COMMENT ON FUNCTION nearness.rounded(double precision) IS
  'Sentence 12. A number as it may be shown: to the nearest ten; null below k ("moins de 11").';
