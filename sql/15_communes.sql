-- Communes: which one covers a place, which ones share a border, and what became of a closed one.

-- The schema is made, with its rights, by 00_roles.sql; this line lets the file run alone.
CREATE SCHEMA IF NOT EXISTS nearness;

CREATE OR REPLACE FUNCTION nearness.said_name(usual text, names jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(names ->> nullif(current_setting('geoneighbour.language', true), ''), usual);
COMMENT ON FUNCTION nearness.said_name(text, jsonb) IS
  'A commune''s name in the language that the transaction has set (geoneighbour.language) where its source tells that name, else the usual one.';

CREATE OR REPLACE FUNCTION nearness.commune_at(place geometry) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN (SELECT covering.id FROM nearness.commune_covering(place) AS covering);
END
$$;
COMMENT ON FUNCTION nearness.commune_at(geometry) IS
  'Sentence 4. The current commune that covers a place (EPSG:4326), border included; of several the least (country, code) '
  'in byte order. Null where there is none: sea, lake, abroad.';

CREATE OR REPLACE FUNCTION nearness.current_commune(version bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT commune.id, commune.valid_to, commune.successor_id
    FROM commune
    WHERE commune.id = current_commune.version
    UNION ALL
    SELECT heir.id, heir.valid_to, heir.successor_id
    FROM chain
    JOIN commune AS heir ON heir.id = chain.successor_id
    WHERE chain.valid_to IS NOT NULL
  )
  SELECT chain.id FROM chain WHERE chain.valid_to IS NULL;
END;
COMMENT ON FUNCTION nearness.current_commune(bigint) IS
  'The current row that a version of a commune led to through its successors; itself when it is current.';

CREATE OR REPLACE VIEW nearness.commune_became AS
SELECT commune_id, successor_id, share FROM commune_succession
UNION ALL
-- What was closed before shares were kept has its chief successor alone.
SELECT commune.id, commune.successor_id, NULL
FROM commune
WHERE commune.successor_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM commune_succession WHERE commune_succession.commune_id = commune.id);
COMMENT ON VIEW nearness.commune_became IS
  'Each closed version of a commune and each of its successors, with the share (0 to 1) of its ground that went there, where known.';

CREATE OR REPLACE FUNCTION nearness.commune_line(versions bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  WITH RECURSIVE
  forwards AS (
    SELECT unnest(versions) AS id
    UNION
    SELECT became.successor_id FROM forwards JOIN nearness.commune_became AS became ON became.commune_id = forwards.id
  ),
  backwards AS (
    SELECT unnest(versions) AS id
    UNION
    SELECT became.commune_id FROM backwards JOIN nearness.commune_became AS became ON became.successor_id = backwards.id
  )
  SELECT forwards.id FROM forwards
  UNION
  SELECT backwards.id FROM backwards;
END;
COMMENT ON FUNCTION nearness.commune_line(bigint[]) IS
  'The versions from which the given ones descend, themselves, and those that descend from them.';

CREATE OR REPLACE FUNCTION nearness.refresh_commune_adjacency(changed bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Its plans look dear and are not: compiling them would take longer than they do.
SET jit = off AS $$
BEGIN
  -- What an operator entered goes on with the successors, unless the two have become one.
  INSERT INTO commune_adjacency (commune_id, other_id, by_operator)
  SELECT DISTINCT heir.one, heir.two, true
  FROM commune_adjacency AS entry
  JOIN commune AS a ON a.id = entry.commune_id
  JOIN commune AS b ON b.id = entry.other_id
  CROSS JOIN LATERAL (
    SELECT nearness.current_commune(a.id) AS one, nearness.current_commune(b.id) AS two
  ) AS heir
  WHERE entry.by_operator
    AND (a.valid_to IS NOT NULL OR b.valid_to IS NOT NULL)
    AND heir.one <> heir.two
  ON CONFLICT (commune_id, other_id) DO UPDATE SET by_operator = true;

  DELETE FROM commune_adjacency
  USING commune
  WHERE commune.id IN (commune_adjacency.commune_id, commune_adjacency.other_id)
    AND commune.valid_to IS NOT NULL;

  DELETE FROM commune_adjacency
  WHERE NOT by_operator
    AND (commune_id IN (SELECT unnest(changed)) OR other_id IN (SELECT unnest(changed)));

  INSERT INTO commune_adjacency (commune_id, other_id)
  -- Each pair once, though two changed communes find each other twice: the test below is what costs.
  WITH candidate AS MATERIALIZED (
    SELECT DISTINCT least(fresh.id, other.id) AS one, greatest(fresh.id, other.id) AS two
    FROM commune AS fresh
    JOIN commune AS other ON other.geom && fresh.geom
    WHERE fresh.id IN (SELECT unnest(changed))
      AND fresh.valid_to IS NULL
      AND other.valid_to IS NULL
      AND other.id <> fresh.id
  ),
  pair AS MATERIALIZED (
    SELECT candidate.one, candidate.two
    FROM candidate
    JOIN commune AS a ON a.id = candidate.one
    JOIN commune AS b ON b.id = candidate.two
    -- Border meets border (fifth place) in a line (1). The other places stay open: an enclave in a hole and
    -- files that overlap a little share a border just as well, while a common corner (0) is none.
    WHERE ST_Relate(a.geom, b.geom, '****1****')
  )
  SELECT one, two FROM pair
  UNION ALL
  SELECT two, one FROM pair
  ON CONFLICT (commune_id, other_id) DO NOTHING;
END
$$;
COMMENT ON FUNCTION nearness.refresh_commune_adjacency(bigint[]) IS
  'Sentence 4. Finds again, in both directions, who shares a border of positive length with the given communes; drops the '
  'pairs of closed ones, and hands what an operator entered on to their successors.';

CREATE OR REPLACE FUNCTION nearness.link_communes(one bigint, two bigint) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
BEGIN ATOMIC
  INSERT INTO commune_adjacency (commune_id, other_id, by_operator)
  VALUES (one, two, true), (two, one, true)
  ON CONFLICT (commune_id, other_id) DO UPDATE SET by_operator = true;
END;
COMMENT ON FUNCTION nearness.link_communes(bigint, bigint) IS
  'An operator''s entry: these two count as adjacent, both ways (an island and its port).';

CREATE OR REPLACE FUNCTION nearness.unlink_communes(one bigint, two bigint) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE AS $$
BEGIN
  UPDATE commune_adjacency
  SET by_operator = false
  WHERE (commune_id, other_id) IN ((one, two), (two, one));
  PERFORM nearness.refresh_commune_adjacency(ARRAY[one, two]);
END
$$;
COMMENT ON FUNCTION nearness.unlink_communes(bigint, bigint) IS
  'Takes an operator''s entry back; the two stay adjacent only if their borders say so.';

CREATE OR REPLACE FUNCTION nearness.plain_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
  -- Accents are split off their letters; then all goes that is neither letter, digit nor space.
  translate(normalize(replace(lower(trim(name)), 'œ', 'oe'), NFKD), '-''’', '   '), '[^a-z0-9 ]+', '', 'g');
COMMENT ON FUNCTION nearness.plain_name(text) IS
  'A name as one types it: « Saint-Cast-le-Guildo » is saint cast le guildo. Serves searching, never shown.';
