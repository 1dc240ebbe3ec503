-- What the workers do with the ledger: claim, record, hold a channel back, end what has lasted its time.

CREATE OR REPLACE FUNCTION nearness.channel_allows(of_channel text, most integer, per_second double precision) RETURNS integer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  pace channel_pace;
  filled double precision;
BEGIN
  SELECT * INTO pace FROM channel_pace WHERE channel_pace.channel = of_channel;
  IF pace.held_until > clock_timestamp() THEN
    RETURN 0;
  END IF;
  IF per_second IS NULL THEN
    RETURN most;
  END IF;
  INSERT INTO channel_pace (channel, allowance) VALUES (of_channel, per_second) ON CONFLICT DO NOTHING;
  SELECT * INTO STRICT pace FROM channel_pace WHERE channel_pace.channel = of_channel FOR UPDATE;
  -- What was not used within a second is gone.
  filled := least(
    greatest(per_second, 1), pace.allowance + per_second * extract(epoch FROM clock_timestamp() - pace.filled_at)::double precision
  );
  most := least(most, floor(filled)::integer);
  UPDATE channel_pace SET allowance = filled - most, filled_at = clock_timestamp() WHERE channel_pace.channel = of_channel;
  RETURN most;
END
$$;
COMMENT ON FUNCTION nearness.channel_allows(text, integer, double precision) IS
  'How many messages, of so many at most, may leave by a channel now: none while it is held back; with a rate (a second, null: none) what all workers together have left of it.';

CREATE OR REPLACE FUNCTION nearness.claim_deliveries(
  of_channel text, worker bigint, most integer, lease interval, per_second double precision
)
RETURNS TABLE (post_id bigint, member_id integer, word_id bigint, created_at timestamptz, tries smallint)
LANGUAGE plpgsql VOLATILE ROWS 100 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  most := nearness.channel_allows(of_channel, most, per_second);
  IF most = 0 THEN
    RETURN;
  END IF;
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT delivery.post_id, delivery.member_id, delivery.word_id, delivery.created_at
    FROM delivery
    WHERE delivery.channel = of_channel AND delivery.state = 'waiting' AND delivery.due_at <= clock_timestamp()
    ORDER BY delivery.due_at
    LIMIT most
    FOR UPDATE SKIP LOCKED
  )
  UPDATE delivery
  SET leased_by = worker, due_at = clock_timestamp() + lease, tries = least(delivery.tries + 1, 32000)::smallint
  FROM due
  WHERE delivery.post_id = due.post_id AND delivery.member_id = due.member_id AND delivery.word_id = due.word_id
    AND delivery.channel = of_channel AND delivery.created_at = due.created_at
  RETURNING delivery.post_id, delivery.member_id, delivery.word_id, delivery.created_at, delivery.tries;
END
$$;
COMMENT ON FUNCTION nearness.claim_deliveries(text, bigint, integer, interval, double precision) IS
  'Leases what is due on a channel to a worker: no other takes it before the lease is over.';

CREATE OR REPLACE FUNCTION nearness.claim_digests(worker bigint, most integer, lease interval)
RETURNS TABLE (post_id bigint, member_id integer, word_id bigint, created_at timestamptz, tries smallint)
LANGUAGE plpgsql VOLATILE ROWS 100 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH due AS MATERIALIZED (
    SELECT delivery.post_id, delivery.member_id, delivery.word_id, delivery.channel, delivery.created_at
    FROM delivery
    WHERE delivery.state = 'held' AND delivery.due_at <= clock_timestamp()
    ORDER BY delivery.member_id
    LIMIT most
    FOR UPDATE SKIP LOCKED
  )
  UPDATE delivery
  SET leased_by = worker, due_at = clock_timestamp() + lease, tries = least(delivery.tries + 1, 32000)::smallint
  FROM due
  WHERE delivery.post_id = due.post_id AND delivery.member_id = due.member_id AND delivery.word_id = due.word_id
    AND delivery.channel = due.channel AND delivery.created_at = due.created_at
  RETURNING delivery.post_id, delivery.member_id, delivery.word_id, delivery.created_at, delivery.tries;
END
$$;
COMMENT ON FUNCTION nearness.claim_digests(bigint, integer, interval) IS
  'Leases what was held for the digests of some members, which is due: each member''s words leave in one mail.';

