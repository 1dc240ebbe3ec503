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

CREATE OR REPLACE FUNCTION nearness.communes_of_role(of_member bigint, of_role text) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT DISTINCT nearness.current_commune(commune.id)
  FROM role_grant
  JOIN commune ON commune.country = role_grant.country AND commune.code = role_grant.code
  WHERE role_grant.member_id = of_member
    AND role_grant.role = of_role
    AND role_grant.revoked_at IS NULL
    AND nearness.has_role(of_member, of_role, nearness.current_commune(commune.id));
END;
COMMENT ON FUNCTION nearness.communes_of_role(bigint, text) IS
  'The current communes in which a member has a role. A grant for a commune that has merged into another name is for nothing there.';

CREATE OR REPLACE FUNCTION nearness.cut_to_commune(area geometry, of_commune bigint) RETURNS geometry
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT ST_Multi(inside.geom)
  FROM commune
  CROSS JOIN LATERAL (SELECT ST_CollectionExtract(ST_Intersection(commune.geom, area), 3) AS geom OFFSET 0) AS inside
  WHERE commune.id = of_commune
    -- A sliver that one house stands on would be that house.
    AND ST_Area(inside.geom::geography) >= 10000;
END;
COMMENT ON FUNCTION nearness.cut_to_commune(geometry, bigint) IS
  'The part of an area (polygon, EPSG:4326) that lies in a commune; null: none of it, or less than a hectare.';
