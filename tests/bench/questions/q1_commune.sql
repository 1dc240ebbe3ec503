-- == title
-- Q1 commune of a point, inside the server
-- == operations
-- 2000
-- == cases
SELECT 1 AS run
-- == this project
SELECT place.n, (SELECT covering.id FROM nearness.commune_covering(place.geom) AS covering) FROM bench.place
-- == commune_at(), called for each
SELECT place.n, nearness.commune_at(place.geom) FROM bench.place
-- == plain GiST
SELECT place.n, (
  SELECT commune.id FROM commune
  WHERE commune.valid_to IS NULL AND ST_Covers(commune.geom, place.geom)
  ORDER BY commune.country COLLATE "C", commune.code COLLATE "C" LIMIT 1
)
FROM bench.place
-- == fenced GiST
SELECT place.n, (
  SELECT id FROM (
    SELECT commune.id, commune.country, commune.code FROM commune
    WHERE commune.valid_to IS NULL AND ST_Covers(commune.geom, place.geom) OFFSET 0
  ) AS covering
  ORDER BY country COLLATE "C", code COLLATE "C" LIMIT 1
)
FROM bench.place
-- == floor
-- One descent of a b-tree for each point.
SELECT place.n, (SELECT residence.commune_id FROM residence WHERE residence.member_id = place.member_id)
FROM bench.place
