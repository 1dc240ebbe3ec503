-- One number for all that emptied.sql does not take back: definitions, rights, the rows of an upgrade, and tables that grew large.
-- Temporary tables, whose schemas begin with pg_, go with their connections.
WITH lasting AS (
  SELECT pg_class.*
  FROM pg_class
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
)
SELECT sum(hashtextextended(what, 0))
FROM (
  SELECT concat('function', oid, xmin) AS what FROM pg_proc WHERE oid > 16000
  UNION ALL
  SELECT concat('relation', oid, relname, relacl, reloptions, relrowsecurity) FROM lasting
  UNION ALL
  SELECT concat('column', attrelid, attnum, pg_attribute.xmin) FROM pg_attribute JOIN lasting ON lasting.oid = attrelid
  UNION ALL
  SELECT concat('constraint', pg_constraint.oid, pg_constraint.xmin) FROM pg_constraint JOIN lasting ON lasting.oid = conrelid
  UNION ALL
  SELECT concat('trigger', pg_trigger.oid, pg_trigger.xmin) FROM pg_trigger JOIN lasting ON lasting.oid = tgrelid
  UNION ALL
  SELECT concat('policy', oid, xmin) FROM pg_policy
  UNION ALL
  SELECT concat('schema', oid, xmin) FROM pg_namespace WHERE left(nspname, 3) <> 'pg_'
  UNION ALL
  SELECT concat('database', datacl) FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT concat('setting', s.*)
  FROM pg_db_role_setting AS s
  WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL
  SELECT concat('row', n.*) FROM nearness_setting AS n
  UNION ALL
  SELECT concat('row', k.*) FROM alert_kind AS k
  UNION ALL
  SELECT concat('row', a.*) FROM applied_sql AS a
  UNION ALL
  SELECT concat('row', v.*) FROM alembic_version AS v
  UNION ALL
  SELECT concat('large', oid) FROM lasting WHERE relkind = 'r' AND relname <> 'spatial_ref_sys' AND pg_relation_size(oid) > 1e6
) AS state
