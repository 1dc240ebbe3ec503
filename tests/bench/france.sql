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

-- Viewers: any, chosen by lot, and how many live in their neighbourhood.
CREATE TABLE bench.anyone AS
SELECT person.member_id, person.zone, person.commune_id
FROM nearness.person
JOIN member ON member.id = person.member_id
WHERE member.listed
ORDER BY hashint8(person.member_id)
LIMIT 20000;

CREATE TABLE bench.viewer AS
SELECT row_number() OVER (ORDER BY hashint8(anyone.member_id))::integer AS n, anyone.member_id, anyone.zone, lived.members
FROM bench.anyone
CROSS JOIN LATERAL (SELECT count(*) AS members FROM nearness.person WHERE person.zone = anyone.zone) AS lived
WHERE NOT nearness.is_surroundings(anyone.zone);

-- The cells around the zones of some viewers, which the program fills in.
CREATE TABLE bench.rings (zone bigint, cell bigint, ring integer);
ANALYZE bench.anyone, bench.viewer;
