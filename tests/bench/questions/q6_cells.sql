-- == title
-- Q6 people by published cell on a tile of zoom 5
-- == cases
SELECT ST_AsText(ST_Transform(ST_TileEnvelope(5, tile.x, 11), 4326)) AS tile
FROM (VALUES (15), (16)) AS tile (x)
-- == this project
SELECT nearness.cell_text(published_cell.cell), nearness.rounded(published_cell.members)
FROM published_cell
JOIN cell_outline USING (cell)
WHERE ST_Intersects(cell_outline.geom, ST_GeomFromText(:tile, 4326))
-- == grouping on the fly
SELECT nearness.cell_text(counted.cell), nearness.rounded(counted.members)
FROM (
  SELECT published_cell.cell, count(*) AS members
  FROM residence
  JOIN member ON member.id = residence.member_id AND member.verified_at IS NOT NULL
  JOIN published_cell ON published_cell.cell IN (
    residence.home_cell, nearness.cell_parent(residence.home_cell, 8), nearness.cell_parent(residence.home_cell, 7),
    nearness.cell_parent(residence.home_cell, 6), nearness.cell_parent(residence.home_cell, 5)
  )
  GROUP BY published_cell.cell
) AS counted
JOIN cell_outline USING (cell)
WHERE ST_Intersects(cell_outline.geom, ST_GeomFromText(:tile, 4326))
