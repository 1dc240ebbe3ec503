-- Offers of partners: which stand, and what serves a home (docs/decisions/031).

INSERT INTO offer_category (code, names, icon, colour, position) VALUES
  ('amap', '{"fr": "Amap", "nl": "Voedselteam", "en": "Farm boxes"}', 'hand', 'moss', 10),
  ('hive', '{"fr": "Groupement d’achat local", "nl": "Lokale afhaalmarkt", "en": "Local pick-up market"}', 'hand', 'moss', 20),
  ('producer', '{"fr": "Producteur", "nl": "Producent", "en": "Producer"}', 'hand', 'moss', 30),
  ('shop', '{"fr": "Commerce", "nl": "Winkel", "en": "Shop"}', 'offer', 'sun', 40),
  ('car_sharing', '{"fr": "Autopartage", "nl": "Autodelen", "en": "Car sharing"}', 'offer', 'sea', 50),
  ('bike_sharing', '{"fr": "Vélos en libre-service", "nl": "Deelfietsen", "en": "Bike sharing"}', 'offer', 'sea', 60),
  ('carpool', '{"fr": "Covoiturage quotidien", "nl": "Dagelijks carpoolen", "en": "Daily carpooling"}', 'people', 'sea', 70),
  ('co_errands', '{"fr": "Courses partagées", "nl": "Samen boodschappen doen", "en": "Shared errands"}', 'people', 'sea', 80),
  ('storage', '{"fr": "Stockage", "nl": "Opslag", "en": "Storage"}', 'home', 'slate', 90),
  ('crowdfunding', '{"fr": "Financement participatif", "nl": "Crowdfunding", "en": "Crowdfunding"}', 'offer', 'sail', 100),
  ('group_buying', '{"fr": "Achats groupés", "nl": "Groepsaankopen", "en": "Group buying"}', 'people', 'sail', 110)
-- What an operator changed stays changed.
ON CONFLICT (code) DO NOTHING;

CREATE OR REPLACE FUNCTION nearness.feed_stale(problem text, last_success timestamptz, every interval) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN problem IS NOT NULL OR last_success IS NULL OR last_success + 3 * every < now();
COMMENT ON FUNCTION nearness.feed_stale(text, timestamptz, interval) IS
  'Whether a feed with these columns (problem, last_success_at, every) is stale: its last try changed nothing, or its last good one is three rhythms old.';

CREATE OR REPLACE VIEW nearness.offer_reaching AS
SELECT offer.id, offer.category, offer.title, offer.words, offer.price_words, offer.conditions, offer.url, offer.photo_url,
  offer.point, offer.opening_hours, offer.delivers, offer.click_and_collect, offer.valid_from, offer.valid_to,
  partner.code AS partner, partner.name AS partner_name,
  nearness.feed_stale(offer_feed.problem, offer_feed.last_success_at, offer_feed.every) AS stale,
  offer_feed.last_success_at AS confirmed_at,
  offer.reach_only, offer.searched
FROM offer
JOIN offer_feed ON offer_feed.id = offer.feed_id
JOIN partner ON partner.id = offer_feed.partner_id
WHERE offer.gone_at IS NULL
  AND partner.paused_at IS NULL
  AND (offer.valid_from IS NULL OR offer.valid_from <= now())
  AND (offer.valid_to IS NULL OR now() < offer.valid_to);
COMMENT ON VIEW nearness.offer_reaching IS
  'The offers that stand now: in their feed, within their period, their partner not paused; stale ones say so. Those with reach_only '
  'are for the homes that they serve (docs/decisions/035): join serving_home, or ask offer_standing.';

CREATE OR REPLACE VIEW nearness.offer_standing AS
SELECT shown.id, shown.category, shown.title, shown.words, shown.price_words, shown.conditions, shown.url, shown.photo_url,
  shown.point, shown.opening_hours, shown.delivers, shown.click_and_collect, shown.valid_from, shown.valid_to,
  shown.partner, shown.partner_name, shown.stale, shown.confirmed_at, shown.searched
FROM nearness.offer_reaching AS shown
WHERE NOT shown.reach_only;
COMMENT ON VIEW nearness.offer_standing IS 'The offers that anybody may be shown now.';

