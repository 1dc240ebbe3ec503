-- What communes pay for: segments of SMS, each month a sum that is not exceeded whoever sends at once.

CREATE OR REPLACE FUNCTION nearness.take_sms(commune bigint, segments integer, usual_most integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT AS $$
DECLARE
  this_month date := date_trunc('month', now() AT TIME ZONE 'UTC');
BEGIN
  INSERT INTO sms_budget (commune_id, month, segments_most)
  VALUES (commune, this_month, (
    SELECT former.segments_most FROM sms_budget AS former
    WHERE former.commune_id = commune AND former.month < this_month
    ORDER BY former.month DESC LIMIT 1
  ))
  ON CONFLICT DO NOTHING;
  -- One at a time for each commune: the second waits here, and reads what the first has left.
  UPDATE sms_budget
  SET segments_spent = segments_spent + segments
  WHERE commune_id = commune AND month = this_month
    AND segments_spent + segments <= coalesce(segments_most, usual_most);
  RETURN FOUND;
END
$$;
COMMENT ON FUNCTION nearness.take_sms(bigint, integer, integer) IS
  'Takes segments from what a commune pays for this month (UTC), by default usual_most; false where so many are not left. A sum once set stands for the months after.';

CREATE OR REPLACE FUNCTION nearness.give_back_sms(commune bigint, segments integer) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE STRICT AS $$
  UPDATE sms_budget
  SET segments_spent = greatest(segments_spent - segments, 0)
  WHERE commune_id = commune AND month = date_trunc('month', now() AT TIME ZONE 'UTC')
$$;
COMMENT ON FUNCTION nearness.give_back_sms(bigint, integer) IS 'Segments that were taken and did not leave.';

CREATE OR REPLACE FUNCTION nearness.set_sms_budget(commune bigint, most integer) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE STRICT AS $$
  INSERT INTO sms_budget (commune_id, month, segments_most)
  VALUES (commune, date_trunc('month', now() AT TIME ZONE 'UTC'), most)
  ON CONFLICT (commune_id, month) DO UPDATE SET segments_most = greatest(most, sms_budget.segments_spent)
$$;
COMMENT ON FUNCTION nearness.set_sms_budget(bigint, integer) IS
  'What a commune pays for from this month on; this month no less than what has left.';
