-- Private conversations: between the author of a post and one member who answered, or between two members alone.

CREATE OR REPLACE FUNCTION nearness.threads_of(of_member bigint)
RETURNS TABLE (
  thread_id bigint, post_id bigint, post_kind text, post_body text, closed boolean,
  with_id bigint, with_name text, with_verified boolean, last_body text, last_at timestamptz, last_mine boolean
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT thread.id, post.id, post.kind, CASE WHEN post.hidden_at IS NULL OR post.author_id = of_member THEN post.body END, post.closed_at IS NOT NULL,
    other.id, other.name, other.verified_at IS NOT NULL, last.body, last.created_at, last.author_id = of_member
  FROM thread
  LEFT JOIN post ON post.id = thread.post_id
  CROSS JOIN LATERAL (SELECT coalesce(thread.with_id, post.author_id) AS id) AS answering
  JOIN member AS other ON other.id = CASE of_member WHEN answering.id THEN thread.member_id ELSE answering.id END
  LEFT JOIN LATERAL (
    SELECT message.body, message.created_at, message.author_id
    FROM message WHERE message.thread_id = thread.id ORDER BY message.id DESC LIMIT 1
  ) AS last ON true
  WHERE of_member IN (thread.member_id, answering.id)
    AND NOT EXISTS (SELECT FROM nearness.blocked WHERE blocked.member_id = of_member AND blocked.other_id = other.id);
END;
COMMENT ON FUNCTION nearness.threads_of(bigint) IS
  'The conversations of a member: about which post (null: about none), with whom, whether their address is verified, the last word. '
  'A block hides them from both; the post''s closing does not. The words of a hidden post are for its author alone (else null).';