-- Not STRICT: to be inlined, so that each branch goes by its own index.
CREATE OR REPLACE FUNCTION nearness.areas_at(place geometry, in_country text, in_code text, in_neighbourhoods bigint[])
RETURNS TABLE (offer_id bigint, kind text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT area.offer_id, area.kind
  FROM service_area AS area
  WHERE area.box && place
    AND CASE area.kind
      WHEN 'radius' THEN nearness.in_radius(place, area.shape, area.radius_m)
      ELSE ST_Covers(area.shape, place)
    END
  UNION ALL
  SELECT area.offer_id, area.kind
  FROM service_area AS area
  WHERE area.kind = 'commune'
    -- Where no commune bears the code any more, its last ground is asked above.
    AND area.shape IS NULL
    AND area.country = in_country
    AND area.commune_code = in_code
  UNION ALL
  SELECT area.offer_id, area.kind
  FROM service_area AS area
  WHERE area.kind = 'neighbourhood'
    AND area.neighbourhood_id = ANY (in_neighbourhoods);
END;
COMMENT ON FUNCTION nearness.areas_at(geometry, text, text, bigint[]) IS
  'The service areas that hold a place (point, EPSG:4326), borders included, as it lies in this commune and these neighbourhoods.';

CREATE OR REPLACE FUNCTION nearness.serving_home(of_member bigint) RETURNS TABLE (offer_id bigint, by text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 100
BEGIN ATOMIC
  SELECT area.offer_id, array_agg(DISTINCT area.kind ORDER BY area.kind)
  FROM private.home
  JOIN residence ON residence.member_id = home.member_id
  LEFT JOIN commune ON commune.id = residence.commune_id
  CROSS JOIN LATERAL nearness.areas_at(home.geom, commune.country, commune.code, ARRAY[residence.zone]) AS area
  JOIN nearness.offer_reaching ON offer_reaching.id = area.offer_id
  WHERE home.member_id = of_member
  GROUP BY area.offer_id;
END;
COMMENT ON FUNCTION nearness.serving_home(bigint) IS
  'The offers that serve the home of a member, and by which kinds of areas: for that member alone. Never a distance.';
REVOKE EXECUTE ON FUNCTION nearness.serving_home(bigint) FROM PUBLIC;

CREATE OR REPLACE FUNCTION nearness.serving_place(place geometry) RETURNS TABLE (offer_id bigint, by text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT area.offer_id, array_agg(DISTINCT area.kind ORDER BY area.kind)
  FROM nearness.commune_covering(place) AS covering
  LEFT JOIN commune ON commune.id = covering.id
  CROSS JOIN LATERAL nearness.areas_at(
    place, commune.country, commune.code,
    ARRAY(SELECT neighbourhood.id FROM neighbourhood WHERE neighbourhood.state = 'open' AND ST_Covers(neighbourhood.geom, place))
  ) AS area
  JOIN nearness.offer_standing ON offer_standing.id = area.offer_id
  GROUP BY area.offer_id;
END;
COMMENT ON FUNCTION nearness.serving_place(geometry) IS
  'The offers that serve a place (point, EPSG:4326) which somebody taps: as for a home, with each open neighbourhood that covers it.';

CREATE OR REPLACE FUNCTION nearness.box_area() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  -- No degree of latitude is shorter than 110,574 m; one of longitude is shortest at the circle's edge towards the pole.
  north double precision := coalesce(new.radius_m, 0) / 110000;
  east double precision;
BEGIN
  east := north / cos(radians(least(89, abs(ST_Y(ST_Centroid(new.shape))) + north)));
  new.box := CASE WHEN new.kind = 'radius' THEN ST_Envelope(ST_Expand(new.shape, east, north))
    -- A hair wider: the box of a border that runs straight north is none.
    ELSE ST_Envelope(ST_Expand(new.shape, 1e-9)) END;
  RETURN new;
END
$$;
COMMENT ON FUNCTION nearness.box_area() IS 'Keeps the box of a service area: all that its shape can serve lies inside.';
CREATE OR REPLACE TRIGGER box_area BEFORE INSERT OR UPDATE OF shape, radius_m ON service_area
FOR EACH ROW EXECUTE FUNCTION nearness.box_area();

CREATE OR REPLACE FUNCTION nearness.ended_ground(of_country text, of_code text) RETURNS geometry
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT commune.geom
  FROM commune
  WHERE commune.country = of_country
    AND commune.code = of_code
    AND NOT EXISTS (
      SELECT FROM commune AS current
      WHERE current.country = of_country AND current.code = of_code AND current.valid_to IS NULL
    )
  ORDER BY commune.valid_to DESC, commune.id DESC
  LIMIT 1;
END;
COMMENT ON FUNCTION nearness.ended_ground(text, text) IS
  'The ground that the last commune with a code had (EPSG:4326); null while one bears it, or if none ever did.';

CREATE OR REPLACE FUNCTION nearness.follow_service_areas() RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  UPDATE service_area
  SET shape = now_on.shape
  FROM (
    SELECT named.country, named.commune_code, nearness.ended_ground(named.country, named.commune_code) AS shape
    FROM (SELECT DISTINCT country, commune_code FROM service_area WHERE kind = 'commune') AS named
  ) AS now_on
  WHERE service_area.kind = 'commune'
    AND service_area.country = now_on.country
    AND service_area.commune_code = now_on.commune_code
    AND (service_area.shape IS NULL) <> (now_on.shape IS NULL);
END;
COMMENT ON FUNCTION nearness.follow_service_areas() IS
  'After communes changed: areas of a code that nobody bears any more become its last ground, and the commune again when it comes back.';

CREATE OR REPLACE FUNCTION nearness.living_neighbourhood(named bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT neighbourhood.id, neighbourhood.state, neighbourhood.successor_id FROM neighbourhood WHERE neighbourhood.id = named
    UNION
    SELECT heir.id, heir.state, heir.successor_id FROM chain JOIN neighbourhood AS heir ON heir.id = chain.successor_id
  )
  SELECT chain.id FROM chain WHERE chain.state = 'open' LIMIT 1;
END;
COMMENT ON FUNCTION nearness.living_neighbourhood(bigint) IS
  'The open neighbourhood that one is, or went into by mergers; null: proposed, archived without heir, or none.';

CREATE OR REPLACE FUNCTION nearness.follow_heir() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE service_area SET neighbourhood_id = new.successor_id WHERE service_area.neighbourhood_id = new.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION nearness.follow_heir() IS 'Of a neighbourhood that went into another: offers that serve it serve its heir.';
CREATE OR REPLACE TRIGGER follow_heir AFTER UPDATE OF successor_id ON neighbourhood
FOR EACH ROW WHEN (new.successor_id IS NOT NULL) EXECUTE FUNCTION nearness.follow_heir();
