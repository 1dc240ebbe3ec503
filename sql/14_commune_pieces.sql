-- Sentence 4, made quick: communes cut along a grid (docs/decisions/027). A point asks the few pieces of its square, found by number;
-- whole polygons are asked where more than one piece is at hand, that is at an edge.

-- The schema is made, with its rights, by 00_roles.sql; this line lets the file run alone.
CREATE SCHEMA IF NOT EXISTS nearness;

CREATE OR REPLACE FUNCTION nearness.square_of(lon double precision, lat double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(lon * 32)::integer * 16384 + floor(lat * 32)::integer;
COMMENT ON FUNCTION nearness.square_of(double precision, double precision) IS
  'The number of the square of 1/32 degree in which a place (EPSG:4326) lies; its south and west sides are its own.';

CREATE OR REPLACE FUNCTION nearness.square_outline(square integer) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT ST_Expand(ST_MakeEnvelope(at.x / 32::float8, at.y / 32::float8, (at.x + 1) / 32::float8, (at.y + 1) / 32::float8, 4326), 1e-6)
  -- North is never as far as 8192 squares.
  FROM (SELECT (square + 8192) >> 14 AS x) AS east
  CROSS JOIN LATERAL (SELECT east.x, square - (east.x << 14) AS y) AS at;
END;
COMMENT ON FUNCTION nearness.square_outline(integer) IS
  'A square and 1e-6 degrees around it, so that whatever comes within 1e-9 of a place inside has a piece with some ground (EPSG:4326).';

CREATE OR REPLACE FUNCTION nearness.commune_of_whole(place geometry) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT covering.id
    FROM (
      SELECT commune.id, commune.country, commune.code
      FROM commune
      WHERE commune.valid_to IS NULL
        AND ST_Covers(commune.geom, place)
      -- A fence: else the planner may walk all codes in order and test every polygon on the way.
      OFFSET 0
    ) AS covering
    ORDER BY covering.country COLLATE "C", covering.code COLLATE "C"
    LIMIT 1
  );
END
$$;
COMMENT ON FUNCTION nearness.commune_of_whole(geometry) IS
  'Sentence 4, word for word. The current commune that covers a place (EPSG:4326), border included; of several the least (country, code) '
  'in byte order. Null where there is none.';

CREATE OR REPLACE FUNCTION nearness.commune_covering(place geometry) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  -- One piece within 1e-9 degrees, of a commune or of what is none: all edges are further away, and cutting moves none by more than 1e-13.
  SELECT CASE WHEN count(*) = 1 THEN nullif(min(piece.commune_id), 0) ELSE nearness.commune_of_whole(place) END
  FROM commune_piece AS piece
  WHERE piece.square = nearness.square_of(ST_X(place), ST_Y(place))
    AND ST_DWithin(piece.geom, place, 1e-9);
END;
COMMENT ON FUNCTION nearness.commune_covering(geometry) IS
  'What commune_at() answers, always in one row (null: none), for statements that ask for many places: the planner puts it into them, '
  'which commune_at() is too late for.';

CREATE OR REPLACE FUNCTION nearness.cut_communes(squares integer[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
-- Its plans look dear and are not: compiling them would take longer than they do.
SET jit = off AS $$
BEGIN
  DELETE FROM commune_piece WHERE commune_piece.square = ANY (squares);
  INSERT INTO commune_piece (square, commune_id, geom)
  WITH
  outlined AS MATERIALIZED (
    SELECT wanted.square, nearness.square_outline(wanted.square) AS geom
    FROM (SELECT DISTINCT square FROM unnest(squares) AS given (square)) AS wanted
  ),
  piece AS MATERIALIZED (
    SELECT outlined.square, near.id, ST_CollectionExtract(ST_Intersection(near.geom, outlined.geom), 3) AS geom
    FROM outlined
    CROSS JOIN LATERAL (
      SELECT commune.id, commune.geom FROM commune WHERE commune.valid_to IS NULL AND commune.geom && outlined.geom OFFSET 0
    ) AS near
  ),
  covered AS MATERIALIZED (
    SELECT piece.square, ST_Union(piece.geom) AS geom FROM piece WHERE NOT ST_IsEmpty(piece.geom) GROUP BY piece.square
  )
  SELECT cut.square, cut.commune_id, cut.geom
  FROM (
    SELECT piece.square, piece.id AS commune_id, piece.geom FROM piece
    UNION ALL
    SELECT outlined.square, 0, CASE WHEN covered.geom IS NULL THEN outlined.geom ELSE ST_CollectionExtract(ST_Difference(outlined.geom, covered.geom), 3) END
    FROM outlined
    LEFT JOIN covered USING (square)
  ) AS cut
  WHERE NOT ST_IsEmpty(cut.geom)
  -- Pieces of a square are read together.
  ORDER BY cut.square, cut.commune_id;
END
$$;
COMMENT ON FUNCTION nearness.cut_communes(integer[]) IS 'Makes the pieces of these squares anew from the current communes.';

CREATE OR REPLACE FUNCTION nearness.squares_met(ground geometry) RETURNS SETOF integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  -- Part by part: between the islands of a commune lie a thousand squares of sea.
  SELECT DISTINCT nearness.square_of((x + 0.5) / 32, (y + 0.5) / 32)
  FROM ST_Dump(ground) AS part
  CROSS JOIN LATERAL generate_series(
    floor((ST_XMin(part.geom) - 1e-6) * 32)::integer, floor((ST_XMax(part.geom) + 1e-6) * 32)::integer) AS x
  CROSS JOIN LATERAL generate_series(
    floor((ST_YMin(part.geom) - 1e-6) * 32)::integer, floor((ST_YMax(part.geom) + 1e-6) * 32)::integer) AS y;
END;
COMMENT ON FUNCTION nearness.squares_met(geometry) IS 'The squares that the boxes of a shape''s parts meet (EPSG:4326), 1e-6 degrees beyond them included.';

CREATE OR REPLACE FUNCTION nearness.recut_communes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM nearness.cut_communes(ARRAY(
      SELECT DISTINCT nearness.squares_met(fresh.geom) FROM fresh WHERE fresh.valid_to IS NULL));
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM nearness.cut_communes(ARRAY(
      SELECT DISTINCT nearness.squares_met(stale.geom) FROM stale WHERE stale.valid_to IS NULL));
  ELSE
    -- A vintage that confirms a commune moves nothing.
    PERFORM nearness.cut_communes(ARRAY(
      SELECT DISTINCT nearness.squares_met(side.geom)
      FROM stale
      JOIN fresh USING (id)
      CROSS JOIN LATERAL (VALUES (stale.geom), (fresh.geom)) AS side (geom)
      WHERE (stale.valid_to IS NULL) <> (fresh.valid_to IS NULL) OR stale.geom IS DISTINCT FROM fresh.geom));
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION nearness.recut_communes() IS 'Whoever writes communes: the pieces follow in the same statement.';
CREATE OR REPLACE TRIGGER recut_inserted AFTER INSERT ON commune
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION nearness.recut_communes();
CREATE OR REPLACE TRIGGER recut_updated AFTER UPDATE ON commune
REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION nearness.recut_communes();
CREATE OR REPLACE TRIGGER recut_deleted AFTER DELETE ON commune
REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION nearness.recut_communes();

-- Once, where communes were there before their pieces. Whoever changes how they are cut empties commune_piece.
SELECT nearness.cut_communes(ARRAY(
  SELECT DISTINCT nearness.squares_met(commune.geom) FROM commune WHERE commune.valid_to IS NULL))
WHERE NOT EXISTS (SELECT FROM commune_piece);
