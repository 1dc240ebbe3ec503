-- Sentence 12: how many people, never exactly. Every number comes from published cells and is rounded.
-- PL/pgSQL keeps its plans for as long as a connection lasts; a function in SQL that looks into tables is planned at every call,
-- which took ten times as long as the answer.
-- SECURITY DEFINER where the analysts' views call a function: it runs as whoever asks, and they may read no table.

CREATE OR REPLACE FUNCTION nearness.share_inside(area geometry, cell geometry) RETURNS double precision
-- Not STRICT: to be inlined.
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A ratio of planar areas within one cell: the degrees cancel out.
RETURN CASE WHEN ST_Covers(area, cell) THEN 1 ELSE ST_Area(ST_Intersection(area, cell)) / ST_Area(cell) END;
COMMENT ON FUNCTION nearness.share_inside(geometry, geometry) IS 'How much of a cell (polygon, EPSG:4326) lies inside an area, 0 to 1.';

CREATE OR REPLACE FUNCTION nearness.people_in(area geometry) RETURNS double precision
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(sum(published_cell.members * nearness.share_inside(area, cell_outline.geom)), 0)
    FROM published_cell
    JOIN cell_outline ON cell_outline.cell = published_cell.cell
    WHERE ST_Intersects(cell_outline.geom, area)
  );
END
$$;
COMMENT ON FUNCTION nearness.people_in(geometry) IS
  'About how many members an area (polygon, EPSG:4326) holds: each published cell counts for the share of it that lies inside. '
  'A function of published figures alone, so drawing areas tells nothing more than they do. Pass the result to nearness.rounded().';

CREATE OR REPLACE FUNCTION nearness.rounded(number double precision) RETURNS integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (SELECT CASE WHEN number >= nearness_setting.k THEN (round(number / 10) * 10)::integer END FROM nearness_setting);
END
$$;
COMMENT ON FUNCTION nearness.rounded(double precision) IS
  'Sentence 12. A number as it may be shown: to the nearest ten; null below k ("moins de 11").';

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_people(of_neighbourhoods bigint[]) RETURNS TABLE (id bigint, people integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER ROWS 10
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  -- That k supported it is known to all: it is open.
  SELECT neighbourhood.id, nearness.rounded(greatest(inside.people, nearness_setting.k))
  FROM neighbourhood
  CROSS JOIN nearness_setting
  CROSS JOIN LATERAL (
    -- As people_in() has it, of all of them at once.
    SELECT sum(published_cell.members * nearness.share_inside(neighbourhood.geom, cell_outline.geom)) AS people
    FROM cell_outline
    JOIN published_cell ON published_cell.cell = cell_outline.cell
    WHERE ST_Intersects(cell_outline.geom, neighbourhood.geom)
  ) AS inside
  WHERE neighbourhood.id = ANY (of_neighbourhoods)
    AND neighbourhood.state = 'open';
END
$$;
COMMENT ON FUNCTION nearness.neighbourhoods_people(bigint[]) IS
  'Sentence 12. About how many verified members live in each of some open neighbourhoods, as it may be shown: by published cells, and k at least.';

CREATE OR REPLACE FUNCTION nearness.neighbourhood_people(of_neighbourhood bigint) RETURNS integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  RETURN (SELECT told.people FROM nearness.neighbourhoods_people(ARRAY[of_neighbourhood]) AS told);
END
$$;
COMMENT ON FUNCTION nearness.neighbourhood_people(bigint) IS
  'Sentence 12. neighbourhoods_people() of one; null for one that is not open.';

CREATE OR REPLACE FUNCTION nearness.wider_people(area geometry, own_spread integer) RETURNS integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN (
    -- A spread under 20, which the area shows, says that M were found within it.
    SELECT nearness.rounded(greatest(nearness.people_in(area), CASE WHEN own_spread < 20 THEN nearness_setting.spread_members END))
    FROM nearness_setting
  );
END
$$;
COMMENT ON FUNCTION nearness.wider_people(geometry, integer) IS
  'Sentence 12. About how many verified members a wider area (as drawn, around a place of this spread) holds, as it may be shown: '
  'by published cells, and M at least where the spread says so.';

CREATE OR REPLACE FUNCTION nearness.cells_in(area geometry)
RETURNS TABLE (cell text, resolution integer, people integer, density double precision, geometry json)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT nearness.cell_text(published_cell.cell), nearness.cell_resolution(published_cell.cell),
    nearness.rounded(published_cell.members),
    -- Rounded people per square kilometre: a shade, from the same rounded number.
    nearness.rounded(published_cell.members) / (ST_Area(cell_outline.geom::geography) / 1e6),
    ST_AsGeoJSON(cell_outline.geom, 6)::json
  FROM published_cell
  JOIN cell_outline ON cell_outline.cell = published_cell.cell
  WHERE ST_Intersects(cell_outline.geom, area);
END;
COMMENT ON FUNCTION nearness.cells_in(geometry) IS
  'The published cells that an area (polygon, EPSG:4326) touches, with their rounded number of people, people per km² and outline (GeoJSON).';

CREATE OR REPLACE FUNCTION nearness.roll(of_member bigint) RETURNS TABLE (id bigint, name text, can_help text)
-- Not STRICT, though null has no neighbours: to be inlined, and planned with who asks, once.
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT other.id::bigint, other.name, CASE WHEN other.profile_hidden_at IS NULL THEN other.can_help ELSE '' END
  FROM nearness.person AS viewer
  JOIN member AS reader ON reader.id = viewer.member_id AND reader.listed
  JOIN nearness.person ON person.zone = viewer.zone
  JOIN member AS other ON other.id = person.member_id
  WHERE viewer.member_id = of_member
    -- A zone that is no surroundings is an open neighbourhood.
    AND NOT nearness.is_surroundings(viewer.zone)
    AND person.member_id <> of_member
    AND other.listed
    -- Looked up once, not for each neighbour.
    AND person.member_id NOT IN (SELECT blocked.other_id FROM nearness.blocked WHERE blocked.member_id = of_member)
  ORDER BY other.name, other.id;
END;
COMMENT ON FUNCTION nearness.roll(bigint) IS
  'Sentence 12. The verified neighbours of a verified member in an open neighbourhood, by name; nobody for surroundings, visitors, or while paused. '
  'Who is not listed is neither named nor counted, and reads no roll: to others it is as if the member paused, left, or blocked them (decision 012).';
