-- All records of each holder, newest first. $1 the holders.
SELECT practitioner_id, id, kind, state, valid_from, valid_to, specialty_code
FROM accreditation
WHERE practitioner_id = ANY($1)
ORDER BY valid_from DESC, id DESC
