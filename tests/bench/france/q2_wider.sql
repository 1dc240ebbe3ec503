-- == title
-- Q2 open neighbourhoods of a viewer's wider area
-- == cases
SELECT residence.member_id AS member, residence.zone, spread.rings AS spread,
  array_agg(near.cell) AS disc, array_agg(near.ring) AS ring
FROM (SELECT member_id FROM bench.viewer WHERE n <= 20) AS viewer
JOIN residence USING (member_id)
JOIN zone ON zone.id = residence.zone
JOIN spread ON spread.cell = zone.anchor
JOIN bench.rings AS near ON near.zone = residence.zone
GROUP BY residence.member_id, residence.zone, spread.rings
-- == this project
SELECT near.other, near.rings
FROM residence
JOIN nearness.near_zone AS near ON near.zone = residence.zone AND near.tier = 'wider'
JOIN neighbourhood ON neighbourhood.id = near.other
WHERE residence.member_id = :member
-- == rings walked at the question
SELECT found.zone, found.rings
FROM nearness.wider_area_found(:spread, :disc, :ring) AS found
JOIN neighbourhood ON neighbourhood.id = found.zone
WHERE found.zone <> :zone
-- == floor
SELECT 1 WHERE :member > 0
