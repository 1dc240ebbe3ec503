-- Who may look at a post's photos: whom the post reaches, its author, and who talks with the author about it.

CREATE OR REPLACE FUNCTION nearness.post_open_to(of_post bigint, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM nearness.post_shown(of_post, of_member))
    OR EXISTS (SELECT FROM nearness.threads_of(of_member) AS thread WHERE thread.post_id = of_post);
END;
COMMENT ON FUNCTION nearness.post_open_to(bigint, bigint) IS
  'Whether a member may look at what a post brings along (photos): it is shown to the member (post_shown), or they talk about it (threads_of).';
