-- Sentences 9 and 10: what a post comes by, and what comes to a member. A post comes to whoever has one of its keys (30_reach).
-- A key is a word and a number: a zone, a commune, a published cell, or nought.
-- Every branch of a union names the same types: else no index is used within it.

CREATE OR REPLACE VIEW nearness.watched_reach (reach) AS
VALUES ('commune'), ('commune_adjacent'), ('all');
COMMENT ON VIEW nearness.watched_reach IS 'Sentence 9. The reaches whose posts are read by watchers of the ground where they began.';

-- Not STRICT: to be inlined, so that indexes are used, whichever side is known.
CREATE OR REPLACE FUNCTION nearness.in_radius(outline geometry, centre geometry, radius_m double precision) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_DWithin(ST_Centroid(outline)::geography, centre::geography, radius_m);
COMMENT ON FUNCTION nearness.in_radius(geometry, geometry, double precision) IS
  'Sentence 10. Whether a radius (geodesic metres around centre, EPSG:4326) holds the middle of a cell with this outline, its border included.';

CREATE OR REPLACE FUNCTION nearness.in_ground(outline geometry, ground geometry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN outline && ground AND ST_Covers(ground, ST_Centroid(outline));
COMMENT ON FUNCTION nearness.in_ground(geometry, geometry) IS
  'Sentence 10. Whether a drawn area (polygon, EPSG:4326) holds the middle of a cell with this outline, its border included.';

CREATE OR REPLACE FUNCTION nearness.is_open(closed timestamptz, hidden timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN closed IS NULL AND hidden IS NULL;
COMMENT ON FUNCTION nearness.is_open(timestamptz, timestamptz) IS 'Whether a post with these columns (closed_at, hidden_at) is in feeds.';

CREATE OR REPLACE VIEW nearness.ground_cell AS
SELECT post.id AS post_id, published_cell.cell, nearness.is_open(post.closed_at, post.hidden_at) AS open
FROM post
JOIN cell_outline
  ON nearness.in_radius(cell_outline.geom, post.centre, post.radius_m)
  -- Within the largest radius there is, an index finds the posts of a cell.
  AND ST_DWithin(post.centre::geography, ST_Centroid(cell_outline.geom)::geography, 50000)
JOIN published_cell ON published_cell.cell = cell_outline.cell
WHERE post.centre IS NOT NULL
UNION ALL
SELECT post.id, published_cell.cell, nearness.is_open(post.closed_at, post.hidden_at)
FROM post
JOIN cell_outline ON nearness.in_ground(cell_outline.geom, post.ground)
JOIN published_cell ON published_cell.cell = cell_outline.cell
WHERE post.ground IS NOT NULL
  AND NOT post.on_homes;
COMMENT ON VIEW nearness.ground_cell IS
  'Sentence 10. The published cells whose middle the radius or area of a post holds. post_cell keeps them.';

CREATE OR REPLACE FUNCTION nearness.place_post(of_post bigint) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  -- A review that publishes other cells sees this post, or this sees its cells.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('nearness.post_cell', 0));
  INSERT INTO post_cell (by, cell, post_id, open)
  SELECT 'cell', ground_cell.cell, ground_cell.post_id, ground_cell.open
  FROM nearness.ground_cell
  WHERE ground_cell.post_id = of_post
  UNION ALL
  SELECT 'stands', nearness.post_cell(post.origin_cell), post.id, nearness.is_open(post.closed_at, post.hidden_at)
  FROM post
  WHERE post.id = of_post
    AND post.origin_cell IS NOT NULL
    AND post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach);
END
$$;
COMMENT ON FUNCTION nearness.place_post(bigint) IS 'Stores the cells by which a post, just written, comes to members and to watchers.';

