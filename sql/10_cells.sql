-- H3 cells as bigint: what bit arithmetic can answer. What needs the grid's geometry is computed in geoneighbour/ground/cells.py.
-- Layout of an index, high to low: 1 bit 0, 4 bits mode, 3 bits 0, 4 bits resolution, 7 bits base cell, 15 digits of 3 bits.

CREATE OR REPLACE FUNCTION nearness.cell_resolution(cell bigint) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ((cell >> 52) & 15)::integer;
COMMENT ON FUNCTION nearness.cell_resolution(bigint) IS 'Resolution of an H3 cell, 0 to 15.';

CREATE OR REPLACE FUNCTION nearness.cell_parent(cell bigint, resolution integer) RETURNS bigint
-- Not STRICT, though null gives null: the planner would not inline it, and it is asked by the hundred thousand.
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN resolution BETWEEN 0 AND nearness.cell_resolution(cell)
  -- The coarser resolution, and every finer digit set to 7 (unused).
  THEN (cell & ~(15::bigint << 52)) | (resolution::bigint << 52) | ((1::bigint << (3 * (15 - resolution))) - 1)
END;
COMMENT ON FUNCTION nearness.cell_parent(bigint, integer) IS
  'The ancestor of an H3 cell at a coarser resolution (the cell itself at its own); null when that is finer. '
  'Not always the coarse cell of the same point: the grid''s levels do not nest exactly.';

CREATE OR REPLACE FUNCTION nearness.cell_range(cell bigint) RETURNS int8range
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- The digits below its own are 7 in the cell; below that, of its resolution-9 descendants, 0 to 6, and the last six digits 7.
RETURN int8range(
  ((cell & ~(15::bigint << 52)) | (9::bigint << 52)) & ~(((1::bigint << (3 * (9 - nearness.cell_resolution(cell)))) - 1) << 18),
  (cell & ~(15::bigint << 52)) | (9::bigint << 52), '[]');
COMMENT ON FUNCTION nearness.cell_range(bigint) IS
  'Where the resolution-9 descendants of an H3 cell of resolution 9 at most lie among all indexes: an index can look there.';

CREATE OR REPLACE FUNCTION nearness.first_within(cell bigint) RETURNS bigint
-- Not STRICT: to be inlined, so that an index on resolution-9 cells can look between these two.
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((cell & ~(15::bigint << 52)) | (9::bigint << 52))
  & ~(((1::bigint << (3 * (9 - ((cell >> 52) & 15)::integer))) - 1) << 18);
COMMENT ON FUNCTION nearness.first_within(bigint) IS 'No resolution-9 descendant of an H3 cell (of resolution 9 at most) comes before this.';

CREATE OR REPLACE FUNCTION nearness.last_within(cell bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (cell & ~(15::bigint << 52)) | (9::bigint << 52);
COMMENT ON FUNCTION nearness.last_within(bigint) IS 'No resolution-9 descendant of an H3 cell (of resolution 9 at most) comes after this.';

CREATE OR REPLACE FUNCTION nearness.cells_within(cell bigint) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  -- A pentagon: one of twelve base cells, and no digit but 0 down to its resolution. It has six children, one of them a pentagon.
  WHEN ((cell >> 45) & 127) IN (4, 14, 24, 38, 49, 58, 63, 72, 83, 97, 107, 117)
    AND (cell >> (3 * (15 - nearness.cell_resolution(cell)))) & ((1::bigint << (3 * nearness.cell_resolution(cell))) - 1) = 0
  THEN 1 + 5 * (7 ^ (9 - nearness.cell_resolution(cell)) - 1) / 6
  ELSE 7 ^ (9 - nearness.cell_resolution(cell))
END::integer;
COMMENT ON FUNCTION nearness.cells_within(bigint) IS 'How many resolution-9 descendants an H3 cell of resolution 9 at most has: fewer in a pentagon.';

CREATE OR REPLACE FUNCTION nearness.cell_text(cell bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_hex(cell);
COMMENT ON FUNCTION nearness.cell_text(bigint) IS 'The hexadecimal text by which a cell is known outside the database.';

CREATE OR REPLACE FUNCTION nearness.is_surroundings(zone bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- Any H3 index is above 2^59; neighbourhoods count from 1.
RETURN zone > (1::bigint << 58);
COMMENT ON FUNCTION nearness.is_surroundings(bigint) IS
  'True when a zone is the surroundings of homes without a chosen neighbourhood (its resolution-8 cell), false for an open neighbourhood.';
