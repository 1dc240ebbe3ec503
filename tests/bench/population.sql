-- What tests/bench/population.py does in the database, one named block after the other. :values are its parameters.

-- name: towns
SELECT id, ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat,
  ST_Area(geom) * cos(radians(ST_Y(ST_Centroid(geom)))) * 12364 AS km2
FROM commune
WHERE valid_to IS NULL
ORDER BY country COLLATE "C", code COLLATE "C";

-- name: stage
CREATE UNLOGGED TABLE population_staged (
  place bigint NOT NULL, lon double precision NOT NULL, lat double precision NOT NULL,
  surroundings bigint NOT NULL, home_cell bigint NOT NULL
);

-- name: arrive
-- Members come from everywhere at once: the order of their ids says nothing about where they live.
CREATE UNLOGGED TABLE population AS
SELECT row_number() OVER (ORDER BY hashint8extended(place, :seed), place)::integer AS id,
  lon, lat, surroundings, home_cell
FROM population_staged;
DROP TABLE population_staged;
ANALYZE population;

-- name: members
INSERT INTO member (id, name, verified_at, moved_at, paused_at, hidden_from_wider, listed, findable, created_at)
OVERRIDING SYSTEM VALUE
SELECT id, (ARRAY['Anaïs', 'Bruno', 'Chloé', 'David', 'Élise', 'Farid', 'Gaëlle', 'Hugo', 'Inès', 'Jules', 'Khadija', 'Léo'])[1 + lot % 12],
  CASE WHEN lot / 12 % 100 < 93 THEN came END, came,
  CASE WHEN lot / 1200 % 100 = 0 THEN came END,
  lot / 120000 % 100 < 3, lot / 120000 % 100 < 95, lot / 120000 % 100 BETWEEN 50 AND 59, came
FROM (
  SELECT id, abs(hashint8extended(id, :seed + 1)) AS lot,
    -- Whole microseconds: whoever counts elsewhere comes to the same.
    CAST(:now AS timestamptz) - interval '1 microsecond' * ((:members - id) * (63072000000000 / :members)) AS came
  FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS id
) AS arrival;
SELECT setval(pg_get_serial_sequence('member', 'id'), :members);

-- name: homes
INSERT INTO private.home (member_id, geom)
SELECT id, ST_SetSRID(ST_MakePoint(lon, lat), 4326) FROM population ORDER BY id;
ANALYZE member, private.home;

-- name: residences
-- Zones drive: each commune, each neighbourhood finds its homes.
CREATE UNLOGGED TABLE population_commune AS
SELECT DISTINCT ON (found.member_id) found.member_id, found.id AS commune_id
FROM (
  SELECT home.member_id, commune.id, commune.country, commune.code
  FROM commune
  JOIN private.home ON ST_Covers(commune.geom, home.geom)
  WHERE commune.valid_to IS NULL
  OFFSET 0
) AS found
ORDER BY found.member_id, found.country COLLATE "C", found.code COLLATE "C";
CREATE UNLOGGED TABLE population_zone AS
SELECT DISTINCT ON (found.member_id) found.member_id, found.id AS zone
FROM (
  SELECT home.member_id, neighbourhood.id
  FROM neighbourhood
  JOIN private.home ON ST_Covers(neighbourhood.geom, home.geom)
  WHERE neighbourhood.state = 'open'
    -- Some choose none.
    AND abs(hashint8extended(home.member_id, :seed + 2)) % 100 < 85
  OFFSET 0
) AS found
ORDER BY found.member_id, hashint8extended(found.id, found.member_id);
ANALYZE population_commune, population_zone;
-- Triggers sleep here: what they would say is said.
INSERT INTO residence (member_id, zone, surroundings, home_cell, commune_id, since, known_from, hidden_from_wider)
SELECT population.id, coalesce(population_zone.zone, population.surroundings), population.surroundings, population.home_cell,
  population_commune.commune_id, member.created_at,
  nearness.known_from(member.verified_at, member.paused_at, member.suspended_at, member.suspended_until), member.hidden_from_wider
FROM population
JOIN member USING (id)
LEFT JOIN population_commune ON population_commune.member_id = population.id
LEFT JOIN population_zone ON population_zone.member_id = population.id
ORDER BY population.id;
DROP TABLE population, population_commune, population_zone;
ANALYZE residence;

-- name: seats
-- Ids are in no order of places: the first are as good as any.
SELECT lon, lat FROM population ORDER BY id LIMIT :wanted;

-- name: surroundings
SELECT DISTINCT surroundings FROM population ORDER BY 1;

-- name: census
SELECT nearness.take_census();

-- name: all_look_far
INSERT INTO spread (cell, rings)
SELECT DISTINCT anchor, 20 FROM zone
ON CONFLICT (cell) DO NOTHING;
ANALYZE zone, zone_cell, neighbourhood, census;

-- name: anchors
SELECT DISTINCT anchor FROM zone ORDER BY 1;

-- name: spread_of_zones
SELECT zone.id, spread.rings FROM zone JOIN spread ON spread.cell = zone.anchor ORDER BY zone.id;

-- name: related
ANALYZE wider_area, spread;

-- name: reviewed
ANALYZE published_cell, cell_outline, spread, census;

