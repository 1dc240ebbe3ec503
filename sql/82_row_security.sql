-- A second line behind the analysts' views: the role that owns them sees only the rows that they aggregate, whatever a view or a
-- function that somebody adds would ask for. The owner of the database is not held by it (migrations, the rule's own functions).

ALTER TABLE post ENABLE ROW LEVEL SECURITY;
ALTER TABLE neighbourhood ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS service ON post;
CREATE POLICY service ON post TO geoneighbour_service USING (true) WITH CHECK (true);
COMMENT ON POLICY service ON post IS 'The rule decides who sees which post, not this.';
DROP POLICY IF EXISTS analysts ON post;
CREATE POLICY analysts ON post FOR SELECT TO geoneighbour_gis_owner
USING (kind = 'request' AND origin_cell IS NOT NULL AND created_at <= (SELECT max(review.reviewed_at) FROM review));
COMMENT ON POLICY analysts ON post IS 'Requests that have a cell, until the last weekly review.';

DROP POLICY IF EXISTS service ON neighbourhood;
CREATE POLICY service ON neighbourhood TO geoneighbour_service USING (true) WITH CHECK (true);
COMMENT ON POLICY service ON neighbourhood IS 'The rule decides who sees which neighbourhood, not this.';
DROP POLICY IF EXISTS analysts ON neighbourhood;
CREATE POLICY analysts ON neighbourhood FOR SELECT TO geoneighbour_gis_owner USING (state = 'open');
COMMENT ON POLICY analysts ON neighbourhood IS 'Open ones: they have k members at least, and a name that everybody knows.';

-- Columns that no view shows: not even by mistake.
REVOKE SELECT ON post FROM geoneighbour_gis_owner;
GRANT SELECT (kind, origin_cell, closed_at, created_at) ON post TO geoneighbour_gis_owner;
