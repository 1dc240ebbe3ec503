-- == title
-- Q6 base map's tile of zoom 5, as bytes
-- == cases
SELECT 5 AS z, tile.x, 11 AS y FROM (VALUES (15), (16)) AS tile (x)
-- == this project
SELECT nearness.tile(:z, :x, :y)
-- == floor: every commune drawn anew, another picture
SELECT ST_AsMVT(shape, 'communes', 4096, 'geom')
FROM (
  SELECT commune.code, ST_AsMVTGeom(ST_Transform(commune.geom, 3857), ST_TileEnvelope(:z, :x, :y)) AS geom
  FROM commune
  WHERE commune.valid_to IS NULL AND commune.geom && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
) AS shape
WHERE shape.geom IS NOT NULL
