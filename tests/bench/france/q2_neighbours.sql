-- == title
-- Q2 neighbours of a viewer
-- == variants
-- any viewer, of 15 to 35 members
-- == cases
SELECT chosen.member_id AS member
FROM (
  SELECT member_id FROM bench.viewer WHERE :variant = 'any viewer'
  UNION ALL
  SELECT member_id FROM bench.few WHERE :variant <> 'any viewer'
) AS chosen
ORDER BY hashint8(chosen.member_id) LIMIT 100
-- == this project
SELECT roll.id, roll.name FROM nearness.roll(:member) AS roll
-- == fenced GiST
SELECT other.member_id, other.name
FROM (
  SELECT ground.geom, ground.choice, viewer.member_id
  FROM bench.person AS viewer
  JOIN bench.ground ON ST_Covers(ground.geom, viewer.geom) AND ground.choice = viewer.choice
  WHERE viewer.member_id = :member OFFSET 0
) AS mine
CROSS JOIN LATERAL (
  SELECT person.member_id, person.name, person.choice, person.listed
  FROM bench.person WHERE ST_Covers(mine.geom, person.geom) OFFSET 0
) AS other
WHERE other.choice = mine.choice AND other.member_id <> mine.member_id AND other.listed
  AND NOT EXISTS (SELECT FROM block WHERE (blocker_id, blocked_id) IN ((mine.member_id, other.member_id), (other.member_id, mine.member_id)))
ORDER BY other.name, other.member_id
-- == floor
SELECT 1 WHERE :member > 0
