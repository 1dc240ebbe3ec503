-- Sentences 9 and 10: what a post comes by, and what comes to a member. A post comes to whoever has one of its keys (30_reach).
-- A key is a word and a number: a zone, a commune, a published cell, or nought.

CREATE OR REPLACE VIEW nearness.watched_reach (reach) AS
VALUES ('commune'), ('commune_adjacent'), ('all');
COMMENT ON VIEW nearness.watched_reach IS 'Sentence 9. The reaches whose posts are read by watchers of the ground where they began.';

CREATE OR REPLACE VIEW nearness.ground_cell AS
SELECT post.id AS post_id, published_cell.cell
FROM post
JOIN cell_outline
  -- Within the largest radius there is, an index finds either by the other.
  ON ST_DWithin(post.centre::geography, ST_Centroid(cell_outline.geom)::geography, 50000)
  AND ST_DWithin(post.centre::geography, ST_Centroid(cell_outline.geom)::geography, post.radius_m)
JOIN published_cell ON published_cell.cell = cell_outline.cell
WHERE post.centre IS NOT NULL
UNION ALL
SELECT post.id, published_cell.cell
FROM post
JOIN cell_outline ON cell_outline.geom && post.ground AND ST_Covers(post.ground, ST_Centroid(cell_outline.geom))
JOIN published_cell ON published_cell.cell = cell_outline.cell
WHERE post.ground IS NOT NULL
  AND NOT post.on_homes;
COMMENT ON VIEW nearness.ground_cell IS
  'Sentence 10. The published cells whose middle the radius or area of a post holds: geodesic metres, borders included. post_cell keeps them.';

CREATE OR REPLACE FUNCTION nearness.place_post(of_post bigint) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT AS $$
BEGIN
  -- A review that publishes other cells sees this post, or this sees its cells.
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('nearness.post_cell', 0));
  INSERT INTO post_cell (by, cell, post_id)
  SELECT 'cell', ground_cell.cell, ground_cell.post_id
  FROM nearness.ground_cell
  WHERE ground_cell.post_id = of_post
  UNION ALL
  SELECT 'stands', nearness.post_cell(post.origin_cell), post.id
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
  INSERT INTO post_cell (by, cell, post_id)
  SELECT 'cell', ground_cell.cell, ground_cell.post_id
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

CREATE OR REPLACE VIEW nearness.post_key AS
SELECT post.id AS post_id, post.reach AS by, post.key, post.kind, post.closed_at, post.hidden_at
FROM post
WHERE post.key IS NOT NULL
UNION ALL
SELECT post.id, post_cell.by, post_cell.cell, post.kind, post.closed_at, post.hidden_at
FROM post_cell
JOIN post ON post.id = post_cell.post_id
UNION ALL
SELECT post.id, 'from_zone', post.origin_zone, post.kind, post.closed_at, post.hidden_at
FROM post
WHERE post.reach IN ('commune', 'commune_adjacent', 'all')
  AND NOT post.on_homes
UNION ALL
SELECT post.id, 'from_commune', post.origin_commune_id, post.kind, post.closed_at, post.hidden_at
FROM post
WHERE post.reach IN ('commune', 'commune_adjacent', 'all');
COMMENT ON VIEW nearness.post_key IS
  'What a post comes by: to members, its reach and the zone, commune or nought of it, or the published cells (cell) that its radius or area holds; '
  'to watchers, the zone and commune it is from, and the cell it stands in. An authority''s area goes by no key but by homes (home_told).';

CREATE OR REPLACE VIEW nearness.member_key AS
SELECT person.member_id, 'neighbourhood' AS by, person.zone AS key, 'neighbour' AS tier, NULL::smallint AS rings
FROM nearness.person
UNION ALL
SELECT person.member_id, 'wider', near.other, near.tier, near.rings
FROM nearness.person
JOIN nearness.near_zone AS near ON near.zone = person.zone
UNION ALL
SELECT person.member_id, 'commune', person.commune_id, 'commune', NULL
FROM nearness.person
UNION ALL
SELECT person.member_id, 'commune_adjacent', near.other_id, near.tier, NULL
FROM nearness.person
JOIN nearness.near_commune AS near ON near.commune_id = person.commune_id
UNION ALL
SELECT person.member_id, 'all', 0, NULL, NULL
FROM nearness.person
UNION ALL
SELECT person.member_id, 'cell', published_cell.cell, NULL, NULL
FROM nearness.person
JOIN published_cell
  -- Twice the same: from a member to the cell, and from a cell to its members.
  ON published_cell.cell IN (
    person.home_cell, nearness.cell_parent(person.home_cell, 8), nearness.cell_parent(person.home_cell, 7),
    nearness.cell_parent(person.home_cell, 6), nearness.cell_parent(person.home_cell, 5)
  )
  AND person.home_cell BETWEEN nearness.first_within(published_cell.cell) AND nearness.last_within(published_cell.cell);
COMMENT ON VIEW nearness.member_key IS
  'The keys by which posts come to a member, one row for each, with the tier of the post''s origin where the key says it (null: tiers are looked up).';

CREATE OR REPLACE VIEW nearness.watch_key AS
SELECT watch_area.id AS watch_id, person.member_id,
  CASE WHEN watch_area.neighbourhood_id IS NULL THEN 'from_commune' ELSE 'from_zone' END AS by,
  coalesce(watch_area.neighbourhood_id, watch_area.commune_id) AS key
FROM watch_area
JOIN nearness.person ON person.member_id = watch_area.member_id
WHERE watch_area.geom IS NULL
UNION ALL
SELECT watch_area.id, person.member_id, 'stands', within.cell
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
