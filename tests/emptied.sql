-- Takes a database that tests wrote to back to what it was as it was cloned. By a superuser.
DO $$
DECLARE
  written regclass;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
  -- Neither triggers nor foreign keys: all of it goes.
  SET LOCAL session_replication_role = replica;
  FOR written IN
    SELECT oid
    FROM pg_class
    WHERE relkind = 'r'
      AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'private', 'ledger'))
      AND relname NOT IN ('spatial_ref_sys', 'alembic_version', 'applied_sql', 'nearness_setting', 'alert_kind', 'offer_category')
      AND pg_relation_size(oid) > 0
  LOOP
    EXECUTE 'DELETE FROM ' || written::text;
  END LOOP;
  PERFORM setval(seqrelid::regclass, seqstart, false)
  FROM pg_sequence
  WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END;
$$;
