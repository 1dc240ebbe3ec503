-- Neighbourhoods as they are shown: one, those around a member, and a list for people without an account.

CREATE OR REPLACE FUNCTION nearness.neighbourhood_shown(of_neighbourhood bigint, of_member bigint)
RETURNS TABLE (
  id bigint, name text, story text, state text, stage text, people integer,
  mine boolean, supported boolean, covers_home boolean, scheme text, vintage integer, source text, geometry json
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT shown.id, shown.name, CASE WHEN shown.story_hidden_at IS NULL THEN shown.story ELSE '' END, shown.state,
    CASE shown.state WHEN 'proposed' THEN nearness.proposal_stage(shown.id) END,
    nearness.neighbourhood_people(shown.id),
    coalesce(residence.zone = shown.id, false),
    support.member_id IS NOT NULL,
    coalesce(nearness.home_in(of_member, shown.geom), false),
    shown.scheme, shown.vintage, shown.source,
    ST_AsGeoJSON(shown.geom, 7)::json
  FROM neighbourhood AS shown
  LEFT JOIN residence ON residence.member_id = of_member
  LEFT JOIN support ON support.member_id = of_member AND support.neighbourhood_id = shown.id
  WHERE shown.id = of_neighbourhood
    AND (shown.state = 'open' OR shown.id IN (SELECT nearness.proposals_for(of_member)));
END;
COMMENT ON FUNCTION nearness.neighbourhood_shown(bigint, bigint) IS
  'A neighbourhood as a member is shown it (null: somebody without an account): an open one with a rounded number, '
  'a proposed one near the member with its stage; no row for others. An official quarter says where it comes from.';

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_around(of_member bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 50
BEGIN ATOMIC
  SELECT nearness.proposals_for(of_member)
  UNION
  SELECT home_neighbourhood.id FROM nearness.home_neighbourhood WHERE home_neighbourhood.member_id = of_member
  UNION
  SELECT near_zone.other
  FROM residence
  JOIN nearness.near_zone ON near_zone.zone = residence.zone
  JOIN neighbourhood ON neighbourhood.id = near_zone.other
  JOIN member ON member.id = residence.member_id
  WHERE residence.member_id = of_member
    -- Accounts that nobody has looked at could stand anywhere, and would read off where spreads end.
    AND (near_zone.tier = 'neighbour' OR member.verified_at IS NOT NULL);
END;
COMMENT ON FUNCTION nearness.neighbourhoods_around(bigint) IS
  'The neighbourhoods among which a member picks and looks: open ones that cover the home or, for verified members, are in the wider area; proposed ones nearby.';

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_named(begins text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 50
BEGIN ATOMIC
  SELECT neighbourhood.id
  FROM neighbourhood
  WHERE neighbourhood.state = 'open'
    AND starts_with(nearness.plain_name(neighbourhood.name), nearness.plain_name(begins))
  ORDER BY neighbourhood.name COLLATE "fr-x-icu", neighbourhood.id
  LIMIT most;
END;
COMMENT ON FUNCTION nearness.neighbourhoods_named(text, integer) IS
  'Open neighbourhoods whose name begins so (accents and case aside; an empty text: all), by name, for anyone.';
