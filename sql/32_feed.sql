-- The feed of a member, ready to be shown: one row a post, newest first.

CREATE OR REPLACE VIEW nearness.reader_key AS
SELECT member_key.member_id, member_key.by, member_key.key, member_key.tier FROM nearness.member_key
UNION ALL
SELECT watch_key.member_id, watch_key.by, watch_key.key, NULL::text FROM nearness.watch_key
UNION ALL
SELECT visitor_key.member_id, visitor_key.by, visitor_key.key, 'neighbour' FROM nearness.visitor_key;
COMMENT ON VIEW nearness.reader_key IS 'The keys by which anything comes to a member, as recipient, watcher or visitor.';

CREATE OR REPLACE VIEW nearness.tier_origin AS
SELECT neighbourhood_key.member_id, neighbourhood_key.tier, 'from_zone' AS by, neighbourhood_key.key FROM nearness.neighbourhood_key
UNION ALL
SELECT wider_key.member_id, wider_key.tier, 'from_zone', wider_key.key FROM nearness.wider_key
UNION ALL
SELECT commune_key.member_id, commune_key.tier, 'from_commune', commune_key.key FROM nearness.commune_key
UNION ALL
SELECT adjacent_commune_key.member_id, adjacent_commune_key.tier, 'from_commune', adjacent_commune_key.key FROM nearness.adjacent_commune_key;
COMMENT ON VIEW nearness.tier_origin IS
  'Where a post began that is of a tier to a member: the zones, or the communes. Of beyond there are none: that is everywhere else.';

CREATE OR REPLACE FUNCTION nearness.feed(
  of_member bigint, before_post bigint, most integer,
  of_tier text DEFAULT NULL, of_kind text DEFAULT NULL, of_author bigint DEFAULT NULL
)
RETURNS TABLE (post_id bigint, tier text, rings smallint, watch_id bigint)
LANGUAGE plpgsql STABLE ROWS 50
-- Planned once: planning anew takes longer than a page.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  batch integer := most;
  edge bigint := coalesce(before_post, 9223372036854775807);
  missing integer := most;
  newest bigint[];
  found integer;
