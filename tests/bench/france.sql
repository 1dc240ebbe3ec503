-- What the rivals of rivals.sql have in tables of their own, as views: at 68 million these would need the disk.

DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE VIEW bench.person AS
SELECT person.member_id, member.name, member.listed, person.hidden_from_wider, home.geom,
  CASE WHEN NOT nearness.is_surroundings(person.zone) THEN person.zone END AS choice
FROM nearness.person
JOIN member ON member.id = person.member_id
JOIN private.home ON home.member_id = person.member_id;

CREATE VIEW bench.ground AS
SELECT neighbourhood.id AS choice, neighbourhood.geom FROM neighbourhood WHERE neighbourhood.state = 'open';

-- Viewers: any, by lots over the ids (which say nothing of where one lives), and how many live in their neighbourhood.
CREATE TABLE bench.anyone AS
SELECT person.member_id, person.zone, person.commune_id
FROM (
  SELECT DISTINCT 1 + abs(hashint8(lot.n) % (SELECT max(member.id) FROM member)) AS id FROM generate_series(1, 25000) AS lot (n)
) AS drawn
JOIN nearness.person ON person.member_id = drawn.id
JOIN member ON member.id = drawn.id
WHERE member.listed;

CREATE TABLE bench.viewer AS
SELECT row_number() OVER (ORDER BY hashint8(anyone.member_id))::integer AS n, anyone.member_id, lived.members
FROM bench.anyone
CROSS JOIN LATERAL (SELECT count(*) AS members FROM nearness.person WHERE person.zone = anyone.zone) AS lived
WHERE NOT nearness.is_surroundings(anyone.zone);

-- One viewer in each neighbourhood that has as many members as one has at a million.
CREATE TABLE bench.few AS
SELECT listed.member_id, lived.zone
FROM (
  SELECT neighbourhood.id AS zone
  FROM neighbourhood
  CROSS JOIN LATERAL (SELECT count(*) AS members FROM nearness.person WHERE person.zone = neighbourhood.id OFFSET 0) AS lived
  WHERE lived.members BETWEEN 15 AND 35
) AS lived
CROSS JOIN LATERAL (
  SELECT person.member_id FROM nearness.person JOIN member ON member.id = person.member_id
  WHERE person.zone = lived.zone AND member.listed
  ORDER BY hashint8(person.member_id)
  LIMIT 1
) AS listed;

-- The cells around the zones of some viewers, which the program fills in.
CREATE TABLE bench.rings (zone bigint, cell bigint, ring integer);
ANALYZE bench.anyone, bench.viewer, bench.few;
