-- What the web application and the workers may do: read and write rows, call functions. Not private, not the tables of upgrades.

DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT pg_class.oid::regclass AS name, pg_class.relkind
    FROM pg_class
    WHERE pg_class.relnamespace IN ('public'::regnamespace, 'jobs'::regnamespace)
      AND pg_class.relkind IN ('r', 'p', 'S')
      AND pg_has_role(current_user, pg_class.relowner, 'USAGE')
      -- PostGIS's own.
      AND NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = pg_class.oid AND pg_depend.deptype = 'e')
  LOOP
    IF wanted.relkind = 'S' THEN
      EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO geoneighbour_service', wanted.name);
    ELSE
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO geoneighbour_service', wanted.name);
    END IF;
  END LOOP;
END;
$$;
REVOKE INSERT, UPDATE, DELETE ON alembic_version, applied_sql FROM geoneighbour_service;
-- What was done in moderation, and about alerts, stays as it was written.
REVOKE UPDATE, DELETE ON moderation_act, alert_act FROM geoneighbour_service;
-- What ambassadors are owed, likewise.
REVOKE UPDATE, DELETE ON shop_commission FROM geoneighbour_service;
-- And what partners owe, and by which terms.
REVOKE UPDATE, DELETE ON commission_entry, partner_terms FROM geoneighbour_service;
GRANT USAGE ON SCHEMA public, nearness, jobs TO geoneighbour_service;
GRANT SELECT ON ALL TABLES IN SCHEMA nearness TO geoneighbour_service;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA nearness, jobs TO geoneighbour_service;
