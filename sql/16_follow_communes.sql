-- After boundaries change: homes and posts go where the ground went.

CREATE OR REPLACE FUNCTION nearness.hold_communes() RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
RETURN pg_advisory_xact_lock_shared(hashtextextended('nearness.communes', 0));
COMMENT ON FUNCTION nearness.hold_communes() IS
  'Called first by whoever stores a commune_at() (a home, a post): until that transaction ends no import can finish, so none '
  'can close the commune in between unseen.';

CREATE OR REPLACE FUNCTION nearness.follow_communes(changed bigint[] DEFAULT '{}') RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Its plans look dear and are not: compiling them would take longer than they do.
SET jit = off AS $$
DECLARE
  moved bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('nearness.communes', 0));

  UPDATE post
  SET origin_commune_id = nearness.current_commune(closed.id)
  FROM commune AS closed
  WHERE closed.id = post.origin_commune_id
    AND closed.valid_to IS NOT NULL;

  WITH concerned AS (
    SELECT residence.member_id
    FROM residence
    LEFT JOIN commune ON commune.id = residence.commune_id
    WHERE residence.commune_id IS NULL
       OR commune.valid_to IS NOT NULL
    UNION
    SELECT home.member_id
    FROM commune
    JOIN private.home ON ST_Covers(commune.geom, home.geom)
    WHERE commune.id = ANY (changed)
  ),
  now_in AS MATERIALIZED (
    SELECT home.member_id, nearness.commune_at(home.geom) AS commune_id
    FROM concerned
    JOIN private.home USING (member_id)
  )
  UPDATE residence
  SET commune_id = now_in.commune_id
  FROM now_in
  WHERE now_in.member_id = residence.member_id
    AND now_in.commune_id IS DISTINCT FROM residence.commune_id;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END
$$;
COMMENT ON FUNCTION nearness.follow_communes(bigint[]) IS
  'Gives their commune anew to members whose commune was closed, who live inside one of the changed communes, or who had none; '
  'posts that began in a closed commune go on in its current successor. Returns how many members'' rows changed.';
