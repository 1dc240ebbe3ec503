-- A feed's rows, staged by COPY, become offers (docs/decisions/032): all of them or none, in sets.

CREATE OR REPLACE FUNCTION nearness.judge_offers(of_feed integer)
RETURNS TABLE (rows integer, added integer, changed integer, unchanged integer, gone integer, rejected integer, standing integer)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 1
-- Nobody has counted what was staged a moment ago: of 200,000 rows taken for few each would look through all others.
SET enable_nestloop = off AS $$
BEGIN
  UPDATE offer_staged AS staged
  SET field = 'category', reason = format('there is no category %s', staged.category)
  WHERE staged.feed_id = of_feed
    AND staged.field IS NULL
    AND NOT EXISTS (SELECT FROM offer_category WHERE offer_category.code = staged.category);

  UPDATE offer_staged AS staged
  SET field = 'serves_communes', reason = format('there is no commune %s', unknown.name)
  FROM (
    SELECT DISTINCT ON (wanted.row) wanted.row, area ->> 'country' || ':' || (area ->> 'code') AS name
    FROM offer_staged AS wanted
    CROSS JOIN LATERAL jsonb_array_elements(wanted.areas) AS area
    WHERE wanted.feed_id = of_feed
      AND wanted.field IS NULL
      AND area ->> 'kind' = 'commune'
      AND NOT EXISTS (SELECT FROM commune WHERE commune.country = area ->> 'country' AND commune.code = area ->> 'code')
  ) AS unknown
  WHERE staged.feed_id = of_feed
    AND staged.row = unknown.row;

  UPDATE offer_staged AS staged
  SET field = 'serves_neighbourhoods', reason = format('there is no open neighbourhood %s', unknown.name)
  FROM (
    SELECT DISTINCT ON (wanted.row) wanted.row, area ->> 'id' AS name
    FROM offer_staged AS wanted
    CROSS JOIN LATERAL jsonb_array_elements(wanted.areas) AS area
    WHERE wanted.feed_id = of_feed
      AND wanted.field IS NULL
      AND area ->> 'kind' = 'neighbourhood'
      AND nearness.living_neighbourhood((area ->> 'id')::bigint) IS NULL
  ) AS unknown
  WHERE staged.feed_id = of_feed
    AND staged.row = unknown.row;

  UPDATE offer_staged AS staged
  SET field = 'external_id', reason = format('row %s has it already', twice.first_row)
  FROM (
    SELECT sound.row, min(sound.row) OVER (PARTITION BY sound.external_id) AS first_row
    FROM offer_staged AS sound
    WHERE sound.feed_id = of_feed
      AND sound.field IS NULL
  ) AS twice
  WHERE staged.feed_id = of_feed
    AND staged.row = twice.row
    AND twice.row > twice.first_row;

  RETURN QUERY
  WITH
  named AS MATERIALIZED (
    SELECT DISTINCT ON (staged.external_id) staged.external_id, staged.field IS NULL AS sound, staged.content_hash
    FROM offer_staged AS staged
    WHERE staged.feed_id = of_feed
      AND staged.external_id IS NOT NULL
    ORDER BY staged.external_id, staged.field IS NOT NULL
  ),
  stood AS MATERIALIZED (
    SELECT offer.external_id, offer.content_hash FROM offer WHERE offer.feed_id = of_feed AND offer.gone_at IS NULL
  ),
  compared AS (
    SELECT
      count(*) FILTER (WHERE named.sound AND stood.external_id IS NULL)::integer AS added,
      count(*) FILTER (WHERE named.sound AND stood.content_hash <> named.content_hash)::integer AS changed,
      count(*) FILTER (WHERE named.sound AND stood.content_hash = named.content_hash)::integer AS unchanged,
      count(*) FILTER (WHERE named.external_id IS NULL)::integer AS gone,
      count(stood.external_id)::integer AS standing
    FROM named
    FULL JOIN stood ON stood.external_id = named.external_id
  ),
  counted AS (
    SELECT count(*)::integer AS rows, count(staged.field)::integer AS rejected FROM offer_staged AS staged WHERE staged.feed_id = of_feed
  )
  SELECT counted.rows, compared.added, compared.changed, compared.unchanged, compared.gone, counted.rejected, compared.standing
  FROM compared, counted;
