-- The import of communes, first part: what was staged (17) is compared with what is held, and each held commune gets its fate.
-- Words and thresholds are those of docs/decisions/007. All of it lives in temporary tables of the importing transaction.

CREATE OR REPLACE FUNCTION nearness.plan_communes(import_country text, import_vintage integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Its plans look dear and are not: compiling them would take longer than they do.
SET jit = off AS $$
BEGIN
  -- Serves the search for codes that the file lacks.
  CREATE INDEX ON pg_temp.commune_staged (code);
  ANALYZE pg_temp.commune_staged;

  CREATE TEMPORARY TABLE commune_planned ON COMMIT DROP AS
  SELECT
    staged.code,
    staged.file,
    staged.position,
    CASE
      WHEN held.id IS NULL THEN 'added'
      WHEN NOT held.geom = staged.geom THEN 'reshaped'
      WHEN held.name <> staged.name OR held.names <> staged.names THEN 'renamed'
      ELSE 'unchanged'
    END AS action,
    held.id AS held_id,
    CASE WHEN held.name <> staged.name THEN held.name END AS name_before
  FROM pg_temp.commune_staged AS staged
  LEFT JOIN commune AS held
    ON held.country = import_country AND held.code = staged.code AND held.valid_to IS NULL
  WHERE staged.refusal IS NULL;
  ANALYZE pg_temp.commune_planned;

  CREATE TEMPORARY TABLE commune_heir (
    held_id bigint,
    code text COLLATE "C",
    share double precision,
    own double precision,
    piece geometry,
    said boolean NOT NULL DEFAULT false,
    recoding boolean NOT NULL DEFAULT false,
    PRIMARY KEY (held_id, code)
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE commune_warning (code text COLLATE "C", reason text) ON COMMIT DROP;

  INSERT INTO pg_temp.commune_heir (held_id, code, share, own)
  SELECT held_id, code, 1, 1 FROM pg_temp.commune_planned WHERE action = 'renamed';

  PERFORM nearness.measure_heirs(import_country);
  PERFORM nearness.hear_movements(import_country, import_vintage);
  ANALYZE pg_temp.commune_heir;
  PERFORM nearness.settle_fates();
END
$$;
COMMENT ON FUNCTION nearness.plan_communes(text, integer) IS
  'Compares what was staged with the current communes of a country, one row a commune: added, renamed, reshaped (also when renamed '
  'too), unchanged, merged, split or recoded; and who has the ground of each of them, with shares (commune_heir).';

CREATE OR REPLACE FUNCTION nearness.ratio(part double precision, whole double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- Two halves are equal, whatever the last digits of their areas.
RETURN round((part / whole)::numeric, 6)::double precision;
COMMENT ON FUNCTION nearness.ratio(double precision, double precision) IS 'The share of a part in a whole, to a millionth.';

CREATE OR REPLACE FUNCTION nearness.measure_heirs(import_country text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET jit = off AS $$
BEGIN
  -- Most new outlines are the old ones redrawn: one intersection each tells that, and their neighbours are left in peace.
  INSERT INTO pg_temp.commune_heir (held_id, code, share, own)
  SELECT held.id, staged.code, nearness.ratio(common.area, ST_Area(held.geom)), nearness.ratio(common.area, ST_Area(staged.geom))
  FROM pg_temp.commune_planned AS planned
  JOIN pg_temp.commune_staged AS staged USING (file, position)
  JOIN commune AS held ON held.id = planned.held_id
  CROSS JOIN LATERAL (SELECT ST_Area(ST_Intersection(held.geom, staged.geom)) AS area OFFSET 0) AS common
  WHERE planned.action = 'reshaped';

  ANALYZE pg_temp.commune_heir;

  CREATE TEMPORARY TABLE commune_in_play ON COMMIT DROP AS
  SELECT held_id, code, false AS absent, share < 0.95 AS torn
  FROM pg_temp.commune_heir
  JOIN pg_temp.commune_planned USING (held_id, code)
  WHERE commune_planned.action = 'reshaped'
  UNION ALL
  SELECT id, code, true, true
  FROM commune
  WHERE country = import_country
    AND valid_to IS NULL
    AND NOT EXISTS (SELECT FROM pg_temp.commune_staged AS staged WHERE staged.code = commune.code);

  IF NOT EXISTS (SELECT FROM pg_temp.commune_in_play) THEN
    RETURN;
  END IF;
  CREATE INDEX ON pg_temp.commune_staged USING gist (geom);
  ANALYZE pg_temp.commune_in_play;

  INSERT INTO pg_temp.commune_heir (held_id, code, share, own, piece)
  SELECT held.id, staged.code,
    nearness.ratio(ST_Area(common.piece), ST_Area(held.geom)), nearness.ratio(ST_Area(common.piece), ST_Area(staged.geom)),
    CASE WHEN play.absent THEN common.piece END
  FROM pg_temp.commune_in_play AS play
  JOIN commune AS held ON held.id = play.held_id
  JOIN pg_temp.commune_staged AS staged ON staged.geom && held.geom
  JOIN pg_temp.commune_planned AS planned USING (file, position)
  CROSS JOIN LATERAL (
    SELECT ST_CollectionExtract(ST_Intersection(held.geom, staged.geom), 3) AS piece OFFSET 0
  ) AS common
  WHERE staged.code <> play.code
    AND (play.torn OR planned.action = 'added')
    AND NOT ST_IsEmpty(common.piece);
END
$$;
COMMENT ON FUNCTION nearness.measure_heirs(text) IS
  'Whose ground is whose: for communes that are absent or reshaped, the shares of their ground in those of the file (share) and of '
  'these that came from them (own). Planar areas serve: of one place, every part is stretched alike.';

CREATE OR REPLACE FUNCTION nearness.settle_fates() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET jit = off AS $$
BEGIN
  -- Absent ones stay where the file says nothing about their ground: it may hold one region.
  WITH stays AS (
    DELETE FROM pg_temp.commune_in_play AS play
    WHERE play.absent
      AND NOT EXISTS (SELECT FROM pg_temp.commune_heir AS heir WHERE heir.held_id = play.held_id AND heir.said)
      AND (
        SELECT COALESCE(ST_Area(ST_Union(heir.piece)), 0) FROM pg_temp.commune_heir AS heir WHERE heir.held_id = play.held_id
      ) < 0.5 * (SELECT ST_Area(held.geom) FROM commune AS held WHERE held.id = play.held_id)
    RETURNING play.held_id
  )
  DELETE FROM pg_temp.commune_heir AS heir USING stays WHERE stays.held_id = heir.held_id;

  DELETE FROM pg_temp.commune_heir AS heir
  USING (
    SELECT one.held_id, one.code, bool_or(one.said) OVER (PARTITION BY one.held_id) AS told,
      row_number() OVER (PARTITION BY one.held_id ORDER BY one.share DESC, one.code) = 1 AS chief
    FROM pg_temp.commune_heir AS one
  ) AS place
  JOIN pg_temp.commune_planned AS planned ON planned.code = place.code
  WHERE place.held_id = heir.held_id
    AND place.code = heir.code
    AND CASE
      WHEN place.told THEN NOT heir.said
      ELSE NOT (place.chief OR heir.share >= 0.05 OR (planned.action = 'added' AND heir.own >= 0.5))
    END;

  WITH fate AS (
    SELECT
      play.held_id,
      bool_or(heir.code = play.code) AS stays,
      count(*) AS heirs,
      bool_or(heir.code <> play.code AND taker.action = 'added') AS founded,
      bool_and(heir.recoding OR (heir.share >= 0.95 AND heir.own >= 0.95 AND heir.predecessors = 1)) AS same
    FROM pg_temp.commune_in_play AS play
    JOIN (
      SELECT *, count(*) OVER (PARTITION BY one.code) AS predecessors FROM pg_temp.commune_heir AS one
    ) AS heir USING (held_id)
    JOIN pg_temp.commune_planned AS taker ON taker.code = heir.code
    GROUP BY play.held_id
  ),
  became AS (
    SELECT
      play.held_id, play.code, play.absent,
      CASE
        WHEN fate.stays AND NOT fate.founded THEN 'reshaped'
        WHEN fate.heirs > 1 AND fate.founded THEN 'split'
        WHEN fate.heirs = 1 AND fate.same THEN 'recoded'
        ELSE 'merged'
      END AS action
    FROM fate
    JOIN pg_temp.commune_in_play AS play USING (held_id)
  ),
  named AS (
    UPDATE pg_temp.commune_planned AS planned
    SET action = became.action
    FROM became
    WHERE became.held_id = planned.held_id
  )
  INSERT INTO pg_temp.commune_planned (code, action, held_id)
  SELECT became.code, became.action, became.held_id FROM became WHERE became.absent;

  -- A code that took over another's ground as it was is that commune, not one more.
  UPDATE pg_temp.commune_planned AS taker
  SET action = 'takes over'
  FROM pg_temp.commune_planned AS gone
  JOIN pg_temp.commune_heir AS heir USING (held_id)
  WHERE gone.action = 'recoded'
    AND taker.code = heir.code
    AND taker.action = 'added';
END
$$;
COMMENT ON FUNCTION nearness.settle_fates() IS
  'Leaves to each commune that changed its heirs alone (those a movement file names; else 5 % of its ground or more, or a new commune made '
  'of it by half; always the one with the largest share), and puts what became of it into the plan.';
