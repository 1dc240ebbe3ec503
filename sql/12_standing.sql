-- Who stands before the rule is kept beside where they live (residence), so that it reads one narrow table, from its indexes alone.
-- It changes rarely and goes by one row: no zone, commune or review is concerned.
-- Whoever changes it locks the member first, FOR NO KEY UPDATE: imports and reviews hold residences when they add notices, which
-- want the member's key to stay and no more.

CREATE OR REPLACE FUNCTION nearness.known_from(verified timestamptz, paused timestamptz, suspended_since timestamptz, suspended_until timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN verified IS NULL OR paused IS NOT NULL THEN NULL
  WHEN suspended_since IS NULL THEN '-infinity'::timestamptz
  ELSE coalesce(suspended_until, 'infinity')
END;
COMMENT ON FUNCTION nearness.known_from(timestamptz, timestamptz, timestamptz, timestamptz) IS
  'From when the rule knows a member with these columns (verified_at, paused_at, suspended_at, suspended_until): -infinity, the end of a suspension, '
  'infinity where it has none; null: not verified, or paused.';

CREATE OR REPLACE FUNCTION nearness.take_standing() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  SELECT nearness.known_from(member.verified_at, member.paused_at, member.suspended_at, member.suspended_until), member.hidden_from_wider
  INTO new.known_from, new.hidden_from_wider
  FROM member
  WHERE member.id = new.member_id
  -- Who changes it at the same time finds this row, or this reads what they wrote.
  FOR NO KEY UPDATE;
  RETURN new;
END
$$;
COMMENT ON FUNCTION nearness.take_standing() IS 'Of a residence that is inserted: the standing of its member, whatever was given.';
CREATE OR REPLACE TRIGGER take_standing BEFORE INSERT ON residence
FOR EACH ROW EXECUTE FUNCTION nearness.take_standing();

CREATE OR REPLACE FUNCTION nearness.keep_standing() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE residence
  SET known_from = nearness.known_from(new.verified_at, new.paused_at, new.suspended_at, new.suspended_until),
    hidden_from_wider = new.hidden_from_wider
  WHERE residence.member_id = new.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION nearness.keep_standing() IS 'Of a member whose standing changed: the residence says the same.';
CREATE OR REPLACE TRIGGER keep_standing
AFTER UPDATE OF verified_at, paused_at, suspended_at, suspended_until, hidden_from_wider ON member
FOR EACH ROW
WHEN (
  (old.verified_at, old.paused_at, old.suspended_at, old.suspended_until, old.hidden_from_wider)
  IS DISTINCT FROM (new.verified_at, new.paused_at, new.suspended_at, new.suspended_until, new.hidden_from_wider)
)
EXECUTE FUNCTION nearness.keep_standing();

CREATE OR REPLACE VIEW nearness.person AS
SELECT residence.member_id, residence.zone, residence.commune_id, residence.hidden_from_wider, residence.home_cell
FROM residence
WHERE residence.known_from <= now();
COMMENT ON VIEW nearness.person IS
  'The members whom the rule knows: verified, not paused and not suspended, with their home neighbourhood (zone) and commune.';
