-- Neighbourhoods as they are shown: to people without an account, and to a member.

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_open()
RETURNS TABLE (
  id bigint, name text, story text, state text, stage text, people integer,
  mine boolean, supported boolean, covers_home boolean, geometry json
)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT neighbourhood.id, neighbourhood.name, neighbourhood.story, neighbourhood.state, NULL::text,
    nearness.neighbourhood_people(neighbourhood.id),
    false, false, false, ST_AsGeoJSON(neighbourhood.geom, 7)::json
  FROM neighbourhood
  WHERE neighbourhood.state = 'open'
  ORDER BY neighbourhood.name COLLATE "fr-x-icu", neighbourhood.id;
END;
COMMENT ON FUNCTION nearness.neighbourhoods_open() IS 'The open neighbourhoods by name, with rounded numbers and outlines (GeoJSON).';

CREATE OR REPLACE FUNCTION nearness.neighbourhoods_for(of_member bigint)
RETURNS TABLE (
  id bigint, name text, story text, state text, stage text, people integer,
  mine boolean, supported boolean, covers_home boolean, geometry json
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT shown.id, shown.name, shown.story, shown.state,
    CASE shown.state WHEN 'proposed' THEN nearness.proposal_stage(shown.id) END,
    nearness.neighbourhood_people(shown.id),
    coalesce(residence.zone = shown.id, false),
    support.member_id IS NOT NULL,
    nearness.home_in(of_member, shown.geom) AS covers_home,
    ST_AsGeoJSON(shown.geom, 7)::json
  FROM neighbourhood AS shown
  LEFT JOIN residence ON residence.member_id = of_member
  LEFT JOIN support ON support.member_id = of_member AND support.neighbourhood_id = shown.id
  WHERE shown.state = 'open'
    OR shown.id IN (SELECT nearness.proposals_for(of_member))
  ORDER BY covers_home DESC, shown.state DESC, shown.name COLLATE "fr-x-icu", shown.id;
END;
COMMENT ON FUNCTION nearness.neighbourhoods_for(bigint) IS
  'The neighbourhoods that a member is shown, those around home first: open ones with a rounded number, proposed ones with their stage.';