BEGIN
  IF of_tier = 'self' THEN
    of_author := of_member;
  END IF;
  WHILE missing > 0 LOOP
    -- The newest that may be for the member: by an author whom she asked for, else the newest of each of her keys.
    IF of_author IS NOT NULL THEN
      SELECT array_agg(written.id) INTO newest
      FROM (
        SELECT post.id FROM post
        WHERE post.author_id = of_author AND post.id < edge AND post.closed_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
        ORDER BY post.id DESC
        LIMIT batch
      ) AS written;
    ELSE
      SELECT array_agg(come.post_id) INTO newest
      FROM (
        SELECT by_key.post_id
        FROM nearness.reader_key
        CROSS JOIN LATERAL (
          -- What comes by it, each in the order of an index. More than that is no harm: readable decides.
          (
            SELECT post.id AS post_id FROM post
            WHERE post.reach = reader_key.by AND post.key = reader_key.key AND post.id < edge
              AND post.closed_at IS NULL AND post.hidden_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
            ORDER BY post.id DESC
            LIMIT batch
          )
          UNION ALL
          (
            SELECT post_cell.post_id FROM post_cell
            CROSS JOIN LATERAL (
              SELECT FROM post WHERE post.id = post_cell.post_id AND (of_kind IS NULL OR post.kind = of_kind) OFFSET 0
            ) AS of_that_kind
            WHERE post_cell.by = reader_key.by AND post_cell.cell = reader_key.key AND post_cell.open AND post_cell.post_id < edge
            ORDER BY post_cell.post_id DESC
            LIMIT batch
          )
          UNION ALL
          (
            SELECT post.id FROM post
            WHERE reader_key.by = 'from_zone' AND post.origin_zone = reader_key.key AND post.id < edge
              AND post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)
              AND post.closed_at IS NULL AND post.hidden_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
            ORDER BY post.id DESC
            LIMIT batch
          )
          UNION ALL
          (
            SELECT post.id FROM post
            WHERE reader_key.by = 'from_commune' AND post.origin_commune_id = reader_key.key AND post.id < edge
              AND post.reach IN (SELECT watched_reach.reach FROM nearness.watched_reach)
              AND post.closed_at IS NULL AND post.hidden_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
            ORDER BY post.id DESC
            LIMIT batch
          )
        ) AS by_key
        WHERE reader_key.member_id = of_member
          AND CASE
            WHEN of_tier IS NULL THEN true
            -- Radii, areas and what is for all say no tier, and few of many are of the one asked for: then by where they began, below.
            WHEN reader_key.by IN ('cell', 'all') THEN of_tier = 'beyond'
            ELSE coalesce(reader_key.tier, of_tier) = of_tier
          END
        UNION
        SELECT by_origin.post_id
        FROM nearness.tier_origin
        CROSS JOIN LATERAL (
          (
            SELECT post.id AS post_id FROM post
            WHERE tier_origin.by = 'from_zone' AND post.origin_zone = tier_origin.key AND post.id < edge
              AND post.reach IN ('radius', 'area', 'all')
              AND post.closed_at IS NULL AND post.hidden_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
            ORDER BY post.id DESC
            LIMIT batch
          )
          UNION ALL
          (
            SELECT post.id FROM post
            WHERE tier_origin.by = 'from_commune' AND post.origin_commune_id = tier_origin.key AND post.id < edge
              AND post.reach IN ('radius', 'area', 'all')
              AND post.closed_at IS NULL AND post.hidden_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
            ORDER BY post.id DESC
            LIMIT batch
          )
        ) AS by_origin
        WHERE tier_origin.member_id = of_member
          AND tier_origin.tier = of_tier
        UNION
        (
          SELECT home_told.post_id FROM nearness.home_told
          WHERE home_told.member_id = of_member AND home_told.post_id < edge
          ORDER BY home_told.post_id DESC
          LIMIT batch
        )
        UNION
        (
          SELECT post.id FROM post
          WHERE post.author_id = of_member AND of_tier IS NULL AND post.id < edge AND post.closed_at IS NULL AND (of_kind IS NULL OR post.kind = of_kind)
          ORDER BY post.id DESC
          LIMIT batch
        )
        ORDER BY post_id DESC
        LIMIT batch
      ) AS come;
    END IF;
    RETURN QUERY
    SELECT seen.id, seen.tier, seen.rings, seen.watch_id
    FROM (
      -- Whom a post reaches is not told of a watch that would bring it too.
      SELECT DISTINCT ON (post.id) post.id, coalesce(readable.tier, 'self') AS tier, readable.rings, readable.watch_id
      FROM post
      LEFT JOIN (
        -- Which posts, said here once more: a condition of the join would not reach into the view.
        SELECT * FROM nearness.readable WHERE readable.member_id = of_member AND readable.post_id = ANY (newest)
      ) AS readable ON readable.post_id = post.id
      WHERE post.id = ANY (newest)
        AND post.closed_at IS NULL
        AND (of_kind IS NULL OR post.kind = of_kind)
        AND (readable.post_id IS NOT NULL OR post.author_id = of_member)
      ORDER BY post.id DESC, readable.watch_id NULLS FIRST
    ) AS seen
    WHERE of_tier IS NULL OR seen.tier = of_tier
    ORDER BY seen.id DESC
    LIMIT missing;
    GET DIAGNOSTICS found = ROW_COUNT;
    EXIT WHEN coalesce(cardinality(newest), 0) < batch;
    missing := missing - found;
    edge := newest[batch];
    batch := least(2 * batch, 1000);
  END LOOP;
END
$$;
COMMENT ON FUNCTION nearness.feed(bigint, bigint, integer, text, text, bigint) IS
  'The open posts that a member may read, and the member''s own, newest first; before_post (exclusive) pages on, null begins. '
  'Of them only those that come by a tier (self: one''s own), are of a kind, are an author''s, where these are given. '
  'The newest of each key are merged and then asked whether the member reads them (readable); what is filtered out is made up for. '
  'Of a tier, posts whose keys say none are found by where they began (tier_origin).';

