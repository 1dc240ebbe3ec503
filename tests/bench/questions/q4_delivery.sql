-- == title
-- Q4 select and insert the deliveries of such an audience
-- == cases
SELECT post.id AS post FROM post WHERE post.body = 'The largest communes' ORDER BY post.id
-- == this project
WITH told AS (
  INSERT INTO bench.delivery
  SELECT :post, audience.member_id FROM nearness.audience(:post) AS audience
  RETURNING 1
)
SELECT count(*) FROM told
-- == fenced GiST
WITH told AS (
  INSERT INTO bench.delivery
  SELECT :post, reader.member_id
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
  RETURNING 1
)
SELECT count(*) FROM told
-- == insert floor
WITH told AS (
  INSERT INTO bench.delivery SELECT ready.post_id, ready.member_id FROM bench.ready WHERE ready.post_id = :post RETURNING 1
)
SELECT count(*) FROM told
