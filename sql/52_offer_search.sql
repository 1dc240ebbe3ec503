-- Offers by words (docs/decisions/033): the text that is searched, and names that are like a word.

CREATE OR REPLACE FUNCTION nearness.plain(words text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, words));
COMMENT ON FUNCTION nearness.plain(text) IS 'Words as they are compared by the search: small letters without accents.';

CREATE OR REPLACE FUNCTION nearness.keep_searched() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  new.searched := nearness.plain(concat_ws(' ', new.title, new.words, new.price_words, new.conditions));
  RETURN new;
END
$$;
COMMENT ON FUNCTION nearness.keep_searched() IS 'Keeps the text of an offer by which it is found.';
CREATE OR REPLACE TRIGGER keep_searched BEFORE INSERT OR UPDATE OF title, words, price_words, conditions ON offer
FOR EACH ROW EXECUTE FUNCTION nearness.keep_searched();

CREATE OR REPLACE FUNCTION nearness.named_like(word text) RETURNS TABLE (categories text[], partners text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT
    ARRAY(
      SELECT DISTINCT offer_category.code
      FROM offer_category
      CROSS JOIN LATERAL jsonb_each_text(offer_category.names) AS said (lang, name)
      WHERE nearness.plain(said.name) %> word
    ),
    ARRAY(SELECT partner.code FROM partner WHERE nearness.plain(partner.name) %> word);
END;
COMMENT ON FUNCTION nearness.named_like(text) IS
  'Codes of the categories and partners one of whose names holds something like a plain word (pg_trgm.word_similarity_threshold).';

CREATE OR REPLACE FUNCTION nearness.said_often(word text, many integer) RETURNS TABLE (so boolean, like_it boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 1
-- By the index over words, whatever is thought to be common.
SET enable_seqscan = off
BEGIN ATOMIC
  WITH found AS (
    SELECT count(*) >= many AS like_it FROM (SELECT FROM offer WHERE offer.searched %> word LIMIT many) AS alike
  )
  SELECT found.like_it AND EXISTS (SELECT FROM offer WHERE offer.searched LIKE '%' || replace(word, '_', '\_') || '%'), found.like_it
  FROM found;
END;
COMMENT ON FUNCTION nearness.said_often(text, integer) IS
  'Whether a plain word is like what so many offers say (pg_trgm.word_similarity_threshold; like_it), and stands in one letter by letter (so).';
