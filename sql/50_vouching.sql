-- Who may vouch for whom (docs/decisions/015): a neighbour, who did not become one by being vouched for, and not too often.

CREATE OR REPLACE VIEW nearness.voucher AS
SELECT person.member_id, person.zone
FROM nearness.person
JOIN member ON member.id = person.member_id
WHERE EXISTS (
  SELECT FROM proof
  WHERE proof.member_id = member.id
    AND proof.moved_at = member.moved_at
    AND proof.way IN ('postcard', 'document', 'operator')
);
COMMENT ON VIEW nearness.voucher IS
  'The members whose word counts: verified, neither paused nor suspended, and their present home proved by something that others did not merely say. '
  'Whoever was vouched for is not among them, so that vouching goes one step deep and no further.';

CREATE OR REPLACE FUNCTION nearness.is_voucher(of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM nearness.voucher WHERE voucher.member_id = of_member);
END;
COMMENT ON FUNCTION nearness.is_voucher(bigint) IS 'Whether a member is among those whose word counts.';

CREATE OR REPLACE FUNCTION nearness.vouches_left(of_member bigint) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT greatest(0, max(nearness_setting.vouches_most) - count(vouch.id))::integer
  FROM nearness_setting
  LEFT JOIN vouch
    ON vouch.voucher_id = of_member
    AND vouch.vouched_at > now() - make_interval(days => nearness_setting.vouches_days);
END;
COMMENT ON FUNCTION nearness.vouches_left(bigint) IS
  'How often a member may still vouch: the cap less what was given within its days, whatever became of it.';

CREATE OR REPLACE FUNCTION nearness.may_vouch(voucher bigint, asker bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT
    FROM nearness.voucher AS known
    JOIN residence ON residence.zone = known.zone
    JOIN member ON member.id = residence.member_id
    WHERE known.member_id = may_vouch.voucher
      AND member.id = may_vouch.asker
      AND member.verified_at IS NULL
      AND member.paused_at IS NULL
      AND NOT nearness.suspended(member.suspended_at, member.suspended_until)
      AND nearness.vouches_left(known.member_id) > 0
      AND NOT EXISTS (
        SELECT FROM vouch
        WHERE vouch.voucher_id = known.member_id AND vouch.asker_id = member.id AND vouch.moved_at = member.moved_at
      )
      AND NOT EXISTS (
        SELECT FROM nearness.blocked
        WHERE blocked.member_id = known.member_id AND blocked.other_id = member.id
      )
  );
END;
COMMENT ON FUNCTION nearness.may_vouch(bigint, bigint) IS
  'Whether one member may say of another that they live where they say: both have the same home neighbourhood (surroundings too), '
  'the one is a voucher who has not used up the cap nor said so before of this home, the other is not verified, paused or suspended, and no block stands between them.';

CREATE OR REPLACE FUNCTION nearness.vouched(of_member bigint) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT count(*)::integer
  FROM vouch
  JOIN member ON member.id = vouch.asker_id AND member.moved_at = vouch.moved_at
  WHERE vouch.asker_id = of_member;
END;
COMMENT ON FUNCTION nearness.vouched(bigint) IS
  'How many neighbours have vouched for a member''s present home. A word once given stays given: a count that fell would tell who blocked, paused or moved.';
