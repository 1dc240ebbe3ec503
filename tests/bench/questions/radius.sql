-- == title
-- Radius, by published cells
-- == variants
-- 2 km, 10 km, 50 km
-- == cases
SELECT post.id AS post, post.author_id AS author, ST_X(post.centre) AS lon, ST_Y(post.centre) AS lat, post.radius_m AS metres
FROM post
WHERE post.reach = 'radius' AND post.body = 'Within ' || :variant
ORDER BY post.id
-- == this project
SELECT audience.member_id FROM nearness.audience(:post) AS audience
-- == plain GiST
SELECT person.member_id
FROM bench.person
WHERE ST_DWithin(geography(person.middle), geography(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)), :metres)
  AND person.member_id <> :author
  AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = person.member_id AND blocked.other_id = :author)
