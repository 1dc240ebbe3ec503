-- Posts beside those of the population: what reaches very many.

DELETE FROM post WHERE body = 'The largest communes';

-- The five communes that reach the most, with those around them: one post each.
INSERT INTO post (kind, author_id, body, reach, origin_zone, origin_surroundings, origin_commune_id, origin_cell, created_at)
SELECT 'news', author.member_id, 'The largest communes', 'commune_adjacent', author.zone, author.surroundings, author.commune_id,
  nearness.published_cell(author.home_cell), now()
FROM (
  SELECT near.commune_id, sum(lived.members) AS members
  FROM (SELECT commune_id, count(*) AS members FROM nearness.person GROUP BY commune_id) AS lived
  JOIN nearness.near_commune AS near ON near.other_id = lived.commune_id
  GROUP BY near.commune_id
  ORDER BY members DESC, near.commune_id
  LIMIT 5
) AS largest
CROSS JOIN LATERAL (
  SELECT residence.* FROM residence JOIN nearness.person USING (member_id)
  WHERE residence.commune_id = largest.commune_id ORDER BY residence.member_id LIMIT 1
) AS author;

-- Radii around the middle of their authors' published cells, ten of each size; place_post() stores the cells they hold.
DELETE FROM post WHERE body LIKE 'Within % km' OR body = 'A flood';
INSERT INTO post (kind, author_id, body, reach, radius_m, centre, origin_zone, origin_surroundings, origin_commune_id, origin_cell, created_at)
SELECT 'news', author.member_id, format('Within %s km', size.km), 'radius', size.km * 1000, ST_Centroid(cell_outline.geom),
  author.zone, author.surroundings, author.commune_id, cell_outline.cell, now()
FROM (VALUES (2), (10), (50)) AS size (km)
CROSS JOIN (
  SELECT residence.* FROM residence JOIN nearness.person USING (member_id)
  WHERE nearness.published_cell(residence.home_cell) IS NOT NULL
  ORDER BY hashint8(residence.member_id) LIMIT 10
) AS author
JOIN cell_outline ON cell_outline.cell = nearness.published_cell(author.home_cell);
SELECT nearness.place_post(post.id) FROM post WHERE post.body LIKE 'Within % km';

-- An operator's polygon of 200 corners around the middle of the largest commune: the circle that holds a tenth of all members.
INSERT INTO post (kind, author_id, body, reach, ground, on_homes, origin_zone, origin_surroundings, origin_commune_id, created_at)
SELECT 'news', author.member_id, 'A flood', 'area', ST_Multi(ST_Buffer(geography(middle.geom), tenth.metres, 'quad_segs=50')::geometry), true,
  author.zone, author.surroundings, NULL, now()
FROM (
  SELECT residence.* FROM residence JOIN nearness.person USING (member_id)
  WHERE residence.commune_id = (SELECT commune_id FROM residence WHERE commune_id IS NOT NULL GROUP BY commune_id ORDER BY count(*) DESC, commune_id LIMIT 1)
  ORDER BY residence.member_id LIMIT 1
) AS author
JOIN commune ON commune.id = author.commune_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(commune.geom) AS geom) AS middle
CROSS JOIN LATERAL (
  SELECT percentile_disc(0.1) WITHIN GROUP (ORDER BY ST_DistanceSphere(home.geom, middle.geom)) AS metres FROM private.home
) AS tenth;
