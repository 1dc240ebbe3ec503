-- == title
-- Q6 offers by H3 cell on a tile of zoom 5
-- == cases
SELECT ST_AsText(ST_Transform(ST_TileEnvelope(5, tile.x, 11), 4326)) AS tile
FROM (VALUES (15), (16)) AS tile (x)
-- == this project
SELECT nearness.cell_text(cluster.cell), sum(cluster.n)::bigint
FROM offer_cluster AS cluster
WHERE cluster.res = nearness.offer_resolution(5)
  AND cluster.point && ST_GeomFromText(:tile, 4326)
GROUP BY cluster.cell
-- == grouping on the fly
SELECT nearness.cell_text(grouped.cell), sum(grouped.n)::bigint
FROM (
  SELECT offer_cell.cell, offer.category, count(*) AS n, ST_SetSRID(ST_MakePoint(avg(ST_X(offer.point)), avg(ST_Y(offer.point))), 4326) AS point
  FROM nearness.offer_standing AS offer
  JOIN bench.offer_cell ON offer_cell.offer_id = offer.id
  GROUP BY offer_cell.cell, offer.category
) AS grouped
WHERE grouped.point && ST_GeomFromText(:tile, 4326)
GROUP BY grouped.cell
