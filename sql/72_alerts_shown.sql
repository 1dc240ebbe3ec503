-- Alerts as one member is shown them. Who reads an alert is who its post comes to (readable), whom it reached as it went out, and who decides on it.

CREATE OR REPLACE FUNCTION nearness.alert_shown(of_post bigint, of_member bigint)
RETURNS TABLE (
  id bigint, kind text, body text, reach text, created_at timestamptz, closed_at timestamptz,
  author_id bigint, author_name text, mine boolean, cell text, outline json, hidden_at timestamptz,
  tier text, rings smallint, origin_kind text, origin_name text, origin_commune text,
  home_kind text, home_name text, home_commune text,
  radius_m integer, placed boolean, on_homes boolean, watched text, photos json,
  alert_kind text, names jsonb, icon text, colour text, urgent boolean,
  ends_at timestamptz, ended_at timestamptz, outcome text, waits boolean, place json, official_source text,
  reached_then boolean, decides boolean, last_what text, last_body text, last_at timestamptz
)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT shown.*,
    alert.kind, alert_kind.names, alert_kind.icon, alert_kind.colour, alert_kind.urgent,
    alert.ends_at, alert.ended_at, alert.outcome, alert.gone_out_at IS NULL AND alert.outcome IS NULL,
    ST_AsGeoJSON(alert.place, 6)::json, alert.official_source,
    came.reached_then, came.decides, word.what, word.body, word.created_at
  FROM post
  JOIN alert ON alert.post_id = post.id
  JOIN alert_kind ON alert_kind.code = alert.kind
  CROSS JOIN LATERAL (
    SELECT 1 AS nearest, 'self' AS tier, NULL::smallint AS rings, NULL::bigint AS watch_id, false AS reached_then, false AS decides
    WHERE post.author_id = of_member
    UNION ALL
    -- Until a second person has let it go it is nobody's.
    SELECT 2, readable.tier, readable.rings, readable.watch_id, false, false
    FROM nearness.readable
    WHERE readable.post_id = of_post AND readable.member_id = of_member AND alert.gone_out_at IS NOT NULL
    UNION ALL
    -- Whom it reached is told of what follows, wherever they live since.
    SELECT 3, alert_recipient.tier, NULL, NULL, true, false
    FROM alert_recipient
    WHERE alert_recipient.post_id = of_post AND alert_recipient.member_id = of_member
      AND alert.gone_out_at IS NOT NULL AND post.hidden_at IS NULL
      AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = post.author_id)
    UNION ALL
    SELECT 4, 'beyond', NULL, NULL, false, true
    WHERE alert.needs_second AND nearness.may_second(of_post, of_member)
    ORDER BY nearest, watch_id NULLS FIRST
    LIMIT 1
  ) AS came
  CROSS JOIN LATERAL nearness.posts_shown(
    of_member, ARRAY[of_post], ARRAY[came.tier], ARRAY[came.rings::integer], ARRAY[came.watch_id]
  ) AS shown
  LEFT JOIN LATERAL (
    SELECT alert_word.what, alert_word.body, alert_word.created_at FROM alert_word
    WHERE alert_word.post_id = post.id ORDER BY alert_word.id DESC LIMIT 1
  ) AS word ON true
  WHERE post.id = of_post;
END
$$;
COMMENT ON FUNCTION nearness.alert_shown(bigint, bigint) IS
  'An alert as one member is shown it: the columns of post_shown, its kind, state, place (GeoJSON) and latest word. No row for whom it does not come to; '
  'reached_then: it came to the member as it went out, and would not today; decides: the member is shown it as one who may be its second person.';

