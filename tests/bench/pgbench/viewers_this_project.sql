\set n random(1, :viewers)
SELECT roll.id, roll.name FROM bench.viewer, nearness.roll(viewer.member_id) AS roll WHERE viewer.n = :n;
