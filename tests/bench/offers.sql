-- Offers beside the population: one for each five members, near homes; three in four with a service area of each kind in turn.
DELETE FROM offer WHERE feed_id IN (SELECT id FROM offer_feed WHERE name = 'bench');
DELETE FROM offer_feed WHERE name = 'bench';
DELETE FROM partner WHERE code = 'bench';
INSERT INTO partner (code, name) VALUES ('bench', 'Bench');
INSERT INTO offer_feed (partner_id, name, format, key_hash, every, last_success_at)
SELECT id, 'bench', 'json', '\x00', '1 day', now() FROM partner WHERE code = 'bench';
INSERT INTO offer (feed_id, external_id, category, title, words, price_words, conditions, point, delivers, click_and_collect, content_hash)
SELECT offer_feed.id, person.member_id, CASE WHEN person.member_id % 2 = 0 THEN 'amap' ELSE 'storage' END, format('Offre %s', person.member_id),
  '', '', '', ST_Translate(person.geom, 0.001, 0.001), false, false, ''
FROM bench.person, offer_feed
WHERE offer_feed.name = 'bench' AND hashint8(person.member_id) % 5 = 0;

INSERT INTO service_area (offer_id, kind, shape, radius_m, country, commune_code, neighbourhood_id)
SELECT offer.id, kind.name,
  CASE kind.name WHEN 'radius' THEN offer.point WHEN 'polygon' THEN ST_Expand(offer.point, 0.01) END,
  CASE WHEN kind.name = 'radius' THEN 300 + offer.id % 5000 END,
  CASE WHEN kind.name = 'commune' THEN commune.country END,
  CASE WHEN kind.name = 'commune' THEN commune.code END,
  CASE WHEN kind.name = 'neighbourhood' THEN person.choice END
FROM offer
JOIN offer_feed ON offer_feed.id = offer.feed_id AND offer_feed.name = 'bench'
JOIN bench.person ON person.member_id = offer.external_id::bigint
JOIN residence ON residence.member_id = person.member_id
LEFT JOIN commune ON commune.id = residence.commune_id
CROSS JOIN LATERAL (SELECT (ARRAY['radius', 'polygon', 'commune', 'neighbourhood'])[1 + offer.id % 4] AS name) AS kind
WHERE (kind.name <> 'commune' OR commune.id IS NOT NULL)
  AND (kind.name <> 'neighbourhood' OR person.choice IS NOT NULL);

-- The cell of each offer at resolution 3, which the program fills in: to group on the fly.
CREATE TABLE bench.offer_cell (offer_id bigint PRIMARY KEY, cell bigint NOT NULL);
