-- == title
-- Q5 the commune of every member's home
-- == cases
SELECT 1 AS run
-- == this project
SELECT count(*), sum(hashint8(found.member_id::bigint * 100003 + found.commune_id)::bigint)
FROM nearness.communes_of_homes() AS found
-- == plain GiST
SELECT count(*), sum(hashint8(home.member_id::bigint * 100003 + commune.id)::bigint)
FROM private.home
JOIN commune ON ST_Covers(commune.geom, home.geom)
WHERE commune.valid_to IS NULL
