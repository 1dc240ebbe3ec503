-- Roles beside being a member (docs/roles.md).

CREATE OR REPLACE FUNCTION nearness.has_role(of_member bigint, of_role text, of_commune bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM role_grant
    WHERE role_grant.member_id = of_member
      AND role_grant.revoked_at IS NULL
      AND (
        role_grant.role = 'operator'
        OR role_grant.role = of_role
          AND (
            of_commune IS NULL
            OR role_grant.code IS NULL
            OR EXISTS (
              SELECT FROM commune
              WHERE commune.id = of_commune AND commune.country = role_grant.country AND commune.code = role_grant.code
            )
          )
      )
  );
END;
COMMENT ON FUNCTION nearness.has_role(bigint, text, bigint) IS
  'Whether a member has a role, in a commune (any version of its boundary; null: anywhere). An operator has all of them.';
