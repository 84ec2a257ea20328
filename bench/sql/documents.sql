-- The five newest documents of a person. $1 the person.
SELECT id, kind, title, status, issued_on, expires_on, media_type, byte_size, sha256
FROM document
WHERE practitioner_id = $1
ORDER BY created_at DESC, id DESC
LIMIT 5
