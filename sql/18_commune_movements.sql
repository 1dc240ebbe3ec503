-- The import of communes: what INSEE's movement file says about who succeeds whom. It wins over what the ground says (decision 007).

CREATE OR REPLACE FUNCTION nearness.stage_movements() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  CREATE TEMPORARY TABLE commune_movement (
    effective date NOT NULL,
    before text COLLATE "C" NOT NULL,
    after text COLLATE "C" NOT NULL,
    recoding boolean NOT NULL
  ) ON COMMIT DROP;
END
$$;
COMMENT ON FUNCTION nearness.stage_movements() IS
  'Makes the empty table for a movement file: from one code to another on a day; recoding: the same commune under another number.';

CREATE OR REPLACE FUNCTION nearness.movement_heirs(import_country text)
RETURNS TABLE (held_id bigint, code text, recoding boolean)
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE AS $$
BEGIN
  RETURN QUERY
  WITH RECURSIVE line AS (
    SELECT held.id, held.code, make_date(held.vintage, 1, 1) AS day, true AS recoding, false AS begun
    FROM commune AS held
    WHERE held.country = import_country AND held.valid_to IS NULL
      AND held.code IN (SELECT m.before FROM pg_temp.commune_step AS m)
    -- Whatever leads to one code on one day is one line: a file of circles ends, too.
    UNION
    SELECT line.id, step.after, step.effective, line.recoding AND step.recoding, true
    FROM line
    CROSS JOIN LATERAL (
      SELECT m.*, min(m.effective) OVER () AS first
      FROM pg_temp.commune_step AS m
      WHERE m.before = line.code
        AND (m.effective > line.day OR (m.effective = line.day AND line.begun AND NOT m.keeps))
    ) AS step
    WHERE step.effective = step.first
  )
  SELECT line.id::bigint, line.code, bool_and(line.recoding)
  FROM line
  WHERE line.begun
    AND NOT EXISTS (
      SELECT FROM pg_temp.commune_step AS m
      WHERE m.before = line.code
        AND (m.effective > line.day OR (m.effective = line.day AND NOT m.keeps))
    )
  GROUP BY line.id, line.code;
END
$$;
COMMENT ON FUNCTION nearness.movement_heirs(text) IS
  'Where the staged movements (commune_step) lead each current commune from 1 January of its vintage on, that day excluded, one step after '
  'the other; recoding: every step only changed the number.';

CREATE OR REPLACE FUNCTION nearness.hear_movements(import_country text, import_vintage integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET jit = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_temp.commune_movement) THEN
    RETURN;
  END IF;

  CREATE TEMPORARY TABLE commune_step ON COMMIT DROP AS
  SELECT DISTINCT m.effective, m.before, m.after, m.recoding,
    -- A step on the same day goes on only from a code that this day does not keep: 49144 to 44225, and that one into 44180.
    bool_or(m.before = m.after) OVER (PARTITION BY m.before, m.effective) AS keeps
  FROM pg_temp.commune_movement AS m
  WHERE m.effective <= make_date(import_vintage, 1, 1);
  CREATE INDEX ON pg_temp.commune_step (before);
  ANALYZE pg_temp.commune_step;

  CREATE TEMPORARY TABLE commune_said ON COMMIT DROP AS
  SELECT
    held.id AS held_id, held.code AS held_code, taker.code, taker.file, taker.position, heir.recoding, named.action,
    bool_or(heir.code = held.code) OVER (PARTITION BY held.id) AS stays
  FROM nearness.movement_heirs(import_country) AS heir
  JOIN commune AS held ON held.id = heir.held_id
  -- What the file does not hold cannot take anything over.
  JOIN pg_temp.commune_planned AS taker ON taker.code = heir.code
  LEFT JOIN pg_temp.commune_planned AS named ON named.held_id = held.id;
  -- Nor does a row that the file holds and that cannot serve go away.
  DELETE FROM pg_temp.commune_said AS said
  USING pg_temp.commune_staged AS staged
  WHERE staged.code = said.held_code AND staged.refusal IS NOT NULL;

  INSERT INTO pg_temp.commune_warning (code, reason)
  SELECT said.held_code, format(
    'warning: the movement file says that it went into %s; the file still has it, so it stays',
    string_agg(said.code, ', ' ORDER BY said.code))
  FROM pg_temp.commune_said AS said
  WHERE said.code <> said.held_code
    AND (said.action IN ('unchanged', 'renamed') OR (said.action = 'reshaped' AND NOT said.stays))
  GROUP BY said.held_code;

  INSERT INTO pg_temp.commune_heir AS heir (held_id, code, share, own, said, recoding)
  SELECT said.held_id, said.code,
    nearness.ratio(common.area, ST_Area(held.geom)), nearness.ratio(common.area, ST_Area(staged.geom)), true, said.recoding
  FROM pg_temp.commune_said AS said
  JOIN commune AS held ON held.id = said.held_id
  JOIN pg_temp.commune_staged AS staged USING (file, position)
  CROSS JOIN LATERAL (SELECT ST_Area(ST_Intersection(held.geom, staged.geom)) AS area OFFSET 0) AS common
  WHERE (said.action IS NULL OR (said.action = 'reshaped' AND said.stays))
    AND EXISTS (
      SELECT FROM pg_temp.commune_said AS other WHERE other.held_id = said.held_id AND other.code <> other.held_code
    )
  ON CONFLICT ON CONSTRAINT commune_heir_pkey DO UPDATE SET said = true, recoding = excluded.recoding;

  INSERT INTO pg_temp.commune_warning (code, reason)
  SELECT held.code, format(
    'warning: the movement file says that it went into %s, where under half of its ground lies (%s %%)',
    string_agg(heir.code, ', ' ORDER BY heir.code), round(100 * sum(heir.share)))
  FROM pg_temp.commune_heir AS heir
  JOIN commune AS held ON held.id = heir.held_id
  WHERE heir.said
  GROUP BY held.id, held.code
  HAVING sum(heir.share) < 0.5;
END
$$;
COMMENT ON FUNCTION nearness.hear_movements(text, integer) IS
  'Marks among the heirs those that the staged movements name (said), measures them, and notes where the ground or the file says otherwise.';
