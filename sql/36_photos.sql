-- Who may look at a post's photos: whom the post reaches, its author, who talks with the author about it, and who decides on an alert.

CREATE OR REPLACE FUNCTION nearness.post_open_to(of_post bigint, of_member bigint) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM nearness.post_shown(of_post, of_member))
    OR EXISTS (
      SELECT FROM nearness.threads_of(of_member) AS thread
      JOIN post ON post.id = thread.post_id
      WHERE thread.post_id = of_post AND (post.hidden_at IS NULL OR post.author_id = of_member)
    )
    OR EXISTS (SELECT FROM nearness.alert_shown(of_post, of_member));
END
$$;
COMMENT ON FUNCTION nearness.post_open_to(bigint, bigint) IS
  'Whether a member may look at what a post brings along (photos): it is shown to the member (post_shown, alert_shown), or they talk about it (threads_of).';

CREATE OR REPLACE FUNCTION nearness.photo_left_to(of_photo text, of_member bigint) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM post_photo JOIN post ON post.id = post_photo.post_id
    WHERE post_photo.key = of_photo AND (post_photo.hidden_at IS NULL OR post.author_id = of_member)
  );
END
$$;
COMMENT ON FUNCTION nearness.photo_left_to(text, bigint) IS 'Whether a photo of a post that a member sees is left there: moderation did not hide it, or it is the member''s own.';
