-- The import of communes, set-wise: what was staged (17) is planned, then applied. The summary is read from the plan, which a dry
-- run makes in the same way. All of it lives in temporary tables of the importing transaction.

CREATE OR REPLACE FUNCTION nearness.plan_communes(import_country text) RETURNS void
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
    CASE WHEN held.name <> staged.name THEN held.name END AS name_before,
    staged.code AS successor_code,
    NULL::double precision AS share
  FROM pg_temp.commune_staged AS staged
  LEFT JOIN commune AS held
    ON held.country = import_country AND held.code = staged.code AND held.valid_to IS NULL
  WHERE staged.refusal IS NULL;

  IF NOT EXISTS (
    SELECT 1 FROM commune
    WHERE country = import_country AND valid_to IS NULL
      AND NOT EXISTS (SELECT 1 FROM pg_temp.commune_staged AS staged WHERE staged.code = commune.code)
  ) THEN
    RETURN;
  END IF;

  CREATE INDEX ON pg_temp.commune_staged USING gist (geom);

  INSERT INTO pg_temp.commune_planned (code, action, held_id, successor_code, share)
  SELECT absent.code, 'closed', absent.id, heir.code, heir.share
  FROM commune AS absent
  CROSS JOIN LATERAL (
    -- Shares of one commune's ground: planar areas serve, since every part is stretched alike.
    SELECT
      (array_agg(part.code ORDER BY ST_Area(part.geom) DESC, part.code))[1] AS code,
      max(ST_Area(part.geom)) / ST_Area(absent.geom) AS share,
      ST_Area(ST_Union(part.geom)) / ST_Area(absent.geom) AS covered
    FROM (
      SELECT staged.code, ST_CollectionExtract(ST_Intersection(staged.geom, absent.geom), 3) AS geom
      FROM pg_temp.commune_staged AS staged
      WHERE staged.geom && absent.geom
    ) AS part
  ) AS heir
  WHERE absent.country = import_country
    AND absent.valid_to IS NULL
    AND NOT EXISTS (SELECT 1 FROM pg_temp.commune_staged AS staged WHERE staged.code = absent.code)
    AND heir.covered >= 0.5;
END
$$;
COMMENT ON FUNCTION nearness.plan_communes(text) IS
  'Compares what was staged with the current communes of a country, one row a commune: added, renamed, reshaped (also when renamed '
  'too), unchanged, or closed. Closed are those absent from the file of whose ground the file covers at least half; the '
  'successor covers most of it. Absent ones that it does not cover are left alone: a file may hold one region.';

