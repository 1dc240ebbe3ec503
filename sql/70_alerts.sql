-- What alerts are about, and the months of the ledger.

INSERT INTO alert_kind (code, names, icon, colour, reach, lasts, urgent, position) VALUES
  ('danger', '{"fr": "Danger", "nl": "Gevaar", "en": "Danger"}', 'danger', 'sail', 'wider', '24:00:00', true, 10),
  ('accident', '{"fr": "Accident", "nl": "Ongeval", "en": "Accident"}', 'accident', 'sail', 'wider', '06:00:00', true, 20),
  ('help', '{"fr": "Appel à l’aide", "nl": "Noodoproep", "en": "Call for help"}', 'help', 'sail', 'wider', '12:00:00', true, 30),
  ('outage', '{"fr": "Coupure (eau, courant, gaz)", "nl": "Onderbreking (water, stroom, gas)", "en": "Utility cut (water, power, gas)"}', 'utility_cut', 'sun', 'wider', '24:00:00', false, 40),
  ('theft', '{"fr": "Vol", "nl": "Diefstal", "en": "Theft"}', 'theft', 'sun', 'wider', '3 days', false, 50),
  ('lost_pet', '{"fr": "Animal perdu", "nl": "Verloren dier", "en": "Lost pet"}', 'lost_pet', 'sea', 'wider', '7 days', false, 60),
  ('lost_object', '{"fr": "Objet perdu", "nl": "Verloren voorwerp", "en": "Lost object"}', 'lost_object', 'sea', 'neighbourhood', '7 days', false, 70),
  ('found', '{"fr": "Animal ou objet trouvé", "nl": "Gevonden dier of voorwerp", "en": "Found pet or object"}', 'found_object', 'moss', 'neighbourhood', '7 days', false, 80),
  ('works', '{"fr": "Travaux", "nl": "Werken", "en": "Works"}', 'works', 'slate', 'neighbourhood', '7 days', false, 90)
-- What an operator changed stays changed.
ON CONFLICT (code) DO NOTHING;

CREATE SCHEMA IF NOT EXISTS ledger;
COMMENT ON SCHEMA ledger IS 'The months of the table delivery. Nobody reads them but through it.';
REVOKE ALL ON SCHEMA ledger FROM PUBLIC;

CREATE OR REPLACE FUNCTION nearness.make_delivery_month(of_day timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  first_day timestamptz := date_trunc('month', of_day, 'UTC');
  next_month timestamptz;
  wanted text := 'delivery_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
  next_month := (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
  IF to_regclass('ledger.' || wanted) IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('nearness.delivery_month', 0));
  IF to_regclass('ledger.' || wanted) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- Made apart and then attached: what is being sent meanwhile is not held up.
  EXECUTE format('CREATE TABLE ledger.%I (LIKE delivery INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', wanted);
  -- Rows are written three times within minutes: what is left of them goes soon, and new ones find room beside the old.
  EXECUTE format('ALTER TABLE ledger.%I SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0)', wanted);
  EXECUTE format('ALTER TABLE delivery ATTACH PARTITION ledger.%I FOR VALUES FROM (%L) TO (%L)', wanted, first_day, next_month);
  RETURN true;
END
$$;
COMMENT ON FUNCTION nearness.make_delivery_month(timestamptz) IS
  'Makes the partition of the ledger for the month (UTC) of a moment, where there is none. With the owner''s rights: the service makes no tables.';

CREATE OR REPLACE FUNCTION nearness.drop_delivery_months(before timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
  month record;
  dropped integer := 0;
BEGIN
  -- Whatever is asked: the service cannot do away with what was sent lately.
  before := least(before, now() - interval '80 days');
  FOR month IN
    SELECT pg_class.relname FROM pg_inherits JOIN pg_class ON pg_class.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = 'delivery'::regclass
      AND pg_class.relname < 'delivery_' || to_char(before AT TIME ZONE 'UTC', 'YYYY_MM')
  LOOP
    EXECUTE format('DROP TABLE ledger.%I', month.relname);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;
COMMENT ON FUNCTION nearness.drop_delivery_months(timestamptz) IS
  'Drops the months of the ledger that ended before the month of a moment (80 days ago at the latest); returns how many. With the owner''s rights.';
REVOKE EXECUTE ON FUNCTION nearness.make_delivery_month(timestamptz), nearness.drop_delivery_months(timestamptz) FROM PUBLIC;

SELECT nearness.make_delivery_month((date_trunc('month', now(), 'UTC') AT TIME ZONE 'UTC' + ahead * interval '1 month') AT TIME ZONE 'UTC')
FROM generate_series(0, 2) AS ahead;
