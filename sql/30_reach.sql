-- Sentence 9: seeing is being reached. One relation, read from both ends: the feed of a member, the audience of a post.

-- Which reach goes by which keys stands here for audiences and in member_key for feeds: as constants, which an index of posts is
-- asked for; from a table they would be joined. Audiences and feeds are held against each other (tests/nearness).
CREATE OR REPLACE VIEW nearness.come AS
SELECT 'recipient' AS as_what, NULL::bigint AS watch_id, post.id AS post_id, mine.*
FROM post JOIN nearness.neighbourhood_key AS mine ON mine.key = post.key
WHERE post.reach IN ('neighbourhood', 'wider')
UNION ALL
SELECT 'recipient', NULL::bigint, post.id, mine.*
FROM post JOIN nearness.wider_key AS mine ON mine.key = post.key
WHERE post.reach = 'wider'
UNION ALL
SELECT 'recipient', NULL::bigint, post.id, mine.*
FROM post JOIN nearness.commune_key AS mine ON mine.key = post.key
WHERE post.reach IN ('commune', 'commune_adjacent')
UNION ALL
SELECT 'recipient', NULL::bigint, post.id, mine.*
FROM post JOIN nearness.adjacent_commune_key AS mine ON mine.key = post.key
WHERE post.reach = 'commune_adjacent'
UNION ALL
SELECT 'recipient', NULL::bigint, post.id, mine.*
FROM post JOIN nearness.all_key AS mine ON mine.key = post.key
WHERE post.reach = 'all'
UNION ALL
SELECT 'recipient', NULL::bigint, post_cell.post_id, mine.*
FROM post_cell JOIN nearness.cell_key AS mine ON mine.key = post_cell.cell
WHERE post_cell.by = 'cell'
UNION ALL
-- The same twice, from either end: who reads this takes one of the two.
SELECT 'home', NULL::bigint, home_told.post_id, home_told.member_id, 0::bigint, NULL::text, NULL::smallint,
  home_told.zone, home_told.commune_id, home_told.hidden_from_wider
FROM nearness.home_told
UNION ALL
SELECT 'ground', NULL::bigint, ground_told.post_id, ground_told.member_id, 0::bigint, NULL::text, NULL::smallint,
  ground_told.zone, ground_told.commune_id, ground_told.hidden_from_wider
FROM nearness.ground_told
UNION ALL
SELECT 'watcher', mine.watch_id, watched_key.post_id, mine.member_id, mine.key, NULL::text, NULL::smallint,
  mine.home_zone, mine.home_commune, mine.hidden_from_wider
FROM nearness.watched_key JOIN nearness.watch_key AS mine ON mine.by = watched_key.by AND mine.key = watched_key.key;
COMMENT ON VIEW nearness.come IS 'Which posts come to whom, by reach (recipient; home and ground, both the same: by an authority''s area on exact homes) or by a watched area (watcher), before what acts between two people (30_reach: sees).';

CREATE OR REPLACE VIEW nearness.sees AS
SELECT come.as_what, come.watch_id, come.post_id, come.member_id,
  CASE
    WHEN come.tier IS NOT NULL THEN come.tier
    WHEN come.home_zone = post.origin_zone AND NOT post.on_homes THEN 'neighbour'
    WHEN NOT (post.on_homes OR author.hidden_from_wider OR come.hidden_from_wider) AND (
      SELECT wider_area.rings FROM wider_area WHERE wider_area.zone = post.origin_zone AND wider_area.other = come.home_zone
    ) IS NOT NULL THEN 'wider'
    WHEN come.home_commune = post.origin_commune_id THEN 'commune'
    WHEN (
      SELECT commune_adjacency.other_id FROM commune_adjacency
      WHERE commune_adjacency.commune_id = post.origin_commune_id AND commune_adjacency.other_id = come.home_commune
    ) IS NOT NULL THEN 'adjacent_commune'
    ELSE 'beyond'
  END AS tier,
  come.rings
FROM nearness.come
JOIN post ON post.id = come.post_id
JOIN nearness.person AS author ON author.member_id = post.author_id
-- Of an author once, however many it comes to; and not by sorting all blocks there are.
CROSS JOIN LATERAL (
  SELECT ARRAY(SELECT blocked.other_id FROM nearness.blocked WHERE blocked.member_id = post.author_id) AS others OFFSET 0
) AS shunned
WHERE come.member_id <> post.author_id
  AND post.hidden_at IS NULL
  AND (come.tier IS DISTINCT FROM 'wider' OR NOT (author.hidden_from_wider OR come.hidden_from_wider))
  AND come.member_id <> ALL (shunned.others);
COMMENT ON VIEW nearness.sees IS
  'Sentence 9. Recipients and watchers of each post, and by which tier: that of the key it came by, else the nearest that holds between the post''s frozen '
  'origin and the reader (an authority''s post is from a commune, not from a home). A post is never its author''s, blocks and pauses act both ways, '
  'and what moderation hid reaches nobody.';

CREATE OR REPLACE VIEW nearness.reached AS
SELECT sees.post_id, sees.member_id, sees.tier, sees.rings
FROM nearness.sees
WHERE sees.as_what IN ('recipient', 'home');
COMMENT ON VIEW nearness.reached IS
  'Sentence 9. A row for each post and each member whom its reach comes to. By post_id it is the audience, by member_id the feed.';

CREATE OR REPLACE VIEW nearness.readable AS
SELECT sees.post_id, sees.member_id, sees.tier, sees.rings, sees.watch_id
FROM nearness.sees
WHERE sees.as_what IN ('recipient', 'home', 'watcher')
UNION ALL
SELECT post.id, visitor_key.member_id, 'neighbour', NULL::smallint, NULL::bigint
FROM post
JOIN nearness.person AS author ON author.member_id = post.author_id
JOIN nearness.visitor_key ON visitor_key.by = post.reach AND visitor_key.key = post.key
WHERE post.hidden_at IS NULL
  AND NOT EXISTS (
    SELECT FROM nearness.blocked WHERE blocked.member_id = visitor_key.member_id AND blocked.other_id = post.author_id
  );
COMMENT ON VIEW nearness.readable IS
  'Sentence 9. The audience, and the readers who are not recipients: watchers (a row for each area by which they read it), visitors. '
  'Feeds and reasons read this; audiences, counts and contacts read nearness.reached.';

CREATE OR REPLACE FUNCTION nearness.audience(of_post bigint) RETURNS TABLE (member_id bigint, tier text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1000
-- Planned once a connection: planning takes 20 ms, the audience of a neighbourhood less than one.
-- To start others that help would take longer than any but the largest.
SET plan_cache_mode = force_generic_plan SET max_parallel_workers_per_gather = 0 AS $$
BEGIN
  RETURN QUERY
  -- What nearness.reached says, of ground found from the ground.
  SELECT sees.member_id::bigint, sees.tier
  FROM nearness.sees
  WHERE sees.post_id = of_post
    AND sees.as_what IN ('recipient', 'ground')
  -- Who stores them by member writes twice as fast in this order.
  ORDER BY sees.member_id;
END
$$;
COMMENT ON FUNCTION nearness.audience(bigint) IS
  'Sentence 9. The members whom a post reaches, and by which tier, ready to be inserted elsewhere. For the service alone: never shown, never counted for anybody.';
