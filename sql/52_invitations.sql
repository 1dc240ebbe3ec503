-- What somebody reads who follows an invitation: a neighbourhood as anybody is shown it, and a first name where that was wished.

CREATE OR REPLACE FUNCTION nearness.invitation_shown(hash bytea)
RETURNS TABLE (kind text, neighbourhood_id bigint, name text, story text, people integer, inviter text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT invitation.kind, place.id, place.name, place.story, nearness.neighbourhood_people(place.id),
    -- Who has moved, paused or gone invites no more by name; the paper on the wall still names the neighbourhood.
    CASE WHEN invitation.named AND nearness.lives_in(invitation.member_id, place.id) THEN member.name END
  FROM invitation
  JOIN member ON member.id = invitation.member_id
  JOIN neighbourhood AS place
    ON place.id = coalesce(nearness.heir_of(invitation.neighbourhood_id), invitation.neighbourhood_id) AND place.state = 'open'
  WHERE invitation.token_hash = hash
    AND invitation.revoked_at IS NULL
    AND now() < invitation.ends_at;
END;
COMMENT ON FUNCTION nearness.invitation_shown(bytea) IS
  'An invitation by the hash of its token: an open neighbourhood (where it merged, its heir) with its rounded number, and the name of who '
  'invites if they wished and live there still. No row for one that ended or was revoked.';

CREATE OR REPLACE FUNCTION nearness.paper_ground(around geometry)
RETURNS TABLE (layer text, id bigint, name text, shape bytea)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 50
BEGIN ATOMIC
  SELECT ground.layer, ground.id, ground.name, ST_AsBinary(ground.shape)
  -- A tenth of a millimetre on a poster.
  FROM nearness.ground_within(around, 3000) AS ground
  ORDER BY ground.layer, ground.id;
END;
COMMENT ON FUNCTION nearness.paper_ground(geometry) IS
  'What a printed map shows within a box (EPSG:4326), with names: communes, then open neighbourhoods, as WKB. The same for everybody.';
