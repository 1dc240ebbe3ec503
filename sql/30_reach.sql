-- Sentence 9: seeing is being reached. One relation, read from both ends: the feed of a member, the audience of a post.

CREATE OR REPLACE VIEW nearness.reach_tier (reach, tier) AS
VALUES
  ('neighbourhood', 'neighbour'),
  ('wider', 'neighbour'), ('wider', 'wider'),
  ('commune', 'commune'),
  ('commune_adjacent', 'commune'), ('commune_adjacent', 'adjacent_commune');
COMMENT ON VIEW nearness.reach_tier IS 'Which tiers around its origin a reach comes to.';

CREATE OR REPLACE VIEW nearness.reached AS
SELECT post.id AS post_id, reader.member_id, near.tier, near.rings
FROM post
JOIN nearness.person AS author ON author.member_id = post.author_id
JOIN nearness.reach_tier ON reach_tier.reach = post.reach
JOIN nearness.near_zone AS near ON near.zone = post.origin_zone AND near.tier = reach_tier.tier
JOIN nearness.person AS reader ON reader.zone = near.other
WHERE reader.member_id <> post.author_id
  AND post.hidden_at IS NULL
  AND (near.tier = 'neighbour' OR NOT (author.hidden_from_wider OR reader.hidden_from_wider))
  AND NOT EXISTS (
    SELECT FROM nearness.blocked WHERE blocked.member_id = reader.member_id AND blocked.other_id = post.author_id
  )
UNION ALL
SELECT post.id, reader.member_id, near.tier, NULL::smallint
FROM post
JOIN nearness.person AS author ON author.member_id = post.author_id
JOIN nearness.reach_tier ON reach_tier.reach = post.reach
JOIN nearness.near_commune AS near ON near.commune_id = post.origin_commune_id AND near.tier = reach_tier.tier
JOIN nearness.person AS reader ON reader.commune_id = near.other_id
WHERE reader.member_id <> post.author_id
  AND post.hidden_at IS NULL
  AND NOT EXISTS (
    SELECT FROM nearness.blocked WHERE blocked.member_id = reader.member_id AND blocked.other_id = post.author_id
  );
COMMENT ON VIEW nearness.reached IS
  'Sentence 9. A row for each post and each member whom its reach comes to, and by which tier of the post''s frozen origin. '
  'By post_id it is the audience, by member_id the feed; a post is never its author''s, blocks and pauses act both ways, and what moderation hid reaches nobody.';

CREATE OR REPLACE VIEW nearness.readable AS
SELECT reached.post_id, reached.member_id, reached.tier, reached.rings
FROM nearness.reached
UNION ALL
-- Visitors come on top: posts that began in their own open neighbourhood, nothing from surroundings.
SELECT post.id, visitor.member_id, 'neighbour', NULL::smallint
FROM post
JOIN nearness.person AS author ON author.member_id = post.author_id
JOIN neighbourhood ON neighbourhood.id = post.origin_zone
JOIN nearness.visitor ON visitor.zone = post.origin_zone
WHERE post.reach IN (SELECT reach_tier.reach FROM nearness.reach_tier WHERE reach_tier.tier = 'neighbour')
  AND post.hidden_at IS NULL
  AND NOT EXISTS (
    SELECT FROM nearness.blocked WHERE blocked.member_id = visitor.member_id AND blocked.other_id = post.author_id
  );
COMMENT ON VIEW nearness.readable IS
  'Sentence 9. The audience, and the readers who are not recipients: visitors. Feeds and reasons read this; audiences, counts and contacts read nearness.reached.';
