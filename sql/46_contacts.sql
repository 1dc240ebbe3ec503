-- Sentences 7 and 14: how near one other member is, told only of people whom the viewer has met.

CREATE OR REPLACE FUNCTION nearness.has_met(viewer bigint, other bigint) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN viewer = other
    OR EXISTS (SELECT FROM nearness.roll(viewer) AS roll WHERE roll.id = other)
    OR EXISTS (
      -- Which posts, said to the view: a join with their author's would walk through all posts there are.
      SELECT FROM nearness.reached
      WHERE reached.member_id = viewer AND reached.post_id = ANY (ARRAY(SELECT post.id FROM post WHERE post.author_id = other))
    )
    OR EXISTS (SELECT FROM nearness.findable WHERE findable.visitor_id = viewer AND findable.member_id = other)
    OR EXISTS (SELECT FROM nearness.threads_of(viewer) AS threads WHERE threads.with_id = other);
END
$$;
COMMENT ON FUNCTION nearness.has_met(bigint, bigint) IS
  'Whether a member knows of another by name: from the roll, a post that reached, a conversation; a visitor, who may be found. '
  'Of others nothing is said: asking about every member in turn would count them exactly.';

CREATE OR REPLACE FUNCTION nearness.may_write(writer bigint, other bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    -- Who was written to may answer, whoever it was; a block ends it for both (threads_of).
    EXISTS (SELECT FROM nearness.threads_of(writer) AS threads WHERE threads.with_id = other AND threads.post_id IS NULL)
    OR EXISTS (SELECT FROM nearness.findable WHERE findable.visitor_id = writer AND findable.member_id = other)
    OR nearness.has_met(writer, other)
      AND EXISTS (SELECT FROM nearness.tier(writer, other) AS near WHERE near.tier IN ('neighbour', 'wider'));
END;
COMMENT ON FUNCTION nearness.may_write(bigint, bigint) IS
  'Who may write to whom without a post: a verified member to a neighbour or wider-area contact whom they have met (has_met), a visitor to whom '
  'visitors find, and whoever has been written to. Answering a post is another thing: whoever is shown it may.';

CREATE OR REPLACE FUNCTION nearness.found_by(of_visitor bigint) RETURNS TABLE (id bigint, name text, about text, can_help text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT member.id, member.name, CASE WHEN member.profile_hidden_at IS NULL THEN member.about ELSE '' END, CASE WHEN member.profile_hidden_at IS NULL THEN member.can_help ELSE '' END
  FROM nearness.findable
  JOIN member ON member.id = findable.member_id
  WHERE findable.visitor_id = of_visitor
  ORDER BY member.name, member.id;
END;
COMMENT ON FUNCTION nearness.found_by(bigint) IS 'Sentence 9. The neighbours whom a visitor finds, by name; nobody for members and for a visit that is over.';

CREATE OR REPLACE FUNCTION nearness.why_contact(viewer bigint, other bigint)
RETURNS TABLE (
  tier text, rings smallint,
  other_kind text, other_name text, other_cell text, other_commune text,
  home_kind text, home_name text, home_commune text
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT near.tier, CASE WHEN NOT (there.coarse OR here.coarse) THEN near.rings END,
    there.kind, there.name, there.cell, nearness.said_name(there_commune.name, there_commune.names),
    here.kind, here.name, nearness.said_name(here_commune.name, here_commune.names)
  FROM (
    SELECT held.tier, held.rings FROM nearness.tier(viewer, other) AS held WHERE held.tier <> 'beyond'
    UNION ALL
    -- To who is not verified everybody is beyond; who may be found stands in the same neighbourhood.
    SELECT 'neighbour', NULL::smallint FROM nearness.findable WHERE findable.visitor_id = viewer AND findable.member_id = other
  ) AS near
  JOIN residence AS a ON a.member_id = viewer
  JOIN residence AS b ON b.member_id = other
  CROSS JOIN LATERAL nearness.place_name(a.zone, nearness.published_cell(a.home_cell)) AS here
  CROSS JOIN LATERAL nearness.place_name(b.zone, nearness.published_cell(b.home_cell)) AS there
  LEFT JOIN commune AS here_commune ON here_commune.id = a.commune_id
  LEFT JOIN commune AS there_commune ON there_commune.id = b.commune_id
  WHERE nearness.has_met(viewer, other);
END;
COMMENT ON FUNCTION nearness.why_contact(bigint, bigint) IS
  'Sentence 14. How near another member is to the viewer, and the names of both places. No row for members beyond, nor for those the viewer has not met (has_met).';

CREATE OR REPLACE FUNCTION nearness.profile(viewer bigint, other bigint)
RETURNS TABLE (
  id bigint, name text, about text, can_help text, since date,
  tier text, rings smallint,
  other_kind text, other_name text, other_cell text, other_commune text,
  home_kind text, home_name text, home_commune text
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT member.id, member.name,
    CASE WHEN member.profile_hidden_at IS NULL OR viewer = other THEN member.about ELSE '' END,
    CASE WHEN member.profile_hidden_at IS NULL OR viewer = other THEN member.can_help ELSE '' END,
    date_trunc('month', member.created_at)::date, why.*
  FROM nearness.why_contact(viewer, other) AS why
  JOIN member ON member.id = other;
END;
COMMENT ON FUNCTION nearness.profile(bigint, bigint) IS
  'What a member tells of themselves to whom they have met, since when they are here (the first of that month), and how near they are. '
  'No row where why_contact() has none: not met, beyond, paused, blocked, or of no such number. One''s own is as others read it.';

CREATE OR REPLACE FUNCTION nearness.reads_roll(of_member bigint) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM member
    JOIN residence ON residence.member_id = member.id
    JOIN neighbourhood ON neighbourhood.id = residence.zone
    WHERE member.id = of_member AND member.verified_at IS NOT NULL AND member.paused_at IS NULL AND member.listed
  );
END
$$;
COMMENT ON FUNCTION nearness.reads_roll(bigint) IS
  'Sentence 12. Whether a member is told the roll (roll()) of the home neighbourhood: not in surroundings, not visitors, not while paused, nor who is not '
  'listed. To them no exact number is told, not even nought.';

CREATE OR REPLACE FUNCTION nearness.contacts(of_member bigint) RETURNS TABLE (zone bigint, home text, people integer, roll json, wider json)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH around AS MATERIALIZED (
    SELECT neighbourhood.id, neighbourhood.name, wider_area.rings
    FROM residence
    JOIN wider_area ON wider_area.zone = residence.zone
    JOIN neighbourhood ON neighbourhood.id = wider_area.other AND neighbourhood.state = 'open'
    WHERE residence.member_id = of_member
  ),
  told AS MATERIALIZED (
    SELECT * FROM nearness.neighbourhoods_people(
      ARRAY(SELECT around.id FROM around UNION ALL SELECT residence.zone FROM residence WHERE residence.member_id = of_member)
    )
  )
  SELECT residence.zone, neighbourhood.name, own.people,
    CASE WHEN nearness.reads_roll(of_member) THEN (
      SELECT coalesce(json_agg(json_build_object('id', listed.id, 'name', listed.name, 'can_help', listed.can_help)), '[]')
      FROM nearness.roll(of_member) AS listed
    ) END,
    (
      SELECT coalesce(json_agg(
        json_build_object('id', around.id, 'name', around.name, 'rings', around.rings, 'people', told.people)
        ORDER BY around.rings, around.name, around.id
      ), '[]')
      FROM around
      JOIN told ON told.id = around.id
    )
  FROM residence
  LEFT JOIN neighbourhood ON neighbourhood.id = residence.zone
  LEFT JOIN told AS own ON own.id = residence.zone
  WHERE residence.member_id = of_member;
END
$$;
COMMENT ON FUNCTION nearness.contacts(bigint) IS
  'What a verified member reads of contacts, in one answer: the home neighbourhood (zone; home: its name, people: as neighbourhoods_people(); both null '
  'for surroundings), its roll in the order of roll() (null: not told, reads_roll()), and the open neighbourhoods of the stored wider area, nearest first.';
