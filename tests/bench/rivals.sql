-- What others would build: people, the ground of their zones and posts as geometry with GiST, filled from the database as it stands.
-- No rival looks at stored membership (residence, keys); a person's own choice of a neighbourhood is theirs to know.

DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE TABLE bench.person AS
SELECT person.member_id, member.name, member.listed, person.hidden_from_wider, home.geom,
  CASE WHEN NOT nearness.is_surroundings(person.zone) THEN person.zone END AS choice,
  ST_Centroid(cell_outline.geom) AS middle
FROM nearness.person
JOIN member ON member.id = person.member_id
JOIN residence ON residence.member_id = person.member_id
JOIN private.home ON home.member_id = person.member_id
LEFT JOIN cell_outline ON cell_outline.cell = nearness.published_cell(residence.home_cell)
ORDER BY person.member_id;
ALTER TABLE bench.person ADD PRIMARY KEY (member_id);
CREATE INDEX ON bench.person USING gist (geom);
CREATE INDEX ON bench.person USING gist (geography(middle));

-- The ground of every zone: a drawn neighbourhood's outline; of surroundings the hexagon, which the program fills in.
CREATE TABLE bench.ground (zone bigint PRIMARY KEY, choice bigint, geom geometry(Geometry, 4326) NOT NULL);
INSERT INTO bench.ground
SELECT neighbourhood.id, neighbourhood.id, neighbourhood.geom
FROM neighbourhood
WHERE neighbourhood.state = 'open';

CREATE TABLE bench.post AS
SELECT post.id, post.author_id, post.reach, post.closed_at, home.geom, post.centre, post.radius_m, post.ground, post.on_homes,
  CASE WHEN NOT nearness.is_surroundings(post.origin_zone) THEN post.origin_zone END AS choice
FROM post
JOIN private.home ON home.member_id = post.author_id
ORDER BY post.id;
ALTER TABLE bench.post ADD PRIMARY KEY (id);
CREATE INDEX ON bench.post USING gist (geom);
CREATE INDEX ON bench.post USING gist (geography(centre)) WHERE centre IS NOT NULL;
CREATE INDEX ON bench.post USING gist (ground) WHERE ground IS NOT NULL;
CREATE INDEX ON bench.post (author_id);

-- Points to look up: homes are where people ask from. In no order of the ground.
CREATE TABLE bench.place AS
SELECT row_number() OVER (ORDER BY hashint8(member_id)) AS n, member_id, geom
FROM (SELECT member_id, geom FROM bench.person ORDER BY hashint8(member_id) LIMIT 2000) AS chosen;
ALTER TABLE bench.place ADD PRIMARY KEY (n);

-- Where deliveries go, and who would be told, ready to be inserted: the floor of writing them.
CREATE TABLE bench.delivery (post_id bigint, member_id integer, PRIMARY KEY (post_id, member_id));
CREATE TABLE bench.ready AS
SELECT reached.post_id, reached.member_id
FROM post
JOIN nearness.reached ON reached.post_id = post.id
WHERE post.body = 'The largest communes'
ORDER BY reached.post_id, reached.member_id;
CREATE INDEX ON bench.ready (post_id, member_id);

-- Viewers for many at once, by number.
CREATE TABLE bench.viewer AS
SELECT row_number() OVER (ORDER BY hashint8(member_id))::integer AS n, member_id
FROM (
  SELECT member_id FROM bench.person WHERE choice IS NOT NULL AND listed ORDER BY hashint8(member_id) LIMIT 10000
) AS chosen;
ALTER TABLE bench.viewer ADD PRIMARY KEY (n);

-- The cells around the zones of some viewers, which the program fills in.
CREATE TABLE bench.rings (zone bigint, cell bigint, ring integer);
