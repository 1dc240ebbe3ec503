-- The import of communes, second part: the plan (18_plan_communes) is carried out. Nothing is deleted.

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
  SET valid_to = greatest(import_vintage, commune.valid_from), fate = planned.action
  FROM pg_temp.commune_planned AS planned
  WHERE planned.held_id = commune.id
    AND planned.action <> 'unchanged';

  WITH fresh AS (
    INSERT INTO commune (country, code, name, names, vintage, valid_from, source, geom)
    SELECT
      import_country, staged.code, staged.name, staged.names, import_vintage, import_vintage,
      COALESCE(import_source, staged.file), staged.geom
    FROM pg_temp.commune_planned AS planned
    JOIN pg_temp.commune_staged AS staged USING (file, position)
    WHERE planned.action <> 'unchanged'
    -- Neighbours by number are neighbours on disk.
    ORDER BY staged.code
    RETURNING id
  )
  SELECT COALESCE(array_agg(fresh.id), '{}') INTO opened FROM fresh;

  INSERT INTO commune_succession (commune_id, successor_id, share)
  SELECT heir.held_id, taker.id, least(heir.share, 1)
  FROM pg_temp.commune_heir AS heir
  JOIN commune AS taker
    ON taker.country = import_country AND taker.code = heir.code AND taker.valid_to IS NULL;

  UPDATE commune
  SET successor_id = chief.successor_id
  FROM (
    SELECT DISTINCT ON (heir.held_id) heir.held_id, taker.id AS successor_id
    FROM pg_temp.commune_heir AS heir
    JOIN commune AS taker
      ON taker.country = import_country AND taker.code = heir.code AND taker.valid_to IS NULL
    ORDER BY heir.held_id, heir.share DESC, heir.code
  ) AS chief
  WHERE chief.held_id = commune.id;

  -- What comes next joins all of France: the planner should know that it is there.
  IF cardinality(opened) > 0 THEN
    ANALYZE commune;
  END IF;
  RETURN opened;
END
$$;
COMMENT ON FUNCTION nearness.apply_communes(text, integer, text) IS
  'Carries out the plan: closes rows with their fate and names their successors, opens new rows, confirms the unchanged for this vintage. '
  'Returns the ids of the rows it opened. Source null: each row bears the name of its file.';
