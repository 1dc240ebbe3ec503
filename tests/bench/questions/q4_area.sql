-- == title
-- Q4 audience of an authority's polygon of 200 corners, on homes
-- == cases
SELECT post.id AS post FROM post WHERE post.body = 'A flood' ORDER BY post.id
-- == this project
SELECT audience.member_id FROM nearness.audience(:post) AS audience
-- == plain GiST
SELECT person.member_id
FROM post
JOIN bench.person ON ST_Covers(post.ground, person.geom)
WHERE post.id = :post AND person.member_id <> post.author_id
  AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = person.member_id AND blocked.other_id = post.author_id)
-- == fenced GiST
SELECT person.member_id
FROM (SELECT post.ground, post.author_id FROM post WHERE post.id = :post OFFSET 0) AS asked
CROSS JOIN LATERAL (SELECT person.member_id FROM bench.person WHERE ST_Covers(asked.ground, person.geom) OFFSET 0) AS person
WHERE person.member_id <> asked.author_id
  AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = person.member_id AND blocked.other_id = asked.author_id)