CREATE OR REPLACE FUNCTION nearness.record_outcomes(
  of_channel text, worker bigint, posts bigint[], members integer[], words bigint[], written timestamptz[],
  states text[], waits double precision[], problems text[], tried boolean[]
)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  recorded bigint;
BEGIN
  UPDATE delivery
  SET state = outcome.state,
    due_at = clock_timestamp() + outcome.wait * interval '1 second',
    tries = (delivery.tries - CASE WHEN outcome.tried THEN 0 ELSE 1 END)::smallint,
    leased_by = NULL,
    done_at = CASE WHEN outcome.state NOT IN ('waiting', 'held') THEN clock_timestamp() END,
    problem = outcome.problem
  FROM unnest(posts, members, words, written, states, waits, problems, tried)
    AS outcome (post_id, member_id, word_id, created_at, state, wait, problem, tried)
  WHERE delivery.post_id = outcome.post_id AND delivery.member_id = outcome.member_id AND delivery.word_id = outcome.word_id
    AND delivery.channel = of_channel AND delivery.created_at = outcome.created_at
    AND delivery.leased_by = worker
    -- What was stopped meanwhile stays so, unless it had left.
    AND (delivery.state IN ('waiting', 'held') OR delivery.state = 'stopped' AND outcome.state IN ('sent', 'unknown'));
  GET DIAGNOSTICS recorded = ROW_COUNT;
  RETURN recorded;
END
$$;
COMMENT ON FUNCTION nearness.record_outcomes(text, bigint, bigint[], integer[], bigint[], timestamptz[], text[], double precision[], text[], boolean[]) IS
  'What became of the deliveries that a worker holds, in arrays of one length: their state, in how many seconds they are due again, why, and whether they '
  'were tried at all. Rows whose lease another has meanwhile are left alone. Returns how many.';

