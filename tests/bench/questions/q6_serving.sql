-- == title
-- Q6 offers that serve a member's home
-- == cases
SELECT member_id AS member FROM bench.person ORDER BY hashint8(member_id) LIMIT 10
-- == this project
SELECT served.offer_id FROM nearness.serving_home(:member) AS served
-- == offer by offer
SELECT offer.id
FROM nearness.offer_reaching AS offer
CROSS JOIN (
  SELECT home.geom, residence.zone, commune.country, commune.code
  FROM private.home
  JOIN residence ON residence.member_id = home.member_id
  LEFT JOIN commune ON commune.id = residence.commune_id
  WHERE home.member_id = :member
) AS mine
WHERE EXISTS (
  SELECT FROM service_area AS area
  WHERE area.offer_id = offer.id
    AND CASE area.kind
      WHEN 'radius' THEN ST_DWithin(area.shape::geography, mine.geom::geography, area.radius_m)
      WHEN 'polygon' THEN ST_Covers(area.shape, mine.geom)
      WHEN 'commune' THEN (area.country, area.commune_code) = (mine.country, mine.code)
      ELSE area.neighbourhood_id = mine.zone
    END
)
