-- Who looks after what was reported, and what it is (docs/decisions/017).

CREATE OR REPLACE FUNCTION nearness.duties(of_member bigint) RETURNS SETOF text
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
  SELECT role_grant.role FROM role_grant WHERE role_grant.member_id = of_member AND role_grant.revoked_at IS NULL
  UNION
  SELECT 'moderator'
  FROM moderator
  JOIN nearness.person ON person.member_id = moderator.member_id AND person.zone = moderator.neighbourhood_id
  WHERE moderator.member_id = of_member AND moderator.state = 'moderator';
END;
COMMENT ON FUNCTION nearness.duties(bigint) IS
  'The roles of a member, and moderator for who moderates the neighbourhood they live in, verified, not paused, not suspended.';

CREATE OR REPLACE FUNCTION nearness.suspended(of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM member
    WHERE member.id = of_member
      AND nearness.suspended(member.suspended_at, member.suspended_until)
  );
END;
COMMENT ON FUNCTION nearness.suspended(bigint) IS 'Whether a member is suspended now.';

CREATE OR REPLACE VIEW nearness.case_place AS
SELECT moderation_case.id AS case_id, moderation_case.what, moderation_case.reported_id,
  CASE
    -- What an authority wrote began in a commune, in no neighbourhood.
    WHEN moderation_case.what IN ('post', 'photo') THEN CASE WHEN NOT post.on_homes THEN post.origin_zone END
    WHEN moderation_case.what = 'member' THEN residence.zone
    -- A letter is nobody's in the neighbourhood, and its story was written by its moderators.
  END AS zone,
  CASE
    WHEN moderation_case.what IN ('post', 'photo') THEN post.origin_commune_id
    WHEN moderation_case.what = 'neighbourhood' THEN nearness.commune_at(ST_PointOnSurface(neighbourhood.geom))
    ELSE residence.commune_id
  END AS commune_id,
  CASE moderation_case.what
    WHEN 'post' THEN post.id IS NOT NULL
    WHEN 'photo' THEN moderation_case.photo_key IS NOT NULL
    WHEN 'message' THEN moderation_case.message_id IS NOT NULL
    WHEN 'member' THEN moderation_case.reported_id IS NOT NULL
    ELSE neighbourhood.id IS NOT NULL
  END AS there
FROM moderation_case
LEFT JOIN post ON post.id = moderation_case.post_id
LEFT JOIN residence ON residence.member_id = moderation_case.reported_id
LEFT JOIN neighbourhood ON neighbourhood.id = moderation_case.neighbourhood_id;
COMMENT ON VIEW nearness.case_place IS
  'Where what was reported belongs: its neighbourhood (zone; null: the moderators of none look after it), its commune, and whether it is still there.';

CREATE OR REPLACE FUNCTION nearness.looks_after(of_case bigint, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM nearness.case_place AS place
    WHERE place.case_id = of_case
      -- Nobody judges their own doing, nor what they reported themselves.
      AND place.reported_id IS DISTINCT FROM of_member
      AND NOT EXISTS (SELECT FROM report WHERE report.case_id = of_case AND report.reporter_id = of_member)
      AND NOT nearness.suspended(of_member)
      AND (
        nearness.has_role(of_member, 'operator', NULL)
        OR place.commune_id IS NOT NULL AND nearness.has_role(of_member, 'commune_agent', place.commune_id)
        OR EXISTS (SELECT FROM nearness.moderators_of(place.zone) AS moderator (id) WHERE moderator.id = of_member)
      )
  );
END;
COMMENT ON FUNCTION nearness.looks_after(bigint, bigint) IS
  'Whether a member decides on a case: a moderator of the neighbourhood where a post was written or a member lives, an agent of its commune, '
  'an operator. Never on oneself, nor on what one reported.';