CREATE OR REPLACE FUNCTION nearness.alerts_of(of_member bigint, running boolean, most integer) RETURNS TABLE (post_id bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT come.post_id
  FROM (
    SELECT feed.post_id FROM nearness.feed(of_member, NULL, most, NULL, 'alert') AS feed WHERE running
    UNION
    (
      SELECT alert.post_id FROM alert_recipient
      JOIN alert ON alert.post_id = alert_recipient.post_id
      WHERE alert_recipient.member_id = of_member AND (alert.ended_at IS NULL) = running
      ORDER BY alert.post_id DESC
      LIMIT most
    )
    UNION
    (
      SELECT alert.post_id FROM post
      JOIN alert ON alert.post_id = post.id
      WHERE post.author_id = of_member AND post.kind = 'alert' AND (alert.ended_at IS NULL) = running
      ORDER BY alert.post_id DESC
      LIMIT most
    )
  ) AS come
  JOIN alert ON alert.post_id = come.post_id
  WHERE (alert.ended_at IS NULL) = running
    AND (running OR alert.ended_at > now() - interval '14 days')
  ORDER BY come.post_id DESC
  LIMIT most;
END
$$;
COMMENT ON FUNCTION nearness.alerts_of(bigint, boolean, integer) IS
  'The newest alerts that may come to a member or that the member wrote: those that run, or that ended within two weeks. alert_shown decides which are shown.';

CREATE OR REPLACE FUNCTION nearness.alerts_a_week(of_member bigint) RETURNS TABLE (kind text, tier text, a_week double precision)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT alert.kind, alert_recipient.tier, count(*) / 8.0
  FROM alert_recipient
  JOIN alert ON alert.post_id = alert_recipient.post_id
  WHERE alert_recipient.member_id = of_member
    AND alert.gone_out_at > now() - interval '8 weeks'
  GROUP BY alert.kind, alert_recipient.tier;
END;
COMMENT ON FUNCTION nearness.alerts_a_week(bigint) IS
  'How many alerts a week reached a member in the last eight weeks, by kind and tier: what any choice of channels would have sent. Of the member''s own alone.';

CREATE OR REPLACE FUNCTION nearness.count_alert_channels() RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF EXISTS (SELECT FROM alert_channel_share WHERE counted_at > now() - interval '1 day')
    AND NOT EXISTS (
      SELECT FROM alert_kind
      WHERE alert_kind.retired_at IS NULL AND NOT EXISTS (SELECT FROM alert_channel_share WHERE alert_channel_share.kind = alert_kind.code)
    )
    -- One at a time is enough.
    OR NOT pg_try_advisory_xact_lock(hashtextextended('nearness.count_alert_channels', 0))
  THEN
    RETURN;
  END IF;
  INSERT INTO alert_channel_share (kind, tier, channel, share)
  WITH way AS MATERIALIZED (
    SELECT asked.id, channel, nearness.has_address(asked.id, channel) AS is_set_up
    FROM (
      -- The same ones every day: which they are has nothing to do with where they live.
      SELECT person.member_id AS id FROM nearness.person
      ORDER BY hashint8(person.member_id), person.member_id
      LIMIT 2000
    ) AS asked
    CROSS JOIN unnest(ARRAY['email', 'sms', 'push']) AS channel
  )
  SELECT alert_kind.code, near.tier, way.channel,
    -- To five hundredths.
    round(20.0 * count(*) FILTER (WHERE way.is_set_up AND way.channel = ANY (coalesce(of_kind.channels, of_all.channels, nearness.usual_channels(alert_kind.urgent)))) / count(*)) / 20
  FROM way
  CROSS JOIN alert_kind
  CROSS JOIN unnest(ARRAY['neighbour', 'wider', 'commune', 'adjacent_commune', 'beyond']) AS near (tier)
  LEFT JOIN alert_preference AS of_kind ON of_kind.member_id = way.id AND of_kind.kind = alert_kind.code AND of_kind.tier = near.tier
  LEFT JOIN alert_preference AS of_all ON of_all.member_id = way.id AND of_all.kind IS NULL AND of_all.tier = near.tier
  GROUP BY alert_kind.code, near.tier, way.channel
  ON CONFLICT (kind, tier, channel) DO UPDATE SET share = excluded.share, counted_at = now();
END
$$;
COMMENT ON FUNCTION nearness.count_alert_channels() IS
  'Counts, once a day, of all verified members the share whom an alert of each kind from each tier reaches by each channel, to five hundredths (alert_channel_share): from 2,000 of them at most.';
