-- Sentence 14: why a member sees a post, or meets a contact. Facts only; the sentence is put into words by the faces.

CREATE OR REPLACE FUNCTION nearness.place_name(zone bigint, published bigint)
RETURNS TABLE (kind text, name text, cell text, coarse boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT 'neighbourhood', neighbourhood.name, NULL::text, false
  FROM neighbourhood
  WHERE neighbourhood.id = zone
  UNION ALL
  -- Surroundings are named by the published cell alone: by the commune at its centre, and as coarse where it is coarser than they.
  SELECT 'surroundings', nearness.said_name(commune.name, commune.names), nearness.cell_text(published),
    published IS NULL OR nearness.cell_resolution(published) < 8
  FROM (SELECT 1 AS one WHERE nearness.is_surroundings(zone)) AS surroundings
  LEFT JOIN cell_outline ON cell_outline.cell = published
  LEFT JOIN commune ON commune.id = nearness.commune_at(ST_Centroid(cell_outline.geom));
END;
COMMENT ON FUNCTION nearness.place_name(bigint, bigint) IS
  'How a zone is called before others: an open neighbourhood by its name; surroundings by their published cell '
  '(its text, the commune at its centre, coarse when it is larger than they are or there is none).';

CREATE OR REPLACE FUNCTION nearness.placed(centre geometry, origin_cell bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT centre IS NOT NULL AND NOT EXISTS (
      SELECT FROM cell_outline WHERE cell_outline.cell = origin_cell AND ST_Equals(ST_Centroid(cell_outline.geom), centre)
    )
  );
END
$$;
COMMENT ON FUNCTION nearness.placed(geometry, bigint) IS
  'Whether the centre of a radius is a public place that the author picked, and not the middle of the cell where the post was written.';

CREATE OR REPLACE FUNCTION nearness.why_post(of_post bigint, of_member bigint)
RETURNS TABLE (
  tier text, rings smallint, reach text,
  origin_kind text, origin_name text, origin_cell text, origin_commune text,
  home_kind text, home_name text, home_commune text, watched text
)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT reached.tier, CASE WHEN NOT (origin.coarse OR home.coarse) THEN reached.rings END, post.reach,
    origin.kind, origin.name, origin.cell, nearness.said_name(origin_commune.name, origin_commune.names),
    home.kind, home.name, nearness.said_name(home_commune.name, home_commune.names), watch_area.name
  FROM nearness.readable AS reached
  JOIN post ON post.id = reached.post_id
  JOIN residence ON residence.member_id = reached.member_id
  CROSS JOIN LATERAL nearness.place_name(post.origin_zone, post.origin_cell) AS origin
  CROSS JOIN LATERAL nearness.place_name(residence.zone, nearness.published_cell(residence.home_cell)) AS home
  LEFT JOIN commune AS origin_commune ON origin_commune.id = post.origin_commune_id
  LEFT JOIN commune AS home_commune ON home_commune.id = residence.commune_id
  LEFT JOIN watch_area ON watch_area.id = reached.watch_id
  WHERE reached.post_id = of_post
    AND reached.member_id = of_member
  -- Whom a post reaches is not told of a watch that would bring it too.
  ORDER BY reached.watch_id NULLS FIRST
  LIMIT 1;
END
$$;
COMMENT ON FUNCTION nearness.why_post(bigint, bigint) IS
  'Sentence 14. Why a post comes to a member: tier, rings between the neighbourhoods (none where one is known by a coarse cell only), '
  'the names of both, and of the area that the member watches where that alone brings it. No row when it does not come.';
