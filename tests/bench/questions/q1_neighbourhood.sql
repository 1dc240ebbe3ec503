-- == title
-- Q1 open neighbourhoods of a point, inside the server
-- == operations
-- 2000
-- == cases
SELECT 1 AS run
-- == this project
SELECT place.n, found.id
FROM bench.place
JOIN nearness.home_neighbourhood AS found ON found.member_id = place.member_id
-- == plain GiST
SELECT place.n, neighbourhood.id
FROM bench.place
JOIN neighbourhood ON ST_Covers(neighbourhood.geom, place.geom)
WHERE neighbourhood.state = 'open'
-- == fenced GiST
SELECT place.n, found.id
FROM bench.place
CROSS JOIN LATERAL (
  SELECT neighbourhood.id FROM neighbourhood
  WHERE neighbourhood.state = 'open' AND ST_Covers(neighbourhood.geom, place.geom) OFFSET 0
) AS found
