-- What an import reads, before it is compared with anything: one row a boundary, in temporary tables of the importing transaction.

CREATE OR REPLACE FUNCTION nearness.stage_communes() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  CREATE TEMPORARY TABLE commune_staged (
    kind text NOT NULL,
    file text NOT NULL,
    position integer NOT NULL,
    parts integer NOT NULL,
    code text COLLATE "C",
    name text,
    names jsonb NOT NULL,
    within text COLLATE "C",
    refusal text,
    repair text,
    geom geometry(MultiPolygon, 4326)
  ) ON COMMIT DROP;
  -- Coordinates hardly compress: do not try.
  ALTER TABLE pg_temp.commune_staged ALTER COLUMN geom SET STORAGE EXTERNAL;
END
$$;
COMMENT ON FUNCTION nearness.stage_communes() IS
  'Makes the empty table that an import copies into: `parts` rows of the file, first of them at `position`, make one boundary; `kind` is '
  'commune, or arrondissement, associated, delegated `within` the commune of that code; `names` by language; `refusal` says why it '
  'cannot serve (then geom is null), `repair` what was wrong with its outline.';

CREATE OR REPLACE FUNCTION nearness.set_parts_aside() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  CREATE TEMPORARY TABLE commune_part_staged (LIKE pg_temp.commune_staged) ON COMMIT DROP;
  WITH part AS (
    DELETE FROM pg_temp.commune_staged WHERE kind <> 'commune' RETURNING *
  )
  INSERT INTO pg_temp.commune_part_staged SELECT * FROM part;
END
$$;
COMMENT ON FUNCTION nearness.set_parts_aside() IS
  'After the copying: what is no commune goes to a table of its own, so that commune_staged holds communes alone.';

CREATE OR REPLACE FUNCTION nearness.count_staged_faults() RETURNS TABLE (rejected bigint, repaired bigint)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  RETURN QUERY
  SELECT count(*) FILTER (WHERE staged.refusal IS NOT NULL), count(*) FILTER (WHERE staged.repair IS NOT NULL)
  FROM pg_temp.commune_staged AS staged;
END
$$;
COMMENT ON FUNCTION nearness.count_staged_faults() IS 'What a strict import refuses: communes left out, communes that had to be mended.';