-- name: indexes
SELECT pg_class.oid::regclass::text, pg_get_indexdef(pg_class.oid)
FROM pg_index
JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE pg_index.indrelid = ANY (CAST(:tables AS regclass[]))
  AND NOT pg_index.indisunique
  -- By this zones find each other.
  AND pg_class.relname <> 'ix_zone_anchor';

-- name: posts
CREATE UNLOGGED TABLE population_post AS
SELECT number, author_id, lot, written, residence.zone, residence.surroundings, residence.commune_id,
  nearness.published_cell(residence.home_cell) AS cell,
  -- 54 in 1,000 for a radius, 20 for an area, one in 1,000 for all.
  CASE
    WHEN lot % 1000 < 280 THEN 'neighbourhood'
    WHEN lot % 1000 < 640 THEN 'wider'
    WHEN lot % 1000 < 999 AND residence.commune_id IS NULL THEN 'wider'
    WHEN lot % 1000 < 840 THEN 'commune'
    WHEN lot % 1000 < 925 THEN 'commune_adjacent'
    WHEN lot % 1000 < 979 THEN 'radius'
    WHEN lot % 1000 < 999 THEN 'area'
    ELSE 'all'
  END AS reach
FROM (
  SELECT number, abs(hashint8extended(number, :seed + 5)) AS lot,
    CAST(:now AS timestamptz) - interval '365 days' * (1 - number::double precision / :posts) AS written,
    -- Some write often: the square of an even lot.
    1 + (:members * ((abs(hashint8extended(number, :seed + 4)) % 1000003) / 1000003.0) ^ 2)::integer % :members AS author_id
  FROM generate_series(1, :posts) AS number
) AS word
JOIN member ON member.id = author_id AND member.verified_at IS NOT NULL AND member.paused_at IS NULL
JOIN residence ON residence.member_id = author_id;
INSERT INTO post (
  kind, author_id, body, reach, origin_zone, origin_surroundings, origin_commune_id, origin_cell, radius_m, centre, ground,
  created_at, closed_at)
SELECT (ARRAY['request', 'request', 'request', 'request', 'request', 'offer', 'offer', 'offer', 'news', 'news'])[1 + lot / 1000 % 10],
  author_id, 'Qui peut prêter une échelle ce week-end ?', meant.reach, zone, surroundings, commune_id, meant.cell,
  CASE WHEN meant.reach = 'radius' THEN (ARRAY[1000, 2000, 2000, 5000, 10000])[1 + lot / 10000 % 5] END,
  CASE WHEN meant.reach = 'radius' THEN middle END,
  -- A square of 2 to 6 km.
  CASE WHEN meant.reach = 'area' THEN
    ST_Multi(ST_Expand(ST_SnapToGrid(middle, 1e-7), 0.013 + 0.013 * (lot / 10000 % 3), 0.009 + 0.009 * (lot / 10000 % 3))) END,
  written, CASE WHEN lot / 100000 % 10 < 3 THEN least(CAST(:now AS timestamptz), written + interval '7 days') END
FROM (
  -- Where nobody is placed there is no radius around anybody.
  SELECT population_post.*, ST_Centroid(cell_outline.geom) AS middle
  FROM population_post
  LEFT JOIN cell_outline ON cell_outline.cell = population_post.cell
) AS placed
CROSS JOIN LATERAL (
  SELECT CASE WHEN placed.reach IN ('radius', 'area') AND middle IS NULL THEN 'wider' ELSE placed.reach END AS reach, placed.cell
) AS meant
ORDER BY number;
DROP TABLE population_post;
ANALYZE post;

-- name: placed
SELECT count(nearness.place_post(post.id)) FROM post
WHERE post.reach IN ('radius', 'area', 'commune', 'commune_adjacent', 'all');
ANALYZE post_cell;

-- name: placed_at_once
-- What place_post() stores for each. A radius asks the index for its own metres, not for the largest there is.
INSERT INTO post_cell (by, cell, post_id, open)
SELECT 'cell', published_cell.cell, post.id, nearness.is_open(post.closed_at, post.hidden_at)
FROM post
CROSS JOIN LATERAL (
  SELECT cell_outline.cell FROM cell_outline
  WHERE ST_DWithin(geography(ST_Centroid(cell_outline.geom)), geography(post.centre), post.radius_m) OFFSET 0
) AS near
JOIN published_cell ON published_cell.cell = near.cell
WHERE post.reach = 'radius'
UNION ALL
SELECT 'cell', published_cell.cell, post.id, nearness.is_open(post.closed_at, post.hidden_at)
FROM post
CROSS JOIN LATERAL (
  SELECT cell_outline.cell FROM cell_outline WHERE nearness.in_ground(cell_outline.geom, post.ground) OFFSET 0
) AS near
JOIN published_cell ON published_cell.cell = near.cell
WHERE post.reach = 'area' AND NOT post.on_homes
UNION ALL
SELECT 'stands', nearness.post_cell(post.origin_cell), post.id, nearness.is_open(post.closed_at, post.hidden_at)
FROM post
WHERE post.origin_cell IS NOT NULL AND post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)
-- In the order of its key, which then grows at its end.
ORDER BY 1, 2, 3;
ANALYZE post_cell;
