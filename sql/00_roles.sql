-- Who may do what. Roles belong to the whole server: several databases of it may run this file, at once too.
--   geoneighbour_service     the web application and the workers: all but the schema private and what an upgrade makes.
--   geoneighbour_gis_owner   owns the analysts' views and reads, for them, what these aggregate. Cannot log in.
--   geoneighbour_gis_reader  the group of all analysts: grant it to whoever shall read the schema gis.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['geoneighbour_service', 'geoneighbour_gis_owner', 'geoneighbour_gis_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION
        -- Another database of this server was faster; the role is there, which is what we want.
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
  END LOOP;
  -- Whoever upgrades must be able to hand the views to their owner, and to serve (superusers always are).
  FOREACH wanted IN ARRAY ARRAY['geoneighbour_service', 'geoneighbour_gis_owner'] LOOP
    IF NOT pg_has_role(current_user, wanted, 'USAGE') THEN
      EXECUTE format('GRANT %I TO %I', wanted, current_user);
    END IF;
  END LOOP;
  -- A function in pg_temp could look into rows that a view hides: nobody but the owner makes temporary objects.
  EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', current_database());
  -- Compiling takes longer than any question asked here.
  EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
END;
$$;

CREATE SCHEMA IF NOT EXISTS nearness;
COMMENT ON SCHEMA nearness IS 'The rule: who is near whom, and what reaches whom. Functions and views; applied anew by each db upgrade.';
CREATE SCHEMA IF NOT EXISTS gis;
COMMENT ON SCHEMA gis IS 'What analysts see: aggregated and rounded, never a person. See docs/analysts.md.';
CREATE SCHEMA IF NOT EXISTS private;
COMMENT ON SCHEMA private IS 'Homes. Only the functions of 19_homes.sql enter, and whoever owns the database.';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON SCHEMA nearness, gis, private FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA private FROM PUBLIC;
-- The owner of a view must be able to own something in its schema.
GRANT USAGE, CREATE ON SCHEMA gis TO geoneighbour_gis_owner;
GRANT USAGE ON SCHEMA gis TO geoneighbour_gis_reader;
