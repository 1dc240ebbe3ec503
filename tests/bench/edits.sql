-- What tests/bench/edits.py asks of the database, one named block after the other.

-- name: floor_communes
SELECT count(*)
FROM (
  SELECT home.member_id FROM commune JOIN private.home ON ST_Covers(commune.geom, home.geom) WHERE commune.valid_to IS NULL OFFSET 0
) AS assigned;

-- name: largest
-- The neighbourhoods with the most members, and beside each the largest that may merge with it.
SELECT home.zone AS id, other.id AS beside, home.members
FROM (
  SELECT residence.zone, count(*) AS members
  FROM residence JOIN neighbourhood ON neighbourhood.id = residence.zone AND neighbourhood.state = 'open'
  GROUP BY residence.zone
  ORDER BY members DESC
  LIMIT 40
) AS home
CROSS JOIN LATERAL (
  SELECT beside AS id FROM nearness.beside(home.zone) LIMIT 1
) AS other
ORDER BY home.members DESC, home.zone;

-- name: outside
SELECT
  (SELECT count(*) FROM residence JOIN neighbourhood ON neighbourhood.id = residence.zone
   WHERE residence.zone = :zone AND NOT nearness.home_in(residence.member_id, neighbourhood.geom)) AS outside,
  (SELECT count(*) FROM leaving JOIN residence USING (member_id) WHERE residence.zone = :zone) AS asked;

-- name: touching
SELECT a.id AS heir, b.id AS gone
FROM commune_adjacency
JOIN commune AS a ON a.id = commune_adjacency.commune_id
JOIN commune AS b ON b.id = commune_adjacency.other_id
JOIN (SELECT commune_id, count(*) AS members FROM residence GROUP BY commune_id) AS at_a ON at_a.commune_id = a.id
JOIN (SELECT commune_id, count(*) AS members FROM residence GROUP BY commune_id) AS at_b ON at_b.commune_id = b.id
ORDER BY at_a.members + at_b.members DESC, a.id
LIMIT 1;

-- name: merged
SELECT json_build_object('type', 'FeatureCollection', 'features', json_build_array(json_build_object(
  'type', 'Feature', 'properties', json_build_object('code', a.code, 'nom', a.name),
  'geometry', ST_AsGeoJSON(ST_Union(a.geom, b.geom), 9)::json)))::text
FROM commune AS a, commune AS b
WHERE a.id = :heir AND b.id = :gone;

-- name: all_anew
-- Each corner on a grid of some 10 m: all outlines change a little, and stay neighbours.
SELECT json_build_object('type', 'Feature', 'properties', json_build_object('code', code, 'nom', name),
  'geometry', ST_AsGeoJSON(ST_Multi(ST_ReducePrecision(geom, 0.0001)), 9)::json)::text
FROM commune
WHERE valid_to IS NULL;

-- name: every_100th_merged
-- All communes, but that every 100th, in the order of codes, has gone into one that borders on it.
WITH numbered AS (
  SELECT id, row_number() OVER (ORDER BY country COLLATE "C", code COLLATE "C") % 100 AS lot FROM commune WHERE valid_to IS NULL
),
gone AS MATERIALIZED (
  SELECT numbered.id, min(other.id) AS heir
  FROM numbered
  JOIN commune_adjacency ON commune_adjacency.commune_id = numbered.id
  JOIN numbered AS other ON other.id = commune_adjacency.other_id AND other.lot <> 0
  WHERE numbered.lot = 0
  GROUP BY numbered.id
),
grown AS MATERIALIZED (
  SELECT gone.heir AS id, ST_Union(commune.geom) AS geom FROM gone JOIN commune ON commune.id IN (gone.id, gone.heir) GROUP BY gone.heir
)
SELECT json_build_object('type', 'Feature', 'properties', json_build_object('code', commune.code, 'nom', commune.name),
  'geometry', ST_AsGeoJSON(ST_Multi(coalesce(grown.geom, commune.geom)), 15)::json)::text
FROM commune
LEFT JOIN grown USING (id)
WHERE commune.valid_to IS NULL AND commune.id NOT IN (SELECT gone.id FROM gone);

-- name: wrong_communes
SELECT count(*)
FROM residence
LEFT JOIN (
  SELECT DISTINCT ON (found.member_id) found.member_id, found.id
  FROM (
    SELECT home.member_id, commune.id, commune.country, commune.code
    FROM commune JOIN private.home ON ST_Covers(commune.geom, home.geom) WHERE commune.valid_to IS NULL OFFSET 0
  ) AS found
  ORDER BY found.member_id, found.country COLLATE "C", found.code COLLATE "C"
) AS meant USING (member_id)
WHERE residence.commune_id IS DISTINCT FROM meant.id;
