-- What analysts see: aggregated, rounded, as of the last weekly review. docs/analysts.md shows how to use it.

CREATE OR REPLACE VIEW gis.communes WITH (security_barrier) AS
SELECT commune.id::bigint AS id, commune.code, commune.name, commune.country, commune.vintage, commune.valid_from,
  round((ST_Area(commune.geom::geography) / 1e6)::numeric, 3)::double precision AS area_km2,
  commune.geom::geometry(MultiPolygon, 4326) AS geom
FROM commune
WHERE commune.valid_to IS NULL;

CREATE OR REPLACE VIEW gis.neighbourhoods WITH (security_barrier) AS
SELECT neighbourhood.id, neighbourhood.name, CASE WHEN neighbourhood.story_hidden_at IS NULL THEN neighbourhood.story ELSE '' END AS story, neighbourhood.version, neighbourhood.opened_at::date AS opened_on,
  nearness.neighbourhood_people(neighbourhood.id) AS people,
  round((ST_Area(neighbourhood.geom::geography) / 1e6)::numeric, 3)::double precision AS area_km2,
  neighbourhood.geom::geometry(MultiPolygon, 4326) AS geom
FROM neighbourhood
WHERE neighbourhood.state = 'open';

CREATE OR REPLACE VIEW gis.member_cells WITH (security_barrier) AS
SELECT published_cell.cell AS id, nearness.cell_text(published_cell.cell) AS cell,
  nearness.cell_resolution(published_cell.cell) AS resolution,
  nearness.rounded(published_cell.members) AS people,
  cell_outline.geom::geometry(Polygon, 4326) AS geom
FROM published_cell
JOIN cell_outline ON cell_outline.cell = published_cell.cell;

CREATE OR REPLACE VIEW gis.request_cells WITH (security_barrier) AS
SELECT request.cell AS id, nearness.cell_text(request.cell) AS cell, nearness.cell_resolution(request.cell) AS resolution,
  nearness.rounded(count(*)) AS requests,
  nearness.rounded(count(*) FILTER (WHERE request.closed)) AS closed_requests,
  cell_outline.geom::geometry(Polygon, 4326) AS geom
FROM (
  -- A request that began in a cell since merged is counted in the one that is published now.
  SELECT nearness.post_cell(post.origin_cell) AS cell, post.closed_at IS NOT NULL AS closed
  FROM post
  WHERE post.kind = 'request'
    AND post.origin_cell IS NOT NULL
    AND post.created_at <= (SELECT max(review.reviewed_at) FROM review)
) AS request
JOIN cell_outline ON cell_outline.cell = request.cell
GROUP BY request.cell, cell_outline.geom;

COMMENT ON VIEW gis.communes IS 'Current communes (administrative boundaries).';
COMMENT ON COLUMN gis.communes.id IS 'Stable identifier of this version of the boundary.';
COMMENT ON COLUMN gis.communes.code IS 'National statistical code as text: INSEE in France, NIS in Belgium.';
COMMENT ON COLUMN gis.communes.name IS 'Name of the commune.';
COMMENT ON COLUMN gis.communes.country IS 'ISO 3166-1 alpha-2 country code.';
COMMENT ON COLUMN gis.communes.vintage IS 'The last boundary vintage (year) that confirmed it.';
COMMENT ON COLUMN gis.communes.valid_from IS 'The boundary vintage (year) that brought this name and outline.';
COMMENT ON COLUMN gis.communes.area_km2 IS 'Area on the ellipsoid, square kilometres.';
COMMENT ON COLUMN gis.communes.geom IS 'Outline, EPSG:4326.';

COMMENT ON VIEW gis.neighbourhoods IS 'Open neighbourhoods (quartiers) that members drew or picked. Proposed ones are not shown.';
COMMENT ON COLUMN gis.neighbourhoods.id IS 'Stable identifier.';
COMMENT ON COLUMN gis.neighbourhoods.name IS 'Name its members gave it.';
COMMENT ON COLUMN gis.neighbourhoods.story IS 'What it is, in its members'' words.';
COMMENT ON COLUMN gis.neighbourhoods.version IS 'Version of the outline, raised by each redraw.';
COMMENT ON COLUMN gis.neighbourhoods.opened_on IS 'Day on which it opened.';
COMMENT ON COLUMN gis.neighbourhoods.people IS 'About how many verified members live there, to the nearest ten, as of the last review; k (11) at least.';
COMMENT ON COLUMN gis.neighbourhoods.area_km2 IS 'Area on the ellipsoid, square kilometres.';
COMMENT ON COLUMN gis.neighbourhoods.geom IS 'Outline, EPSG:4326.';

COMMENT ON VIEW gis.member_cells IS 'Published H3 cells: the finest in which members may be placed, each holding at least k. They never nest.';
COMMENT ON COLUMN gis.member_cells.id IS 'The H3 index as bigint.';
COMMENT ON COLUMN gis.member_cells.cell IS 'The H3 index as hexadecimal text.';
COMMENT ON COLUMN gis.member_cells.resolution IS 'H3 resolution, 5 (coarsest) to 9 (finest).';
COMMENT ON COLUMN gis.member_cells.people IS 'Verified members to the nearest ten, as of the last weekly review; null: fewer than k (11).';
COMMENT ON COLUMN gis.member_cells.geom IS 'Outline of the cell, EPSG:4326.';

COMMENT ON VIEW gis.request_cells IS 'Requests written until the last weekly review, by the published cell they began in.';
COMMENT ON COLUMN gis.request_cells.id IS 'The H3 index as bigint.';
COMMENT ON COLUMN gis.request_cells.cell IS 'The H3 index as hexadecimal text.';
COMMENT ON COLUMN gis.request_cells.resolution IS 'H3 resolution, 5 (coarsest) to 9 (finest).';
COMMENT ON COLUMN gis.request_cells.requests IS 'Requests to the nearest ten; null: fewer than k (11).';
COMMENT ON COLUMN gis.request_cells.closed_requests IS 'Those of them that were closed, to the nearest ten; null: fewer than k (11).';
COMMENT ON COLUMN gis.request_cells.geom IS 'Outline of the cell, EPSG:4326.';

-- The views run as a role of their own that may read what they aggregate, and cannot log in.
GRANT USAGE ON SCHEMA public, nearness, gis TO geoneighbour_gis_owner;
GRANT SELECT ON commune, neighbourhood, published_cell, cell_outline, post, review, nearness_setting TO geoneighbour_gis_owner;
ALTER VIEW gis.communes OWNER TO geoneighbour_gis_owner;
ALTER VIEW gis.neighbourhoods OWNER TO geoneighbour_gis_owner;
ALTER VIEW gis.member_cells OWNER TO geoneighbour_gis_owner;
ALTER VIEW gis.request_cells OWNER TO geoneighbour_gis_owner;
GRANT USAGE ON SCHEMA gis TO geoneighbour_gis_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA gis TO geoneighbour_gis_reader;