END
$$;
COMMENT ON FUNCTION nearness.judge_offers(integer) IS
  'What an import of the staged rows of a feed would do; rows that name what is not there, or what an earlier row is, are marked as rejected.';

CREATE OR REPLACE FUNCTION nearness.store_areas(of_feed integer, of_offers bigint[]) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  INSERT INTO service_area (offer_id, kind, shape, radius_m, country, commune_code, neighbourhood_id)
  SELECT offer.id, area ->> 'kind',
    CASE area ->> 'kind'
      WHEN 'radius' THEN offer.point
      WHEN 'polygon' THEN ST_SetSRID((area ->> 'wkb')::geometry, 4326)
      WHEN 'commune' THEN nearness.ended_ground(area ->> 'country', area ->> 'code')
    END,
    (area ->> 'm')::double precision, area ->> 'country', area ->> 'code',
    nearness.living_neighbourhood((area ->> 'id')::bigint)
  FROM unnest(of_offers) AS touched (id)
  JOIN offer ON offer.id = touched.id
  JOIN offer_staged AS staged ON staged.feed_id = of_feed AND staged.field IS NULL AND staged.external_id = offer.external_id
  CROSS JOIN LATERAL jsonb_array_elements(staged.areas) AS area;
END;
COMMENT ON FUNCTION nearness.store_areas(integer, bigint[]) IS 'The service areas of these offers of a feed, as its staged rows tell them.';

CREATE OR REPLACE FUNCTION nearness.merge_offers(of_feed integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Nobody has counted what was staged a moment ago: of 200,000 rows taken for few each would look through all others.
SET enable_nestloop = off AS $$
DECLARE
  touched bigint[];
BEGIN
  -- A vintage that ends a commune waits for these, or they see it.
  PERFORM nearness.hold_communes();

  WITH left_out AS (
    UPDATE offer
    SET gone_at = now()
    WHERE offer.feed_id = of_feed
      AND offer.gone_at IS NULL
      -- A rejected row keeps what stood.
      AND NOT EXISTS (SELECT FROM offer_staged AS s WHERE s.feed_id = of_feed AND s.external_id = offer.external_id)
    RETURNING offer.id
  )
  DELETE FROM service_area USING left_out WHERE service_area.offer_id = left_out.id;

  WITH stored AS (
    INSERT INTO offer AS o (feed_id, external_id, category, title, words, price_words, conditions, url, photo_url, point,
      opening_hours, delivers, click_and_collect, valid_from, valid_to, content_hash)
    SELECT of_feed, s.external_id, s.category, s.title, s.words, s.price_words, s.conditions, s.url, s.photo_url,
      CASE WHEN s.lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326) END,
      s.opening_hours, s.delivers, s.click_and_collect, s.valid_from, s.valid_to, s.content_hash
    FROM offer_staged AS s
    LEFT JOIN offer AS stood ON stood.feed_id = of_feed AND stood.external_id = s.external_id AND stood.gone_at IS NULL
    WHERE s.feed_id = of_feed
      AND s.field IS NULL
      AND stood.content_hash IS DISTINCT FROM s.content_hash
    -- Numbered as the feed has them: lists are in that order.
    ORDER BY s.row
    ON CONFLICT (feed_id, external_id) DO UPDATE SET
      category = excluded.category, title = excluded.title, words = excluded.words, price_words = excluded.price_words,
      conditions = excluded.conditions, url = excluded.url, photo_url = excluded.photo_url, point = excluded.point,
      opening_hours = excluded.opening_hours, delivers = excluded.delivers, click_and_collect = excluded.click_and_collect,
      valid_from = excluded.valid_from, valid_to = excluded.valid_to, content_hash = excluded.content_hash,
      changed_at = now(), gone_at = NULL
    RETURNING o.id
  )
  SELECT coalesce(array_agg(stored.id), '{}') INTO touched FROM stored;

  DELETE FROM service_area WHERE service_area.offer_id = ANY (touched);
  PERFORM nearness.store_areas(of_feed, touched);
  DELETE FROM offer_staged WHERE offer_staged.feed_id = of_feed;
END
$$;
COMMENT ON FUNCTION nearness.merge_offers(integer) IS
  'Makes offers of the staged rows of a feed, as judge_offers found them: added, changed, gone; what did not change is not written.';