CREATE OR REPLACE FUNCTION nearness.acts_of(of_case bigint)
RETURNS TABLE (
  id bigint, kind text, why text, days integer, made_at timestamptz, actor_id bigint,
  needs_second boolean, state text, appealed boolean, appeal text, verdict text, verdict_why text
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT act.id, act.kind, act.why, act.days, act.made_at, act.actor_id, act.needs_second,
    CASE
      WHEN NOT act.needs_second OR second.kind = 'confirm' THEN 'done'
      WHEN second.kind = 'refuse' THEN 'refused'
      ELSE 'waiting'
    END,
    appeal.act_id IS NOT NULL, appeal.words, verdict.kind, verdict.why
  FROM moderation_act AS act
  LEFT JOIN moderation_act AS second ON second.of_act_id = act.id AND second.kind IN ('confirm', 'refuse')
  LEFT JOIN moderation_act AS verdict ON verdict.of_act_id = act.id AND verdict.kind IN ('grant', 'uphold')
  LEFT JOIN appeal ON appeal.act_id = act.id
  WHERE act.case_id = of_case
    AND act.of_act_id IS NULL
  ORDER BY act.id;
END;
COMMENT ON FUNCTION nearness.acts_of(bigint) IS
  'What was done about a case, oldest first: done, waiting for a second person, or refused by that person; what was said against it (appeal) and what '
  'became of that (verdict: grant or uphold; null: none yet).';

CREATE OR REPLACE FUNCTION nearness.had_a_hand_in(of_act bigint, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM moderation_act AS act WHERE of_act IN (act.id, act.of_act_id) AND act.actor_id = of_member
  );
END;
COMMENT ON FUNCTION nearness.had_a_hand_in(bigint, bigint) IS 'Whether a member did something, or was the second person for it: then somebody else decides on the appeal.';

CREATE OR REPLACE FUNCTION nearness.suspended_by_two(of_member bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT
    FROM member
    JOIN moderation_case ON moderation_case.reported_id = member.id
    JOIN moderation_act AS act ON act.case_id = moderation_case.id AND act.kind = 'suspend' AND act.needs_second
    JOIN moderation_act AS agreed ON agreed.of_act_id = act.id AND agreed.kind = 'confirm'
    -- The suspension that stands began when the second person agreed to it.
    WHERE member.id = of_member AND agreed.made_at = member.suspended_at
  );
END;
COMMENT ON FUNCTION nearness.suspended_by_two(bigint) IS 'Whether the suspension of a member that stands was confirmed by a second person.';

CREATE OR REPLACE FUNCTION nearness.needs_second(of_case bigint, measure text, for_days integer) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE
    -- What takes two to hide takes two to show again.
    WHEN measure IN ('hide', 'show') THEN moderation_case.what = 'neighbourhood' OR coalesce(post.reach NOT IN ('neighbourhood', 'wider'), false)
    WHEN measure = 'lift' THEN nearness.suspended_by_two(moderation_case.reported_id)
    WHEN measure = 'suspend' THEN for_days IS NULL
      -- Week after week is more than a week.
      OR for_days + coalesce((
        SELECT sum(coalesce(act.days, 365))
        FROM moderation_case AS earlier
        CROSS JOIN LATERAL nearness.acts_of(earlier.id) AS act
        WHERE earlier.reported_id = moderation_case.reported_id
          AND act.kind = 'suspend' AND act.state = 'done' AND act.made_at > now() - interval '31 days'
      ), 0) > 7
      OR EXISTS (SELECT FROM nearness.duties(moderation_case.reported_id))
    ELSE false
  END
  FROM moderation_case
  LEFT JOIN post ON post.id = moderation_case.post_id
  WHERE moderation_case.id = of_case;
END;
COMMENT ON FUNCTION nearness.needs_second(bigint, text, integer) IS
  'Whether a measure counts only when a second person has confirmed it: hiding what was for a commune or for everybody, or showing it again; suspending '
  'for more than seven days within a month, or somebody who has a duty; lifting what two people imposed.';

CREATE OR REPLACE FUNCTION nearness.case_shown(of_case bigint, of_member bigint)
RETURNS TABLE (
  id bigint, what text, opened_at timestamptz, closed_at timestamptz, there boolean,
  reported_id bigint, reported_name text, suspended boolean,
  kind text, body text, reach text, radius_m integer, placed boolean, written_at timestamptz, photo_key text, alt text, neighbourhood_name text,
  hidden boolean, reports bigint, waiting boolean, appealed boolean
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT c.id, c.what, c.opened_at, c.closed_at, place.there,
    reported.id, reported.name, coalesce(nearness.suspended(reported.id), false),
    post.kind,
    CASE c.what
      WHEN 'message' THEN message.body
      WHEN 'member' THEN concat_ws(E'\n', nullif(reported.about, ''), nullif(reported.can_help, ''))
      WHEN 'neighbourhood' THEN neighbourhood.story
      ELSE post.body
    END,
    post.reach, post.radius_m, nearness.placed(post.centre, post.origin_cell), coalesce(message.created_at, post.created_at), c.photo_key, photo.alt, neighbourhood.name,
    CASE c.what
      WHEN 'post' THEN post.hidden_at WHEN 'photo' THEN photo.hidden_at
      WHEN 'member' THEN reported.profile_hidden_at WHEN 'neighbourhood' THEN neighbourhood.story_hidden_at
    END IS NOT NULL,
    (SELECT count(*) FROM report WHERE report.case_id = c.id),
    EXISTS (SELECT FROM nearness.acts_of(c.id) AS act WHERE act.state = 'waiting'),
    EXISTS (SELECT FROM nearness.acts_of(c.id) AS act WHERE act.appealed AND act.verdict IS NULL)
  FROM moderation_case AS c
  JOIN nearness.case_place AS place ON place.case_id = c.id
  LEFT JOIN post ON post.id = c.post_id
  LEFT JOIN post_photo AS photo ON photo.key = c.photo_key
  LEFT JOIN message ON message.id = c.message_id
  LEFT JOIN member AS reported ON reported.id = c.reported_id
  LEFT JOIN neighbourhood ON neighbourhood.id = c.neighbourhood_id
  WHERE c.id = of_case
    AND nearness.looks_after(c.id, of_member);
END;
COMMENT ON FUNCTION nearness.case_shown(bigint, bigint) IS
  'A case as whoever decides on it reads it: what was reported, whose it is, in which words; whether an act waits for a second person, or an '
  'appeal for a verdict. Who reported it is told to nobody. No row for others.';

CREATE OR REPLACE FUNCTION nearness.cases_for(of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT c.id
  FROM moderation_case AS c
  JOIN nearness.case_place AS place ON place.case_id = c.id
  WHERE (c.closed_at IS NULL AND place.there OR c.closed_at > now() - interval '60 days')
    AND nearness.looks_after(c.id, of_member)
  ORDER BY c.id;
END;
COMMENT ON FUNCTION nearness.cases_for(bigint) IS 'The cases on which a member decides: the open ones whose thing is still there, and what was closed within 60 days.';

CREATE OR REPLACE FUNCTION nearness.decisions_about(of_member bigint)
RETURNS TABLE (
  act_id bigint, kind text, why text, days integer, made_at timestamptz, what text, body text, appeal text, verdict text, verdict_why text
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT act.id, act.kind, act.why, act.days, act.made_at, c.what,
    CASE c.what WHEN 'message' THEN message.body WHEN 'member' THEN NULL ELSE post.body END, act.appeal, act.verdict, act.verdict_why
  FROM moderation_case AS c
  CROSS JOIN LATERAL nearness.acts_of(c.id) AS act
  LEFT JOIN post ON post.id = c.post_id
  LEFT JOIN message ON message.id = c.message_id
  WHERE c.reported_id = of_member
    AND act.state = 'done'
    AND act.kind <> 'dismiss'
    -- Else its words have been forgotten.
    AND act.why IS NOT NULL
  ORDER BY act.id DESC;
END;
COMMENT ON FUNCTION nearness.decisions_about(bigint) IS
  'What moderation did about a member, the latest first, for that member: why, and what became of their appeal. Not who did it, nor who reported.';

CREATE OR REPLACE FUNCTION nearness.photo_open_to(of_photo text, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT NOT nearness.suspended(of_member) AND EXISTS (
      SELECT FROM post_photo
      WHERE post_photo.key = of_photo
        AND nearness.post_open_to(post_photo.post_id, of_member)
        AND nearness.photo_left_to(of_photo, of_member)
    )
    OR EXISTS (
      SELECT FROM moderation_case
      WHERE (moderation_case.photo_key = of_photo
          OR moderation_case.what = 'post'
            AND moderation_case.post_id = (SELECT post_photo.post_id FROM post_photo WHERE post_photo.key = of_photo))
        AND nearness.looks_after(moderation_case.id, of_member)
    );
END;
COMMENT ON FUNCTION nearness.photo_open_to(text, bigint) IS
  'Whether a member may look at a photo: with the post that they see, unless moderation hid it from them or suspended them; or to decide on a case about it.';

CREATE OR REPLACE VIEW nearness.case_at_rest AS
SELECT place.case_id,
  greatest(
    coalesce(moderation_case.closed_at, moderation_case.opened_at),
    (SELECT max(report.made_at) FROM report WHERE report.case_id = place.case_id),
    (SELECT max(act.made_at) FROM moderation_act AS act WHERE act.case_id = place.case_id),
    (SELECT max(appeal.made_at) FROM appeal JOIN moderation_act AS act ON act.id = appeal.act_id WHERE act.case_id = place.case_id)
  ) AS since
FROM nearness.case_place AS place
JOIN moderation_case ON moderation_case.id = place.case_id
WHERE (moderation_case.closed_at IS NOT NULL OR NOT place.there)
  AND NOT coalesce(nearness.suspended(place.reported_id), false);
COMMENT ON VIEW nearness.case_at_rest IS
  'Cases that are closed, or whose thing has gone, and the last time anything happened about them. Not while the member concerned is suspended: '
  'the reason is there to be read, and to be appealed.';

CREATE OR REPLACE FUNCTION nearness.forget_moderation() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
  WITH due AS MATERIALIZED (
    SELECT case_id, since < now() - interval '3 years' AS whole
    FROM nearness.case_at_rest
    WHERE since < now() - interval '1 year'
  ),
  act_due AS MATERIALIZED (
    SELECT act.id, due.whole FROM moderation_act AS act JOIN due ON due.case_id = act.case_id
  ),
  gone_appeal AS (
    DELETE FROM appeal USING act_due WHERE appeal.act_id = act_due.id RETURNING 1
  ),
  silent_report AS (
    UPDATE report SET words = '' FROM due WHERE report.case_id = due.case_id AND NOT due.whole AND report.words <> '' RETURNING 1
  ),
  silent_act AS (
    UPDATE moderation_act AS act SET why = NULL FROM act_due WHERE act.id = act_due.id AND NOT act_due.whole AND act.why IS NOT NULL RETURNING 1
  ),
  gone_report AS (
    DELETE FROM report USING due WHERE report.case_id = due.case_id AND due.whole RETURNING 1
  ),
  gone_act AS (
    DELETE FROM moderation_act AS act USING act_due WHERE act.id = act_due.id AND act_due.whole RETURNING 1
  ),
  gone_case AS (
    DELETE FROM moderation_case USING due WHERE moderation_case.id = due.case_id AND due.whole RETURNING 1
  )
  SELECT (SELECT count(*) FROM gone_appeal) + (SELECT count(*) FROM silent_report) + (SELECT count(*) FROM silent_act)
    + (SELECT count(*) FROM gone_report) + (SELECT count(*) FROM gone_act) + (SELECT count(*) FROM gone_case);
END;
COMMENT ON FUNCTION nearness.forget_moderation() IS
  'With the owner''s rights, for the service may not touch what was written down, and for times that it cannot choose: a year after the last thing that '
  'happened about a case its words go (of reports, acts and appeals), after three years all of it. Returns how many rows.';
REVOKE EXECUTE ON FUNCTION nearness.forget_moderation() FROM PUBLIC;
