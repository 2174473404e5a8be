// What the registry records of a row beside its number: IANA_FIELD(NAME, title, key), in the order
// of the CSV's columns.
IANA_FIELD(NAME, "Service Name", "name")
IANA_FIELD(DESCRIPTION, "Description", "description")
IANA_FIELD(ASSIGNEE, "Assignee", "assignee")
IANA_FIELD(CONTACT, "Contact", "contact")
IANA_FIELD(REGISTERED, "Registration Date", "registered")
IANA_FIELD(MODIFIED, "Modification Date", "modified")
IANA_FIELD(REFERENCE, "Reference", "reference")
IANA_FIELD(CODE, "Service Code", "service_code")
IANA_FIELD(UNAUTHORIZED, "Unauthorized Use Reported", "unauthorized_use")
IANA_FIELD(NOTES, "Assignment Notes", "notes")
