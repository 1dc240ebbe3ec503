-- Official quarters as proposed neighbourhoods (docs/decisions/009): staged, compared, stored, told.

CREATE OR REPLACE FUNCTION nearness.stage_quarters() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  CREATE TEMPORARY TABLE quarter_staged (
    position integer NOT NULL,
    kind text NOT NULL,
    code text COLLATE "C",
    name text,
    commune_code text COLLATE "C",
    place text,
    refusal text,
    repair text,
    anchor bigint,
    cover bigint[],
    geom geometry(MultiPolygon, 4326),
    commune_id bigint,
    shown text
  ) ON COMMIT DROP;
END
$$;
COMMENT ON FUNCTION nearness.stage_quarters() IS
  'Makes the empty table that an import copies into: one row a quarter, with code and name of its commune as the file has them; `kind` is '
  'whole_commune for rural IRIS; `refusal` says why it cannot serve (then anchor and cover are null). '
  '`commune_id` and `shown`, its name here, are found afterwards.';

CREATE OR REPLACE FUNCTION nearness.name_quarters(of_scheme text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  UPDATE pg_temp.quarter_staged AS staged
  SET commune_id = nearness.commune_at(ST_PointOnSurface(staged.geom)), shown = staged.name
  WHERE staged.geom IS NOT NULL;
  -- Else the planner takes it for small.
  ANALYZE pg_temp.quarter_staged;
  WITH
  named AS (
    SELECT staged.code, staged.name, nearness.plain_name(staged.name) AS plain,
      coalesce(staged.place, commune.name, staged.commune_code) AS place
    FROM pg_temp.quarter_staged AS staged
    LEFT JOIN commune ON commune.id = staged.commune_id
    WHERE staged.refusal IS NULL
  ),
  held AS MATERIALIZED (
    SELECT neighbourhood.name
    FROM neighbourhood
    WHERE neighbourhood.scheme = of_scheme AND neighbourhood.state <> 'archived'
      AND NOT EXISTS (SELECT FROM named WHERE named.code = neighbourhood.official_code)
  ),
  counted AS (
    SELECT named.code, named.name, named.place,
      count(*) OVER (PARTITION BY named.plain) + (
        -- One that is here may bear its commune's name behind already.
        SELECT count(*)
        FROM held
        WHERE nearness.plain_name(left(held.name, length(named.name))) = named.plain
          AND substr(held.name, length(named.name) + 1, 2) IN ('', ', ')
      ) AS namesakes,
      count(*) OVER (PARTITION BY named.plain, nearness.plain_name(named.place)) AS in_place
    FROM named
  )
  UPDATE pg_temp.quarter_staged AS staged
  SET shown = left(concat_ws(', ', counted.name, counted.place), 64)
    || CASE WHEN counted.in_place > 1 OR counted.place IS NULL THEN ' (' || counted.code || ')' ELSE '' END
  FROM counted
  WHERE staged.code = counted.code AND counted.namesakes > 1 AND staged.refusal IS NULL;
END
$$;
COMMENT ON FUNCTION nearness.name_quarters(text) IS
  'Finds the commune of each staged quarter, and sets how it is called here: its name, with the commune behind it if another one has the same, and the code if that is not enough.';

CREATE OR REPLACE FUNCTION nearness.plan_quarters(of_scheme text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
BEGIN
  -- Who supports or opens one of them meanwhile waits.
  PERFORM FROM neighbourhood WHERE scheme = of_scheme AND state <> 'archived' ORDER BY id FOR UPDATE;
  PERFORM nearness.name_quarters(of_scheme);
  CREATE TEMPORARY TABLE quarter_plan ON COMMIT DROP AS
  SELECT held.id, staged.code, held.vintage AS held_vintage,
    CASE
      WHEN held.id IS NULL THEN 'added'
      WHEN held.name = staged.shown AND ST_OrderingEquals(held.geom, staged.geom) THEN 'unchanged'
      WHEN held.state = 'open' THEN 'left'
      WHEN ST_OrderingEquals(held.geom, staged.geom) THEN 'renamed'
      ELSE 'redrawn'
    END AS change,
    CASE
      WHEN held.name <> staged.shown THEN format('%s, until now %s', staged.shown, held.name)
      ELSE staged.shown
    END AS told
  FROM pg_temp.quarter_staged AS staged
  LEFT JOIN neighbourhood AS held
    ON held.scheme = of_scheme AND held.official_code = staged.code AND held.state <> 'archived'
  WHERE staged.refusal IS NULL;

  INSERT INTO pg_temp.quarter_plan (id, code, held_vintage, change, told)
  WITH missing AS MATERIALIZED (
    -- Apart, so that the ground of those alone is looked at.
    SELECT held.*
    FROM neighbourhood AS held
    WHERE held.scheme = of_scheme AND held.state <> 'archived'
      AND NOT EXISTS (SELECT FROM pg_temp.quarter_staged AS staged WHERE staged.code = held.official_code)
  )
  SELECT missing.id, missing.official_code, missing.vintage,
    CASE
      WHEN missing.state = 'open' OR EXISTS (SELECT FROM support WHERE support.neighbourhood_id = missing.id) THEN 'left'
      ELSE 'deleted'
    END,
    missing.name
  FROM missing
  WHERE nearness.quarters_speak_for(missing.geom);
END
$$;
COMMENT ON FUNCTION nearness.plan_quarters(text) IS
  'Compares what is staged with the living quarters of a scheme, and locks these: makes the table quarter_plan, one row a quarter with what is to happen.';

CREATE OR REPLACE FUNCTION nearness.quarters_speak_for(area geometry) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
  RETURN nearness.commune_at(ST_PointOnSurface(area)) IN (
      SELECT staged.commune_id FROM pg_temp.quarter_staged AS staged
    )
    OR 2 * (
      SELECT coalesce(ST_Area(ST_Union(ST_Intersection(staged.geom, area))), 0)
      FROM pg_temp.quarter_staged AS staged
      WHERE ST_Intersects(staged.geom, area)
    ) >= ST_Area(area);
END
$$;
COMMENT ON FUNCTION nearness.quarters_speak_for(geometry) IS
  'Whether a quarter that the file does not name is gone: the file has quarters, rejected ones too, in its commune, or on half of its ground.';

CREATE OR REPLACE FUNCTION nearness.apply_quarters(of_scheme text, of_vintage integer, of_source text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE AS $$
DECLARE
  outside integer;
BEGIN
  INSERT INTO neighbourhood (name, geom, anchor, cover, scheme, official_code, source, vintage)
  SELECT staged.shown, staged.geom, staged.anchor, staged.cover, of_scheme, staged.code, of_source, of_vintage
  FROM pg_temp.quarter_staged AS staged
  JOIN pg_temp.quarter_plan AS plan USING (code)
  WHERE plan.change = 'added' AND staged.refusal IS NULL
  ORDER BY staged.code;

  UPDATE neighbourhood AS held
  SET name = staged.shown, geom = staged.geom, anchor = staged.anchor, cover = staged.cover, source = of_source,
    vintage = of_vintage, version = held.version + (plan.change = 'redrawn')::integer
  FROM pg_temp.quarter_staged AS staged
  JOIN pg_temp.quarter_plan AS plan USING (code)
  WHERE held.id = plan.id AND plan.change IN ('renamed', 'redrawn') AND staged.refusal IS NULL;

  UPDATE neighbourhood AS held
  SET vintage = of_vintage
  FROM pg_temp.quarter_plan AS plan
  WHERE held.id = plan.id AND plan.change = 'unchanged' AND held.vintage < of_vintage;

  DELETE FROM neighbourhood AS held
  USING pg_temp.quarter_plan AS plan
  WHERE held.id = plan.id AND plan.change = 'deleted';

  WITH
  lost AS (
    DELETE FROM support
    USING pg_temp.quarter_plan AS plan, neighbourhood AS held
    WHERE plan.change = 'redrawn' AND held.id = plan.id AND support.neighbourhood_id = held.id
      AND NOT nearness.home_in(support.member_id, held.geom)
    RETURNING support.member_id, held.name
  ),
  told AS (
    INSERT INTO notice (member_id, kind, about)
    SELECT lost.member_id, 'quarter_redrawn', jsonb_build_object('name', lost.name, 'scheme', of_scheme, 'vintage', of_vintage::text)
    FROM lost
    RETURNING notice.id
  )
  SELECT count(*) INTO outside FROM told;
  RETURN outside;
END
$$;
COMMENT ON FUNCTION nearness.apply_quarters(text, integer, text) IS
  'Carries quarter_plan out. Supporters whose home a redrawn quarter no longer covers lose their support and get a notice; returns how many.';

CREATE OR REPLACE FUNCTION nearness.quarter_import_refusal(of_vintage integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
BEGIN
  RETURN coalesce(
    (
      SELECT format('%s is held of %s already: import a vintage of that year or later', plan.code, plan.held_vintage)
      FROM pg_temp.quarter_plan AS plan
      WHERE plan.held_vintage > of_vintage
      ORDER BY plan.held_vintage DESC, plan.code
      LIMIT 1
    ),
    (
      SELECT format('no quarter can serve: %s', coalesce(min(staged.refusal), 'the file has none of these communes'))
      FROM pg_temp.quarter_staged AS staged
      HAVING count(*) FILTER (WHERE staged.refusal IS NULL) = 0
    )
  );
END
$$;
COMMENT ON FUNCTION nearness.quarter_import_refusal(integer) IS 'Why what is staged and planned must not be stored; null: nothing is against it.';

CREATE OR REPLACE FUNCTION nearness.count_quarter_changes()
RETURNS TABLE (
  read bigint, added bigint, renamed bigint, redrawn bigint, deleted bigint, unchanged bigint, "left" bigint,
  repaired bigint, left_out bigint, rejected bigint
)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1 AS $$
BEGIN
  RETURN QUERY
  SELECT staged.read, plan.added, plan.renamed, plan.redrawn, plan.deleted, plan.unchanged, plan.stays,
    staged.repaired, staged.left_out, staged.rejected
  FROM (
    SELECT count(*) AS read, count(*) FILTER (WHERE s.repair IS NOT NULL AND s.refusal IS NULL) AS repaired,
      count(*) FILTER (WHERE s.kind = 'whole_commune') AS left_out,
      count(*) FILTER (WHERE s.refusal IS NOT NULL AND s.kind <> 'whole_commune') AS rejected
    FROM pg_temp.quarter_staged AS s
  ) AS staged,
  (
    SELECT count(*) FILTER (WHERE p.change = 'added') AS added, count(*) FILTER (WHERE p.change = 'renamed') AS renamed,
      count(*) FILTER (WHERE p.change = 'redrawn') AS redrawn, count(*) FILTER (WHERE p.change = 'deleted') AS deleted,
      count(*) FILTER (WHERE p.change = 'unchanged') AS unchanged, count(*) FILTER (WHERE p.change = 'left') AS stays
    FROM pg_temp.quarter_plan AS p
  ) AS plan;
END
$$;
COMMENT ON FUNCTION nearness.count_quarter_changes() IS 'The summary of an import: rows of the file, and what happens to quarters.';

CREATE OR REPLACE FUNCTION nearness.list_quarter_changes() RETURNS TABLE (code text, reason text)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 100 AS $$
BEGIN
  RETURN QUERY
  SELECT listed.code, listed.reason
  FROM (
    SELECT plan.code, format(
      CASE plan.change
        WHEN 'renamed' THEN 'renamed: %s'
        WHEN 'redrawn' THEN 'redrawn: %s'
        WHEN 'deleted' THEN 'gone: %s'
        ELSE CASE
          WHEN staged.code IS NULL THEN 'gone, but people are there or want it: %s stays'
          ELSE 'open: %s stays as it is, its outline or name is for its members to change'
        END
      END, plan.told) AS reason
    FROM pg_temp.quarter_plan AS plan
    LEFT JOIN pg_temp.quarter_staged AS staged ON staged.code = plan.code AND staged.refusal IS NULL
    WHERE plan.change NOT IN ('added', 'unchanged')
    UNION ALL
    SELECT staged.code, format('rejected: %s: %s', coalesce(staged.name, 'no name'), staged.refusal)
    FROM pg_temp.quarter_staged AS staged
    WHERE staged.refusal IS NOT NULL AND staged.kind <> 'whole_commune'
  ) AS listed
  ORDER BY listed.code COLLATE "C", listed.reason;
END
$$;
COMMENT ON FUNCTION nearness.list_quarter_changes() IS 'A line for each quarter that is not plain: code and what is to be said of it.';
