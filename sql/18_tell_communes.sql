-- The import of communes, third part: what its summary says, read from the plan.

CREATE OR REPLACE FUNCTION nearness.count_commune_changes() RETURNS TABLE (
  read bigint, added bigint, renamed bigint, reshaped bigint, merged bigint, split bigint, recoded bigint, unchanged bigint,
  repaired bigint, rejected bigint)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  RETURN QUERY
  SELECT
    COALESCE(staged.read, 0), planned.added, planned.renamed, planned.reshaped, planned.merged, planned.split, planned.recoded,
    planned.unchanged, staged.repaired, COALESCE(staged.rejected, 0)
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
      count(*) FILTER (WHERE p.action = 'merged') AS merged,
      count(*) FILTER (WHERE p.action = 'split') AS split,
      count(*) FILTER (WHERE p.action = 'recoded') AS recoded,
      count(*) FILTER (WHERE p.action = 'unchanged') AS unchanged
    FROM pg_temp.commune_planned AS p
  ) AS planned;
END
$$;
COMMENT ON FUNCTION nearness.count_commune_changes() IS
  'The import''s summary: rows of the file that were read and rejected, communes of each kind of change.';

CREATE OR REPLACE FUNCTION nearness.percent(share double precision) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN share > 0 AND share < 0.005 THEN 'under 1 %' ELSE format('%s %%', round(100 * share)) END;
COMMENT ON FUNCTION nearness.percent(double precision) IS 'A share (0 to 1) as an operator reads it: whole per cents.';

CREATE OR REPLACE FUNCTION nearness.commune_heirs_told(of_held bigint, own_code text, action text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE AS $$
BEGIN
  RETURN (
    SELECT
      CASE action
        WHEN 'merged' THEN 'merged into ' || string_agg(format('%s (%s)', heir.code, heir.part), ', ' ORDER BY heir.place)
        WHEN 'recoded' THEN 'is now ' || min(heir.code) || ', same ground'
        WHEN 'split' THEN 'split: ' || string_agg(format(
          CASE WHEN heir.code = own_code THEN '%s stays %s' ELSE '%s is now %s' END, heir.part, heir.code), ', ' ORDER BY heir.place)
        ELSE string_agg(format('%s is now %s', heir.part, heir.code), ', ' ORDER BY heir.place) FILTER (WHERE heir.code <> own_code)
      END
      || CASE WHEN action IN ('merged', 'split') AND sum(heir.share) < 0.95 THEN '; the rest lies elsewhere' ELSE '' END
    FROM (
      SELECT one.code, one.share, nearness.percent(one.share) AS part,
        row_number() OVER (ORDER BY one.code <> own_code, one.share DESC, one.code) AS place
      FROM pg_temp.commune_heir AS one
      WHERE one.held_id = of_held
    ) AS heir
  );
END
$$;
COMMENT ON FUNCTION nearness.commune_heirs_told(bigint, text, text) IS
  'Who has the ground of a planned commune, in words, its own code first, then by shares; null when it has all of it itself.';

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
        WHEN 'reshaped' THEN concat_ws(
          '; ', concat('reshaped', ' and renamed: was ' || p.name_before), nearness.commune_heirs_told(p.held_id, p.code, p.action))
        ELSE nearness.commune_heirs_told(p.held_id, p.code, p.action)
      END
    FROM pg_temp.commune_planned AS p
    WHERE p.action NOT IN ('unchanged', 'added', 'takes over')
    UNION ALL
    SELECT w.code, NULL, NULL, w.reason FROM pg_temp.commune_warning AS w
  ) AS told
  ORDER BY told.code NULLS LAST, told.file, told.position, told.reason;
END
$$;
COMMENT ON FUNCTION nearness.list_commune_changes() IS
  'Each commune of an import that is not plain, and why: rejected, repaired, renamed, reshaped, merged, split, recoded; and warnings.';
