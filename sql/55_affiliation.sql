-- The ledger of commissions is never edited (docs/decisions/034).

CREATE OR REPLACE FUNCTION nearness.refuse_ledger_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries of the ledger are not changed: a reversal takes one back';
END
$$;
COMMENT ON FUNCTION nearness.refuse_ledger_change() IS 'Refuses whatever would change or remove an entry.';
CREATE OR REPLACE TRIGGER refuse_ledger_change BEFORE UPDATE OR DELETE ON commission_entry
FOR EACH ROW EXECUTE FUNCTION nearness.refuse_ledger_change();
CREATE OR REPLACE TRIGGER refuse_ledger_change BEFORE UPDATE OR DELETE ON partner_terms
FOR EACH ROW EXECUTE FUNCTION nearness.refuse_ledger_change();
CREATE OR REPLACE TRIGGER refuse_ledger_emptying BEFORE TRUNCATE ON commission_entry
FOR EACH STATEMENT EXECUTE FUNCTION nearness.refuse_ledger_change();
CREATE OR REPLACE TRIGGER refuse_ledger_emptying BEFORE TRUNCATE ON partner_terms
FOR EACH STATEMENT EXECUTE FUNCTION nearness.refuse_ledger_change();
