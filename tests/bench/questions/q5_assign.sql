-- == title
-- Q5 the commune of every member's home
-- == cases
SELECT 1 AS run
-- == this project
-- As follow_communes() does: each commune finds its homes, of several the least (country, code) stays.
SELECT count(*), sum(hashint8(assigned.member_id * 100003::bigint + assigned.id)::bigint)
FROM (
  SELECT DISTINCT ON (found.member_id) found.member_id, found.id
  FROM (
    SELECT inside.member_id, near.id, near.country, near.code
    FROM (SELECT commune.id, commune.country, commune.code, commune.geom FROM commune WHERE commune.valid_to IS NULL OFFSET 0) AS near
    CROSS JOIN LATERAL (SELECT home.member_id FROM private.home WHERE ST_Covers(near.geom, home.geom) OFFSET 0) AS inside
  ) AS found
  ORDER BY found.member_id, found.country COLLATE "C", found.code COLLATE "C"
) AS assigned
-- == plain GiST
SELECT count(*), sum(hashint8(home.member_id * 100003::bigint + commune.id)::bigint)
FROM private.home
JOIN commune ON ST_Covers(commune.geom, home.geom)
WHERE commune.valid_to IS NULL
-- == point by point
SELECT count(*), sum(hashint8(found.member_id * 100003::bigint + found.commune_id)::bigint)
FROM (
  SELECT home.member_id, covering.id AS commune_id
  FROM private.home
  CROSS JOIN LATERAL nearness.commune_covering(home.geom) AS covering
  OFFSET 0
) AS found
WHERE found.commune_id IS NOT NULL
