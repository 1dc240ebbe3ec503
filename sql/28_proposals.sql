-- Sentence 2: proposed neighbourhoods have supporters, not members, and are shown near their ground only.

CREATE OR REPLACE FUNCTION nearness.proposals_for(of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  WITH here AS MATERIALIZED (
    -- Who has no published cell yet looks around by the coarsest cell of the home (decision 003).
    SELECT coalesce(nearness.published_cell(residence.home_cell), nearness.cell_parent(residence.home_cell, 5)) AS cell
    FROM residence
    WHERE residence.member_id = of_member
  )
  SELECT neighbourhood.id
  FROM here
  -- Cities bring official quarters by the thousand: the index finds those whose cells may be among the descendants.
  JOIN neighbourhood
    ON int8range(neighbourhood.cover[1], neighbourhood.cover[cardinality(neighbourhood.cover)], '[]') && nearness.cell_range(here.cell)
  WHERE neighbourhood.state = 'proposed'
    AND EXISTS (
      SELECT FROM unnest(neighbourhood.cover) AS touched (cell)
      WHERE nearness.cell_parent(touched.cell, nearness.cell_resolution(here.cell)) = here.cell
    )
  UNION
  SELECT neighbourhood.id
  FROM support
  JOIN neighbourhood ON neighbourhood.id = support.neighbourhood_id
  WHERE support.member_id = of_member
    AND neighbourhood.state = 'proposed';
END;
COMMENT ON FUNCTION nearness.proposals_for(bigint) IS
  'Sentence 2. The proposed neighbourhoods that a member is shown: those that touch the member''s published cell, and the supported one.';

CREATE OR REPLACE FUNCTION nearness.proposal_stage(of_neighbourhood bigint) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN 2 * count(*) FILTER (WHERE member.verified_at IS NOT NULL) >= max(nearness_setting.k) THEN 'soon_open' ELSE 'launched' END
  FROM nearness_setting
  LEFT JOIN support ON support.neighbourhood_id = of_neighbourhood
  LEFT JOIN member ON member.id = support.member_id;
END;
COMMENT ON FUNCTION nearness.proposal_stage(bigint) IS
  'Sentence 2. launched ("lancé"), or soon_open ("bientôt ouvert") from half of the supporters it needs; never how many are missing.';

CREATE OR REPLACE FUNCTION nearness.ready_to_open(of_neighbourhood bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT count(*) >= (SELECT nearness_setting.k FROM nearness_setting)
  FROM support
  JOIN member ON member.id = support.member_id
  JOIN neighbourhood ON neighbourhood.id = support.neighbourhood_id
  WHERE support.neighbourhood_id = of_neighbourhood
    AND member.verified_at IS NOT NULL
    AND neighbourhood.state = 'proposed';
END;
COMMENT ON FUNCTION nearness.ready_to_open(bigint) IS 'Sentence 2. Whether a proposed neighbourhood has k verified supporters.';
