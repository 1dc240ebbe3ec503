-- Sentence 14: why a member sees a post (32_feed), or meets a contact (46_contacts). Facts only; the sentence is put into words by the faces.

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
  -- Most posts have none.
  IF centre IS NULL THEN
    RETURN false;
  END IF;
  RETURN NOT EXISTS (
    SELECT FROM cell_outline WHERE cell_outline.cell = origin_cell AND ST_Equals(ST_Centroid(cell_outline.geom), centre)
  );
END
$$;
COMMENT ON FUNCTION nearness.placed(geometry, bigint) IS
  'Whether the centre of a radius is a public place that the author picked, and not the middle of the cell where the post was written.';
