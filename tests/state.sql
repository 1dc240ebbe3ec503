-- One number for all that emptied.sql does not take back: definitions, rights, the rows of an upgrade, and tables that grew large.
SELECT sum(hashtextextended(what, 0))
FROM (
  SELECT concat('function', oid, xmin) AS what FROM pg_proc WHERE oid > 16000
  UNION ALL
  SELECT concat('relation', oid, relname, relacl, reloptions, relrowsecurity) FROM pg_class WHERE oid > 16000 AND relkind <> 't'
  UNION ALL
  SELECT concat('column', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid > 16000
  UNION ALL
  SELECT concat('constraint', oid, xmin) FROM pg_constraint WHERE oid > 16000
  UNION ALL
  SELECT concat('trigger', oid, xmin) FROM pg_trigger WHERE oid > 16000
  UNION ALL
  SELECT concat('policy', oid, xmin) FROM pg_policy
  UNION ALL
  SELECT concat('schema', oid, xmin) FROM pg_namespace
  UNION ALL
  SELECT concat('database', datacl) FROM pg_database WHERE datname = current_database()
  UNION ALL
  SELECT concat('setting', s.*)
  FROM pg_db_role_setting AS s
  WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL
  SELECT concat('row', n.*) FROM nearness_setting AS n
  UNION ALL
  SELECT concat('row', a.*) FROM applied_sql AS a
  UNION ALL
  SELECT concat('row', v.*) FROM alembic_version AS v
  UNION ALL
  SELECT concat('large', oid) FROM pg_class WHERE relkind = 'r' AND oid > 16000 AND relname <> 'spatial_ref_sys' AND pg_relation_size(oid) > 1e6
) AS state
