-- What machines and passers-by may read of alerts: those of authorities, and nothing of members (docs/decisions/028).

CREATE OR REPLACE FUNCTION nearness.public_alert(of_post bigint)
RETURNS TABLE (
  post_id bigint, kind text, names jsonb, urgent boolean, ends_at timestamptz, ended_at timestamptz,
  official_source text, country text, code text, commune text, ground bytea
)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT post.id, alert.kind, alert_kind.names, alert_kind.urgent, alert.ends_at, alert.ended_at,
    alert.official_source, commune.country, commune.code, commune.name, ST_AsBinary(post.ground)
  FROM post
  JOIN alert ON alert.post_id = post.id
  JOIN alert_kind ON alert_kind.code = alert.kind
  LEFT JOIN commune ON commune.id = post.origin_commune_id
  WHERE post.id = of_post AND post.on_homes AND post.hidden_at IS NULL AND alert.gone_out_at IS NOT NULL;
END;
COMMENT ON FUNCTION nearness.public_alert(bigint) IS
  'An alert as anybody may read it: one that an authority sent to exact homes. commune: whom it speaks for, null for an operator''s area. No row for what a member wrote.';

CREATE OR REPLACE FUNCTION nearness.public_alerts_of(of_commune bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  SELECT post.id
  FROM post
  JOIN alert ON alert.post_id = post.id
  JOIN commune ON commune.id = of_commune
  WHERE post.on_homes AND post.hidden_at IS NULL AND alert.gone_out_at > now() - interval '30 days'
    AND (post.origin_commune_id = of_commune OR ST_Intersects(post.ground, commune.geom))
  ORDER BY post.id DESC
  LIMIT most;
END;
COMMENT ON FUNCTION nearness.public_alerts_of(bigint, integer) IS
  'The authorities'' alerts of the last thirty days that speak for a commune or touch it, newest first.';
