-- Before writing: about how many people a reach comes to, and how near they are. From published figures and drawn ground alone.

CREATE OR REPLACE FUNCTION nearness.people_by_tier(
  whole text, centre geometry, radius_m double precision, ground geometry,
  own geometry, wider geometry, communes geometry, adjacent geometry, own_least double precision, wider_least double precision
)
RETURNS TABLE (people integer, neighbour integer, wider_people integer, commune integer, adjacent_commune integer, beyond integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY
  WITH reached AS (
    SELECT cell_outline.cell FROM cell_outline
    WHERE whole = 'radius' AND nearness.in_radius(cell_outline.geom, centre, radius_m)
    UNION ALL
    SELECT cell_outline.cell FROM cell_outline
    WHERE whole = 'area' AND nearness.in_ground(cell_outline.geom, ground)
    UNION ALL
    SELECT published_cell.cell FROM published_cell WHERE whole = 'all'
  ),
  piece AS MATERIALIZED (
    -- A published cell counts whole where its centre decides, else for the share of it that lies inside.
    SELECT cell_outline.geom, published_cell.members::double precision AS people
    FROM reached
    JOIN published_cell ON published_cell.cell = reached.cell
    JOIN cell_outline ON cell_outline.cell = reached.cell
    UNION ALL
    SELECT part.geom, published_cell.members * ST_Area(part.geom) / ST_Area(cell_outline.geom)
    FROM cell_outline
    JOIN published_cell ON published_cell.cell = cell_outline.cell
    CROSS JOIN LATERAL (
      SELECT CASE WHEN ST_Covers(ground, cell_outline.geom) THEN cell_outline.geom ELSE ST_Intersection(ground, cell_outline.geom) END AS geom OFFSET 0
    ) AS part
    WHERE whole IS NULL
      AND ST_Intersects(ground, cell_outline.geom)
      AND ST_Area(part.geom) > 0
  ),
  -- Each ground holds those before it.
  near (nearest, ground, least) AS MATERIALIZED (
    VALUES (1, own, own_least), (2, wider, wider_least), (3, communes, NULL), (4, adjacent, NULL)
  ),
  counted AS (
    SELECT near.nearest, greatest(near.least, inside.people) AS people
    -- All pieces lie in the ground that was asked for.
    FROM (SELECT near.*, whole IS NULL AND ST_OrderingEquals(near.ground, people_by_tier.ground) AS is_all FROM near) AS near
    CROSS JOIN LATERAL (
      -- The people of a piece are spread evenly over its ground.
      SELECT sum(piece.people * CASE WHEN near.is_all THEN 1 ELSE nearness.share_inside(near.ground, piece.geom) END) AS people
      FROM piece
      WHERE near.is_all OR ST_Intersects(near.ground, piece.geom)
    ) AS inside
    UNION ALL
    SELECT 5, sum(piece.people) FROM piece
  ),
  -- As many as in the ground within, at least.
  grown AS (
    SELECT counted.nearest, coalesce(max(counted.people) OVER (ORDER BY counted.nearest), 0) AS people FROM counted
  ),
  apart AS (
    SELECT grown.nearest, grown.people, grown.people - coalesce(lag(grown.people) OVER (ORDER BY grown.nearest), 0) AS more
    FROM grown
  )
  SELECT nearness.rounded(max(apart.people)),
    nearness.rounded(sum(apart.more) FILTER (WHERE apart.nearest = 1)),
    nearness.rounded(sum(apart.more) FILTER (WHERE apart.nearest = 2)),
    nearness.rounded(sum(apart.more) FILTER (WHERE apart.nearest = 3)),
    nearness.rounded(sum(apart.more) FILTER (WHERE apart.nearest = 4)),
    nearness.rounded(sum(apart.more) FILTER (WHERE apart.nearest = 5))
  FROM apart;
END
$$;
COMMENT ON FUNCTION nearness.people_by_tier(
  text, geometry, double precision, geometry, geometry, geometry, geometry, geometry, double precision, double precision
) IS
  'Sentences 10 and 12. About how many members a reach holds, and of them by how near they are to who asks; each rounded, null below k. '
  'Counted are published cells, whole ones (whole: radius, in geodesic metres around centre; area, ground; all) or, null, the share of each that lies in ground (EPSG:4326). '
  'How near goes by four grounds, each within the next: one''s own zone, with the wider area, with the commune, with those adjacent. '
  'own_least, wider_least: what all know of the first two. A function of published figures, drawn ground and what one is shown of oneself: drawing areas tells nothing more.';