CREATE OR REPLACE FUNCTION nearness.commune_import_refusal(
  import_country text, import_vintage integer, import_source text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
  RETURN COALESCE(
    (
      SELECT format('%s has real boundaries already: the demonstration would hide them', import_country)
      FROM commune
      WHERE import_source = 'demonstration'
        AND commune.country = import_country AND commune.valid_to IS NULL AND commune.source <> 'demonstration'
      LIMIT 1
    ),
    (
      SELECT format(
        'vintage %s is older than what is already there: %s is of %s', import_vintage, held.code, held.vintage)
      FROM pg_temp.commune_planned AS planned
      JOIN commune AS held ON held.id = planned.held_id
      -- The demonstration makes way for any real boundaries.
      WHERE held.vintage > import_vintage AND held.source <> 'demonstration'
      ORDER BY held.vintage DESC, held.code
      LIMIT 1
    )
  );
END
$$;
COMMENT ON FUNCTION nearness.commune_import_refusal(text, integer, text) IS
  'Why what was staged and planned must not go in as a whole; null when it may.';

CREATE OR REPLACE FUNCTION nearness.apply_communes(import_country text, import_vintage integer, import_source text)
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
DECLARE
  opened bigint[];
BEGIN
  UPDATE commune
  SET vintage = import_vintage
  FROM pg_temp.commune_planned AS planned
  WHERE planned.held_id = commune.id
    AND planned.action = 'unchanged'
    AND commune.vintage < import_vintage;

  -- What a real file confirms is a demonstration no longer.
  UPDATE commune
  SET vintage = import_vintage, valid_from = import_vintage, source = COALESCE(import_source, planned.file)
  FROM pg_temp.commune_planned AS planned
  WHERE planned.held_id = commune.id
    AND planned.action = 'unchanged'
    AND commune.source = 'demonstration'
    AND import_source IS DISTINCT FROM 'demonstration';

  UPDATE commune
  -- A demonstration may bear a later year than what replaces it.
  SET valid_to = greatest(import_vintage, commune.valid_from)
  FROM pg_temp.commune_planned AS planned
  WHERE planned.held_id = commune.id
    AND planned.action IN ('renamed', 'reshaped', 'closed');

  WITH fresh AS (
    INSERT INTO commune (country, code, name, names, vintage, valid_from, source, geom)
    SELECT
      import_country, staged.code, staged.name, staged.names, import_vintage, import_vintage,
      COALESCE(import_source, staged.file), staged.geom
    FROM pg_temp.commune_planned AS planned
    JOIN pg_temp.commune_staged AS staged USING (file, position)
    WHERE planned.action IN ('added', 'renamed', 'reshaped')
    -- Neighbours by number are neighbours on disk.
    ORDER BY staged.code
    RETURNING id
  )
  SELECT COALESCE(array_agg(fresh.id), '{}') INTO opened FROM fresh;

  UPDATE commune
  SET successor_id = heir.id
  FROM pg_temp.commune_planned AS planned
  JOIN commune AS heir
    ON heir.country = import_country AND heir.code = planned.successor_code AND heir.valid_to IS NULL
  WHERE planned.held_id = commune.id
    AND planned.action IN ('renamed', 'reshaped', 'closed');

  -- What comes next joins all of France: the planner should know that it is there.
  IF cardinality(opened) > 0 THEN
    ANALYZE commune;
  END IF;
  RETURN opened;
END
$$;
COMMENT ON FUNCTION nearness.apply_communes(text, integer, text) IS
  'Carries out the plan: closes rows and names their successors, opens new rows, confirms the unchanged for this vintage. '
  'Returns the ids of the rows it opened. Source null: each row bears the name of its file.';

CREATE OR REPLACE FUNCTION nearness.count_commune_changes() RETURNS TABLE (
  read bigint, added bigint, renamed bigint, reshaped bigint, closed bigint, unchanged bigint, repaired bigint, rejected bigint)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  RETURN QUERY
  SELECT
    COALESCE(staged.read, 0), planned.added, planned.renamed, planned.reshaped, planned.closed, planned.unchanged,
    staged.repaired, COALESCE(staged.rejected, 0)
  FROM (
    SELECT
      sum(s.parts) AS read,
      count(*) FILTER (WHERE s.repair IS NOT NULL AND s.refusal IS NULL) AS repaired,
      sum(s.parts) FILTER (WHERE s.refusal IS NOT NULL) AS rejected
    FROM pg_temp.commune_staged AS s
  ) AS staged
  CROSS JOIN (
    SELECT
      count(*) FILTER (WHERE p.action = 'added') AS added,
      count(*) FILTER (WHERE p.action = 'renamed') AS renamed,
      count(*) FILTER (WHERE p.action = 'reshaped') AS reshaped,
      count(*) FILTER (WHERE p.action = 'closed') AS closed,
      count(*) FILTER (WHERE p.action = 'unchanged') AS unchanged
    FROM pg_temp.commune_planned AS p
  ) AS planned;
END
$$;
COMMENT ON FUNCTION nearness.count_commune_changes() IS
  'The import''s summary: rows of the file that were read and rejected, communes of each kind of change.';

CREATE OR REPLACE FUNCTION nearness.list_commune_changes() RETURNS TABLE (code text, reason text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
  RETURN QUERY
  SELECT told.code, told.reason
  FROM (
    SELECT
      s.code, s.file, s.position,
      CASE
        WHEN s.refusal IS NOT NULL THEN format('rejected: %s (%s, row %s)', s.refusal, s.file, s.position + 1)
        ELSE format('repaired: %s', s.repair)
      END AS reason
    FROM pg_temp.commune_staged AS s
    WHERE s.refusal IS NOT NULL OR s.repair IS NOT NULL
    UNION ALL
    SELECT
      p.code, p.file, p.position,
      CASE p.action
        WHEN 'renamed' THEN format('renamed: was %s', p.name_before)
        WHEN 'reshaped' THEN 'reshaped' || COALESCE(format(' and renamed: was %s', p.name_before), '')
        ELSE format('closed: %s %% of it is now %s', round(100 * p.share), p.successor_code)
      END
    FROM pg_temp.commune_planned AS p
    WHERE p.action IN ('renamed', 'reshaped', 'closed')
  ) AS told
  ORDER BY told.code NULLS LAST, told.file, told.position, told.reason;
END
$$;
COMMENT ON FUNCTION nearness.list_commune_changes() IS
  'Each commune of an import that is not plain, and why: rejected, repaired, renamed, reshaped or closed.';
