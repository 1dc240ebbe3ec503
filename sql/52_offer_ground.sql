-- Where an offer is good, as its page says it: what its partner published.

CREATE OR REPLACE FUNCTION nearness.offer_ground(of_offer bigint)
RETURNS TABLE (kind text, radius_m double precision, commune text, neighbourhood_id bigint, neighbourhood text, outline json)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
BEGIN ATOMIC
  SELECT area.kind, area.radius_m, nearness.said_name(commune.name, commune.names), neighbourhood.id::bigint, neighbourhood.name,
    ST_AsGeoJSON(
      CASE
        WHEN area.kind = 'radius' THEN ST_Buffer(area.shape::geography, area.radius_m)::geometry
        ELSE coalesce(area.shape, commune.geom, neighbourhood.geom)
      END, 6
    )::json
  FROM service_area AS area
  LEFT JOIN commune ON area.kind = 'commune' AND area.shape IS NULL
    AND commune.country = area.country AND commune.code = area.commune_code AND commune.valid_to IS NULL
  LEFT JOIN neighbourhood ON neighbourhood.id = area.neighbourhood_id AND neighbourhood.state = 'open'
  WHERE area.offer_id = of_offer
    AND EXISTS (SELECT FROM nearness.offer_standing WHERE offer_standing.id = of_offer)
    -- Of a neighbourhood that is archived nobody is served.
    AND (area.kind <> 'neighbourhood' OR neighbourhood.id IS NOT NULL)
  ORDER BY area.kind, commune.name, neighbourhood.name, area.id;
END;
COMMENT ON FUNCTION nearness.offer_ground(bigint) IS
  'The service areas of an offer that stands, with names and outlines (GeoJSON, EPSG:4326; of a radius a circle to look at, not the rule).';
