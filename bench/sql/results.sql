-- The twenty newest results of the laboratory of a patient that the viewer may read: those of his organisation,
-- others' by referral or with consent; not what is specially protected, nor what is restricted to others.
-- $1 the patient, $2 the viewer, $3 where he works, $4 the instant.
SELECT t.id, t.code, t.value, t.unit, t.words, t.low, t.high, t.flag, t.at
FROM laboratory_result t
WHERE t.patient_id = $1
  AND t.confidentiality <> 'SPECIAL'
  AND (t.confidentiality <> 'RESTRICTED' OR EXISTS (
      SELECT FROM allowed_reader l
      WHERE l.record_id = t.id AND l.practitioner_id = $2
        AND l.starts_at <= $4 AND (l.ends_at IS NULL OR l.ends_at > $4)))
  AND (
    EXISTS (
        SELECT FROM care_relation r
        WHERE r.patient_id = $1 AND r.practitioner_id = $2 AND r.organization_id = $3
          AND r.starts_at <= $4 AND (r.ends_at IS NULL OR r.ends_at > $4)
          AND (r.copied_from IS NULL OR EXISTS (
              SELECT FROM copy_horizon h WHERE h.store = r.copied_from AND h.trusted_until >= $4 - interval '1 s'))
          AND (t.organization_id = r.organization_id OR r.basis = 'REFERRAL' OR EXISTS (
              SELECT FROM consent c
              WHERE c.patient_id = $1 AND c.kind = 'EXCHANGE' AND c.organization_id = r.organization_id
                AND t.organization_id = ANY (c.organization_ids)
                AND c.at <= $4 AND (c.ends_at IS NULL OR c.ends_at > $4)))
    ) OR EXISTS (
        SELECT FROM emergency_opening e
        WHERE e.patient_id = $1 AND e.practitioner_id = $2 AND e.organization_id = $3
          AND e.opened_at <= $4 AND e.ends_at > $4
    )
  )
ORDER BY t.at DESC, t.id DESC
LIMIT 20