CREATE OR REPLACE FUNCTION nearness.follow_cells(appeared bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('nearness.post_cell', 0));
  DELETE FROM post_cell
  WHERE post_cell.by = 'cell'
    AND NOT EXISTS (SELECT FROM published_cell WHERE published_cell.cell = post_cell.cell);
  INSERT INTO post_cell (by, cell, post_id, open)
  SELECT 'cell', ground_cell.cell, ground_cell.post_id, ground_cell.open
  FROM nearness.ground_cell
  WHERE ground_cell.cell = ANY (appeared)
  ON CONFLICT DO NOTHING;
  UPDATE post_cell
  SET cell = nearness.post_cell(post.origin_cell)
  FROM post
  WHERE post_cell.by = 'stands'
    AND post.id = post_cell.post_id
    AND post_cell.cell <> nearness.post_cell(post.origin_cell);
END
$$;
COMMENT ON FUNCTION nearness.follow_cells(bigint[]) IS
  'After published cells changed (appeared: those that are new): posts to a radius or area come by those they hold now, and watched posts stand where maps show them.';

CREATE OR REPLACE FUNCTION nearness.follow_closing() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- A review that publishes other cells sees what this post is, or this sees its cells.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('nearness.post_cell', 0));
  UPDATE post_cell SET open = nearness.is_open(new.closed_at, new.hidden_at) WHERE post_cell.post_id = new.id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION nearness.follow_closing() IS
  'Of a post that closes, is hidden, or is shown again: its cells say so. It is still read where one has its number, so they are kept.';
CREATE OR REPLACE TRIGGER follow_closing
AFTER UPDATE OF closed_at, hidden_at ON post
FOR EACH ROW
WHEN (nearness.is_open(old.closed_at, old.hidden_at) <> nearness.is_open(new.closed_at, new.hidden_at))
EXECUTE FUNCTION nearness.follow_closing();

CREATE OR REPLACE VIEW nearness.watched_key AS
SELECT post.id AS post_id, 'from_zone' AS by, post.origin_zone AS key
FROM post
WHERE post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)
  AND NOT post.on_homes
UNION ALL
SELECT post.id, 'from_commune', post.origin_commune_id
FROM post
WHERE post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)
UNION ALL
SELECT post_cell.post_id, 'stands', post_cell.cell
FROM post_cell
WHERE post_cell.by = 'stands';
COMMENT ON VIEW nearness.watched_key IS
  'Sentence 9. What a post comes to watchers by: the zone and commune it is from, and the cell it stands in.';

-- What comes to a member, a view for each word; where the key does not say the tier, with the reader's own zone and commune:
-- so each is read from one index of residence. No unions here: the planner takes each of them apart, and goes from a member to
-- posts or from a post to its members, whichever is shorter.

CREATE OR REPLACE VIEW nearness.neighbourhood_key AS
SELECT person.member_id, person.zone AS key, 'neighbour' AS tier, NULL::smallint AS rings,
  NULL::bigint AS home_zone, NULL::bigint AS home_commune, person.hidden_from_wider
FROM nearness.person;
COMMENT ON VIEW nearness.neighbourhood_key IS 'Who has a zone as home neighbourhood.';

CREATE OR REPLACE VIEW nearness.wider_key AS
SELECT person.member_id, wider_area.other AS key, 'wider' AS tier, wider_area.rings,
  NULL::bigint AS home_zone, NULL::bigint AS home_commune, person.hidden_from_wider
FROM nearness.person
JOIN wider_area ON wider_area.zone = person.zone;
COMMENT ON VIEW nearness.wider_key IS 'Who has a zone in the wider area (nearness.near_zone says the same with one''s own).';

CREATE OR REPLACE VIEW nearness.commune_key AS
SELECT person.member_id, person.commune_id AS key, 'commune' AS tier, NULL::smallint AS rings,
  NULL::bigint AS home_zone, NULL::bigint AS home_commune, person.hidden_from_wider
FROM nearness.person;
COMMENT ON VIEW nearness.commune_key IS 'Who lives in a commune.';

CREATE OR REPLACE VIEW nearness.adjacent_commune_key AS
SELECT person.member_id, commune_adjacency.other_id AS key, 'adjacent_commune' AS tier, NULL::smallint AS rings,
  NULL::bigint AS home_zone, NULL::bigint AS home_commune, person.hidden_from_wider
