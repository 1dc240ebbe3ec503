-- What open pages are told: that there is a word, to those whom its alert reached.

DROP FUNCTION IF EXISTS nearness.words_heard(bigint[], integer[]);
CREATE OR REPLACE FUNCTION nearness.words_heard(known bigint[], of_logins bigint[])
RETURNS TABLE (word_id bigint, post_id bigint, login_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT word.id, word.post_id, heard.login_id
  FROM alert_word AS word
  JOIN post ON post.id = word.post_id AND post.hidden_at IS NULL
  LEFT JOIN LATERAL (
    SELECT login_session.id AS login_id
    FROM login_session
    JOIN account ON account.id = login_session.account_id AND account.active
    JOIN nearness.person ON person.member_id = account.member_id
    JOIN alert_recipient ON alert_recipient.post_id = word.post_id AND alert_recipient.member_id = account.member_id
    WHERE login_session.id = ANY (of_logins)
  ) AS heard ON true
  WHERE word.fanned_out_at > now() - interval '5 minutes'
    AND word.id <> ALL (known);
END;
COMMENT ON FUNCTION nearness.words_heard(bigint[], bigint[]) IS
  'The words of the last five minutes that are not known yet, with those of these logins whose members their alerts reached: not what has logged out meanwhile, '
  'closed accounts, who is suspended or pauses. A word that reached none of them is a row without a login.';

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
