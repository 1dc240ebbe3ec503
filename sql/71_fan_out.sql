-- From an alert's word to the ledger: whom it is for (docs/decisions/025), by which channels, when.

CREATE OR REPLACE FUNCTION nearness.quiet_ends(at timestamptz, quiet_from time, quiet_until time, zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
  WHEN quiet_from IS NULL THEN at
  WHEN quiet_from <= quiet_until
    AND (at AT TIME ZONE zone)::time >= quiet_from AND (at AT TIME ZONE zone)::time < quiet_until
    THEN ((at AT TIME ZONE zone)::date + quiet_until) AT TIME ZONE zone
  WHEN quiet_from > quiet_until AND (at AT TIME ZONE zone)::time < quiet_until
    THEN ((at AT TIME ZONE zone)::date + quiet_until) AT TIME ZONE zone
  WHEN quiet_from > quiet_until AND (at AT TIME ZONE zone)::time >= quiet_from
    THEN ((at AT TIME ZONE zone)::date + 1 + quiet_until) AT TIME ZONE zone
  ELSE at
END;
COMMENT ON FUNCTION nearness.quiet_ends(timestamptz, time, time, text) IS
  'When somebody with these quiet hours may be told of what happens at a moment: then, or when they end in that time zone. Null hours: none.';

CREATE OR REPLACE FUNCTION nearness.digest_at(at timestamptz, zone text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ((at AT TIME ZONE zone)::date + CASE WHEN (at AT TIME ZONE zone)::time < '18:00' THEN 0 ELSE 1 END + time '18:00') AT TIME ZONE zone;
COMMENT ON FUNCTION nearness.digest_at(timestamptz, text) IS 'The next six in the evening of a time zone: when the day''s alerts leave in one mail.';

CREATE OR REPLACE FUNCTION nearness.usual_channels(urgent boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN urgent THEN ARRAY['email', 'push', 'sms'] ELSE ARRAY['email', 'push'] END;
COMMENT ON FUNCTION nearness.usual_channels(boolean) IS 'By which channels comes an alert to who has chosen none: SMS are for urgent kinds.';

CREATE OR REPLACE VIEW nearness.has_mail AS
SELECT account.member_id FROM account WHERE account.active AND account.confirmed_at IS NOT NULL;
COMMENT ON VIEW nearness.has_mail IS 'Members with a confirmed e-mail address, one row each.';

CREATE OR REPLACE VIEW nearness.has_phone AS
SELECT phone.member_id FROM phone WHERE phone.confirmed_at IS NOT NULL;
COMMENT ON VIEW nearness.has_phone IS 'Members with a confirmed number, one row each.';

CREATE OR REPLACE VIEW nearness.has_browser AS
SELECT push_subscription.member_id FROM push_subscription WHERE push_subscription.failed_at IS NULL;
COMMENT ON VIEW nearness.has_browser IS 'Members with a browser that may be woken, a row for each browser.';

CREATE OR REPLACE FUNCTION nearness.has_address(of_member bigint, of_channel text) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE of_channel
    WHEN 'email' THEN EXISTS (SELECT FROM nearness.has_mail WHERE has_mail.member_id = of_member)
    WHEN 'sms' THEN EXISTS (SELECT FROM nearness.has_phone WHERE has_phone.member_id = of_member)
    ELSE EXISTS (SELECT FROM nearness.has_browser WHERE has_browser.member_id = of_member)
  END;
END;
COMMENT ON FUNCTION nearness.has_address(bigint, text) IS 'Whether a member can be reached by a channel now: email, sms or push.';

CREATE OR REPLACE FUNCTION nearness.stop_deliveries(of_post bigint, in_hand boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
  stopped bigint;
BEGIN
  -- A row that a worker is just writing is passed by: neither waits for the other, and the worker asks before it sends.
  UPDATE delivery SET state = 'stopped', done_at = clock_timestamp()
  FROM (
    SELECT waiting.post_id, waiting.member_id, waiting.word_id, waiting.channel, waiting.created_at
    FROM delivery AS waiting
    WHERE waiting.post_id = of_post
      AND waiting.state IN ('waiting', 'held')
      AND (in_hand OR waiting.leased_by IS NULL)
    FOR UPDATE SKIP LOCKED
  ) AS due
  WHERE delivery.post_id = due.post_id AND delivery.member_id = due.member_id AND delivery.word_id = due.word_id
    AND delivery.channel = due.channel AND delivery.created_at = due.created_at;
  GET DIAGNOSTICS stopped = ROW_COUNT;
  RETURN stopped;
END
$$;
COMMENT ON FUNCTION nearness.stop_deliveries(bigint, boolean) IS
  'What waits of an alert never leaves; with in_hand, what a worker holds and has not sent neither. Returns how many rows.';

CREATE OR REPLACE FUNCTION nearness.fan_out(of_word bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  word record;
  rows bigint;
BEGIN
  SELECT alert_word.id, alert_word.post_id, alert_word.what, alert_word.created_at, alert.kind, alert_kind.urgent, post.author_id INTO STRICT word
  FROM alert_word
  JOIN alert ON alert.post_id = alert_word.post_id
  JOIN alert_kind ON alert_kind.code = alert.kind
  JOIN post ON post.id = alert_word.post_id
  WHERE alert_word.id = of_word;
  PERFORM nearness.make_delivery_month(word.created_at);
  IF word.what = 'alert' THEN
    INSERT INTO alert_recipient (post_id, member_id, tier)
    SELECT word.post_id, audience.member_id, audience.tier FROM nearness.audience(word.post_id) AS audience;
  ELSIF word.what IN ('all_clear', 'cancel') THEN
    PERFORM nearness.stop_deliveries(word.post_id, false);
  END IF;
  INSERT INTO delivery (post_id, member_id, word_id, channel, created_at, state, due_at)
  SELECT recipient.post_id, recipient.member_id, word.id, way.channel, word.created_at,
    CASE WHEN quiet.digest AND NOT word.urgent THEN 'held' ELSE 'waiting' END,
    CASE
      WHEN quiet.digest AND NOT word.urgent THEN nearness.digest_at(now(), quiet.time_zone)
      WHEN quiet.quiet_from IS NOT NULL AND NOT (word.urgent AND quiet.urgent_passes)
        AND nearness.quiet_ends(now(), quiet.quiet_from, quiet.quiet_until, quiet.time_zone) > now()
        THEN nearness.quiet_ends(now(), quiet.quiet_from, quiet.quiet_until, quiet.time_zone)
      -- What is urgent stands before all that waits.
      WHEN word.urgent THEN now() - interval '1 day'
      ELSE now()
    END
  FROM alert_recipient AS recipient
  LEFT JOIN alert_quiet AS quiet ON quiet.member_id = recipient.member_id
  LEFT JOIN alert_preference AS of_kind
    ON of_kind.member_id = recipient.member_id AND of_kind.tier = recipient.tier AND of_kind.kind = word.kind
  LEFT JOIN alert_preference AS of_any
    ON of_any.member_id = recipient.member_id AND of_any.tier = recipient.tier AND of_any.kind IS NULL
  -- As has_address says, of all members at once.
  LEFT JOIN nearness.has_mail ON has_mail.member_id = recipient.member_id
  LEFT JOIN nearness.has_phone ON has_phone.member_id = recipient.member_id
  CROSS JOIN LATERAL unnest(
    -- A digest is one mail.
    CASE WHEN quiet.digest AND NOT word.urgent THEN ARRAY['email']
    ELSE coalesce(of_kind.channels, of_any.channels, nearness.usual_channels(word.urgent)) END
  ) AS way (channel)
  WHERE recipient.post_id = word.post_id
    AND coalesce(quiet.muted_until <= now(), true)
    AND (NOT coalesce(quiet.digest, false) OR word.urgent
      OR cardinality(coalesce(of_kind.channels, of_any.channels, nearness.usual_channels(false))) > 0)
    AND CASE way.channel
      WHEN 'email' THEN has_mail.member_id IS NOT NULL
      WHEN 'sms' THEN has_phone.member_id IS NOT NULL
      ELSE EXISTS (SELECT FROM nearness.has_browser WHERE has_browser.member_id = recipient.member_id)
    END
    AND (
      word.what = 'alert'
      OR EXISTS (
          SELECT FROM delivery AS earlier
          WHERE earlier.post_id = recipient.post_id AND earlier.member_id = recipient.member_id
            AND earlier.state IN ('sent', 'unknown', 'waiting', 'held')
        )
        AND EXISTS (SELECT FROM nearness.person WHERE person.member_id = recipient.member_id)
        AND NOT EXISTS (
          SELECT FROM nearness.blocked WHERE blocked.member_id = recipient.member_id AND blocked.other_id = word.author_id
        )
    );
  GET DIAGNOSTICS rows = ROW_COUNT;
  UPDATE alert_word SET fanned_out_at = clock_timestamp() WHERE alert_word.id = of_word;
  PERFORM pg_notify('alerts', word.id::text);
  RETURN rows;
END
$$;
COMMENT ON FUNCTION nearness.fan_out(bigint) IS
  'Writes the deliveries of an alert''s word into the ledger, all in this transaction, and rings for the workers as it commits. Of the first word it fixes the '
  'recipients (nearness.audience); a later word goes to those of them to whom something left or is on its way, and whom nothing parts from its author since. '
  'Returns how many rows. The caller holds the alert''s row.';

CREATE OR REPLACE FUNCTION nearness.may_second(of_post bigint, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM post
    WHERE post.id = of_post
      AND post.kind = 'alert'
      AND post.author_id <> of_member
      AND NOT nearness.suspended(of_member)
      AND (
        nearness.has_role(of_member, 'operator', NULL)
        OR post.origin_commune_id IS NOT NULL AND nearness.has_role(of_member, 'commune_agent', post.origin_commune_id)
        OR NOT post.on_homes AND of_member IN (SELECT nearness.moderators_of(post.origin_zone))
      )
  );
END;
COMMENT ON FUNCTION nearness.may_second(bigint, bigint) IS
  'Whether a member may be the second person for an alert, and stop it: a moderator of the neighbourhood where it was written (not for what an authority wrote '
  'on homes), an agent of its commune, an operator. Never its author.';

CREATE OR REPLACE FUNCTION nearness.waiting_for_second(of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT alert.post_id
  FROM alert
  WHERE alert.gone_out_at IS NULL
    AND alert.ended_at IS NULL
    AND nearness.may_second(alert.post_id, of_member)
  ORDER BY alert.post_id;
END;
COMMENT ON FUNCTION nearness.waiting_for_second(bigint) IS 'The alerts that wait for a second person, whom this member may be.';

CREATE OR REPLACE FUNCTION nearness.similar_alerts(of_member bigint, of_kind text, near geometry)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 AS $$
BEGIN
  RETURN QUERY
  SELECT recent.post_id
  FROM (
    SELECT alert.post_id, alert.place
    FROM alert
    WHERE alert.kind = of_kind
      AND alert.gone_out_at > now() - interval '7 days'
      AND alert.ended_at IS NULL
      AND alert.ends_at > now()
      AND (near IS NULL OR alert.place IS NULL OR ST_DWithin(alert.place::geography, near::geography, 3000))
    ORDER BY alert.post_id DESC
    LIMIT 200
  ) AS recent
  CROSS JOIN LATERAL (
    SELECT 1
    FROM nearness.readable
    WHERE readable.post_id = recent.post_id
      AND readable.member_id = of_member
      -- Without a place on both, near is what is around the home.
      AND (near IS NOT NULL AND recent.place IS NOT NULL OR readable.tier IN ('neighbour', 'wider'))
    UNION ALL
    SELECT 1 FROM post WHERE post.id = recent.post_id AND post.author_id = of_member AND post.hidden_at IS NULL
    LIMIT 1
  ) AS seen
  ORDER BY recent.post_id DESC
  LIMIT 5;
END
$$;
COMMENT ON FUNCTION nearness.similar_alerts(bigint, text, geometry) IS
  'Running alerts of a kind of the last seven days that a member reads or wrote, near a place (EPSG:4326, within 3 km; null, or where they show none: around the home), '
  'the newest five: what to look at before writing another.';
