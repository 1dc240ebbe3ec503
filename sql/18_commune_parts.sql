-- What stands inside communes: municipal arrondissements, associated and delegated communes. After the communes themselves
-- are stored, what was set aside (17) is compared and stored in the same way. Nobody's commune depends on it.

CREATE OR REPLACE FUNCTION nearness.plan_parts(import_country text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE AS $$
BEGIN
  CREATE TEMPORARY TABLE commune_part_planned ON COMMIT DROP AS
  SELECT
    staged.kind, staged.code, staged.within, staged.file, staged.position, staged.repair, held.id AS held_id,
    CASE
      WHEN staged.refusal IS NOT NULL OR around.id IS NULL THEN 'rejected'
      WHEN held.id IS NULL THEN 'added'
      WHEN held.geom = staged.geom AND held.name = staged.name AND held.commune_code = staged.within THEN 'confirmed'
      ELSE 'changed'
    END AS action,
    COALESCE(
      staged.refusal,
      CASE
        WHEN around.id IS NULL THEN format('its commune %s is not there', staged.within)
        WHEN held.id IS NOT NULL THEN nullif(concat_ws(
          ', ',
          CASE WHEN NOT held.geom = staged.geom THEN 'reshaped' END,
          CASE WHEN held.name <> staged.name THEN format('renamed: was %s', held.name) END,
          CASE WHEN held.commune_code <> staged.within THEN format('was in %s', held.commune_code) END), '')
      END) AS reason
  FROM pg_temp.commune_part_staged AS staged
  LEFT JOIN commune AS around
    ON around.country = import_country AND around.code = staged.within AND around.valid_to IS NULL
  LEFT JOIN commune_part AS held
    ON held.country = import_country AND held.kind = staged.kind AND held.code = staged.code AND held.valid_to IS NULL;

  INSERT INTO pg_temp.commune_part_planned (kind, code, within, held_id, action, reason)
  SELECT
    absent.kind, absent.code, absent.commune_code, absent.id, 'closed',
    CASE WHEN around.id IS NULL THEN 'its commune is there no longer' ELSE 'there no longer' END
  FROM commune_part AS absent
  LEFT JOIN commune AS around
    ON around.country = import_country AND around.code = absent.commune_code AND around.valid_to IS NULL
  WHERE absent.country = import_country
    AND absent.valid_to IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM pg_temp.commune_part_staged AS staged WHERE staged.kind = absent.kind AND staged.code = absent.code)
    AND (
      around.id IS NULL
      -- The file speaks of such parts, and of this commune.
      OR (
        EXISTS (SELECT 1 FROM pg_temp.commune_part_staged AS staged WHERE staged.kind = absent.kind)
        AND (
          EXISTS (SELECT 1 FROM pg_temp.commune_staged AS staged WHERE staged.code = absent.commune_code)
          OR EXISTS (SELECT 1 FROM pg_temp.commune_part_staged AS staged WHERE staged.within = absent.commune_code)
        )
      )
    );
END
$$;
COMMENT ON FUNCTION nearness.plan_parts(text) IS
  'Compares the staged parts of communes with the current ones, one row a part: added, changed, confirmed, closed or rejected, and '
  'why. Closed are those absent from a file that has parts of their kind and their commune, and those whose commune is gone.';

CREATE OR REPLACE FUNCTION nearness.part_import_refusal(import_vintage integer) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE AS $$
BEGIN
  RETURN (
    SELECT format(
      'vintage %s is older than what is already there: %s %s is of %s', import_vintage, held.kind, held.code, held.vintage)
    FROM pg_temp.commune_part_planned AS planned
    JOIN commune_part AS held ON held.id = planned.held_id
    WHERE held.vintage > import_vintage
    ORDER BY held.vintage DESC, held.code
    LIMIT 1
  );
END
$$;
COMMENT ON FUNCTION nearness.part_import_refusal(integer) IS
  'Why the planned parts must not go in as a whole; null when they may.';

CREATE OR REPLACE FUNCTION nearness.apply_parts(import_country text, import_vintage integer, import_source text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  UPDATE commune_part
  SET vintage = import_vintage
  FROM pg_temp.commune_part_planned AS planned
  WHERE planned.held_id = commune_part.id
    AND planned.action = 'confirmed'
    AND commune_part.vintage < import_vintage;

  UPDATE commune_part
  SET valid_to = import_vintage
  FROM pg_temp.commune_part_planned AS planned
  WHERE planned.held_id = commune_part.id
    AND planned.action IN ('changed', 'closed');

  INSERT INTO commune_part (country, kind, code, name, commune_code, vintage, valid_from, source, geom)
  SELECT
    import_country, staged.kind, staged.code, staged.name, staged.within, import_vintage, import_vintage,
    COALESCE(import_source, staged.file), staged.geom
  FROM pg_temp.commune_part_planned AS planned
  JOIN pg_temp.commune_part_staged AS staged USING (kind, code, file, position)
  WHERE planned.action IN ('added', 'changed')
  ORDER BY staged.kind, staged.code;
END
$$;
COMMENT ON FUNCTION nearness.apply_parts(text, integer, text) IS
  'Carries out the plan of parts: confirms for this vintage, closes, opens. Source null: each row bears the name of its file.';

CREATE OR REPLACE FUNCTION nearness.count_part_changes() RETURNS TABLE (
  added bigint, changed bigint, closed bigint, confirmed bigint, rejected bigint)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  RETURN QUERY
  SELECT
    count(*) FILTER (WHERE p.action = 'added'),
    count(*) FILTER (WHERE p.action = 'changed'),
    count(*) FILTER (WHERE p.action = 'closed'),
    count(*) FILTER (WHERE p.action = 'confirmed'),
    count(*) FILTER (WHERE p.action = 'rejected')
  FROM pg_temp.commune_part_planned AS p;
END
$$;
COMMENT ON FUNCTION nearness.count_part_changes() IS 'The import''s summary: parts of communes by what becomes of them.';

CREATE OR REPLACE FUNCTION nearness.list_part_changes() RETURNS TABLE (code text, reason text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
  RETURN QUERY
  SELECT
    p.code,
    CASE p.action
      WHEN 'rejected' THEN format('%s rejected: %s (%s, row %s)', p.kind, p.reason, p.file, p.position + 1)
      ELSE concat_ws('; ', format('%s of %s', p.kind, p.within) || CASE p.action
        WHEN 'closed' THEN ' closed: ' || p.reason
        WHEN 'changed' THEN ' ' || p.reason
        ELSE '' END, 'repaired: ' || p.repair)
    END
  FROM pg_temp.commune_part_planned AS p
  WHERE p.action IN ('changed', 'closed', 'rejected') OR p.repair IS NOT NULL
  ORDER BY p.code NULLS LAST, p.kind, p.file, p.position;
END
$$;
COMMENT ON FUNCTION nearness.list_part_changes() IS
  'Each part of a commune that is not plain, and why: changed, closed, rejected or repaired.';

CREATE OR REPLACE FUNCTION nearness.parts_at(place geometry) RETURNS TABLE (kind text, code text, name text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT DISTINCT ON (part.kind) part.kind, part.code, part.name
  FROM commune AS around
  JOIN commune_part AS part ON part.country = around.country AND part.commune_code = around.code AND part.valid_to IS NULL
  WHERE around.id = nearness.commune_at(parts_at.place)
    AND ST_Covers(part.geom, parts_at.place)
  ORDER BY part.kind, part.code COLLATE "C";
END;
COMMENT ON FUNCTION nearness.parts_at(geometry) IS
  'Where inside its commune a place (EPSG:4326) lies: one part of each kind, border included, the least code first in byte order.';
