-- THE rule: who is near whom. Everything else (feed, audience, numbers, views, tiles, API, command line) calls what stands here.
-- The sentences are those of docs/nearness.md.

CREATE OR REPLACE FUNCTION nearness.suspended(since timestamptz, until timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT since IS NOT NULL AND (until IS NULL OR until > now());
END;
COMMENT ON FUNCTION nearness.suspended(timestamptz, timestamptz) IS
  'Whether a member with these columns (suspended_at, suspended_until) is suspended now: until a day, or until it is lifted.';

CREATE OR REPLACE FUNCTION nearness.visit_ends(created timestamptz, moved timestamptz, verified timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN verified IS NULL THEN greatest(created, moved) + interval '48 hours' END;
COMMENT ON FUNCTION nearness.visit_ends(timestamptz, timestamptz, timestamptz) IS
  'When the visit of a member with these columns (created_at, moved_at, verified_at) ends, or ended; null for verified members.';

CREATE OR REPLACE FUNCTION nearness.visit_until(of_member bigint) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT nearness.visit_ends(member.created_at, member.moved_at, member.verified_at) FROM member WHERE member.id = of_member;
END;
COMMENT ON FUNCTION nearness.visit_until(bigint) IS 'When the visit of a member who is not verified ends, or ended; null for verified members.';

CREATE OR REPLACE VIEW nearness.visitor AS
SELECT member.id AS member_id, residence.zone
FROM member
JOIN residence ON residence.member_id = member.id
WHERE member.paused_at IS NULL
  AND NOT nearness.suspended(member.suspended_at, member.suspended_until)
  AND now() < nearness.visit_ends(member.created_at, member.moved_at, member.verified_at);
COMMENT ON VIEW nearness.visitor IS
  'Sentence 9. Members who are not verified, not paused, and came less than 48 hours ago: they read in their open neighbourhood, and are in no audience and no count (docs/decisions/014).';

CREATE OR REPLACE VIEW nearness.near_zone AS
SELECT zone.id AS zone, zone.id AS other, 'neighbour' AS tier, NULL::smallint AS rings
FROM zone
UNION ALL
SELECT wider_area.zone, wider_area.other, 'wider', wider_area.rings
FROM wider_area;
COMMENT ON VIEW nearness.near_zone IS
  'Sentence 6. What a zone is to another: the same (neighbour), or in its wider area, with the rings between their covers. Symmetric.';

CREATE OR REPLACE VIEW nearness.near_commune AS
SELECT commune.id AS commune_id, commune.id AS other_id, 'commune' AS tier
FROM commune
UNION ALL
SELECT commune_adjacency.commune_id, commune_adjacency.other_id, 'adjacent_commune'
FROM commune_adjacency;
COMMENT ON VIEW nearness.near_commune IS
  'Sentence 4. What a commune is to another: the same, or adjacent. A home in no commune equals nothing and joins nothing.';

CREATE OR REPLACE VIEW nearness.blocked AS
SELECT blocker_id AS member_id, blocked_id AS other_id FROM block
UNION ALL
SELECT blocked_id, blocker_id FROM block;
COMMENT ON VIEW nearness.blocked IS 'Sentence 7. Who has nothing to do with whom: a block, read both ways.';

CREATE OR REPLACE VIEW nearness.findable AS
SELECT visitor.member_id AS visitor_id, person.member_id
FROM nearness.visitor
JOIN neighbourhood ON neighbourhood.id = visitor.zone AND neighbourhood.state = 'open'
JOIN nearness.person ON person.zone = visitor.zone
JOIN member ON member.id = person.member_id AND member.findable AND member.listed
WHERE NOT EXISTS (
  SELECT FROM nearness.blocked WHERE blocked.member_id = visitor.member_id AND blocked.other_id = person.member_id
);
COMMENT ON VIEW nearness.findable IS
  'Sentence 9. Whom a visitor finds: members of the open neighbourhood of the visit who chose that visitors find them, and are on its roll.';

CREATE OR REPLACE FUNCTION nearness.tier(viewer bigint, other bigint) RETURNS TABLE (tier text, rings smallint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT held.tier, held.rings
  FROM (
    SELECT 1 AS nearest, 'self' AS tier, NULL::smallint AS rings WHERE viewer = other
    UNION ALL
    SELECT CASE near_zone.tier WHEN 'neighbour' THEN 2 ELSE 3 END, near_zone.tier, near_zone.rings
    FROM nearness.person AS a
    JOIN nearness.near_zone ON near_zone.zone = a.zone
    JOIN nearness.person AS b ON b.zone = near_zone.other
    WHERE a.member_id = tier.viewer
      AND b.member_id = tier.other
      AND (near_zone.tier = 'neighbour' OR NOT (a.hidden_from_wider OR b.hidden_from_wider))
      AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = tier.viewer AND blocked.other_id = tier.other)
    UNION ALL
    SELECT CASE near_commune.tier WHEN 'commune' THEN 4 ELSE 5 END, near_commune.tier, NULL
    FROM nearness.person AS a
    JOIN nearness.near_commune ON near_commune.commune_id = a.commune_id
    JOIN nearness.person AS b ON b.commune_id = near_commune.other_id
    WHERE a.member_id = tier.viewer
      AND b.member_id = tier.other
      AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = tier.viewer AND blocked.other_id = tier.other)
    UNION ALL
    SELECT 6, 'beyond', NULL
  ) AS held
  ORDER BY held.nearest
  LIMIT 1;
END;
COMMENT ON FUNCTION nearness.tier(bigint, bigint) IS
  'Sentence 7. How near two members are: the nearest of self, neighbour, wider, commune, adjacent_commune that holds, else beyond; '
  'rings between their neighbourhoods for wider. Symmetric; a block or pause leaves beyond, hiding takes away wider only.';

CREATE OR REPLACE FUNCTION nearness.commune_ground(of_commune bigint, reach text) RETURNS geometry
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT ST_Union(ST_SimplifyPreserveTopology(commune.geom, 0.0002))
  FROM nearness.near_commune
  JOIN commune ON commune.id = near_commune.other_id
  WHERE near_commune.commune_id = of_commune
    AND (near_commune.tier = 'commune' OR reach = 'commune_adjacent');
END;
COMMENT ON FUNCTION nearness.commune_ground(bigint, text) IS
  'The ground to draw for the reaches commune and commune_adjacent, simplified to some 20 m: for a map and a rounded number, never for a decision.';
