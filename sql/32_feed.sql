-- The feed of a member, ready to be shown: one row a post, newest first.

CREATE OR REPLACE FUNCTION nearness.feed(
  of_member bigint, before_post bigint, most integer,
  of_tier text DEFAULT NULL, of_kind text DEFAULT NULL, of_author bigint DEFAULT NULL
)
RETURNS TABLE (post_id bigint, tier text)
LANGUAGE sql STABLE ROWS 50
BEGIN ATOMIC
  SELECT seen.post_id, seen.tier
  FROM (
    SELECT reached.post_id, reached.tier FROM nearness.readable AS reached WHERE reached.member_id = of_member
    UNION ALL
    SELECT post.id, 'self' FROM post WHERE post.author_id = of_member
  ) AS seen
  JOIN post ON post.id = seen.post_id
  WHERE post.closed_at IS NULL
    AND (before_post IS NULL OR post.id < before_post)
    AND (of_tier IS NULL OR seen.tier = of_tier)
    AND (of_kind IS NULL OR post.kind = of_kind)
    AND (of_author IS NULL OR post.author_id = of_author)
  ORDER BY post.id DESC
  LIMIT most;
END;
COMMENT ON FUNCTION nearness.feed(bigint, bigint, integer, text, text, bigint) IS
  'The open posts that reach a member, and the member''s own, newest first; before_post (exclusive) pages on, null begins. '
  'Of them only those that come by a tier (self: one''s own), are of a kind, are an author''s, where these are given.';

CREATE OR REPLACE FUNCTION nearness.post_cell(origin_cell bigint) RETURNS bigint
-- SECURITY DEFINER: the analysts' views call it, and they may read no table.
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
BEGIN ATOMIC
  -- Cells may have been merged since: the one published now, else the frozen one (split since, so coarser than today's).
  SELECT coalesce(nearness.published_cell(origin_cell), origin_cell);
END;
COMMENT ON FUNCTION nearness.post_cell(bigint) IS 'The cell in which a post stands on maps today, from the published cell it began in; null: none.';

CREATE OR REPLACE FUNCTION nearness.post_shown(of_post bigint, of_member bigint)
RETURNS TABLE (
  id bigint, kind text, body text, reach text, created_at timestamptz, closed_at timestamptz,
  author_id bigint, author_name text, mine boolean, cell text, hidden_at timestamptz,
  tier text, rings smallint, origin_kind text, origin_name text, origin_commune text,
  home_kind text, home_name text, home_commune text
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT post.id, post.kind, post.body, post.reach, post.created_at, post.closed_at,
    author.id, author.name, post.author_id = of_member, nearness.cell_text(nearness.post_cell(post.origin_cell)), post.hidden_at,
    coalesce(why.tier, 'self'), why.rings, why.origin_kind, why.origin_name, why.origin_commune,
    why.home_kind, why.home_name, why.home_commune
  FROM post
  JOIN member AS author ON author.id = post.author_id
  LEFT JOIN LATERAL nearness.why_post(post.id, of_member) AS why ON true
  WHERE post.id = of_post
    -- Who is not reached, and did not write it, is shown nothing: not even that it exists.
    AND (why.tier IS NOT NULL OR post.author_id = of_member);
END;
COMMENT ON FUNCTION nearness.post_shown(bigint, bigint) IS
  'A post as one member is shown it, with the reason (why_post); no row when it neither reaches the member nor is the member''s own.';

CREATE OR REPLACE FUNCTION nearness.cell_requests_in(area geometry) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT count(*)
  FROM post
  JOIN cell_outline ON cell_outline.cell = nearness.post_cell(post.origin_cell)
  WHERE post.kind = 'request'
    AND post.closed_at IS NULL
    AND post.hidden_at IS NULL
    AND ST_Intersects(area, ST_Centroid(cell_outline.geom));
END;
COMMENT ON FUNCTION nearness.cell_requests_in(geometry) IS
  'How many open requests stand in cells whose centre an area holds. Pass the result to nearness.rounded().';