FROM nearness.person
JOIN commune_adjacency ON commune_adjacency.commune_id = person.commune_id;
COMMENT ON VIEW nearness.adjacent_commune_key IS 'Who lives in a commune adjacent to this one (nearness.near_commune says the same with one''s own).';

CREATE OR REPLACE VIEW nearness.all_key AS
SELECT person.member_id, 0::bigint AS key, NULL::text AS tier, NULL::smallint AS rings,
  person.zone AS home_zone, person.commune_id AS home_commune, person.hidden_from_wider
FROM nearness.person;
COMMENT ON VIEW nearness.all_key IS 'Everybody.';

CREATE OR REPLACE VIEW nearness.cell_key AS
SELECT person.member_id, published_cell.cell AS key, NULL::text AS tier, NULL::smallint AS rings,
  person.zone AS home_zone, person.commune_id AS home_commune, person.hidden_from_wider
FROM nearness.person
JOIN published_cell
  -- Twice the same: from a member to the cell, and from a cell to its members.
  ON published_cell.cell IN (
    person.home_cell, nearness.cell_parent(person.home_cell, 8), nearness.cell_parent(person.home_cell, 7),
    nearness.cell_parent(person.home_cell, 6), nearness.cell_parent(person.home_cell, 5)
  )
  AND person.home_cell BETWEEN nearness.first_within(published_cell.cell) AND nearness.last_within(published_cell.cell);
COMMENT ON VIEW nearness.cell_key IS 'Whom a published cell places.';

CREATE OR REPLACE VIEW nearness.member_key AS
SELECT member_id, 'neighbourhood' AS by, key, tier, rings FROM nearness.neighbourhood_key
UNION ALL
SELECT member_id, 'wider', key, tier, rings FROM nearness.neighbourhood_key
UNION ALL
SELECT member_id, 'wider', key, tier, rings FROM nearness.wider_key
UNION ALL
SELECT member_id, 'commune', key, tier, rings FROM nearness.commune_key
UNION ALL
SELECT member_id, 'commune_adjacent', key, tier, rings FROM nearness.commune_key
UNION ALL
SELECT member_id, 'commune_adjacent', key, tier, rings FROM nearness.adjacent_commune_key
UNION ALL
SELECT member_id, 'all', key, tier, rings FROM nearness.all_key
UNION ALL
SELECT member_id, 'cell', key, tier, rings FROM nearness.cell_key;
COMMENT ON VIEW nearness.member_key IS
  'The keys by which posts come to a member, one row for each, with the tier of the post''s origin where the key says it (null: tiers are looked up).';

CREATE OR REPLACE VIEW nearness.watch_key AS
SELECT watch_area.id AS watch_id, person.member_id,
  CASE WHEN watch_area.neighbourhood_id IS NULL THEN 'from_commune' ELSE 'from_zone' END AS by,
  coalesce(watch_area.neighbourhood_id, watch_area.commune_id) AS key,
  person.zone AS home_zone, person.commune_id AS home_commune, person.hidden_from_wider
FROM watch_area
JOIN nearness.person ON person.member_id = watch_area.member_id
WHERE watch_area.geom IS NULL
UNION ALL
SELECT watch_area.id, person.member_id, 'stands', within.cell, person.zone, person.commune_id, person.hidden_from_wider
FROM watch_area
JOIN nearness.person ON person.member_id = watch_area.member_id
CROSS JOIN LATERAL unnest(watch_area.cells) AS within (cell)
JOIN cell_outline ON cell_outline.cell = within.cell;
COMMENT ON VIEW nearness.watch_key IS 'Sentence 9. The keys by which posts come to who watches an area (verified members): where they began.';

CREATE OR REPLACE VIEW nearness.visitor_key AS
SELECT visitor.member_id, reach_tier.reach AS by, visitor.zone AS key
FROM nearness.visitor
JOIN neighbourhood ON neighbourhood.id = visitor.zone AND neighbourhood.state = 'open'
CROSS JOIN (VALUES ('neighbourhood'), ('wider')) AS reach_tier (reach);
COMMENT ON VIEW nearness.visitor_key IS 'Sentence 9. What visitors read: posts that began in their own open neighbourhood, nothing from surroundings.';
