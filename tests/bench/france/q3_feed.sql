-- == title
-- Q3 the newest 50 posts that a viewer sees
-- == variants
-- any viewer, dense
-- == cases
WITH largest AS (SELECT commune_id FROM residence GROUP BY commune_id ORDER BY count(*) DESC, commune_id LIMIT 10)
SELECT anyone.member_id AS member
FROM bench.anyone
WHERE :variant <> 'dense' OR anyone.commune_id IN (SELECT commune_id FROM largest)
ORDER BY hashint8(anyone.member_id)
LIMIT 40
-- == this project
SELECT feed.post_id FROM nearness.feed(:member, NULL, 50) AS feed
-- == floor
SELECT 1 WHERE :member > 0