CREATE OR REPLACE FUNCTION nearness.posts_shown(of_member bigint, posts bigint[], tiers text[], ring integer[], watches bigint[])
RETURNS TABLE (
  id bigint, kind text, body text, reach text, created_at timestamptz, closed_at timestamptz,
  author_id bigint, author_name text, mine boolean, cell text, outline json, hidden_at timestamptz,
  tier text, rings smallint, origin_kind text, origin_name text, origin_commune text,
  home_kind text, home_name text, home_commune text,
  radius_m integer, placed boolean, on_homes boolean, watched text, photos json
)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH came AS MATERIALIZED (
    SELECT came.tier, came.rings, came.watch_id, post.*
    FROM unnest(posts, tiers, ring, watches) AS came (post_id, tier, rings, watch_id)
    JOIN post ON post.id = came.post_id
  ),
  -- Cells are looked up, and places named, once, however many posts are from there.
  stands AS MATERIALIZED (
    SELECT began.origin_cell, nearness.cell_text(began.cell) AS cell, ST_AsGeoJSON(cell_outline.geom, 6)::json AS outline
    FROM (
      SELECT known.origin_cell, nearness.post_cell(known.origin_cell) AS cell
      FROM (SELECT DISTINCT came.origin_cell FROM came WHERE came.origin_cell IS NOT NULL) AS known
      OFFSET 0
    ) AS began
    LEFT JOIN cell_outline ON cell_outline.cell = began.cell
  ),
  origin AS MATERIALIZED (
    SELECT began.origin_zone, began.origin_cell, place.*
    FROM (SELECT DISTINCT came.origin_zone, came.origin_cell FROM came WHERE came.tier <> 'self') AS began
    CROSS JOIN LATERAL nearness.place_name(began.origin_zone, began.origin_cell) AS place
  ),
  home AS MATERIALIZED (
    SELECT place.*, nearness.said_name(commune.name, commune.names) AS commune
    FROM residence
    CROSS JOIN LATERAL nearness.place_name(residence.zone, nearness.published_cell(residence.home_cell)) AS place
    LEFT JOIN commune ON commune.id = residence.commune_id
    WHERE residence.member_id = of_member
  )
  SELECT came.id, came.kind, came.body, came.reach, came.created_at, came.closed_at,
    author.id::bigint, author.name, came.author_id = of_member, stands.cell, stands.outline, came.hidden_at,
    came.tier, CASE WHEN NOT (origin.coarse OR home.coarse) THEN came.rings END::smallint,
    origin.kind, origin.name, nearness.said_name(origin_commune.name, origin_commune.names),
    home.kind, home.name, home.commune,
    came.radius_m, nearness.placed(came.centre, came.origin_cell), came.on_homes, watch_area.name,
    (
      SELECT json_agg(json_build_object('number', photo.number, 'key', photo.key, 'width', photo.width, 'height', photo.height, 'alt', photo.alt) ORDER BY photo.number)
      FROM post_photo AS photo
      WHERE photo.post_id = came.id AND nearness.photo_left_to(photo.key, of_member)
    )
  FROM came
  JOIN member AS author ON author.id = came.author_id
  LEFT JOIN stands ON stands.origin_cell = came.origin_cell
  -- Oneself needs no reason.
  LEFT JOIN home ON came.tier <> 'self'
  LEFT JOIN origin ON came.tier <> 'self'
    AND origin.origin_zone = came.origin_zone AND origin.origin_cell IS NOT DISTINCT FROM came.origin_cell
  LEFT JOIN commune AS origin_commune ON came.tier <> 'self' AND origin_commune.id = came.origin_commune_id
  LEFT JOIN watch_area ON watch_area.id = came.watch_id
  WHERE came.tier = 'self' OR origin.kind IS NOT NULL AND home.kind IS NOT NULL;
END
$$;
COMMENT ON FUNCTION nearness.posts_shown(bigint, bigint[], text[], integer[], bigint[]) IS
  'Sentence 14. Posts as one member is shown them, and why they come: tier and rings between the neighbourhoods (none where one is known by a coarse '
  'cell only), the names of both, and of the area that the member watches where that alone brings it; outline: of the cell, photos: those left to the member. '
  'posts, tiers, ring and watches: as feed() or readable has them for this member, self for the member''s own; nothing is asked again here.';

CREATE OR REPLACE FUNCTION nearness.post_shown(of_post bigint, of_member bigint)
RETURNS TABLE (
  id bigint, kind text, body text, reach text, created_at timestamptz, closed_at timestamptz,
  author_id bigint, author_name text, mine boolean, cell text, outline json, hidden_at timestamptz,
  tier text, rings smallint, origin_kind text, origin_name text, origin_commune text,
  home_kind text, home_name text, home_commune text,
  radius_m integer, placed boolean, on_homes boolean, watched text, photos json
)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT shown.*
  FROM (
    -- Who is not reached, and did not write it, is shown nothing: not even that it exists.
    SELECT readable.tier, readable.rings, readable.watch_id FROM nearness.readable
    WHERE readable.post_id = of_post AND readable.member_id = of_member
    UNION ALL
    SELECT 'self', NULL::smallint, NULL::bigint FROM post WHERE post.id = of_post AND post.author_id = of_member
    -- Whom a post reaches is not told of a watch that would bring it too.
    ORDER BY watch_id NULLS FIRST
    LIMIT 1
  ) AS came
  CROSS JOIN LATERAL nearness.posts_shown(
    of_member, ARRAY[of_post], ARRAY[came.tier], ARRAY[came.rings::integer], ARRAY[came.watch_id]
  ) AS shown;
END
$$;
COMMENT ON FUNCTION nearness.post_shown(bigint, bigint) IS
  'A post as one member is shown it (posts_shown); no row when it neither reaches the member nor is the member''s own.';

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
