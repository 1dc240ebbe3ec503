-- How near offers stand to a member's home, for that member alone (docs/decisions/033): a band of metres and a tier, never a distance.

CREATE OR REPLACE FUNCTION nearness.offer_near(of_member bigint, of_offers bigint[], cells bigint[])
RETURNS TABLE (offer_id bigint, within_m integer, tier text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 50
BEGIN ATOMIC
  SELECT asked.id,
    (
      SELECT min(band.m)
      FROM (VALUES (500), (2000), (5000), (10000)) AS band (m)
      WHERE nearness.in_radius(home.geom, offer.point, band.m)
    ),
    coalesce(zoned.tier, near_commune.tier, 'beyond')
  FROM unnest(of_offers, cells) AS asked (id, cell)
  JOIN offer ON offer.id = asked.id AND offer.point IS NOT NULL
  JOIN private.home ON home.member_id = of_member
  JOIN residence ON residence.member_id = home.member_id
  LEFT JOIN LATERAL (
    -- A place lies in its surroundings, and in each open neighbourhood that covers it: the nearest counts.
    SELECT min(near_zone.tier) AS tier
    FROM nearness.near_zone
    WHERE near_zone.zone = residence.zone
      AND near_zone.other IN (
        SELECT asked.cell
        UNION ALL
        SELECT neighbourhood.id FROM neighbourhood WHERE neighbourhood.state = 'open' AND ST_Covers(neighbourhood.geom, offer.point)
      )
  ) AS zoned ON true
  LEFT JOIN LATERAL nearness.commune_covering(offer.point) AS covering ON true
  LEFT JOIN nearness.near_commune ON near_commune.commune_id = residence.commune_id AND near_commune.other_id = covering.id;
END;
COMMENT ON FUNCTION nearness.offer_near(bigint, bigint[], bigint[]) IS
  'Of offers that stand at a place (cells: its resolution-8 cells), for the member who asks alone: the least of 500, 2,000, 5,000 and 10,000 m around the '
  'home that holds it (null: beyond), and the tier by the nearness rule: neighbour, wider, commune, adjacent_commune, beyond.';
REVOKE EXECUTE ON FUNCTION nearness.offer_near(bigint, bigint[], bigint[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION nearness.offers_within(of_member bigint, band_m integer) RETURNS TABLE (offer_id bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 100
BEGIN ATOMIC
  SELECT offer.id
  FROM private.home
  JOIN offer ON nearness.in_radius(home.geom, offer.point, band_m)
    -- No degree of latitude is shorter than 110,574 m; of longitude at the home's latitude, with the band's own height to spare.
    AND offer.point && ST_Expand(
      home.geom, band_m / (110000 * cos(radians(least(89, abs(ST_Y(home.geom)) + 0.1)))), band_m / 110000.0
    )
  WHERE home.member_id = of_member
    -- Other distances would tell where the home is, were they ever asked for by somebody else.
    AND band_m IN (500, 2000, 5000, 10000);
END;
COMMENT ON FUNCTION nearness.offers_within(bigint, integer) IS
  'The offers whose place is within a band (500, 2,000, 5,000 or 10,000 m; else none) of the home of a member, for that member alone.';
REVOKE EXECUTE ON FUNCTION nearness.offers_within(bigint, integer) FROM PUBLIC;
