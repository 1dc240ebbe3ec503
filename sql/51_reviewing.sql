-- Who looks at what a member sent to prove an address (docs/verification.md).

CREATE OR REPLACE FUNCTION nearness.may_review(reviewer bigint, of_member bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT reviewer <> of_member
    AND EXISTS (
      SELECT FROM residence
      WHERE residence.member_id = of_member
        AND (
          nearness.has_role(reviewer, 'operator', NULL)
          OR residence.commune_id IS NOT NULL AND nearness.has_role(reviewer, 'commune_agent', residence.commune_id)
        )
    );
END;
COMMENT ON FUNCTION nearness.may_review(bigint, bigint) IS
  'Whether somebody may look at what a member sent: an operator at everybody''s, an agent of a commune at those whose home is in it, nobody at their own.';
