-- Views and functions outside the schemas that an upgrade makes anew, which stand on something inside them.
SELECT DISTINCT pg_describe_object(dependent.classid, dependent.oid, 0) AS description
FROM pg_depend
LEFT JOIN pg_class AS used_relation
  ON pg_depend.refclassid = 'pg_class'::regclass AND used_relation.oid = pg_depend.refobjid
LEFT JOIN pg_proc AS used_function
  ON pg_depend.refclassid = 'pg_proc'::regclass AND used_function.oid = pg_depend.refobjid
LEFT JOIN pg_rewrite ON pg_depend.classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = pg_depend.objid
LEFT JOIN pg_class AS view ON view.oid = pg_rewrite.ev_class
LEFT JOIN pg_proc AS function ON pg_depend.classid = 'pg_proc'::regclass AND function.oid = pg_depend.objid
CROSS JOIN LATERAL (
  SELECT 'pg_class'::regclass AS classid, view.oid, view.relnamespace AS namespace WHERE view.oid IS NOT NULL
  UNION ALL
  SELECT 'pg_proc'::regclass, function.oid, function.pronamespace WHERE function.oid IS NOT NULL
) AS dependent
WHERE coalesce(used_relation.relnamespace, used_function.pronamespace)
    IN (SELECT pg_namespace.oid FROM pg_namespace WHERE pg_namespace.nspname = ANY(:made_anew))
  AND dependent.namespace
    NOT IN (SELECT pg_namespace.oid FROM pg_namespace WHERE pg_namespace.nspname = ANY(:made_anew))
ORDER BY description;
