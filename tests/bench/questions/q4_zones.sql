-- == title
-- Q4 audience of a commune and those around it
-- == cases
SELECT post.id AS post FROM post WHERE post.body = 'The largest communes' ORDER BY post.id
-- == this project
SELECT audience.member_id FROM nearness.audience(:post) AS audience
-- == plain GiST
SELECT reader.member_id
FROM bench.post
JOIN commune AS origin ON ST_Covers(origin.geom, post.geom) AND origin.valid_to IS NULL
JOIN nearness.near_commune AS near ON near.commune_id = origin.id
JOIN commune ON commune.id = near.other_id
JOIN bench.person AS reader ON ST_Covers(commune.geom, reader.geom)
WHERE post.id = :post AND reader.member_id <> post.author_id
  AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = reader.member_id AND blocked.other_id = post.author_id)
-- == fenced GiST
SELECT reader.member_id
FROM (
  SELECT post.author_id, commune.geom
  FROM bench.post
  JOIN commune AS origin ON ST_Covers(origin.geom, post.geom) AND origin.valid_to IS NULL
  JOIN nearness.near_commune AS near ON near.commune_id = origin.id
  JOIN commune ON commune.id = near.other_id
  WHERE post.id = :post OFFSET 0
) AS reached
CROSS JOIN LATERAL (SELECT person.member_id FROM bench.person WHERE ST_Covers(reached.geom, person.geom) OFFSET 0) AS reader
WHERE reader.member_id <> reached.author_id
  AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = reader.member_id AND blocked.other_id = reached.author_id)
