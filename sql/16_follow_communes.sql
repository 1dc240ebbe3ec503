-- After boundaries change: homes and posts go where the ground went.

CREATE OR REPLACE FUNCTION nearness.hold_communes() RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN pg_advisory_xact_lock_shared(hashtextextended('nearness.communes', 0));
COMMENT ON FUNCTION nearness.hold_communes() IS
  'Called first by whoever stores a commune_at() (a home, a post): until that transaction ends no import can finish, so none '
  'can close the commune in between unseen.';

CREATE OR REPLACE FUNCTION nearness.origin_after(closed_commune bigint, origin_cell bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(
    (
      SELECT nearness.current_commune(heir.id)
      FROM cell_outline
      JOIN commune AS old ON old.id = closed_commune
      JOIN commune_succession ON commune_succession.commune_id = old.id
      JOIN commune AS heir ON heir.id = commune_succession.successor_id
      CROSS JOIN LATERAL (SELECT ST_Centroid(cell_outline.geom) AS geom OFFSET 0) AS centre
      WHERE cell_outline.cell = origin_cell
        -- The centre of a coarse cell may lie in another commune, and then says nothing about this one.
        AND ST_Covers(old.geom, centre.geom)
        AND ST_Covers(heir.geom, centre.geom)
      ORDER BY heir.country COLLATE "C", heir.code COLLATE "C"
      LIMIT 1
    ),
    nearness.current_commune(closed_commune),
    closed_commune
  );
END;
COMMENT ON FUNCTION nearness.origin_after(bigint, bigint) IS
  'Sentence 8. The commune in which a post goes on that began in a closed one: the successor that covers the centre of its published '
  'cell (if the closed one covered it), else the chief successor; the closed one itself where it has none.';

CREATE OR REPLACE FUNCTION nearness.follow_communes(changed bigint[] DEFAULT '{}', OUT moved bigint, OUT told bigint)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Its plans look dear and are not: compiling them would take longer than they do.
SET jit = off AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('nearness.communes', 0));

  -- Asked once for each commune and cell, not for each post.
  WITH begun AS (
    SELECT DISTINCT post.origin_commune_id AS closed_id, post.origin_cell AS cell
    FROM post
    JOIN commune AS closed ON closed.id = post.origin_commune_id
    WHERE closed.valid_to IS NOT NULL
      AND closed.successor_id IS NOT NULL
  ),
  goes_on AS MATERIALIZED (
    SELECT begun.closed_id, coalesce(begun.cell, 0) AS cell, nearness.origin_after(begun.closed_id, begun.cell) AS heir_id FROM begun
  )
  UPDATE post
  SET origin_commune_id = goes_on.heir_id
  FROM goes_on
  WHERE goes_on.closed_id = post.origin_commune_id
    AND goes_on.cell = coalesce(post.origin_cell, 0);

  UPDATE watch_area
  SET commune_id = coalesce(nearness.current_commune(closed.id), closed.id)
  FROM commune AS closed
  WHERE closed.id = watch_area.commune_id
    AND closed.valid_to IS NOT NULL
    AND closed.successor_id IS NOT NULL;

  PERFORM nearness.follow_service_areas();

  -- Boundaries drive, not homes: of a million members each commune finds its own at once. All that can cover a home
  -- concerned lie about a commune that changed, or about a closed one where somebody still is.
  -- What changed may be 35,000 communes: each list of numbers is joined, never searched through row by row.
  WITH fresh AS MATERIALIZED (
    SELECT DISTINCT unnest(changed) AS id
  ),
  ground AS MATERIALIZED (
    SELECT commune.id, commune.geom
    FROM commune
    WHERE commune.id IN (SELECT fresh.id FROM fresh)
       OR (commune.valid_to IS NOT NULL AND EXISTS (SELECT FROM residence WHERE residence.commune_id = commune.id))
  ),
  near AS MATERIALIZED (
    -- A number says the order by (country, code) as well, and is quicker to compare.
    SELECT commune.id, commune.geom, row_number() OVER (ORDER BY commune.country COLLATE "C", commune.code COLLATE "C") AS place
    FROM commune
    WHERE commune.id IN (SELECT beside.id FROM ground JOIN commune AS beside ON beside.geom && ground.geom WHERE beside.valid_to IS NULL)
  ),
  covered AS MATERIALIZED (
    SELECT inside.member_id, near.id, near.place
    FROM near
    CROSS JOIN LATERAL (SELECT home.member_id FROM private.home WHERE ST_Covers(near.geom, home.geom) OFFSET 0) AS inside
  ),
  concerned AS (
    SELECT residence.member_id
    FROM residence
    LEFT JOIN commune ON commune.id = residence.commune_id
    WHERE residence.commune_id IS NULL
       OR commune.valid_to IS NOT NULL
    UNION
    SELECT covered.member_id FROM covered JOIN fresh USING (id)
  ),
  first_covering AS (
    SELECT first.member_id, near.id
    FROM (SELECT covered.member_id, min(covered.place) AS place FROM covered GROUP BY covered.member_id) AS first
    JOIN near USING (place)
  ),
  now_in AS MATERIALIZED (
    SELECT residence.member_id, residence.commune_id AS old_id,
      -- Who had none, and lives about none of these, is few.
      coalesce(first_covering.id, CASE WHEN residence.commune_id IS NULL THEN nearness.commune_at(home.geom) END) AS new_id
    FROM concerned
    JOIN residence USING (member_id)
    JOIN private.home USING (member_id)
    LEFT JOIN first_covering USING (member_id)
  ),
  followed AS (
    UPDATE residence
    SET commune_id = now_in.new_id
    FROM now_in
    WHERE now_in.member_id = residence.member_id
      AND now_in.new_id IS DISTINCT FROM residence.commune_id
  ),
  mover AS MATERIALIZED (
    SELECT now_in.member_id, old.code AS from_code, old.name AS from_name, new.code AS to_code, new.name AS to_name,
      COALESCE(new.valid_from, old.valid_to)::text AS since,
      CASE
        WHEN old.id IS NULL THEN 'found'
        WHEN new.id IS NULL THEN 'left'
        WHEN old.fate IN ('merged', 'split', 'recoded') AND heir.successor_id IS NOT NULL THEN old.fate
        ELSE 'border'
      END AS why
    FROM now_in
    LEFT JOIN commune AS old ON old.id = now_in.old_id
    LEFT JOIN commune AS new ON new.id = now_in.new_id
    LEFT JOIN commune_succession AS heir ON heir.commune_id = old.id AND heir.successor_id = new.id
    WHERE (old.country, old.code) IS DISTINCT FROM (new.country, new.code)
  ),
  noticed AS (
    INSERT INTO notice (member_id, kind, about)
    SELECT mover.member_id, 'commune_changed', jsonb_strip_nulls(to_jsonb(mover) - 'member_id')
    FROM mover
    WHERE mover.why <> 'recoded'
    RETURNING member_id
  )
  SELECT (SELECT count(*) FROM mover), (SELECT count(*) FROM noticed) INTO moved, told;
END
$$;
COMMENT ON FUNCTION nearness.follow_communes(bigint[]) IS
  'Gives their commune anew to members whose commune was closed, who live inside one of the changed communes, or who had none; '
  'posts that began in a closed commune go on in its successor. Moved: members whose commune bears another code now, has gone or has come; '
  'told: those of them who got a notice, all but where the code alone changed.';
