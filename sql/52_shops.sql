-- Shops: where a bon plan is good, and what is left of a shop that goes (docs/decisions/035).

CREATE OR REPLACE FUNCTION nearness.store_reach(of_offer bigint, reach text, metres double precision) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH
  stands AS (
    SELECT offer.point, nearness.commune_at(offer.point) AS commune_id FROM offer WHERE offer.id = of_offer
  ),
  here AS (
    SELECT neighbourhood.id
    FROM stands
    JOIN neighbourhood ON neighbourhood.state = 'open' AND ST_Covers(neighbourhood.geom, stands.point)
  ),
  around AS (
    SELECT here.id FROM here WHERE reach IN ('neighbourhood', 'wider')
    UNION
    SELECT neighbourhood.id
    FROM here
    JOIN wider_area ON wider_area.zone = here.id
    JOIN neighbourhood ON neighbourhood.id = wider_area.other AND neighbourhood.state = 'open'
    WHERE reach = 'wider'
  ),
  stored AS (
    INSERT INTO service_area (offer_id, kind, shape, radius_m, country, commune_code, neighbourhood_id)
    SELECT of_offer, 'radius', stands.point, metres, NULL, NULL, NULL
    FROM stands
    WHERE reach = 'radius'
    UNION ALL
    SELECT of_offer, 'neighbourhood', NULL, NULL, NULL, NULL, around.id
    FROM around
    UNION ALL
    SELECT of_offer, 'commune', NULL, NULL, commune.country, commune.code, NULL
    FROM stands
    JOIN nearness.near_commune ON near_commune.commune_id = stands.commune_id
    JOIN commune ON commune.id = near_commune.other_id
    WHERE reach = 'commune' AND near_commune.tier = 'commune'
      OR reach = 'commune_adjacent'
    RETURNING 1
  )
  SELECT count(*)::integer FROM stored;
END;
COMMENT ON FUNCTION nearness.store_reach(bigint, text, double precision) IS
  'Stores the service areas that a reach comes to around the point of an offer; returns how many: none where no open neighbourhood, or no commune, is there.';

CREATE OR REPLACE FUNCTION nearness.erase_shop() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- Rows stay for the ledgers that name them; nothing of the shop does.
  DELETE FROM service_area
  USING offer, offer_feed
  WHERE service_area.offer_id = offer.id AND offer.feed_id = offer_feed.id AND offer_feed.partner_id = old.partner_id;
  UPDATE offer
  SET gone_at = coalesce(offer.gone_at, now()), title = '-', words = '', price_words = '', conditions = '', url = NULL,
    point = NULL, opening_hours = NULL
  FROM offer_feed
  WHERE offer.feed_id = offer_feed.id AND offer_feed.partner_id = old.partner_id;
  UPDATE partner SET name = '-', url = NULL, paused_at = coalesce(partner.paused_at, now()) WHERE partner.id = old.partner_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION nearness.erase_shop() IS 'Of a shop whose owner leaves: its listing and bons plans end, and hold no word of it any more.';
CREATE OR REPLACE TRIGGER erase_shop AFTER DELETE ON shop FOR EACH ROW EXECUTE FUNCTION nearness.erase_shop();
