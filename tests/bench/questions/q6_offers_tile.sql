-- == title
-- Q6 offers' tile of zoom 5, as bytes
-- == cases
SELECT 5 AS z, tile.x, 11 AS y FROM (VALUES (15), (16)) AS tile (x)
-- == this project
SELECT nearness.offer_tile(:z, :x, :y, NULL)
-- == floor: every offer drawn, another picture
SELECT ST_AsMVT(shown, 'offers', 4096, 'geom', 'id')
FROM (
  SELECT offer.id, offer.category, offer.title, offer.partner,
    ST_AsMVTGeom(ST_Transform(offer.point, 3857), ST_TileEnvelope(:z, :x, :y)) AS geom
  FROM nearness.offer_standing AS offer
  WHERE offer.point && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
) AS shown
WHERE shown.geom IS NOT NULL
