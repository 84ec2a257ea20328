INSERT INTO read_entry (store, at, subject, act, object, grounds)
SELECT 'journal', at, subject, 'read', object, grounds::jsonb
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[])
    WITH ORDINALITY AS come(at, subject, object, grounds, place)
ORDER BY place
