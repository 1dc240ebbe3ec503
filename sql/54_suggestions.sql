-- Which suggestions of residents an ambassador sees (docs/offers.md, "Consommer local").

CREATE OR REPLACE FUNCTION nearness.suggestions_of_ambassador(asker bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
  SELECT offer_suggestion.id
  FROM offer_suggestion
  WHERE offer_suggestion.taken_at IS NULL
    AND EXISTS (
      SELECT FROM nearness.commune_covering(offer_suggestion.point) AS covering
      JOIN nearness.communes_of_role(asker, 'ambassador') AS held (id) ON held.id = covering.id
    );
END;
COMMENT ON FUNCTION nearness.suggestions_of_ambassador(bigint) IS
  'The waiting suggestions that lie in communes of which this member is an ambassador. Their authors are nobody''s to know.';

CREATE OR REPLACE FUNCTION nearness.ambassadors_at_home(of_member bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
  SELECT count(DISTINCT role_grant.member_id)
  FROM residence
  JOIN commune ON commune.id = residence.commune_id
  JOIN role_grant ON role_grant.country = commune.country AND role_grant.code = commune.code
  WHERE residence.member_id = of_member
    AND role_grant.role = 'ambassador'
    AND role_grant.revoked_at IS NULL;
END;
COMMENT ON FUNCTION nearness.ambassadors_at_home(bigint) IS
  'How many ambassadors the commune of a member''s home has: a commune''s own number, and no name.';