CREATE OR REPLACE FUNCTION nearness.words_to_send(of_words bigint[])
RETURNS TABLE (
  id bigint, post_id bigint, what text, body text, sentence text, urgent boolean, names jsonb, author text, official_source text,
  commune_id bigint, may_leave boolean
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  SELECT alert_word.id, alert_word.post_id, alert_word.what, alert_word.body, post.body, alert_kind.urgent, alert_kind.names,
    member.name, alert.official_source, post.origin_commune_id,
    (post.hidden_at IS NULL OR alert_word.what = 'cancel')
      AND (alert.stopped_at IS NULL OR alert.stopped_at < alert_word.created_at)
      AND (alert.ended_at IS NULL OR alert_word.what IN ('all_clear', 'cancel'))
  FROM alert_word
  JOIN alert ON alert.post_id = alert_word.post_id
  JOIN alert_kind ON alert_kind.code = alert.kind
  JOIN post ON post.id = alert_word.post_id
  JOIN member ON member.id = post.author_id
  WHERE alert_word.id = ANY (of_words);
END;
COMMENT ON FUNCTION nearness.words_to_send(bigint[]) IS
  'What is said in some words of alerts, who pays for it (commune_id), and whether they may leave now: not what was stopped, hidden or has ended.';

CREATE OR REPLACE FUNCTION nearness.readers(of_posts bigint[], of_members integer[])
RETURNS TABLE (post_id bigint, member_id integer, language text, parted boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT pair.post_id, pair.member_id, coalesce(alert_quiet.language, 'fr'),
    person.member_id IS NULL
      OR coalesce(alert_quiet.muted_until > now(), false)
      OR EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = pair.member_id AND blocked.other_id = post.author_id)
  FROM (SELECT DISTINCT * FROM unnest(of_posts, of_members) AS pair (post_id, member_id)) AS pair
  JOIN post ON post.id = pair.post_id
  LEFT JOIN nearness.person ON person.member_id = pair.member_id
  LEFT JOIN alert_quiet ON alert_quiet.member_id = pair.member_id;
END;
COMMENT ON FUNCTION nearness.readers(bigint[], integer[]) IS
  'In which language each of some members (beside the alert''s post) is to be told; parted: not any more, for a block, a pause or a mute since.';

CREATE OR REPLACE FUNCTION nearness.stopped_words(of_words bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT asked.id
  FROM unnest(of_words) AS asked (id)
  LEFT JOIN alert_word ON alert_word.id = asked.id
  LEFT JOIN alert ON alert.post_id = alert_word.post_id
  LEFT JOIN post ON post.id = alert_word.post_id
  WHERE alert_word.id IS NULL
    OR alert.stopped_at >= alert_word.created_at
    OR post.hidden_at IS NOT NULL AND alert_word.what <> 'cancel';
END;
COMMENT ON FUNCTION nearness.stopped_words(bigint[]) IS 'Those of some words that must not leave any more, though a worker holds them: what was stopped, hidden or deleted.';

CREATE OR REPLACE FUNCTION nearness.hold_channel(of_channel text) RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  INSERT INTO channel_pace (channel, held_until, held_times) VALUES (of_channel, clock_timestamp() + interval '1 second', 1)
  ON CONFLICT (channel) DO UPDATE
  SET held_until = clock_timestamp() + least(60, 2 ^ channel_pace.held_times) * (0.75 + random() / 2) * interval '1 second',
    held_times = least(channel_pace.held_times + 1, 10)
  -- Of several workers that find the same server away one holds the channel.
  WHERE coalesce(channel_pace.held_until <= clock_timestamp(), true);
END;
COMMENT ON FUNCTION nearness.hold_channel(text) IS 'A server that was away is asked again after 1, 2, 4, ... 60 seconds, a quarter more or less.';

CREATE OR REPLACE FUNCTION nearness.release_channel(of_channel text) RETURNS void
LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  UPDATE channel_pace SET held_times = 0, held_until = NULL WHERE channel_pace.channel = of_channel AND channel_pace.held_times > 0;
END;
COMMENT ON FUNCTION nearness.release_channel(text) IS 'The server answers.';

CREATE OR REPLACE FUNCTION nearness.doubt_lapsed(of_channel text) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
  doubtful bigint;
BEGIN
  UPDATE delivery SET state = 'unknown', leased_by = NULL, done_at = clock_timestamp(), problem = 'the worker ended'
  WHERE delivery.channel = of_channel AND delivery.state = 'waiting' AND delivery.due_at <= clock_timestamp()
    AND delivery.leased_by IS NOT NULL;
  GET DIAGNOSTICS doubtful = ROW_COUNT;
  RETURN doubtful;
END
$$;
COMMENT ON FUNCTION nearness.doubt_lapsed(text) IS
  'Of a channel whose messages are not to be repeated: what a worker held when it ended may have left. Returns how many rows.';

CREATE OR REPLACE FUNCTION nearness.end_alerts() RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  over record;
  ended bigint := 0;
BEGIN
  FOR over IN
    SELECT alert.post_id, alert.ends_at <= now() AS expired
    FROM alert
    JOIN post ON post.id = alert.post_id
    WHERE alert.ended_at IS NULL
      AND (alert.ends_at <= now() OR post.hidden_at IS NOT NULL AND alert.gone_out_at IS NOT NULL AND alert.stopped_at IS NULL)
    ORDER BY alert.post_id
    FOR UPDATE OF alert SKIP LOCKED
  LOOP
    IF over.expired THEN
      UPDATE alert SET ended_at = now(), outcome = 'expired' WHERE alert.post_id = over.post_id;
      UPDATE post SET closed_at = coalesce(post.closed_at, now()) WHERE post.id = over.post_id;
    ELSE
      UPDATE alert SET stopped_at = now() WHERE alert.post_id = over.post_id;
    END IF;
    PERFORM nearness.stop_deliveries(over.post_id, NOT over.expired);
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END
$$;
COMMENT ON FUNCTION nearness.end_alerts() IS 'Ends alerts that have lasted their time, and stops those that moderation hid. Returns how many.';

CREATE OR REPLACE FUNCTION nearness.delivery_counts(of_post bigint)
RETURNS TABLE (post_id bigint, channel text, state text, rows bigint, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT delivery.post_id, delivery.channel, delivery.state, count(*), min(delivery.done_at), max(delivery.done_at)
  FROM delivery
  WHERE delivery.post_id = coalesce(of_post, delivery.post_id)
  GROUP BY delivery.post_id, delivery.channel, delivery.state
  ORDER BY delivery.post_id, delivery.channel, delivery.state;
END;
COMMENT ON FUNCTION nearness.delivery_counts(bigint) IS 'How many deliveries of an alert (null: of each) are in which state. For operators: exact.';

CREATE OR REPLACE FUNCTION nearness.delivery_progress(of_post bigint) RETURNS double precision
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE
    WHEN count(*) FILTER (WHERE delivery.state IN ('waiting', 'held')) = 0 THEN 1
    WHEN count(*) < 10 * (SELECT nearness_setting.k FROM nearness_setting) THEN NULL
    ELSE floor(10.0 * count(*) FILTER (WHERE delivery.state NOT IN ('waiting', 'held')) / count(*)) / 10
  END
  FROM delivery
  WHERE delivery.post_id = of_post;
END;
COMMENT ON FUNCTION nearness.delivery_progress(bigint) IS
  'Sentence 12. Which share of an alert''s deliveries is done, in tenths, for its author; 1: all; null: under way, and too few to say more. Never how many, nor by which channel.';

CREATE OR REPLACE FUNCTION nearness.replay_deliveries(of_post bigint, of_states text[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  replayed bigint;
BEGIN
  UPDATE delivery
  SET state = 'waiting', due_at = clock_timestamp(), tries = 0, done_at = NULL, leased_by = NULL
  FROM alert
  JOIN post ON post.id = alert.post_id
  WHERE alert.post_id = delivery.post_id
    AND delivery.post_id = coalesce(of_post, delivery.post_id)
    AND delivery.state = ANY (of_states) AND delivery.state IN ('dead', 'unknown')
    AND alert.ended_at IS NULL AND alert.stopped_at IS NULL AND post.hidden_at IS NULL
    AND nearness.has_address(delivery.member_id, delivery.channel);
  GET DIAGNOSTICS replayed = ROW_COUNT;
  PERFORM pg_notify('alerts', '');
  RETURN replayed;
END
$$;
COMMENT ON FUNCTION nearness.replay_deliveries(bigint, text[]) IS
  'Lets what was given up (dead), or may not have left (unknown), be tried again, of an alert (null: of all) that goes on. Returns how many rows.';

CREATE OR REPLACE FUNCTION nearness.forget_alerts(before timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  dropped integer;
  reached bigint;
  acts bigint;
BEGIN
  before := least(before, now() - interval '80 days');
  dropped := nearness.drop_delivery_months(before);
  DELETE FROM alert_recipient USING alert WHERE alert.post_id = alert_recipient.post_id AND alert.ended_at < before;
  GET DIAGNOSTICS reached = ROW_COUNT;
  DELETE FROM alert_act WHERE alert_act.made_at < before - interval '180 days';
  GET DIAGNOSTICS acts = ROW_COUNT;
  RETURN dropped + reached + acts;
END
$$;
COMMENT ON FUNCTION nearness.forget_alerts(timestamptz) IS
  'Drops the ledger''s months before a moment (80 days ago at the latest), and of alerts that ended before it whom they reached; who did what half a year later. '
  'With the owner''s rights: the service does not rewrite what was done. Returns how many, a month being one.';
REVOKE EXECUTE ON FUNCTION nearness.forget_alerts(timestamptz) FROM PUBLIC;

CREATE OR REPLACE FUNCTION nearness.sweep_reached(most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT AS $$
DECLARE
  swept bigint;
BEGIN
  -- From one alert to the next by the primary key: there are few alerts, and many rows of each.
  WITH RECURSIVE reached (post_id) AS (
    SELECT min(alert_recipient.post_id) FROM alert_recipient
    UNION ALL
    SELECT (SELECT min(later.post_id) FROM alert_recipient AS later WHERE later.post_id > reached.post_id)
    FROM reached
    WHERE reached.post_id IS NOT NULL
  ), doomed AS MATERIALIZED (
    SELECT alert_recipient.post_id, alert_recipient.member_id
    FROM reached
    JOIN alert_recipient ON alert_recipient.post_id = reached.post_id
    WHERE NOT EXISTS (SELECT FROM alert WHERE alert.post_id = reached.post_id)
    LIMIT most
  )
  DELETE FROM alert_recipient USING doomed
  WHERE alert_recipient.post_id = doomed.post_id AND alert_recipient.member_id = doomed.member_id;
  GET DIAGNOSTICS swept = ROW_COUNT;
  RETURN swept;
END
$$;
COMMENT ON FUNCTION nearness.sweep_reached(integer) IS
  'Deletes, of alerts that are gone with their author, whom they reached and what became of it: so many members at most. Returns how many.';
