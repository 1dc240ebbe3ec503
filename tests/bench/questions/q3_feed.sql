-- == title
-- Q3 the newest 50 posts that a viewer sees
-- == variants
-- any viewer, dense
-- == cases
WITH largest AS (SELECT commune_id FROM residence GROUP BY commune_id ORDER BY count(*) DESC, commune_id LIMIT 10)
SELECT person.member_id AS member
FROM bench.person
JOIN residence USING (member_id)
WHERE :variant <> 'dense' OR residence.commune_id IN (SELECT commune_id FROM largest)
ORDER BY hashint8(person.member_id)
LIMIT 40
-- == this project
SELECT feed.post_id FROM nearness.feed(:member, NULL, 50) AS feed
-- == plain GiST
SELECT DISTINCT seen.id
FROM (
  SELECT post.id
  FROM residence AS home
  JOIN bench.person AS viewer USING (member_id)
  JOIN nearness.near_zone AS near ON near.zone = home.zone
  JOIN bench.ground ON ground.zone = near.other
  JOIN bench.post ON ST_Covers(ground.geom, post.geom) AND post.choice IS NOT DISTINCT FROM ground.choice
  JOIN bench.person AS author ON author.member_id = post.author_id
  WHERE viewer.member_id = :member AND post.closed_at IS NULL
    AND (near.tier = 'neighbour' AND post.reach IN ('neighbourhood', 'wider')
      OR near.tier = 'wider' AND post.reach = 'wider' AND NOT (viewer.hidden_from_wider OR author.hidden_from_wider))
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = viewer.member_id AND blocked.other_id = post.author_id)
  UNION ALL
  SELECT post.id
  FROM bench.person AS viewer
  JOIN commune AS mine ON ST_Covers(mine.geom, viewer.geom) AND mine.valid_to IS NULL
  JOIN nearness.near_commune AS near ON near.commune_id = mine.id
  JOIN commune ON commune.id = near.other_id
  JOIN bench.post ON ST_Covers(commune.geom, post.geom)
  JOIN bench.person AS author ON author.member_id = post.author_id
  WHERE viewer.member_id = :member AND post.closed_at IS NULL
    AND (near.tier = 'commune' AND post.reach IN ('commune', 'commune_adjacent')
      OR near.tier = 'adjacent_commune' AND post.reach = 'commune_adjacent')
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = viewer.member_id AND blocked.other_id = post.author_id)
  UNION ALL
  SELECT post.id
  FROM bench.person AS viewer
  JOIN bench.post ON ST_DWithin(geography(post.centre), geography(viewer.middle), 50000)
    AND ST_DWithin(geography(post.centre), geography(viewer.middle), post.radius_m)
  JOIN bench.person AS author ON author.member_id = post.author_id
  WHERE viewer.member_id = :member AND post.closed_at IS NULL AND post.author_id <> viewer.member_id
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = viewer.member_id AND blocked.other_id = post.author_id)
  UNION ALL
  SELECT post.id
  FROM bench.person AS viewer
  JOIN bench.post ON ST_Covers(post.ground, CASE WHEN post.on_homes THEN viewer.geom ELSE viewer.middle END)
  JOIN bench.person AS author ON author.member_id = post.author_id
  WHERE viewer.member_id = :member AND post.closed_at IS NULL AND post.author_id <> viewer.member_id
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = viewer.member_id AND blocked.other_id = post.author_id)
  UNION ALL
  SELECT post.id
  FROM bench.post
  JOIN bench.person AS author ON author.member_id = post.author_id
  WHERE post.reach = 'all' AND post.closed_at IS NULL AND post.author_id <> :member
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = :member AND blocked.other_id = post.author_id)
  UNION ALL
  SELECT post.id FROM bench.post WHERE post.author_id = :member AND post.closed_at IS NULL
) AS seen
ORDER BY seen.id DESC
LIMIT 50
-- == floor
SELECT 1 WHERE :member > 0
