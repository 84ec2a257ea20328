-- A patient whom the viewer cares for, or opened in an emergency. $1 the patient, $2 the viewer, $3 where he works,
-- $4 the instant.
SELECT p.sex, p.sealed_key, p.family_name, p.given_name, p.patronymic, p.birth_on, p.insurance_number, p.phone,
       p.address
FROM patient p
WHERE p.id = $1
  AND (
    EXISTS (
        SELECT FROM care_relation r
        WHERE r.patient_id = p.id AND r.practitioner_id = $2 AND r.organization_id = $3
          AND r.starts_at <= $4 AND (r.ends_at IS NULL OR r.ends_at > $4)
          AND (r.copied_from IS NULL OR EXISTS (
              SELECT FROM copy_horizon h WHERE h.store = r.copied_from AND h.trusted_until >= $4 - interval '1 s'))
    ) OR EXISTS (
        SELECT FROM emergency_opening e
        WHERE e.patient_id = p.id AND e.practitioner_id = $2 AND e.organization_id = $3
          AND e.opened_at <= $4 AND e.ends_at > $4
    )
  )
