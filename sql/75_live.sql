-- What open pages are told: that there is a word, to those whom its alert reached.

CREATE OR REPLACE FUNCTION nearness.words_heard(known bigint[], of_members integer[])
RETURNS TABLE (word_id bigint, post_id bigint, member_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT word.id, word.post_id, alert_recipient.member_id
  FROM alert_word AS word
  JOIN post ON post.id = word.post_id AND post.hidden_at IS NULL
  LEFT JOIN alert_recipient
    ON alert_recipient.post_id = word.post_id AND alert_recipient.member_id = ANY (of_members)
  WHERE word.fanned_out_at > now() - interval '5 minutes'
    AND word.id <> ALL (known);
END;
COMMENT ON FUNCTION nearness.words_heard(bigint[], integer[]) IS
  'The words of the last five minutes that are not known yet, with whom of these members their alerts reached; a word that reached none of them is a row without a member.';

CREATE OR REPLACE FUNCTION nearness.newest_word(of_member integer) RETURNS TABLE (post_id bigint, word bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT alert_word.post_id, alert_word.id
  FROM alert_recipient
  JOIN alert_word ON alert_word.post_id = alert_recipient.post_id
  JOIN post ON post.id = alert_word.post_id AND post.hidden_at IS NULL
  WHERE alert_recipient.member_id = of_member AND alert_word.fanned_out_at IS NOT NULL
  ORDER BY alert_word.id DESC
  LIMIT 1;
END;
COMMENT ON FUNCTION nearness.newest_word(integer) IS 'The latest word of all alerts that reached a member.';
